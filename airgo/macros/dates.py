"""The dates of a run as Argo expressions: logical date, data interval and their neighbours, per Airflow version and timetable.

The workflow parameter `logical-date` wins when it is given. Else the run's time is its tick, or its creation when it was started by hand:
`workflow?.scheduledTime ?? workflow.creationTimestamp.RFC3339` (a bare `workflow.scheduledTime` would stay literal text in a run by hand).
A trigger timetable's logical date is the tick itself. An interval timetable's tick is the end of the interval, so its logical date lies
one tick before; a run by hand has its creation as logical date and the last complete interval (Airflow's `infer_manual_data_interval`).
"""

from __future__ import annotations

from dataclasses import dataclass

from airgo import ir
from airgo.macros.cron_fields import BadCron, parse_cron
from airgo.macros.cron_steps import Steps, cron_steps, fixed_steps, go_duration
from airgo.macros.results import Code, Shift, tight
from airgo.macros.times import shifted
from airgo.macros.zones import zone

GIVEN = "workflow.parameters['logical-date']"
CREATED = "workflow.creationTimestamp.RFC3339"
TICK = f"workflow?.scheduledTime ?? {CREATED}"
SCHEDULED = "workflow?.scheduledTime != nil"
ISO = "'2006-01-02T15:04:05-07:00'"


@dataclass(frozen=True, slots=True)
class Moment:
    """An expression of an instant, in any zone; `code` None: there is none, and `reason` says why in a user's words."""

    code: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunDates:
    """The dates of a run. `run_type` and `run_id` are expressions of texts. `run_after`: when Airflow may start the run."""

    logical: Moment
    start: Moment
    end: Moment
    following: Moment
    previous: Moment
    run_after: Moment
    run_type: str
    run_id: Moment


def run_dates(dag: ir.Dag) -> RunDates:
    """The dates of the DAG's runs."""
    schedule = _decided(dag.schedule)
    if schedule is None:
        return _nothing("the schedule depends on values that are not known now")
    if schedule.kind in ("cron", "delta") and schedule.interval:
        steps = _steps(schedule, dag.timezone)
        return _of_intervals(steps, dag.airflow_version) if isinstance(steps, Steps) else _nothing(steps)
    if schedule.kind == "timetable" and not _is_point(schedule):
        return _nothing(f"the timetable {schedule.class_name} computes its dates itself")
    if schedule.kind == "assets":
        return _of_assets(dag.airflow_version)
    return _of_ticks(schedule, dag)


def next_interval_end(dag: ir.Dag) -> Moment:
    """The end of the interval after the run's own (of runs without intervals, the next tick): until then a run is the latest one."""
    schedule = _decided(dag.schedule)
    if schedule is None or schedule.kind not in ("cron", "delta"):
        return Moment(None, "the schedule has no ticks that are known now")
    steps = _steps(schedule, dag.timezone)
    end = run_dates(dag).end.code
    return Moment(steps.forward(end)) if isinstance(steps, Steps) and end is not None else Moment(None, str(steps))


def _decided(schedule: ir.Schedule) -> ir.Schedule | None:
    """The schedule whose dates hold whichever choice is taken: choices without ticks never start a run by themselves."""
    if schedule.kind != "unknown":
        return schedule
    ticking = [choice for choice in schedule.choices if choice.kind not in ("none", "once")]
    if not schedule.choices or any(choice.kind == "unknown" for choice in ticking):
        return None
    if not ticking:
        return schedule.choices[0]
    alike = {(choice.kind, choice.crons, choice.seconds, choice.timezone, choice.interval) for choice in ticking}
    points = all(choice.kind in ("cron", "delta") and not choice.interval and not choice.trigger_interval_seconds for choice in ticking)
    return ticking[0] if len(alike) == 1 or points else None


def _is_point(schedule: ir.Schedule) -> bool:
    return (schedule.class_name or "").rpartition(".")[2] in ("EventsTimetable", "NullTimetable", "OnceTimetable", "ContinuousTimetable")


def _steps(schedule: ir.Schedule, timezone: str) -> Steps | str:
    """How to step along the schedule, or why that is not possible."""
    if schedule.kind == "delta":
        if schedule.seconds is not None and schedule.seconds > 0 and schedule.seconds % 1 == 0:
            return fixed_steps(int(schedule.seconds), None)
        return _relative_steps(schedule)
    name = schedule.timezone or timezone
    if len(schedule.crons) != 1:
        return "the schedule has several crons"
    if zone(name) is None:
        return f"{name} is not a time zone that airgo knows"
    try:
        return cron_steps(parse_cron(schedule.crons[0]), name)
    except BadCron as error:
        return str(error)


