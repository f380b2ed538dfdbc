"""Lists and dicts as elements of a mapped task: their shape stands in the template, and each of their texts is a hole.

A template cannot be given a list or dict, only texts: elements of one shape become as many texts as it has places.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from airgo.argo.text import ItemHole, Text

_ODD = re.compile(r"[^A-Za-z0-9_]+")


class Shapeless(Exception):
    """The elements of an argument differ in more than their texts; the message is the argument's name."""


def shaped(rows: Sequence[Mapping[str, object]]) -> tuple[tuple[dict[str, object], ...], dict[str, object]]:
    """The texts of each instance by the names of their holes, and each argument's value with the holes in it. Raises Shapeless."""
    columns: dict[str, Sequence[object]] = {}
    values = {name: _shape(name, name, [row[name] for row in rows], columns) for name in rows[0]}
    return tuple({name: column[number] for name, column in columns.items()} for number in range(len(rows))), values


def _shape(argument: str, name: str, found: Sequence[object], columns: dict[str, Sequence[object]]) -> object:
    """One place of the elements: a hole for texts and numbers, what all of them are, or the places below."""
    first = found[0]
    if all(isinstance(one, str | Text | int | float) and not isinstance(one, bool) for one in found):
        hole = free_name(name, columns)
        columns[hole] = found
        return Text((ItemHole(hole),))
    if isinstance(first, dict) and all(isinstance(one, dict) and set(one) == set(first) for one in found):
        return {key: _shape(argument, f"{name}_{key}", [_at(one, key) for one in found], columns) for key in first}
    if isinstance(first, list | tuple) and all(isinstance(one, list | tuple) and len(one) == len(first) for one in found):
        return [_shape(argument, f"{name}_{place}", [_at(one, place) for one in found], columns) for place in range(len(first))]
    if all(type(one) is type(first) and one == first for one in found):
        return first
    raise Shapeless(argument)


def _at(value: object, key: object) -> object:
    return value[key]  # type: ignore[index]  # the caller looked at it


def free_name(name: str, taken: Collection[str]) -> str:
    """A name for a place that no other has."""
    wanted = free = _ODD.sub("_", name)
    number = 2
    while free in taken:
        free, number = f"{wanted}_{number}", number + 1
    return free
