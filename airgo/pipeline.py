"""The index of the program: from paths on the command line to manifests, one call after the other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from airgo import ir, suppression
from airgo.argo.names import Namer, object_name
from airgo.argo.validate import validate as validate_documents
from airgo.argo.yaml import dump
from airgo.diagnostics import Collector, Diagnostic, Rule, Severity
from airgo.discovery import ProjectFiles, Refused
from airgo.lower import lower
from airgo.lower.inputs import conflicting_defaults, shared_manifests
from airgo.lower.result import Lowered, Manifest
from airgo.mapping.registry import Registry
from airgo.output import kustomization, python_image
from airgo.reading import Reading, Run, begin, each_file, read_file
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
class DagFound:
    """A DAG that was read: its id and place, and the (upstream, downstream) pairs of its tasks."""

    dag_id: str
    span: Span
    edges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FileResult:
    """One DAG file after everything that can be done for it alone. `imported`: project files that its code read.

    `reads`: what it asks of its deployment while it loads.
    """

    path: str
    status: str
    imported: tuple[str, ...]
    dags: tuple[DagFound, ...]
    lowered: tuple[Lowered, ...]
    diagnostics: tuple[Diagnostic, ...]
    reads: tuple[ir.DeploymentRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A conversion: what each file gave, the DAGs that are written, every text to write by path, and all diagnostics, sorted."""

    files: tuple[FileResult, ...]
    lowered: tuple[Lowered, ...]
    manifests: tuple[Manifest, ...]
    texts: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def dags(self) -> tuple[DagFound, ...]:
        """Every DAG that was read, converted or not."""
        return tuple(dag for file in self.files for dag in file.dags)


def convert(run: Run) -> Result:
    """The whole way: read and lower each file, add the objects that DAGs share, check what came out."""
    reading = begin(run)
    collector = Collector()
    files = tuple(each_file(run, reading, convert_file))
    for file in files:
        collector.extend(file.diagnostics)
    lowered = distinct_names(distinct_ids(files, collector), reading, collector)
    collector.extend(tuple(conflicting_defaults(lowered, run.config)))
    shared = shared_manifests(run.config.project or run.files.root.name or "airgo", lowered, run.config)
    manifests = (*(manifest for one in lowered for manifest in one.manifests), *shared)
    validate(manifests, lowered, run, collector)
    texts = {manifest.path: dump(manifest.documents, manifest.head) for manifest in manifests}
    texts |= python_image(lowered, run.files)
    if texts:
        texts["kustomization.yaml"] = kustomization(texts)
    return Result(files, lowered, manifests, texts, remaining(run, collector))


def convert_file(reading: Reading, path: str) -> FileResult:
    """One DAG file: evaluate, build, and lower each of its DAGs."""
    collector = Collector()
    file = read_file(reading, path, collector)
    # a DAG that this file only imports from another DAG file is that file's
    own = [dag for dag in file.dags if dag.made_by not in reading.versions]
    lowered = tuple(one for dag in own if (one := lower_one(dag, reading, collector)) is not None)
    dags = tuple(DagFound(dag.id, dag.span, tuple((up, task.id) for task in dag.tasks for up in task.upstream)) for dag in own)
    return FileResult(file.path, file.status, file.imported, dags, lowered, collector.sorted(), file.reads)


def lower_one(dag: ir.Dag, reading: Reading, collector: Collector, name: str = "") -> Lowered | None:
    """One DAG, lowered; None for one that Airflow refuses. A mistake of ours costs this DAG alone (evaluator, section 9)."""
    if dag.circular:
        return None
    try:
        return lower(dag, reading.config, registry(reading.files, reading.config.mappings), reading.files, collector, name=name)
    except Exception as error:
        if reading.strict:
            raise
        log.debug("lowering %s failed", dag.id, exc_info=True)
        collector.add(INTERNAL_DAG.at(dag.span, f"{dag.id} is left out: {type(error).__name__}: {error}", subject=dag.id))
        return None


@cache
def registry(files: ProjectFiles, folders: tuple[str, ...]) -> Registry:
    """The operator knowledge with the project's own, loaded once a process."""
    return Registry.load([files.root / folder for folder in folders])


def distinct_ids(files: Sequence[FileResult], collector: Collector) -> tuple[Lowered, ...]:
    """The DAGs whose id no other DAG has; the others are reported where they stand."""
    dags = [dag for file in files for dag in file.dags]
    count = Counter(dag.dag_id for dag in dags)
    for dag in dags:
        if count[dag.dag_id] > 1:
            others = [(other.span, "and here") for other in dags if other.dag_id == dag.dag_id and other is not dag]
            words = f"the DAG id {dag.dag_id} is used {count[dag.dag_id]} times; none of these DAGs is converted"
            collector.add(DUPLICATE_DAG.at(dag.span, words, subject=dag.dag_id, notes=others))
    return tuple(one for file in files for one in file.lowered if count[one.dag_id] == 1)


def distinct_names(lowered: Sequence[Lowered], reading: Reading, collector: Collector) -> tuple[Lowered, ...]:
    """Lower again the DAGs whose mangled name another DAG has, too (`a.b` and `a_b`), with a name of their own."""
    names = Namer(object_name, [one.dag_id for one in lowered])
    result = []
    for one in lowered:
        if names[one.dag_id] == object_name(one.dag_id):
            result.append(one)
            continue
        file = read_file(reading, one.path, Collector())
        again = [lower_one(dag, reading, collector, names[one.dag_id]) for dag in file.dags if dag.id == one.dag_id]
        result += [each for each in again if each is not None]
    return tuple(result)


def validate(manifests: Sequence[Manifest], lowered: Sequence[Lowered], run: Run, collector: Collector) -> None:
    """Check all manifests as Argo will; a problem is reported at the Python line that it comes from."""
    origins = {pointer: span for one in lowered for pointer, span in one.origins.items()}
    for manifest in manifests:
        for problem in validate_documents(manifest.documents, run.config.argo_version):
            span = nearest(origins, f"{manifest.path}#{problem.pointer}") or whole_file(manifest.path)
            collector.add(problem.rule.at(span, f"{manifest.path}{problem.pointer}: {problem.message}"))


def nearest(origins: Mapping[str, Span], pointer: str) -> Span | None:
    """The span of the longest known prefix of a pointer."""
    while pointer not in origins and "/" in pointer.partition("#")[2]:
        pointer = pointer.rpartition("/")[0]
    return origins.get(pointer)


def remaining(run: Run, collector: Collector) -> tuple[Diagnostic, ...]:
    """All diagnostics but those that the user's `# airgo: ignore[...]` comments silence."""

    def text_of(path: str) -> str:
        try:
            return run.files.read(path)
        except Refused:
            return ""

    return suppression.apply(collector.sorted(), run.found.dag_files, text_of).kept
