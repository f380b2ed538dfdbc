"""What the arguments of operators mean in the IR."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.ir import Task
from airgo.values import CodeRef, ExternCall, XComRef
from tests.build.building import build, build_one

HEAD = """
from datetime import timedelta
from airflow.models import DAG, BaseOperator
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
"""


def task(folder: Path, arguments: str, version: str = "2", default_args: str = "{}") -> Task:
    """The only task of a DAG: a BashOperator with these arguments."""
    text = f"{HEAD}\nwith DAG('x', default_args={default_args}):\n    BashOperator(task_id='t', bash_command='true', {arguments})\n"
    return build_one(folder, text, version=version).tasks[0]


@pytest.mark.parametrize(
    ("rule", "version", "becomes", "codes"),
    [
        pytest.param("nonsense", "2", "all_success", ["AG161"], id="no such rule"),
        pytest.param("dummy", "3", "always", ["AG161"], id="alias of 2.x in 3.x"),
        pytest.param("all_done_min_one_success", "2", "all_done_min_one_success", ["AG161"], id="rule of 3.x in 2.x"),
        pytest.param("dummy", "2", "always", [], id="alias of 2.x"),
        pytest.param("one_failed", "2", "one_failed", [], id="plain"),
    ],
)
def test_trigger_rules(tmp_path: Path, rule: str, version: str, becomes: str, codes: list[str]) -> None:
    """Trigger rules have their current names; one that the version refuses is an error."""
    text = f"{HEAD}\nwith DAG('x'):\n    BashOperator(task_id='t', bash_command='true', trigger_rule={rule!r})\n"
    file, found = build(tmp_path, text, version=version)
    assert (file.dags[0].tasks[0].trigger_rule, found) == (becomes, codes)


def test_arguments_remember_how_they_came(tmp_path: Path) -> None:
    """Each argument says whether it was written in the call or merged from default_args, and where."""
    found = task(tmp_path, "retries=3", default_args="{'retries': 1, 'queue': 'q', 'catchup': True}")
    assert (found.arguments["retries"].value, found.arguments["retries"].origin) == (3, "call")
    assert (found.arguments["queue"].value, found.arguments["queue"].origin) == ("q", "default_args")
    assert "catchup" not in found.arguments
    assert sorted(found.written) == ["bash_command", "retries", "task_id"]
    assert found.arguments["retries"].span.column > found.span.column


def test_defaults_of_a_version(tmp_path: Path) -> None:
    """default_args reach only what the version's operator takes."""
    assert task(tmp_path, "", default_args="{'task_concurrency': 1}").value("task_concurrency") == 1
    assert task(tmp_path, "", version="3", default_args="{'task_concurrency': 1}").value("task_concurrency") is None


def test_times_are_seconds(tmp_path: Path) -> None:
    """Durations are seconds, whether they were written as numbers or timedeltas; retries may be text."""
    found = task(tmp_path, "retry_delay=30, execution_timeout=timedelta(hours=1), retries='2', pool=None, wait_for_downstream=True")
    assert (found.retry_delay, found.execution_timeout, found.retries, found.pool) == (30.0, 3600.0, 2, "default_pool")
    assert found.depends_on_past is True


def test_own_class_lowers_as_its_base_unless_it_says_what_it_does(tmp_path: Path) -> None:
    """A subclass keeps its base as `operator`; one with its own execute is marked, with its code."""
    text = f"""{HEAD}
class Quiet(BashOperator):
    def __init__(self, what, **kwargs):
        super().__init__(bash_command="echo " + what, **kwargs)
class Loud(BaseOperator):
    def __init__(self, volume, **kwargs):
        super().__init__(**kwargs)
        self.volume = volume
    def execute(self, context):
        print(self.volume)
with DAG("x"):
    Quiet(task_id="q", what="hi")
    Loud(task_id="l", volume=11)
"""
    quiet, loud = build_one(tmp_path, text).tasks
    assert (quiet.operator.rpartition(".")[2], quiet.class_name, quiet.overrides_execute) == ("BashOperator", "main.Quiet", False)
    assert quiet.value("bash_command") == "echo hi"
    assert quiet.written["what"].value == "hi"
    assert loud.overrides_execute
    assert isinstance(loud.code, CodeRef)


