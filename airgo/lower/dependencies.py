"""Dependencies and trigger rules: `depends` and `when` of every task, and which tasks may end skipped."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
from airgo.lower.branching import runs_below_a_skip, skip_conditions, skipping_tasks
from airgo.lower.derived import nothing
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.early_skips import EarlySkips
from airgo.lower.items import items_output
from airgo.lower.order import Ancestors, ancestors_by_id, direct_upstream, in_order
from airgo.lower.references import output, safe_output
from airgo.lower.setups import indirect_setups
from airgo.lower.trigger_rules import ALIASES, EARLY, RULES, Condition, Upstream, condition, conjunction, succeeded

UNKNOWN_RULE = Rule(
    "AG315",
    "unknown-trigger-rule",
    Severity.ERROR,
    "a trigger rule that Airflow does not have, or that could not be read",
    "The trigger rule decides whether the task runs at all; without it the task's conditions are not known.",
    "write one of Airflow's trigger rules as a text",
)
EARLY_RULE = Rule(
    "AG317",
    "early-trigger-rule",
    Severity.NOTE,
    "a trigger rule that Airflow decides before all upstream tasks have ended",
    "Argo looks at a task's dependencies when all of them have ended. Every task ends as in Airflow, but this one may start later.",
    "nothing, unless the early start matters",
)
SELF_SKIP = Rule(
    "AG318",
    "rule-over-self-skipping-task",
    Severity.WARNING,
    "a trigger rule over a task that skips, and others that may fail",
    "A task that skips itself, or others, ends Succeeded in Argo. Where the other upstream tasks failed, a rule that counts successes "
    "ends skipped instead of upstream_failed; one that needs them all ends upstream_failed although Airflow had already skipped the task.",
    "nothing, unless the run must fail in that case",
)


OVER_MAPPED = Rule(
    "AG323",
    "rule-over-mapped-task",
    Severity.WARNING,
    "a trigger rule that counts the instances of a mapped task",
    "Airflow counts every instance of a mapped task on its own; Argo knows one state for all: failed if one of them failed. "
    "A rule that asks for one success, or for failures only, may decide differently when some instances fail and others do not.",
    "ask for all_success, none_failed or all_done, or look at the instances' results",
)
COUNTING = frozenset({"one_success", "all_failed", "one_done", "all_skipped", "all_done_min_one_success"})
"""Rules whose answer depends on how many instances ended in which state."""


def dependencies(draft: WorkflowDraft) -> None:
    """Give every node its `depends` and `when`, upstream tasks first, and mark what may be skipped or omitted."""
    for one in draft.every_draft():
        _dependencies(one)


def _dependencies(draft: WorkflowDraft) -> None:
    ancestors, early = ancestors_by_id(draft), EarlySkips(draft)
    skipping = skipping_tasks(draft)
    has_setups = any(node.task.setup for node in draft.nodes.values())
    for node in in_order(draft):
        found = _condition(node, draft)
        found = _with_early_skips(node, found, draft, early)
        found = _with_setups(node, found, draft) if has_setups else found
        found = _with_expansion(node, found, draft)
        conditions = skip_conditions(node, draft, ancestors, skipping)
        if conditions and found.may_omit:
            _warn_of_late_failures(node, draft, ancestors, skipping)
        node.depends = found.depends
        node.when = [*conditions, *([found.when] if found.when else [])]
        node.may_be_skipped = found.may_skip or bool(conditions)
        node.may_be_omitted = found.may_omit
        early.learn(node)
        _mark_states(node, draft)


def _upstream(node: Node) -> Upstream:
    return Upstream(node.name, node.may_be_skipped, node.may_be_omitted, node.skips_itself, node.task.setup)


def _condition(node: Node, draft: WorkflowDraft) -> Condition:
    rule = ALIASES.get(node.task.trigger_rule, node.task.trigger_rule)
    upstream = [_upstream(draft.nodes[up]) for up in direct_upstream(node, draft)]
    subject = draft.subject(node.task)
    if rule not in RULES:
        draft.report(UNKNOWN_RULE.at(node.task.span, f"{node.task.trigger_rule!r} is no trigger rule of Airflow", subject=subject))
        return condition("all_success", upstream)
    if rule in EARLY and len(upstream) > 1:
        words = f"{rule} starts {node.task.id} once all of its upstream tasks have ended, not at the first one"
        draft.report(EARLY_RULE.at(node.task.span, words, subject=subject))
    mapped = [draft.nodes[up] for up in direct_upstream(node, draft) if draft.nodes[up].expansion is not None]
    if mapped and (rule in COUNTING or (rule == "none_failed_min_one_success" and any(up.skips_itself for up in mapped))):
        words = f"{rule} of {node.task.id} counts the instances of a mapped task, of which Argo knows one state only"
        draft.report(OVER_MAPPED.at(node.task.span, words, subject=subject))
    if rule in ("one_success", "all_done_min_one_success") and any(up.skips_itself for up in upstream) and len(upstream) > 1:
        words = f"{rule} of {node.task.id} counts a task that may skip itself; {node.task.id} can end skipped instead of upstream_failed"
        draft.report(SELF_SKIP.at(node.task.span, words, subject=subject))
    return condition(rule, upstream)


def _with_early_skips(node: Node, found: Condition, draft: WorkflowDraft, order: EarlySkips) -> Condition:
    """Airflow skips a task with all_success as soon as one upstream task is skipped: one that fails only later changes nothing."""
    upstream = [draft.nodes[up] for up in direct_upstream(node, draft)]
    if node.task.trigger_rule != "all_success" or found.when is None or len(upstream) < 2:
        return found
    alternatives = []
    for early in upstream:
        first = {up.task.id: order.wins(early, up) for up in upstream if up is not early}
        late = [draft.nodes[up] for up, before in first.items() if before is not None]
        if late and early.may_be_skipped:
            others = [up.name for up in upstream if up is not early and up not in late]
            before = set().union(*(one for one in first.values() if one is not None))
            terms = [_not_failed(one) for one in draft.nodes.values() if one.task.id in before and one.name not in others]
            alternatives.append(" && ".join([f"{early.name}.Skipped", *others, *terms]))
        unsure = [up for up in upstream if up is not early and order.depends(early, up)]
        if (late and early.skips_itself) or unsure:
            how = f"{early.task.id} {'skips itself' if late and early.skips_itself else 'is skipped first'}"
            words = f"{node.task.id} ends upstream_failed instead of skipped where {how} and {(unsure or late)[0].task.id} fails"
            draft.report(SELF_SKIP.at(node.task.span, words, subject=draft.subject(node.task)))
    if not alternatives:
        return found
    depends = " || ".join(f"({one})" if "&&" in one else one for one in (str(found.depends), *alternatives))
    return Condition(depends, found.when, found.may_skip, found.may_omit)


def _not_failed(node: Node) -> str:
    return f"({node.name} || {node.name}.Omitted)" if node.may_be_omitted else node.name


def _warn_of_late_failures(node: Node, draft: WorkflowDraft, ancestors: Ancestors, skipping: list[str]) -> None:
    """A branch or short circuit skips the task at once in Airflow, also where a task above it runs all the same, and fails later."""
    for above in (draft.nodes[task_id] for task_id in skipping if task_id in ancestors[node.task.id]):
        for up in direct_upstream(node, draft):
            if above.task.id in ancestors[up] and runs_below_a_skip(above, draft.nodes[up], draft, ancestors):
                words = f"{node.task.id} ends upstream_failed instead of skipped where {above.task.id} skips it and {up} fails"
                draft.report(SELF_SKIP.at(node.task.span, words, subject=draft.subject(node.task)))
                return


def _with_setups(node: Node, found: Condition, draft: WorkflowDraft) -> Condition:
    """A work task runs only if the setups that it lies in the scope of succeeded, whatever its own rule says."""
    setups = [_upstream(draft.nodes[setup]) for setup in indirect_setups(node.task, draft.dag)]
    if not setups or node.task.trigger_rule == "all_success":
        return found  # a failed or skipped setup reaches the task through the tasks between them
    depends = (
        " && ".join([_enclosed(found.depends), *(setup.name for setup in setups)]) if found.depends else " && ".join(s.name for s in setups)
    )
    tests = [found.when] if found.when else []
    tests += [succeeded(setup) for setup in setups if setup.effectively_skips]
    return Condition(depends, conjunction(tests), found.may_skip or any(s.effectively_skips for s in setups), True)


def _with_expansion(node: Node, found: Condition, draft: WorkflowDraft) -> Condition:
    """A mapped task is skipped when there is nothing to map over, and cannot run without the list it maps over."""
    expansion = node.expansion
    if expansion is None:
        return found
    if not expansion.sources:
        return Condition(found.depends, "false", True, found.may_omit) if expansion.items == () else found
    producers = [draft.nodes[source.task_id] for source in expansion.sources.values()]
    depends, tests = found.depends, [found.when] if found.when else []
    if ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) not in ("all_success", "none_failed", "none_failed_min_one_success"):
        depends = " && ".join([*([_enclosed(depends)] if depends else []), *(producer.name for producer in producers)])
        tests += [succeeded(_upstream(producer)) for producer in producers if _upstream(producer).effectively_skips]
    empty = " && ".join(f"{_items(producer)} != '[]'" for producer in producers)
    if expansion.made_of:
        lists = dict.fromkeys(nothing(one, lambda ref: f"{_items(draft.nodes[ref.task_id])} == '[]'") for one in expansion.made_of)
        nothing_in = " || ".join(lists)
        empty = f"!({nothing_in})" if nothing_in.count(" == ") > 1 else nothing_in.replace(" == ", " != ")
    return Condition(depends, conjunction([*tests, f"{{{{= {empty} }}}}"]), True, found.may_omit or depends != found.depends)


def _items(producer: Node) -> str:
    """The list that a producer hands on; an empty one if it may never have run."""
    if _upstream(producer).effectively_skips or producer.may_be_omitted:
        return f"({safe_output(producer.name, items_output(producer), '[]')})"
    return output(producer.name, items_output(producer))


def _mark_states(node: Node, draft: WorkflowDraft) -> None:
    """A task that may skip itself publishes its state when a condition asks for it."""
    for up in node.task.upstream:
        above = draft.nodes.get(up)
        if above is not None and above.skips_itself and any("['airgo-state']" in test for test in node.when):
            above.outputs_read.add("airgo-state")


def _enclosed(depends: str | None) -> str:
    return f"({depends})" if depends and " || " in depends else str(depends)
