"""render_template_as_native_obj: a rendered text that reads like a Python literal becomes the object it writes.

jinja2's `native_concat`: one expression alone gives its value, and a text goes through `ast.literal_eval` where it can
(https://jinja.palletsprojects.com/en/stable/nativetypes/). Arguments that Python code receives keep their types as JSON; where a text
is needed anyway, only a text that could be a literal differs.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from airgo.argo.text import Expression, JsonText, Part, Simple, Text, text
from airgo.diagnostics import Rule, Severity
from airgo.macros import NotExact
from airgo.macros.results import Code, Known, Pulled, Result, Space, parts_of
from airgo.macros.rules import RUN_TIME

NATIVE_RENDERING = Rule(
    "AG427",
    "native-rendering",
    Severity.ERROR,
    summary="render_template_as_native_obj makes an object that no text can carry",
    why="With it Airflow passes the value of the expression on as a Python object, here a date of pendulum's; Argo only carries texts "
    "and JSON.",
    remedy="Format the date in the template, {{ ds }} or {{ ts }}, and parse it in the task",
)
NATIVE_LITERAL = Rule(
    "AG433",
    "native-literal",
    Severity.WARNING,
    summary="With render_template_as_native_obj, a text that reads like a Python literal becomes that object",
    why="Airflow evaluates the rendered text with ast.literal_eval: `1` becomes a number, `[1]` a list. Argo hands on the text as it is.",
    remedy="Nothing, unless the text can be a number, a list or a dict",
)
PYTHON_ARGUMENTS = ("op_args", "op_kwargs", "templates_dict")
"""Arguments whose values reach Python code, with their types."""

_NO_LITERAL = re.compile(r"\s*(?!True\b|False\b|None\b|[bBuUrRfF]{1,2}['\"])[A-Za-z_/@$%&*!?;:=<>|~^`,]")
_DATED = re.compile(r"\.Format\('[^']*[-T:/][^']*'\)\Z|'__' \+ ")


def native_value(found: Result | str | Text, name: str) -> tuple[object, bool]:
    """The value as the argument `name` gets it, and whether it could differ from Airflow's. Raises NotExact."""
    to_python = name in PYTHON_ARGUMENTS
    if isinstance(found, Code) and found.type in ("time", "date"):
        raise NotExact(NATIVE_RENDERING, "the expression's value is a date of pendulum's, which is handed on as an object")
    if isinstance(found, Known):
        value = _evaluated(found.value) if isinstance(found.value, str) else found.value
        return (value, False) if to_python else (str(found.value), False)
    if isinstance(found, str):
        return (_evaluated(found) if to_python else found), False
    if not to_python:
        printed = found if isinstance(found, Text) else parts_of(found, RUN_TIME)
        return printed, not isinstance(printed, str) and _could_be_literal(printed)
    typed = _typed(found)
    if typed is not None:
        return typed, isinstance(found, Pulled)
    printed = found if isinstance(found, Text) else parts_of(found, RUN_TIME)
    return printed, not isinstance(printed, str) and _could_be_literal(printed)


def _evaluated(value: str) -> object:
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _typed(found: Result | Text) -> Text | None:
    """The JSON of a value that is no text; None for texts."""
    if isinstance(found, Pulled):
        return text_of(replace(found.hole, json=True))
    if isinstance(found, Space) and found.name == "param" and isinstance(found.path[0], str):
        return JsonText((Simple(found.path[0]),))
    if isinstance(found, Code) and found.type in ("integer", "number", "truth"):
        if found.simple is not None:
            return JsonText((Simple(found.simple),))
        return JsonText((Expression(f"{found.code} ? 'true' : 'false'" if found.type == "truth" else found.code),))
    return None


def text_of(hole: Part) -> Text:
    """A text of one hole."""
    made = text(hole)
    assert isinstance(made, Text)
    return made


def _could_be_literal(printed: Text) -> bool:
    """Could the text, once rendered, read like a Python literal?"""
    first = printed.parts[0]
    if isinstance(first, str) and first.strip():
        return _NO_LITERAL.match(first) is None
    return not (isinstance(first, Expression) and _DATED.search(first.code))
