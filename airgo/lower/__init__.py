"""Turns a DAG into Argo objects: an ordered tuple of passes over one draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from airgo import ir
from airgo.checks import check_dag
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.lower.account import account_for_all
from airgo.lower.assemble import assemble
from airgo.lower.bodies import bodies
from airgo.lower.callbacks import callbacks
from airgo.lower.dependencies import dependencies
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.execution import execution
from airgo.lower.mapped import mapped
from airgo.lower.mapped_groups import mapped_groups
from airgo.lower.names import names
from airgo.lower.nested_groups import nested_groups
from airgo.lower.parameters import parameters
from airgo.lower.result import Lowered, TaskOutcome
from airgo.lower.runs import runs
from airgo.lower.schedule import schedule
from airgo.lower.sharing import sharing
from airgo.lower.templates import templates
from airgo.lower.xcom import xcom

if TYPE_CHECKING:
    from airgo.discovery import ProjectFiles
    from airgo.mapping.registry import Registry

Pass = Callable[[WorkflowDraft], None]

PASSES: tuple[Pass, ...] = (
    names,
    parameters,
    schedule,
    runs,
    templates,
    mapped_groups,
    nested_groups,
    xcom,
    dependencies,
    bodies,
    execution,
    sharing,
    mapped,
    callbacks,
    assemble,
    account_for_all,
)
"""What is done, in order; each pass reads what those before it wrote on the draft."""


def lower(dag: ir.Dag, config: Config, registry: Registry, files: ProjectFiles, collector: Collector, *, name: str = "") -> Lowered:
    """One DAG as manifests and an account of everything it said. `name`: the workflow's name, where another DAG's would be the same."""
    check_dag(dag, collector)
    draft = WorkflowDraft(dag, config, registry, files, collector, name)
    for each in PASSES:
        each(draft)
    return _lowered(draft)


def _outcome(node: Node) -> TaskOutcome:
    """How one task ended."""
    made = node.draft
    return TaskOutcome(
        node.task.id,
        node.task.span,
        node.task.operator,
        node.strategy,
        node.instance_template,
        node.name,
        node.why_not_better,
        carries=made.carries if made is not None else (),
        image_needs=made.image_needs if made is not None else (),
    )


def _lowered(draft: WorkflowDraft) -> Lowered:
    outcomes = tuple(_outcome(node) for node in draft.every_node())
    return Lowered(
        dag_id=draft.dag.id,
        path=draft.dag.path,
        span=draft.dag.span,
        manifests=tuple(draft.manifests),
        tasks=outcomes,
        ledger=tuple(draft.ledger.values()),
        renames=tuple(draft.renames),
        inputs=tuple(draft.inputs),
        origins=draft.origins,
        project_in_image=any(each.project_in_image for each in draft.every_draft()),
        runtimes=tuple(sorted({one for each in draft.every_draft() for one in each.runtimes})),
        python_requirements={name: tuple(sorted(places)) for name, places in sorted(draft.requirements.items())},
        needs_project=draft.needs_project,
    )
