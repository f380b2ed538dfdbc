"""What programs may ask of a task: its ids and neighbours, and the methods that authors call while building a DAG."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from airgo.evaluate.objects import Call, Native
from airgo.evaluate.relations import nodes_in
from airgo.evaluate.task_drafts import Given, TaskDraft, XComHandle
from airgo.values import MISSING, Extern, Unknown


def attribute(task: TaskDraft, name: str, call: Call) -> object:
    """An attribute or method that every operator has; MISSING for any other name."""
    if name in ATTRIBUTES:
        return ATTRIBUTES[name](task, call)
    if name in METHODS:
        return Native(name, lambda inner: METHODS[name](task, inner))
    return MISSING


def tasks_among(value: object, call: Call) -> list[TaskDraft]:
    """The tasks in an argument such as `setups=`."""
    return [] if value is None else [task for node in nodes_in(value, call) for task in node.first_tasks(call)]


def make_teardown(task: TaskDraft, call: Call) -> object:
    """`task.as_teardown(setups=...)`."""
    task.as_teardown(tasks_among(call.kwargs.get("setups"), call), call)
    if "on_failure_fail_dagrun" in call.kwargs:
        task.arguments["on_failure_fail_dagrun"] = Given(call.kwargs["on_failure_fail_dagrun"], call.place, "assigned")
    return task.user_value()


def make_setup(task: TaskDraft, call: Call) -> object:
    """`task.as_setup()`."""
    task.setup = True
    return task.user_value()


def relatives(task: TaskDraft, upstream: bool) -> list[object]:
    """The neighbours on one side, as the program holds them."""
    return [other.user_value() for other in (task.upstream if upstream else task.downstream)]


def relative_ids(task: TaskDraft, upstream: bool) -> object:
    """The ids of the neighbours on one side."""
    ids = [other.id for other in (task.upstream if upstream else task.downstream)]
    return set(ids) if all(isinstance(one, str) for one in ids) else Unknown("ids of neighbouring tasks are not all known")


def add_lets(task: TaskDraft, name: str, call: Call) -> object:
    """`task.add_outlets([...])` and `add_inlets`."""
    known = task.arguments.get(name)
    values = [*(known.value if known is not None and isinstance(known.value, list) else []), *(call.machine.iterate(call.args[0]) or [])]
    task.arguments[name] = Given(values, call.place, "assigned")
    return None


ATTRIBUTES: Mapping[str, Callable[[TaskDraft, Call], object]] = {
    "task_id": lambda task, call: task.id,
    "node_id": lambda task, call: task.id,
    "label": lambda task, call: task.label,
    "dag": lambda task, call: None if task.dag is None else task.dag.user_value(),
    "dag_id": lambda task, call: None if task.dag is None else task.dag.dag_id,
    "output": lambda task, call: XComHandle(task),
    "task_group": lambda task, call: None if task.group is None else task.group.user_value(),
    "upstream_list": lambda task, call: relatives(task, True),
    "downstream_list": lambda task, call: relatives(task, False),
    "upstream_task_ids": lambda task, call: relative_ids(task, True),
    "downstream_task_ids": lambda task, call: relative_ids(task, False),
    "roots": lambda task, call: [task.user_value()],
    "leaves": lambda task, call: [task.user_value()],
    "task_type": lambda task, call: task.class_name.rpartition(".")[2],
    "template_fields": lambda task, call: task.field_names(),
    "is_setup": lambda task, call: task.setup,
    "is_teardown": lambda task, call: task.teardown,
    "is_mapped": lambda task, call: task.expand is not None,
    "log": lambda task, call: call.machine.call(Extern("logging.getLogger"), ("airflow.task.operators",)),
}
METHODS: Mapping[str, Callable[[TaskDraft, Call], object]] = {
    "as_setup": make_setup,
    "as_teardown": make_teardown,
    "add_outlets": lambda task, call: add_lets(task, "outlets", call),
    "add_inlets": lambda task, call: add_lets(task, "inlets", call),
    "has_dag": lambda task, call: task.dag is not None,
    "get_dag": lambda task, call: None if task.dag is None else task.dag.user_value(),
    "get_direct_relatives": lambda task, call: relatives(task, call.argument(0, "upstream", False) is True),
    "get_direct_relative_ids": lambda task, call: relative_ids(task, call.argument(0, "upstream", False) is True),
    "execute": lambda task, call: Unknown("execute runs in Airflow only", call.place),
}
