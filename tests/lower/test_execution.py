"""Retries, timeouts, pools and runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airgo.lower.execution import duration
from airgo.values import Symbol
from tests.lower.building import EMPTY, dag, lowered, task


def test_a_task_without_retries_has_no_strategy() -> None:
    """Argo does not retry what Airflow does not."""
    assert "retryStrategy" not in lowered(dag(task("a"))).templates["a"]
    assert "retryStrategy" not in lowered(dag(task("a", EMPTY, retries=3))).templates["a"]


@pytest.mark.parametrize(
    ("given", "backoff"),
    [
        pytest.param({}, {"duration": "5m"}, id="Airflow's default delay"),
        pytest.param({"retry_delay": 90.0}, {"duration": "90s"}, id="a delay"),
        pytest.param({"retry_delay": 0.0}, None, id="no delay"),
        pytest.param({"retry_exponential_backoff": True}, {"duration": "5m", "factor": "2", "cap": "24h"}, id="exponential"),
        pytest.param(
            {"retry_exponential_backoff": 1.5, "max_retry_delay": timedelta(minutes=20)},
            {"duration": "5m", "factor": "1.5", "cap": "20m"},
            id="with a cap",
        ),
    ],
)
def test_retries_are_always_and_with_airflows_delay(given: dict[str, Any], backoff: dict[str, str] | None) -> None:
    """n retries are n more tries after any failure, each after the delay."""
    strategy = lowered(dag(task("a", retries=2, **given))).templates["a"]["retryStrategy"]
    assert (strategy["limit"], strategy["retryPolicy"], strategy.get("backoff")) == ("2", "Always", backoff)


def test_a_number_that_is_not_known_is_reported() -> None:
    """Retries that come from outside are not guessed."""
    done = lowered(dag(task("a", retries=Symbol("variable", "retries"))))
    assert "AG300" in done.codes
    assert done.ledger["d.a", "argument", "retries"].outcome == "approximated"


def test_a_timeout_is_a_deadline_of_each_try() -> None:
    """execution_timeout kills the pod of one try."""
    assert lowered(dag(task("a", execution_timeout=600.0))).templates["a"]["activeDeadlineSeconds"] == 600


def test_pools_are_semaphores_of_the_project() -> None:
    """A pool of known size is a key of the project's ConfigMap; one of unknown size lets one task in, with a warning."""
    done = lowered(dag(task("a", pool="db"), task("b", pool="default_pool")), pools={"db": 4})
    expected = {"semaphores": [{"configMapKeyRef": {"name": "shop-pools", "key": "db"}}]}
    assert done.templates["a"]["synchronization"] == expected
    assert "synchronization" not in done.templates["b"]
    assert done.codes == []
    unknown = lowered(dag(task("a", pool="db")))
    assert unknown.codes == ["AG304"]
    assert [(one.kind, one.key, one.default) for one in unknown.lowered.inputs if one.kind == "pools"] == [("pools", "db", 1)]


def test_runs_wait_for_each_other() -> None:
    """One run at a time is a mutex, several are a semaphore: nothing is dropped, as nothing is in Airflow."""
    assert lowered(dag(task("a"), max_active_runs=1)).spec["synchronization"] == {"mutexes": [{"name": "d"}]}
    several = lowered(dag(task("a"), max_active_runs=3)).spec["synchronization"]
    assert several == {"semaphores": [{"configMapKeyRef": {"name": "shop-pools", "key": "d"}}]}
    assert "synchronization" not in lowered(dag(task("a"))).spec


def test_bounds_of_a_run_are_written_where_the_dag_writes_them() -> None:
    """max_active_tasks and dagrun_timeout are the run's; Airflow's deployment-wide defaults are not carried over."""
    made = lowered(dag(task("a"), max_active_tasks=2, dagrun_timeout=3600.0, version="3"))
    assert (made.templates["d"]["parallelism"], made.spec["activeDeadlineSeconds"]) == (2, 3600)
    plain = lowered(dag(task("a"))).spec
    assert "parallelism" not in plain
    assert "activeDeadlineSeconds" not in plain


def test_failing_fast_is_approximated() -> None:
    """Argo's failFast lets running branches go on, which is said."""
    done = lowered(dag(task("a"), fail_fast=True))
    assert done.spec["templates"][0]["dag"]["failFast"] is True
    assert done.codes == ["AG312"]


@pytest.mark.parametrize(("seconds", "text"), [(300, "5m"), (3600, "1h"), (90, "90s"), (0.5, "0.5s"), (0, "0s"), (86400, "24h")])
def test_durations_have_units_that_argo_reads(seconds: float, text: str) -> None:
    """The largest unit that divides the time; never a day, which Argo does not know."""
    assert duration(seconds) == text
