"""Each task becomes the body of a template: its mapping's, a strategy's, or one that fails and says why."""

from __future__ import annotations

from collections.abc import Mapping

from airgo import ir
from airgo.argo.text import MAP_INDEX, ItemHole
from airgo.checks.unreadable import UNREADABLE_TASK, problem_of
from airgo.lower import strategies
from airgo.lower.airflow.choosing import or_in_airflow, suggest_image
from airgo.lower.base_arguments import BASE, CALLBACK, ELSEWHERE, MAILS, SENSOR, account_base_arguments
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.expansion import CODE_STRATEGIES, INEXACT_EXPANSION, expand
from airgo.lower.groups import mapped_group
from airgo.lower.holes import holes_of
from airgo.lower.images import images
from airgo.lower.items import encode_items
from airgo.lower.ledger import TEMPLATE, Fate, account, ignored, mapped
from airgo.lower.manual import make_manual
from airgo.lower.pod_override import override_pod
from airgo.lower.rules import (
    MANUAL_OPERATOR,
    MISSING_ARGUMENT,
    NOTICE,
    NOTICE_WARNING,
    PROJECT_EXECUTE,
    UNMAPPED_ARGUMENT,
    UNMAPPED_OPERATOR,
    UNRENDERABLE,
    UNSUPPORTED_ARGUMENT,
)
from airgo.lower.strategies.python_conditions import condition_of
from airgo.lower.task_callbacks import task_callbacks
from airgo.lower.values import lower_value
from airgo.mapping.rendering import Rendered, RenderError, render
from airgo.mapping.schema import OperatorMapping
from airgo.source import Span

RUN_TIME_ARGUMENTS = frozenset({"op_args", "op_kwargs", "templates_dict"})
"""Arguments whose values a script can compute, or render, when it runs."""
WAITING_STRATEGIES = frozenset({"poll", "python-sensor", "external-task", "time-sensor"})
"""Strategies that read a sensor's arguments, and say in their notes what becomes of them."""


def templates(draft: WorkflowDraft) -> None:
    """Give every node the body of its template; a task that has none becomes `manual`."""
    for node in draft.nodes.values():
        carried = _carried(node.task, draft)
        account_base_arguments(node.task, draft, carried)
        try:
            node.draft = template_of(node, draft)
            _check_carried(node, carried, draft)
        except CannotLower as problem:
            make_manual(node, problem.rule, problem.message, problem.span, draft)
    task_callbacks(draft)
    suggest_image(draft)


def _carried(task: ir.Task, draft: WorkflowDraft) -> frozenset[str]:
    """Arguments of every operator that a script with the user's function carries."""
    mapping = _find(task, draft)
    asks = mapping is not None and mapping.strategy in CODE_STRATEGIES and condition_of(task) is not None
    return frozenset({"pre_execute"}) if asks else frozenset()


def _check_carried(node: Node, carried: frozenset[str], draft: WorkflowDraft) -> None:
    """Whoever else runs the task asks nothing before it."""
    for name in carried if node.strategy != "slice" else ():
        argument = node.task.arguments[name]
        draft.report(CALLBACK.at(argument.span, f"{name}: the condition is not asked before the task", subject=draft.subject(node.task)))
        account(draft, node.task, name, Fate("unsupported", CALLBACK.code))


def template_of(node: Node, draft: WorkflowDraft) -> TemplateDraft:
    """The body of one task's template: as its operator's mapping says, else a container of the Airflow image. Raises CannotLower."""
    return or_in_airflow(node, draft, _find(node.task, draft), as_mapped, complete)


def as_mapped(node: Node, draft: WorkflowDraft) -> TemplateDraft:
    """What the mapping of a task's operator makes of it. Raises CannotLower."""
    task = node.task
    mapping = _mapping(task, draft)
    values = _values(node, mapping, draft)
    values |= expand(node, mapping, draft)
    missing = [name for name, spec in mapping.arguments.items() if spec.required and name not in values]
    if missing and not (task.expand is not None and task.expand.kind == "expand_kwargs"):
        raise CannotLower(MISSING_ARGUMENT, f"{task.class_name} needs {' and '.join(missing)}, which {task.id} does not give")
    try:
        rendered = render(mapping, values, images(draft.config))
    except RenderError as error:
        raise CannotLower(UNRENDERABLE, error.message, _span(task, error.argument)) from error
    _notices(node, rendered, draft)
    made = _made(node, mapping, values, rendered, draft)
    complete(node, made, draft)
    _account_values(node, values, made, draft)
    return made


def complete(node: Node, made: TemplateDraft, draft: WorkflowDraft) -> None:
    """What holds for every template: the pod's own settings, and the elements of a mapped task. Raises CannotLower."""
    if node.expansion is not None and (made.branch or made.short_circuit or made.lets_through is not None):
        raise CannotLower(INEXACT_EXPANSION, f"the instances of {node.task.id} would each choose what runs after all of them")
    override_pod(node.task, made, draft)
    encode_items(node, made)
    _check_items(node, made, draft)


def _check_items(node: Node, made: TemplateDraft, draft: WorkflowDraft) -> None:
    """An element of something mapped reaches only what is mapped: elsewhere it is a value that is not known. Raises CannotLower."""
    names = {hole.name for hole in holes_of([made.body, dict(made.arguments)]) if isinstance(hole, ItemHole)} - {MAP_INDEX}
    if node.expansion is not None:
        names -= {*node.expansion.order, *(name for row in node.expansion.items or ({},) for name in row)}
        names = names if node.expansion.items != () else set()
    group = mapped_group(node.task, draft.dag)
    if group is not None and group.expand is not None:
        names = set()
    if names:
        raise CannotLower(
            UNREADABLE_TASK, f"{node.task.id} is given {' and '.join(sorted(names))} of a loop over values that are not known"
        )


