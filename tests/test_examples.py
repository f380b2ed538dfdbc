"""Examples and fixtures convert: no crash, the real Argo accepts every manifest, and the ledger accounts for every argument."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from airgo import discovery, pipeline
from airgo.config import Config
from airgo.diagnostics import Severity
from airgo.reading import Run
from airgo.report.building import build_report
from airgo.report.model import Report
from tests.engines.argo_server import ArgoValidator

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = {"apache-airflow-core": "airflow/example_dags", "apache-airflow-providers-standard": "airflow/providers/standard/example_dags"}
PROJECTS = {
    "quickstart": (ROOT / "fixtures" / "quickstart", "2"),
    **{name: (Path(str(metadata.distribution(name).locate_file(place))), "3") for name, place in EXAMPLES.items()},
}


@cache
def converted(name: str) -> tuple[Run, pipeline.Result]:
    """A project, converted once for all tests here; a mistake of ours is raised, not reported."""
    folder, version = PROJECTS[name]
    run = Run(discovery.discover([folder], folder), Config(airflow_version=version), strict=True)
    return run, pipeline.convert(run)


def report_of(name: str) -> Report:
    """The report of a project."""
    run, result = converted(name)
    edges = {dag.dag_id: dag.edges for dag in result.dags}
    return build_report(len(result.files), edges, result.lowered, result.diagnostics, run.config, run.files)


@pytest.mark.parametrize("name", PROJECTS)
def test_every_dag_is_converted(name: str) -> None:
    """Every DAG that was read became manifests, and nothing of airgo's own went wrong."""
    _, result = converted(name)
    assert sorted(dag.dag_id for dag in result.dags) == sorted(one.dag_id for one in result.lowered)
    assert [d for d in result.diagnostics if d.code.startswith(("AG9", "AG62", "AG63", "AG64"))] == []


@pytest.mark.parametrize("name", PROJECTS)
def test_the_real_argo_accepts_every_manifest(name: str, argo: ArgoValidator) -> None:
    """Strict parsing, Argo's validator and the API server's rules take everything that is written."""
    _, result = converted(name)
    whole = "\n---\n".join(text for path, text in result.texts.items() if path.endswith(".yaml") and path != "kustomization.yaml")
    assert argo.problems(whole) == []


@pytest.mark.parametrize("name", PROJECTS)
def test_each_thing_has_one_outcome(name: str) -> None:
    """No (subject, kind, name) stands twice in a ledger; what is not mapped has its reason or code, and a code its diagnostic."""
    _, result = converted(name)
    for one in result.lowered:
        count = Counter((entry.subject, entry.kind, entry.name) for entry in one.ledger)
        assert [key for key, times in count.items() if times > 1] == []
    for one in result.lowered:
        said = {(d.subject, d.code) for d in result.diagnostics if d.severity is not Severity.NOTE}
        for entry in one.ledger:
            assert entry.outcome != "mapped" or entry.target, entry
            assert entry.outcome != "ignored" or entry.reason, entry
            if entry.outcome in ("approximated", "unsupported", "unknown"):
                assert entry.code, entry
                assert any(code == entry.code for _, code in said), entry


@pytest.mark.parametrize("name", PROJECTS)
def test_targets_exist(name: str) -> None:
    """A ledger entry's target is a place in the file that it names."""
    _, result = converted(name)
    documents = {manifest.path: manifest.documents for one in result.lowered for manifest in one.manifests}
    for one in result.lowered:
        for target in (entry.target for entry in one.ledger if entry.target):
            path, _, pointer = target.partition("#")
            assert any(points(document, pointer) for document in documents[path]), target


def points(document: object, pointer: str) -> bool:
    """Does a JSON pointer lead somewhere?"""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, (list, tuple)) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return False
    return True


def written_keywords(text: str) -> dict[str, set[str]]:
    """Keywords of every call with a literal `task_id` in a file, by task id, read with `ast` alone."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            task_id = keywords.get("task_id")
            if isinstance(task_id, ast.Constant) and isinstance(task_id.value, str):
                found.setdefault(task_id.value, set()).update(keywords)
    return found


NOT_THE_TASKS = {"task_id", "dag", "task_group"}
"""Where a task stands is not an argument that ends somewhere: ids and graphs are compared with Airflow's."""


@pytest.mark.parametrize("name", PROJECTS)
def test_no_argument_ends_nowhere(name: str) -> None:
    """Each keyword that an author wrote in a call with a literal task id has its entry in the ledger."""
    run, result = converted(name)
    entries: dict[str, dict[str, set[str]]] = {}
    for one in result.lowered:
        for entry in one.ledger:
            if entry.kind in ("argument", "expand", "default"):
                task_id = entry.subject.removeprefix(f"{one.dag_id}.").rpartition(".")[2]
                entries.setdefault(one.path, {}).setdefault(task_id, set()).add(entry.name)
    lost = []
    for path in {one.path for one in result.lowered}:
        for task_id, keywords in written_keywords(run.files.read(path)).items():
            if task_id in entries.get(path, {}):
                lost += [(path, task_id, keyword) for keyword in sorted(keywords - NOT_THE_TASKS - entries[path][task_id])]
    assert lost == []


@pytest.mark.parametrize("name", PROJECTS)
def test_grades_follow_the_contract(name: str) -> None:
    """automatic means no warning, no error, and a ledger of mapped and ignored entries only; a manual task makes a manual DAG."""
    for dag in report_of(name).dags:
        clean = all(entry.outcome in ("mapped", "ignored") for entry in dag.ledger) and all(
            d.severity is Severity.NOTE for d in dag.diagnostics
        )
        assert (dag.grade == "automatic") == (clean and all(task.strategy != "manual" for task in dag.tasks)), dag.dag_id
        if any(task.strategy == "manual" for task in dag.tasks):
            assert dag.grade == "manual"
            assert any(d.severity is Severity.ERROR for d in dag.diagnostics), dag.dag_id
