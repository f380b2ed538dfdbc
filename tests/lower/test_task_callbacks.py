"""Failure callbacks of tasks: functions of the project are called by the exit handler, everything else is said to be lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airgo.config import Config
from tests.meaning.running import Converted, convert

HEAD = """
from functools import partial
from airflow.exceptions import AirflowFailException
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task, task_group


def plain(context):
    print(context["ti"].task_id, context["task"].owner, context["ds"], context["exception"])


def tried(context):
    print(context["ti"].try_number, context["ti"].max_tries)


def paged(context):
    print(context["task_instance"].log_url)


def timed(context):
    print(context["ti"].duration)


def pulls(context):
    print(context["ti"].xcom_pull(task_ids="a"))


def numbered(context):
    print(context["ti"].map_index)


def handing_on(context):
    print(context)


def two(channel, context):
    print(channel)


@task(retries=1, on_failure_callback=tried)
def for_good():
    raise AirflowFailException("no")


@task_group
def group(x):
    @task(on_failure_callback=numbered)
    def inner(x):
        return x

    inner(x)


"""


def converted(folder: Path, body: str) -> Converted:
    """A DAG with these tasks."""
    (folder / "dags").mkdir()
    (folder / "dags" / "d.py").write_text(f'{HEAD}with DAG("d", schedule=None, default_args={{"owner": "me"}}):\n    {body}\n')
    return convert(folder, Config(airflow_version="3"))


def spec(project: Converted) -> dict[str, Any]:
    """The workflow's spec."""
    document: Any = project.lowered["d"].manifests[0].documents[0]
    return dict(document["spec"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("BASH(SlackNotifier(text='x'))", "it is no function of the project", id="a notifier"),
        pytest.param("BASH(timed)", "it reads ti.duration, which is known to Airflow only", id="what nobody measures"),
        pytest.param("BASH(pulls)", "it asks for XComs", id="values of tasks"),
        pytest.param("BASH(handing_on)", "the context is handed on", id="a context out of sight"),
        pytest.param("BASH(two)", "a callback is given the context, and nothing else", id="an argument that nobody gives"),
        pytest.param("for_good()", "it reads ti.try_number of for_good, which may fail before its last", id="tries that may be cut short"),
        pytest.param("group.expand(x=[1, 2])", "it reads ti.map_index of group.inner, which is in", id="a number in a group"),
    ],
)
def test_what_cannot_be_called_is_said(body: str, reason: str, tmp_path: Path) -> None:
    """The warning has the reason, and there is no exit handler."""
    body = body.replace("BASH(", 'BashOperator(task_id="a", bash_command="true", on_failure_callback=')
    project = converted(tmp_path, body)
    (said,) = [d for d in project.diagnostics if d.code == "AG306"]
    assert reason in said.message
    assert "onExit" not in spec(project)


@pytest.mark.parametrize("callback", ["None", "[]"])
def test_no_callback_is_nothing(callback: str, tmp_path: Path) -> None:
    """A callback that is not there needs no exit handler and no warning."""
    project = converted(tmp_path, f'BashOperator(task_id="a", bash_command="true", on_failure_callback={callback})')
    assert "onExit" not in spec(project)
    assert not {d.code for d in project.diagnostics} & {"AG306", "AG414"}


def test_one_step_calls_a_function_for_all_tasks_that_name_it(tmp_path: Path) -> None:
    """Each task has its own facts; another function, or other fixed arguments, are another step."""
    tasks = "".join(
        f'BashOperator(task_id="t_{n}", bash_command="false", on_failure_callback={callback}); '
        for n, callback in enumerate(["plain", "plain", "partial(two, 'x')", "partial(two, 'y')"])
    )
    project = converted(tmp_path, tasks)
    (handler,) = [one for one in spec(project)["templates"] if one["name"] == "airgo-exit"]
    steps = [one["name"] for one in handler["dag"]["tasks"]]
    assert steps == ["airgo-on-task-failure", "airgo-on-task-failure-2", "airgo-on-task-failure-3", "airgo-end"]
    (step,) = [one for one in spec(project)["templates"] if one["name"] == "airgo-on-task-failure"]
    facts = next(one["value"] for one in step["script"]["env"] if one["name"] == "AIRGO_TASKS")
    assert '"t-0": {' in facts
    assert '"ti": {"task_id": "t_1"}, "task": {"owner": "me"}' in facts
    assert {d.code for d in project.diagnostics} == {"AG414"}


def test_the_number_of_the_last_try_is_known_and_a_page_of_airflow_is_not(tmp_path: Path) -> None:
    """A task that fails for good has had all of its tries; an address is an empty text, and that is said."""
    project = converted(tmp_path, 'BashOperator(task_id="a", bash_command="false", retries=2, on_failure_callback=[tried, paged])')
    templates = {one["name"]: one for one in spec(project)["templates"]}
    facts = next(one["value"] for one in templates["airgo-on-task-failure"]["script"]["env"] if one["name"] == "AIRGO_TASKS")
    assert '"ti": {"try_number": 3, "max_tries": 2}' in facts
    assert {d.code for d in project.diagnostics} == {"AG414", "AG415"}
