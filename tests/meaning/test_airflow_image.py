"""Tasks that need Airflow do in a container that has it what they do in Airflow: both run for real."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from airgo.config import Config
from airgo.diagnostics import Severity
from tests.engines.airflow_oracle import airflow_3
from tests.engines.airflow_runs import Asked, run_all
from tests.engines.argo_engine import ArgoEngine, Run
from tests.meaning.running import Converted, convert, differences, disorder

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "airflow_image"
IMAGE = "corp/airflow:3"
CONNECTION = json.dumps({"conn_type": "postgres", "host": "dw.example", "password": "p$(x) {{y}}"})
DATE = "2024-01-01T00:00:00Z"
DAGS = sorted(path.stem for path in (PROJECT / "dags").glob("*.py"))


def converted() -> Converted:
    """The project."""
    return convert(PROJECT, Config(airflow_version="3", variables={"region": "eu"}, images={"airflow": IMAGE}))


@pytest.fixture(scope="module")
def shown() -> Iterator[tuple[str, str]]:
    """The interpreter that has Airflow, and the project, where pods see them: they have a /tmp of their own."""
    with tempfile.TemporaryDirectory(prefix="airgo-image-", dir="/var/tmp") as folder:
        prefix = Path(sys.prefix).resolve()
        if prefix.is_relative_to("/tmp"):
            command = ["cp", "-a", "--reflink=auto", str(prefix), f"{folder}/environment"]
            subprocess.run(command, check=True, timeout=300)
            prefix = Path(folder, "environment")
        shutil.copytree(PROJECT, Path(folder, "project"))
        yield str(prefix / "bin" / "python"), f"{folder}/project"


def in_this_environment(manifests: str, python: str, project: str) -> str:
    """The manifests with the interpreter of the tests in place of the image's, and with the connection that a person fills in."""
    documents = list(yaml.safe_load_all(manifests))
    for document in documents:
        if document["kind"] == "Secret":
            document["stringData"] = {"AIRFLOW_CONN_WAREHOUSE": CONNECTION}
        for template in document.get("spec", {}).get("templates", []) if document["kind"] == "WorkflowTemplate" else []:
            container: dict[str, Any] = template.get("container", {})
            if container.get("image") == IMAGE:
                container["command"][0] = python
                container["env"].append({"name": "AIRGO_PROJECT", "value": project})
    return yaml.safe_dump_all(documents)


def truths() -> Mapping[str, dict[str, Any]]:
    """What the real Airflow makes of the DAGs."""
    sources = "".join(path.read_text() for path in sorted((PROJECT / "plugins").rglob("*.py")))
    given = {
        "AIRFLOW_VAR_REGION": "eu",
        "AIRFLOW_CONN_WAREHOUSE": CONNECTION,
        "AIRGO_TEST_SOURCES": hashlib.sha256(sources.encode()).hexdigest(),
    }
    asked = [Asked(name, f"{name}.py", DATE) for name in DAGS]
    return dict(zip(DAGS, run_all(airflow_3(), PROJECT / "dags", asked, given), strict=True))


def test_the_same_on_both(engine: ArgoEngine, shown: tuple[str, str]) -> None:
    """Final states, values and the run's state are Airflow's, and no task starts before its time."""
    project = converted()
    assert [f"{d.code} {d.message}" for d in project.diagnostics if d.severity is Severity.ERROR] == []
    runs = [
        Run(in_this_environment(project.manifests(name), *shown), project.template(name), {"logical-date": DATE}, timeout=400)
        for name in DAGS
    ]
    for name, told in zip(DAGS, engine.run_all(runs), strict=True):
        truth, lowered = truths()[name], project.lowered[name]
        strategies = {task.strategy for task in lowered.tasks}
        assert "airflow-image" in strategies
        assert "manual" not in strategies
        assert differences(truth, told, lowered) == []
        assert disorder(project.edges[name], told, lowered) == []
