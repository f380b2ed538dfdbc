"""Checks the shape of objects against the table of fields: unknown, missing and wrongly typed fields, and text that cannot be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping

from airgo.argo import fields
from airgo.argo.fields import Version
from airgo.argo.rules import MISSING_FIELD, REMOVED_FIELD, UNKNOWN_FIELD, UNREADABLE_TEXT, WRONG_TYPE, Problem

QUANTITY = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?\d+)?")
UNREADABLE = re.compile("[\x00\ud800-\udfff]")
TAGGED = "{{"


def check(value: object, kind: str, pointer: str, version: Version) -> Iterator[Problem]:
    """What is wrong with a value that should be of a type of the table."""
    if kind.startswith("["):
        yield from _list(value, kind[1:-1], pointer, version)
    elif kind.startswith("{"):
        yield from _mapping(value, kind[1:-1], pointer, version)
    elif kind in fields.types():
        yield from _object(value, kind, pointer, version)
    else:
        yield from _scalar(value, kind, pointer)


def _list(value: object, kind: str, pointer: str, version: Version) -> Iterator[Problem]:
    if value is None:
        return
    if not isinstance(value, list | tuple):
        yield _wrong(value, "a list", pointer)
        return
    for number, item in enumerate(value):
        yield from check(item, kind, f"{pointer}/{number}", version)


def _mapping(value: object, kind: str, pointer: str, version: Version) -> Iterator[Problem]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        yield _wrong(value, "a mapping", pointer)
        return
    for key, item in value.items():
        yield from check(item, kind, f"{pointer}/{escape(str(key))}", version)


def _object(value: object, kind: str, pointer: str, version: Version) -> Iterator[Problem]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        yield _wrong(value, "a mapping", pointer)
        return
    known = fields.types()[kind]
    for key, item in value.items():
        place = f"{pointer}/{escape(str(key))}"
        if key not in known:
            yield _unknown(str(key), kind, place)
            continue
        yield from _by_version(str(key), kind, place, version)
        yield from check(item, known[key].type, place, version)
    for name, field in known.items():
        if field.required and value.get(name) is None:
            yield Problem(pointer, f"{name} is missing", MISSING_FIELD)


def _unknown(key: str, kind: str, place: str) -> Problem:
    if (instead := fields.LONG_GONE.get((kind, key))) is not None:
        return Problem(place, f"{key} is gone; use {instead}", REMOVED_FIELD)
    near = difflib.get_close_matches(key, fields.types()[kind], 1)
    return Problem(place, f"there is no field {key}{f'; did you mean {near[0]}?' if near else ''}", UNKNOWN_FIELD)


def _by_version(key: str, kind: str, place: str, version: Version) -> Iterator[Problem]:
    if (kind, key) in fields.REMOVED:
        since, instead = fields.REMOVED[kind, key]
        yield Problem(place, f"{key} is refused since Argo {since[0]}.{since[1]}; use {instead}", REMOVED_FIELD)
    added = fields.ADDED.get((kind, key))
    if added is not None and added > version:
        yield Problem(place, f"{key} needs Argo {added[0]}.{added[1]}", UNKNOWN_FIELD)


def _scalar(value: object, kind: str, pointer: str) -> Iterator[Problem]:
    if value is None:
        return
    if isinstance(value, str) and UNREADABLE.search(value):
        yield Problem(pointer, "the text holds a NUL or half a character", UNREADABLE_TEXT)
    words, accepted = _TYPES[kind]
    if not accepted(value):
        yield _wrong(value, words, pointer)
    elif kind in {"object", "any", "list"}:
        yield from _unreadable_inside(value, pointer)


def _unreadable_inside(value: object, pointer: str) -> Iterator[Problem]:
    entries = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, item in entries:
        place = f"{pointer}/{escape(str(key))}"
        if isinstance(item, str) and UNREADABLE.search(item):
            yield Problem(place, "the text holds a NUL or half a character", UNREADABLE_TEXT)
        yield from _unreadable_inside(item, place)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "string": ("text", lambda value: isinstance(value, str)),
    "int": ("a whole number", _is_int),
    "number": ("a number", _is_number),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "quantity": (
        "a quantity such as 500m or 1Gi",
        lambda value: _is_number(value) or (isinstance(value, str) and bool(QUANTITY.fullmatch(value) or TAGGED in value)),
    ),
    "intorstring": ("a whole number or text", lambda value: _is_int(value) or isinstance(value, str)),
    "anystring": ("text", lambda value: isinstance(value, str | int | float | bool)),
    "list": ("a list", lambda value: isinstance(value, list | tuple)),
    "object": ("a mapping", lambda value: isinstance(value, Mapping)),
    "any": ("anything", lambda value: True),
}


def _wrong(value: object, wanted: str, pointer: str) -> Problem:
    return Problem(pointer, f"expected {wanted}, not {shown(value)}", WRONG_TYPE)


def shown(value: object) -> str:
    """A value as a message shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def escape(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
