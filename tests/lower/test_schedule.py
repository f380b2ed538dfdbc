"""Schedules: crons with the same ticks, guards, zones, bounds, and what Argo cannot do."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from croniter import croniter

from airgo import ir
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.lower.cron_text import next_tick, ticks_of_cron, ticks_of_period
from airgo.lower.draft import WorkflowDraft
from airgo.lower.schedule import schedule
from airgo.macros.cron_fields import BadCron, parse_cron
from airgo.values import ExternCall
from tests.lower.building import REGISTRY, dag, span

NAMES = {calendar.month_abbr[number].lower(): number for number in range(1, 13)}
DAYS = {calendar.day_abbr[number].lower(): (number + 1) % 7 for number in range(7)}


def robfig_field(field: str, low: int, high: int, names: dict[str, int]) -> tuple[set[int], bool]:
    """One field as robfig/cron reads it, and whether it counts as a star; what it refuses is a ValueError."""
    found: set[int] = set()
    star = False
    for item in field.split(","):
        span_text, _, step_text = item.partition("/")
        step = int(step_text or 1)
        if span_text in ("*", "?"):
            first, last = low, high
            star = star or step == 1
        else:
            first_text, _, last_text = span_text.partition("-")
            first = names.get(first_text.lower(), -1) if first_text.isalpha() else int(first_text)
            last = (
                (names.get(last_text.lower(), -1) if last_text.isalpha() else int(last_text))
                if last_text
                else (high if step_text else first)
            )
        if not low <= first <= last <= high or step < 1:
            raise ValueError(item)
        found |= set(range(first, last + 1, step))
    return found, star


def robfig_ticks(cron: str, start: datetime, minutes: int) -> set[datetime]:
    """The ticks of a cron of Argo's in the minutes after `start`: written anew from robfig/cron's documentation."""
    minute, hour, day, month, weekday = cron.split()
    in_minute, in_hour = robfig_field(minute, 0, 59, {})[0], robfig_field(hour, 0, 23, {})[0]
    in_day, day_star = robfig_field(day, 1, 31, {})
    in_month = robfig_field(month, 1, 12, NAMES)[0]
    in_week, week_star = robfig_field(weekday, 0, 6, DAYS)
    ticks = set()
    for offset in range(minutes // 1440 + 1):
        midnight = start.replace(hour=0, minute=0) + timedelta(days=offset)
        by_day, by_week = midnight.day in in_day, midnight.isoweekday() % 7 in in_week
        if midnight.month in in_month and ((by_day and by_week) if day_star or week_star else (by_day or by_week)):
            ticks |= {midnight.replace(hour=at, minute=minute) for at in in_hour for minute in in_minute}
    return {tick for tick in ticks if start < tick <= start + timedelta(minutes=minutes)}


def croniter_ticks(cron: str, start: datetime, minutes: int) -> set[datetime]:
    """The ticks of Airflow's own cron reader."""
    end, found, ticks = start + timedelta(minutes=minutes), croniter(cron, start), set()
    while (tick := found.get_next(datetime)) <= end:
        ticks.add(tick)
    return ticks


@pytest.mark.parametrize(
    "cron",
    [
        "0 3 * * *", "*/7 * * * *", "5/15 * * * *", "0 0 * * 7", "0 0 * * 5-7", "0 0 * * 0-7", "0 12 * * fri-mon", "30 6 * * MON-FRI",
        "0 22-2 * * *", "0 0 1-31 * 1", "0 0 */1 * 1", "0 0 13 * 5", "0 0 13 * 0-6", "0 0 ? * 1", "0 0 1,15 * 3", "0 0 * nov-feb *",
        "0 0 28-3/2 * *", "0 0 */2 * *", "15,45 8-18/2 * * 1-5", "0 0 1 */3 *", "0 9 * * 1,7", "50-10 * * * *", "0 0 * * sat-sun",
    ],
)  # fmt: skip
def test_a_translated_cron_has_the_same_ticks(cron: str) -> None:
    """Tick by tick over ten weeks, Argo's reading of what airgo writes is Airflow's reading of what the DAG says."""
    start, minutes = datetime(2024, 1, 30), 70 * 1440
    ticks = ticks_of_cron(cron, "UTC")
    assert ticks.when is None
    assert set().union(*(robfig_ticks(text, start, minutes) for text in ticks.schedules)) == croniter_ticks(cron, start, minutes)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [("0 3 * * *", "0 3 * * *"), ("30 6 * * MON-FRI", "30 6 * * MON-FRI"), ("@daily", "0 0 * * *"), ("@quarterly", "0 0 1 */3 *")],
)
def test_a_cron_that_argo_reads_alike_stays_as_it_was_written(cron: str, expected: str) -> None:
    """A person finds the schedule again as it was written."""
    assert ticks_of_cron(cron, "UTC").schedules == (expected,)


