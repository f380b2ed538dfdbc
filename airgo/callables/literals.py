"""Plain values as Python source, for what a closure, a partial or an instance holds."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta, timezone
from pathlib import PurePath

from airgo.discovery import DEPLOYED_ROOT


class NoLiteral(Exception):
    """The value cannot be written as source; the message says what it is."""


DATETIME_MODULE = "airgo_datetime"
"""The name under which a script imports `datetime` for values; the user's own names never begin like this."""


PATH_MODULE = "airgo_pathlib"
"""The same for `pathlib`."""
MODULES = {DATETIME_MODULE: "datetime", PATH_MODULE: "pathlib"}
"""The modules that literals use, by the names that scripts give them."""


def modules_of(text: str) -> list[str]:
    """The modules that the text of a literal uses, as an import statement names them."""
    return [f"{module} as {name}" for name, module in MODULES.items() if f"{name}." in text]


def literal(value: object) -> str:
    """Source text that gives an equal value. Uses only builtins and MODULES. Raises NoLiteral."""
    if value is None or (isinstance(value, bool | int) and type(value) in (bool, int)):
        return repr(value)
    if isinstance(value, str | bytes) and type(value) in (str, bytes):
        if isinstance(value, str) and DEPLOYED_ROOT in value:
            raise NoLiteral("a path in the project folder")
        return repr(value)
    if type(value) is float:
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, list | tuple | set | frozenset | dict):
        return container(value)
    if isinstance(value, datetime | date | time | timedelta | timezone):
        return moment(value)
    if isinstance(value, PurePath):
        if DEPLOYED_ROOT in str(value):
            raise NoLiteral("a path in the project folder")
        return f"{PATH_MODULE}.Path({str(value)!r})"
    raise NoLiteral(f"a {type(value).__name__}")


def container(value: list[object] | tuple[object, ...] | set[object] | frozenset[object] | dict[object, object]) -> str:
    """A container of plain values; sets in sorted order of their texts."""
    if type(value) is dict:
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    texts = [literal(item) for item in value]
    if type(value) is list:
        return "[" + ", ".join(texts) + "]"
    if type(value) is tuple:
        return "(" + ", ".join(texts) + ("," if len(texts) == 1 else "") + ")"
    if type(value) is set:
        return "{" + ", ".join(sorted(texts)) + "}" if texts else "set()"
    if type(value) is frozenset:
        return "frozenset({" + ", ".join(sorted(texts)) + "})" if texts else "frozenset()"
    raise NoLiteral(f"a {type(value).__name__}")


def moment(value: datetime | date | time | timedelta | timezone) -> str:
    """A date, time, duration or fixed time zone."""
    if type(value) not in (datetime, date, time, timedelta, timezone):
        raise NoLiteral(f"a {type(value).__name__}")
    zone = getattr(value, "tzinfo", None)
    if zone is not None and type(zone) is not timezone:
        raise NoLiteral("a time in a named zone")
    return repr(value).replace("datetime.", f"{DATETIME_MODULE}.")


def is_json(value: object) -> bool:
    """Does the value survive a trip through JSON unchanged? (Tuples become lists, so they do not.)"""
    if value is None or type(value) in (bool, int, str):
        return True
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is list:
        return all(is_json(item) for item in value)
    return type(value) is dict and all(type(key) is str and is_json(item) for key, item in value.items())
