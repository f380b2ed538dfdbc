"""The last pass: every target becomes a pointer into a manifest, and whatever the author wrote that no pass spoke of gets its entry."""

from __future__ import annotations

from dataclasses import replace

from airgo.lower.assemble import folder
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.ledger import CRON, TASK, TEMPLATE, Fate, account, account_dag, mapped
from airgo.lower.result import LedgerEntry
from airgo.lower.rules import UNMAPPED_ARGUMENT


def account_for_all(draft: WorkflowDraft) -> None:
    """Complete the ledger and resolve its targets."""
    _complete(draft)
    draft.ledger = {key: replace(entry, target=_target(entry, draft)) for key, entry in draft.ledger.items()}


def _complete(draft: WorkflowDraft) -> None:
    dag = draft.dag
    for name, argument in dag.arguments.items():
        if (dag.id, "dag", name) not in draft.ledger:
            draft.report(UNMAPPED_ARGUMENT.at(argument.span, f"{name} of the DAG has no effect", subject=dag.id))
            account_dag(draft, name, Fate("unknown", UNMAPPED_ARGUMENT.code))
    for name in dag.default_args:
        if (dag.id, "default", name) not in draft.ledger:
            reason = "every task says it itself, or takes no such argument"
            draft.record(LedgerEntry(dag.id, "default", name, "ignored", reason=reason))
    for task in dag.tasks:
        for name in task.written:
            if (draft.subject(task), "argument", name) not in draft.ledger:
                account(draft, task, name, mapped(TEMPLATE))


def _target(entry: LedgerEntry, draft: WorkflowDraft) -> str | None:
    if entry.outcome != "mapped":
        return None
    place, _, rest = (entry.target or "").partition("|")
    if not place.startswith("@"):
        return entry.target or _by_subject(entry, draft)
    if place in (TEMPLATE, TASK):
        task_id, _, pointer = rest.partition("|")
        return _in_template(task_id, pointer, draft) if place == TEMPLATE else _in_task(task_id, pointer, draft)
    place, slash, pointer = place.partition("/")
    name = "cron-workflow.yaml" if place == CRON else "workflow-template.yaml"
    return _existing(folder(draft) + name, slash + pointer, draft)


def _by_subject(entry: LedgerEntry, draft: WorkflowDraft) -> str:
    return _in_template(entry.subject.removeprefix(draft.dag.id + "."), "", draft)


def _in_template(task_id: str, pointer: str, draft: WorkflowDraft) -> str:
    """Below a task's template; the object's spec for what is of no task."""
    found = _find(task_id, draft)
    return _below(draft.template_places.get(found.instance_template) if found is not None else None, pointer, draft)


def _in_task(task_id: str, pointer: str, draft: WorkflowDraft) -> str:
    """Below a task's entry in its DAG template."""
    return _below(draft.task_places.get(task_id), pointer, draft)


def _below(place: str | None, pointer: str, draft: WorkflowDraft) -> str:
    if place is None:
        return folder(draft) + "workflow-template.yaml#/spec"
    file, _, start = place.partition("#")
    return _existing(file, start + pointer, draft)


def _find(task_id: str, draft: WorkflowDraft) -> Node | None:
    """A task's node, wherever it is."""
    return next((one.nodes[task_id] for one in draft.every_draft() if task_id in one.nodes), None)


def _existing(file: str, pointer: str, draft: WorkflowDraft) -> str:
    """The longest part of a pointer that the file has: a retry delay of a task without retries is nowhere in its template."""
    manifest = next((one for one in draft.manifests if one.path == file), None)
    value: object = manifest.documents[0] if manifest is not None else {}
    kept = ""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            break
        kept += f"/{part}"
    return f"{file}#{kept}"