@pytest.mark.parametrize(
    ("cron", "expected"), [("0 0 * * 7", "0 0 * * 0"), ("0 0 * * fri-mon", "0 0 * * 0,1,5,6"), ("0 0 3 1 * 0", "0 0 3 1 *")]
)
def test_what_robfig_lacks_is_written_otherwise(cron: str, expected: str) -> None:
    """Sunday is 0, a range that wraps round becomes a list, seconds of zero are left out."""
    assert ticks_of_cron(cron, "UTC").schedules == (expected,)


@pytest.mark.parametrize(
    ("cron", "schedule_text", "when"),
    [
        ("0 0 L * *", "0 0 28-31 * *", "now().UTC().AddDate(0, 0, 1).Day() == 1"),
        ("0 9 * * fri#2", "0 9 8-14 * *", "(int(now().UTC().Weekday()) == 5 && now().UTC().Day() in 8..14)"),
        ("0 9 * * L5", "0 9 22-31 * *", "(int(now().UTC().Weekday()) == 5 && now().UTC().AddDate(0, 0, 7).Day() <= 7)"),
    ],
)
def test_days_that_no_cron_says_are_tested_at_the_tick(cron: str, schedule_text: str, when: str) -> None:
    """The last day of a month or the second Friday: more ticks, and a test of the day."""
    ticks = ticks_of_cron(cron, "UTC")
    assert (ticks.schedules, ticks.when) == ((schedule_text,), when)
    possible = robfig_ticks(schedule_text, datetime(2024, 1, 1), 366 * 1440)
    assert croniter_ticks(cron, datetime(2024, 1, 1), 366 * 1440) <= possible


@pytest.mark.parametrize("cron", ["* * * * * */15", "0 0 * * * 30"])
def test_ticks_within_a_minute_are_refused(cron: str) -> None:
    """Argo's crons have minutes."""
    with pytest.raises(BadCron, match="within a minute"):
        ticks_of_cron(cron, "UTC")


@pytest.mark.parametrize(
    ("seconds", "anchor", "expected"),
    [
        (86400, None, ("0 0 * * *",)),
        (86400, datetime(2024, 1, 1, 1, 30, tzinfo=UTC), ("30 1 * * *",)),
        (3600, None, ("0 * * * *",)),
        (300, None, ("*/5 * * * *",)),
        (6 * 3600, datetime(2024, 1, 1, 1, 30, tzinfo=UTC), ("30 1-19/6 * * *",)),
        (90 * 60, None, ("0 */3 * * *", "30 1-22/3 * * *")),
        (7 * 86400, datetime(2024, 1, 3, 4, tzinfo=UTC), ("0 4 * * 3",)),
    ],
)
def test_a_period_that_divides_a_day_or_is_a_week_becomes_crons(seconds: float, anchor: datetime | None, expected: tuple[str, ...]) -> None:
    """The crons tick at the anchor and every period after it."""
    ticks = ticks_of_period(seconds, anchor)
    assert (ticks.schedules, ticks.when, ticks.period_seconds) == (expected, None, seconds)
    start = (anchor or datetime(2024, 1, 1, tzinfo=UTC)).replace(tzinfo=None)
    wanted = {start + timedelta(seconds=seconds) * step for step in range(1, 1 + int(14 * 86400 / seconds))}
    assert set().union(*(robfig_ticks(text, start, 14 * 1440) for text in ticks.schedules)) == wanted


def test_another_period_is_tested_at_the_tick() -> None:
    """Two days or seven hours: a cron with more ticks, and a test that counts from the start date."""
    every_two_days = ticks_of_period(2 * 86400, datetime(2024, 1, 2, tzinfo=UTC))
    assert every_two_days.schedules == ("0 0 * * *",)
    assert every_two_days.when == "int((now().Unix() - 1704153600) / 86400) % 2 == 0"
    assert ticks_of_period(7 * 3600, datetime(2024, 1, 1, tzinfo=UTC)).schedules == ("0 * * * *",)


@pytest.mark.parametrize(("seconds", "words"), [(90, "full minutes"), (0, "full minutes"), (2 * 86400, "start_date")])
def test_a_period_without_crons_is_refused(seconds: float, words: str) -> None:
    """Seconds, and periods without an anchor, are no crons."""
    with pytest.raises(BadCron, match=words):
        ticks_of_period(seconds, None)


