"""The schedule of a DAG as a CronWorkflow: when it runs, in which zone, from when to when, and what of it Argo cannot do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from airgo import ir
from airgo.argo.names import CRON_LIMIT, cron_name
from airgo.build.schedules import CUSTOM_TIMETABLE, UNKNOWN_SCHEDULE
from airgo.lower import schedule_rules as rules
from airgo.lower.clock_changes import clock_change
from airgo.lower.cron_text import Ticks, ticks_of_cron, ticks_of_dates, ticks_of_months, ticks_of_period
from airgo.lower.draft import WorkflowDraft
from airgo.lower.ledger import CRON, OBJECT, Fate, account_dag, ignored, mapped
from airgo.lower.result import Manifest
from airgo.lower.schedule_bounds import SURELY_PAST, bounds, cron_spec, guard, instant_of, rfc3339
from airgo.lower.symbols import decided
from airgo.macros.cron_fields import BadCron, parse_cron
from airgo.macros.zones import UTC_NAMES, zone
from airgo.source import Span
from airgo.values import Choice, is_plain, truth

ARGUMENTS = ("schedule", "schedule_interval", "timetable")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {"weeks": 7 * 86400, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
"""The units of a constant length, in seconds."""
STANDARD_EVENTS = "EventsTimetable"


def schedule(draft: WorkflowDraft) -> None:
    """Write the CronWorkflow, and account for everything the DAG says about when it runs."""
    chosen, suspended = effective(draft.dag.schedule, draft)
    fate = _SCHEDULERS.get(chosen.kind, _custom)(chosen, draft, suspended)
    for name in ARGUMENTS:
        if name in draft.dag.arguments:
            account_dag(draft, name, fate)
    if draft.cron is None:
        bounds(chosen, None, draft)
    _catchup(draft)
    _paused(draft)


def effective(written: ir.Schedule, draft: WorkflowDraft) -> tuple[ir.Schedule, bool]:
    """The schedule under airgo.toml, and whether it must wait for a person because nothing decides whether it applies."""
    if written.kind != "unknown" or not written.choices:
        return written, False
    if isinstance(written.value, Choice) and len(written.choices) == 2:
        known = decided(written.value.test, draft.config)
        if known is not None:
            return effective(written.choices[0 if known else 1], draft)
    ticking = [choice for choice in written.choices if choice.kind in ("cron", "delta", "timetable")]
    return (ticking[0], True) if ticking else (written.choices[0], False)


def dates_dag(draft: WorkflowDraft) -> ir.Dag:
    """The DAG with the schedule that airgo.toml decides on: what the dates of its runs follow from."""
    chosen, suspended = effective(draft.dag.schedule, draft)
    return draft.dag if suspended else replace(draft.dag, schedule=chosen)


def _span(draft: WorkflowDraft) -> Span:
    written = next((draft.dag.arguments[name].span for name in ARGUMENTS if name in draft.dag.arguments), None)
    return written or draft.dag.schedule.span or draft.dag.span


def _cron(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    timezone = _timezone(chosen.timezone or draft.dag.timezone, draft)
    if timezone is None:
        return Fate("unknown", rules.UNKNOWN_ZONE.code)
    try:
        found = [ticks_of_cron(text, timezone) for text in chosen.crons]
    except BadCron as error:
        return _refused(str(error), draft)
    tests = list(dict.fromkeys(ticks.when for ticks in found))
    if len(tests) > 1:
        return _refused("several crons of which only some need a test of the day are not written as one schedule", draft)
    merged = tuple(dict.fromkeys(text for ticks in found for text in ticks.schedules))
    _clock_changes(chosen, timezone, draft)

    def following(after: datetime) -> datetime | None:
        return min((tick for ticks in found if (tick := ticks.following(after)) is not None), default=None)

    return _written(Ticks(merged, max(ticks.period_seconds for ticks in found), following, tests[0]), timezone, chosen, draft, suspended)


def _timezone(name: str, draft: WorkflowDraft) -> str | None:
    """The zone as Argo names it; None, with a diagnostic, when there is no such zone."""
    if name in UTC_NAMES:
        return "Etc/UTC"
    if zone(name) is None:
        draft.report(rules.UNKNOWN_ZONE.at(_span(draft), f"{name} is not a time zone of the IANA database", subject=draft.dag.id))
        return None
    return name


def _clock_changes(chosen: ir.Schedule, timezone: str, draft: WorkflowDraft) -> None:
    for text in chosen.crons:
        words = clock_change(parse_cron(text), timezone)
        if words is not None:
            draft.report(rules.CLOCK_CHANGE.at(_span(draft), words, subject=draft.dag.id))
            return


def _delta(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    start = instant_of(draft.dag.start_date)
    anchor, words = (start, None) if draft.dag.catchup is True else _anchor(start, chosen, draft)
    try:
        ticks = _relative(chosen, anchor) if chosen.seconds is None else ticks_of_period(chosen.seconds, anchor)
    except BadCron as error:
        return _refused(str(error), draft)
    if words is not None:
        draft.report(rules.ANCHOR.at(_span(draft), f"{words}: {', '.join(ticks.schedules)}", subject=draft.dag.id))
    return _written(ticks, "Etc/UTC", chosen, draft, suspended)


def _anchor(start: datetime | None, chosen: ir.Schedule, draft: WorkflowDraft) -> tuple[datetime | None, str | None]:
    """What a period without catchup is counted from, and what is assumed there (`_skip_to_latest` of Airflow's timetables)."""
    months = any((chosen.relativedelta or {}).get(unit) for unit in ("months", "years"))
    seconds = chosen.seconds or sum(UNITS.get(unit, 0) * value for unit, value in (chosen.relativedelta or {}).items())
    if start is None:
        return None, "without start_date, Airflow counts the periods from when it first sees the DAG; here they count from midnight UTC"
    if not chosen.interval or (months and draft.dag.airflow_version == "2"):
        return start, "without catchup, Airflow counts the periods from when it first sees the DAG; here they count from start_date"
    if months or (seconds and start.timestamp() % seconds == 0):
        return start, None
    if start > SURELY_PAST:
        return start, "the periods count from start_date, which holds in Airflow where the DAG is there before that date"
    return EPOCH, "without catchup, Airflow counts the periods from midnight UTC of 1970-01-01, and so do the runs"


def _relative(chosen: ir.Schedule, anchor: datetime | None) -> Ticks:
    delta = {key: int(value) for key, value in (chosen.relativedelta or {}).items() if value}
    months = delta.pop("months", 0) + 12 * delta.pop("years", 0)
    if set(delta) - set(UNITS) or (months and delta):
        raise BadCron("a relativedelta of months together with other parts, or of single dates, is no constant period")
    if months:
        return ticks_of_months(months, anchor)
    return ticks_of_period(sum(UNITS[key] * value for key, value in delta.items()), anchor)


def _events(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    dates = chosen.arguments.get("event_dates")
    if not isinstance(dates, list | tuple) or not all(isinstance(moment, datetime) for moment in dates):
        return _refused("the dates of the timetable are not known", draft)
    try:
        ticks = ticks_of_dates(moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in dates)
    except BadCron as error:
        return _refused(str(error), draft)
    return _written(ticks, "Etc/UTC", chosen, draft, suspended)


def _custom(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    if (chosen.class_name or "").rpartition(".")[2] == STANDARD_EVENTS:
        return _events(chosen, draft, suspended)
    return Fate("unsupported", CUSTOM_TIMETABLE.code)


def _unknown(_chosen: ir.Schedule, _draft: WorkflowDraft, _suspended: bool) -> Fate:
    return Fate("unknown", UNKNOWN_SCHEDULE.code)


def _refused(words: str, draft: WorkflowDraft) -> Fate:
    draft.report(rules.NO_CRON.at(_span(draft), f"{words}; the workflow is started by hand", subject=draft.dag.id))
    return Fate("unsupported", rules.NO_CRON.code)


def _none(_chosen: ir.Schedule, _draft: WorkflowDraft, _suspended: bool) -> Fate:
    return ignored("no schedule: the workflow is started by hand, and needs no CronWorkflow")


def _once(_chosen: ir.Schedule, draft: WorkflowDraft, _suspended: bool) -> Fate:
    """One run: a Workflow that starts when it is applied. Its logical date is the DAG's start_date."""
    start = instant_of(draft.dag.start_date)
    if start is None and draft.dag.airflow_version == "2":
        draft.report(
            rules.ONCE.at(_span(draft), "@once without a start_date never runs in Airflow 2; nothing starts it", subject=draft.dag.id)
        )
        return ignored("@once without a start_date never runs")
    spec: dict[str, object] = {"workflowTemplateRef": {"name": draft.name}}
    if start is not None:
        spec["arguments"] = {"parameters": [{"name": "logical-date", "value": rfc3339(start)}]}
    metadata = _metadata(draft, cron_name(f"{draft.name}-once"))
    document = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "spec": spec}
    path = f"dags/{draft.name}/workflow.yaml"
    draft.manifests.append(Manifest(path, (document,), f"Generated by airgo from {draft.dag.path}. Runs once, when it is applied."))
    draft.report(rules.ONCE.at(_span(draft), "@once: the run starts when workflow.yaml is applied", subject=draft.dag.id))
    return mapped(f"{path}#/spec")


def _continuous(_chosen: ir.Schedule, draft: WorkflowDraft, _suspended: bool) -> Fate:
    words = "@continuous starts a run when the one before has ended; the workflow is started by hand"
    draft.report(rules.CONTINUOUS.at(_span(draft), words, subject=draft.dag.id))
    return Fate("unsupported", rules.CONTINUOUS.code)


def _assets(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    alone = "" if chosen.crons else ", and nothing else starts the workflow"
    words = f"the DAG runs when assets are updated; Argo is not told of them{alone}"
    rule = rules.ASSETS if not chosen.crons else rules.ASSETS_OR_TIME
    draft.report(rule.at(_span(draft), words, subject=draft.dag.id))
    if chosen.crons:
        _cron(chosen, draft, suspended)
        return Fate("approximated", rule.code)
    return Fate("unsupported", rule.code)


def _written(ticks: Ticks, timezone: str, chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    """Make the CronWorkflow.

    Tested ticks have no starting deadline: a controller that comes up would find the last refused tick a missed one, try it instead of
    scheduling the next, and judge it by the clock (`runOutstandingWorkflows` of Argo's cron controller).
    """
    spec: dict[str, object] = {"schedules": list(ticks.schedules), "timezone": timezone}
    if ticks.when is not None:
        spec["when"] = guard([ticks.when])
        draft.report(rules.TESTED_TICKS.at(_span(draft), f"ticks are tested when they start a run: {ticks.when}", subject=draft.dag.id))
    else:
        spec["startingDeadlineSeconds"] = ticks.period_seconds
    spec["concurrencyPolicy"] = "Allow"
    if suspended:
        spec["suspend"] = True
    spec["workflowSpec"] = {"workflowTemplateRef": {"name": draft.name}}
    name = draft.name if len(draft.name) <= CRON_LIMIT else cron_name(draft.dag.id)
    draft.cron = {"apiVersion": "argoproj.io/v1alpha1", "kind": "CronWorkflow", "metadata": _metadata(draft, name), "spec": spec}
    bounds(chosen, ticks.following, draft)
    if suspended:
        others = " or ".join(_words(choice) for choice in draft.dag.schedule.choices)
        words = f"the schedule is {others}: {draft.dag.schedule.reason or 'which one is not known'}; the CronWorkflow is written suspended"
        draft.report(rules.SUSPENDED.at(_span(draft), words, subject=draft.dag.id))
        return Fate("approximated", rules.SUSPENDED.code)
    return mapped(f"{CRON}/spec/schedules")


def _words(schedule: ir.Schedule) -> str:
    if schedule.kind == "cron":
        return " and ".join(repr(cron) for cron in schedule.crons)
    if schedule.kind == "delta" and schedule.seconds is not None:
        return f"every {schedule.seconds:g} seconds"
    return {"none": "no schedule", "assets": "assets", "unknown": "something not known"}.get(schedule.kind, schedule.kind)


def _metadata(draft: WorkflowDraft, name: str) -> dict[str, object]:
    metadata: dict[str, object] = {"name": name}
    if draft.config.namespace:
        metadata["namespace"] = draft.config.namespace
    annotations = {"airgo/dag-id": draft.dag.id, "airgo/source": str(draft.dag.span)}
    return {**metadata, "labels": {"app.kubernetes.io/managed-by": "airgo"}, "annotations": annotations}


def _catchup(draft: WorkflowDraft) -> None:
    argument = draft.dag.arguments.get("catchup") or draft.dag.default_args.get("catchup")
    written = "catchup" in draft.dag.arguments
    spec = cron_spec(draft)
    if spec is None:
        if written:
            account_dag(draft, "catchup", ignored("nothing starts the workflow by itself"))
        return
    if draft.dag.catchup is True and written and argument is not None:
        draft.report(
            rules.CATCHUP.at(argument.span, f"catchup=True: missed runs are not made up for; {_backfill(draft)}", subject=draft.dag.id)
        )
        account_dag(draft, "catchup", Fate("approximated", rules.CATCHUP.code))
        return
    if written:
        known = argument is not None and is_plain(argument.value)
        field = next(name for name in ("startingDeadlineSeconds", "schedules") if name in spec)
        fate = mapped(f"{CRON}/spec/{field}") if known else Fate("unknown", rules.CATCHUP.code)
        if not known and argument is not None:
            draft.report(rules.CATCHUP.at(argument.span, "catchup is not known; missed runs are not made up for", subject=draft.dag.id))
        account_dag(draft, "catchup", fate)
        return
    if draft.dag.catchup is True:
        words = f"Airflow 2 makes up for missed runs by default, which Argo does not; {_backfill(draft)}"
        draft.report(rules.CATCHUP_DEFAULT.at(draft.dag.span, words, subject=draft.dag.id))


def _backfill(draft: WorkflowDraft) -> str:
    start = instant_of(draft.dag.start_date)
    since = start.strftime("%Y-%m-%d") if start else "<first day>"
    return f"airgo backfill {json.dumps(draft.dag.id) if ' ' in draft.dag.id else draft.dag.id} --start {since} --end <last day>"


def _paused(draft: WorkflowDraft) -> None:
    argument = draft.dag.arguments.get("is_paused_upon_creation")
    if argument is None:
        return
    spec, value = cron_spec(draft), truth(argument.value)
    if value is not True or spec is None:
        account_dag(
            draft,
            "is_paused_upon_creation",
            ignored("it says what happens anyway" if spec is not None else "nothing starts the workflow by itself"),
        )
        return
    workflow = spec.pop("workflowSpec")
    spec["suspend"] = True
    spec["workflowSpec"] = workflow
    account_dag(draft, "is_paused_upon_creation", mapped(f"{CRON}/spec/suspend"))


_SCHEDULERS = {
    "cron": _cron,
    "delta": _delta,
    "none": _none,
    "once": _once,
    "continuous": _continuous,
    "assets": _assets,
    "timetable": _custom,
    "unknown": _unknown,
}

__all__ = ["OBJECT", "dates_dag", "effective", "schedule"]
