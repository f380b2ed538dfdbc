"""The start_date and end_date of a DAG: between them ticks start runs, which a CronWorkflow's `when` tests at each tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airgo import ir
from airgo.lower import schedule_rules as rules
from airgo.lower.cron_text import Following
from airgo.lower.draft import WorkflowDraft
from airgo.lower.ledger import CRON, Fate, account_dag, ignored, mapped
from airgo.lower.result import LedgerEntry
from airgo.source import Span

SURELY_PAST = datetime(2026, 1, 1, tzinfo=UTC)
"""No workflow of airgo's is older, so a first run before needs no test. A constant: what is written does not depend on today."""

BEFORE_AIRGO = f"the first run lies before {SURELY_PAST:%Y}: the schedule holds from when it is applied"


def bounds(chosen: ir.Schedule, following: Following | None, draft: WorkflowDraft) -> None:
    """Account for start_date and end_date. `following` gives the schedule's first tick after an instant."""
    for name, value in (("start_date", draft.dag.start_date), ("end_date", draft.dag.end_date)):
        argument = draft.dag.arguments.get(name) or draft.dag.default_args.get(name)
        if argument is None or value is None:
            if name in draft.dag.arguments:
                account_dag(draft, name, ignored("it says what happens anyway"))
            continue
        fate = _bound(name, value, chosen, following, draft, argument.span)
        if name in draft.dag.arguments:
            account_dag(draft, name, fate)
        if name in draft.dag.default_args:
            draft.record(LedgerEntry(draft.dag.id, "default", name, fate.outcome, fate.code, fate.reason, fate.target))


def _bound(name: str, value: object, chosen: ir.Schedule, following: Following | None, draft: WorkflowDraft, span: Span) -> Fate:
    instant = instant_of(value)
    spec = cron_spec(draft)
    if spec is None or following is None:
        return ignored("nothing starts the workflow by itself")
    if instant is None:
        words = f"{name} is made from the clock or from something that is not known; the schedule holds from when it is applied"
        draft.report(rules.MOVING_START.at(span, words, subject=draft.dag.id))
        return ignored("it moves with the clock: the schedule holds from when it is applied")
    edge = _edge(name, instant, following, intervals=bool(chosen.interval))
    if edge is None or (name == "start_date" and edge <= SURELY_PAST):
        return ignored(BEFORE_AIRGO if name == "start_date" else "the schedule has no tick after it")
    _add_test(spec, f"now().Unix() {'>=' if name == 'start_date' else '<'} {int(edge.timestamp())}")
    words = f"{name}: ticks {'before' if name == 'start_date' else 'from'} {rfc3339(edge)} start no run"
    draft.report(rules.BOUND.at(span, words, subject=draft.dag.id))
    return mapped(f"{CRON}/spec/when")


def _edge(name: str, instant: datetime, following: Following, *, intervals: bool) -> datetime | None:
    """The first tick that starts a run, or the first that starts none any more; an interval's run starts a tick after its date."""
    edge = following(instant if name == "end_date" else instant - timedelta(seconds=1))
    return following(edge) if edge is not None and intervals else edge


def _add_test(spec: dict[str, object], test: str) -> None:
    """Add a test to the CronWorkflow's `when`, which stands after the zone."""
    known = spec.pop("when", None)
    tests = [*([str(known).removeprefix("{{= ").removesuffix(" }}")] if known else []), test]
    later = {key: spec.pop(key) for key in [key for key in spec if key not in ("schedules", "timezone")]}
    spec["when"] = guard(tests)
    spec.update(later)


def guard(tests: list[str]) -> str:
    """A CronWorkflow's `when` of tests that must all hold."""
    joined = tests[0] if len(tests) == 1 else " && ".join(f"({test})" if "||" in test else test for test in tests)
    return "{{= " + joined + " }}"


def cron_spec(draft: WorkflowDraft) -> dict[str, object] | None:
    """The spec of the DAG's CronWorkflow; None when it has none."""
    spec = draft.cron.get("spec") if draft.cron is not None else None
    return spec if isinstance(spec, dict) else None


def instant_of(value: object) -> datetime | None:
    """A date as an instant in UTC; None when it is not known."""
    if not isinstance(value, datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def rfc3339(value: datetime) -> str:
    """An instant as Argo and Kubernetes write it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
