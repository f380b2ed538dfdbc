"""Tasks that skip others: branches, short circuits and latest-only, as conditions of the tasks they may skip.

Airflow skips the direct downstream tasks that are neither chosen nor downstream of a chosen one; a short circuit skips all descendants.
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#branching
"""

from __future__ import annotations

from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.groups import groups_of
from airgo.lower.order import Ancestors, direct_upstream
from airgo.lower.references import output, safe_output, task_reference
from airgo.lower.trigger_rules import ALIASES, PLAIN_RULES
from airgo.values import truth

BRANCH = "airgo-branch"
"""The output that holds what a branch chose: a JSON list of ids; of a short circuit: `true` or `false`."""

STOPS_AT_A_SKIP = frozenset({"all_success", "none_skipped", "all_done_min_one_success"})
"""Rules by which one skipped upstream task is enough to skip the task, so that a skip reaches it without a condition of its own."""


def skipping_tasks(draft: WorkflowDraft) -> list[str]:
    """The ids of the tasks that may skip others, sorted."""
    made = {task_id: node.draft for task_id, node in draft.nodes.items() if node.draft is not None}
    return sorted(task_id for task_id, one in made.items() if one.branch or one.short_circuit or one.lets_through is not None)


def skip_conditions(node: Node, draft: WorkflowDraft, ancestors: dict[str, frozenset[str]], skipping: list[str]) -> list[str]:
    """What must hold so that no branch or short circuit above skips this task. Marks the outputs that are read."""
    if ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) == "always":
        return []  # it starts with the DAG, before anything above it can skip it
    conditions = []
    for above in (draft.nodes[task_id] for task_id in skipping if task_id in ancestors[node.task.id]):
        assert above.draft is not None, "only tasks with a template skip others"
        if above.draft.lets_through is not None and above.task.id in node.task.upstream:
            conditions.append(f"{{{{= {above.draft.lets_through} }}}}")
            continue
        condition = None
        if above.draft.branch and above.task.id in node.task.upstream:
            condition = _chosen(node, above, draft, ancestors)
        elif above.draft.short_circuit and _in_reach(node, above):
            condition = _passed(node, above)
        if condition:
            above.outputs_read.add(BRANCH)
            conditions.append(condition)
    return conditions


def _chosen(node: Node, branch: Node, draft: WorkflowDraft, ancestors: dict[str, frozenset[str]]) -> str:
    """The branch chose the task, or one that the task lies downstream of."""
    ids = _keeping_ids(node, branch, draft, ancestors)
    plain = not branch.may_be_skipped and node.task.trigger_rule == "all_success"
    read = output(branch.name, BRANCH) if plain else f"({safe_output(branch.name, BRANCH, '[]')})"
    tests = " || ".join(f"{_quoted(task_id)} in fromJSON({read})" for task_id in ids)
    return f"{{{{= {tests if plain else _unless_ended_otherwise(branch, tests)} }}}}"


def _keeping_ids(node: Node, branch: Node, draft: WorkflowDraft, ancestors: dict[str, frozenset[str]]) -> list[str]:
    """Every id whose choice keeps the task: its own, those above it below the branch, and groups that any of these is a root of."""
    below = [task_id for task_id in draft.nodes if branch.task.id in ancestors[task_id]]
    keeping = [task_id for task_id in below if task_id == node.task.id or task_id in ancestors[node.task.id]]
    keeping.sort(key=lambda task_id: (task_id != node.task.id, task_id))
    groups = []
    for task_id in keeping:
        task = draft.nodes[task_id].task
        for group in groups_of(task, draft.dag):
            members = {other.id for other in draft.dag.tasks if group in groups_of(other, draft.dag)}
            if not members & set(task.upstream) and group.id not in groups:
                groups.append(group.id)
    return keeping + groups


def _in_reach(node: Node, above: Node) -> bool:
    """Does this short circuit skip the task by itself, not merely through the tasks between them?"""
    if above.task.id in node.task.upstream:
        return True
    if truth(above.task.value("ignore_downstream_trigger_rules", True)) is False or node.task.teardown:
        return False
    return node.task.trigger_rule not in STOPS_AT_A_SKIP


def _passed(node: Node, above: Node) -> str:
    plain = not above.may_be_skipped and above.task.id in node.task.upstream and node.task.trigger_rule == "all_success"
    if plain:
        return f"{{{{= {output(above.name, BRANCH)} == 'true' }}}}"
    return f"{{{{= {_unless_ended_otherwise(above, f'({safe_output(above.name, BRANCH)}) == ' + repr('true'))} }}}}"


