"""The schedule of a DAG as a CronWorkflow: when it runs, in which zone, from when to when, and what of it Argo cannot do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from airgo import ir
from airgo.argo.names import CRON_LIMIT, cron_name
from airgo.build.schedules import CUSTOM_TIMETABLE, UNKNOWN_SCHEDULE
from airgo.lower import schedule_rules as rules
from airgo.lower.cron_text import Ticks, next_tick, ticks_of_cron, ticks_of_dates, ticks_of_months, ticks_of_period
from airgo.lower.draft import WorkflowDraft
from airgo.lower.ledger import CRON, OBJECT, Fate, account_dag, ignored, mapped
from airgo.lower.result import LedgerEntry, Manifest
from airgo.lower.symbols import decided
from airgo.macros.cron_fields import BadCron, parse_cron
from airgo.macros.zones import UTC_NAMES, disturbed, zone
from airgo.source import Span
from airgo.values import Choice, is_plain, truth

ARGUMENTS = ("schedule", "schedule_interval", "timetable")
SURELY_PAST = datetime(2026, 1, 1, tzinfo=UTC)
"""Whatever lies before lies in the past whenever airgo runs, without asking a clock: airgo is younger."""
STANDARD_EVENTS = "EventsTimetable"


def schedule(draft: WorkflowDraft) -> None:
    """Write the CronWorkflow, and account for everything the DAG says about when it runs."""
    chosen, suspended = effective(draft.dag.schedule, draft)
    draft_schedule = _SCHEDULERS.get(chosen.kind, _custom)
    fate = draft_schedule(chosen, draft, suspended)
    for name in ARGUMENTS:
        if name in draft.dag.arguments:
            account_dag(draft, name, fate)
    _bounds(chosen, draft)
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
    return _written(Ticks(merged, max(ticks.period_seconds for ticks in found), tests[0]), timezone, draft, suspended)


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
        cron = parse_cron(text)
        found = disturbed(timezone, cron.times) if len(cron.hours) < 24 else None
        if found is not None:
            words = f"{found[0]:02d}:{found[1]:02d} is skipped or repeated when the clocks of {timezone} change; so are the runs in Argo"
            draft.report(rules.CLOCK_CHANGE.at(_span(draft), words, subject=draft.dag.id))
            return


def _delta(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    anchor = _instant(draft.dag.start_date)
    try:
        ticks = _relative(chosen, anchor) if chosen.seconds is None else ticks_of_period(chosen.seconds, anchor)
    except BadCron as error:
        return _refused(str(error), draft)
    if draft.dag.catchup is not True and ticks.schedules != ("0 0 * * *",):
        words = f"runs are counted from {'start_date' if anchor else 'midnight UTC'}: {', '.join(ticks.schedules)}"
        draft.report(rules.ANCHOR.at(_span(draft), words, subject=draft.dag.id))
    return _written(ticks, "Etc/UTC", draft, suspended)


def _relative(chosen: ir.Schedule, anchor: datetime | None) -> Ticks:
    delta = {key: int(value) for key, value in (chosen.relativedelta or {}).items() if value}
    months = delta.pop("months", 0) + 12 * delta.pop("years", 0)
    units = {"weeks": 7 * 86400, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    if set(delta) - set(units) or (months and delta):
        raise BadCron("a relativedelta of months together with other parts, or of single dates, is no constant period")
    if months:
        return ticks_of_months(months, anchor)
    return ticks_of_period(sum(units[key] * value for key, value in delta.items()), anchor)


def _events(chosen: ir.Schedule, draft: WorkflowDraft, suspended: bool) -> Fate:
    dates = chosen.arguments.get("event_dates")
    if not isinstance(dates, list | tuple) or not all(isinstance(moment, datetime) for moment in dates):
        return _refused("the dates of the timetable are not known", draft)
    try:
        ticks = ticks_of_dates(moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in dates)
    except BadCron as error:
        return _refused(str(error), draft)
    return _written(ticks, "Etc/UTC", draft, suspended)


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
    start = _instant(draft.dag.start_date)
    if start is None and draft.dag.airflow_version == "2":
        draft.report(
            rules.ONCE.at(_span(draft), "@once without a start_date never runs in Airflow 2; nothing starts it", subject=draft.dag.id)
        )
        return ignored("@once without a start_date never runs")
    spec: dict[str, object] = {"workflowTemplateRef": {"name": draft.name}}
    if start is not None:
        spec["arguments"] = {"parameters": [{"name": "logical-date", "value": _rfc3339(start)}]}
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


def _written(ticks: Ticks, timezone: str, draft: WorkflowDraft, suspended: bool) -> Fate:
    """Make the CronWorkflow."""
    spec: dict[str, object] = {"schedules": list(ticks.schedules), "timezone": timezone}
    if ticks.when is not None:
        spec["when"] = _guard([ticks.when])
        draft.report(rules.TESTED_TICKS.at(_span(draft), f"ticks are tested when they start a run: {ticks.when}", subject=draft.dag.id))
    spec |= {"startingDeadlineSeconds": ticks.period_seconds, "concurrencyPolicy": "Allow"}
    if suspended:
        spec["suspend"] = True
    workflow: dict[str, object] = {"workflowTemplateRef": {"name": draft.name}}
    spec["workflowSpec"] = workflow
    name = draft.name if len(draft.name) <= CRON_LIMIT else cron_name(draft.dag.id)
    draft.cron = {"apiVersion": "argoproj.io/v1alpha1", "kind": "CronWorkflow", "metadata": _metadata(draft, name), "spec": spec}
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


def _guard(tests: list[str]) -> str:
    joined = tests[0] if len(tests) == 1 else " && ".join(f"({test})" if "||" in test else test for test in tests)
    return "{{= " + joined + " }}"


def _metadata(draft: WorkflowDraft, name: str) -> dict[str, object]:
    metadata: dict[str, object] = {"name": name}
    if draft.config.namespace:
        metadata["namespace"] = draft.config.namespace
    annotations = {"airgo/dag-id": draft.dag.id, "airgo/source": str(draft.dag.span)}
    return {**metadata, "labels": {"app.kubernetes.io/managed-by": "airgo"}, "annotations": annotations}


def _instant(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def _rfc3339(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _spec(draft: WorkflowDraft) -> dict[str, object] | None:
    spec = draft.cron.get("spec") if draft.cron is not None else None
    return spec if isinstance(spec, dict) else None


def _bounds(chosen: ir.Schedule, draft: WorkflowDraft) -> None:
    """start_date and end_date: of no effect where they certainly lie in the past, else tested when a tick starts a run."""
    for name, value in (("start_date", draft.dag.start_date), ("end_date", draft.dag.end_date)):
        argument = draft.dag.arguments.get(name) or draft.dag.default_args.get(name)
        if argument is None or value is None:
            if name in draft.dag.arguments:
                account_dag(draft, name, ignored("it says what happens anyway"))
            continue
        fate = _bound(name, value, chosen, draft, argument.span)
        if name in draft.dag.arguments:
            account_dag(draft, name, fate)
        if name in draft.dag.default_args:
            draft.record(LedgerEntry(draft.dag.id, "default", name, fate.outcome, fate.code, fate.reason, fate.target))


def _bound(name: str, value: object, chosen: ir.Schedule, draft: WorkflowDraft, span: Span) -> Fate:
    instant = _instant(value)
    spec = _spec(draft)
    if spec is None:
        return ignored("nothing starts the workflow by itself")
    if instant is None:
        words = f"{name} is made from the clock or from something that is not known; the schedule holds from when it is applied"
        draft.report(rules.MOVING_START.at(span, words, subject=draft.dag.id))
        return ignored("it moves with the clock: the schedule holds from when it is applied")
    if name == "start_date" and instant < SURELY_PAST:
        return ignored("it lies in the past: the schedule holds from when it is applied")
    edge = _edge(name, instant, chosen, draft)
    test = f"now().Unix() {'>=' if name == 'start_date' else '<'} {int(edge.timestamp())}"
    _add_test(spec, test)
    draft.report(
        rules.BOUND.at(
            span, f"{name}: ticks {'before' if name == 'start_date' else 'from'} {_rfc3339(edge)} start no run", subject=draft.dag.id
        )
    )
    return mapped(f"{CRON}/spec/when")


def _edge(name: str, instant: datetime, chosen: ir.Schedule, draft: WorkflowDraft) -> datetime:
    """The first tick that starts a run, or the first that starts none any more."""
    steps = int(bool(chosen.interval)) + (1 if name == "end_date" else 0)
    if chosen.kind == "delta" and chosen.seconds:
        return datetime.fromtimestamp(instant.timestamp() + chosen.seconds * steps, UTC)
    if chosen.kind != "cron" or len(chosen.crons) != 1:
        return instant
    cron, timezone = parse_cron(chosen.crons[0]), chosen.timezone or draft.dag.timezone
    # the first tick at or after start_date, then one interval further; the first tick after end_date, then one interval further
    edge = instant if name == "end_date" else datetime.fromtimestamp(instant.timestamp() - 1, UTC)
    for _ in range(int(bool(chosen.interval)) + 1):
        edge = next_tick(cron, timezone, edge) or edge
    return edge


def _add_test(spec: dict[str, object], test: str) -> None:
    """Add a test to the CronWorkflow's `when`, which stands before startingDeadlineSeconds."""
    known = spec.pop("when", None)
    tests = [*([str(known).removeprefix("{{= ").removesuffix(" }}")] if known else []), test]
    later = {key: spec.pop(key) for key in [key for key in spec if key not in ("schedules", "timezone")]}
    spec["when"] = _guard(tests)
    spec.update(later)


