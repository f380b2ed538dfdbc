"""Sensors that wait for a moment: a suspended node where the length of the wait follows from the run's start, else a script that asks.

The length is computed from the creation of the workflow, never from `now()`: Argo evaluates an expression again each time it looks at the
node, so a length that shrinks would end the wait half way. It is therefore exact for a task that starts with its run, and only there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from airgo.argo.text import Expression, Text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.schedule import dates_dag
from airgo.lower.strategies import strategy
from airgo.lower.strategies.poll import poll
from airgo.lower.waiting import sensor_notes
from airgo.macros import run_dates
from airgo.macros.dates import CREATED
from airgo.macros.results import tight
from airgo.macros.zones import UTC_NAMES, zone
from airgo.values import Extern

UNTIMED = Rule(
    "AG347",
    "unreadable-moment",
    Severity.ERROR,
    summary="The moment that a sensor waits for cannot be computed in Argo",
    why="The moment must be known, or follow from the dates of the run.",
    remedy="Write the moment as a date of the run, such as {{ data_interval_end }}, or as a fixed time",
)

_STAMPED = re.compile(r"\.Format\('2006-01-02[ T]15:04:05-07:00'\)\Z")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ASK_FOR_MOMENT = '[ "$(date +%s)" -ge "$AIRGO_UNTIL" ]\n'
_ASK_FOR_DAY = 'case " $AIRGO_DAYS " in *" ${AIRGO_DAY:-$(date -u +%u)} "*) exit 0 ;; esac\nexit 1\n'

Kind = Callable[[Node, Mapping[str, object], Mapping[str, object], WorkflowDraft], TemplateDraft]


@strategy("time-sensor")
def time_sensor(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A wait for a moment, a time of the day, a weekday, or for a given length."""
    return _KINDS[str(options.get("kind"))](node, values, options, draft)


