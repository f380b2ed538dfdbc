"""Mapped task groups: the group becomes one node that fans out over an inner DAG, where that is exact; else its tasks are `manual`."""

from __future__ import annotations

from dataclasses import replace

from airgo import ir
from airgo.argo.text import MAP_INDEX, ItemHole, Text
from airgo.lower.branching import BRANCH
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.expansion import expand
from airgo.lower.groups import INEXACT_GROUP, described, mapped_group
from airgo.lower.holes import holes_of
from airgo.lower.items import encode_items
from airgo.lower.manual import make_manual
from airgo.lower.order import ancestors_by_id
from airgo.lower.trigger_rules import ALIASES, PLAIN_RULES
from airgo.mapping.schema import OperatorMapping

_AS_CODE = OperatorMapping("task group", "", 0, strategy="python")
"""Elements of a group travel as JSON texts, as they do to Python code."""


def mapped_groups(draft: WorkflowDraft) -> None:
    """Put the tasks of every mapped group into a draft of their own."""
    members: dict[str, list[Node]] = {}
    for node in draft.nodes.values():
        group = mapped_group(node.task, draft.dag)
        if group is not None:
            members.setdefault(group.id, []).append(node)
    for group_id, nodes in members.items():
        group = draft.dag.group(group_id)
        assert group is not None
        try:
            _split(group, nodes, draft)
        except CannotLower as problem:
            for node in nodes:
                if node.strategy != "manual":
                    make_manual(node, problem.rule, problem.message, problem.span, draft)


def _split(group: ir.Group, nodes: list[Node], draft: WorkflowDraft) -> None:
    """Make the group a node. Raises CannotLower."""
    ids = {node.task.id for node in nodes}
    check_tasks(group, nodes)
    outside = outer_upstream(group, nodes, ids)
    leaves = ids - {up for node in nodes for up in node.task.upstream}
    check_consumers(group, ids, leaves, draft)
    rule = first_rule(group, nodes, ids) if outside else "all_success"
    stand_in = ir.Task(group.id, "", "", group.span, {}, {}, upstream=tuple(sorted(outside)), trigger_rule=rule, expand=group.expand)
    node = Node(stand_in, draft.group_names[group.id])
    names = list(expand(node, _AS_CODE, draft))
    node.draft = TemplateDraft({}, node.name, group.span, arguments={name: Text((ItemHole(name, json=True),)) for name in names})
    made = [one.draft for one in nodes if one.draft is not None]
    if any(isinstance(hole, ItemHole) and hole.name == MAP_INDEX for one in made for hole in holes_of([one.body, dict(one.arguments)])):
        node.draft.arguments[MAP_INDEX] = Text((ItemHole(MAP_INDEX),))
    encode_items(node, node.draft)
    if any(draft.nodes[up].draft is not None and draft.nodes[up].draft.branch for up in outside if up in draft.nodes):  # type: ignore[union-attr]
        raise CannotLower(INEXACT_GROUP, f"{described(group)} lies directly below a branch ({BRANCH})")
    _check_short_circuits(group, nodes, ids, draft)
    move(node, nodes, ids, draft)


def _check_short_circuits(group: ir.Group, nodes: list[Node], ids: set[str], draft: WorkflowDraft) -> None:
    """Airflow skips the group's first tasks below a closed one; what lets skips pass then runs in an expanded group all the same."""
    ancestors = ancestors_by_id(draft)
    closing = {task_id for task_id, node in draft.nodes.items() if node.draft is not None and node.draft.short_circuit}
    for node in nodes:
        if node.task.trigger_rule == "none_failed" and set(node.task.upstream) & ids and ancestors[node.task.id] & closing:
            raise CannotLower(
                INEXACT_GROUP, f"{node.task.id} of {described(group)} runs below skipped tasks, and lies below a short circuit"
            )


def check_tasks(group: ir.Group, nodes: list[Node]) -> None:
    """The group's tasks are not skipped one by one, nor mapped themselves. Raises CannotLower."""
    for node in nodes:
        task, made = node.task, node.draft
        rule = ALIASES.get(task.trigger_rule, task.trigger_rule)
        skips = made is not None and (made.branch or made.short_circuit or made.can_skip_itself or made.lets_through is not None)
        if rule not in PLAIN_RULES or skips or task.setup or task.teardown:
            raise CannotLower(INEXACT_GROUP, f"{task.id} of {described(group)} may be skipped, or has a trigger rule of its own")
        if task.mapped:
            raise CannotLower(INEXACT_GROUP, f"{task.id} is mapped inside {described(group)}")


def outer_upstream(group: ir.Group, nodes: list[Node], ids: set[str]) -> set[str]:
    """What the whole group waits for: the same for all of its first tasks, and no more for any other. Raises CannotLower."""
    firsts = [set(node.task.upstream) - ids for node in nodes if not set(node.task.upstream) & ids]
    common = set.union(*firsts)
    if any(first != common for first in firsts) or any(set(node.task.upstream) - ids - common for node in nodes):
        raise CannotLower(INEXACT_GROUP, f"the tasks of {described(group)} wait for different tasks outside of it")
    return common


def first_rule(group: ir.Group, nodes: list[Node], ids: set[str]) -> str:
    """The rule by which the whole group starts: that of its first tasks. Raises CannotLower."""
    rules = {ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) for node in nodes if not set(node.task.upstream) & ids}
    if len(rules) > 1:
        raise CannotLower(INEXACT_GROUP, f"the first tasks of {described(group)} have different trigger rules")
    return rules.pop()


def check_consumers(group: ir.Group, ids: set[str], leaves: set[str], draft: WorkflowDraft) -> None:
    """Whoever waits for the group waits for all of it, by a rule for which a part that failed is as good as failed. Raises CannotLower."""
    for other in draft.nodes.values():
        waits = set(other.task.upstream) & ids
        if other.task.id in ids or not waits:
            continue
        rule = ALIASES.get(other.task.trigger_rule, other.task.trigger_rule)
        if leaves - waits or rule not in (*PLAIN_RULES, "all_done", "none_skipped", "one_failed", "always"):
            raise CannotLower(INEXACT_GROUP, f"{other.task.id} waits for a part of {described(group)}, or counts how its tasks ended")


def move(stand_in: Node, nodes: list[Node], ids: set[str], draft: WorkflowDraft) -> None:
    """Put the tasks of a group into a draft of their own, and a node that stands for them in their place."""
    group_id = stand_in.task.id
    inner = WorkflowDraft(
        draft.dag,
        draft.config,
        draft.registry,
        draft.files,
        draft.collector,
        draft.name,
        parameters=draft.parameters,
        ledger=draft.ledger,
        renames=draft.renames,
        inputs=draft.inputs,
        pools=draft.pools,
        requirements=draft.requirements,
        outer=draft,
        group=group_id,
    )
    outside: dict[str, Node] = {}
    for node in draft.nodes.values():
        if node.task.id not in ids:
            outside[node.task.id] = node
            continue
        outside.setdefault(group_id, stand_in)
        node.task = replace(node.task, upstream=tuple(up for up in node.task.upstream if up in ids))
        inner.nodes[node.task.id] = node
    for node in outside.values():
        if set(node.task.upstream) & ids:
            upstream = {group_id if up in ids else up for up in node.task.upstream}
            node.task = replace(node.task, upstream=tuple(sorted(upstream)))
    draft.nodes = outside
    draft.inner[group_id] = inner
