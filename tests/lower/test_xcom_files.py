"""Values as files: which edges of data become artifacts, and what is said of those that do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from airgo.argo.yaml import dump
from airgo.config import Config
from tests.engines.argo_server import ArgoValidator
from tests.meaning.running import Converted, convert

HEAD = """
from airflow.sdk import DAG, task
from airflow.providers.standard.operators.bash import BashOperator

with DAG("d", schedule=None):
    @task
    def make():
        return {"a": 1}

    @task
    def read(value):
        print(value)

    made = make()
"""


def made(tmp_path: Path, lines: str, xcom: str = "artifacts") -> Converted:
    """The DAG with these further lines."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "d.py").write_text(HEAD + "".join(f"    {line}\n" for line in lines.splitlines()))
    return convert(tmp_path, Config(airflow_version="3", xcom=xcom))


def templates(project: Converted) -> dict[str, dict[str, Any]]:
    """The templates of the workflow by name."""
    return {one["name"]: one for one in yaml.safe_load(project.texts["dags/d/workflow-template.yaml"])["spec"]["templates"]}


def codes(project: Converted) -> list[str]:
    """All findings' codes."""
    return sorted(one.code for one in project.diagnostics)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("""BashOperator(task_id="say", bash_command="echo {{ ti.xcom_pull('make') }}") << made""", id="a text"),
        pytest.param("read.expand(value=made)", id="fan-out"),
        pytest.param("""read({"at": BashOperator(task_id="say", bash_command="echo 1").output})""", id="a value of a command"),
    ],
)
def test_what_argo_or_text_reads_stays_a_parameter(tmp_path: Path, lines: str) -> None:
    """Such values have no file, and one note says so."""
    project = made(tmp_path, lines)
    assert "artifacts:" not in project.texts["dags/d/workflow-template.yaml"]
    assert codes(project).count("AG651") == 1
    assert "AG650" not in codes(project)


def test_parameters_are_the_default(tmp_path: Path) -> None:
    """Nobody who did not ask for files gets them, or reads of them."""
    project = made(tmp_path, "read(made)", xcom="parameters")
    assert "artifacts:" not in project.texts["dags/d/workflow-template.yaml"]
    assert "handed_on" not in project.texts["dags/d/workflow-template.yaml"]
    assert not {"AG650", "AG651"} & {*codes(project)}


def test_one_python_task_hands_another_a_file(tmp_path: Path, argo: ArgoValidator) -> None:
    """The file is no option for who writes it and one for who reads it, readable for any user; the real Argo takes it."""
    project = made(tmp_path, "read([made])")
    found = templates(project)
    assert found["make"]["outputs"] == {"artifacts": [{"name": "return-value", "path": "/tmp/airgo/return-value", "archive": {"none": {}}}]}
    (taken,) = found["read"]["inputs"]["artifacts"]
    assert taken == {"name": "value_1", "path": "/tmp/airgo-inputs/ARG_value_1", "mode": 0o644, "optional": True}
    (entry,) = [one for one in found["d"]["dag"]["tasks"] if one["name"] == "read"]
    reference = {"name": taken["name"], "from": "{{tasks.make.outputs.artifacts.return-value}}", "optional": True}
    assert entry["arguments"] == {"artifacts": [reference]}
    assert "env" not in found["read"]["script"]
    assert codes(project).count("AG650") == 1
    assert "AG651" not in codes(project)
    assert argo.problems(project.texts["dags/d/workflow-template.yaml"]) == []


def test_a_value_can_be_read_in_both_forms(tmp_path: Path) -> None:
    """Who needs a parameter gets one beside the file."""
    project = made(tmp_path, """read(made)\nBashOperator(task_id="say", bash_command="echo {{ ti.xcom_pull('make') }}") << made""")
    outputs = templates(project)["make"]["outputs"]
    assert [one["name"] for kind in ("parameters", "artifacts") for one in outputs[kind]] == ["return-value", "return-value"]
    assert {"AG650", "AG651"} <= {*codes(project)}


def test_what_a_task_may_leave_unwritten_is_null_from_the_start(tmp_path: Path) -> None:
    """Argo would take a missing file for an error of a task that skipped itself, or that never pushed the key."""
    lines = """from airflow.exceptions import AirflowSkipException
@task
def maybe(ti=None):
    if len("ab") == 2:
        raise AirflowSkipException()
    ti.xcom_push(key="k", value=1)
    return 2
@task(trigger_rule="all_done")
def pull(ti=None):
    print(ti.xcom_pull(task_ids="maybe"), ti.xcom_pull(task_ids="maybe", key="k"))
maybe() >> pull()"""
    source = templates(made(tmp_path, lines))["maybe"]["script"]["source"]
    start = source.index("write_xcom('return-value', None)")
    assert start < source.index("write_xcom('xcom-k', None)") < source.index("try:\n    result = maybe(")


def test_a_plain_task_writes_once(tmp_path: Path) -> None:
    """A function that surely returns has no line that it does not need."""
    source = templates(made(tmp_path, "read(made)"))["make"]["script"]["source"]
    assert "write_xcom" not in source


def test_tasks_that_read_different_files_share_a_template(tmp_path: Path) -> None:
    """Which file it is belongs to the DAG's task."""
    project = made(tmp_path, "second = make.override(task_id='second')()\nread(made)\nread.override(task_id='again')(second)")
    found = templates(project)
    entries = {one["name"]: one for one in found["d"]["dag"]["tasks"]}
    assert entries["read"]["template"] == entries["again"]["template"]
    tags = [entries[name]["arguments"]["artifacts"][0]["from"] for name in ("read", "again")]
    assert tags == ["{{tasks.make.outputs.artifacts.return-value}}", "{{tasks.second.outputs.artifacts.return-value}}"]


def test_the_golden_is_good(argo: ArgoValidator) -> None:
    """The real Argo takes files that pass through the DAG of a mapped task."""
    folder = Path(__file__).resolve().parents[2] / "fixtures" / "artifacts" / "expected"
    for path in folder.rglob("workflow-template.yaml"):
        assert argo.problems(dump(list(yaml.safe_load_all(path.read_text())), None)) == []
