"""Latest-only: what follows runs only in the run of the latest interval.

A run is the latest one from its interval's start to the end of the next one; a run without an interval, from its tick to the next (watched
in Airflow 3). Runs by hand let everything through, as do DAGs without ticks.
https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/latest_only.html
"""

from __future__ import annotations

from collections.abc import Mapping

from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.rules import UNRENDERABLE
from airgo.lower.strategies import strategy
from airgo.macros.dates import GIVEN, SCHEDULED, next_interval_end, run_dates


@strategy("latest-only")
def latest_only(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A step without a pod; the tasks after it ask for themselves, by an expression over the clock."""
    made = TemplateDraft({"suspend": {"duration": "0"}}, "latest-only", node.task.span)
    schedule = draft.dag.schedule
    if schedule.kind in ("none", "once", "continuous", "assets"):
        return made
    if draft.dag.airflow_version == "2" and not schedule.interval:
        raise CannotLower(
            UNRENDERABLE, "which runs without an interval are the latest depends on the version of Airflow 2 and its providers"
        )
    dates, following = run_dates(draft.dag), next_interval_end(draft.dag)
    if dates.start.code is None or following.code is None:
        raise CannotLower(UNRENDERABLE, f"when the interval after the run's ends is not known: {dates.start.reason or following.reason}")
    by_hand = f"{GIVEN} == '' && !({SCHEDULED})"
    made.lets_through = f"{by_hand} || (({dates.start.code}) < now() && now() <= ({following.code}))"
    return made
