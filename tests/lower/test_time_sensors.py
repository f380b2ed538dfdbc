"""Sensors that wait for a moment: suspended nodes where the length is known at the start of the run, scripts elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from airgo import ir
from airgo.argo.text import Expression, Text
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.strategies.time_sensors import time_sensor
from airgo.values import Extern, Unknown
from tests.lower.building import task
from tests.lower.test_schedule import DAILY, drafted

CREATED = "int(date(workflow.creationTimestamp.RFC3339).Unix())"
END = "(workflow.parameters['logical-date'] != '' ? date(workflow.parameters['logical-date']).Add(duration('24h')) : "
END += "date(workflow?.scheduledTime ?? workflow.creationTimestamp.RFC3339).Truncate(duration('24h')))"


def made(
    kind: str,
    values: dict[str, object],
    *,
    zone: str = "UTC",
    upstream: tuple[str, ...] = (),
    dag: dict[str, Any] | None = None,
    **given: Any,
) -> TemplateDraft:
    """The template of a time sensor `w`, with `upstream` before it."""
    draft: WorkflowDraft = drafted(replace(DAILY, timezone=zone), catchup=False, **(dag or {}))
    draft.dag = ir.Dag(**{**{name: getattr(draft.dag, name) for name in draft.dag.__slots__}, "timezone": zone})
    node = Node(task("w", "sensor", upstream=upstream, **given), "w")
    return time_sensor(node, values, {"kind": kind, **values}, draft)


def suspended(kind: str, values: dict[str, object], **more: Any) -> object:
    """The duration of the suspended node, an expression where it has one."""
    duration = made(kind, values, **more).body["suspend"]["duration"]  # type: ignore[index]
    if not isinstance(duration, Text):
        return duration
    (part,) = duration.parts
    assert isinstance(part, Expression)
    return part.code


def asked(kind: str, values: dict[str, object], **more: Any) -> tuple[str, dict[str, object]]:
    """The condition's script and its own env."""
    script: Any = made(kind, values, **more).body["script"]
    return script["source"], {
        entry["name"]: entry["value"] for entry in script["env"] if entry["name"] in ("AIRGO_UNTIL", "AIRGO_DAYS", "AIRGO_DAY")
    }


def test_no_length_reads_the_clock() -> None:
    """Argo evaluates the length again while it waits: a length that shrinks would end the wait half way."""
    for kind, values in (
        ("delta", {"delta": timedelta(hours=1)}),
        ("time", {"target_time": time(6)}),
        ("datetime", {"target_time": "2030-01-01"}),
    ):
        assert "now()" not in str(suspended(kind, values))


def test_a_given_length_is_a_suspended_node_anywhere() -> None:
    """WaitSensor counts from when the task starts."""
    assert suspended("wait", {"time_to_wait": timedelta(minutes=5)}, upstream=("a",)) == "300"


def test_the_end_of_the_data_interval_and_more() -> None:
    """TimeDeltaSensor waits for the end of the interval and its delta."""
    assert suspended("delta", {"delta": timedelta(hours=2)}) == f"string(max(0, int({END}.Unix()) + 7200 - {CREATED}))"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"upstream": ("a",)}, id="after another task"),
        pytest.param({"dag": {"max_active_runs": 1}}, id="runs wait for each other"),
        pytest.param({"timeout": 60}, id="it may give up"),
    ],
)
def test_a_task_that_does_not_start_with_its_run_asks(more: dict[str, Any]) -> None:
    """There the length is not known when the run starts, so a script compares the clock."""
    source, env = asked("delta", {"delta": timedelta(hours=2)}, **more)
    assert source == '[ "$(date +%s)" -ge "$AIRGO_UNTIL" ]\n'
    assert env == {"AIRGO_UNTIL": Text((Expression(f"int({END}.Unix()) + 7200"),))}


@pytest.mark.parametrize("moment", ["2030-01-01T00:00:00+00:00", "2030-01-01", datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 1)])
def test_a_fixed_moment(moment: object) -> None:
    """DateTimeSensor with a date that is known."""
    assert suspended("datetime", {"target_time": moment}) == f"string(max(0, 1893456000 - {CREATED}))"


def test_a_moment_from_a_template() -> None:
    """A moment that a template prints is read back as the instant it was printed from."""
    text = Text((Expression("date(x).UTC().Format('2006-01-02 15:04:05-07:00')"),))
    assert suspended("datetime", {"target_time": text}) == f"string(max(0, int(date(x).UTC().Unix()) - {CREATED}))"


def test_a_time_of_the_day() -> None:
    """TimeSensor looks at the clocks of the DAG's zone on the day the task starts."""
    day = "date(workflow.creationTimestamp.RFC3339).In(timezone('Europe/Paris')).Format('2006-01-02')"
    until = f"int(date({day} + ' 06:30:00', '2006-01-02 15:04:05', 'Europe/Paris').Unix())"
    assert suspended("time", {"target_time": time(6, 30)}, zone="Europe/Paris") == f"string(max(0, {until} - {CREATED}))"
    assert asked("time", {"target_time": time(6, 30)}, upstream=("a",))[0] == '[ "$(date -u +%H%M%S)" -gt 063000 ]\n'


def test_days_of_the_week() -> None:
    """DayOfWeekSensor knows names, lists, sets and WeekDay members; of the logical date if told so."""
    assert asked("weekday", {"week_day": "Monday"})[1] == {"AIRGO_DAYS": "1"}
    assert asked("weekday", {"week_day": {"Sunday", "monday"}})[1] == {"AIRGO_DAYS": "7 1"}
    assert asked("weekday", {"week_day": Extern("airflow.utils.weekday.WeekDay.FRIDAY")})[1] == {"AIRGO_DAYS": "5"}
    assert "AIRGO_DAY" in asked("weekday", {"week_day": "Monday", "use_logical_date": True})[1]


@pytest.mark.parametrize(
    ("kind", "values", "more"),
    [
        pytest.param("delta", {"delta": Unknown("x")}, {}, id="a delta that is not known"),
        pytest.param("datetime", {"target_time": "tomorrow"}, {}, id="no moment"),
        pytest.param("datetime", {"target_time": Text(("2030-01-", Expression("x")))}, {}, id="a moment of several values"),
        pytest.param("time", {"target_time": time(6, tzinfo=UTC)}, {}, id="a time with a zone of its own"),
        pytest.param("time", {"target_time": time(6)}, {"zone": "Europe/Paris", "upstream": ("a",)}, id="a local time after other tasks"),
        pytest.param("weekday", {"week_day": "Moonday"}, {}, id="no day"),
    ],
)
def test_moments_that_cannot_be_computed(kind: str, values: dict[str, object], more: dict[str, Any]) -> None:
    """What cannot be computed exactly is refused."""
    with pytest.raises(CannotLower) as caught:
        made(kind, values, **more)
    assert caught.value.rule.code == "AG347"
