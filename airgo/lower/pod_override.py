"""executor_config with a pod_override: the pod that Airflow's Kubernetes executor would run the task in, laid over the task's own.

https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/kubernetes_executor.html#pod-override
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from airgo import ir
from airgo.lower.base_arguments import EXECUTION
from airgo.lower.draft import CannotLower, TemplateDraft, WorkflowDraft
from airgo.lower.ledger import TEMPLATE, Fate, account, ignored, mapped
from airgo.lower.values import lower_value
from airgo.mapping.pods import pod_body, reconciled, with_patch
from airgo.mapping.signals import MappingUse

Body = dict[str, object]

NAME = "executor_config"
_OWN_COMMAND = frozenset({"command", "args", "source"})
"""What a task runs is its own; the override's command is that of Airflow's worker."""


def override_pod(task: ir.Task, made: TemplateDraft, draft: WorkflowDraft) -> None:
    """Lay the override over the task's template, and account for it; what cannot be carried over is reported."""
    argument = task.arguments.get(NAME)
    if argument is None:
        return
    if argument.value in (None, {}):
        account(draft, task, NAME, ignored("it says what happens anyway"))
        return
    try:
        over = _override(argument, task, draft)
        changed = _laid_over(made.body, over)
    except (CannotLower, MappingUse) as error:
        words = error.message if isinstance(error, CannotLower) else str(error)
        subject = draft.dag.id if argument.origin == "default_args" else draft.subject(task)
        draft.report(EXECUTION.at(argument.span, f"{NAME}: the pod's settings are not carried over: {words}", subject=subject))
        account(draft, task, NAME, Fate("unsupported", EXECUTION.code))
        return
    finish = made.finish
    made.body = changed
    if finish is not None:
        made.finish = lambda read: _laid_over(finish(read), over)
    account(draft, task, NAME, mapped(TEMPLATE))


def _override(argument: ir.Argument, task: ir.Task, draft: WorkflowDraft) -> Body:
    """The override as the body of a template. Raises CannotLower and MappingUse."""
    value = argument.value
    if not isinstance(value, dict) or set(value) != {"pod_override"}:
        raise MappingUse("only a pod_override is known")
    lowered = lower_value(argument, NAME, False, task, draft)
    return pod_body(cast(Mapping[str, object], lowered)["pod_override"])


def _laid_over(body: Body, over: Body) -> Body:
    """The task's body with the override's fields: lists are joined, other fields replaced, as Airflow does it."""
    form = "script" if "script" in body else "container"
    if form not in body:
        raise MappingUse("the task has no container of its own")
    kept = {key: value for key, value in cast(Body, over.get("container") or {}).items() if key not in _OWN_COMMAND}
    base = {("container" if key == form else key): value for key, value in body.items()}
    merged = with_patch(reconciled(base, {**over, **({"container": kept} if kept else {})}))
    if "container" in over and not kept:
        merged["container"] = base["container"]
    return {(form if key == "container" else key): value for key, value in merged.items()}
