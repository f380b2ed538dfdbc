"""Env entries for what the code of a Python task reads of the deployment, from the project's ConfigMap and Secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from airgo.argo.text import EnvRef
from airgo.callables.deployment import Read
from airgo.callables.problems import OPTIONAL_VALUE
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.inputs import env_entries
from airgo.lower.names import project_object
from airgo.lower.result import Input
from airgo.macros.sources import connection, environment, is_secret, variable

REFERENCES: Mapping[str, Callable[[str], EnvRef]] = {"variable": variable, "connection": connection, "env": environment}
KINDS = {"variable": "variables", "connection": "connections", "env": "env"}


def deployment_env(reads: Iterable[Read], node: Node, draft: WorkflowDraft) -> list[dict[str, object]]:
    """The entries; what they need is recorded for the inventory. A value that may be missing is optional in the pod too."""
    entries = []
    for read in reads:
        reference = REFERENCES[read.kind](read.key)
        if read.optional and read.default is None and not configured(read, draft):
            entries.append(optional(reference, read, node, draft))
            continue
        secret = is_secret(reference.source)
        draft.inputs.append(Input(KINDS[read.kind], read.key, (str(read.span),), secret, None if secret else read.default))
        entries += env_entries([reference], draft)
    return entries


def configured(read: Read, draft: WorkflowDraft) -> bool:
    """Does airgo.toml give the value?"""
    given = {"variable": draft.config.variables, "connection": draft.config.connections, "env": draft.config.env}
    return read.key in given[read.kind]


def optional(reference: EnvRef, read: Read, node: Node, draft: WorkflowDraft) -> dict[str, object]:
    """An entry for a value that the deployment may lack; the code then takes its default."""
    words = f"{node.task.id} reads the {read.kind} {read.key} if there is one"
    draft.report(OPTIONAL_VALUE.at(read.span, words, subject=draft.subject(node.task)))
    if is_secret(reference.source):
        source = {"secretKeyRef": {"name": project_object(draft, "connections"), "key": reference.name, "optional": True}}
    else:
        source = {"configMapKeyRef": {"name": project_object(draft, "variables"), "key": reference.name, "optional": True}}
    return {"name": reference.name, "valueFrom": source}