def drafted(written: ir.Schedule, *, config: Config | None = None, version: str = "2", tmp: Any = None, **given: Any) -> WorkflowDraft:
    """A draft after the pass."""
    arguments = {"schedule": "given", **given}
    made = dag(version=version, **arguments)
    fields = {name: given.get(name, default) for name, default in (("start_date", None), ("end_date", None), ("catchup", version == "2"))}
    made = ir.Dag(**{**{name: getattr(made, name) for name in made.__slots__}, "schedule": written, **fields})
    draft = WorkflowDraft(made, config or Config(), REGISTRY, ProjectFiles(tmp, ("",)) if tmp else None, Collector(), "d")  # type: ignore[arg-type]
    schedule(draft)
    return draft


def codes(draft: WorkflowDraft) -> list[str]:
    """The codes reported, notes left out."""
    return [found.code for found in draft.collector.sorted() if found.severity != "note"]


def spec(draft: WorkflowDraft) -> dict[str, Any]:
    """The CronWorkflow's spec."""
    assert draft.cron is not None
    found = draft.cron["spec"]
    assert isinstance(found, dict)
    return found


DAILY = ir.Schedule("cron", ("0 0 * * *",), "UTC", True, written=True)


def test_the_plain_cron_workflow() -> None:
    """A daily DAG's CronWorkflow has no field that it does not need."""
    draft = drafted(DAILY, start_date=datetime(2024, 1, 1, tzinfo=UTC), catchup=False)
    assert spec(draft) == {
        "schedules": ["0 0 * * *"],
        "timezone": "Etc/UTC",
        "startingDeadlineSeconds": 86400,
        "concurrencyPolicy": "Allow",
        "workflowSpec": {"workflowTemplateRef": {"name": "d"}},
    }
    assert not list(draft.collector)
    assert {entry.name: entry.outcome for entry in draft.ledger.values()} == {
        "schedule": "mapped",
        "start_date": "ignored",
        "catchup": "mapped",
    }


@pytest.mark.parametrize(
    ("cron", "zone", "seconds"), [("0 5 * * 1-5", "UTC", 3 * 86400), ("*/10 * * * *", "UTC", 600), ("0 0 1 * *", "UTC", 31 * 86400)]
)
def test_the_deadline_is_one_period(cron: str, zone: str, seconds: int) -> None:
    """Airflow always runs the last missed interval; Argo only within the deadline, so the deadline is the longest period."""
    assert spec(drafted(ir.Schedule("cron", (cron,), zone, True)))["startingDeadlineSeconds"] == seconds


def test_a_local_zone_is_kept_and_changes_of_clocks_are_warned_of() -> None:
    """A run in the hour that a change of clocks skips or repeats differs between Airflow and Argo; other hours do not."""
    quiet = drafted(ir.Schedule("cron", ("0 6 * * *",), "Europe/Amsterdam", True), catchup=False)
    assert (spec(quiet)["timezone"], codes(quiet)) == ("Europe/Amsterdam", [])
    assert codes(drafted(ir.Schedule("cron", ("30 2 * * *",), "Europe/Amsterdam", True), catchup=False)) == ["AG338"]
    assert codes(drafted(ir.Schedule("cron", ("30 * * * *",), "Europe/Amsterdam", True), catchup=False)) == []


@pytest.mark.parametrize(
    ("cron", "zone", "warned"),
    [
        pytest.param("30 2 * * 1-5", "Europe/Amsterdam", False, id="on weekdays, and clocks change on Sundays"),
        pytest.param("30 2 * * 0", "Europe/Amsterdam", True, id="on Sundays"),
        pytest.param("0 * * * 2", "Europe/Amsterdam", True, id="all hours of Tuesdays, counted on over a change"),
        pytest.param("0 * * * 0,1,6", "Europe/Amsterdam", False, id="all hours, with ticks on both sides of each change"),
        pytest.param("0 * * * *", "Australia/Lord_Howe", True, id="clocks that move by half an hour"),
        pytest.param("0 * * * *", "Asia/Kolkata", False, id="clocks that never change"),
    ],
)
def test_only_crons_that_a_change_of_clocks_reaches_are_warned_of(cron: str, zone: str, warned: bool) -> None:
    """The days of the cron and what Airflow counts decide, not the zone alone."""
    assert ("AG338" in codes(drafted(ir.Schedule("cron", (cron,), zone, True), catchup=False))) is warned


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        pytest.param("30 2 * * *", ["2024-10-27T01:30", "2024-10-28T01:30"], id="the second of two"),
        pytest.param("30 * * * *", ["2024-10-26T23:30", "2024-10-27T00:30", "2024-10-27T01:30"], id="both, of all hours"),
    ],
)
def test_the_next_tick_over_a_change_is_airflows(cron: str, expected: list[str]) -> None:
    """Of a time that comes twice Airflow takes the second; a cron of all hours has both."""
    after, found = datetime(2024, 10, 26, 22, 45, tzinfo=UTC), []
    for _ in expected:
        tick = next_tick(parse_cron(cron), "Europe/Amsterdam", after)
        assert tick is not None
        found.append(f"{tick:%Y-%m-%dT%H:%M}")
        after = tick
    assert found == expected
    assert next_tick(parse_cron("30 2 * * *"), "Europe/Amsterdam", datetime(2024, 3, 31, tzinfo=UTC)) == datetime(
        2024, 3, 31, 1, 30, tzinfo=UTC
    )


