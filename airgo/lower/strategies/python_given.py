"""What a Python task is given: code that travels, values that the DAG fixes, functions, and other objects."""

from __future__ import annotations

import libcst as cst

from airgo.callables.slicing import Slice
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


def carried_code(code: Slice) -> tuple[str, ...]:
    """The user's code that travels, for people: functions by file, and files that travel whole."""
    whole = {file.path for file in code.files}
    functions: dict[str, dict[str, None]] = {}
    for one in code.functions:
        name = one.node.name.value if isinstance(one.node, cst.FunctionDef) else "a lambda"
        if one.source.path not in whole:
            functions.setdefault(one.source.path, {})[name] = None
    return (*(f"{path}: {', '.join(names)}" for path, names in functions.items()), *(f"{path}, the whole file" for path in sorted(whole)))