def _wait(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    length = _value("time_to_wait", "duration", values, options)
    if isinstance(length, timedelta):
        length = length.total_seconds()
    if not isinstance(length, int | float) or isinstance(length, bool):
        raise CannotLower(UNTIMED, f"how long {node.task.id} waits is not known")
    return _suspended(node, str(max(0, round(length))))


def _delta(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """TimeDeltaSensor: the end of the data interval and some time more."""
    delta = _value("delta", "delta", values, options)
    if not isinstance(delta, timedelta):
        raise CannotLower(UNTIMED, f"how long {node.task.id} waits after the data interval is not known")
    end = run_dates(dates_dag(draft)).end
    if end.code is None:
        raise CannotLower(UNTIMED, f"{node.task.id} waits for the end of the data interval: {end.reason}")
    return _until(node, f"int({tight(end.code)}.Unix()) + {int(delta.total_seconds())}", draft)


def _moment(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """DateTimeSensor: a moment, given as a datetime or as text, perhaps from a template."""
    moment = _value("target_time", "moment", values, options)
    if isinstance(moment, Text):
        (part, *more) = moment.parts
        if more or not isinstance(part, Expression) or "now()" in part.code:
            raise CannotLower(UNTIMED, f"the moment that {node.task.id} waits for is put together from several values")
        stamp = _STAMPED.search(part.code)
        instant = tight(part.code[: stamp.start()]) if stamp else f"date({part.code})"
        return _until(node, f"int({instant}.Unix())", draft)
    return _until(node, str(int(_instant(moment, node).timestamp())), draft)


def _instant(moment: object, node: Node) -> datetime:
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment.strip())
        except ValueError:
            raise CannotLower(UNTIMED, f"{moment!r} is no moment that {node.task.id} could wait for") from None
    if not isinstance(moment, datetime):
        raise CannotLower(UNTIMED, f"the moment that {node.task.id} waits for is not known")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _time(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """TimeSensor: a time of the day on which the task starts, on the clocks of the DAG's zone."""
    moment = _value("target_time", "time", values, options)
    if not isinstance(moment, time) or moment.tzinfo is not None:
        raise CannotLower(UNTIMED, f"the time of the day that {node.task.id} waits for is not known")
    name = "UTC" if draft.dag.timezone in UTC_NAMES else draft.dag.timezone
    if zone(name) is None:
        raise CannotLower(UNTIMED, f"{node.task.id} waits on the clocks of {name}, which is no time zone that airgo knows")
    if _starts_with_run(node, draft):
        shown = "UTC()" if name == "UTC" else f"In(timezone('{name}'))"
        day = f"date({CREATED}).{shown}.Format('2006-01-02')"
        return _until(node, f"int(date({day} + ' {moment:%H:%M:%S}', '2006-01-02 15:04:05', '{name}').Unix())", draft)
    if name != "UTC":
        raise CannotLower(
            UNTIMED, f"{node.task.id} waits for a time of the day on which it starts, on the clocks of {name}; only in UTC can a shell tell"
        )
    return _asking(node, f'[ "$(date -u +%H%M%S)" -gt {moment:%H%M%S} ]\n', [], draft)


def _weekday(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """DayOfWeekSensor: until today, or the logical date, is one of some days of the week."""
    given = values.get("week_day")
    listed = sorted(given, key=str) if isinstance(given, set | frozenset) else given if isinstance(given, list | tuple) else [given]
    names = [_day_name(day) for day in listed]
    if not names or any(name not in _DAYS for name in names):
        raise CannotLower(UNTIMED, f"the days of the week that {node.task.id} waits for are not known")
    entries: list[dict[str, object]] = [{"name": "AIRGO_DAYS", "value": " ".join(str(_DAYS.index(name) + 1) for name in names)}]
    if options.get("use_logical_date") is True:
        logical = run_dates(dates_dag(draft)).logical
        if logical.code is None:
            raise CannotLower(UNTIMED, f"{node.task.id} waits for a weekday of the logical date: {logical.reason}")
        day = f"(int({tight(logical.code)}.UTC().Weekday()) + 6) % 7 + 1"
        entries.append({"name": "AIRGO_DAY", "value": Text((Expression(day),))})
    return _asking(node, _ASK_FOR_DAY, entries, draft)


def _day_name(day: object) -> str:
    """`"Monday"`, or the member `WeekDay.MONDAY`."""
    name = day.name if isinstance(day, Extern) else str(day)
    return name.strip().rpartition(".")[2].lower()


def _value(argument: str, option: str, values: Mapping[str, object], options: Mapping[str, object]) -> object:
    """The lowered argument; an option may have made text of it."""
    return values[argument] if argument in values else options.get(option)


def _starts_with_run(node: Node, draft: WorkflowDraft) -> bool:
    """Does the task start when its workflow is created? Not after other tasks, nor when runs wait for each other."""
    return not node.task.upstream and not node.task.mapped and node.task.group is None and "max_active_runs" not in draft.dag.arguments


def _until(node: Node, epoch: str, draft: WorkflowDraft) -> TemplateDraft:
    """A wait until a second since 1970, an expression."""
    if _starts_with_run(node, draft) and not {"timeout", "soft_fail", "never_fail"} & node.task.arguments.keys():
        seconds = f"string(max(0, {epoch} - int(date({CREATED}).Unix())))"
        return _suspended(node, Text((Expression(seconds),)))
    value = epoch if epoch.isdigit() else Text((Expression(epoch),))
    return _asking(node, _ASK_FOR_MOMENT, [{"name": "AIRGO_UNTIL", "value": value}], draft)


def _suspended(node: Node, duration: str | Text) -> TemplateDraft:
    made = TemplateDraft({"suspend": {"duration": duration}}, node.name, node.task.span)
    made.notes = dict.fromkeys(sensor_notes(node), ("ignored", None, "a suspended node waits without asking"))
    return made


def _asking(node: Node, source: str, env: list[dict[str, object]], draft: WorkflowDraft) -> TemplateDraft:
    options = {"image": image("bash", draft, node.task.span), "command": ["sh"], "source": source, "env": env}
    return poll(node, {}, options, draft)


_KINDS: Mapping[str, Kind] = {"wait": _wait, "delta": _delta, "datetime": _moment, "time": _time, "weekday": _weekday}
