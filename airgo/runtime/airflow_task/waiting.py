"""Waits in the container where Airflow would hand a task to its triggerer or back to its scheduler."""

import asyncio
import sys
import time
import traceback
from typing import Any, Tuple

from .names import first
from .run import now

FAILED = "__fail__"
"""The method's name by which Airflow tells a deferred operator that its trigger failed."""


def following(deferred: Any, instance: Any) -> Tuple[str, Any]:
    """Run the trigger of a deferred operator to its first event; how the operator goes on."""
    trigger = deferred.trigger
    trigger.task_instance = instance
    seconds = deferred.timeout.total_seconds() if deferred.timeout else None
    event, problem = asyncio.run(event_of(trigger, seconds))
    if problem is not None:
        return FAILED, problem
    state = getattr(event, "task_instance_state", None)
    if state is not None:
        end_of(event, state, instance)
    return deferred.method_name, {**(deferred.kwargs or {}), "event": event.payload}


async def event_of(trigger: Any, seconds: Any) -> Tuple[Any, Any]:
    """The trigger's first event, or what Airflow tells the operator instead of one."""
    running = asyncio.ensure_future(first_event(trigger))
    done, _ = await asyncio.wait({running}, timeout=seconds)
    await trigger.cleanup()
    if not done:
        running.cancel()
        return None, {"error": timeout_word()}
    error = running.exception()
    if error is not None:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        print("".join(lines), file=sys.stderr, flush=True)
        return None, {"error": "Trigger failure", "traceback": lines}
    return running.result(), None


async def first_event(trigger: Any) -> Any:
    """The first event."""
    async for event in trigger.run():
        return event
    raise RuntimeError("the trigger ended without an event")


def timeout_word() -> Any:
    """What this version says of a trigger that took too long."""
    try:
        return first(
            "airflow.sdk.execution_time.comms:TriggerFailureReason",
            "airflow.sdk.bases.operator:TriggerFailureReason",
            "airflow.models.trigger:TriggerFailureReason",
        ).TRIGGER_TIMEOUT
    except ImportError:
        return "Trigger/execution timeout"


class Ended(BaseException):
    """A trigger said how the task ends, without the operator."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def end_of(event: Any, state: Any, instance: Any) -> None:
    """The end of the task that a trigger decides. Raises Ended."""
    for key, value in (getattr(event, "xcoms", None) or {}).items():
        instance.xcom_push(key, value)
    raise Ended(str(getattr(state, "value", state)))


def sleep_until(date: Any) -> None:
    """Wait for the point in time at which Airflow would start the task again."""
    time.sleep(max(0.0, (date - now()).total_seconds()))
