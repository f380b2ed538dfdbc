"""Bounds on time and concurrency, run by Argo: `dag.test()` runs one task at a time and knows no end of a run, so that it cannot say."""

from __future__ import annotations

import pytest

from airgo.config import Config
from tests.engines.argo_engine import ArgoEngine, Outcome
from tests.meaning.running import Converted, convert

HEAD = """
from datetime import timedelta
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

BRIEF = "date +%s%N; sleep 0.3; date +%s%N"
"""
DAGS = {
    "timed": """
with DAG("timed", schedule=None, dagrun_timeout=timedelta(seconds=3)):
    slow = BashOperator(task_id="slow", bash_command="sleep 60")
    EmptyOperator(task_id="first") >> slow >> [
        EmptyOperator(task_id="after", trigger_rule="all_done"),
        BashOperator(task_id="never", bash_command="true", trigger_rule="all_done"),
    ]
""",
    "pooled": """
with DAG("pooled", schedule=None):
    for number in range(3):
        BashOperator(task_id=f"task_{number}", bash_command=BRIEF, pool="narrow")
""",
    "bounded": """
with DAG("bounded", schedule=None, max_active_tasks=2):
    for number in range(5):
        BashOperator(task_id=f"task_{number}", bash_command=BRIEF)
""",
    "grouped": """
with DAG("grouped", schedule=None, max_active_tasks=2):
    BashOperator.partial(task_id="each").expand(bash_command=["true"] * 3)
""",
    "instances": """
with DAG("instances", schedule=None):
    BashOperator.partial(task_id="each", max_active_tis_per_dagrun=1).expand(bash_command=[BRIEF] * 3)
""",
    "hasty": """
with DAG("hasty", schedule=None, fail_fast=True):
    BashOperator(task_id="fails", bash_command="false") >> EmptyOperator(task_id="below")
    BashOperator(task_id="slow", bash_command="sleep 2") >> BashOperator(task_id="beside", bash_command="true")
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """The DAGs, converted."""
    folder = tmp_path_factory.mktemp("bounds")
    (folder / "dags").mkdir()
    for name, text in DAGS.items():
        (folder / "dags" / f"{name}.py").write_text(HEAD + text)
    return convert(folder, Config(airflow_version="3", pools={"narrow": 1}))


@pytest.fixture(scope="module")
def outcomes(project: Converted, engine: ArgoEngine) -> dict[str, Outcome]:
    """The DAGs, run side by side."""
    return dict(zip(DAGS, engine.run_all([project.run(name, timeout=120) for name in DAGS]), strict=True))


def most_at_once(told: Outcome) -> int:
    """The most pods that were running at one time, by the instants that they print when they start and end."""
    instants = []
    for text in told.logs.values():
        start, end = (int(line) for line in text.split())
        instants += [(start, 1), (end, -1)]
    running = most = 0
    for _, change in sorted(instants):
        running += change
        most = max(most, running)
    return most


def test_a_run_that_is_out_of_time_fails(outcomes: dict[str, Outcome]) -> None:
    """dagrun_timeout ends the run: what runs is stopped, no pod starts after it, and the run fails although steps without pods go on."""
    told = outcomes["timed"]
    assert told.phase == "Failed"
    assert told.phases()["first"] == "Succeeded"
    assert told.phases()["slow"] in ("Failed", "Error")
    assert told.phases()["after"] == "Succeeded"
    assert told.phases().get("never") != "Succeeded"


def test_tasks_of_a_pool_wait_for_each_other(outcomes: dict[str, Outcome]) -> None:
    """A pool with one slot runs one task at a time."""
    assert outcomes["pooled"].phase == "Succeeded"
    assert most_at_once(outcomes["pooled"]) == 1


def test_active_tasks_are_bounded(outcomes: dict[str, Outcome]) -> None:
    """max_active_tasks=2 never runs a third task beside two."""
    assert outcomes["bounded"].phase == "Succeeded"
    assert most_at_once(outcomes["bounded"]) == 2


def test_the_bound_is_on_tasks_or_said_to_be_soft(project: Converted) -> None:
    """The bound is the DAG template's, which is never exceeded; beside other DAG templates it is the workflow's, and AG314 says so."""
    assert "\n  - name: bounded\n    parallelism: 2\n" in project.own("bounded")
    assert "\n  parallelism: 2\n" in project.own("grouped")
    assert [one.subject for one in project.diagnostics if one.code == "AG314"] == ["grouped"]


def test_instances_of_a_mapped_task_are_bounded(outcomes: dict[str, Outcome]) -> None:
    """max_active_tis_per_dagrun=1 runs one instance at a time."""
    assert outcomes["instances"].phase == "Succeeded"
    assert most_at_once(outcomes["instances"]) == 1


def test_what_is_beside_a_failure_goes_on(outcomes: dict[str, Outcome]) -> None:
    """With fail_fast as without (AG312 says so)."""
    phases = outcomes["hasty"].phases()
    assert (phases["below"], phases["slow"], phases["beside"]) == ("Omitted", "Succeeded", "Succeeded")