def _unless_ended_otherwise(branch: Node, test: str) -> str:
    """A branch that did not succeed skips nobody: the trigger rules decide."""
    return f"{task_reference(branch.name)}.status != 'Succeeded' || {test}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def may_fail_after_skip(early: Node, late: Node, draft: WorkflowDraft, ended: Ancestors) -> bool:
    """Can the one be skipped, and the other fail or be upstream_failed all the same, surely later?

    It can where the first, or what skips it, lies above the second, and not every task between them passes a skip on.
    """
    if not (early.may_be_skipped or early.skips_itself):
        return False
    return _fails_below(early, late, draft, ended) or _omitted_after_skip(early, late, draft, ended)


def _fails_below(early: Node, late: Node, draft: WorkflowDraft, ended: Ancestors) -> bool:
    if early.task.id in ended[late.task.id]:
        return _skips_others(early) or runs_below_a_skip(early, late, draft, ended)
    if any(one in ended[late.task.id] for one in _skipped_by(early, draft, ended)):
        return True
    if early.skips_itself or early.task.trigger_rule not in STOPS_AT_A_SKIP:
        return False
    causes = _causes(early, draft)
    return bool(causes) and all(_decides_before(cause, late, draft, ended) for cause in causes)


def _omitted_after_skip(early: Node, late: Node, draft: WorkflowDraft, ended: Ancestors) -> bool:
    """Can the first be skipped although a task above both fails, and the second be upstream_failed one look of the scheduler later?"""
    if early.task.id not in ended[late.task.id] or _decided_first(early, late, draft, ended):
        return _decided_first(early, late, draft, ended)
    rules = {draft.nodes[one].task.trigger_rule for one in ended[early.task.id]} | {early.task.trigger_rule}
    if rules <= PLAIN_RULES or fails_beside(early, late, draft, ended):
        return False
    between = {late.task.id, *(one for one in ended[late.task.id] if early.task.id in ended[one])}
    return any(set(direct_upstream(draft.nodes[one], draft)) - between - {early.task.id} for one in between)


def _decided_first(early: Node, late: Node, draft: WorkflowDraft, ended: Ancestors) -> bool:
    """Is the one decided before the other can be upstream_failed? What fails above the other takes one look of the scheduler for each
    task between; what the one does not wait for may fail as late as it likes.
    """
    above, nearest = set(direct_upstream(early, draft)), set(direct_upstream(late, draft))
    before = ended[late.task.id]
    later = {one for one in before if above <= ended[one] | ({one} - nearest)}
    return not early.skips_itself and bool(later) and not (before - later) & ended[early.task.id]


def _skipped_by(node: Node, draft: WorkflowDraft, ended: Ancestors) -> list[str]:
    """The branches and short circuits that skip a task themselves when they end."""
    above = [one for one in draft.nodes.values() if one.task.id in ended[node.task.id] and _skips_others(one)]
    return [
        one.task.id
        for one in above
        if one.task.id in node.task.upstream or (one.draft is not None and one.draft.short_circuit and _in_reach(node, one))
    ]


def fails_beside(early: Node, late: Node, draft: WorkflowDraft, ended: Ancestors) -> bool:
    """May the second be upstream_failed by a task that runs beside what skips the first, so that either may come first?"""
    if _decided_first(early, late, draft, ended):
        return False
    skipping = {one for one in _skipped_by(early, draft, ended) if one in ended[late.task.id]}
    roots = {early.task.id} if early.task.id in ended[late.task.id] else skipping or {cause.task.id for cause in _causes(early, draft)}
    others = ended[late.task.id] - roots
    return any(one not in ended[root] and root not in ended[one] for one in others for root in roots)


def _causes(node: Node, draft: WorkflowDraft) -> list[Node]:
    """The direct upstream tasks by which a task may be skipped."""
    above = [draft.nodes[up] for up in direct_upstream(node, draft)]
    return [one for one in above if one.may_be_skipped or one.skips_itself or _skips_others(one)]


def _decides_before(cause: Node, late: Node, draft: WorkflowDraft, ended: Ancestors) -> bool:
    if _skips_others(cause) and cause.task.id in ended[late.task.id]:
        return True
    return (cause.may_be_skipped or cause.skips_itself) and _fails_below(cause, late, draft, ended)


def runs_below_a_skip(early: Node, late: Node, draft: WorkflowDraft, ancestors: Ancestors) -> bool:
    """Does not every task between the two, and the second itself, pass a skip on?"""
    between = [late.task.id, *(task_id for task_id in ancestors[late.task.id] if early.task.id in ancestors[task_id])]
    return any(draft.nodes[task_id].task.trigger_rule not in ("all_success", "none_skipped") for task_id in between)


def _skips_others(node: Node) -> bool:
    return node.draft is not None and bool(node.draft.branch or node.draft.short_circuit or node.draft.lets_through is not None)
