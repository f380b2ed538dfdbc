"""airgo reads DAGs as the real Airflow loads them: our fixtures under the Airflow they are written for, and Airflow's own examples."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest

from airgo import discovery, reading
from airgo.config import Config
from tests.engines.airflow_oracle import Airflow, NoAirflow, airflow_2, airflow_3
from tests.engines.required import absent

ROOT = Path(__file__).resolve().parents[1]

NOT_EXACT: dict[str, str] = {}
"""DAGs of Airflow's examples that airgo does not read exactly, and why."""


@pytest.fixture(scope="session")
def airflow2() -> Airflow:
    """Airflow 2.11, in its own environment."""
    try:
        return airflow_2()
    except NoAirflow as reason:
        absent(f"no Airflow 2.11: {reason}")


def read(folder: Path, version: str) -> dict[str, dict]:
    """airgo's DAGs below a folder, in the oracle's terms, by id."""
    found = discovery.discover([folder], folder)
    run = reading.Run(found, Config(airflow_version=version))
    return {dag["dag_id"]: comparable(dag) for file in reading.inspect(run) for dag in file.document["dags"]}


def comparable(dag: dict) -> dict:
    """What is compared with Airflow."""
    schedule = dag["schedule"]
    details = {"cron": ("cron", "timezone"), "delta": ("seconds",)}.get(schedule["kind"], ())
    tasks = [
        {
            "task_id": task["task_id"],
            "upstream": sorted(task["upstream"]),
            "trigger_rule": task["trigger_rule"],
            "mapped": task["mapped"],
            "retries": task["retries"],
        }
        for task in dag["tasks"]
    ]
    return {
        "schedule": [schedule["kind"], *(schedule.get(name) for name in details)],
        "catchup": dag["catchup"],
        "tasks": sorted(tasks, key=lambda task: task["task_id"]),
    }


def expected(truth: dict) -> dict[str, dict]:
    """Airflow's DAGs by id, without what is not compared."""
    kept = ("task_id", "upstream", "trigger_rule", "mapped", "retries")
    return {
        dag["dag_id"]: {
            "schedule": dag["schedule"],
            "catchup": dag["catchup"],
            "tasks": [{key: task[key] for key in kept} for task in dag["tasks"]],
        }
        for dag in truth["dags"]
    }


def test_quickstart_is_read_as_airflow_2_loads_it(airflow2: Airflow) -> None:
    """Ids, edges, trigger rules, schedules, mapped flags and retries of the quickstart equal Airflow 2.11's."""
    folder = ROOT / "fixtures" / "quickstart"
    truth = airflow2.load(folder / "dags")
    assert truth["errors"] == {}
    assert read(folder, "2") == expected(truth)


def example_folders() -> list[Path]:
    """The example DAGs that the wheels of Airflow 3.3 and its standard provider carry (never imported here)."""
    places = {"apache-airflow-core": "airflow/example_dags", "apache-airflow-providers-standard": "airflow/providers/standard/example_dags"}
    return [Path(str(metadata.distribution(name).locate_file(place))) for name, place in places.items()]


@pytest.mark.parametrize("folder", example_folders(), ids=lambda folder: folder.parent.name)
def test_examples_of_airflow_3_are_read_exactly(folder: Path) -> None:
    """Every DAG of Airflow's own examples is read exactly, but for those named in NOT_EXACT with their reason."""
    truth = expected(airflow_3().load(folder))
    mine = read(folder, "3")
    different = sorted(dag_id for dag_id in truth.keys() | mine.keys() if truth.get(dag_id) != mine.get(dag_id))
    named = sorted(set(different) - set(NOT_EXACT))
    assert named == [], {dag_id: (truth.get(dag_id), mine.get(dag_id)) for dag_id in named[:3]}
    assert len(different) <= 0.05 * len(truth), os.linesep.join(different)
