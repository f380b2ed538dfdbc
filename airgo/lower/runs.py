"""Settings of the whole run: how many tasks and runs at once, how long, and the DAG's arguments that only Airflow's pages show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from airgo import ir
from airgo.diagnostics import Rule, Severity
from airgo.lower.base_arguments import CALLBACK, SLA
from airgo.lower.callbacks import OCCASIONS, carry
from airgo.lower.draft import WorkflowDraft
from airgo.lower.execution import UNDECIDED
from airgo.lower.ledger import OBJECT, Fate, account_dag, ignored, mapped
from airgo.lower.names import project_object
from airgo.lower.result import Input
from airgo.lower.rules import OPTION
from airgo.lower.schedule import dates_dag
from airgo.lower.values import obeys_jinja_options
from airgo.macros.dates import run_dates
from airgo.values import truth

FAIL_FAST = Rule(
    "AG312",
    "fail-fast",
    Severity.WARNING,
    "a DAG that stops at its first failure",
    "When a task fails, Airflow fails those that are running and skips those that have not started; a run whose last tasks were skipped "
    "counts as successful. In Argo tasks beside the failed one run to their ends, those below it are omitted, and the run fails.",
    "nothing, unless tasks beside the failed one must not run",
)
OVER_RUNS = Rule(
    "AG313",
    "active-tasks-over-runs",
    Severity.NOTE,
    "a bound on the tasks of all runs together",
    "Airflow 2 counts the running tasks of all runs of the DAG against max_active_tasks; Argo's parallelism counts those of one run.",
    "set max_active_runs=1, or give the tasks a pool",
)
RENDERING = Rule(
    "AG319",
    "template-setting",
    Severity.WARNING,
    "a setting of Airflow's template engine",
    "The setting changes how Airflow renders templates at run time; airgo renders them as Airflow does by default.",
    "write the templates so that the default settings give the same text",
)

ACTIVE_TASKS = ("max_active_tasks", "concurrency")
"""The DAG's argument that bounds its running tasks: today's name, and Airflow 2's older one."""

OPTIONS: Mapping[str, tuple[str, str]] = {
    "sensors": ("poll", "sensors ask for what they wait for"),
}
"""Settings of which one form is written: that form, and what it means for a DAG when another one is asked for."""

LABEL_FORMAT = "20060102T150405Z"
"""How the label `airgo/logical-date` writes a moment, as a layout of Go's."""

PAGES = (
    "tags",
    "doc_md",
    "owner_links",
    "dag_display_name",
    "access_control",
    "default_view",
    "orientation",
    "auto_register",
    "full_filepath",
)
BUNDLES = ("disable_bundle_versioning", "rerun_with_latest_version", "allowed_run_types")
NO_EFFECT: Mapping[str, str] = {
    **dict.fromkeys(PAGES, "shown on Airflow's pages only"),
    **dict.fromkeys(BUNDLES, "it says which version of the file a run uses, or how runs may be started in Airflow"),
    "template_searchpath": "read when template files are read",
    "user_defined_macros": "read when templates are rendered",
    "user_defined_filters": "read when templates are rendered",
    "max_consecutive_failed_dag_runs": "it pauses the DAG on Airflow's side; a CronWorkflow can be suspended by hand",
}
WATCHERS = ("sla_miss_callback", "deadline")
RENDERERS = ("render_template_as_native_obj", "jinja_environment_kwargs", "template_undefined")


def runs(draft: WorkflowDraft) -> None:
    """Write what the DAG says of whole runs, and account for every argument of it that no other pass does."""
    _active_tasks(draft)
    _active_runs(draft)
    _timeout(draft)
    _fail_fast(draft)
    _others(draft)
    _labels(draft)
    _options(draft)


def _active_tasks(draft: WorkflowDraft) -> None:
    name = next((name for name in ACTIVE_TASKS if name in draft.dag.arguments), None)
    if name is None:
        return
    value = _known(name, draft.dag.max_active_tasks, draft)
    if value is None:
        return
    draft.spec["parallelism"] = value
    account_dag(draft, name, mapped(f"{OBJECT}/spec/parallelism"))
    if draft.dag.airflow_version == "2" and draft.dag.max_active_runs != 1:
        words = f"{name}={value} bounds the tasks of each run, not of all runs together"
        draft.report(OVER_RUNS.at(draft.dag.arguments[name].span, words, subject=draft.dag.id))


def _active_runs(draft: WorkflowDraft) -> None:
    """Runs wait for each other: a mutex for one at a time, a semaphore for several. Forbidding them would drop runs."""
    argument = draft.dag.arguments.get("max_active_runs")
    if argument is None:
        return
    value = _known("max_active_runs", draft.dag.max_active_runs, draft)
    if value is None:
        return
    if value == 1 and draft.config.max_active_runs_policy == "forbid" and draft.cron is not None:
        cast(dict[str, object], draft.cron["spec"])["concurrencyPolicy"] = "Forbid"
        account_dag(draft, "max_active_runs", mapped("@cron/spec/concurrencyPolicy"))
        return
    account_dag(draft, "max_active_runs", mapped(f"{OBJECT}/spec/synchronization"))
    if value == 1:
        draft.spec["synchronization"] = {"mutexes": [{"name": draft.name}]}
        return
    draft.pools[draft.name] = value
    draft.inputs.append(Input("pools", draft.name, (str(argument.span),), default=value))
    draft.spec["synchronization"] = {"semaphores": [{"configMapKeyRef": {"name": project_object(draft, "pools"), "key": draft.name}}]}


