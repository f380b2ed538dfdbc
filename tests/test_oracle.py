"""airgo reads DAGs as the real Airflow loads them: our fixtures under the Airflow they are written for, and Airflow's own examples."""

from __future__ import annotations

import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from airgo import discovery, reading
from airgo.config import Config
from tests.engines.airflow_oracle import Airflow, NoAirflow, airflow_2, airflow_3
from tests.engines.required import absent

ROOT = Path(__file__).resolve().parents[1]

NOT_EXACT: dict[str, str] = {}
"""DAGs of Airflow 3.3's examples that airgo does not read exactly, and why."""
SUBDAGS = "its tasks come from airflow.example_dags.subdags, which is not in the folder that is read"
NOT_EXACT_IN_2 = {"example_subdag_operator.section-1": SUBDAGS, "example_subdag_operator.section-2": SUBDAGS}
"""The same for 2.11's."""


@pytest.fixture(scope="session")
def airflow2() -> Airflow:
    """Airflow 2.11, in its own environment."""
    try:
        return airflow_2()
    except NoAirflow as reason:
        absent(f"no Airflow 2.11: {reason}")


def read(folder: Path, version: str) -> dict[str, dict]:
    """airgo's DAGs below a folder, in the oracle's terms, by id."""
    return {dag_id: dag for dag_id, (_, dag) in placed(folder, version).items()}


def placed(folder: Path, version: str) -> dict[str, tuple[str, dict]]:
    """airgo's DAGs below a folder by id, each with its file."""
    run = reading.Run(discovery.discover([folder], folder), Config(airflow_version=version))
    return {dag["dag_id"]: (file.document["path"], comparable(dag)) for file in reading.inspect(run) for dag in file.document["dags"]}


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


PACKED = {
    "etl.py": """
from datetime import datetime
from airflow import DAG
from common.shape import build

with DAG("packed", start_date=datetime(2024, 1, 1), schedule="@daily", catchup=False) as dag:
    build(3)
""",
    "common/__init__.py": "",
    "common/shape.py": """
try:
    from airflow.providers.standard.operators.empty import EmptyOperator
except ImportError:
    from airflow.operators.empty import EmptyOperator

def build(count):
    for number in range(count):
        EmptyOperator(task_id=f"step_{number}")
""",
    "common/hidden.py": "from airflow import DAG\ndag = DAG('hidden')\n",
}
PLAIN = "from airflow import DAG\ndag = DAG({name!r}, schedule=None)\n"
IGNORE_LINES = "old\n*.draft.py\nsub/\n!sub/\nteam_[ab].py\n/x.py\n# everything\n"
IGNORE_NAMES = (
    "a.py",
    "older.py",
    "old/b.py",
    "c.draft.py",
    "sub/d.py",
    "team_a.py",
    "team_c.py",
    "x.py",
    "deep/x.py",
    "deep/old/y.py",
    "sub/x.py",
)


@pytest.mark.parametrize("line", ["2", "3"])
def test_folders_are_searched_as_airflow_searches_them(line: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Modules at the root of a zip file are loaded with the packages inside it, and .airflowignore is read in each line's own syntax."""
    folder = tmp_path / "dags"
    folder.mkdir()
    with zipfile.ZipFile(folder / "team.zip", "w") as archive:
        for name, text in PACKED.items():
            archive.writestr(name, text)
    (folder / ".airflowignore").write_text(IGNORE_LINES)
    for name in IGNORE_NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PLAIN.format(name=name.replace("/", ".")))
    airflow = request.getfixturevalue("airflow2") if line == "2" else airflow_3()
    truth = airflow.load(folder)
    assert truth["errors"] == {}
    assert len(expected(truth)) > 3
    run = reading.Run(discovery.discover([folder], folder, airflow_version=line), Config(airflow_version=line))
    assert {d["dag_id"]: comparable(d) for file in reading.inspect(run) for d in file.document["dags"]} == expected(truth)


def example_folders() -> list[Path]:
    """The example DAGs that the wheels of Airflow 3.3 and its standard provider carry (never imported here)."""
    places = {"apache-airflow-core": "airflow/example_dags", "apache-airflow-providers-standard": "airflow/providers/standard/example_dags"}
    return [Path(str(metadata.distribution(name).locate_file(place))) for name, place in places.items()]


def differences(folder: Path, airflow: Airflow) -> tuple[int, dict[str, tuple[object, object]]]:
    """How many DAGs Airflow loaded, and those that airgo reads otherwise: (Airflow's, airgo's). Files that Airflow refuses do not count."""
    truth = airflow.load(folder)
    theirs = expected(truth)
    mine = {dag_id: dag for dag_id, (path, dag) in placed(folder, airflow.line).items() if path not in truth["errors"]}
    different = {i: (theirs.get(i), mine.get(i)) for i in sorted(theirs.keys() | mine.keys()) if theirs.get(i) != mine.get(i)}
    return len(theirs), different


@pytest.mark.parametrize("folder", example_folders(), ids=lambda folder: folder.parent.name)
def test_examples_of_airflow_3_are_read_exactly(folder: Path) -> None:
    """Every DAG of Airflow's own examples is read exactly, but for those named in NOT_EXACT with their reason."""
    count, different = differences(folder, airflow_3())
    assert {dag_id: pair for dag_id, pair in different.items() if dag_id not in NOT_EXACT} == {}
    assert len(different) <= 0.05 * count


def test_examples_of_airflow_2_are_read_exactly(airflow2: Airflow) -> None:
    """The core examples that Airflow 2.11's wheel carries, as far as it can load them without further providers."""
    folder = next(airflow2.python.parents[1].glob("lib/python3*/site-packages/airflow/example_dags"))
    count, different = differences(folder, airflow2)
    assert count > 50
    assert {dag_id: pair for dag_id, pair in different.items() if dag_id not in NOT_EXACT_IN_2} == {}
    assert len(different) <= 0.05 * count
