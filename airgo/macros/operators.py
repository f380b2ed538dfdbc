"""Operators of Jinja expressions: arithmetic, comparison and logic, computed now where both sides are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from airgo.macros.results import Code, Known, NotExact, Result, Shift, Space, describe, tight
from airgo.macros.rules import RUN_TIME, UNDEFINED
from airgo.macros.texts import concatenated, text_code
from airgo.macros.times import known_instant, shift_from_plain, shifted

_MAX_TEXT = 100_000
_MAX_NUMBER = 10**12
EMPTY = "['null', '', 'false', '0', '[]', '{}']"
"""The JSON of what is false in Python, and the empty text."""
_COMPARISONS: Mapping[str, str] = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}


def reckoned(function: Callable[[object, object], object], sign: str, left: Result, right: Result) -> Result:
    """`left sign right`. Raises NotExact."""
    if isinstance(left, Known) and isinstance(right, Known):
        return _reckoned_now(function, sign, left.value, right.value)
    moved = _moved(sign, left, right)
    if moved is not None:
        return moved
    if sign == "+" and _is_text(left) and _is_text(right):
        return concatenated([left, right], describe)
    if sign in "+-*%" and _is_integer(left) and _is_integer(right) and (sign != "%" or isinstance(right, Known)):
        return Code(f"{_number(left)} {sign} {_number(right)}", "integer")
    raise NotExact(RUN_TIME, f"{describe(left)} {sign} {describe(right)} is known only while the task runs")


def _moved(sign: str, left: Result, right: Result) -> Result | None:
    """A date moved by a time difference, or None."""
    if sign == "+" and isinstance(left, Shift):
        left, right = right, left
    shift = right if isinstance(right, Shift) else shift_from_plain(right.value) if isinstance(right, Known) else None
    instant = known_instant(left.value) if isinstance(left, Known) else left
    if shift is None or sign not in "+-" or not isinstance(instant, Code) or instant.type not in ("time", "date"):
        return None
    return shifted(instant, shift if sign == "+" else -shift)


def _reckoned_now(function: Callable[[object, object], object], sign: str, left: object, right: object) -> Result:
    for value in (left, right):
        if isinstance(value, str | list | tuple | bytes) and len(value) > _MAX_TEXT:
            raise NotExact(RUN_TIME, f"{sign} of a value of more than {_MAX_TEXT} elements")
        if isinstance(value, int | float) and abs(value) > _MAX_NUMBER:
            raise NotExact(RUN_TIME, f"{sign} of a number beyond {_MAX_NUMBER}")
    if sign == "*" and (isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple)):
        raise NotExact(RUN_TIME, "repetition of a text or list has no counterpart in Argo")
    if sign == "%" and isinstance(left, str):
        raise NotExact(RUN_TIME, "a text formatted with % has no counterpart in Argo")
    try:
        return Known(function(left, right))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise NotExact(UNDEFINED, f"{sign} fails: {error}") from error


def _is_text(value: Result) -> bool:
    return (
        not isinstance(value, Code | Known | Space | Shift)
        or (isinstance(value, Code) and value.type == "text")
        or (isinstance(value, Known) and isinstance(value.value, str))
    )


def _is_integer(value: Result) -> bool:
    return (isinstance(value, Code) and value.type == "integer") or (isinstance(value, Known) and type(value.value) is int)


def _number(value: Result) -> str:
    return str(value.value) if isinstance(value, Known) else tight(value.code) if isinstance(value, Code) else ""


def compared(name: str, left: Result, right: Result) -> Result:
    """`left OP right` of a comparison, `in` included. Raises NotExact."""
    if isinstance(left, Known) and isinstance(right, Known):
        return _compared_now(name, left.value, right.value)
    left, right = _as_value(left), _as_value(right)
    if name in ("in", "notin"):
        return _membership(left, right, name == "in")
    if (isinstance(left, Known) and left.value is None) or (isinstance(right, Known) and right.value is None):
        other = right if isinstance(left, Known) else left
        if isinstance(other, Code) and name in ("eq", "ne"):
            return is_none(other) if name == "eq" else negated(is_none(other))
    sign = _COMPARISONS[name]
    if _both(left, right, "text") or (_is_integer(left) and _is_integer(right)):
        sides = [text_code(side) if not _is_integer(side) else _number(side) for side in (left, right)]
        if None not in sides:
            return Code(f"{_side(sides[0])} {sign} {_side(sides[1])}", "truth")
    if _both(left, right, "time"):
        return Code(f"{_side(_instant(left))} {sign} {_side(_instant(right))}", "truth")
    raise NotExact(RUN_TIME, f"{describe(left)} compared with {describe(right)} is known only while the task runs")


def _as_value(value: Result) -> Result:
    """A member of an enumeration of texts compares as its value."""
    return Code(value.code, "text") if isinstance(value, Code) and value.type == "run type" else value


def is_none(value: Code) -> Result:
    """Is the value None? Only a workflow parameter whose default is None can be."""
    return Known(False) if value.optional is None else Code(f"{value.optional} == 'null'", "truth")


def _side(code: str | None) -> str:
    assert code is not None
    return code if code.startswith("'") else tight(code)


def _instant(value: Result) -> str | None:
    if isinstance(value, Known):
        known = known_instant(value.value)
        return known.code if known else None
    return value.code if isinstance(value, Code) else None


def _both(left: Result, right: Result, kind: str) -> bool:
    plain = {"text": str, "time": datetime}[kind]
    return all(
        (isinstance(side, Code) and side.type == kind) or (isinstance(side, Known) and isinstance(side.value, plain))
        for side in (left, right)
    )


def _compared_now(name: str, left: object, right: object) -> Result:
    operations: Mapping[str, Callable[[], object]] = {
        "eq": lambda: left == right,
        "ne": lambda: left != right,
        "lt": lambda: left < right,  # type: ignore[operator]  # a TypeError is the template's own
        "lteq": lambda: left <= right,  # type: ignore[operator]
        "gt": lambda: left > right,  # type: ignore[operator]
        "gteq": lambda: left >= right,  # type: ignore[operator]
        "in": lambda: left in right,  # type: ignore[operator]
        "notin": lambda: left not in right,  # type: ignore[operator]
    }
    try:
        return Known(bool(operations[name]()))
    except TypeError as error:
        raise NotExact(UNDEFINED, f"a comparison fails: {error}") from error


def _membership(left: Result, right: Result, positive: bool) -> Result:
    word, code = ("in" if positive else "not in"), text_code(left)
    if isinstance(right, Known) and isinstance(right.value, list | tuple | dict | set) and isinstance(left, Code):
        items = [text_code(Known(item)) if isinstance(item, str) else str(item) for item in right.value if _alike(item, left)]
        if left.type in ("text", "integer") and None not in items:
            return Code(f"{tight(left.code)} {word} [{', '.join(item for item in items if item)}]", "truth")
    if isinstance(right, Code) and right.type == "text" and code is not None:
        test = f"{tight(right.code)} contains {_side(code)}"
        return Code(test if positive else f"not ({test})", "truth")
    raise NotExact(RUN_TIME, f"whether {describe(left)} is in {describe(right)} is known only while the task runs")


def _alike(item: object, value: Code) -> bool:
    """Could the item equal the value? What could not is left out of the list."""
    return isinstance(item, str) if value.type == "text" else type(item) is int


def negated(value: Result) -> Result:
    """`not value`. Raises NotExact."""
    if isinstance(value, Known):
        return Known(not value.value)
    return Code(f"!({condition(value)})", "truth")


def condition(test: Result) -> str:
    """An expression of a truth value. Raises NotExact."""
    if isinstance(test, Code) and test.optional is not None:
        return f"{tight(test.optional)} not in {EMPTY}"
    if isinstance(test, Code):
        tests = {
            "truth": test.code,
            "text": f"{tight(test.code)} != ''",
            "integer": f"{tight(test.code)} != 0",
            "time": "true",
            "date": "true",
            "run type": "true",
        }
        if test.type in tests:
            return tests[test.type]
    if isinstance(test, Space) and test.name in ("dag_run", "dag", "task", "ti", "macros", "params"):
        return "true"
    if isinstance(test, Space) and test.name == "dag_run.conf" and not test.path:
        raise NotExact(RUN_TIME, "whether dag_run.conf is empty is known only to Airflow; ask for the key that is read")
    raise NotExact(RUN_TIME, f"whether {describe(test)} is true is known only while the task runs")


def either(left: Result, right: Result) -> Result:
    """`left or right` where `left` is not known now. Raises NotExact."""
    if isinstance(left, Code) and left.type in ("time", "date", "run type"):
        return left
    if isinstance(left, Code) and left.type == "truth" and isinstance(right, Code) and right.type == "truth":
        return Code(f"{_logical(left.code)} || {_logical(right.code)}", "truth")
    if isinstance(left, Code) and (left.type in ("text", "truth", "integer") or left.optional is not None):
        return chosen(condition(left), left, right)
    raise NotExact(RUN_TIME, f"{describe(left)} or {describe(right)} is known only while the task runs")


def both(left: Result, right: Result) -> Result:
    """`left and right` where `left` is not known now. Raises NotExact."""
    if isinstance(left, Space) and condition(left) == "true":
        return right
    if isinstance(left, Code) and left.type in ("time", "date", "run type"):
        return right
    if isinstance(left, Code) and left.type == "truth" and isinstance(right, Code) and right.type == "truth":
        return Code(f"{_logical(left.code)} && {_logical(right.code)}", "truth")
    if isinstance(left, Code) and (left.type in ("text", "truth", "integer") or left.optional is not None):
        return chosen(condition(left), right, left)
    raise NotExact(RUN_TIME, f"{describe(left)} and {describe(right)} is known only while the task runs")


def _logical(code: str) -> str:
    return f"({code})" if " ? " in code or " || " in code or " && " in code else code


def chosen(test: str, then: Result, orelse: Result) -> Result:
    """`then if test else orelse`. Raises NotExact where an arm is no expression."""
    if test == "true" or then == orelse:
        return then
    test = f"({test})" if " ? " in test else test
    if isinstance(then, Code) and isinstance(orelse, Code) and then.type == orelse.type != "printed":
        return Code(f"{test} ? {tight(then.code)} : {tight(orelse.code)}", then.type)
    arms = [text_code(arm) if isinstance(arm, Known | Code) else None for arm in (then, orelse)]
    if None in arms:
        raise NotExact(RUN_TIME, "a condition that is known only while the task runs chooses a value that no expression can read")
    texts = all(
        (isinstance(arm, Known) and isinstance(arm.value, str)) or (isinstance(arm, Code) and arm.type == "text") for arm in (then, orelse)
    )
    return Code(f"{test} ? {_side(arms[0])} : {_side(arms[1])}", "text" if texts else "printed")
