"""What constructors hand on, as `inspect` prints it."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.inspection import Values, arguments_as_json, dag_as_json
from tests.build.building import build_one

HEAD = """
from airflow.models import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.providers.amazon.aws.operators.eks import EksPodOperator
from airflow.providers.google.cloud.operators.kubernetes_engine import GKEStartPodOperator
from airflow.providers.microsoft.azure.sensors.msgraph import MSGraphSensor
from airflow.providers.teradata.operators.teradata import TeradataOperator
from airflow.providers.standard.operators.hitl import HITLEntryOperator
REST = open("nowhere").read()
"""


def printed(folder: Path, call: str, version: str = "3") -> object:
    """The arguments of the only task of a DAG."""
    dag = build_one(folder, f"{HEAD}\nwith DAG('x'):\n    {call}\n", version=version)
    return arguments_as_json(dag.tasks[0], version, Values())


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param("BashOperator(task_id='t', bash_command='true')", {"bash_command": "true"}, id="nothing handed on"),
        pytest.param("TeradataOperator(task_id='t', sql='x', **REST)", {"sql": "x"}, id="some arguments could not be seen"),
        pytest.param("TeradataOperator(task_id='t', sql='x', conn_id='own')", {"sql": "x", "conn_id": "own"}, id="given by the author"),
        pytest.param(
            "TeradataOperator(task_id='t', sql='x')", {"sql": "x", "conn_id": "teradata_default"}, id="default under another name"
        ),
        pytest.param(
            "TeradataOperator(task_id='t', sql='x', teradata_conn_id='c')",
            {"sql": "x", "teradata_conn_id": "c", "conn_id": "c"},
            id="argument under another name",
        ),
        pytest.param(
            "EksPodOperator(task_id='t', cluster_name='c', pod_name='p', on_finish_action='keep_pod')",
            {
                "cluster_name": "c",
                "pod_name": "p",
                "on_finish_action": "keep_pod",
                "in_cluster": False,
                "namespace": "default",
                "name": "p",
                "trigger_kwargs": {"eks_cluster_name": "c"},
            },
            id="inside a container",
        ),
        pytest.param("HITLEntryOperator(task_id='t', options=['A', 'B'])", {"options": ["A", "B"]}, id="given, so nothing is filled in"),
        pytest.param("HITLEntryOperator(task_id='t')", {"options": ["OK"], "defaults": ["OK"]}, id="filled in"),
        pytest.param("GKEStartPodOperator(task_id='t')", {"on_finish_action": "delete_pod"}, id="only when not given"),
    ],
)
def test_handed_on(tmp_path: Path, call: str, expected: object) -> None:
    """`inspect` says what a constructor of Airflow gives to those of its bases; the author's own arguments stay as they are."""
    assert printed(tmp_path, call) == expected


def test_versions_differ(tmp_path: Path) -> None:
    """A constructor that hands on something else in Airflow 2 has a row of its own."""
    call = "task.virtualenv(lambda: 1)()"
    assert "use_dill" not in printed(tmp_path, call)  # type: ignore[operator]
    assert printed(tmp_path, call, "2")["use_dill"] is False  # type: ignore[index]


def test_mapped(tmp_path: Path) -> None:
    """`.partial()` fills in the settings of every task, but those that the class has a default of its own for."""
    found = printed(tmp_path, "BashOperator.partial(task_id='t', retries=2).expand(bash_command=['a'])", "2")
    assert {name: found[name] for name in ("retries", "retry_delay", "pool")} == {  # type: ignore[index]
        "retries": 2,
        "retry_delay": {"$timedelta": 300.0},
        "pool": "default_pool",
    }
    assert "pool" not in printed(tmp_path, "BashOperator.partial(task_id='t').expand(bash_command=['a'])")  # type: ignore[operator]
    assert "retry_delay" not in printed(tmp_path, "MSGraphSensor.partial(task_id='t', url='u').expand(data=['a'])")  # type: ignore[operator]


def test_mapped_functions(tmp_path: Path) -> None:
    """`.expand()` of a decorated function says whether it sets up or tears down."""
    found = printed(tmp_path, "task(lambda x: x, task_id='t').expand(x=[1])")
    assert [found[name] for name in ("is_setup", "is_teardown", "on_failure_fail_dagrun")] == [False, False, False]  # type: ignore[index]
    assert "retries" not in found  # type: ignore[operator]


def test_assets(tmp_path: Path) -> None:
    """The task of an `@asset` function says which function defines it."""
    dag = build_one(tmp_path, "from airflow.sdk import asset\n@asset(name='numbers', schedule=None)\ndef count(): ...\n", version="3")
    assert arguments_as_json(dag.tasks[0], "3", Values())["definition_name"] == "count"


def test_nothing_is_added_for_lowering(tmp_path: Path) -> None:
    """The IR holds what the author wrote; only what is printed has more."""
    dag = build_one(tmp_path, f"{HEAD}\nwith DAG('x'):\n    GKEStartPodOperator(task_id='t')\n")
    assert "on_finish_action" not in dag.tasks[0].arguments
    assert dag_as_json(dag, Values())["tasks"][0]["arguments"] == {"on_finish_action": "delete_pod"}  # type: ignore[index]


def test_keys_that_are_not_known(tmp_path: Path) -> None:
    """A dict with a symbolic key is no JSON object: it is printed as pairs."""
    found = printed(tmp_path, "BashOperator(task_id='t', bash_command='true', env={REST: 'a'})")
    assert found["env"]["$operation"]["name"] == "dict"  # type: ignore[index]


CLASSES = """
class Inner(BashOperator):
    def __init__(self, level, size=1, **kwargs):
        super().__init__(bash_command=f"run {level}", **kwargs)

class Outer(Inner):
    def __init__(self, what, **kwargs):
        super().__init__(level=what.upper(), **kwargs)
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param("Inner(task_id='t', level='a')", {"level": "a", "bash_command": "run a"}, id="nothing between"),
        pytest.param("Outer(task_id='t', what='a')", {"what": "a", "level": "A", "bash_command": "run A"}, id="between"),
        pytest.param(
            "Outer(task_id='t', what='a', size=2)", {"what": "a", "level": "A", "size": 2, "bash_command": "run A"}, id="given through"
        ),
    ],
)
def test_each_constructor_of_the_project_says_what_it_hands_up(tmp_path: Path, call: str, expected: object) -> None:
    """Airflow notes what reaches every constructor on the way up, also of classes between the author's and Airflow's own."""
    dag = build_one(tmp_path, f"{HEAD}{CLASSES}\nwith DAG('x'):\n    {call}\n", version="2")
    assert arguments_as_json(dag.tasks[0], "2", Values()) == expected
