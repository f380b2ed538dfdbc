"""The order of a DAG's tasks: upstream first, who is above whom, and who has surely ended when a task starts."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.trigger_rules import ALIASES

Ancestors = Mapping[str, frozenset[str]]
"""The ids of all tasks above each task."""


def in_order(draft: WorkflowDraft) -> list[Node]:
    """The nodes with every upstream task before its downstream ones; the DAG's order where that leaves a choice.

    Raises ValueError for a circle, which no DAG that is lowered has.
    """
    done: dict[str, Node] = {}
    entered: set[str] = set()
    stack = [(node, False) for node in reversed(draft.nodes.values())]
    while stack:
        node, expanded = stack.pop()
        if node.task.id in done:
            continue
        if expanded:
            done[node.task.id] = node
            continue
        if node.task.id in entered:
            raise ValueError(f"{node.task.id} is upstream of itself")
        entered.add(node.task.id)
        stack.append((node, True))
        stack.extend((draft.nodes[up], False) for up in reversed(direct_upstream(node, draft)) if up not in done)
    return list(done.values())


def direct_upstream(node: Node, draft: WorkflowDraft) -> list[str]:
    """The ids of the direct upstream tasks that the DAG has."""
    return [up for up in node.task.upstream if up in draft.nodes]


def ancestors_by_id(draft: WorkflowDraft) -> dict[str, frozenset[str]]:
    """The ids of all tasks above each task."""
    above: dict[str, frozenset[str]] = {}
    for node in in_order(draft):
        direct = direct_upstream(node, draft)
        above[node.task.id] = frozenset(direct).union(*(above[up] for up in direct))
    return above


def waits_for(draft: WorkflowDraft) -> dict[str, frozenset[str]]:
    """The ids of the tasks that have surely ended when each task starts: a task with the rule `always` waits for nobody."""
    above: dict[str, frozenset[str]] = {}
    for node in in_order(draft):
        rule = ALIASES.get(node.task.trigger_rule, node.task.trigger_rule)
        direct = [] if rule == "always" else direct_upstream(node, draft)
        above[node.task.id] = frozenset(direct).union(*(above[up] for up in direct))
    return above
