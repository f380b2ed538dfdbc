"""Runs the task to its end: exit code 0 when it is done or skips itself, 100 when it failed for good, 1 when it may be tried again."""

import json
import os
import signal
import sys
from typing import Any, Dict, Tuple

from .building import Branched, ready
from .names import first, is_airflow_3
from .result import hand_on, pushed, write_json, write_text
from .run import TaskInstance, exported, run_of
from .surroundings import prepare
from .waiting import Ended, following, sleep_until

FOR_GOOD = 100
"""The exit code of a task that must not be tried again."""


def main() -> int:
    """Run what AIRGO_TASK describes."""
    task = json.loads(os.environ["AIRGO_TASK"])
    prepare(task.get("roots", []))
    return run(task)


def run(task: Dict[str, Any]) -> int:
    """Run a task; its exit code."""
    instance = instance_of(task)
    exported(instance)
    skip, fail, timeout = (
        first("airflow.sdk.exceptions:" + name, "airflow.exceptions:" + name)
        for name in ("AirflowSkipException", "AirflowFailException", "AirflowSensorTimeout")
    )
    branched = Branched(task)
    try:
        operator, returned = finished(task, instance, branched)
    except skip as skipped:
        print("the task skips itself: " + str(skipped), flush=True)
        return skipping(task, instance)
    except (fail, timeout) as failed:
        print("the task fails for good: " + str(failed), file=sys.stderr, flush=True)
        return FOR_GOOD
    except Ended as ended:
        return skipping(task, instance) if ended.state == "skipped" else succeeded(task, instance, {}) if ended.state == "success" else 1
    if task.get("branch"):
        write_json("airgo-branch", branched.chosen or [])
    elif task.get("short_circuit"):
        write_json("airgo-branch", bool(returned))
        if not returned and is_airflow_3():
            returned = None  # the exception that skips what follows comes before the value is pushed
    return succeeded(task, instance, pushed(operator, returned))


def succeeded(task: Dict[str, Any], instance: TaskInstance, values: Dict[str, Any]) -> int:
    """Hand on what the task pushed and returned."""
    hand_on(task.get("outputs", {}), {**instance.pushed, **values})
    return 0


def skipping(task: Dict[str, Any], instance: TaskInstance) -> int:
    """Say that the task skips itself; what it pushed before is handed on."""
    write_text("airgo-state", "skipped")
    return succeeded(task, instance, {})


def instance_of(task: Dict[str, Any]) -> TaskInstance:
    """The task's instance in this run."""
    run = run_of(task, task["dag_id"])
    tries = int(os.environ.get("AIRGO_RETRIES") or 0)
    facts = {
        "dag_id": task["dag_id"],
        "task_id": task["task_id"],
        "run_id": run.run_id,
        "dag_run": run,
        "try_number": tries + 1,
        "max_tries": task.get("max_tries", 0),
        **{name: value for name, value in vars(run).items() if name in ("logical_date", "execution_date")},
    }
    return TaskInstance(task.get("pulled", {}), facts)


def finished(task: Dict[str, Any], instance: TaskInstance, branched: Branched) -> Tuple[Any, Any]:
    """The operator at its end, and what it returned. An operator that is deferred or rescheduled is built anew, as Airflow does."""
    deferred, rescheduled = (
        first("airflow.sdk.exceptions:" + name, "airflow.exceptions:" + name) for name in ("TaskDeferred", "AirflowRescheduleException")
    )
    entered = first("airflow.sdk.execution_time.context:set_current_context", "airflow.models.taskinstance:set_current_context")
    resumed: Any = None
    while True:
        operator, context = ready(task, instance, branched)
        kill_with(operator)
        try:
            with entered(context):
                return operator, executed(operator, context, resumed)
        except deferred as wait:
            print("the operator is deferred; its trigger runs here", flush=True)
            resumed = following(wait, instance)
        except rescheduled as later:
            sleep_until(later.reschedule_date)
            resumed = None


def executed(operator: Any, context: Any, resumed: Any) -> Any:
    """What `execute`, or the method that a trigger leads to, returns."""
    operator.pre_execute(context=context)
    try:
        returned = operator.execute(context) if resumed is None else operator.resume_execution(*resumed, context)
    except SystemExit as ended:
        if ended.code:
            raise
        returned = None  # Airflow takes it for a success
    except skips_others() as chosen:
        if chosen.tasks:
            raise
        returned = None  # a branch, which has told what it chose
    operator.post_execute(context=context, result=returned)
    return returned


def skips_others() -> Any:
    """The exception by which operators of Airflow 3 skip tasks that follow."""
    try:
        return first("airflow.sdk.exceptions:DownstreamTasksSkipped", "airflow.exceptions:DownstreamTasksSkipped")
    except ImportError:
        return ()


def kill_with(operator: Any) -> None:
    """When the container is stopped the operator is told, so that it can stop what it started elsewhere."""

    def kill(number: int, _: Any) -> None:
        operator.on_kill()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, kill)
