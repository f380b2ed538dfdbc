"""How large the result of an operator would be, checked before it is computed."""

from __future__ import annotations

from airgo.evaluate import limits


def check_repeat(left: object, right: object) -> None:
    """`sequence * n`, and products of large integers."""
    for sequence, count in ((left, right), (right, left)):
        if isinstance(count, int) and isinstance(sequence, str | bytes):
            limits.check_text(len(sequence) * max(count, 0))
        elif isinstance(count, int) and isinstance(sequence, list | tuple):
            limits.check_elements(len(sequence) * max(count, 0))
    if isinstance(left, int) and isinstance(right, int):
        limits.check_bits(left.bit_length() + right.bit_length())


def check_power(left: object, right: object) -> None:
    """`a ** b`."""
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        limits.check_bits(left.bit_length() * right)


def check_shift(left: object, right: object) -> None:
    """`a << b`."""
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        limits.check_bits(left.bit_length() + right)


def check_sum(left: object, right: object) -> None:
    """`sequence + sequence`."""
    if isinstance(left, str | bytes) and isinstance(right, str | bytes):
        limits.check_text(len(left) + len(right))
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
        limits.check_elements(len(left) + len(right))


SIZE_CHECKS = {"*": check_repeat, "**": check_power, "<<": check_shift, "+": check_sum}