def test_tested_ticks_have_no_deadline() -> None:
    """A refused tick would count as missed, and keep the controller from scheduling the next ones when it comes up."""
    found = spec(drafted(ir.Schedule("cron", ("0 0 L * *",), "UTC", True), catchup=False))
    assert ("when" in found, "startingDeadlineSeconds" in found) == (True, False)


@pytest.mark.parametrize(
    ("start", "interval", "expected", "noted"),
    [
        pytest.param(datetime(2024, 1, 1, 6, tzinfo=UTC), True, ["0 */6 * * *"], False, id="a start that lies on the grid"),
        pytest.param(datetime(2024, 1, 1, 1, 30, tzinfo=UTC), True, ["0 */6 * * *"], True, id="intervals, counted from the epoch"),
        pytest.param(datetime(2024, 1, 1, 1, 30, tzinfo=UTC), False, ["30 1-19/6 * * *"], True, id="triggers, counted from any moment"),
        pytest.param(datetime(2030, 1, 1, 1, 30, tzinfo=UTC), True, ["30 1-19/6 * * *"], True, id="a start that may lie ahead"),
    ],
)
def test_what_periods_without_catchup_are_counted_from(start: datetime, interval: bool, expected: list[str], noted: bool) -> None:
    """Airflow rounds intervals to multiples of the period since 1970; what it does not fix is noted."""
    draft = drafted(ir.Schedule("delta", seconds=6 * 3600.0, interval=interval), start_date=start, catchup=False)
    assert (spec(draft)["schedules"], any(found.code == "AG343" for found in draft.collector)) == (expected, noted)


def test_a_start_date_whose_first_run_lies_ahead_is_tested() -> None:
    """A yearly DAG that starts within 2025 has its first interval complete in 2027."""
    yearly = ir.Schedule("cron", ("0 0 1 1 *",), "UTC", True)
    test = spec(drafted(yearly, start_date=datetime(2025, 6, 1, tzinfo=UTC), catchup=False))["when"]
    assert test == "{{= now().Unix() >= " + str(int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())) + " }}"


def test_a_zone_that_does_not_exist_is_an_error() -> None:
    """Without a zone there is no CronWorkflow."""
    draft = drafted(ir.Schedule("cron", ("0 6 * * *",), "Mars/Base", True), catchup=False)
    assert (codes(draft), draft.cron) == (["AG346"], None)


def test_several_crons_become_several_schedules() -> None:
    """A MultipleCronTriggerTimetable is one CronWorkflow."""
    draft = drafted(ir.Schedule("cron", ("0 6 * * *", "0 18 * * 1-5"), "UTC", False), version="3")
    assert spec(draft)["schedules"] == ["0 6 * * *", "0 18 * * 1-5"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(ir.Schedule("none"), [], id="none"),
        pytest.param(ir.Schedule("continuous"), ["AG340"], id="continuous"),
        pytest.param(ir.Schedule("assets", expression=ExternCall("Asset")), ["AG339"], id="assets"),
        pytest.param(ir.Schedule("delta", seconds=90.0), ["AG330"], id="a period of seconds"),
        pytest.param(ir.Schedule("delta", relativedelta={"months": 5}), ["AG330"], id="months without an anchor"),
        pytest.param(ir.Schedule("cron", ("0 0 * * * 30",), "UTC", True), ["AG330"], id="seconds"),
    ],
)
def test_schedules_that_start_nothing(written: ir.Schedule, expected: list[str]) -> None:
    """What is no cron makes no CronWorkflow, and says so unless the DAG has no schedule."""
    draft = drafted(written)
    assert (draft.cron, codes(draft)) == (None, expected)


