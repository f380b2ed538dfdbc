"""Tasks for the Airflow image: which become containers of it, what the containers are told, and what stays by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from airgo import discovery, pipeline
from airgo.config import Config
from airgo.reading import Run

HEAD = """
from datetime import date, datetime, time, timedelta
from airflow import DAG
from airflow.decorators import task
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.google.cloud.operators.dataproc import DataprocSubmitJobOperator as Job
from airflow.utils.task_group import TaskGroup
from kubernetes.client import models as k8s
from plugins.shop import Box, Count, Pick

def job(task_id="t", **given):
    return Job(task_id=task_id, region="eu", project_id="p", **given)

"""
PLUGINS = """
from airflow.models import BaseOperator
from airflow.operators.branch import BaseBranchOperator


class Box:
    def __init__(self, size):
        self.size = size


class Count(BaseOperator):
    template_fields = ("text",)

    def __init__(self, text, unit="words", **kwargs):
        super().__init__(**kwargs)
        self.text = text
        self.unit = unit

    def execute(self, context):
        return context["ti"].xcom_pull(task_ids=self.unit)


class Pick(BaseBranchOperator):
    def choose_branch(self, context):
        return "big"
"""
IMAGE = "corp/airflow:2.11"


class Project:
    """A converted DAG file."""

    def __init__(self, folder: Path, source: str, *, image: bool = True, settings: dict[str, Any] | None = None, **dag: str) -> None:
        (folder / "dags" / "sql").mkdir(parents=True)
        (folder / "plugins").mkdir()
        (folder / "plugins" / "__init__.py").write_text("")
        (folder / "plugins" / "shop.py").write_text(PLUGINS)
        (folder / "dags" / "sql" / "a.sql").write_text("{% include 'sql/b.sql' %} {{ var.value.inside }}")
        (folder / "dags" / "sql" / "b.sql").write_text("select {{ ds }}")
        arguments = "".join(f", {name}={value}" for name, value in dag.items())
        lines = "".join(f"    {line}\n" for line in source.strip().splitlines())
        with_dag = f'with DAG("d", start_date=datetime(2024, 1, 1), schedule=None{arguments}):\n{lines}'
        (folder / "dags" / "d.py").write_text(HEAD + with_dag)
        config = Config(images={"airflow": IMAGE} if image else {}, airflow_version="2", project="shop", **(settings or {}))
        self.result = pipeline.convert(Run(discovery.discover([folder], folder), config, strict=True))
        (self.lowered,) = self.result.lowered

    @property
    def codes(self) -> list[str]:
        """The codes of all diagnostics."""
        return [one.code for one in self.result.diagnostics]

    @property
    def strategies(self) -> dict[str, str]:
        """The strategy of each task."""
        return {one.task_id: one.strategy for one in self.lowered.tasks}

    def said(self, code: str) -> str:
        """The messages of one code."""
        return "\n".join(one.message for one in self.result.diagnostics if one.code == code)

    def template(self, name: str = "t") -> dict[str, Any]:
        """A template by its name."""
        (document,) = yaml.safe_load_all(self.result.texts["dags/d/workflow-template.yaml"])
        return next(one for one in document["spec"]["templates"] if one["name"] == name)

    def env(self, name: str = "t") -> dict[str, str]:
        """What the container finds in its environment."""
        return {entry["name"]: entry["value"] for entry in self.template(name)["container"]["env"]}

    def told(self, name: str = "t") -> dict[str, Any]:
        """The description that the container is given."""
        return dict(json.loads(self.env(name)["AIRGO_TASK"]))

    def arguments(self, name: str = "t") -> dict[str, Any]:
        """The operator's arguments in it."""
        return dict(self.told(name)["arguments"])


