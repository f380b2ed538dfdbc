"""The fast writer of JSON writes what the standard library's writes, byte for byte."""

from __future__ import annotations

import json
import random

import pytest

from airgo.json_text import json_text

CHANCE = random.Random(7)
SCALARS = (None, True, False, 0, -7, 10**30, 1.5, 1e300, float("inf"), "", "ü", 'a"b\\c\n\t\x00\u2028', "x" * 50)


def anything(depth: int) -> object:
    """A random value."""
    kind = CHANCE.randrange(3 if depth else 1)
    if kind == 0:
        return CHANCE.choice(SCALARS)
    parts = [anything(depth - 1) for _ in range(CHANCE.randrange(4))]
    return parts if kind == 1 else {f"k{index}ü": part for index, part in enumerate(parts)}


def test_it_is_what_the_standard_library_writes() -> None:
    """Scalars, escapes, empty and nested containers: the same text."""
    for _ in range(300):
        value = anything(5)
        assert json_text(value) == json.dumps(value, indent=2, ensure_ascii=False)


def test_a_part_stands_where_it_is_put() -> None:
    """A value with an indentation is the piece of the document that holds it."""
    value = {"a": [1, {"b": []}], "c": {}}
    whole = json.dumps({"x": [value]}, indent=2, ensure_ascii=False)
    assert whole == '{\n  "x": [\n    ' + json_text(value, "    ") + "\n  ]\n}"


def test_shared_parts_are_written_in_full() -> None:
    """A container that occurs several times, at several depths, is written each time with its own indentation."""
    part = {"env": ["a", {"b": 1}]}
    value = {"first": part, "deeper": {"second": part, "list": [part, part]}}
    assert json_text(value) == json.dumps(value, indent=2, ensure_ascii=False)


def test_what_is_no_json_is_refused() -> None:
    """A value without a form in JSON is a mistake of ours, not a text."""
    with pytest.raises(TypeError):
        json_text({"a": {1, 2}})
