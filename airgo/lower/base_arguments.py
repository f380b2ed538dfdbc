"""What becomes of the arguments that every operator has: carried by the manifest, without effect, or without a counterpart.

Airflow's BaseOperator: https://airflow.apache.org/docs/task-sdk/stable/api.html#airflow.sdk.BaseOperator
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from airgo import ir
from airgo.checks.past import DEPENDS_ON_PAST
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import WorkflowDraft
from airgo.lower.ledger import TASK, TEMPLATE, Fate, account, ignored, mapped
from airgo.values import is_plain, truth

WARNING = Severity.WARNING

CALLBACK = Rule(
    "AG306",
    "callback",
    WARNING,
    "a callback that Airflow would call",
    "Callbacks are Python functions that Airflow's scheduler or worker calls when a task or run changes its state; "
    "Argo has no such process. Functions of the project that a DAG names, and that read only what the run has, are called by the "
    "workflow's exit handler, also those that tasks name as on_failure_callback; notifiers, functions that hand the context on, and "
    "other callbacks of tasks are not.",
    "notify from an exit handler (`onExit`), from Argo Events on the workflow's state, or from a task with a fitting trigger rule",
)
EMAIL = Rule(
    "AG307",
    "email",
    WARNING,
    "mail that Airflow would send",
    "Airflow mails when a task fails or is tried again; Argo sends nothing by itself.",
    "alert on Argo's metrics or events, or send the mail from an exit handler",
)
SLA = Rule(
    "AG308",
    "service-level",
    WARNING,
    "an SLA or deadline that Airflow would watch",
    "Airflow reports runs and tasks that end too late; Argo only stops what runs too long.",
    "alert on the workflow's duration in Argo's metrics",
)
EXECUTION = Rule(
    "AG309",
    "worker-setting",
    WARNING,
    "a setting of the worker or executor",
    "Where and as whom a task runs is decided by Airflow's executors and queues; on Kubernetes by node selectors, "
    "tolerations and security contexts.",
    "set the pod's fields in the template",
)
OUTLETS = Rule(
    "AG316",
    "asset-announcement",
    WARNING,
    "assets that a task announces as updated",
    "DAGs that are scheduled on the asset start when the task succeeds; nothing announces it in Argo unless an event source does.",
    "add a step that posts to an EventSource, or watch the data itself with one",
)


OF_RUN = frozenset({"on_failure_callback"})
"""Arguments of BaseOperator that the workflow obeys, not the task's template (airgo.lower.task_callbacks)."""
ELSEWHERE = frozenset({"executor_config"}) | OF_RUN
"""These, and what changes the task's template (airgo.lower.pod_override)."""

SENSOR = frozenset(
    ("poke_interval", "timeout", "mode", "soft_fail", "silent_fail", "never_fail", "exponential_backoff", "max_wait", "start_from_trigger")
)
"""Arguments that every sensor has; strategies that wait read them (airgo.lower.waiting)."""


@dataclass(frozen=True, slots=True)
class Handling:
    """`fate` when the value may stand; where `rule` is given, only values of `harmless` may, and others are reported with `words`."""

    fate: Fate
    rule: Rule | None = None
    words: str = ""
    harmless: tuple[object, ...] = (None, False, (), "")


def _unsupported(rule: Rule, words: str, *harmless: object) -> Handling:
    return Handling(ignored("it says what happens anyway"), rule, words, (None, False, "", *harmless))


_PAGES = ignored("shown on Airflow's pages only")
_ORDER = ignored("Argo starts every task as soon as its dependencies allow; Kubernetes orders the pods")
_CALLBACK = _unsupported(CALLBACK, "the function is not called")