def test_assets_or_time_keeps_the_times() -> None:
    """Of an AssetOrTimeSchedule the times are converted, with a warning."""
    draft = drafted(ir.Schedule("assets", ("0 6 * * *",), "UTC", True, expression=ExternCall("Asset")), catchup=False)
    assert (spec(draft)["schedules"], codes(draft)) == (["0 6 * * *"], ["AG344"])


def test_once_is_a_workflow_ready_to_submit() -> None:
    """@once is a Workflow whose logical date is the start date."""
    draft = drafted(ir.Schedule("once"), start_date=datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2))))
    (manifest,) = draft.manifests
    document: Any = manifest.documents[0]
    assert (manifest.path, document["kind"]) == ("dags/d/workflow.yaml", "Workflow")
    assert document["spec"]["arguments"]["parameters"] == [{"name": "logical-date", "value": "2023-12-31T22:00:00Z"}]


def test_months_from_a_day_that_every_month_has() -> None:
    """A relativedelta of months is a cron on the start date's day; the 31st drifts in Airflow, so it is refused."""
    quarter = ir.Schedule("delta", relativedelta={"months": 3}, interval=True)
    assert spec(drafted(quarter, start_date=datetime(2024, 2, 5, 6, tzinfo=UTC)))["schedules"] == ["0 6 5 2-11/3 *"]
    assert codes(drafted(quarter, start_date=datetime(2024, 1, 31, tzinfo=UTC))) == ["AG330"]


def test_events_are_crons_with_a_test_of_the_year() -> None:
    """Each event of an EventsTimetable is a cron; `when` knows the year."""
    dates = [datetime(2027, 3, 1, 6, tzinfo=UTC), datetime(2028, 3, 1, 6, tzinfo=UTC)]
    draft = drafted(ir.Schedule("timetable", class_name="airflow.timetables.events.EventsTimetable", arguments={"event_dates": dates}))
    assert spec(draft)["schedules"] == ["0 6 1 3 *"]
    assert spec(draft)["when"] == "{{= now().UTC().Format('2006-01-02T15:04') in ['2027-03-01T06:00', '2028-03-01T06:00'] }}"


@pytest.mark.parametrize(("value", "severity"), [(True, ["AG334"]), (False, [])])
def test_written_catchup(value: bool, severity: list[str]) -> None:
    """catchup=True is warned of, with the command that makes up for the past; catchup=False is what Argo does."""
    draft = drafted(DAILY, start_date=datetime(2024, 1, 1, tzinfo=UTC), catchup=value)
    assert codes(draft) == severity
    if value:
        assert "airgo backfill d --start 2024-01-01" in next(iter(draft.collector)).message


def test_a_start_date_that_may_lie_ahead_is_tested() -> None:
    """A date that is not surely past becomes a test of the tick: an interval schedule starts one interval later."""
    ahead = datetime(2030, 1, 1, 12, tzinfo=UTC)
    test = spec(drafted(DAILY, start_date=ahead, catchup=False))["when"]
    assert test == "{{= now().Unix() >= " + str(int(datetime(2030, 1, 3, tzinfo=UTC).timestamp())) + " }}"
    trigger = ir.Schedule("cron", ("0 0 * * *",), "UTC", False)
    test = spec(drafted(trigger, start_date=ahead, catchup=False, version="3"))["when"]
    assert test == "{{= now().Unix() >= " + str(int(datetime(2030, 1, 2, tzinfo=UTC).timestamp())) + " }}"


def test_an_end_date_is_tested() -> None:
    """The last logical date is the end date: later ticks start no run."""
    draft = drafted(DAILY, end_date=datetime(2024, 3, 1, tzinfo=UTC), catchup=False)
    assert spec(draft)["when"] == "{{= now().Unix() < " + str(int(datetime(2024, 3, 3, tzinfo=UTC).timestamp())) + " }}"
    assert list(spec(draft))[:3] == ["schedules", "timezone", "when"]


def test_paused_upon_creation_is_suspended() -> None:
    """A DAG that is paused when created is a suspended CronWorkflow."""
    assert spec(drafted(DAILY, is_paused_upon_creation=True, catchup=False))["suspend"] is True


def test_a_schedule_that_depends_on_the_deployment_is_written_suspended() -> None:
    """Nothing decides whether it applies, so a person must: both values are in the message."""
    choice = ir.Schedule("unknown", reason="it depends on a test", choices=(DAILY, ir.Schedule("none")), written=True, span=span(3))
    draft = drafted(choice, catchup=False)
    assert (spec(draft)["suspend"], codes(draft)) == (True, ["AG333"])
    assert "'0 0 * * *' or no schedule" in next(found.message for found in draft.collector if found.code == "AG333")
