"""Which tasks may run in the Airflow image, and trying a better strategy first without leaving traces of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airgo import catalogue, ir
from airgo.catalogue import BASE_OPERATOR, BASE_SENSOR
from airgo.checks.unreadable import CONDITIONAL_TASK, UNREADABLE_TASK
from airgo.diagnostics import Collector
from airgo.lower.airflow.rules import NO_IMAGE
from airgo.lower.airflow.task import AirflowTask
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.expansion import CODE_STRATEGIES, INEXACT_EXPANSION
from airgo.lower.result import Input, LedgerEntry, Rename
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
        node.strategy, node.why_not_better = "airflow-image", problem.message
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


Packages = dict[str, object]
"""What the image of Python tasks must hold: fields of a draft by name."""


def packages_of(draft: WorkflowDraft) -> Packages:
    """A copy of what a draft says of that image."""
    return {
        "requirements": {name: set(used) for name, used in draft.requirements.items()},
        "code_files": dict(draft.code_files),
        "needs_project": draft.needs_project,
        "paths": dict(draft.paths),
    }


class Saved:
    """How far a draft was before something was tried, and the diagnostics of the trial apart from all others."""

    def __init__(self, node: Node, draft: WorkflowDraft) -> None:
        self.node = node
        self.draft = draft
        self.collector = draft.collector
        self.trial = draft.collector = Collector()
        self.changes, self.inputs, self.renames = len(draft.journal), len(draft.inputs), len(draft.renames)
        self.parameters = {name: dict(one) for name, one in draft.parameters.items()}
        self.packages = packages_of(draft)

    def undo(self) -> Undone:
        """Forget what was done since."""
        draft = self.draft
        undone = Undone(
            self,
            [(key, draft.ledger[key]) for key, _ in draft.journal[self.changes :]],
            draft.inputs[self.inputs :],
            draft.renames[self.renames :],
            draft.parameters,
            packages_of(draft),
            self.trial,
        )
        self.take_back()
        self.put(self.parameters, self.packages, Collector())
        self.node.expansion = None
        self.node.body_targets = {}
        return undone

    def take_back(self) -> None:
        """The ledger as it was."""
        for key, before in reversed(self.draft.journal[self.changes :]):
            if before is None:
                self.draft.ledger.pop(key, None)
            else:
                self.draft.ledger[key] = before

    def put(self, parameters: dict[str, dict[str, object]], packages: Packages, trial: Collector) -> None:
        """Leave the journal and the lists as they were, and everything else as given."""
        draft = self.draft
        del draft.journal[self.changes :], draft.inputs[self.inputs :], draft.renames[self.renames :]
        draft.parameters = parameters
        for name, value in packages.items():
            setattr(draft, name, value)
        self.trial = draft.collector = trial

    def close(self) -> None:
        """Hand the diagnostics that count to the collector of all."""
        self.collector.extend(self.trial.sorted())
        self.draft.collector = self.collector


@dataclass(frozen=True, slots=True)
class Undone:
    """A trial that was undone, and may be taken up again."""

    saved: Saved
    entries: list[tuple[tuple[str, str, str], LedgerEntry]]
    inputs: list[Input]
    renames: list[Rename]
    parameters: dict[str, dict[str, object]]
    packages: Packages
    trial: Collector

    def restore(self) -> None:
        """Have the trial count after all, and not what was tried since."""
        draft = self.saved.draft
        self.saved.take_back()
        self.saved.put(self.parameters, self.packages, self.trial)
        draft.ledger.update(self.entries)
        draft.inputs += self.inputs
        draft.renames += self.renames
