"""Enumerations of Airflow: trigger rules, weight rules and states are text."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.evaluate.models import CONSTANTS, constant, models
from airgo.evaluate.objects import Call

TRIGGER_RULES = [
    "all_success",
    "all_failed",
    "all_done",
    "all_done_min_one_success",
    "all_done_setup_success",
    "one_success",
    "one_failed",
    "one_done",
    "none_failed",
    "none_failed_or_skipped",
    "none_failed_min_one_success",
    "none_skipped",
    "all_skipped",
    "always",
    "dummy",
]
WEIGHT_RULES = ("downstream", "upstream", "absolute")
TASK_STATES = [
    "success",
    "running",
    "failed",
    "upstream_failed",
    "skipped",
    "queued",
    "scheduled",
    "up_for_retry",
    "up_for_reschedule",
    "deferred",
    "removed",
    "restarting",
]
ENUMERATIONS: Mapping[str, tuple[str, ...] | list[str]] = {
    "airflow.task.trigger_rule.TriggerRule": TRIGGER_RULES,
    "airflow.task.weight_rule.WeightRule": WEIGHT_RULES,
    "airflow.utils.state.State": TASK_STATES,
    "airflow.utils.state.TaskInstanceState": TASK_STATES,
    "airflow.utils.state.DagRunState": ("queued", "running", "success", "failed"),
    "airflow.sdk.api.datamodels._generated.TaskInstanceState": TASK_STATES,
    "airflow.sdk.api.datamodels._generated.DagRunState": ("queued", "running", "success", "failed"),
    "airflow.utils.types.DagRunType": ("backfill", "scheduled", "manual"),
}


def register() -> None:
    """Register each member under its name, and `.value` and `.name` below it."""
    for owner, members in ENUMERATIONS.items():
        for member in members:
            name = f"{owner}.{member.upper()}"
            if name not in CONSTANTS:
                constant(name, member)


register()


@models(
    "airflow.task.trigger_rule.TriggerRule",
    "airflow.task.weight_rule.WeightRule",
    "airflow.utils.state.State",
    "airflow.utils.state.TaskInstanceState",
)
def by_value(call: Call) -> object:
    """`TriggerRule("all_done")`."""
    return call.args[0] if call.args else None


@models("airflow.task.trigger_rule.TriggerRule.all_triggers")
def all_triggers(call: Call) -> set[str]:
    """`TriggerRule.all_triggers()`."""
    return set(TRIGGER_RULES) - {"dummy", "none_failed_or_skipped"}


@models("airflow.utils.decorators.apply_defaults", "airflow.sensors.base.apply_defaults", "airflow.sdk.bases.operator.apply_defaults")
def apply_defaults(call: Call) -> object:
    """`@apply_defaults` does nothing since Airflow 2: the metaclass does it."""
    return call.args[0]