def _relative_steps(schedule: ir.Schedule) -> Steps | str:
    """Steps of whole years, months, weeks and days, exact on the days that every month has (the schedule refuses others)."""
    delta = dict(schedule.relativedelta or {})
    days = delta.pop("days", 0) + 7 * delta.pop("weeks", 0)
    months = delta.pop("months", 0) + 12 * delta.pop("years", 0)
    seconds = delta.pop("hours", 0) * 3600 + delta.pop("minutes", 0) * 60 + delta.pop("seconds", 0)
    if any(delta.values()) or min(days, months, seconds) < 0 or not (days or months or seconds):
        return "the schedule's relativedelta has parts that no constant step expresses"

    shift = Shift(months=months, days=days, seconds=seconds)

    def move(instant: str, by: Shift) -> str:
        return shifted(Code(f"{tight(instant)}.UTC()", "time"), by).code

    return Steps(back=lambda tick: move(tick, -shift), forward=lambda tick: move(tick, shift), floor=lambda instant: instant)


def _given_or(given: str, otherwise: str) -> str:
    return f"{GIVEN} != '' ? {given} : {otherwise}"


def _of_ticks(schedule: ir.Schedule, dag: ir.Dag) -> RunDates:
    tick = f"date({_given_or(GIVEN, TICK)})"
    length = int(schedule.trigger_interval_seconds or 0)
    following, previous = _neighbours(schedule, dag)
    if not length:
        same = Moment(tick)
        return RunDates(same, same, same, following, previous, same, _RUN_TYPE, Moment(_run_id(tick)))
    back, ahead = f".Add(duration('-{go_duration(length)}'))", f".Add(duration('{go_duration(length)}'))"
    by_hand = f"{SCHEDULED} ? date(workflow?.scheduledTime){back} : date({CREATED})"
    logical = Moment(_given_or(f"date({GIVEN})", by_hand))
    start = Moment(_given_or(f"date({GIVEN})", f"date({TICK}){back}"))
    end = Moment(_given_or(f"date({GIVEN}){ahead}", f"date({TICK})"))
    assert logical.code is not None
    assert end.code is not None
    stamp = end.code if dag.airflow_version == "3" else logical.code
    return RunDates(logical, start, end, following, previous, end, _RUN_TYPE, Moment(_run_id(stamp)))


def _neighbours(schedule: ir.Schedule, dag: ir.Dag) -> tuple[Moment, Moment]:
    """`next_execution_date` and `prev_execution_date` of a trigger timetable; a run by hand has its own logical date for both."""
    tick = f"date({_given_or(GIVEN, TICK)})"
    if schedule.kind == "none":
        return Moment(tick), Moment(tick)
    before = Moment(None, "Airflow knows no date before that of a run that is not the run of a data interval")
    if schedule.kind not in ("cron", "delta"):
        return Moment(None, "the timetable alone knows its next date"), before
    steps = _steps(schedule, dag.timezone)
    if not isinstance(steps, Steps) or schedule.trigger_interval_seconds:
        return Moment(None, steps if isinstance(steps, str) else "the timetable's own interval shifts its next date"), before
    of_tick = f"date({_given_or(GIVEN, 'workflow?.scheduledTime')})"
    return Moment(f"{GIVEN} != '' || {SCHEDULED} ? {steps.forward(of_tick)} : date({CREATED})"), before


def _of_intervals(steps: Steps, version: str) -> RunDates:
    scheduled = "date(workflow?.scheduledTime)"
    given = f"date({GIVEN})"
    last_end = steps.floor(f"date({TICK})")
    logical = _given_or(given, f"{SCHEDULED} ? {steps.back(scheduled)} : date({CREATED})")
    previous = _given_or(steps.back(given), f"{SCHEDULED} ? {steps.back(steps.back(scheduled))} : date({CREATED})")
    run_after = _given_or(steps.forward(given), f"date({TICK})")
    return RunDates(
        logical=Moment(logical),
        start=Moment(_given_or(given, steps.back(last_end))),
        end=Moment(_given_or(steps.forward(given), last_end)),
        following=Moment(run_after),
        previous=Moment(previous),
        run_after=Moment(run_after),
        run_type=_RUN_TYPE,
        run_id=Moment(_run_id(run_after if version == "3" else logical)),
    )


def _of_assets(version: str) -> RunDates:
    reason = "a run that assets trigger has no data interval known to Argo"
    if version == "3":
        return _nothing("in Airflow 3 a run that assets trigger has no logical date: the name is not defined")
    created = Moment(f"date({_given_or(GIVEN, TICK)})")
    none = Moment(None, reason)
    run_id = Moment(None, "the run id of a run that assets trigger names Airflow's own event")
    return RunDates(created, none, none, none, none, created, _RUN_TYPE, run_id)


def _nothing(reason: str) -> RunDates:
    none = Moment(None, reason)
    return RunDates(none, none, none, none, none, none, _RUN_TYPE, none)


_RUN_TYPE = f"{GIVEN} != '' ? 'backfill' : {SCHEDULED} ? 'scheduled' : 'manual'"


def _run_id(instant: str) -> str:
    return f"({_RUN_TYPE}) + '__' + {tight(instant)}.UTC().Format({ISO})"
