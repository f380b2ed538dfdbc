"""How an expression refers to another task of the DAG, and reads what it handed on, whatever became of that task."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def task_reference(name: str) -> str:
    """`tasks.name`, or `tasks['a-name']` where the name is no identifier (single quotes: Argo's own scan needs them)."""
    return f"tasks.{name}" if _PLAIN.fullmatch(name) else f"tasks['{name}']"


def output(task: str, parameter: str) -> str:
    """An output parameter of a task that is sure to have it."""
    return f"{task_reference(task)}.outputs.parameters['{parameter}']"


def safe_output(task: str, parameter: str, default: str = "null") -> str:
    """An output parameter, or `default` when the task was skipped, omitted, failed, or never reported it.

    The task must be an ancestor: with any other the workflow would wait for ever. No `?.` after the task: a DAG that is called by
    another one is read once before its tasks run, when `tasks` holds the caller's name only, and would take the default (observed).
    """
    return f"{task_reference(task)}.outputs?.parameters?.['{parameter}'] ?? '{default}'"
