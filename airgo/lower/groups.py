"""Task groups: flat by default, tasks prefixed with their groups' ids. A mapped group fans out as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from airgo import ir
from airgo.diagnostics import Rule, Severity

INEXACT_GROUP = Rule(
    "AG406",
    "inexact-mapped-group",
    Severity.ERROR,
    "a mapped task group that Argo cannot fan out exactly",
    "A mapped group becomes an inner DAG that runs once for each element. Argo sees one of its runs as a whole: it succeeded or failed. "
    "Groups whose tasks can be skipped, have trigger rules of their own, or are looked at one by one from outside, "
    "have no exact counterpart.",
    "give the group one last task, default trigger rules and no branches, or map single tasks",
)


def groups_of(task: ir.Task, dag: ir.Dag) -> Iterator[ir.Group]:
    """The groups that a task is in, innermost first."""
    group = dag.group(task.group) if task.group is not None else None
    while group is not None:
        yield group
        group = dag.group(group.parent) if group.parent is not None else None


def described(group: ir.Group) -> str:
    """The group in words."""
    return f"the {'mapped ' if group.expand is not None else ''}group {group.id}"


def mapped_group(task: ir.Task, dag: ir.Dag) -> ir.Group | None:
    """The outermost mapped group that a task is in."""
    found = None
    for group in groups_of(task, dag):
        if group.expand is not None:
            found = group
    return found
