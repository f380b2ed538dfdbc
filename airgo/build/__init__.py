"""From drafts to the IR: what the evaluated file says its DAGs are, checked with Airflow's meaning."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from airgo.build.dags import build_dag
from airgo.build.values import Freezer
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.evaluate.authoring import STATE, Authoring
from airgo.evaluate.deployment import reads_of
from airgo.evaluate.drafts import DagDraft
from airgo.evaluate.machine import Evaluation
from airgo.evaluate.objects import Instance
from airgo.ir import DeploymentRead, File
from airgo.values import MISSING, Choice, is_plain


def build_file(evaluation: Evaluation, config: Config, collector: Collector, airflow_version: str) -> File:
    """The file's DAGs as Airflow would register them: those entered by `with` or made by `@dag`, and those in the module's names."""
    state = evaluation.state.get(STATE)
    if not isinstance(state, Authoring):
        return File(
            evaluation.path, "error" if evaluation.status == "error" else "no-dag", (), evaluation.imported, deployment_reads(evaluation)
        )
    named = set(map(id, dags_among(evaluation.namespace.values())))
    drafts = [dag for dag in state.dags if dag.registered or id(dag) in named]
    freezer = Freezer(state.machine)
    stem = PurePosixPath(evaluation.path).stem
    dags = [
        build_dag(dag, freezer, evaluation.path, config, collector, airflow_version, f"{stem}-{count}")
        for count, dag in enumerate(drafts, 1)
    ]
    status = evaluation.status if dags or evaluation.status == "error" else "no-dag"
    return File(evaluation.path, status, tuple(dags), evaluation.imported, deployment_reads(evaluation))


def deployment_reads(evaluation: Evaluation) -> tuple[DeploymentRead, ...]:
    """What the file asks of its deployment while it loads, and what its DAGs need of it to be built."""
    found = []
    for (kind, key), read in reads_of(evaluation.state).items():
        default = read.default if is_plain(read.default) and read.default is not MISSING else None
        used_at, decides = (tuple(sorted({place.span for place in places.values()})) for places in (read.used_at, read.decides))
        found.append(DeploymentRead(kind, key, used_at, default, decides))
    return tuple(found)


def dags_among(values: Iterable[object]) -> Iterable[DagDraft]:
    """The DAGs that a module's names hold."""
    for value in values:
        native = value.native if isinstance(value, Instance) else value
        if isinstance(native, DagDraft):
            yield native
        elif isinstance(native, Choice):
            yield from dags_among((native.then, native.orelse))