BASE: Mapping[str, Handling] = {
    "task_id": Handling(mapped(TASK + "/name")),
    "dag": Handling(mapped(TASK)),
    "task_group": Handling(mapped(TASK + "/name")),
    "default_args": Handling(mapped(TEMPLATE)),
    "trigger_rule": Handling(mapped(TASK)),
    "retries": Handling(mapped(TEMPLATE + "/retryStrategy/limit")),
    "retry_delay": Handling(mapped(TEMPLATE + "/retryStrategy/backoff/duration")),
    "retry_exponential_backoff": Handling(mapped(TEMPLATE + "/retryStrategy/backoff/factor")),
    "max_retry_delay": Handling(mapped(TEMPLATE + "/retryStrategy/backoff/cap")),
    "execution_timeout": Handling(mapped(TEMPLATE + "/activeDeadlineSeconds")),
    "pool": Handling(mapped(TEMPLATE + "/synchronization")),
    "pool_slots": _unsupported(EXECUTION, "a semaphore counts tasks, so the task takes one slot of its pool", 1),
    "max_active_tis_per_dag": Handling(mapped(TEMPLATE + "/synchronization")),
    "max_active_tis_per_dagrun": Handling(mapped(TEMPLATE)),
    "task_concurrency": Handling(mapped(TEMPLATE + "/synchronization")),
    "do_xcom_push": Handling(mapped(TEMPLATE)),
    "multiple_outputs": Handling(mapped(TEMPLATE)),
    "params": Handling(mapped(TEMPLATE)),
    "owner": Handling(ignored("Argo knows no owner of a task")),
    "start_date": Handling(ignored("the schedule's start date counts for the whole DAG")),
    "end_date": Handling(ignored("the schedule's end date counts for the whole DAG")),
    "priority_weight": Handling(_ORDER),
    "weight_rule": Handling(_ORDER),
    "executor": Handling(ignored("every task runs as a pod")),
    "allow_nested_operators": Handling(ignored("it guards a mistake in Airflow code")),
    "logger_name": Handling(ignored("Argo stores each pod's log")),
    "ignore_first_depends_on_past": Handling(ignored("it matters to depends_on_past only")),
    "wait_for_past_depends_before_skipping": Handling(ignored("it matters to depends_on_past only")),
    **dict.fromkeys(
        ("doc", "doc_md", "doc_json", "doc_yaml", "doc_rst", "task_display_name", "ui_color", "ui_fgcolor", "map_index_template"),
        Handling(_PAGES),
    ),
    "inlets": Handling(ignored("Airflow records lineage from it; the run does not change")),
    "depends_on_past": Handling(ignored("it says what happens anyway"), DEPENDS_ON_PAST, "", (None, False)),
    "wait_for_downstream": Handling(ignored("it says what happens anyway"), DEPENDS_ON_PAST, "", (None, False)),
    "on_success_callback": _CALLBACK,
    "on_retry_callback": _CALLBACK,
    "on_execute_callback": _CALLBACK,
    "on_skipped_callback": _CALLBACK,
    "pre_execute": _unsupported(CALLBACK, "the function is not called before the task"),
    "post_execute": _unsupported(CALLBACK, "the function is not called after the task"),
    "sla": _unsupported(SLA, "nobody watches the task's SLA"),
    "deadline": _unsupported(SLA, "nobody watches the deadline"),
    "queue": _unsupported(EXECUTION, "Argo has no queues of workers", "default"),
    "run_as_user": _unsupported(EXECUTION, "the container runs as its image's user"),
    "resources": _unsupported(EXECUTION, "the container has no resource requests"),
    "retry_policy": _unsupported(EXECUTION, "every failure is retried"),
    "outlets": _unsupported(OUTLETS, "nothing announces the task's outlets", []),
    "run_if": _unsupported(CALLBACK, "the condition is not asked"),
    "skip_if": _unsupported(CALLBACK, "the condition is not asked"),
}

_OCCASIONS = {"email_on_failure": "when the task fails", "email_on_retry": "when the task is tried again"}
MAILS = frozenset({"email", *_OCCASIONS})
"""Arguments about mail: whether one matters depends on the others."""


def account_base_arguments(task: ir.Task, draft: WorkflowDraft, carried: Container[str] = ()) -> None:
    """Record what becomes of every argument of BaseOperator that the task has, and report what is lost.

    `carried`: names of those that the task's script carries, although most templates could not.
    """
    for name, argument in task.arguments.items():
        handling = BASE.get(name)
        if name in carried:
            account(draft, task, name, mapped(TEMPLATE))
        elif handling is not None:
            account(draft, task, name, _fate(task, name, argument, handling, draft))
        elif name in MAILS:
            account(draft, task, name, _mail_fate(task, name, argument, draft))


def _fate(task: ir.Task, name: str, argument: ir.Argument, handling: Handling, draft: WorkflowDraft) -> Fate:
    if handling.rule is None or _is_one_of(argument.value, handling.harmless):
        return handling.fate
    if handling.words:
        draft.report(handling.rule.at(argument.span, f"{name}: {handling.words}", subject=subject_of(task, argument, draft)))
    return Fate("unsupported", handling.rule.code)


def _mail_fate(task: ir.Task, name: str, argument: ir.Argument, draft: WorkflowDraft) -> Fate:
    """Airflow mails to `email` on failure and on retry unless told not to; without an address it mails nobody."""
    if truth(task.value("email")) is False or not any(truth(task.value(mail, True)) is not False for mail in _OCCASIONS):
        return ignored("no mail is sent")
    if name != "email":
        return ignored("no mail is sent") if truth(argument.value) is False else Fate("unsupported", EMAIL.code)
    when = " and ".join(words for mail, words in _OCCASIONS.items() if truth(task.value(mail, True)) is not False)
    draft.report(EMAIL.at(argument.span, f"email: nobody is mailed {when}", subject=subject_of(task, argument, draft)))
    return Fate("unsupported", EMAIL.code)


def subject_of(task: ir.Task, argument: ir.Argument, draft: WorkflowDraft) -> str:
    """What default_args say is said once for the DAG, not for each task."""
    return draft.dag.id if argument.origin == "default_args" else draft.subject(task)


def _is_one_of(value: object, harmless: tuple[object, ...]) -> bool:
    return is_plain(value) and any(type(value) is type(known) and value == known for known in harmless)
