"""JSON as `json.dumps(value, indent=2, ensure_ascii=False)` writes it, several times faster: with `indent`, that one runs in Python.

Containers that occur more than once (default_args reach every task) are written once for each depth of indentation.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

STEP = "  "
SHORT = 10_000
"""Characters up to which the text of a container is kept for its next occurrence; longer ones hold shorter ones."""
SCALARS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    float: json.dumps,
    type(None): lambda value: "null",
}


def json_text(value: object, indentation: str = "") -> str:
    """The text of a value that stands `indentation` deep; its first line is not indented. Keys must be texts."""
    return _text(value, "\n" + indentation, {})


def _text(value: object, newline: str, known: dict[tuple[int, int], str]) -> str:
    scalar = SCALARS.get(type(value))
    if scalar is not None:
        return scalar(value)
    if not value:
        return json.dumps(value)
    key = (id(value), len(newline))
    found = known.get(key)
    if found is None:
        inner = newline + STEP
        if isinstance(value, dict):
            rows = [f"{encode_basestring(name)}: {_text(item, inner, known)}" for name, item in value.items()]
            found = "{" + inner + ("," + inner).join(rows) + newline + "}"
        elif isinstance(value, list | tuple):
            found = "[" + inner + ("," + inner).join([_text(item, inner, known) for item in value]) + newline + "]"
        else:
            return json.dumps(value)
        if len(found) < SHORT:
            known[key] = found
    return found
