"""JSON and YAML whose text has holes: what is read of it, with the holes where they came to lie in its texts."""

from __future__ import annotations

import re
from collections.abc import Callable

from airgo.evaluate.library.plain_texts import joined
from airgo.values import Choice, Operation, Symbol, Template

OPEN, CLOSE = "\ue000", "\ue001"
"""Private characters around a hole's number: YAML and JSON take them for letters, and no document has them."""
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")


class HoleElsewhere(Exception):
    """A hole is no part of a text: it is a key, or decides how the document is read."""


def read_with_holes(value: object, read: Callable[[str], object]) -> object:
    """What `read` gives for a Template or a Symbol. Raises HoleElsewhere, and what `read` raises."""
    parts = value.parts if isinstance(value, Template) else (value,)
    if any(isinstance(part, str) and (OPEN in part or CLOSE in part) for part in parts) or not isinstance(value, Template):
        raise HoleElsewhere
    holes = [part for part in parts if not isinstance(part, str)]
    if not all(isinstance(hole, Symbol | Choice | Operation) for hole in holes):
        raise HoleElsewhere
    numbers = iter(range(len(holes)))
    text = "".join(part if isinstance(part, str) else f"{OPEN}{next(numbers)}{CLOSE}" for part in parts)
    return filled(read(text), holes)


def filled(value: object, holes: list[object]) -> object:
    """A document with the holes in place of their marks. Raises HoleElsewhere."""
    if isinstance(value, str):
        pieces = MARK.split(value)
        return value if len(pieces) == 1 else joined(holes[int(one)] if index % 2 else one for index, one in enumerate(pieces))
    if isinstance(value, list):
        return [filled(item, holes) for item in value]
    if isinstance(value, dict):
        if any(isinstance(key, str) and OPEN in key for key in value):
            raise HoleElsewhere
        return {key: filled(item, holes) for key, item in value.items()}
    return value
