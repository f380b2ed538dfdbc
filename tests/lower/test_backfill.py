"""Past runs have the logical dates that Airflow would give them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from airgo import ir
from airgo.argo.yaml import dump
from airgo.lower.backfill import CannotBackfill, commands, logical_dates, manifest
from airgo.source import whole_file
from tests.engines.argo_server import ArgoValidator

START = datetime(2024, 1, 1, tzinfo=UTC)


def dag(schedule: ir.Schedule, **more: object) -> ir.Dag:
    """A DAG without tasks."""
    return ir.Dag("my_dag", "a.py", whole_file("a.py"), "2", schedule, (), start_date=START, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["none", "once", "assets", "timetable", "unknown"])
def test_a_dag_without_ticks_is_a_sentence(kind: str) -> None:
    """Where no date follows from another, nothing is guessed."""
    with pytest.raises(CannotBackfill, match="-p logical-date"):
        logical_dates(dag(ir.Schedule(kind)), START, START)


def test_too_many_dates_are_refused() -> None:
    """A mistake in the year does not print a million commands."""
    with pytest.raises(CannotBackfill, match="choose fewer"):
        logical_dates(dag(ir.Schedule("cron", crons=("* * * * *",), timezone="UTC")), START, datetime(2025, 1, 1, tzinfo=UTC))


def test_both_ends_count_and_clocks_are_local() -> None:
    """Ticks on the clocks of the schedule's zone, written in UTC, over a change of the clocks."""
    schedule = ir.Schedule("cron", crons=("0 6 * * *",), timezone="Europe/Amsterdam")
    found = logical_dates(dag(schedule), datetime(2024, 3, 30, 5, tzinfo=UTC), datetime(2024, 4, 1, 4, tzinfo=UTC))
    assert [f"{date:%d %H}" for date in found] == ["30 05", "31 04", "01 04"]


def test_a_period_counts_from_the_start_date() -> None:
    """A timedelta's dates are anchored at the start date, wherever the interval begins."""
    found = logical_dates(dag(ir.Schedule("delta", seconds=36 * 3600)), datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 6, tzinfo=UTC))
    assert [f"{date:%d %H}" for date in found] == ["02 12", "04 00", "05 12"]


def test_each_run_gets_its_logical_date(argo: ArgoValidator) -> None:
    """A command for each date; the workflow of workflows is accepted by the real Argo."""
    daily = dag(ir.Schedule("cron", crons=("0 0 * * *",), timezone="UTC"))
    dates = logical_dates(daily, START, datetime(2024, 1, 2, tzinfo=UTC))
    assert commands(daily, dates, "argo") == [
        "argo submit -n argo --from workflowtemplate/my-dag -p logical-date=2024-01-01T00:00:00Z",
        "argo submit -n argo --from workflowtemplate/my-dag -p logical-date=2024-01-02T00:00:00Z",
    ]
    written = manifest(daily, dates, 2)
    assert argo.problems(dump((written,), None)) == []