def _timeout(draft: WorkflowDraft) -> None:
    if "dagrun_timeout" not in draft.dag.arguments:
        return
    if draft.dag.dagrun_timeout is None:
        account_dag(draft, "dagrun_timeout", ignored("no timeout is the default"))
        return
    value = _known("dagrun_timeout", draft.dag.dagrun_timeout, draft)
    if value is not None:
        draft.spec["activeDeadlineSeconds"] = value
        account_dag(draft, "dagrun_timeout", mapped(f"{OBJECT}/spec/activeDeadlineSeconds"))


def _known(name: str, value: object, draft: WorkflowDraft) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    draft.report(UNDECIDED.at(draft.dag.arguments[name].span, f"{name} is not known; it is left out", subject=draft.dag.id))
    account_dag(draft, name, Fate("approximated", UNDECIDED.code))
    return None


def fails_fast(draft: WorkflowDraft) -> bool:
    """Does the DAG ask to stop at its first failure?"""
    return any(name in draft.dag.arguments and truth(draft.dag.arguments[name].value) is True for name in ("fail_fast", "fail_stop"))


def _fail_fast(draft: WorkflowDraft) -> None:
    for name in ("fail_fast", "fail_stop"):
        argument = draft.dag.arguments.get(name)
        if argument is None:
            continue
        if truth(argument.value) is False:
            account_dag(draft, name, ignored("it says what happens anyway"))
            continue
        draft.report(FAIL_FAST.at(argument.span, f"{name}: tasks beside a failed one run to their ends", subject=draft.dag.id))
        account_dag(draft, name, Fate("approximated", FAIL_FAST.code))


def _others(draft: WorkflowDraft) -> None:
    arguments = draft.dag.arguments
    for name in arguments:
        if name in NO_EFFECT:
            account_dag(draft, name, ignored(NO_EFFECT[name]))
    for name, argument in arguments.items():
        if name not in (*OCCASIONS, *WATCHERS, *RENDERERS):
            continue
        if truth(argument.value) is False:
            account_dag(draft, name, ignored("it says what happens anyway"))
            continue
        if name == "jinja_environment_kwargs" and obeys_jinja_options(draft):
            account_dag(draft, name, mapped(OBJECT))
            continue
        if name in OCCASIONS:
            _callback(name, argument, draft)
            continue
        rule = SLA if name in WATCHERS else RENDERING
        words = {SLA: "nobody watches it", RENDERING: "templates are rendered as by default"}[rule]
        draft.report(rule.at(argument.span, f"{name}: {words}", subject=draft.dag.id))
        account_dag(draft, name, Fate("unsupported", rule.code))
    account_dag_names(draft)


def _callback(name: str, argument: ir.Argument, draft: WorkflowDraft) -> None:
    """A function of the project is called by the exit handler; of any other callback is said that nobody calls it."""
    reason = carry(name, argument, draft)
    if reason is None:
        account_dag(draft, name, mapped(f"{OBJECT}/spec/onExit"))
        return
    draft.report(CALLBACK.at(argument.span, f"{name}: the function is not called: {reason}", subject=draft.dag.id))
    account_dag(draft, name, Fate("unsupported", CALLBACK.code))


def _options(draft: WorkflowDraft) -> None:
    """Say which settings ask for what is not there."""
    for name, (written, words) in OPTIONS.items():
        asked = getattr(draft.config, name)
        if asked != written:
            draft.report(OPTION.at(draft.dag.span, f"{name} = {asked}: {words}", subject=draft.dag.id))


def _labels(draft: WorkflowDraft) -> None:
    """Runs are found by their DAG and logical date (contracts, section 4)."""
    metadata: dict[str, object] = {"labels": {"airgo/dag": draft.name}}
    logical = run_dates(dates_dag(draft)).logical.code
    if logical is not None:
        metadata["labelsFrom"] = {"airgo/logical-date": {"expression": f"({logical}).UTC().Format('{LABEL_FORMAT}')"}}
    draft.spec["workflowMetadata"] = metadata


def account_dag_names(draft: WorkflowDraft) -> None:
    """The DAG's id and description are in the object's metadata; its default_args have entries of their own."""
    arguments = draft.dag.arguments
    if "dag_id" in arguments:
        account_dag(draft, "dag_id", mapped(f"{OBJECT}/metadata/annotations/airgo~1dag-id"))
    if "default_args" in arguments:
        account_dag(draft, "default_args", mapped(f"{OBJECT}/spec"))
    if "description" in arguments:
        known = isinstance(arguments["description"].value, str)
        fate = mapped(f"{OBJECT}/metadata/annotations/workflows.argoproj.io~1description") if known else ignored("shown on pages only")
        account_dag(draft, "description", fate)
