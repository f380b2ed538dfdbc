"""Tasks that only fail: what the rest of the DAG reads of them is there, so that Argo accepts the manifest."""

from __future__ import annotations

from pathlib import Path

from airgo import pipeline
from airgo.argo.yaml_reading import read
from airgo.config import Config
from airgo.discovery import discover
from airgo.reading import Run

MAPPED_TWICE = """
from airflow.sdk import dag, task
@dag
def twice():
    @task
    def first():
        return [{"number": 1}]
    @task
    def second(number):
        return number
    @task
    def third(number):
        print(number)
    third.expand(number=second.expand(number=first()["rows"]))
twice()
"""


def test_what_maps_over_a_mapped_task_that_only_fails_reads_an_output_that_it_has(tmp_path: Path) -> None:
    """The failing template has the output for the values of all instances; without it Argo would refuse its reader."""
    (tmp_path / "airgo.toml").write_text("")
    (tmp_path / "twice.py").write_text(MAPPED_TWICE)
    result = pipeline.convert(Run(discover([tmp_path], tmp_path), Config(), strict=True))
    assert "AG405" in {one.code for one in result.diagnostics}
    assert "AG629" not in {one.code for one in result.diagnostics}
    (document,) = read(result.texts["dags/twice/workflow-template.yaml"])
    (failing,) = [one for one in document.value["spec"]["templates"] if one["name"] == "second"]
    (output,) = failing["outputs"]["parameters"]
    assert (output["name"], output["valueFrom"]["default"]) == ("return-values", "[]")
