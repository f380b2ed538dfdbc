"""Decorators of Airflow around a function: left out when the function travels, because the template does their work."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from airgo.callables.names import dotted_name, first_name

AUTHORING = frozenset({"task", "task_group", "dag", "setup", "teardown"})
"""Airflow's decorators that make a task of a function."""
DECIDING = frozenset({"run_if", "skip_if"})
"""Their variants that decide at run time whether the task runs."""


def without_airflow(node: cst.FunctionDef, airflow_name: Callable[[str], str | None]) -> tuple[cst.FunctionDef, list[str]]:
    """The function without Airflow's decorators, and the names of those that decide whether it runs.

    `airflow_name(name)` is the dotted name of Airflow that a name of the module stands for, or None.
    """
    kept: list[cst.Decorator] = []
    deciding: list[str] = []
    for decorator in node.decorators:
        target = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        name = dotted_name(target)
        origin = airflow_name(first_name(target)) if name is not None else None
        if name is None or origin is None or not AUTHORING & {*origin.split("."), *name.split(".")[1:]}:
            kept.append(decorator)
        elif name.rpartition(".")[2] in DECIDING:
            deciding.append(name)
    if len(kept) == len(node.decorators):
        return node, []
    rest = [kept[0].with_changes(leading_lines=[]), *kept[1:]] if kept else []
    return node.with_changes(decorators=rest, lines_after_decorators=node.lines_after_decorators if rest else []), deciding