STAYS = {
    "an operator that nobody knows": ("from corp.ops import Launch\nLaunch(task_id='t')", "AG202", "not known"),
    "a request to the scheduler": (
        "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\nTriggerDagRunOperator(task_id='t', trigger_dag_id=Box)",
        "AG223|AG4",
        "",
    ),
    "a value that is not known": (
        "job(job={'now': datetime.now()})",
        "AG201",
        "nor can it run in the Airflow image: job: the value is read from the clock",
    ),
    "an object of the project": ("job(job=Box(3))", "AG201", "an object of the project's class plugins.shop.Box"),
    "another task": ("a = BashOperator(task_id='a', bash_command='x')\njob(job={'after': a})", "AG201", "a task, group or DAG"),
    "a class that no image can import": (
        "def made():\n    class Own(Count):\n        pass\n    return Own(task_id='t', text='x')\nmade()",
        "AG220",
        "defined inside a function",
    ),
    "an XCom where Airflow puts none in": (
        "a = PythonOperator(task_id='a', python_callable=print)\njob(job={}, asynchronous=a.output)",
        "AG201",
        "no template field",
    ),
    "the database": (
        "def look():\n    from airflow.models import DagRun\n    return DagRun.find()\nPythonOperator(task_id='t', python_callable=look)",
        "AG501",
        "which asks Airflow's database",
    ),
    "writing a Variable": (
        "def keep():\n    Variable.set('a', 'b')\nPythonOperator(task_id='t', python_callable=keep)",
        "AG501",
        "Variable.set",
    ),
    "an XCom under a computed key": (
        "a = PythonOperator(task_id='a', python_callable=print)\na >> job(job={'x': \"{{ ti.xcom_pull('a', key=params.k) }}\"})",
        "AG201",
        "whose task or key is computed",
    ),
    "its index among mapped instances": (
        "Job.partial(task_id='t', region=\"{{ ti.map_index }}\", project_id='p').expand(job=[{}, {}])",
        "AG201",
        "map_index",
    ),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_by_hand(name: str, tmp_path: Path) -> None:
    """What cannot be described, or asks for Airflow's scheduler or database, fails closed and says both reasons."""
    source, code, words = STAYS[name]
    project = Project(tmp_path, source)
    assert project.strategies["t"] == "manual"
    assert any(re.match(code, one) for one in project.codes)
    assert words in "\n".join(one.message for one in project.result.diagnostics)
    assert "shared/runtime.yaml" not in project.result.texts


def test_without_an_image_nothing_changes(tmp_path: Path) -> None:
    """The task fails as before, and one note for the DAG names those that an image could run."""
    project = Project(tmp_path, "job(job={})\nCount(task_id='c', text='x')", image=False)
    assert project.strategies == {"t": "manual", "c": "manual"}
    assert [code for code in project.codes if code in ("AG201", "AG220", "AG519")] == ["AG201", "AG519", "AG220"]
    assert "could run t, c" in project.said("AG519")
    assert "shared/runtime.yaml" not in project.result.texts


def test_what_a_mapping_can_say_stays_native(tmp_path: Path) -> None:
    """The image is the last resort."""
    project = Project(
        tmp_path, "BashOperator(task_id='t', bash_command='echo {{ ds }}')\nPythonOperator(task_id='p', python_callable=print)"
    )
    assert project.strategies == {"t": "native", "p": "slice"}
    assert "AG518" not in project.codes


def test_what_the_operator_asks_of_its_machine_is_said(tmp_path: Path) -> None:
    """A pod has no Docker daemon, and the warning does not hide that the task needs one."""
    source = (
        "from airflow.providers.docker.operators.docker import DockerOperator\n"
        "class Own(DockerOperator):\n    def execute(self, context):\n        return super().execute(context)\n"
        "Own(task_id='t', image='x:1')\nCount(task_id='c', text='x')"
    )
    project = Project(tmp_path, source)
    assert project.strategies["t"] == "airflow-image"
    said = [one.message for one in project.result.diagnostics if one.code == "AG518"]
    assert ["a Docker daemon" in one for one in said] == [one.startswith("t ") for one in said]
    assert len(said) == 2


def test_a_failed_trial_leaves_no_trace(tmp_path: Path) -> None:
    """Arguments that the operator's mapping refused are mapped in the end, and nothing warns of them."""
    source = (
        "from airflow.providers.http.sensors.http import HttpSensor\n"
        "HttpSensor(task_id='t', endpoint='x', response_check=lambda r: r.ok, tcp_keep_alive=True)"
    )
    project = Project(tmp_path, source)
    assert project.strategies["t"] == "airflow-image"
    assert project.codes == ["AG518"]
    assert "response_check has no counterpart" in str(project.lowered.tasks[0].why_not_better)
    found = {one.name: one.outcome for one in project.lowered.ledger if one.subject == "d.t" and one.kind == "argument"}
    assert found == dict.fromkeys(("task_id", "endpoint", "response_check", "tcp_keep_alive"), "mapped")


def test_the_container(tmp_path: Path) -> None:
    """It runs the mounted program in the image; the ConfigMap holds every file of it; a failure for good is not retried."""
    project = Project(tmp_path, "job(job={}, retries=2)")
    template = project.template()
    container = template["container"]
    assert container["image"] == IMAGE
    assert container["command"] == ["python", "/opt/airgo/airflow_task"]
    assert container["volumeMounts"] == [{"name": "airgo-runtime", "mountPath": "/opt/airgo/airflow_task"}]
    assert template["volumes"] == [{"name": "airgo-runtime", "configMap": {"name": "shop-runtime"}}]
    assert "asInt(lastRetry.exitCode) != 100" in template["retryStrategy"]["expression"]
    (runtime,) = yaml.safe_load_all(project.result.texts["shared/runtime.yaml"])
    folder = Path(pipeline.__file__).parent / "runtime" / "airflow_task"
    assert runtime["metadata"]["name"] == "shop-runtime"
    assert runtime["data"] == {path.name: path.read_text() for path in folder.glob("*.py")}
    assert "runtime.yaml" in project.result.texts["kustomization.yaml"]
    assert not [code for code in project.codes if code.startswith("AG6")]


VALUES = {
    "plain data": ("{'a': [1, 2.5, None, True, 'x']}", {"a": [1, 2.5, None, True, "x"]}),
    "a tuple": ("(1, 'a')", {"$tuple": [1, "a"]}),
    "a set": ("{2, 1}", {"$set": [1, 2]}),
    "bytes": ("b'hi'", {"$bytes": "aGk="}),
    "infinity": ("float('inf')", {"$float": "inf"}),
    "keys that are no texts": ("{1: 'a'}", {"$dict": [[1, "a"]]}),
    "keys that look like tags": ("{'$env': 'HOME'}", {"$dict": [["$env", "HOME"]]}),
    "a duration": ("timedelta(minutes=1.5)", {"$timedelta": 90.0}),
    "a point in time": ("datetime(2024, 1, 2, 3)", {"$datetime": "2024-01-02T03:00:00"}),
    "a date": ("date(2024, 1, 2)", {"$date": "2024-01-02"}),
    "a time": ("time(5)", {"$time": "05:00:00"}),
    "a call of a library": (
        "k8s.V1Toleration(key='a', operator='Exists')",
        {"$call": "kubernetes.client.models.V1Toleration", "kwargs": {"key": "a", "operator": "Exists"}},
    ),
    "a Variable": ("Variable.get('bucket', default_var='b')", {"$variable": "bucket", "default": "b"}),
    "a JSON Variable": ("Variable.get('limits', deserialize_json=True)", {"$variable": "limits", "json": True}),
    "below a Variable": (
        "Variable.get('limits', deserialize_json=True)['rows'][0]",
        {"$variable": "limits", "path": ["rows", 0], "json": True},
    ),
    "text around a Variable": ("f\"gs://{Variable.get('bucket')}/x\"", {"$join": ["gs://", {"$variable": "bucket"}, "/x"]}),
    "a connection": ("BaseHook.get_connection('dw').host", {"$connection": "dw", "path": ["host"]}),
    "a function": ("lambda value: value + 1", {"$source": "# dags/d.py:21\nfunction = lambda value: value + 1\n", "name": "function"}),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str, tmp_path: Path) -> None:
    """Each kind of value has a form in JSON that the runtime reads back."""
    source, expected = VALUES[name]
    given = Project(tmp_path, f"job(job={source})").arguments()["job"]
    if "$call" in expected:
        assert given["$call"].startswith("kubernetes.client")
        given = {**given, "$call": expected["$call"]}
    assert {key: value for key, value in given.items() if key != "$source"} == {
        key: value for key, value in expected.items() if key != "$source"
    }
    assert expected.get("$source", "").partition("\n")[2] == given.get("$source", "").partition("\n")[2]


def test_what_others_hand_on_travels_beside_the_arguments(tmp_path: Path) -> None:
    """An XCom is put in when templates are rendered, as data; so is what a template pulls."""
    source = """
@task(multiple_outputs=True)
def a():
    return {"k": 1, "other": {"x": 2}}
found = a()
job(job={"n": found, "k": found["k"], "t": "{{ ti.xcom_pull(task_ids='a', key='other')['x'] }}"})
"""
    project = Project(tmp_path, source)
    given = project.arguments()["job"]
    env = project.env()
    assert set(given["n"]) == set(given["k"]) == {"$xcom"}
    assert env[given["n"]["$xcom"]].startswith("{{inputs.parameters.")
    assert project.told()["pulled"] == {"a other": "AIRGO_XCOM"}
    assert env["AIRGO_XCOM"].startswith("{{inputs.parameters.")


def test_the_run(tmp_path: Path) -> None:
    """Dates, the run's id, params with their types, and the keys of dag_run.conf that templates read."""
    project = Project(
        tmp_path,
        "job(job={'a': '{{ next_ds | ds_nodash | corp_filter }} {{ dag_run.conf[\"day\"] }} {{ prev_execution_date }}'}, retries=1)",
        params="{'limit': 3, 'name': 'x', 'all': False, 'none': None}",
    )
    told, env = project.told(), project.env()
    assert told["texts"].keys() == {"run_id", "next_ds"}
    assert told["moments"].keys() == {"logical_date", "data_interval_start", "data_interval_end", "prev_execution_date"}
    assert {name: how["as"] for name, how in told["params"].items()} == {
        "limit": "json",
        "name": "text",
        "all": "truth",
        "none": "text or none",
    }
    assert env[told["params"]["limit"]["env"]] == "{{workflow.parameters.limit}}"
    assert env[told["conf"]["day"]] == "{{workflow.parameters.day}}"
    assert env[told["conf"][""]] == "{{workflow.parameters.conf}}"
    assert env["AIRGO_RETRIES"] == "{{retries}}"
    assert told["max_tries"] == 1


def test_template_files_travel(tmp_path: Path) -> None:
    """A file that an argument names, and what it includes; its Variables are listed."""
    source = (
        "from airflow.providers.snowflake.operators.snowflake import SnowflakeSqlApiOperator\n"
        "SnowflakeSqlApiOperator(task_id='t', sql='sql/a.sql', statement_count=1)"
    )
    project = Project(tmp_path, source)
    assert project.told()["files"] == {
        "sql/a.sql": "{% include 'sql/b.sql' %} {{ var.value.inside }}",
        "sql/b.sql": "select {{ ds }}",
    }
    assert ("variables", "inside") in {(one.kind, one.key) for one in project.lowered.inputs}


def test_a_class_of_the_project(tmp_path: Path) -> None:
    """It is imported from the image and given what the call says, with default_args; what it pulls is handed over."""
    source = """
a = PythonOperator(task_id="a", python_callable=lambda: 1)
with TaskGroup("g", default_args={"unit": "a"}):
    c = Count(task_id="c", text="{{ ds }}")
a >> c
c.text = "other"
"""
    project = Project(tmp_path, source, default_args="{'owner': 'me', 'retries': 1, 'unit': 'x', 'email': ['a@b']}")
    told = project.told("g-c")
    assert told["class"] == "plugins.shop.Count"
    assert told["arguments"] == {"text": "other", "default_args": {"owner": "me", "unit": "a"}}
    assert told["attributes"] == {"text": "other"}
    assert told["pulled"] == {"a return_value": "AIRGO_XCOM"}
    assert told["roots"]
    assert "COPY . /opt/airgo/project" in project.result.texts["images/airflow.Dockerfile"]
    assert "which must hold plugins.shop" in project.said("AG518")


def test_a_branch_of_the_project(tmp_path: Path) -> None:
    """Its choice decides what runs, and must be a task of the DAG."""
    source = 'Pick(task_id="t") >> [BashOperator(task_id="big", bash_command="x"), BashOperator(task_id="small", bash_command="x")]'
    project = Project(tmp_path, source)
    assert project.told()["branch"] is True
    assert project.told()["choices"] == ["big", "small", "t"]
    assert "airgo-branch" in {one["name"] for one in project.template()["outputs"]["parameters"]}


def test_python_that_uses_airflow(tmp_path: Path) -> None:
    """The function's source travels with its imports of Airflow; connections of hooks are listed; macros travel when they are read."""
    source = """
@task(multiple_outputs=True)
def load(n, ds=None):
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    return {"rows": PostgresHook(postgres_conn_id="pg").get_records("select 1")[:n], "ds": ds}
load.override(task_id="t")(3)
"""
    project = Project(tmp_path, source, user_defined_macros="{'unread': print}")
    told = project.told()
    assert told["class"] == [
        "airflow.providers.standard.decorators.python._PythonDecoratedOperator",
        "airflow.decorators.python._PythonDecoratedOperator",
    ]
    assert "PostgresHook(postgres_conn_id=" in told["arguments"]["python_callable"]["$source"]
    assert told["arguments"]["multiple_outputs"] is True
    assert "dag_arguments" not in told
    assert ("connections", "pg", True) in {(one.kind, one.key, one.secret) for one in project.lowered.inputs}
    assert "AIRFLOW_CONN_PG" in project.result.texts["shared/connections.yaml"]


def test_a_mapped_task(tmp_path: Path) -> None:
    """Each instance is given its element as JSON; Airflow renders what is a template in it."""
    project = Project(tmp_path, "Job.partial(task_id='t', region='eu', project_id='p').expand(job=[{'a': '{{ ds }}'}, {'b': 1}])")
    given = project.arguments()
    assert given == {"region": "eu", "project_id": "p", "job": {"$json": "ARG_job"}}
    assert "logical_date" in project.told()["moments"]


def test_no_secret_is_written(tmp_path: Path) -> None:
    """Connections and Variables that airgo.toml knows are read in the container."""
    settings = {"connections": {"dw": "postgres://me:s3cr3t@h/db"}}
    project = Project(tmp_path, "job(job=[BaseHook.get_connection('dw').password], gcp_conn_id='dw')", settings=settings)
    assert "s3cr3t" not in "".join(project.result.texts.values())
    assert project.arguments()["job"] == [{"$connection": "dw", "path": ["password"]}]
