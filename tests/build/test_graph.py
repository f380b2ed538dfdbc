"""What Airflow refuses about a whole DAG."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build.building import build, build_one

HEAD = """
from airflow.models import DAG, Variable
from airflow.operators.empty import EmptyOperator as Op
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("a, b = Op(task_id='a'), Op(task_id='b')\n    a >> b >> a", "AG163", id="a circle"),
        pytest.param("a = Op(task_id='a')\n    a >> a", "AG163", id="a task before itself"),
        pytest.param("Op(task_id='a b')", "AG160", id="a space in an id"),
        pytest.param("Op(task_id='a' * 251)", "AG160", id="a long id"),
        pytest.param("Op(task_id=Variable.get('id'))", "AG154", id="an id that is not known"),
    ],
)
def test_refused(tmp_path: Path, body: str, code: str) -> None:
    """Each has its own diagnostic."""
    _, codes = build(tmp_path, f"{HEAD}\nwith DAG('x'):\n    {body}\n")
    assert codes == [code]


def test_ids_of_other_alphabets_are_allowed(tmp_path: Path) -> None:
    """Letters of any alphabet, dots and dashes make an id."""
    _, codes = build(tmp_path, f"{HEAD}\nwith DAG('été.1-x'):\n    Op(task_id='Ünïcode')\n")
    assert codes == []


def test_dag_id_that_is_not_known(tmp_path: Path) -> None:
    """A DAG whose id depends on the deployment gets a made-up id and an error."""
    file, codes = build(tmp_path, f"{HEAD}\ndag = DAG('x_' + Variable.get('team'))\n")
    assert (file.dags[0].id, codes) == ("main-1", ["AG170"])


def test_default_argument_that_reaches_nothing(tmp_path: Path) -> None:
    """A misspelled key, and a key of the DAG, in default_args have no effect in Airflow; both are warned of."""
    _, codes = build(
        tmp_path,
        f"{HEAD}\nwith DAG('x', default_args={{'depend_on_past': True, 'catchup': False, 'own_thing': 1}}):\n    Op(task_id='a')\n",
    )
    assert codes == ["AG171", "AG171"]


def test_subdag_is_loaded_with_its_dag(tmp_path: Path) -> None:
    """The DAG inside a SubDagOperator is found as a DAG of its own."""
    text = f"""{HEAD}
from airflow.operators.subdag import SubDagOperator
def inner(parent):
    sub = DAG(parent + ".s")
    Op(task_id="a", dag=sub)
    return sub
with DAG("x") as dag:
    SubDagOperator(task_id="s", subdag=inner("x"))
"""
    file, _ = build(tmp_path, text)
    assert [dag.id for dag in file.dags] == ["x", "x.s"]


def test_groups_and_expansion(tmp_path: Path) -> None:
    """Groups know their parents; what a group or task is expanded over is kept."""
    text = f"""{HEAD}
from airflow.decorators import task, task_group
with DAG("x") as dag:
    @task
    def load(v): ...
    @task_group
    def each(v):
        load(v)
    each.expand(v=[1, 2])
    load.expand(v=[3])
"""
    dag = build_one(tmp_path, text)
    (group,) = dag.groups
    assert group.expand is not None
    assert group.expand.arguments["v"].value == [1, 2]
    assert [(one.id, one.group, one.mapped) for one in dag.tasks] == [("each.load", "each", False), ("load", None, True)]
