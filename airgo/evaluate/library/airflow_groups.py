"""Task groups: TaskGroup, its subclasses in the project, and @task_group with its mapped form."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.authoring import authoring
from airgo.evaluate.drafts import DUPLICATE_ID, GroupDraft, excludes, plain_items
from airgo.evaluate.library import airflow_operators
from airgo.evaluate.library.airflow_mapping import expansion, kwargs_expansion
from airgo.evaluate.library.airflow_operators import argument_place, group_of, settled_id
from airgo.evaluate.models import BASE_RESOLVERS, CALL_RESOLVERS, Model, extern_base, models
from airgo.evaluate.objects import Call, ExternBase, Instance, Modelled, Native, PythonError
from airgo.evaluate.task_drafts import ExpandDraft, Given, MappedArgument, dag_of
from airgo.evaluate.used_ids import without_number
from airgo.values import MISSING, Unknown

OPAQUE_GROUP = Rule(
    "AG159",
    "opaque-group",
    Severity.WARNING,
    summary="A TaskGroup class of a provider",
    why="Such a group changes how the tasks inside it run, for instance as one job of another service; airgo sees only the tasks.",
    remedy="Check the tasks of the group, and write a mapping for their operators",
)
TASK_GROUP = "airflow.sdk.definitions.taskgroup.TaskGroup"
POSITIONAL = ("group_id", "prefix_group_id", "parent_group", "dag", "default_args", "tooltip")


def named(call: Call) -> dict[str, object]:
    """The arguments by name."""
    return {**dict(zip(POSITIONAL, call.args, strict=False)), **call.kwargs}


def fill(group: GroupDraft, kwargs: Mapping[str, object], call: Call) -> None:
    """What `TaskGroup.__init__` does: place in the DAG, id, default_args from outside in."""
    state = authoring(call.machine)
    dag = state.dag_or_current(dag_of(kwargs.get("dag")))
    given = group_of(kwargs.get("parent_group"))
    parent = given if given is not None else state.current_group(dag)
    if parent is None:
        raise PythonError("RuntimeError", "TaskGroup can only be used inside a dag")
    group.dag = parent.dag if parent.dag is not None else dag
    group.parent = parent
    group.prefix = kwargs.get("prefix_group_id", True) is not False
    label = kwargs.get("group_id", Unknown("a group without an id", call.place))
    group.label = settled_id(label, call)
    group.guard = call.machine.guard()
    group.arguments = {
        name: Given(value, argument_place(call.place, name)) for name, value in kwargs.items() if name not in ("dag", "parent_group")
    }
    own, _ = plain_items(kwargs.get("default_args"), call)
    place = argument_place(call.place, "default_args")
    group.default_args = {**parent.default_args, **{name: Given(value, place, "default_args") for name, value in own.items()}}
    check_id(group, parent, suffix=kwargs.get("add_suffix_on_collision") is True, call=call)
    parent.children.append(group)
    if group.dag is not None:
        group.dag.used.add(group.id)


def check_id(group: GroupDraft, parent: GroupDraft, *, suffix: bool, call: Call) -> None:
    """A group's id must be new in its DAG; groups of `@task_group` get `__1`, `__2` … instead."""
    if group.dag is None or not isinstance(group.id, str) or not isinstance(group.label, str):
        return
    if group.id not in group.dag.used.known:
        return
    if not suffix:
        others = [other for other in group.dag.root.groups() if other.id == group.id]
        if not any(excludes(other.guard, group.guard) for other in others):
            call.machine.report(DUPLICATE_ID, f"the group id {group.id} is used twice", call.place)
        return
    base = without_number(group.label)
    highest = group.dag.used.highest(base)
    group.label = f"{group.label}__1" if highest is None else f"{base}__{highest + 1}"


@models(TASK_GROUP)
def make_group(call: Call) -> GroupDraft:
    """`TaskGroup("id", ...)`."""
    group = GroupDraft(MISSING, None, None, call.place)
    fill(group, named(call), call)
    return group


def create(instance: Instance, call: Call) -> GroupDraft:
    """The group behind an object of a TaskGroup class of the project."""
    group = GroupDraft(MISSING, None, None, call.place)
    group.instance = instance
    return group


