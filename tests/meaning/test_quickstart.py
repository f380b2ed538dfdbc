"""The quickstart's DAGs, converted, do on the real Argo what their authors mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airgo.config import Config
from tests.engines.argo_engine import ArgoEngine, Outcome
from tests.meaning.running import Converted, convert

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "quickstart"
TICK = "2024-03-02T00:00:00Z"


@pytest.fixture(scope="module")
def project() -> Converted:
    """The quickstart, converted for its own version of Airflow."""
    return convert(PROJECT, Config(airflow_version="2"))


def test_daily_etl(engine: ArgoEngine, project: Converted) -> None:
    """The diamond runs as a tick of its CronWorkflow; the run carries the logical date, a day before the tick."""
    told = engine.run(project.run("daily_etl", cron="daily-etl", scheduled_time=TICK))
    assert told.phase == "Succeeded", told
    assert told.phases() == dict.fromkeys("ABCD", "Succeeded")
    assert [told.log(name) for name in "ABCD"] == [f"Message: {name}\n" for name in "ABCD"]
    assert told.labels["airgo/dag"] == "daily-etl"
    assert told.labels["airgo/logical-date"] == "20240301T000000Z"


def test_orders_pipeline(engine: ArgoEngine, project: Converted) -> None:
    """The branch takes the large way, values arrive in both tasks below it, and the join runs with one of them."""
    told = engine.run(project.run("orders_pipeline", {"logical-date": "2024-03-01T06:30:00Z", "region": "us"}))
    assert told.phase == "Succeeded", told
    assert told.phases() == {
        "extract": "Succeeded",
        "choose": "Succeeded",
        "bulk-load": "Succeeded",
        "row-load": "Skipped",
        "report": "Succeeded",
        "airgo-end": "Succeeded",
    }
    assert told.log("bulk-load") == "loading 5 orders of 2024-03-01 in one go\n"
    assert told.log("report") == "loaded 5 orders\n"
    assert '"region": "us"' in told.tasks()["extract"].outputs["return-value"]
    assert told.labels["airgo/logical-date"] == "20240301T063000Z"


def test_orders_pipeline_by_hand(engine: ArgoEngine, project: Converted) -> None:
    """Without a logical date and a tick the run's own time is taken, and nothing stays an unread tag."""
    told = engine.run(project.run("orders_pipeline"))
    assert told.phase == "Succeeded", told
    assert re.fullmatch(r"loading 5 orders of 20\d\d-\d\d-\d\d in one go\n", told.log("bulk-load"))
    assert re.fullmatch(r"\d{8}T\d{6}Z", told.labels["airgo/logical-date"])


def test_count_files(engine: ArgoEngine, project: Converted) -> None:
    """One instance for each file, and the sum of what they return."""
    told = engine.run(project.run("count_files"))
    assert told.phase == "Succeeded", told
    assert told.phases() == dict.fromkeys(("list-files", "count", "total", "airgo-end"), "Succeeded")
    assert told.log("total") == "64 in all\n"
    assert len(told.tasks("run.count")) == 4  # the fan-out and its three instances


def test_count_files_of_none(engine: ArgoEngine, project: Converted) -> None:
    """Without files nothing is counted: both tasks are skipped, and the run succeeds."""
    told = run_changed(engine, project, 'return ["january.csv", "february.csv", "march.csv"]', "return []")
    assert told.phase == "Succeeded", told
    assert told.phases() == {"list-files": "Succeeded", "count": "Skipped", "total": "Skipped", "airgo-end": "Succeeded"}


def test_count_files_of_odd_names(engine: ArgoEngine, project: Converted) -> None:
    """Names that hold quotes, tags and dollars are data."""
    names = r"""[name.replace("<", "{" * 2) for name in ["a'b\"c", "<workflow.name}}", "$(HOME) $$", "<=1+1}}", "é"]]"""
    told = run_changed(engine, project, '["january.csv", "february.csv", "march.csv"]', names)
    assert told.phase == "Succeeded", told
    assert told.log("total") == f"{2 * (5 + 17 + 10 + 8 + 1)} in all\n"


def run_changed(engine: ArgoEngine, project: Converted, old: str, new: str) -> Outcome:
    """Run count_files with other code in its first task."""
    run = project.run("count_files")
    assert old in run.manifests
    return engine.run(type(run)(run.manifests.replace(old, new), run.template))


@pytest.mark.parametrize("name", ["ingest_billing", "ingest_crm"])
def test_every_quickstart_dag_is_submitted(engine: ArgoEngine, project: Converted, name: str) -> None:
    """The controller takes the workflows whose programs are not on this machine, too: they fail in their pods, not before."""
    told = engine.run(project.run(name, {"logical-date": TICK}, timeout=5))
    assert told.phase in ("Running", "Failed", "Succeeded"), told
