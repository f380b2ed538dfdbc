"""Which tasks may run in the Airflow image, and trying a better strategy first without leaving traces of it."""

from __future__ import annotations

from collections.abc import Callable

from airgo import catalogue, ir
from airgo.catalogue import BASE_OPERATOR, BASE_SENSOR
from airgo.checks.unreadable import CONDITIONAL_TASK, UNREADABLE_TASK
from airgo.diagnostics import Collector
from airgo.lower.airflow.rules import NO_IMAGE
from airgo.lower.airflow.task import AirflowTask
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.expansion import CODE_STRATEGIES, INEXACT_EXPANSION
from airgo.lower.rules import MISSING_ARGUMENT
from airgo.mapping.schema import OperatorMapping

NOT_HELPED = frozenset({UNREADABLE_TASK.code, CONDITIONAL_TASK.code, INEXACT_EXPANSION.code, MISSING_ARGUMENT.code})
"""Problems that remain wherever the task runs."""
MOST_NAMED = 10


def or_in_airflow(
    node: Node,
    draft: WorkflowDraft,
    mapping: OperatorMapping | None,
    better: Callable[[Node, WorkflowDraft], TemplateDraft],
    complete: Callable[[Node, TemplateDraft, WorkflowDraft], None],
) -> TemplateDraft:
    """What `better` makes of a task; where it cannot, a container of the Airflow image. Raises CannotLower with the first reason.

    `complete` does what is left to do for either.
    """
    saved = Saved(node, draft)
    try:
        return better(node, draft)
    except CannotLower as problem:
        if problem.rule.code in NOT_HELPED or not may_run(node.task, mapping):
            raise
        if "airflow" not in draft.config.images:
            node.wants_airflow = True
            raise
        first = saved.undo()
        try:
            made = AirflowTask(node, draft, problem.message, mapping).template()
            complete(node, made, draft)
        except CannotLower as second:
            first.restore()
            words = f"{problem.message}; nor can it run in the Airflow image: {second.message}"
            raise CannotLower(problem.rule, words, problem.span) from second
        node.strategy = "airflow-image"
        draft.runtimes.add("airflow_task")
        return made
    finally:
        saved.close()


def may_run(task: ir.Task, mapping: OperatorMapping | None) -> bool:
    """Is the task's class one that an Airflow image can build and run by itself?"""
    if mapping is not None and mapping.scheduler:
        return False
    if task.code is not None:
        return True
    if mapping is not None and mapping.strategy in CODE_STRATEGIES:
        return True
    facts = catalogue.operator(task.operator)
    return facts is not None and facts.kind != "decorator" and task.operator not in (BASE_OPERATOR, BASE_SENSOR)


def suggest_image(draft: WorkflowDraft) -> None:
    """Say which tasks an image of Airflow would run, where airgo.toml names none."""
    ids = [node.task.id for node in draft.nodes.values() if node.wants_airflow]
    if ids:
        shown = ", ".join(ids[:MOST_NAMED]) + (f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else "")
        words = f"an Airflow image under [images] airflow could run {shown}"
        draft.report(NO_IMAGE.at(draft.dag.span, words, subject=draft.dag.id))


class Saved:
    """What a draft held before something was tried, and the diagnostics of the trial apart from all others."""

    def __init__(self, node: Node, draft: WorkflowDraft) -> None:
        self.node = node
        self.draft = draft
        self.collector = draft.collector
        self.trial = draft.collector = Collector()
        self.state = self.held()

    def held(self) -> dict[str, object]:
        """Copies of everything that lowering one task adds to."""
        draft = self.draft
        return {
            "ledger": dict(draft.ledger),
            "inputs": list(draft.inputs),
            "parameters": {name: dict(one) for name, one in draft.parameters.items()},
            "renames": list(draft.renames),
            "requirements": set(draft.requirements),
        }

    def put(self, state: dict[str, object], trial: Collector) -> None:
        """Go (back) to a state."""
        for name, value in state.items():
            setattr(self.draft, name, value)
        self.trial = self.draft.collector = trial

    def undo(self) -> Undone:
        """Forget what was done since."""
        undone = Undone(self, self.held(), self.trial)
        self.put(self.state, Collector())
        self.node.expansion = None
        self.node.body_targets = {}
        return undone

    def close(self) -> None:
        """Hand the diagnostics that count to the collector of all."""
        self.collector.extend(self.trial.sorted())
        self.draft.collector = self.collector


class Undone:
    """A trial that was undone, and may be taken up again."""

    def __init__(self, saved: Saved, state: dict[str, object], trial: Collector) -> None:
        self.saved, self.state, self.trial = saved, state, trial

    def restore(self) -> None:
        """Have the trial count after all."""
        self.saved.put(self.state, self.trial)
