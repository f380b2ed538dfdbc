"""Python tasks: a script with the user's function, its arguments as data, and what it returns written where others read it."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft
from airgo.lower.strategies import strategy
from airgo.lower.strategies.python_branching import branch_lines
from airgo.lower.strategies.python_command import command_lines
from airgo.lower.strategies.python_outputs import condition_lines, return_lines
from airgo.lower.strategies.python_task import PythonTask
from airgo.lower.strategies.python_waiting import waiting_lines
from airgo.lower.waiting import TIMED_OUT, sensor_notes, waiting

SKIP_EXIT_CODE = 99
"""Airflow's default for the exit code of a shell command that skips its task."""


@strategy("python")
def python(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function of the user; what it returns is its XCom, or a shell command to run. Raises CannotLower."""
    task = PythonTask(node, values, options, draft)
    if options.get("command") is not True:
        return task.template(return_lines)
    codes = skip_codes(node)
    made = task.template(command_lines(codes))
    made.can_skip_itself = made.can_skip_itself or bool(codes)
    return made


def skip_codes(node: Node) -> tuple[int, ...]:
    """The exit codes that skip the task: those written, or the default where the function's code mentions it."""
    value = node.task.value("skip_on_exit_code", SKIP_EXIT_CODE)
    codes = value if isinstance(value, list | tuple | set) else (value,)
    return tuple(sorted(code for code in codes if isinstance(code, int) and not isinstance(code, bool)))


@strategy("branch")
def branch(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function that returns the id, or ids, of the tasks to run next. Raises CannotLower."""
    made = PythonTask(node, values, options, draft).template(branch_lines(draft.dag))
    made.branch = True
    return made


@strategy("short-circuit")
def short_circuit(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function that says whether anything after it runs. Raises CannotLower."""
    made = PythonTask(node, values, options, draft).template(condition_lines)
    made.short_circuit = True
    return made


@strategy("python-sensor")
def python_sensor(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A function that is asked until it returns something true. Raises CannotLower."""
    wait = waiting(node, draft)
    made = PythonTask(node, values, options, draft).template(waiting_lines(wait))
    made.can_skip_itself = made.can_skip_itself or wait.soft or wait.never_fails
    made.no_retry_exit_codes = (*made.no_retry_exit_codes, TIMED_OUT)
    made.notes |= sensor_notes(node)
    return made
