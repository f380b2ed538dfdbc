"""What programs may ask of a DAG: its tasks, its ids, and the methods that authors call while building it."""

from __future__ import annotations

from collections.abc import Callable

from airgo.evaluate.drafts import DagDraft
from airgo.evaluate.objects import Call, Native, PythonError
from airgo.evaluate.relations import nodes_in
from airgo.evaluate.task_drafts import task_of
from airgo.values import MISSING, ParamValue, Symbol, Unknown

RUNS_ELSEWHERE = frozenset(
    {"test", "cli", "run", "clear", "create_dagrun", "sync_to_db", "validate", "check_cycle", "tree_view", "auto_register"}
)
"""Methods that do their work in Airflow, or check what `airgo.build` checks; nothing happens here."""
DEFAULTS: dict[str, object] = {
    "description": None,
    "start_date": None,
    "end_date": None,
    "doc_md": None,
    "tags": set(),
    "max_active_runs": 16,
}


def attribute(dag: DagDraft, name: str, call: Call) -> object:
    """`dag.name`."""
    if name in ATTRIBUTES:
        return ATTRIBUTES[name](dag, call)
    if name in METHODS:
        return Native(name, lambda inner: METHODS[name](dag, inner))
    if name in RUNS_ELSEWHERE and name != "auto_register":
        return Native(name, lambda inner: None)
    if name in dag.arguments:
        return dag.arguments[name].value
    if name in DEFAULTS:
        return DEFAULTS[name]
    if name.startswith("__"):
        return MISSING
    return Unknown(f"{name} of a DAG is known to Airflow only", call.place)


def get_task(dag: DagDraft, call: Call) -> object:
    """`dag.get_task("id")`."""
    wanted = call.argument(0, "task_id")
    found = dag.by_id.get(wanted) if isinstance(wanted, str) else None
    if found is not None:
        return found.user_value()
    if isinstance(wanted, str) and all(isinstance(task.id, str) for task in dag.tasks):
        raise PythonError("TaskNotFound", f"Task {wanted} not found")
    return Unknown("a task by an id that is not known", call.place)


def add_task(dag: DagDraft, call: Call) -> object:
    """`dag.add_task(task)`; also what `super().add_task(task)` of a DAG class of the project reaches."""
    task = task_of(call.argument(0, "task"))
    if task is not None and task.dag is None:
        dag.take(task, call)
    return None


def add_tasks(dag: DagDraft, call: Call) -> object:
    """`dag.add_tasks([...])`."""
    for value in call.machine.iterate(call.argument(0, "tasks")) or []:
        task = task_of(value)
        if task is not None:
            dag.adopt(task, call)
    return None


def set_dependency(dag: DagDraft, call: Call) -> object:
    """`dag.set_dependency("before", "after")`."""
    ids = (call.argument(0, "upstream_task_id"), call.argument(1, "downstream_task_id"))
    before, after = (dag.by_id.get(one) if isinstance(one, str) else None for one in ids)
    if before is None or after is None:
        raise PythonError("TaskNotFound", f"Task {ids[0] if before is None else ids[1]} not found")
    before.link([after], False, call)
    return None


def param(dag: DagDraft, call: Call) -> object:
    """`dag.param("name", default)`: a parameter that is read when the DAG runs."""
    name = call.argument(0, "name")
    default = call.argument(1, "default", MISSING)
    if not isinstance(name, str):
        return Unknown("a parameter by a name that is not known", call.place)
    return declare_param(dag, name, default, call)


def declare_param(dag: DagDraft, name: str, default: object, call: Call) -> Symbol:
    """A DagParam: the default joins the DAG's params unless they have the name already."""
    if default is not MISSING and isinstance(dag.params, dict):
        dag.params.setdefault(name, default)
    plain = default.default if isinstance(default, ParamValue) else default
    return Symbol("param", name, default=plain, place=call.place)


def resolve_roots(dag: DagDraft, call: Call, last: bool) -> list[object]:
    """The tasks of the whole DAG with nothing before (or behind) them."""
    tasks = dag.root.settled_tasks(call)
    return [task.user_value() for task in tasks if not (task.downstream if last else task.upstream)]


def pop_task(dag: DagDraft, call: Call) -> object:
    """`dag.partial_subset(...)` and other rebuildings are not followed."""
    return Unknown("a rebuilt DAG", call.place)


def task_decorators(dag: DagDraft) -> object:
    """`dag.task`."""
    from airgo.evaluate.library.airflow_taskflow import DagDecorators  # noqa: PLC0415 - the models need the drafts

    return DagDecorators(dag)


ATTRIBUTES: dict[str, Callable[[DagDraft, Call], object]] = {
    "dag_id": lambda dag, call: dag.dag_id,
    "default_args": lambda dag, call: dag.default_args,
    "params": lambda dag, call: dag.params,
    "tasks": lambda dag, call: [task.user_value() for task in dag.tasks],
    "task_ids": lambda dag, call: [task.id for task in dag.tasks],
    "task_dict": lambda dag, call: {key: task.user_value() for key, task in dag.by_id.items()},
    "task_count": lambda dag, call: len(dag.tasks),
    "task_group": lambda dag, call: dag.root,
    "task": lambda dag, call: task_decorators(dag),
    "roots": lambda dag, call: resolve_roots(dag, call, last=False),
    "leaves": lambda dag, call: resolve_roots(dag, call, last=True),
    "schedule_interval": lambda dag, call: dag.arguments["schedule_interval"].value if "schedule_interval" in dag.arguments else None,
}
METHODS: dict[str, Callable[[DagDraft, Call], object]] = {
    "get_task": get_task,
    "has_task": lambda dag, call: call.argument(0, "task_id") in dag.by_id,
    "add_task": add_task,
    "add_tasks": add_tasks,
    "set_dependency": set_dependency,
    "param": param,
    "topological_sort": lambda dag, call: [task.user_value() for task in dag.tasks],
    "partial_subset": pop_task,
    "sub_dag": pop_task,
    "__enter__": lambda dag, call: dag.enter(call),
    "__exit__": lambda dag, call: dag.leave(call),
    "set_upstream": lambda dag, call: dag.link(nodes_in(call.args[0], call), True, call),
}