def _span(task: ir.Task, name: str | None) -> Span:
    argument = task.arguments.get(name or "")
    return argument.span if argument is not None else task.span


def _mapping(task: ir.Task, draft: WorkflowDraft) -> OperatorMapping:
    """The knowledge of the task's operator. Raises CannotLower where there is none, or where the task is not its operator's alone."""
    problem = problem_of(task, draft.subject(task))
    if problem is not None:
        raise CannotLower(problem.rule, problem.message, task.span)
    mapping = _find(task, draft)
    if task.overrides_execute and (mapping is None or task.class_name != mapping.operator):
        words = f"{task.class_name} has an execute of its own, which runs inside Airflow"
        raise CannotLower(PROJECT_EXECUTE, words)
    if mapping is None:
        raise CannotLower(UNMAPPED_OPERATOR, f"no mapping describes {task.operator}")
    if mapping.support == "manual":
        raise CannotLower(MANUAL_OPERATOR, f"{mapping.name} has no counterpart: {mapping.reason}")
    return mapping


def _find(task: ir.Task, draft: WorkflowDraft) -> OperatorMapping | None:
    """A mapping of the project's own class comes before that of its base."""
    for name in (task.class_name, task.operator, *task.same_as):
        mapping = draft.registry.find(name)
        if mapping is not None:
            return mapping
    return None


def _values(node: Node, mapping: OperatorMapping, draft: WorkflowDraft) -> dict[str, object]:
    """The lowered values of the arguments that the mapping uses; what becomes of the others is recorded and reported."""
    task = node.task
    values: dict[str, object] = {}
    for name, argument in task.arguments.items():
        spec = mapping.arguments.get(name)
        if spec is None:
            if (
                name not in BASE
                and name not in MAILS
                and name not in ELSEWHERE
                and not (name in SENSOR and mapping.strategy in WAITING_STRATEGIES)
            ):
                _unmapped(node, name, argument, mapping, draft)
            continue
        standing, reason = spec.standing(argument.value)
        if standing == "ignored":
            account(draft, task, name, ignored(str(reason)))
        elif standing in ("approximated", "unsupported"):
            words = f"{name} of {mapping.name} has no exact counterpart: {reason}"
            subject = draft.dag.id if argument.origin == "default_args" else draft.subject(task)
            draft.report(UNSUPPORTED_ARGUMENT.at(argument.span, words, subject=subject))
            account(draft, task, name, Fate(standing, UNSUPPORTED_ARGUMENT.code))
        if spec.used:
            later = mapping.strategy in CODE_STRATEGIES and task.expand is None and name in RUN_TIME_ARGUMENTS
            values[name] = lower_value(argument, name, spec.template, task, draft, at_run_time=later)
    return values


def _unmapped(node: Node, name: str, argument: ir.Argument, mapping: OperatorMapping, draft: WorkflowDraft) -> None:
    words = f"{name} of {mapping.name} is not known to its mapping and has no effect"
    draft.report(UNMAPPED_ARGUMENT.at(argument.span, words, subject=draft.subject(node.task)))
    account(draft, node.task, name, Fate("unknown", UNMAPPED_ARGUMENT.code))


def _notices(node: Node, rendered: Rendered, draft: WorkflowDraft) -> None:
    for notice in rendered.notices:
        rule = NOTICE if notice.severity == "note" else NOTICE_WARNING
        draft.report(rule.at(_span(node.task, notice.argument), notice.message, subject=draft.subject(node.task)))
        if notice.argument and notice.severity == "warning":
            account(draft, node.task, notice.argument, Fate("approximated", rule.code))


def _made(node: Node, mapping: OperatorMapping, values: Mapping[str, object], rendered: Rendered, draft: WorkflowDraft) -> TemplateDraft:
    if mapping.strategy is None:
        node.body_targets = dict(rendered.targets)
        return TemplateDraft(rendered.body, node.name, node.task.span, outputs=dict(rendered.outputs), raw_outputs=True)
    strategy = strategies.find(mapping.strategy)
    if strategy is None:
        raise CannotLower(UNRENDERABLE, f"the mapping of {mapping.name} names the strategy {mapping.strategy}, which does not exist")
    if mapping.strategy in CODE_STRATEGIES:
        node.strategy = "slice"
    made = strategy(node, values, rendered.options, draft)
    if rendered.outputs and not made.outputs:
        made.outputs = dict(rendered.outputs)
    return made


def _account_values(node: Node, values: Mapping[str, object], made: TemplateDraft, draft: WorkflowDraft) -> None:
    """What reached the template is mapped, unless the strategy or the mapping said otherwise."""
    node.why_not_better = made.why_not_better
    for name in values:
        if name not in made.notes:
            place = node.body_targets.get(name, ("",))[0]
            account(draft, node.task, name, mapped(TEMPLATE + place))
    for name, (outcome, code, reason) in made.notes.items():
        account(draft, node.task, name, Fate(outcome, code, reason, TEMPLATE if outcome == "mapped" else None))
    for name in node.task.written:
        if name not in node.task.arguments:
            account(draft, node.task, name, mapped(TEMPLATE))  # the project's class made its base's arguments from it
