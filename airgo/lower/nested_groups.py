"""Task groups as DAG templates of their own, where `groups = "nested"` asks for them and the group as a whole is as good as its tasks.

Argo sees one state of the inner DAG: failed if one of its last tasks did. It hands on no values where it failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from airgo import ir
from airgo.argo.text import XComHole
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.groups import INEXACT_GROUP, described, groups_of
from airgo.lower.mapped_groups import check_consumers, check_tasks, move, outer_upstream
from airgo.lower.order import Ancestors, ancestors_by_id
from airgo.lower.runs import fails_fast
from airgo.lower.trigger_rules import ALIASES, PLAIN_RULES
from airgo.lower.xcom import xcom_holes

FLAT = Rule(
    "AG653",
    "group-stays-flat",
    Severity.NOTE,
    "a task group that is not written as a DAG template of its own",
    "Argo sees a DAG template as one task: it starts as a whole, ends as a whole, and hands on no values where it failed. Where the rest "
    "of the DAG looks at the group's tasks one by one, they stay flat, with the group's id in front of theirs.",
    "nothing; or have the group start and end as a whole",
)
LARGEST = 185
"""Tasks of a group: a DAG template takes 200, and only the workflow's own DAG is cut into parts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group with its tasks, and what waits for what in the DAG around it."""

    group: ir.Group
    nodes: list[Node]
    draft: WorkflowDraft
    above: Ancestors

    @property
    def ids(self) -> set[str]:
        """The ids of the group's tasks."""
        return {node.task.id for node in self.nodes}

    @property
    def others(self) -> list[Node]:
        """The tasks around the group."""
        ids = self.ids
        return [node for node in self.draft.nodes.values() if node.task.id not in ids]

    def below(self) -> set[str]:
        """The ids of the tasks around the group that wait for it."""
        return {node.task.id for node in self.others if self.above[node.task.id] & self.ids}


def nested_groups(draft: WorkflowDraft) -> None:
    """Make every outermost group that can be one a DAG template; in one that cannot, the groups inside it are tried."""
    if draft.config.groups != "nested":
        return
    waiting = [group for group in draft.dag.groups if group.parent is None and group.expand is None]
    while waiting:
        group = waiting.pop(0)
        nodes = [node for node in draft.nodes.values() if group in groups_of(node.task, draft.dag)]
        if not nodes:
            continue
        try:
            _nest(Candidate(group, nodes, draft, ancestors_by_id(draft)))
        except CannotLower as problem:
            draft.report(FLAT.at(group.span, f"{group.id} stays flat: {problem.message}", subject=draft.dag.id))
            waiting += [inner for inner in draft.dag.groups if inner.parent == group.id and inner.expand is None]


def _nest(one: Candidate) -> None:
    """Make the group a node. Raises CannotLower where its tasks are looked at one by one."""
    group, ids = one.group, one.ids
    check_tasks(group, one.nodes)
    outside = outer_upstream(group, one.nodes, ids)
    leaves = ids - {up for node in one.nodes for up in node.task.upstream}
    check_consumers(group, ids, leaves, one.draft)
    for problem in (*_shape(one), *_skips(one), *_values(one)):
        raise CannotLower(INEXACT_GROUP, problem)
    rule = next(node.task.trigger_rule for node in one.nodes if not set(node.task.upstream) & ids)
    stand_in = ir.Task(group.id, "", "", group.span, {}, {}, upstream=tuple(sorted(outside)), trigger_rule=rule)
    node = Node(stand_in, one.draft.group_names[group.id])
    node.draft = TemplateDraft({}, node.name, group.span)
    move(node, one.nodes, ids, one.draft)


def _shape(one: Candidate) -> Iterator[str]:
    """Groups that no DAG template can hold."""
    if fails_fast(one.draft):
        yield "a DAG that fails fast looks at every task"
    if any(task.setup or task.teardown for task in one.draft.dag.tasks):
        yield "setups and teardowns hold for every task of their scope"
    if len(one.nodes) > LARGEST:
        yield f"it has {len(one.nodes)} tasks, and a DAG template takes 200"
    if any(inner.expand is not None and one.group in _around(inner, one.draft.dag) for inner in one.draft.dag.groups):
        yield f"{described(one.group)} holds a mapped group"
    firsts = [node.task.trigger_rule for node in one.nodes if not set(node.task.upstream) & one.ids]
    if len(set(firsts)) > 1:
        yield f"the first tasks of {described(one.group)} have different trigger rules"


def _around(group: ir.Group, dag: ir.Dag) -> Iterator[ir.Group]:
    parent = dag.group(group.parent) if group.parent is not None else None
    while parent is not None:
        yield parent
        parent = dag.group(parent.parent) if parent.parent is not None else None


def _skips(one: Candidate) -> Iterator[str]:
    """Skips that reach the group's tasks, or meet their failures, one by one."""
    below = one.below()
    for node in one.others:
        if node.draft is None or not node.draft.branch:
            continue
        children = {other.task.id for other in one.draft.nodes.values() if node.task.id in other.task.upstream}
        if children & one.ids:
            yield f"the branch {node.task.id} chooses among tasks of {described(one.group)}"
        if any(node.task.id in one.above[task_id] for task_id in one.ids) and children & below:
            yield f"the branch {node.task.id} chooses among tasks on both sides of {described(one.group)}"
    if not any(_may_skip(node) for node in one.others):
        return
    for node in one.nodes:
        if set(node.task.upstream) & one.ids and node.task.trigger_rule != "all_success":
            yield f"{node.task.id} of {described(one.group)} may run where the tasks before it are skipped"
    for node in one.others:
        if node.task.id in below and set(node.task.upstream) & one.ids and set(node.task.upstream) - one.ids:
            yield f"{node.task.id} waits for {described(one.group)} and for others, in a DAG where tasks may be skipped"


def _may_skip(node: Node) -> bool:
    made = node.draft
    skips = made is not None and (made.branch or made.short_circuit or made.can_skip_itself or made.lets_through is not None)
    plain = ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) in (*PLAIN_RULES, "all_done", "always")
    return skips or not plain or node.task.expand is not None or node.expansion is not None


def _values(one: Candidate) -> Iterator[str]:
    """Values that cross the group's border where a DAG template would not let them."""
    below = one.below()
    if any(node.draft is not None and node.draft.reads_everything for node in one.draft.every_node()):
        yield "a task reads XComs that nobody could determine"
    for node in one.others:
        sources = node.expansion.sources.values() if node.expansion is not None else ()
        if any(source.task_id in one.ids for source in sources):
            yield f"{node.task.id} is expanded over a task of {described(one.group)}"
        if _reads(node, one) and any(_is_no_plain(one.draft.nodes[up]) for up in {node.task.id, *one.above[node.task.id]} & below):
            yield f"{node.task.id} may run after {described(one.group)} failed, and reads a value of it"
    for node in one.draft.nodes.values():
        if any(set(hole.task_ids) & one.ids and set(hole.task_ids) - one.ids for hole in _holes(node, one.draft)):
            yield f"{node.task.id} reads values from inside and outside of {described(one.group)} as one list"


def _holes(node: Node, draft: WorkflowDraft) -> list[XComHole]:
    """What a task reads, or the tasks of the group that it stands for."""
    inner = draft.inner.get(node.task.id)
    return [hole for each in (inner.nodes.values() if inner is not None else (node,)) for hole in xcom_holes(each)]


def _reads(node: Node, one: Candidate) -> bool:
    return any(set(hole.task_ids) & one.ids for hole in _holes(node, one.draft))


def _is_no_plain(node: Node) -> bool:
    return ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) not in PLAIN_RULES
