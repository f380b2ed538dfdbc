"""Tasks that skip others: branches, short circuits and latest-only, as conditions of the tasks they may skip.

Airflow skips the direct downstream tasks that are neither chosen nor downstream of a chosen one; a short circuit skips all descendants.
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#branching
"""

from __future__ import annotations

from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.groups import groups_of
from airgo.lower.order import Ancestors, direct_upstream
from airgo.lower.references import output, safe_output, task_reference
from airgo.lower.trigger_rules import ALIASES
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
        elif above.draft.short_circuit and in_reach(node, above, draft, ancestors):
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
    listed = ", ".join(map(_quoted, ids))
    tests = f"{listed} in fromJSON({read})" if len(ids) == 1 else f"any(fromJSON({read}), # in [{listed}])"
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


def in_reach(node: Node, above: Node, draft: WorkflowDraft, ancestors: Ancestors) -> bool:
    """Does this short circuit skip the task by itself, not merely through the tasks between them?"""
    if node.task.teardown:
        return False
    if above.task.id in node.task.upstream:
        return True
    if truth(above.task.value("ignore_downstream_trigger_rules", True)) is False or _expanded(node, draft):
        return False
    return node.task.trigger_rule not in STOPS_AT_A_SKIP or not _skip_arrives(node, above, draft, ancestors)


def _expanded(node: Node, draft: WorkflowDraft) -> bool:
    """Airflow 3 skips the one instance that a mapped task has before it is expanded, not those of a known list."""
    return draft.dag.airflow_version == "3" and node.expansion is not None and bool(node.expansion.items)


def _skip_arrives(node: Node, above: Node, draft: WorkflowDraft, ancestors: Ancestors) -> bool:
    """Does a task above that the short circuit skips make the task's rule skip it?"""
    for up in (draft.nodes[up] for up in direct_upstream(node, draft) if above.task.id in ancestors[up]):
        if above.task.id in up.task.upstream or not (_expanded(up, draft) or up.task.teardown):
            return True
        if up.task.trigger_rule in STOPS_AT_A_SKIP and _skip_arrives(up, above, draft, ancestors):
            return True
    return False


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


def skipped_by(node: Node, draft: WorkflowDraft, ended: Ancestors) -> list[str]:
    """The branches and short circuits that skip a task themselves when they end."""
    above = [one for one in draft.nodes.values() if one.task.id in ended[node.task.id] and _skips_others(one)]
    return [
        one.task.id
        for one in above
        if one.task.id in node.task.upstream or (one.draft is not None and one.draft.short_circuit and in_reach(node, one, draft, ended))
    ]


def runs_below_a_skip(early: Node, late: Node, draft: WorkflowDraft, ancestors: Ancestors) -> bool:
    """Does not every task between the two, and the second itself, pass a skip on?"""
    between = [late.task.id, *(task_id for task_id in ancestors[late.task.id] if early.task.id in ancestors[task_id])]
    return any(draft.nodes[task_id].task.trigger_rule not in ("all_success", "none_skipped") for task_id in between)


def _skips_others(node: Node) -> bool:
    return node.draft is not None and bool(node.draft.branch or node.draft.short_circuit or node.draft.lets_through is not None)
