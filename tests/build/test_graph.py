"""What Airflow refuses about a whole DAG."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build.building import build, build_one

HEAD = """
from airflow.models import DAG, Variable
from airflow.operators.empty import EmptyOperator as Op
from airflow.decorators import task
from airflow.sensors.filesystem import FileSensor
from airflow.utils.task_group import TaskGroup
def none(): return 1
def one(x): return x
def two(x, y): return x
def every(*args, **kwargs): return 1
def keys(ds, ti=None): return ds
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("a, b = Op(task_id='a'), Op(task_id='b')\n    a >> b >> a", "AG163", id="a circle"),
        pytest.param("a = Op(task_id='a')\n    a >> a", "AG163", id="a task before itself"),
        pytest.param("Op(task_id='a b')", "AG160", id="a space in an id"),
        pytest.param("Op(task_id='a' * 251)", "AG160", id="a long id"),
        pytest.param("Op(task_id=Variable.get('id'))", "AG154", id="an id that is not known"),
        pytest.param("with TaskGroup('g'): Op(task_id='a')\n    Op(task_id='g')", "AG153", id="a task with the id of a group"),
        pytest.param("Op(task_id='a', execution_timeout=60)", "AG122", id="a number for a timeout"),
        pytest.param("Op(task_id='a', retries='three')", "AG122", id="a word for a number"),
        pytest.param("Op(task_id='a', pool_slots=0)", "AG122", id="no slot"),
        pytest.param("Op(task_id='a', weight_rule='downstreem')", "AG122", id="no rule of weights"),
        pytest.param("FileSensor(task_id='a', filepath='/x', mode='pok')", "AG122", id="no mode of sensors"),
        pytest.param("task(one)()", "AG101", id="a function called without its argument"),
        pytest.param("task(none)(2)", "AG101", id="a function called with too many"),
        pytest.param("task(one)(1, x=2)", "AG101", id="a function called with one twice"),
        pytest.param("task(one)(y=1)", "AG101", id="a function called with another"),
    ],
)
def test_refused(tmp_path: Path, body: str, code: str) -> None:
    """Each has its own diagnostic."""
    _, codes = build(tmp_path, f"{HEAD}\nwith DAG('x'):\n    {body}\n")
    assert codes == [code]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("Op(task_id='a', retries='3', execution_timeout=Variable.get('t'), weight_rule='upstream')", id="values that pass"),
        pytest.param("task(keys)()", id="keys of the context"),
        pytest.param("task(every)(1, x=2)", id="functions that take everything"),
        pytest.param("task(two).partial(x=1).expand(y=[1])", id="mapped functions"),
    ],
)
def test_not_refused(tmp_path: Path, body: str) -> None:
    """What Airflow takes, and what cannot be known, is not reported."""
    _, codes = build(tmp_path, f"{HEAD}\nwith DAG('x'):\n    {body}\n")
    assert codes == []


@pytest.mark.parametrize(
    ("version", "arguments", "codes"),
    [
        pytest.param("2", "schedule='@daily'", ["AG123"], id="2 needs a start date"),
        pytest.param("3", "schedule='@daily'", [], id="3 does not"),
        pytest.param("2", "schedule=None", [], id="nor does 2 without a schedule"),
        pytest.param("2", "schedule='@daily', default_args={'start_date': datetime(2024, 1, 1)}", [], id="default_args count"),
        pytest.param("3", "schedule='@daily', params={'p': Param(type='string')}", ["AG121"], id="a param without a default"),
        pytest.param("3", "schedule='@daily', params={'p': Param(None, type='string')}", ["AG121"], id="None for a text"),
        pytest.param("3", "schedule='@daily', params={'p': Param(True, type='integer')}", ["AG121"], id="a truth for a number"),
        pytest.param("3", "schedule='@daily', params={'p': Param('c', enum=['a', 'b'])}", ["AG121"], id="outside the enum"),
        pytest.param("3", "schedule=None, params={'p': Param(type='string')}", [], id="asked for by hand"),
        pytest.param(
            "3",
            "schedule='@daily', params={'p': Param(None, type=['null', 'string']), 'q': Param(1.0, type='integer'), 'r': 3}",
            [],
            id="valid",
        ),
    ],
)
def test_scheduled_dags_need_dates_and_defaults(tmp_path: Path, version: str, arguments: str, codes: list[str]) -> None:
    """Airflow refuses a schedule without a start date (2 only), and with params that nobody gives a value to."""
    head = f"{HEAD}\nfrom datetime import datetime\nfrom airflow.models.param import Param"
    assert build(tmp_path, f"{head}\nwith DAG('x', {arguments}):\n    Op(task_id='a')\n", version=version)[1] == codes


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
