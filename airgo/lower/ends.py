"""How a run ends: by Airflow's leaves, where Argo's own idea of a failed DAG differs."""

from __future__ import annotations

import re
from collections.abc import Collection

from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.names import END
from airgo.lower.order import direct_upstream
from airgo.lower.trigger_rules import ALIASES, PLAIN_RULES, Upstream, done

__all__ = ["END", "needs_end", "own_end"]

NAMED = re.compile(r"(?<![-.\w])[A-Za-z0-9][-A-Za-z0-9]*")
"""A task's name in `depends`, without the state that may follow it."""


def own_end(nodes: Collection[Node], leaves: Collection[Node]) -> str:
    """What ends a run well: Airflow's leaves. What only Argo sees as a leaf (a teardown, a task whose downstream tasks have the rule
    `always`) has merely to end: no failure of it may be a leaf's.
    """
    names = [node.name for node in leaves]
    waited_for = {name for node in nodes for name in NAMED.findall(node.depends or "")}
    others = [node for node in nodes if node.name not in names and node.name not in waited_for]
    ended = [done(Upstream(node.name, node.may_be_skipped, node.may_be_omitted)) for node in others]
    return " && ".join([*names, *ended])


def needs_end(nodes: Collection[Node], draft: WorkflowDraft) -> bool:
    """Does a leaf's own end differ from Airflow's idea of a failed run? Only where something may be skipped, a rule is not the default,
    or a teardown is a leaf.
    """
    if any(node.may_be_skipped or node.task.teardown for node in nodes):
        return True
    return any(
        ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) not in PLAIN_RULES and direct_upstream(node, draft) for node in nodes
    )
