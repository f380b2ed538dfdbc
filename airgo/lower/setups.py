"""Setup and teardown tasks: which setups a task lies in the scope of, and which tasks decide how a run ends.

https://airflow.apache.org/docs/apache-airflow/stable/howto/setup-and-teardown.html
"""

from __future__ import annotations

from collections.abc import Iterable

from airgo import ir
from airgo.values import truth


def indirect_setups(task: ir.Task, dag: ir.Dag) -> list[str]:
    """The setups above a task that have no teardown, or one below the task: all must succeed for the task to run.

    A teardown has none (Airflow: "a teardown cannot have any indirect setups").
    """
    if task.teardown or not any(other.setup for other in dag.tasks):
        return []
    above = _reachable(task.id, {other.id: other.upstream for other in dag.tasks})
    if not any(other.setup for other in dag.tasks if other.id in above):
        return []
    downstream = downstream_ids(dag.tasks)
    below = _reachable(task.id, downstream)
    teardowns = {other.id for other in dag.tasks if other.teardown}
    relevant = []
    for setup in (other for other in dag.tasks if other.setup and other.id in above):
        own = teardowns & set(downstream[setup.id])
        if not own or own & below:
            relevant.append(setup.id)
    return relevant


def effective_leaves(tasks: Iterable[ir.Task]) -> list[str]:
    """The tasks whose ends make the run's: those with nothing downstream but teardowns that do not count.

    A teardown counts only with `on_failure_fail_dagrun`. A DAG of nothing else is decided by its teardowns.
    """
    tasks = tuple(tasks)
    downstream = downstream_ids(tasks)
    ignored = {task.id for task in tasks if task.teardown and truth(task.value("on_failure_fail_dagrun", False)) is False}
    leaves = [task.id for task in tasks if task.id not in ignored and not set(downstream[task.id]) - ignored]
    return leaves or [task.id for task in tasks if not downstream[task.id]]


def downstream_ids(tasks: Iterable[ir.Task]) -> dict[str, list[str]]:
    """The direct downstream task ids of every task, in the order of the DAG."""
    tasks = tuple(tasks)
    downstream: dict[str, list[str]] = {task.id: [] for task in tasks}
    for task in tasks:
        for up in task.upstream:
            downstream.setdefault(up, []).append(task.id)
    return downstream


def _reachable(start: str, edges: dict[str, list[str]] | dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    stack = [start]
    while stack:
        for following in edges.get(stack.pop(), ()):
            if following not in found:
                found.add(following)
                stack.append(following)
    return found
