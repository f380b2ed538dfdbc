"""Builds small DAGs by hand, as the evaluator would have read them, and lowers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airgo import ir
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.lower import lower
from airgo.lower.result import LedgerEntry, Lowered
from airgo.mapping.registry import Registry
from airgo.source import Span

BASH = "airflow.providers.standard.operators.bash.BashOperator"
EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"
LATEST_ONLY = "airflow.providers.standard.operators.latest_only.LatestOnlyOperator"

REGISTRY = Registry.load()


def span(line: int) -> Span:
    """A place in the one file of these tests."""
    return Span("dags/d.py", line, 1, line, 80)


def task(task_id: str, operator: str = BASH, *, upstream: tuple[str, ...] = (), line: int = 0, **given: Any) -> ir.Task:
    """A task with the arguments of its call; those that are fields of the IR as well are set there too."""
    line = line or 10 + sum(map(ord, task_id)) % 80
    if operator == BASH and "expand" not in given:
        given.setdefault("bash_command", f"echo {task_id}")
    fields = {
        name: given.pop(name) for name in ("setup", "teardown", "expand", "guard", "overrides_execute", "opaque", "group") if name in given
    }
    arguments = {"task_id": ir.Argument(task_id, span(line)), **{name: ir.Argument(value, span(line)) for name, value in given.items()}}
    copied = {
        name: given[name]
        for name in ("trigger_rule", "retries", "retry_delay", "execution_timeout", "pool", "depends_on_past")
        if name in given
    }
    return ir.Task(task_id, operator, operator, span(line), arguments, arguments, upstream=tuple(sorted(upstream)), **copied, **fields)


def dag(*tasks: ir.Task, dag_id: str = "d", version: str = "2", **given: Any) -> ir.Dag:
    """A DAG without a schedule, with the arguments of its call."""
    fields = {name: given.pop(name) for name in ("groups", "default_args") if name in given}
    arguments = {"dag_id": ir.Argument(dag_id, span(1)), **{name: ir.Argument(value, span(1)) for name, value in given.items()}}
    copied = {name: given[name] for name in ("max_active_runs", "max_active_tasks", "dagrun_timeout") if name in given}
    schedule = ir.Schedule("none", written=False)
    return ir.Dag(dag_id, "dags/d.py", span(1), version, schedule, tasks, arguments=arguments, **copied, **fields)


@dataclass
class Done:
    """A lowered DAG with short ways to look at it."""

    lowered: Lowered
    collector: Collector

    @property
    def workflow(self) -> dict[str, Any]:
        """The WorkflowTemplate."""
        return dict(self.lowered.manifests[0].documents[0])

    @property
    def spec(self) -> dict[str, Any]:
        """Its spec."""
        return self.workflow["spec"]

    @property
    def tasks(self) -> dict[str, dict[str, Any]]:
        """The entries of the DAG template by name."""
        return {entry["name"]: entry for entry in self.templates[self.spec["entrypoint"]]["dag"]["tasks"]}

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """The templates by name."""
        return {template["name"]: template for template in self.spec["templates"]}

    @property
    def codes(self) -> list[str]:
        """The codes of all diagnostics, sorted."""
        return sorted(diagnostic.code for diagnostic in self.collector)

    @property
    def ledger(self) -> Mapping[tuple[str, str, str], LedgerEntry]:
        """The ledger by subject, kind and name."""
        return {(entry.subject, entry.kind, entry.name): entry for entry in self.lowered.ledger}


def lowered(read: ir.Dag, root: Path = Path("/nowhere/shop"), **settings: Any) -> Done:
    """Lower a DAG with these settings."""
    collector = Collector()
    return Done(lower(read, Config(**settings), REGISTRY, ProjectFiles(root), collector), collector)
