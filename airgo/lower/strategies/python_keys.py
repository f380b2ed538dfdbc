"""Which keys of a task's XCom other tasks ask for, as far as the DAG shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from airgo import ir
from airgo.values import CodeRef, XComRef, nested, symbolic_parts

LITERAL_KEY = re.compile(r"""\bkey\s*=\s*['"]([^'"]+)['"]""")


def keys_read(dag: ir.Dag, task_id: str) -> frozenset[str]:
    """Keys under which values of `task_id` may be read: by reference, by Jinja, or in code. Rather one too many than one too few."""
    return frozenset(key for task in dag.tasks for value in values(task) for key in keys_in(value, task_id)) - {"return_value"}


def values(task: ir.Task) -> Iterator[object]:
    """Every value that a task was given."""
    yield from (argument.value for argument in task.arguments.values())
    if task.expand is not None:
        yield from (argument.value for argument in task.expand.arguments.values())
        if task.expand.kwargs_list is not None:
            yield task.expand.kwargs_list.value


def keys_in(value: object, task_id: str) -> Iterator[str]:
    """Keys that one value asks for."""
    for part in symbolic_parts(value):
        if isinstance(part, XComRef) and part.task_id == task_id:
            yield part.key
        elif isinstance(part, CodeRef) and isinstance(part.tree, cst.Module):
            yield from literal_keys(part.tree)
    for text in nested(value, str):
        yield from LITERAL_KEY.findall(text)


@lru_cache(maxsize=1_000)
def literal_keys(tree: cst.Module) -> tuple[str, ...]:
    """Keys that a module's code asks for by literal text."""
    return tuple(dict.fromkeys(LITERAL_KEY.findall(tree.code)))
