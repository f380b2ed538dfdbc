"""The graph of a DAG's tasks: cycles, which Airflow refuses."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.diagnostics import Collector, Rule, Severity
from airgo.evaluate.task_drafts import TaskDraft

CYCLE = Rule(
    "AG163",
    "cycle",
    Severity.ERROR,
    summary="The tasks of a DAG depend on each other in a circle",
    why="Airflow refuses such a DAG (AirflowDagCycleException), and no order of running its tasks exists.",
    remedy="Remove one of the dependencies",
)


def check_cycles(ids: Mapping[TaskDraft, str], dag_id: str, collector: Collector) -> bool:
    """Is there a circle of dependencies? One is reported, at the task that closes it."""
    circle = find_cycle(ids)
    if circle is None:
        return False
    names = " >> ".join(ids[task] for task in (*circle, circle[0]))
    notes = [(task.place.span, "part of the circle") for task in circle[1:]]
    collector.add(CYCLE.at(circle[0].place.span, f"tasks depend on each other in a circle: {names}", subject=dag_id, notes=notes))
    return True


def find_cycle(ids: Mapping[TaskDraft, str]) -> list[TaskDraft] | None:
    """Tasks that form a circle, in order; None when there is none."""
    done: set[TaskDraft] = set()
    for start in ids:
        if start in done:
            continue
        path: dict[TaskDraft, None] = {start: None}
        stack = [iter([task for task in start.downstream if task in ids])]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                done.add(path.popitem()[0])
            elif following in path:
                members = list(path)
                return members[members.index(following) :]
            elif following not in done:
                path[following] = None
                stack.append(iter([task for task in following.downstream if task in ids]))
    return None
