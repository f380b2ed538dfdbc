"""What is open while a DAG file is evaluated: the DAGs and groups entered by `with`, setup scopes, and the DAGs made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airgo.evaluate.objects import Call, Caller
from airgo.evaluate.relations import link_task

if TYPE_CHECKING:
    from airgo.evaluate.drafts import DagDraft, GroupDraft
    from airgo.evaluate.task_drafts import TaskDraft

STATE = "airflow"


@dataclass(slots=True, eq=False)
class SetupScope:
    """One `with setup_task:` or `with setup >> teardown:` block, and the tasks made inside."""

    setups: list[TaskDraft]
    teardowns: list[TaskDraft]
    work: list[TaskDraft] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Authoring:
    """The Airflow side of one evaluation. `dags` holds every DAG in order of creation; `anonymous` counts tasks without an id."""

    machine: Caller
    dags: list[DagDraft] = field(default_factory=list)
    open_dags: list[DagDraft] = field(default_factory=list)
    open_groups: list[GroupDraft] = field(default_factory=list)
    setup_scopes: list[SetupScope] = field(default_factory=list)
    orphans: list[TaskDraft] = field(default_factory=list)
    opaque: dict[int, tuple[object, TaskDraft]] = field(default_factory=dict)

    def current_dag(self) -> DagDraft | None:
        """The DAG of the innermost `with`."""
        return self.open_dags[-1] if self.open_dags else None

    def dag_or_current(self, dag: DagDraft | None) -> DagDraft | None:
        """The DAG that was given, else that of the innermost `with`."""
        return dag if dag is not None else self.current_dag()

    def current_group(self, dag: DagDraft | None) -> GroupDraft | None:
        """The group of the innermost `with`, else the root group of the DAG."""
        if self.open_groups:
            return self.open_groups[-1]
        owner = dag if dag is not None else self.current_dag()
        return None if owner is None else owner.root


def authoring(machine: Caller) -> Authoring:
    """The Airflow side of the running evaluation."""
    found = machine.state.get(STATE)
    if not isinstance(found, Authoring):
        found = Authoring(machine)
        machine.state[STATE] = found
        machine.state["dags"] = found.dags
    return found


def note_work(task: TaskDraft, machine: Caller) -> None:
    """A task was made: if a setup scope is open and it is neither setup nor teardown, it is the scope's work."""
    scopes = authoring(machine).setup_scopes
    if scopes and not task.setup and not task.teardown:
        scopes[-1].work.append(task)


def enter_setup_scope(task: TaskDraft, call: Call) -> None:
    """`with task:` of a setup or teardown. What is found behind a setup (or before a teardown) closes the scope's other end."""
    setups = nearest(task, "setup") if task.teardown else [task]
    teardowns = [task] if task.teardown else nearest(task, "teardown")
    authoring(call.machine).setup_scopes.append(SetupScope(setups, teardowns))


def nearest(task: TaskDraft, kind: str) -> list[TaskDraft]:
    """The setups before a teardown, or the teardowns behind a setup: the first ring of neighbours that holds any."""
    ring = list(task.downstream if kind == "teardown" else task.upstream)
    seen = {task}
    while ring:
        found = [other for other in ring if (other.teardown if kind == "teardown" else other.setup)]
        if found:
            return list(dict.fromkeys(found))
        seen.update(ring)
        ring = [other for one in ring for other in (*one.downstream, *one.upstream) if other not in seen]
    return []


def leave_setup_scope(call: Call) -> None:
    """The end of the block: setups before the first work tasks, teardowns behind the last, and the enclosing scope around both."""
    scopes = authoring(call.machine).setup_scopes
    scope = scopes.pop()
    work = [task for task in scope.work if not task.setup and not task.teardown]
    if work:
        firsts = [task for task in work if not task.upstream] or work[:1]
        lasts = [task for task in work if not task.downstream] or work[-1:]
        for setup in scope.setups:
            link_task(setup, firsts, False, call)
        for teardown in scope.teardowns:
            link_task(teardown, lasts, True, call)
    if scopes:
        outer = scopes[-1]
        for setup in outer.setups:
            link_task(setup, scope.setups, False, call)
        for teardown in outer.teardowns:
            link_task(teardown, scope.teardowns, True, call)
