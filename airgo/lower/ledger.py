"""Accounting: what became of each argument the author wrote, at the place where it was written."""

from __future__ import annotations

from dataclasses import dataclass

from airgo import ir
from airgo.lower.draft import WorkflowDraft
from airgo.lower.result import LedgerEntry, Outcome

TEMPLATE, TASK, OBJECT, CRON = "@template", "@task", "@object", "@cron"
"""Where something is, while the manifest has no order yet: below the task's template, the task's entry in its DAG template, the
WorkflowTemplate, or the CronWorkflow. A target is one of these and a JSON pointer (`@task/depends`); `resolved` when all has its place."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of something: mapped (target), ignored (reason), or approximated, unsupported, unknown (code)."""

    outcome: Outcome
    code: str | None = None
    reason: str | None = None
    target: str | None = None


def mapped(target: str = TEMPLATE) -> Fate:
    """It is in the manifest, at `target`."""
    return Fate("mapped", target=target)


def ignored(reason: str) -> Fate:
    """It changes nothing about a run, and why."""
    return Fate("ignored", reason=reason)


def account(draft: WorkflowDraft, task: ir.Task, name: str, fate: Fate) -> None:
    """Record the fate of a task's argument: for a default_args key at the DAG, for what the call wrote at the task."""
    argument = task.arguments.get(name)
    if name in task.written:
        _record(draft, draft.subject(task), "argument", name, _of_task(fate, task))
    elif argument is not None and argument.origin == "default_args" and name in draft.dag.default_args:
        _record(draft, draft.dag.id, "default", name, _of_task(fate, task))


def account_expansion(draft: WorkflowDraft, task: ir.Task, name: str, fate: Fate) -> None:
    """Record the fate of a mapped argument."""
    _record(draft, draft.subject(task), "expand", name, _of_task(fate, task))


def account_dag(draft: WorkflowDraft, name: str, fate: Fate) -> None:
    """Record the fate of an argument of the DAG."""
    _record(draft, draft.dag.id, "dag", name, fate)


def account_xcom(draft: WorkflowDraft, task: ir.Task, name: str, fate: Fate) -> None:
    """Record the fate of an edge of data into this task; `name` is `from_task.key`."""
    _record(draft, draft.subject(task), "xcom", name, _of_task(fate, task))


def _of_task(fate: Fate, task: ir.Task) -> Fate:
    if fate.target is None or fate.target.partition("/")[0] not in (TEMPLATE, TASK):
        return fate
    place, slash, pointer = fate.target.partition("/")
    return Fate(fate.outcome, fate.code, fate.reason, f"{place}|{task.id}|{slash}{pointer}")


def _record(draft: WorkflowDraft, subject: str, kind: str, name: str, fate: Fate) -> None:
    draft.record(LedgerEntry(subject, kind, name, fate.outcome, fate.code, fate.reason, fate.target))
