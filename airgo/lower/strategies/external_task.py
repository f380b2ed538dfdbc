"""Waits for other DAGs: a script that asks for the other workflow's run of the matching logical date, by the labels that runs carry.

https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/sensors/external_task_sensor.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files

from airgo.argo.names import object_name, task_name
from airgo.argo.text import Expression, Text, text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Leaf, Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.runs import LABEL_FORMAT
from airgo.lower.schedule import dates_dag
from airgo.lower.strategies import strategy
from airgo.lower.strategies.poll import poll
from airgo.lower.strategies.trigger_dag_run import RIGHTS
from airgo.macros.cron_steps import go_duration
from airgo.macros.dates import run_dates
from airgo.values import truth

INEXACT_WAIT = Rule(
    "AG232",
    "inexact-external-wait",
    Severity.ERROR,
    "a wait for another DAG that cannot be written exactly",
    "The run to wait for is found by its logical date, which has to follow from this run's by a constant difference, "
    "and its tasks by their ids.",
    "give execution_delta, and external_task_ids in place of a group",
)
ASSUMED_RUN = Rule(
    "AG233",
    "external-run",
    Severity.NOTE,
    "a wait for a run of another DAG",
    "The other DAG has to be converted by airgo into the same namespace, so that its runs carry the labels by which they are found.",
    "convert the other DAG too",
)
EXISTENCE = Rule(
    "AG234",
    "existence-check",
    Severity.WARNING,
    "a sensor that fails at once when the other DAG does not exist",
    "A run that does not exist yet and a DAG that does not exist look the same to a query for runs.",
    "nothing: the sensor fails when its timeout is over",
)


@strategy("external-task")
def external_task(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """The waiting script, given the labels of the run and the names of its tasks. With soft_fail a failed state skips the task."""
    dag_id = options.get("dag_id")
    if not isinstance(dag_id, str):
        raise CannotLower(INEXACT_WAIT, f"which DAG {node.task.id} waits for is known only when it runs")
    if options.get("date_fn") is not None or options.get("group_id") is not None:
        what = "execution_date_fn" if options.get("date_fn") is not None else "external_task_group_id"
        raise CannotLower(INEXACT_WAIT, f"{node.task.id} finds what it waits for by {what}")
    subject = draft.subject(node.task)
    draft.report(ASSUMED_RUN.at(node.task.span, f"{node.task.id} waits for a run of {dag_id} in the same namespace", subject=subject))
    draft.report(RIGHTS.at(node.task.span, f"{node.task.id} reads workflows of {dag_id}", subject=subject))
    failed, skipped = _states(node, options, "failed_states", []), _states(node, options, "skipped_states", [])
    soft = truth(node.task.value("soft_fail", False)) is True
    env: list[dict[str, object]] = [
        {"name": "AIRGO_DAG", "value": object_name(dag_id)},
        {"name": "AIRGO_DATES", "value": _dates(node, options, draft)},
        {"name": "AIRGO_TASKS", "value": json.dumps(_tasks(node, options))},
        {"name": "AIRGO_ALLOWED", "value": json.dumps(_states(node, options, "allowed_states", ["success"]))},
        {"name": "AIRGO_FAILED", "value": json.dumps([] if soft else failed)},
        {"name": "AIRGO_SKIPPED", "value": json.dumps([*skipped, *(failed if soft else ())])},
    ]
    source = files("airgo.runtime").joinpath("run_state.py").read_text("utf-8")
    settings = {"image": image("python", draft, node.task.span), "command": ["python"], "source": source, "env": env}
    made = poll(node, values, settings, draft)
    made.can_skip_itself = made.can_skip_itself or bool(options.get("skipped_states"))
    if options.get("check_existence") is True:
        draft.report(EXISTENCE.at(node.task.span, f"{node.task.id} waits for {dag_id} even if there is no such DAG", subject=subject))
        made.notes["check_existence"] = ("approximated", EXISTENCE.code, None)
    return made


def _dates(node: Node, options: Mapping[str, object], draft: WorkflowDraft) -> Leaf:
    """The logical dates of the runs to wait for, as their labels have them."""
    logical = run_dates(dates_dag(draft)).logical
    if logical.code is None:
        raise CannotLower(INEXACT_WAIT, f"{node.task.id} waits for a run of its own logical date, and {logical.reason}")
    delta = options.get("delta")
    deltas = delta if isinstance(delta, list | tuple) else [delta]
    parts: list[Text | str] = []
    for one in deltas:
        if one is not None and not isinstance(one, timedelta):
            raise CannotLower(INEXACT_WAIT, f"execution_delta of {node.task.id} is not known")
        shift = f".Add(duration('{go_duration(-int(one.total_seconds()))}'))" if one else ""
        parts += [" "] if parts else []
        parts.append(Text((Expression(f"({logical.code}).UTC(){shift}.Format('{LABEL_FORMAT}')"),)))
    return text(*(piece for part in parts for piece in (part.parts if isinstance(part, Text) else (part,))))


def _tasks(node: Node, options: Mapping[str, object]) -> list[str]:
    tasks = options.get("task_ids") or []
    if not isinstance(tasks, list | tuple) or not all(isinstance(task, str) for task in tasks):
        raise CannotLower(INEXACT_WAIT, f"which tasks {node.task.id} waits for is known only when it runs")
    return [task_name(str(task)) for task in tasks]


def _states(node: Node, options: Mapping[str, object], name: str, default: list[str]) -> list[str]:
    states = options.get(name)
    if states is None:
        return default
    if not isinstance(states, list | tuple):
        raise CannotLower(INEXACT_WAIT, f"{name} of {node.task.id} is not known")
    return [str(state) for state in states]
