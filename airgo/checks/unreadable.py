"""Tasks that could not be read: made by unknown code, given unknown arguments, or there only under an undecided test."""

from __future__ import annotations

from collections.abc import Iterator

from airgo import ir
from airgo.checks import check
from airgo.diagnostics import Diagnostic, Rule, Severity

UNREADABLE_TASK = Rule(
    "AG202",
    "unreadable-task",
    Severity.ERROR,
    "a task whose operator or arguments could not be read",
    "The task is made by code that airgo cannot follow, or with arguments that come from a value that is not known, "
    "so what it does is not known either.",
    "write the operator and its arguments out, or set the values it depends on in airgo.toml",
)
CONDITIONAL_TASK = Rule(
    "AG222",
    "conditional-task",
    Severity.ERROR,
    "a task that exists only under a test that could not be decided",
    "Whether the task is part of the DAG depends on a value of the deployment. A manifest holds one answer, so the "
    "task fails until it is known.",
    "set the value that the test reads in airgo.toml",
)


CONDITIONAL_DAG = Rule(
    "AG235",
    "conditional-dag",
    Severity.WARNING,
    "a DAG that exists only under a test that could not be decided",
    "Whether Airflow has the DAG depends on a value of the deployment; it is converted in any case.",
    "set the value that the test reads in airgo.toml, or leave the DAG out",
)


@check
def conditional_dag(dag: ir.Dag) -> Iterator[Diagnostic]:
    """A DAG made under an undecided test."""
    if dag.guard is not None:
        words = f"{dag.id} exists only if a test that could not be decided is {'true' if dag.guard.polarity else 'false'}"
        yield CONDITIONAL_DAG.at(dag.span, words, subject=dag.id, notes=((dag.guard.span, "the test is here"),))


@check
def unreadable(dag: ir.Dag) -> Iterator[Diagnostic]:
    """Every task that could not be read, once."""
    for task in dag.tasks:
        found = problem_of(task, f"{dag.id}.{task.id}")
        if found is not None:
            yield found


def problem_of(task: ir.Task, subject: str) -> Diagnostic | None:
    """Why a task could not be read; None when it could."""
    if task.opaque:
        return UNREADABLE_TASK.at(task.span, f"what {task.class_name} makes of {task.id} is not known", subject=subject, effort="M")
    if task.unseen_arguments:
        words = f"{task.id} is given arguments that could not be read"
        return UNREADABLE_TASK.at(task.span, words, subject=subject, effort="M")
    if task.guard is not None:
        words = f"{task.id} exists only if a test that could not be decided is {'true' if task.guard.polarity else 'false'}"
        return CONDITIONAL_TASK.at(task.span, words, subject=subject, notes=((task.guard.span, "the test is here"),), effort="M")
    return None
