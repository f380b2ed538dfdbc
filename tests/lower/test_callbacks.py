"""Callbacks of DAGs: functions of the project become steps of the exit handler, everything else is said to be lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airgo.config import Config
from tests.meaning.running import Converted, convert

HEAD = """
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG


def plain(context):
    print(context["dag"].dag_id)


def about_a_task(context):
    print(context["ti"].task_id)


def handing_on(context):
    print(context)


def two(context, other):
    print(other)


with DAG("d", schedule=None, on_failure_callback={callback}):
    BashOperator(task_id="a", bash_command="true")
"""


def converted(folder: Path, callback: str) -> Converted:
    """A DAG with this callback."""
    (folder / "dags").mkdir()
    (folder / "dags" / "d.py").write_text(HEAD.replace("{callback}", callback))
    return convert(folder, Config(airflow_version="3"))


def spec(project: Converted) -> dict[str, Any]:
    """The workflow's spec."""
    document: Any = project.lowered["d"].manifests[0].documents[0]
    return dict(document["spec"])


@pytest.mark.parametrize(
    ("callback", "reason"),
    [
        pytest.param('SlackNotifier(text="x")', "it is no function of the project", id="a notifier"),
        pytest.param("about_a_task", "it reads ti of the context", id="a context of one task"),
        pytest.param("handing_on", "the context is handed on", id="a context out of sight"),
        pytest.param("two", "a callback is given the context, and nothing else", id="an argument that nobody gives"),
        pytest.param("[plain, about_a_task]", "it reads ti of the context", id="one of several"),
    ],
)
def test_what_cannot_be_called_is_said(callback: str, reason: str, tmp_path: Path) -> None:
    """The warning has the reason, nothing else is reported, and there is no exit handler that does half of it."""
    project = converted(tmp_path, callback)
    said = [d for d in project.diagnostics if d.code == "AG306"]
    assert len(said) == 1
    assert reason in said[0].message
    assert "onExit" not in spec(project)


@pytest.mark.parametrize("callback", ["None", "[]"])
def test_no_callback_is_nothing(callback: str, tmp_path: Path) -> None:
    """A callback that is not there needs no exit handler and no warning."""
    project = converted(tmp_path, callback)
    assert "onExit" not in spec(project)
    assert [d.code for d in project.diagnostics if d.code == "AG306"] == []


def test_several_functions_are_steps_of_one_exit_handler(tmp_path: Path) -> None:
    """Each is taken when the run did not succeed, and the handler ends well whatever becomes of them."""
    project = converted(tmp_path, "[plain, plain]")
    templates = {template["name"]: template for template in spec(project)["templates"]}
    assert spec(project)["onExit"] == "airgo-exit"
    first, second, end = templates["airgo-exit"]["dag"]["tasks"]
    assert first == {"name": "airgo-on-failure-1", "when": "'{{workflow.status}}' != 'Succeeded'", "template": "airgo-on-failure-1"}
    assert second["template"] == "airgo-on-failure-2"
    assert end["depends"].count("Failed") == 2
    assert (
        'plain({"dag": types.SimpleNamespace(dag_id=os.environ["AIRGO_DAG_DAG_ID"])})'
        in templates["airgo-on-failure-1"]["script"]["source"]
    )
    assert [d.code for d in project.diagnostics] == []
