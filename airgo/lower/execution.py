"""How tasks and runs are executed: retries, timeouts, pools, and how many at once."""

from __future__ import annotations

from datetime import timedelta

from airgo import ir
from airgo.argo.names import parameter_name
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.ledger import Fate, account, ignored
from airgo.lower.names import project_object
from airgo.lower.result import Input
from airgo.values import truth

UNDECIDED = Rule(
    "AG300",
    "undecided-setting",
    Severity.WARNING,
    "a setting of a task or DAG that is not known",
    "The number or time depends on a value that airgo could not find out, so Airflow's default for it is used, or nothing is written.",
    "give the value in airgo.toml, or write it out",
)
JITTER = Rule(
    "AG303",
    "retry-backoff",
    Severity.NOTE,
    "an exponential retry delay",
    "Airflow doubles the delay and adds an even part that depends on the task; Argo multiplies it and adds nothing.",
    "nothing, unless many tasks retry at the same moment",
)
POOL_SIZE = Rule(
    "AG304",
    "pool-size",
    Severity.WARNING,
    "a pool whose size is not known",
    "The sizes of pools live in Airflow's database. Without one the pool lets one task in at a time, which is never too many.",
    "set the size in airgo.toml under [pools]",
)

DEFAULT_DELAY = 300.0
"""Airflow's `retry_delay`."""
LONGEST_DELAY = 86400.0
"""Airflow's own bound of an exponential delay."""
_DELAYS = ("retry_delay", "retry_exponential_backoff", "max_retry_delay")


def execution(draft: WorkflowDraft) -> None:
    """Give every node its retries, timeout and semaphores."""
    for node in draft.every_node():
        if node.draft is None or node.strategy == "manual":
            continue  # a task that must fail need not be tried twice
        _retries(node, draft)
        _timeout(node, draft)
        _pool(node, draft)
        _own_limit(node, draft)


def _retries(node: Node, draft: WorkflowDraft) -> None:
    task, made = node.task, node.draft
    assert made is not None
    if "suspend" in made.body:
        _without_effect(node, ("retries", *_DELAYS, "execution_timeout"), "a step without a pod cannot fail", draft)
        return
    retries = _number(task.retries, "retries", task, draft)
    if retries is None or retries < 1:
        _without_effect(node, _DELAYS, "the task is not tried again", draft)
        return
    strategy: dict[str, object] = {"limit": str(int(retries)), "retryPolicy": "Always"}
    if made.no_retry_exit_codes:
        codes = " && ".join(f"asInt(lastRetry.exitCode) != {code}" for code in made.no_retry_exit_codes)
        strategy["expression"] = (
            f"lastRetry.status == 'Error' || ({codes})" if " && " in codes else f"lastRetry.status == 'Error' || {codes}"
        )
    delay = _number(task.retry_delay, "retry_delay", task, draft)
    backoff = _backoff(task, DEFAULT_DELAY if delay is None else delay, draft)
    if backoff:
        strategy["backoff"] = backoff
    made.retry = {**strategy, **(made.retry or {})}


def _without_effect(node: Node, names: tuple[str, ...], reason: str, draft: WorkflowDraft) -> None:
    for name in names:
        if name in node.task.arguments:
            account(draft, node.task, name, ignored(reason))


def _backoff(task: ir.Task, delay: float, draft: WorkflowDraft) -> dict[str, object]:
    if delay <= 0:
        return {}
    backoff: dict[str, object] = {"duration": duration(delay)}
    exponential = task.value("retry_exponential_backoff", False)
    factor = exponential if isinstance(exponential, int | float) and not isinstance(exponential, bool) else 2
    if truth(exponential) is False:
        return backoff
    if truth(exponential) is None:
        _undecided("retry_exponential_backoff", task, draft)
        return backoff
    longest = _number(_seconds(task.value("max_retry_delay")), "max_retry_delay", task, draft)
    backoff |= {"factor": f"{factor:g}", "cap": duration(min(LONGEST_DELAY, longest) if longest else LONGEST_DELAY)}
    argument = task.arguments["retry_exponential_backoff"]
    words = f"the delay grows by a factor of {factor:g}; Airflow adds a random-looking part to it"
    draft.report(JITTER.at(argument.span, words, subject=draft.dag.id if argument.origin == "default_args" else draft.subject(task)))
    return backoff


def _timeout(node: Node, draft: WorkflowDraft) -> None:
    made = node.draft
    assert made is not None
    seconds = _number(node.task.execution_timeout, "execution_timeout", node.task, draft)
    if seconds is not None and made.deadline_seconds is None and "suspend" not in made.body:
        made.deadline_seconds = seconds


def _pool(node: Node, draft: WorkflowDraft) -> None:
    pool = node.task.pool
    if not isinstance(pool, str):
        _undecided("pool", node.task, draft)
        return
    if pool == "default_pool":
        return
    size = draft.config.pools.get(pool)
    argument = node.task.arguments.get("pool")
    span = argument.span if argument else node.task.span
    if size is None:
        words = f"the size of the pool {pool} is not known; one task at a time may use it"
        draft.report(POOL_SIZE.at(span, words, subject=draft.dag.id))
        account(draft, node.task, "pool", Fate("approximated", POOL_SIZE.code))
    _add_semaphore(node, pool, 1 if size is None else size, span_text=str(span), draft=draft)


def _own_limit(node: Node, draft: WorkflowDraft) -> None:
    """At most so many of the task over all runs: a semaphore of its own."""
    for name in ("max_active_tis_per_dag", "task_concurrency"):
        limit = _number(node.task.value(name), name, node.task, draft)
        if limit is not None:
            _add_semaphore(node, f"{draft.name}.{node.name}", int(limit), span_text=str(node.task.span), draft=draft)
            return


def _add_semaphore(node: Node, pool: str, size: int, *, span_text: str, draft: WorkflowDraft) -> None:
    key = "".join(c if c.isalnum() or c in "-._" else "-" for c in pool) if pool.isascii() else parameter_name(pool)
    draft.pools[key] = size
    draft.inputs.append(Input("pools", key, (span_text,), default=size))
    node.synchronization.append({"configMapKeyRef": {"name": project_object(draft, "pools"), "key": key}})


def _seconds(value: object) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _number(value: object, name: str, task: ir.Task, draft: WorkflowDraft) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    _undecided(name, task, draft)
    return None


def _undecided(name: str, task: ir.Task, draft: WorkflowDraft) -> None:
    argument = task.arguments.get(name)
    subject = draft.dag.id if argument is not None and argument.origin == "default_args" else draft.subject(task)
    span = argument.span if argument else task.span
    draft.report(UNDECIDED.at(span, f"{name} is not known; it is left out", subject=subject))
    account(draft, task, name, Fate("approximated", UNDECIDED.code))


def duration(seconds: float) -> str:
    """A duration as Argo reads it, in the largest unit that divides it: 300 is `5m`."""
    if seconds != int(seconds):
        return f"{seconds:g}s"
    whole = int(seconds)
    for unit, size in (("h", 3600), ("m", 60)):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"