def _catchup(draft: WorkflowDraft) -> None:
    argument = draft.dag.arguments.get("catchup") or draft.dag.default_args.get("catchup")
    written = "catchup" in draft.dag.arguments
    if _spec(draft) is None:
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
        fate = mapped(f"{CRON}/spec/startingDeadlineSeconds") if known else Fate("unknown", rules.CATCHUP.code)
        if not known and argument is not None:
            draft.report(rules.CATCHUP.at(argument.span, "catchup is not known; missed runs are not made up for", subject=draft.dag.id))
        account_dag(draft, "catchup", fate)
        return
    if draft.dag.catchup is True:
        words = f"Airflow 2 makes up for missed runs by default, which Argo does not; {_backfill(draft)}"
        draft.report(rules.CATCHUP_DEFAULT.at(draft.dag.span, words, subject=draft.dag.id))


def _backfill(draft: WorkflowDraft) -> str:
    start = _instant(draft.dag.start_date)
    since = start.strftime("%Y-%m-%d") if start else "<first day>"
    return f"airgo backfill {json.dumps(draft.dag.id) if ' ' in draft.dag.id else draft.dag.id} --start {since} --end <last day>"


def _paused(draft: WorkflowDraft) -> None:
    argument = draft.dag.arguments.get("is_paused_upon_creation")
    if argument is None:
        return
    spec, value = _spec(draft), truth(argument.value)
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