def init(call: Call) -> None:
    """`super().__init__(...)` of a TaskGroup class of the project."""
    instance = call.args[0]
    if isinstance(instance, Instance) and isinstance(instance.native, GroupDraft):
        rest = Call(call.machine, call.name, call.args[1:], call.kwargs, call.place, call.unseen)
        fill(instance.native, named(rest), rest)


GROUP_BASE = ExternBase(TASK_GROUP, init=init, create=create)
extern_base(GROUP_BASE)


def is_group_class(name: str) -> bool:
    """Is it a TaskGroup class of a provider, by its name?"""
    return name.startswith("airflow.") and name.endswith("TaskGroup")


def resolve(name: str) -> Model | None:
    """The model of a provider's own TaskGroup class: the tasks inside stay, what the group itself adds is not known."""
    if not is_group_class(name):
        return None

    def model(call: Call) -> object:
        call.machine.report(OPAQUE_GROUP, f"{name} is read as a plain TaskGroup", call.place)
        return make_group(call)

    return model


CALL_RESOLVERS.insert(CALL_RESOLVERS.index(airflow_operators.resolve), resolve)
BASE_RESOLVERS.append(lambda name: GROUP_BASE if is_group_class(name) else None)


class GroupFactory(Modelled):
    """A function under `@task_group`: calling it makes the group and runs the function inside."""

    __slots__ = ("function", "function_kwargs", "kwargs")

    def __init__(self, function: object, kwargs: Mapping[str, object], function_kwargs: Mapping[str, object] | None = None) -> None:
        self.function = function
        self.kwargs = dict(kwargs)
        self.function_kwargs = dict(function_kwargs or {})

    def called(self, call: Call) -> object:
        """`section(...)`: what the function returns, else the group itself."""
        return self.run(None, call.args, {**self.function_kwargs, **call.kwargs}, call)

    def run(self, expand: ExpandDraft | None, args: tuple[object, ...], kwargs: Mapping[str, object], call: Call) -> object:
        """Make the group and run the function inside it."""
        group = GroupDraft(MISSING, None, None, call.place)
        options = {"group_id": call.machine.attribute(self.function, "__name__", ""), "add_suffix_on_collision": True, **self.kwargs}
        if options["group_id"] is None:
            options["group_id"] = call.machine.attribute(self.function, "__name__", "")
        fill(group, options, call)
        group.expand = expand
        given = dict(kwargs)
        for name in self.mapped_names(expand, call):
            given[name] = MappedArgument(group, name)
        group.enter(call)
        try:
            returned = call.machine.call(self.function, args, given)
        finally:
            group.leave(call)
        return group if returned is None else returned

    def mapped_names(self, expand: ExpandDraft | None, call: Call) -> list[str]:
        """The parameters that differ from instance to instance."""
        if expand is None:
            return []
        if expand.kind == "expand":
            return list(expand.arguments)
        parameters = call.machine.parameters(self.function) or ()
        return [one.name for one in parameters if one.kind in ("positional", "keyword") and one.name not in self.function_kwargs]

    def get_attribute(self, name: str, call: Call) -> object:
        """`.override`, `.partial`, `.expand`, `.expand_kwargs`, and what the function has."""
        if name == "override":
            return Native(name, lambda inner: GroupFactory(self.function, {**self.kwargs, **inner.kwargs}, self.function_kwargs))
        if name == "partial":
            return Native(name, lambda inner: GroupFactory(self.function, self.kwargs, {**self.function_kwargs, **inner.kwargs}))
        if name == "expand":
            return Native(name, lambda inner: self.run(expansion(inner.kwargs, inner), (), self.function_kwargs, inner))
        if name == "expand_kwargs":
            return Native(name, lambda inner: self.run(kwargs_expansion(inner), (), self.function_kwargs, inner))
        if name in ("function", "__wrapped__"):
            return self.function
        return call.machine.attribute(self.function, name, MISSING)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """Attributes of the decorated function have no effect on the group."""
        return True


@models("airflow.sdk.definitions.decorators.task_group.task_group")
def task_group(call: Call) -> object:
    """`@task_group`, `@task_group("id")`, `@task_group(...)`."""
    first = call.args[0] if call.args else call.kwargs.get("python_callable")
    if first is not None and not isinstance(first, str) and call.machine.parameters(first) is not None:
        return GroupFactory(first, {name: value for name, value in call.kwargs.items() if name != "python_callable"})
    kwargs = named(call)
    return Native("task_group", lambda inner: GroupFactory(inner.args[0], kwargs))
