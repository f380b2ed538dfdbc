"""Every form of schedule, in both major versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.config import Config
from airgo.ir import Schedule
from tests.build.building import build, build_one

HEAD = """
from datetime import datetime, timedelta
import os, pendulum
from airflow.models import DAG, Variable
from airflow.datasets import Dataset
from airflow.timetables.trigger import CronTriggerTimetable, MultipleCronTriggerTimetable
from airflow.timetables.interval import CronDataIntervalTimetable
from corp import Odd
"""


def schedule(folder: Path, arguments: str, version: str = "2", **options: object) -> Schedule:
    """The schedule of a DAG with these arguments."""
    return build_one(folder, f"{HEAD}\ndag = DAG('x', {arguments})\n", version=version, **options).schedule


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        pytest.param("* * * *", "four fields", id="too few fields"),
        pytest.param("61 * * * *", "minute", id="minute out of range"),
        pytest.param("* * * * MUN", "day", id="no such day"),
        pytest.param("@sometimes", "preset", id="no such preset"),
    ],
)
def test_bad_cron_is_reported(tmp_path: Path, cron: str, why: str) -> None:
    """A cron expression that Airflow refuses is no schedule and has a diagnostic."""
    file, codes = build(tmp_path, f"{HEAD}\ndag = DAG('x', schedule={cron!r})\n")
    assert file.dags[0].schedule.kind == "unknown", why
    assert codes == ["AG166"]


@pytest.mark.parametrize("cron", ["0 0 * * 7", "*/15 * * * *", "0 0 L * *", "0 0 * * FRI#2", "0 0 1,15 JAN-MAR *", "*/15 * * * * *"])
def test_cron_of_airflow_is_kept(tmp_path: Path, cron: str) -> None:
    """What croniter takes is a cron schedule as it is written."""
    assert schedule(tmp_path, f"schedule={cron!r}").crons == (cron,)


@pytest.mark.parametrize(
    ("arguments", "version", "expected"),
    [
        pytest.param("", "2", ("delta", (), 86400.0, True), id="absent in 2.x is daily"),
        pytest.param("", "3", ("none", (), None, None), id="absent in 3.x is never"),
        pytest.param("schedule=None", "2", ("none", (), None, None), id="None"),
        pytest.param("schedule='@once'", "2", ("once", (), None, None), id="once"),
        pytest.param("schedule_interval='@daily'", "2", ("cron", ("0 0 * * *",), None, True), id="preset in 2.x is an interval"),
        pytest.param("schedule='@daily'", "3", ("cron", ("0 0 * * *",), None, False), id="preset in 3.x is a tick"),
        pytest.param("schedule=timedelta(hours=6)", "2", ("delta", (), 21600.0, True), id="timedelta"),
        pytest.param("schedule=[Dataset('a'), Dataset('b')]", "2", ("assets", (), None, None), id="datasets"),
        pytest.param("schedule=[Dataset('a')], schedule_interval=None", "2", ("none", (), None, None), id="None decides in 2.x"),
        pytest.param(
            "schedule=None, timetable=CronDataIntervalTimetable('0 1 * * *', 'UTC')",
            "2",
            ("cron", ("0 1 * * *",), None, True),
            id="timetable wins",
        ),
        pytest.param("schedule=Dataset('a') | Dataset('b')", "2", ("assets", (), None, None), id="dataset expression"),
        pytest.param(
            "schedule=CronTriggerTimetable('0 1 * * *', timezone='UTC')", "2", ("cron", ("0 1 * * *",), None, False), id="trigger"
        ),
        pytest.param("timetable=CronDataIntervalTimetable('0 1 * * *', 'UTC')", "2", ("cron", ("0 1 * * *",), None, True), id="interval"),
        pytest.param(
            "schedule=MultipleCronTriggerTimetable('0 1 * * *', '0 2 * * *', timezone='UTC')",
            "3",
            ("cron", ("0 1 * * *", "0 2 * * *"), None, False),
            id="several crons",
        ),
        pytest.param("schedule=Variable.get('s', '@hourly')", "2", ("cron", ("0 * * * *",), None, True), id="default in the code"),
    ],
)
def test_forms(tmp_path: Path, arguments: str, version: str, expected: tuple[object, ...]) -> None:
    """Each accepted form has one meaning for each version."""
    found = schedule(tmp_path, arguments, version)
    assert (found.kind, found.crons, found.seconds, found.interval) == expected


def test_ignored_schedule_is_reported(tmp_path: Path) -> None:
    """A schedule that Airflow 2 passes over for a schedule_interval of None is said to be so."""
    _, codes = build(
        tmp_path, f"{HEAD}\ndag = DAG('x', start_date=datetime(2024, 1, 1), schedule='@daily', schedule_interval=None)\n", version="2"
    )
    assert codes == ["AG173"]


def test_timezone_is_that_of_the_start_date(tmp_path: Path) -> None:
    """A cron counts in the timezone of start_date, also when that stands in default_args; a timetable has its own."""
    start = "pendulum.datetime(2024, 1, 1, tz='Europe/Paris')"
    assert schedule(tmp_path, f"schedule='@daily', start_date={start}").timezone == "Europe/Paris"
    assert schedule(tmp_path, f"schedule='@daily', default_args={{'start_date': {start}}}").timezone == "Europe/Paris"
    assert (
        schedule(tmp_path, f"schedule=CronTriggerTimetable('0 0 * * *', timezone='Asia/Tokyo'), start_date={start}").timezone
        == "Asia/Tokyo"
    )
    assert schedule(tmp_path, "schedule='@daily', start_date=datetime(2024, 1, 1)").timezone == "UTC"


def test_undecided_schedule_shows_what_it_may_be(tmp_path: Path) -> None:
    """A schedule that depends on the deployment is unknown, with its choices; a value in airgo.toml decides it."""
    arguments = "schedule='@daily' if os.environ['ENV'] == 'prod' else None"
    found = schedule(tmp_path, arguments)
    assert (found.kind, [choice.kind for choice in found.choices]) == ("unknown", ["cron", "none"])
    assert schedule(tmp_path, arguments, config=Config(env={"ENV": "prod"})).kind == "cron"


def test_timetable_of_a_company_is_an_error(tmp_path: Path) -> None:
    """A timetable class with code of its own is kept by name and reported."""
    file, codes = build(tmp_path, f"{HEAD}\ndag = DAG('x', start_date=datetime(2024, 1, 1), timetable=Odd(day=3))\n")
    found = file.dags[0].schedule
    assert (found.kind, found.class_name, dict(found.arguments)) == ("timetable", "corp.Odd", {"day": 3})
    assert codes == ["AG168"]


def test_catchup_defaults_by_version_and_settings(tmp_path: Path) -> None:
    """catchup is on by default in 2.x and off in 3.x, unless the deployment says otherwise."""
    text = "from airflow.models import DAG\ndag = DAG('x')\n"
    assert build_one(tmp_path, text).catchup is True
    assert build_one(tmp_path, text, version="3").catchup is False
    assert build_one(tmp_path, text, config=Config(catchup_by_default=False)).catchup is False


def test_argument_that_airflow_3_dropped_is_reported(tmp_path: Path) -> None:
    """schedule_interval is still read in a 3.x project, with a warning."""
    file, codes = build(tmp_path, "from airflow.sdk import DAG\ndag = DAG('x', schedule_interval='@daily')\n", version="3")
    assert (file.dags[0].schedule.kind, codes) == ("cron", ["AG164"])
