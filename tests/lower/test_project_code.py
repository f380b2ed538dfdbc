"""Modules of the project beside scripts: where they are mounted, and what must be in the image instead."""

from __future__ import annotations

from pathlib import Path

from airgo import pipeline
from airgo.argo.yaml_reading import read
from airgo.config import Config
from airgo.discovery import discover
from airgo.reading import Run

DAG = """
from airflow.decorators import dag, task
from pack.work import Worker
@dag
def small():
    @task
    def go():
        return Worker().work()
    go()
small()
"""
WORK = "import threading\nfor one in [object()]:\n    LOCK = one\nclass Worker:\n    def work(self):\n        return str(LOCK)\n"


def converted(folder: Path, **files: str) -> pipeline.Result:
    """A project of these files, `__` standing for slashes, converted."""
    for name, text in {"airgo.toml": "", "dags__small.py": DAG, **files}.items():
        path = folder / name.replace("__", "/")
        path = path if path.suffix else path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return pipeline.convert(Run(discover([folder], folder), Config(), strict=True))


def script(result: pipeline.Result) -> tuple[dict[str, object], dict[str, object]]:
    """The one task's template, and its script."""
    (document,) = read(result.texts["dags/small/workflow-template.yaml"])
    (template,) = [one for one in document.value["spec"]["templates"] if "script" in one]
    return template, template["script"]


def test_modules_are_mounted_where_they_stood(tmp_path: Path) -> None:
    """A ConfigMap of the DAG holds them as they are; Python finds them under their names."""
    result = converted(tmp_path, dags__pack__work=WORK)
    template, found = script(result)
    assert template["volumes"] == [
        {"name": "airgo-code", "configMap": {"name": "small-code", "items": [{"key": "dags.pack.work.py", "path": "dags/pack/work.py"}]}}
    ]
    assert found["volumeMounts"] == [{"name": "airgo-code", "mountPath": "/airgo-project"}]
    assert {"name": "PYTHONPATH", "value": "/airgo-project/dags"} in found["env"]
    assert "from pack.work import Worker\n" in found["source"]
    (document,) = read(result.texts["dags/small/code.yaml"])
    assert (document.value["metadata"]["name"], document.value["data"]) == ("small-code", {"dags.pack.work.py": WORK})
    assert "dags/small/code.yaml" in result.texts["kustomization.yaml"]
    assert not [one for one in result.diagnostics if one.code == "AG531"]


def test_files_that_are_too_large_for_a_configmap_go_into_the_image(tmp_path: Path) -> None:
    """A warning says so, and the Dockerfile copies the project."""
    result = converted(tmp_path, dags__pack__work=WORK + f"TEXT = {'x' * 250_000!r}\n")
    template, found = script(result)
    assert "volumes" not in template
    assert {"name": "PYTHONPATH", "value": "/airgo-project/dags"} in found["env"]
    assert "dags/small/code.yaml" not in result.texts
    assert "COPY --from=project" in result.texts["images/Dockerfile"]
    assert [one.code for one in result.diagnostics if one.severity.value == "warning"] == ["AG531"]


def test_the_report_says_what_travels(tmp_path: Path) -> None:
    """For each Python task: functions by file, files that travel whole, and what the image must hold."""
    (tmp_path / "requirements.txt").write_text("")
    result = converted(tmp_path, dags__pack__work=WORK.replace("import threading", "import requests"))
    (task,) = result.lowered[0].tasks
    assert task.carries == ("dags/small.py: go", "dags/pack/work.py, the whole file")
    assert task.image_needs == ("requests",)
