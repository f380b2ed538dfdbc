"""Runs of past intervals: which logical dates they have, and the commands or the workflow that start them (semantics, section 13).

`argo cron backfill` gives its runs the wrong time (watched), so each run is submitted with its logical date as a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from airgo import ir
from airgo.argo.names import object_name
from airgo.argo.yaml import dump
from airgo.lower.cron_text import next_tick
from airgo.macros.cron_fields import BadCron, parse_cron
from airgo.macros.zones import zone

MOST = 10_000
"""Logical dates of one backfill; more are a mistake in the dates."""
ONE_AT_A_TIME = ("depends_on_past", "wait_for_downstream")


class CannotBackfill(Exception):
    """The DAG has no dates to run for; the message says why and what to do."""


def logical_dates(dag: ir.Dag, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """The logical dates from `start` to `end`, both included, as the schedule has them; in UTC. Raises CannotBackfill."""
    found: list[datetime] = []
    for date in dates_of(dag, start, end):
        if len(found) == MOST:
            raise CannotBackfill(f"{dag.id} has more than {MOST} logical dates from {start:%Y-%m-%d} to {end:%Y-%m-%d}; choose fewer")
        found.append(date)
    return tuple(found)


def dates_of(dag: ir.Dag, start: datetime, end: datetime) -> Iterator[datetime]:
    """The dates in order; several crons are merged."""
    schedule = dag.schedule
    if schedule.kind == "cron":
        length = timedelta(seconds=schedule.trigger_interval_seconds or 0)  # a tick ends its run's interval, the date begins it
        ticks = cron_dates(schedule.crons, schedule.timezone or "UTC", start + length, end + length)
        yield from (tick - length for tick in ticks)
    elif schedule.kind == "delta" and schedule.seconds:
        yield from period_dates(dag, timedelta(seconds=schedule.seconds), start, end)
    else:
        raise CannotBackfill(
            f"no date of {dag.id} follows from another, as with a cron or a fixed period; submit it with -p logical-date=…"
        )


def cron_dates(crons: Sequence[str], timezone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """The ticks of crons on the clocks of a timezone."""
    try:
        parsed = [parse_cron(cron) for cron in crons]
    except BadCron as error:
        raise CannotBackfill(str(error)) from error
    if any(cron.seconds != (0,) for cron in parsed):
        raise CannotBackfill("the schedule has ticks within a minute, which Argo's crons have not; submit it with -p logical-date=…")
    after = start - timedelta(seconds=1)
    while True:
        ticks = [tick for cron in parsed if (tick := next_tick(cron, timezone, after)) is not None]
        if not ticks or min(ticks) > end:
            return
        after = min(ticks)
        yield after


def period_dates(dag: ir.Dag, period: timedelta, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every period since the DAG's start date, which anchors them."""
    anchor = dag.start_date
    if not isinstance(anchor, datetime):
        raise CannotBackfill(f"the start date of {dag.id} is not known, and its period counts from it")
    first = anchor if anchor.tzinfo else anchor.replace(tzinfo=zone(dag.timezone))
    count = max(0, -((first - start) // period))
    date = first.astimezone(UTC) + count * period
    while date <= end:
        if date >= start:
            yield date
        date += period


def in_order(dag: ir.Dag) -> bool:
    """Must a run wait for the one before it?"""
    written = (argument.value for task in dag.tasks for name in ONE_AT_A_TIME if (argument := task.arguments.get(name)) is not None)
    return any(value is True for value in written)


def commands(dag: ir.Dag, dates: Sequence[datetime], namespace: str | None = None) -> list[str]:
    """One `argo submit` for each date; with --wait where a run must follow the one before it."""
    where = f" -n {namespace}" if namespace else ""
    wait = " --wait" if in_order(dag) else ""
    name = object_name(dag.id)
    return [f"argo submit{where} --from workflowtemplate/{name} -p logical-date={rfc3339(date)}{wait}" for date in dates]


def manifest(dag: ir.Dag, dates: Sequence[datetime], parallelism: int) -> dict[str, object]:
    """One workflow that starts a workflow for each date and waits for it, `parallelism` at a time, in the order of the dates."""
    name = object_name(dag.id)
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{name}-"},
        "spec": {
            "workflowTemplateRef": {"name": name},
            "arguments": {"parameters": [{"name": "logical-date", "value": "{{inputs.parameters.logical-date}}"}]},
        },
    }
    step = {
        "name": "run",
        "template": "run",
        "arguments": {"parameters": [{"name": "logical-date", "value": "{{item}}"}]},
        "withItems": [rfc3339(date) for date in dates],
    }
    resource = {
        "action": "create",
        "setOwnerReference": True,
        "successCondition": "status.phase == Succeeded",
        "failureCondition": "status.phase in (Failed, Error)",
        "manifest": dump((run,), None),
    }
    templates = [
        {"name": "backfill", "parallelism": parallelism, "steps": [[step]]},
        {"name": "run", "inputs": {"parameters": [{"name": "logical-date"}]}, "resource": resource},
    ]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{name}-backfill-", "labels": {"app.kubernetes.io/managed-by": "airgo"}},
        "spec": {"entrypoint": "backfill", "templates": templates},
    }


def rfc3339(date: datetime) -> str:
    """A date as the parameter `logical-date` wants it."""
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