def test_values_become_data(tmp_path: Path) -> None:
    """Functions become references, XComs references, XComs inside text Airflow's own Jinja, objects of the project data."""
    text = f"""{HEAD}
from dataclasses import dataclass
from kubernetes.client import models as k8s
@dataclass
class Settings:
    size: int
def work(): ...
with DAG("x"):
    a = BashOperator(task_id="a", bash_command="true")
    p = PythonOperator(task_id="p", python_callable=work, op_args=[a.output, f"v={{a.output}}", Settings(3)])
    q = BashOperator(task_id="q", bash_command="true", executor_config={{"pod_override": k8s.V1Pod(kind="Pod")}})
"""
    _, p, q = build_one(tmp_path, text).tasks
    assert isinstance(p.value("python_callable"), CodeRef)
    reference, words, settings = p.value("op_args")  # type: ignore[misc]  # a list of three
    assert reference == XComRef("a")
    assert words == "v={{ task_instance.xcom_pull(task_ids='a', dag_id='x', key='return_value') }}"
    assert (settings.name, settings.kwargs) == ("main.Settings", {"size": 3})
    assert (p.upstream, p.edges_from_data) == (("a",), ("a",))
    pod = q.value("executor_config")["pod_override"]  # type: ignore[index]  # a dict
    assert isinstance(pod, ExternCall)
    assert pod.name.endswith("V1Pod")


def test_template_file_stands_for_its_text(tmp_path: Path) -> None:
    """A template field that ends like a template file has the text of the file beside the DAG."""
    tasks = "    BashOperator(task_id='t', bash_command='run.sh')\n    BashOperator(task_id='u', bash_command='no.sh')\n"
    text = f"{HEAD}\nwith DAG('x'):\n{tasks}"
    file, _ = build(tmp_path, text, files={"run.sh": "echo {{ ds }}\n"})
    first, second = file.dags[0].tasks
    assert (first.value("bash_command"), first.arguments["bash_command"].file_text) == ("run.sh", "echo {{ ds }}\n")
    assert second.arguments["bash_command"].file_text is None


def test_task_under_an_undecided_test_is_guarded(tmp_path: Path) -> None:
    """A task that may not exist says under which test it does."""
    text = f"""{HEAD}
import os
with DAG("x"):
    if os.environ["ENV"] == "prod":
        BashOperator(task_id="a", bash_command="true")
    else:
        BashOperator(task_id="b", bash_command="true")
"""
    first, second = build_one(tmp_path, text).tasks
    assert first.guard is not None
    assert second.guard is not None
    assert (first.guard.polarity, second.guard.polarity) == (True, False)
    assert first.guard.test == second.guard.test


def test_an_assignment_after_construction_is_an_argument_of_a_class_of_the_project(tmp_path: Path) -> None:
    """Airflow notes it as if the constructor had been given it; what the constructor itself assigns changes nothing."""
    dag = build_one(
        tmp_path,
        """
        from airflow.models import DAG, BaseOperator
        class Load(BaseOperator):
            def __init__(self, *, paths, mode, **kwargs):
                super().__init__(**kwargs)
                self.paths = [p.upper() for p in paths]
                self.mode = mode
            def execute(self, context):
                return self.paths
        with DAG("x", schedule=None):
            load = Load(task_id="l", paths=["a"], mode="r")
            load.mode = "w"
        """,
    )
    (task,) = dag.tasks
    assert {name: argument.value for name, argument in task.written.items()} == {"task_id": "l", "paths": ["a"], "mode": "w"}
