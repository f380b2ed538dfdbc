"""Python tasks: a script with the user's function, its arguments as data, and what it returns written where others read it."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft
from airgo.lower.strategies import strategy
from airgo.lower.strategies.python_outputs import branch_lines, condition_lines, return_lines
from airgo.lower.strategies.python_task import PythonTask


@strategy("python")
def python(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function of the user; what it returns is its XCom. Raises CannotLower."""
    return PythonTask(node, values, options, draft).template(return_lines)


@strategy("branch")
def branch(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function that returns the id, or ids, of the tasks to run next. Raises CannotLower."""
    made = PythonTask(node, values, options, draft).template(branch_lines)
    made.branch = True
    return made


@strategy("short-circuit")
def short_circuit(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function that says whether anything after it runs. Raises CannotLower."""
    made = PythonTask(node, values, options, draft).template(condition_lines)
    made.short_circuit = True
    return made
