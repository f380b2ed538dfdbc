"""How a sensor waits: how often it asks, for how long, and what a wait in vain means.

Airflow's BaseSensorOperator: https://airflow.apache.org/docs/task-sdk/stable/api.html#airflow.sdk.BaseSensorOperator
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from airgo.diagnostics import Rule, Severity
from airgo.lower.base_arguments import SENSOR
from airgo.lower.draft import CannotLower, Node, WorkflowDraft
from airgo.lower.result import Outcome
from airgo.values import truth

POKE_INTERVAL = 60.0
TIMEOUT = 7 * 86400.0
"""Airflow's defaults."""

TIMED_OUT = 124
"""The exit code of a wait in vain, as timeout(1) has it; Airflow does not retry it."""

UNDECIDED_WAIT = Rule(
    "AG320",
    "undecided-wait",
    Severity.ERROR,
    "a sensor's time that is not known",
    "How long and how often the sensor waits decides whether its task fails; the time depends on a value that airgo could not find out.",
    "write the time as a number of seconds, or give the value it depends on in airgo.toml",
)
FIXED_INTERVAL = Rule(
    "AG321",
    "fixed-poke-interval",
    Severity.WARNING,
    "a sensor that asks less and less often",
    "With exponential_backoff Airflow lengthens the time between two questions; the script asks at a fixed interval.",
    "set a longer poke_interval",
)
HELD_POD = Rule(
    "AG322",
    "reschedule-holds-pod",
    Severity.NOTE,
    "a sensor in reschedule mode",
    "Airflow frees the worker between two questions. The script waits inside its pod, which asks for few resources.",
    "nothing, unless many sensors wait for days",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a sensor's arguments say. `soft`: a wait in vain skips the task. `never_fails`: an error when asking skips it too.
    `silent`: an error when asking counts as "not yet".
    """

    interval: float
    timeout: float
    soft: bool
    never_fails: bool
    silent: bool

    def environment(self) -> list[dict[str, object]]:
        """The `env` entries of the waiting script."""
        return [
            {"name": "AIRGO_POKE_INTERVAL", "value": f"{self.interval:g}"},
            {"name": "AIRGO_TIMEOUT", "value": str(int(self.timeout))},
        ]


def waiting(node: Node, draft: WorkflowDraft) -> Waiting:
    """Read a sensor's arguments. Raises CannotLower where a time is not known."""
    task = node.task
    if truth(task.value("exponential_backoff", False)) is not False:
        words = f"{task.id} asks at a fixed interval, not less and less often"
        draft.report(FIXED_INTERVAL.at(task.arguments["exponential_backoff"].span, words, subject=draft.subject(task)))
    if task.value("mode", "poke") == "reschedule":
        words = f"{task.id} waits inside its pod, though its mode is reschedule"
        draft.report(HELD_POD.at(task.arguments["mode"].span, words, subject=draft.subject(task)))
    return Waiting(
        interval=_seconds(node, "poke_interval", POKE_INTERVAL),
        timeout=_seconds(node, "timeout", TIMEOUT),
        soft=_flag(node, "soft_fail"),
        never_fails=_flag(node, "never_fail"),
        silent=_flag(node, "silent_fail"),
    )


def sensor_notes(node: Node) -> dict[str, tuple[Outcome, str | None, str | None]]:
    """What becomes of the sensor arguments that the task has, for `TemplateDraft.notes`."""
    notes: dict[str, tuple[Outcome, str | None, str | None]] = {}
    for name in SENSOR & node.task.arguments.keys():
        notes[name] = ("mapped", None, None)
    if "exponential_backoff" in notes and truth(node.task.value("exponential_backoff")) is not False:
        notes["exponential_backoff"] = ("approximated", FIXED_INTERVAL.code, None)
    if "max_wait" in notes:
        notes["max_wait"] = ("ignored", None, "it bounds an interval that does not grow")
    return dict(sorted(notes.items()))


def _seconds(node: Node, name: str, default: float) -> float:
    value = node.task.value(name, default)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise CannotLower(UNDECIDED_WAIT, f"{name} of {node.task.id} is not known", node.task.arguments[name].span)


def _flag(node: Node, name: str) -> bool:
    value = truth(node.task.value(name, False))
    if value is None:
        raise CannotLower(UNDECIDED_WAIT, f"{name} of {node.task.id} is not known", node.task.arguments[name].span)
    return value


def sections(script: str, wanted: Mapping[str, bool]) -> str:
    """The lines of a wrapper outside sections, and those of its wanted sections: each from `#: name` to the next `#:` line."""
    chosen: list[str] = []
    keep = True
    for line in script.splitlines():
        if line.startswith("#:"):
            keep = wanted.get(line[2:].strip(), True)
        elif keep and not line.startswith("#!"):
            chosen.append(line)
    return "\n".join(chosen).strip() + "\n"
