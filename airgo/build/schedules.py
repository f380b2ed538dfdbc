"""When a DAG runs: every form of schedule that Airflow takes, as one value."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace

from airgo.build.cron import problem_of, written_out
from airgo.build.dates import timezone_name
from airgo.config import Config
from airgo.diagnostics import Collector, Rule, Severity
from airgo.ir import Argument, Schedule
from airgo.source import Span
from airgo.values import Choice, ExternCall, Operation, Symbol, Symbolic, Unknown

REMOVED_ARGUMENT = Rule(
    "AG164",
    "removed-dag-argument",
    Severity.WARNING,
    summary="An argument of DAG that Airflow 3 does not take",
    why="Airflow 3 raises TypeError for it, so the file does not load there; airgo reads it as Airflow 2 would.",
    remedy='Use `schedule`, or say airflow-version = "2" in airgo.toml',
)
SEVERAL_SCHEDULES = Rule(
    "AG165",
    "several-schedules",
    Severity.ERROR,
    summary="More than one of schedule, schedule_interval and timetable",
    why="Airflow refuses a DAG with two of them; airgo reads the first in this order.",
    remedy="Keep one of them",
)
IGNORED_SCHEDULE = Rule(
    "AG173",
    "ignored-schedule",
    Severity.WARNING,
    summary="A schedule that Airflow 2 passes over, because schedule_interval is given as None",
    why="Airflow 2 reads `timetable`, else `schedule_interval` also when that is None, else `schedule`. The DAG runs only when it "
    "is triggered, and so does its workflow.",
    remedy="Remove schedule_interval=None where the other schedule is meant, else remove the other",
)
BAD_CRON = Rule(
    "AG166",
    "bad-cron",
    Severity.ERROR,
    summary="A cron expression that Airflow refuses",
    why="Airflow checks the expression when the DAG is loaded and leaves the DAG out when it is wrong.",
    remedy="Write five fields: minute, hour, day of month, month, day of week",
)
UNKNOWN_SCHEDULE = Rule(
    "AG167",
    "unknown-schedule",
    Severity.WARNING,
    summary="The schedule depends on something unknown",
    why="A workflow has one fixed schedule. airgo shows the possible ones and writes none.",
    remedy="Give the value that decides it in airgo.toml ([variables], [env])",
)
CUSTOM_TIMETABLE = Rule(
    "AG168",
    "custom-timetable",
    Severity.ERROR,
    summary="A timetable that has no counterpart",
    why="A timetable class computes the next run with Python code inside Airflow's scheduler; Argo schedules by cron only.",
    remedy="Use a cron expression or a timedelta, or start the workflow from elsewhere",
)
FORMS = ("schedule", "schedule_interval", "timetable")
ASSETS = frozenset({"Asset", "Dataset", "AssetAlias", "DatasetAlias", "AssetAll", "AssetAny", "DatasetAll", "DatasetAny", "AssetRef"})


class Reader:
    """Reads one DAG's schedule: its version's meaning of raw values, and the timezone of its start date."""

    def __init__(self, version: str, config: Config, timezone: str, collector: Collector, subject: str, span: Span) -> None:
        self.version = version
        intervals = config.create_cron_data_intervals
        self.interval = version == "2" if intervals is None else intervals
        self.timezone = timezone
        self.collector = collector
        self.subject = subject
        self.span = span

    def read(self, arguments: Mapping[str, Argument]) -> Schedule:
        """The schedule of a DAG from its arguments."""
        given = [name for name in FORMS if name in arguments]
        if len(given) > 1 and all(arguments[name].value is not None for name in given):
            words = f"{' and '.join(given)} are given; {given[0]} is read"
            self.collector.add(SEVERAL_SCHEDULES.at(arguments[given[1]].span, words, subject=self.subject))
        if not given:
            return self.absent()
        name = self.form(given, arguments)
        if self.version == "3" and name != "schedule":
            words = f"Airflow 3 has no {name}; it is read as `schedule`"
            self.collector.add(REMOVED_ARGUMENT.at(arguments[name].span, words, subject=self.subject))
        self.span = arguments[name].span
        return replace(self.value(arguments[name].value), value=arguments[name].value, written=True, span=self.span)

    def form(self, given: list[str], arguments: Mapping[str, Argument]) -> str:
        """Which of the arguments decides. Airflow 2 takes a schedule_interval that is given as None for an answer."""
        values = {name: arguments[name].value for name in given}
        if (
            self.version == "2"
            and "schedule_interval" in values
            and values["schedule_interval"] is None
            and values.get("timetable") is None
        ):
            if values.get("schedule") is not None:
                words = "schedule_interval=None is given too, so Airflow 2 does not schedule the DAG"
                self.collector.add(IGNORED_SCHEDULE.at(arguments["schedule"].span, words, subject=self.subject))
            return "schedule_interval"
        return next((one for one in given if values[one] is not None), given[0])

    def absent(self) -> Schedule:
        """No schedule was written: daily in 2.x, never in 3.x."""
        if self.version == "3":
            return Schedule("none", span=self.span)
        return Schedule("delta", timezone=self.timezone, interval=True, seconds=86400.0, span=self.span)

    def value(self, value: object) -> Schedule:
        """The schedule that a value stands for."""
        if value is None:
            return Schedule("none")
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, datetime.timedelta):
            return Schedule("delta", timezone=self.timezone, interval=self.interval, seconds=value.total_seconds())
        if isinstance(value, list | tuple | set | frozenset):
            return self.assets(value)
        if isinstance(value, ExternCall):
            return self.call(value)
        if isinstance(value, Choice):
            choices = (self.value(value.then), self.value(value.orelse))
            if choices[0] == choices[1]:
                return choices[0]
            return self.unknown("it depends on a test that could not be decided", choices)
        kwargs = getattr(value, "normalized", None)
        if type(value).__name__ == "relativedelta" and kwargs is not None:
            return self.relative(
                {name: getattr(value, name) for name in ("years", "months", "days", "hours", "minutes", "seconds") if getattr(value, name)}
            )
        return self.unknown(reason_of(value))

    def unknown(self, reason: str, choices: tuple[Schedule, ...] = ()) -> Schedule:
        """A schedule that could not be determined, reported."""
        known = " or ".join(words(choice) for choice in choices)
        message = f"the schedule is not known: {reason}" + (f"; it is {known}" if known else "")
        self.collector.add(UNKNOWN_SCHEDULE.at(self.span, message, subject=self.subject))
        return Schedule("unknown", timezone=self.timezone, reason=reason, choices=choices)

    def text(self, value: str) -> Schedule:
        """`@once`, `@continuous`, a preset, or a cron expression."""
        if value in ("@once", "@continuous"):
            return Schedule(value[1:])
        if not value.strip():
            return Schedule("none")
        return self.cron(value, self.timezone, interval=self.interval)

    def cron(self, value: str, timezone: str | None, *, interval: bool) -> Schedule:
        """A cron schedule, checked."""
        cron = written_out(value)
        problem = problem_of(cron)
        if problem is not None:
            self.collector.add(BAD_CRON.at(self.span, f"{value!r} is no cron expression: {problem}", subject=self.subject))
            return Schedule("unknown", reason=f"{value!r} is no cron expression", timezone=timezone)
        return Schedule("cron", crons=(cron,), timezone=timezone, interval=interval)

    def assets(self, values: list[object] | tuple[object, ...] | set[object] | frozenset[object]) -> Schedule:
        """Assets, all of which must have been updated."""
        if not values:
            return Schedule("none")
        if all(isinstance(value, ExternCall) and value.name.rpartition(".")[2] in ASSETS for value in values):
            return Schedule("assets", expression=ExternCall("airflow.sdk.definitions.asset.AssetAll", tuple(values)))
        blocker = next((value for value in values if isinstance(value, Symbolic)), None)
        return self.unknown(reason_of(blocker) if blocker is not None else "a list of something else than assets")

    def call(self, value: ExternCall) -> Schedule:
        """A timetable, an asset, or another object from outside or of the project."""
        last = value.name.rpartition(".")[2]
        if last in ASSETS:
            return Schedule("assets", expression=value)
        if last == "relativedelta" and not value.args:
            return self.relative({name: amount for name, amount in value.kwargs.items() if isinstance(amount, int)})
        reader = TIMETABLES.get(last) if value.name.startswith("airflow.") else None
        if reader is not None:
            return reader(self, value)
        words = f"{last} decides when the DAG runs, by code of its own"
        self.collector.add(CUSTOM_TIMETABLE.at(self.span, words, subject=self.subject))
        arguments = {**{str(index): item for index, item in enumerate(value.args)}, **value.kwargs}
        return Schedule("timetable", class_name=value.name, arguments=arguments, timezone=self.timezone)

    def events(self, value: ExternCall) -> Schedule:
        """EventsTimetable: runs at given instants."""
        arguments = {**value.kwargs, "event_dates": argument(value, 0, "event_dates")}
        return Schedule("timetable", class_name=value.name, arguments=arguments, timezone=self.timezone)

    def relative(self, amounts: Mapping[str, int]) -> Schedule:
        """A calendar period."""
        return Schedule("delta", timezone=self.timezone, interval=self.interval, relativedelta=dict(amounts))

    def cron_timetable(self, value: ExternCall, *, interval: bool) -> Schedule:
        """CronTriggerTimetable and CronDataIntervalTimetable, which carry their own timezone."""
        cron = argument(value, 0, "cron")
        timezone = timezone_name(argument(value, 1, "timezone")) or "UTC"
        if not isinstance(cron, str):
            return self.unknown(reason_of(cron))
        found = self.cron(cron, timezone, interval=interval)
        shift = value.kwargs.get("interval")
        length = shift.total_seconds() if isinstance(shift, datetime.timedelta) else None
        return replace(found, trigger_interval_seconds=length or None)

    def several_crons(self, value: ExternCall) -> Schedule:
        """MultipleCronTriggerTimetable."""
        crons = [written_out(cron) for cron in value.args if isinstance(cron, str)]
        problem = next((found for cron in crons if (found := problem_of(cron)) is not None), None)
        if problem is not None or len(crons) != len(value.args):
            return self.unknown(problem or "a cron expression that is not known")
        timezone = timezone_name(value.kwargs.get("timezone")) or "UTC"
        return Schedule("cron", crons=tuple(crons), timezone=timezone, interval=False)

    def delta_timetable(self, value: ExternCall, *, interval: bool) -> Schedule:
        """DeltaDataIntervalTimetable and DeltaTriggerTimetable."""
        return replace(self.value(argument(value, 0, "delta")), interval=interval)

    def partitioned(self, value: ExternCall) -> Schedule:
        """Timetables over partitions of assets: started by assets, partition by partition, which Argo cannot follow."""
        last = value.name.rpartition(".")[2]
        self.collector.add(CUSTOM_TIMETABLE.at(self.span, f"{last} starts a run for each partition of an asset", subject=self.subject))
        return Schedule("assets", class_name=value.name, expression=value.kwargs.get("assets", value.args[0] if value.args else None))

    def assets_or_time(self, value: ExternCall) -> Schedule:
        """AssetOrTimeSchedule: a timetable, and assets besides."""
        timed = self.value(value.kwargs.get("timetable"))
        assets = value.kwargs.get("assets", value.kwargs.get("datasets"))
        listed = assets if isinstance(assets, list | tuple | set | frozenset) else [assets]
        return replace(timed, kind="assets", expression=self.assets(listed).expression)


TIMETABLES: Mapping[str, Callable[[Reader, ExternCall], Schedule]] = {
    "CronTriggerTimetable": lambda reader, value: reader.cron_timetable(value, interval=False),
    "CronDataIntervalTimetable": lambda reader, value: reader.cron_timetable(value, interval=True),
    "MultipleCronTriggerTimetable": lambda reader, value: reader.several_crons(value),
    "DeltaDataIntervalTimetable": lambda reader, value: reader.delta_timetable(value, interval=True),
    "DeltaTriggerTimetable": lambda reader, value: reader.delta_timetable(value, interval=False),
    "NullTimetable": lambda reader, value: Schedule("none"),
    "CronPartitionTimetable": lambda reader, value: reader.cron_timetable(value, interval=False),
    "PartitionedAssetTimetable": lambda reader, value: reader.partitioned(value),
    "OnceTimetable": lambda reader, value: Schedule("once"),
    "ContinuousTimetable": lambda reader, value: Schedule("continuous"),
    "EventsTimetable": lambda reader, value: reader.events(value),
    "AssetOrTimeSchedule": lambda reader, value: reader.assets_or_time(value),
    "DatasetOrTimeSchedule": lambda reader, value: reader.assets_or_time(value),
}


def argument(value: ExternCall, position: int, name: str) -> object:
    """An argument of a timetable by position or name."""
    return value.args[position] if position < len(value.args) else value.kwargs.get(name)


def reason_of(value: object) -> str:
    """Why a value is not known, in words."""
    if isinstance(value, Unknown):
        return value.root().reason
    if isinstance(value, Symbol):
        return f"it comes from the {value.kind} {value.key}"
    if isinstance(value, Operation):
        inner = next((part for part in value.operands if isinstance(part, Symbolic)), None)
        return reason_of(inner) if inner is not None else "it is computed from something that is not known"
    return f"{type(value).__name__.lower()} is no schedule that airgo knows"


def words(schedule: Schedule) -> str:
    """A schedule in a few words, for a message."""
    if schedule.kind == "cron":
        return " and ".join(repr(cron) for cron in schedule.crons)
    if schedule.kind == "delta" and schedule.seconds is not None:
        return f"every {schedule.seconds:g} seconds"
    return {"none": "no schedule", "assets": "assets"}.get(schedule.kind, schedule.kind)
