"""The index of the program: from paths on the command line to manifests, one call after the other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airgo import ir, suppression
from airgo.argo.names import object_name
from airgo.argo.validate import validate as validate_documents
from airgo.argo.yaml import dump
from airgo.diagnostics import Collector, Diagnostic, Rule, Severity
from airgo.discovery import Refused
from airgo.lower import lower
from airgo.lower.inputs import shared_manifests
from airgo.lower.result import Lowered, Manifest
from airgo.mapping.registry import Registry
from airgo.output import kustomization, python_image
from airgo.reading import Inspection, Run, inspect
from airgo.source import Span, whole_file

log = logging.getLogger(__name__)

DUPLICATE_DAG = Rule(
    "AG690",
    "duplicate-dag-id",
    Severity.ERROR,
    summary="Two DAGs have the same id",
    why="Airflow keeps one DAG of an id, whichever file it loaded last; airgo converts neither, because it cannot know which one is meant.",
    remedy="Rename one of the two, or leave one file out with `exclude`",
)
INTERNAL_DAG = Rule(
    "AG901",
    "internal-dag",
    Severity.ERROR,
    summary="airgo made a mistake of its own on this DAG, which is left out",
    why="An error inside airgo while it lowered one DAG. Every other DAG still converts.",
    remedy="Report it with the file, if you may share it",
)


@dataclass(frozen=True, slots=True)
class Result:
    """A conversion: the IR, the lowered DAGs, every manifest to write (paths below the output folder), and all diagnostics, sorted."""

    inspection: Inspection
    lowered: tuple[Lowered, ...]
    manifests: tuple[Manifest, ...]
    texts: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]


def convert(run: Run) -> Result:
    """The whole way: inspect, lower each DAG, add the shared objects, check what came out."""
    inspection = inspect(run)
    registry = Registry.load([run.files.root / folder for folder in run.config.mappings])
    dags = convertible(inspection, run.collector)
    lowered = tuple(one for dag in dags if (one := lower_one(dag, run, registry)) is not None)
    project = project_name(run)
    shared = shared_manifests(project, lowered, run.config)
    manifests = (*(m for one in lowered for m in one.manifests), *shared)
    validate(manifests, lowered, run)
    texts = {manifest.path: dump(manifest.documents, manifest.head) for manifest in manifests}
    texts |= python_image(lowered, run.files)
    if texts:
        texts["kustomization.yaml"] = kustomization(texts)
    return Result(inspection, lowered, manifests, texts, remaining(run))


def remaining(run: Run) -> tuple[Diagnostic, ...]:
    """All diagnostics but those that the user's `# airgo: ignore[...]` comments silence."""

    def text_of(path: str) -> str:
        try:
            return run.files.read(path)
        except Refused:
            return ""

    return suppression.apply(run.collector.sorted(), run.found.dag_files, text_of).kept


def project_name(run: Run) -> str:
    """The prefix of shared objects: as configured, else the project folder's name."""
    return object_name(run.config.project or run.files.root.name or "airgo")


def convertible(inspection: Inspection, collector: Collector) -> tuple[ir.Dag, ...]:
    """The DAGs whose id no other DAG has; the others are reported where they stand."""
    dags = [dag for file in inspection.files for dag in file.dags]
    count = Counter(dag.id for dag in dags)
    for dag in dags:
        if count[dag.id] > 1:
            others = [(other.span, "and here") for other in dags if other.id == dag.id and other is not dag]
            words = f"the DAG id {dag.id} is used {count[dag.id]} times; none of these DAGs is converted"
            collector.add(DUPLICATE_DAG.at(dag.span, words, subject=dag.id, notes=others))
    return tuple(dag for dag in dags if count[dag.id] == 1)


def lower_one(dag: ir.Dag, run: Run, registry: Registry) -> Lowered | None:
    """One DAG, lowered. A mistake of ours costs this DAG alone (evaluator, section 9: one of the two outer walls)."""
    try:
        return lower(dag, run.config, registry, run.files, run.collector)
    except Exception as error:
        if run.strict:
            raise
        log.debug("lowering %s failed", dag.id, exc_info=True)
        run.collector.add(INTERNAL_DAG.at(dag.span, f"{dag.id} is left out: {type(error).__name__}: {error}", subject=dag.id))
        return None


def validate(manifests: Sequence[Manifest], lowered: Sequence[Lowered], run: Run) -> None:
    """Check all manifests as Argo will; a problem is reported at the Python line that it comes from."""
    origins = {pointer: span for one in lowered for pointer, span in one.origins.items()}
    for manifest in manifests:
        for problem in validate_documents(manifest.documents, run.config.argo_version):
            span = nearest(origins, f"{manifest.path}#{problem.pointer}") or whole_file(manifest.path)
            run.collector.add(problem.rule.at(span, f"{manifest.path}{problem.pointer}: {problem.message}"))


def nearest(origins: Mapping[str, Span], pointer: str) -> Span | None:
    """The span of the longest known prefix of a pointer."""
    while pointer not in origins and "/" in pointer.partition("#")[2]:
        pointer = pointer.rpartition("/")[0]
    return origins.get(pointer)


__all__ = ["Inspection", "Result", "Run", "convert", "inspect"]
