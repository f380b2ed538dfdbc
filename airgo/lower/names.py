"""The names of a workflow and of its tasks, and the record of those that Argo does not allow as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from airgo.argo.names import Namer, object_name, task_name
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.result import Rename

END = "airgo-end"
"""The task that decides how a run ends; names that start with `airgo-` are airgo's own."""


def names(draft: WorkflowDraft) -> None:
    """Name the workflow and make one node for each task."""
    dag = draft.dag
    draft.name = draft.name or object_name(dag.id)
    if draft.name != dag.id:
        draft.renames.append(Rename("dag", dag.id, dag.id, draft.name))
    groups = [group.id for group in dag.groups if group.expand is not None or draft.config.groups == "nested"]
    namer = Namer(_own_name, [*(task.id for task in dag.tasks), *groups], reserved=(END,))
    draft.group_names = {group: namer[group] for group in groups}
    draft.nodes = {task.id: Node(task, namer[task.id]) for task in dag.tasks}
    draft.renames.extend(Rename("task", dag.id, task_id, name) for task_id, name in namer.renames() if task_id in draft.nodes)


def _own_name(identifier: str) -> str:
    name = task_name(identifier)
    return f"task-{name}" if name.startswith("airgo-") else name


def project_object(draft: WorkflowDraft, suffix: str) -> str:
    """The name of an object that the project's DAGs share: `<project>-pools`."""
    return f"{object_name(draft.config.project or draft.files.root.name or 'airgo')}-{suffix}"


def free_variable(wanted: str, entries: Iterable[Mapping[str, object]]) -> str:
    """A name for one more environment variable of a container: the one wanted, numbered where an entry has it already."""
    taken = {entry["name"] for entry in entries}
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
