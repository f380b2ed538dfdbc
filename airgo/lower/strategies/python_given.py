"""What the arguments of a Python task hold: values that the DAG fixes, functions, and other objects."""

from __future__ import annotations

from airgo.values import MISSING, CodeRef, ExternCall, is_plain, nested, symbolic_parts


def fixed_value(raw: object) -> object:
    """An argument's value where the DAG fixes it; MISSING where it is known only when the task runs."""
    if raw is None or not is_plain(raw) or any("{{" in text or "{%" in text for text in nested(raw, str)):
        return MISSING
    return raw


def objects_in(value: object) -> list[object]:
    """Objects of the project or of libraries in nested arguments."""
    return [part for part in symbolic_parts(value) if isinstance(part, ExternCall)]


def functions_in(value: object) -> list[CodeRef]:
    """Functions in nested arguments."""
    if isinstance(value, CodeRef):
        return [value]
    if isinstance(value, dict):
        return [one for item in value.values() for one in functions_in(item)]
    if isinstance(value, list | tuple):
        return [one for item in value for one in functions_in(item)]
    return []
