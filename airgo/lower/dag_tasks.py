"""The entries of DAG templates: one for each task, written as briefly as a person would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airgo.argo.text import Text
from airgo.lower.draft import Leaf, Node
from airgo.lower.trigger_rules import conjunction


def dag_task(node: Node) -> dict[str, object]:
    """A node's entry."""
    task: dict[str, object] = {"name": node.name}
    if node.depends is not None:
        task["depends"] = node.depends
    if node.when:
        task["when"] = conjunction(node.when)
    task["template"] = node.template
    arguments = by_kind([_argument(name, leaf) for name, leaf in node.arguments.items()], artifact_arguments(node.artifacts))
    if arguments:
        task["arguments"] = arguments
    return task


def by_kind(parameters: Sequence[object], artifacts: Sequence[object]) -> dict[str, object]:
    """Arguments, inputs or outputs: the kinds that there are."""
    return {kind: list(found) for kind, found in (("parameters", parameters), ("artifacts", artifacts)) if found}


def artifact_arguments(artifacts: Mapping[str, str]) -> list[dict[str, object]]:
    """What brings a task its files. Optional: a task that was skipped, or never reported, hands none on."""
    return [{"name": name, "from": tag, "optional": True} for name, tag in artifacts.items()]


def _argument(name: str, leaf: Leaf) -> dict[str, object]:
    return {"name": name, "value": leaf if isinstance(leaf, Text) else str(leaf)}
