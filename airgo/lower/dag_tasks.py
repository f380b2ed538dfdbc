"""The entries of DAG templates: one for each task, written as briefly as a person would."""

from __future__ import annotations

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
    if node.arguments:
        task["arguments"] = {"parameters": [_argument(name, leaf) for name, leaf in node.arguments.items()]}
    return task


def _argument(name: str, leaf: Leaf) -> dict[str, object]:
    return {"name": name, "value": leaf if isinstance(leaf, Text) else str(leaf)}
