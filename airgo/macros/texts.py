"""Filters of Jinja and methods of Python's `str`, as Argo expressions over texts. `FILTERS` can be listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from airgo.argo.text import Text, text
from airgo.macros.results import Code, Known, NotExact, Pulled, Result, Spliced, as_text, quoted, tight
from airgo.macros.rules import RUN_TIME
from airgo.macros.times import call_time_method

TEXT_METHODS: Mapping[str, tuple[int, str, str]] = {
    "upper": (0, "upper({t})", "text"),
    "lower": (0, "lower({t})", "text"),
    "strip": (0, "trim({t})", "text"),
    "replace": (2, "replace({t}, {0}, {1})", "text"),
    "startswith": (1, "{t} startsWith {0}", "truth"),
    "endswith": (1, "{t} endsWith {0}", "truth"),
    "removeprefix": (1, "trimPrefix({t}, {0})", "text"),
    "removesuffix": (1, "trimSuffix({t}, {0})", "text"),
}
"""Methods of texts: number of text arguments, expression, type of the result."""

FILTERS: Mapping[str, tuple[int, str, str]] = {
    "upper": (0, "upper({t})", "text"),
    "lower": (0, "lower({t})", "text"),
    "trim": (0, "trim({t})", "text"),
    "replace": (2, "replace({t}, {0}, {1})", "text"),
    "length": (0, "len({t})", "integer"),
    "count": (0, "len({t})", "integer"),
}
"""Jinja's filters of texts that have an exact expression; `default`, `string`, `int`, `tojson` and Airflow's own are functions below."""

DATE_FILTERS: Mapping[str, str] = {
    "ds": "%Y-%m-%d",
    "ds_nodash": "%Y%m%d",
    "ts": "isoformat",
    "ts_nodash": "%Y%m%dT%H%M%S",
    "ts_nodash_with_tz": "%Y%m%dT%H%M%S%z",
}
"""Airflow's filters of dates."""


def text_code(result: Result) -> str | None:
    """An expression of the text that Jinja prints for `result`; None for holes that no expression can read."""
    if isinstance(result, Known):
        try:
            return quoted(str(result.value))
        except ValueError:
            return None
    if isinstance(result, Code):
        written = as_text(result)
        return f"string({written})" if result.type == "integer" else written
    return None


def call_text_method(receiver: Code, method: str, arguments: Sequence[Result]) -> Result:
    """`receiver.method(…)` of a text. Raises NotExact."""
    if method == "format" or method not in TEXT_METHODS:
        raise NotExact(RUN_TIME, f"{method}() of a text that is known only while the task runs")
    return _filled(TEXT_METHODS[method], receiver, arguments, f"{method}()")


def apply_filter(name: str, value: Result, arguments: Sequence[Result], keywords: Mapping[str, Result]) -> Result:
    """`value | name(…)` of a value that is not known now. Raises NotExact."""
    if name in DATE_FILTERS and isinstance(value, Code) and value.type == "time":
        pattern = DATE_FILTERS[name]
        if pattern == "isoformat":
            return call_time_method(value, "isoformat", (), {})
        return call_time_method(value, "strftime", (Known(pattern),), {})
    if name in ("string", "safe") and not arguments:
        return _printed(value)
    if name in ("default", "d"):
        return value  # a value that is there, if only while the task runs, is not undefined
    if name == "tojson" and not arguments and not keywords:
        return _to_json(value)
    if name == "int" and not arguments:
        return _to_int(value)
    if name == "first" and isinstance(value, Pulled):
        return Pulled(replace(value.hole, path=(*value.hole.path, 0)))
    if name in FILTERS and not keywords and isinstance(value, Code):
        return _filled(FILTERS[name], value, arguments, f"the filter {name}")
    raise NotExact(RUN_TIME, f"the filter {name} of a value that is known only while the task runs")


def _filled(shape: tuple[int, str, str], value: Code, arguments: Sequence[Result], words: str) -> Result:
    count, pattern, kind = shape
    codes = [text_code(argument) for argument in arguments]
    if value.type != "text" or len(codes) != count or None in codes:
        raise NotExact(RUN_TIME, f"{words} of a value that is known only while the task runs")
    filled = pattern.format(
        *(code if code and code.startswith("'") else tight(code or "") for code in codes), t=_operand(value.code, pattern)
    )
    return Code(filled, "truth" if kind == "truth" else "integer" if kind == "integer" else "text")


def _operand(code: str, pattern: str) -> str:
    return code if "({t}" in pattern else tight(code)


def _printed(value: Result) -> Result:
    if isinstance(value, Code):
        return value if value.type == "text" else Code(text_code(value) or "", "text", simple=value.simple)
    return value


def _to_int(value: Result) -> Result:
    if isinstance(value, Code) and value.type == "integer":
        return value
    if isinstance(value, Code) and value.type == "text":
        whole, parted = "'^ *[-+]?[0-9]+ *$'", "'^ *[-+]?[0-9]*[.][0-9]+ *$'"
        tests = f"t matches {whole} ? int(trim(t)) : t matches {parted} ? int(float(trim(t))) : 0"
        return Code(f"(let t = {value.code}; {tests})", "integer")
    raise NotExact(RUN_TIME, "the filter int of a value that is known only while the task runs")


def _to_json(value: Result) -> Result:
    if isinstance(value, Pulled):
        return Pulled(replace(value.hole, json=True))
    if isinstance(value, Code) and value.type == "text":
        return Code(f"toJSON({value.code})", "text")
    if isinstance(value, Code) and value.type == "integer":
        return Code(value.code, "text", simple=value.simple)
    if isinstance(value, Code) and value.type == "truth":
        return Code(f"{value.code} ? 'true' : 'false'", "text")
    raise NotExact(RUN_TIME, "the filter tojson of a value that is known only while the task runs")


def concatenated(values: Sequence[Result], describe: Callable[[Result], str]) -> Result:
    """`a ~ b`: one expression where all are expressions, else text with holes. Raises NotExact for what has no text."""
    codes = [text_code(value) for value in values]
    if all(isinstance(value, Known) for value in values):
        return Known("".join(str(value.value) for value in values if isinstance(value, Known)))
    if all(code is not None for code in codes):
        return Code(" + ".join(term(code) for code in codes if code is not None and code != "''"), "text")
    parts: list[str | Text] = []
    for value in values:
        if isinstance(value, Spliced):
            parts.append(value.text)
        elif isinstance(value, Pulled):
            parts.append(text(value.hole))
        elif isinstance(value, Known):
            parts.append(str(value.value))
        else:
            raise NotExact(RUN_TIME, f"{describe(value)} is joined with a value that no expression can read")
    joined = text(*parts)
    return Known(joined) if isinstance(joined, str) else Spliced(joined)


def term(code: str) -> str:
    """The expression as a term of a sum: in parentheses where an operator stands outside brackets and texts."""
    return code if code.startswith("'") and code.count("'") - 2 * code.count("\\'") == 2 else tight(code)
