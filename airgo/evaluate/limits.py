"""How much the evaluator may compute: fuel, depths, and sizes that are checked before anything is allocated.

Figures from a prototype over 1,002 real DAG files: median 383 steps, 99 % under 21,715, the largest 281,201.
"""

from __future__ import annotations

import sys
from collections.abc import Sized

from airgo.evaluate.objects import PythonError

STEPS = 500_000
"""Statements and calls for one DAG file."""
SPLIT_STEPS = 100
"""What running both sides of an undecided test costs by itself."""
SPLIT_DEPTH = 6
"""Undecided tests inside one another, past which functions of the project are not entered: each doubles the work."""
DEPTH = 64
"""Nested calls of project functions."""
SAME_FUNCTION = 8
"""The same function on the call stack, where it is called under tests that cannot be decided."""
DECIDED_RECURSION = 40
"""The same function on the call stack, where every test was decided: it goes as deep as the data does."""
ELEMENTS = 1_000_000
TEXT = 10_000_000
INTEGER_BITS = 4_096
FILE_BYTES = 5_000_000
PATTERN = 2_000
SUBJECT = 100_000
CHOICE_LEAVES = 4
SYMBOLIC_PARTS = 400
"""Parts of one symbolic value, shared ones counted each time: past that nobody can make use of it."""
NESTED_CONTAINERS = 50


class OutOfFuel(Exception):
    """The file needs more steps than it may have; what was built so far is kept."""


def length_of(value: Sized) -> int:
    """`len(value)`; a range longer than Python can count is just too long."""
    try:
        return len(value)
    except OverflowError:
        return sys.maxsize


def check_elements(count: int) -> None:
    """Refuse a container of more than ELEMENTS elements."""
    if count > ELEMENTS:
        raise PythonError("MemoryError", f"{count} elements are more than airgo computes with")


def check_text(length: int) -> None:
    """Refuse a text of more than TEXT characters."""
    if length > TEXT:
        raise PythonError("MemoryError", f"a text of {length} characters is more than airgo computes with")


def check_bits(bits: int) -> None:
    """Refuse an integer of more than INTEGER_BITS bits."""
    if bits > INTEGER_BITS:
        raise PythonError("OverflowError", f"an integer of {bits} bits is more than airgo computes with")
