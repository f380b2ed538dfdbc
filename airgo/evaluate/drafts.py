"""DAGs and task groups while they are being built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.authoring import authoring
from airgo.evaluate.objects import Call, Instance, Native, PythonError
from airgo.evaluate.relations import Node, first_in_group, last_in_group, link_task
from airgo.evaluate.task_drafts import ExpandDraft, Given, TaskDraft, task_of
from airgo.evaluate.used_ids import UsedIds, without_number
from airgo.source import Place
from airgo.values import MISSING, Symbolic, Template

DUPLICATE_ID = Rule(
    "AG153",
    "duplicate-task-id",
    Severity.ERROR,
    summary="Two tasks or groups of a DAG have the same id",
    why="Airflow raises DuplicateTaskIdFound and does not load the file. airgo keeps the first of the two.",
    remedy="Give each task an id of its own within its group",
)
UNKNOWN_ID = Rule(
    "AG154",
    "unknown-task-id",
    Severity.ERROR,
    summary="A task's id depends on something that is not known",
    why="Ids name the tasks of the workflow and are referred to from elsewhere; a made-up id would break those references.",
    remedy="Give the value in airgo.toml ([variables], [env])",
)


def joined(*parts: object) -> object:
    """Text joined from parts that may be symbolic."""
    if all(isinstance(part, str) for part in parts):
        return "".join(str(part) for part in parts)
    flat: list[object] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Template) else [part])
    return Template(tuple(flat))


class GroupDraft(Node):
    """A TaskGroup being built; the root group of a DAG has the label None."""

    __slots__ = (
        "arguments",
        "children",
        "dag",
        "default_args",
        "expand",
        "guard",
        "instance",
        "label",
        "parent",
        "place",
        "prefix",
        "upstream_tasks",
    )

    def __init__(self, label: object, dag: DagDraft | None, parent: GroupDraft | None, place: Place, prefix: bool = True) -> None:
        self.label = label
        self.dag = dag
        self.parent = parent
        self.place = place
        self.prefix = prefix
        self.children: list[TaskDraft | GroupDraft] = []
        self.default_args: dict[str, Given] = {}
        self.arguments: dict[str, Given] = {}
        self.upstream_tasks: list[TaskDraft] = []
        self.expand: ExpandDraft | None = None
        self.instance: Instance | None = None
        self.guard: tuple[tuple[object, bool, Place], ...] = ()

    @property
    def id(self) -> object:
        """The full id; None for the root group."""
        if self.label is None or self.parent is None:
            return self.label
        return self.parent.child_id(self.label)

    def child_id(self, label: object) -> object:
        """The id of a child: prefixed by the group's own id unless prefix_group_id is False."""
        mine = self.id
        return label if not self.prefix or mine is None else joined(mine, ".", label)

    def user_value(self) -> object:
        """The program's own object, for groups of the project."""
        return self if self.instance is None else self.instance

    def tasks(self) -> list[TaskDraft]:
        """All tasks below, in order."""
        found: list[TaskDraft] = []
        for child in self.children:
            found.extend(child.tasks() if isinstance(child, GroupDraft) else [child])
        return found

    def groups(self) -> Iterator[GroupDraft]:
        """All groups below, outer before inner."""
        for child in self.children:
            if isinstance(child, GroupDraft):
                yield child
                yield from child.groups()

    def settled_tasks(self, call: Call) -> list[TaskDraft]:
        """All tasks below, with the edges of their XComs drawn."""
        tasks = self.tasks()
        for task in self.dag.tasks if self.dag is not None else tasks:
            if not task.settled:
                task.settle(call)
        return tasks

    def first_tasks(self, call: Call) -> list[TaskDraft]:
        """The tasks an arrow to the group reaches."""
        return first_in_group(self.settled_tasks(call))

    def last_tasks(self, call: Call) -> list[TaskDraft]:
        """The tasks an arrow from the group leaves."""
        return last_in_group(self.settled_tasks(call))

    def link(self, others: Sequence[Node], upstream: bool, call: Call) -> None:
        """`group >> others`: each last task; `group << others`: each first task. An empty group hands on what came before it."""
        mine = self.first_tasks(call) if upstream else self.last_or_before(call)
        for other in others:
            self.told(other, upstream, call)
        for task in mine:
            link_task(task, others, upstream, call)
        if not mine:
            for other in others:
                other.told(self, not upstream, call)

    def told(self, other: Node, upstream: bool, call: Call) -> None:
        """Remember the tasks put before the group, for the case that it stays empty."""
        if upstream:
            self.upstream_tasks.extend(other.last_tasks(call))

    def last_or_before(self, call: Call) -> list[TaskDraft]:
        """The last tasks; of an empty group, what was put before it, or before its parents."""
        group: GroupDraft | None = self
        while group is not None:
            found = group.last_tasks(call) or group.upstream_tasks
            if found:
                return list(found)
            group = group.parent
        return []

    def enter(self, call: Call) -> object:
        """`with TaskGroup(...) as group:`."""
        authoring(call.machine).open_groups.append(self)
        return self.user_value()

    def leave(self, call: Call) -> None:
        """The end of the block. What a mapped group is expanded over comes before it."""
        state = authoring(call.machine)
        if state.open_groups and state.open_groups[-1] is self:
            state.open_groups.pop()
        if self.expand is not None:
            sources = list(self.expand.arguments.values())
            sources += [self.expand.kwargs_list] if self.expand.kwargs_list is not None else []
            for given in sources:
                for task in self.first_tasks(call):
                    task.depend_on(given.value, call)

    def get_attribute(self, name: str, call: Call) -> object:
        """Ids, children, and the methods that authors use."""
        if name in GROUP_ATTRIBUTES:
            return GROUP_ATTRIBUTES[name](self, call)
        if name == "add":
            return Native(name, lambda inner: add_to_group(self, inner))
        if name in ("child_id", "get_child_by_label"):
            child = self.child_id if name == "child_id" else self.child
            return Native(name, lambda inner: child(inner.argument(0, "label")))
        if name in ("get_roots", "get_leaves"):
            return Native(name, lambda inner: GROUP_ATTRIBUTES[name[4:]](self, inner))
        given = self.arguments.get(name)
        return self.relation_method(name) if given is None else given.value

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """`group.tooltip = ...`."""
        self.arguments[name] = Given(value, call.place, "assigned")
        return self.instance is None

    def get_item(self, key: object, call: Call) -> object:
        """`group["task"]`: a child by its own name."""
        return self.child(key)

    def child(self, label: object) -> object:
        """A child by its own name."""
        full = self.child_id(label)
        for child in self.children:
            if child.id == full:
                return child.user_value()
        raise PythonError("KeyError", str(label))

    def elements(self, call: Call) -> list[object] | None:
        """Iterating a group gives its tasks."""
        return [task.user_value() for task in self.tasks()]


GROUP_ATTRIBUTES: dict[str, Callable[[GroupDraft, Call], object]] = {
    "group_id": lambda group, call: group.id,
    "node_id": lambda group, call: group.id,
    "label": lambda group, call: group.label,
    "dag": lambda group, call: None if group.dag is None else group.dag.user_value(),
    "parent_group": lambda group, call: None if group.parent is None else group.parent.user_value(),
    "task_group": lambda group, call: None if group.parent is None else group.parent.user_value(),
    "children": lambda group, call: {child.id: child.user_value() for child in group.children if isinstance(child.id, str)},
    "roots": lambda group, call: [task.user_value() for task in group.first_tasks(call)],
    "leaves": lambda group, call: [task.user_value() for task in group.last_tasks(call)],
    "prefix_group_id": lambda group, call: group.prefix,
    "default_args": lambda group, call: {name: given.value for name, given in group.default_args.items()},
}


def add_to_group(group: GroupDraft, call: Call) -> object:
    """`group.add(task)`: a task made elsewhere joins the group."""
    task = task_of(call.argument(0, "task"))
    if task is not None and task.group is not group:
        if task.group is not None and task in task.group.children:
            task.group.children.remove(task)
        task.group = group
        group.children.append(task)
    return call.argument(0, "task")


class DagDraft(Node):
    """A DAG being built. `default_args` and `params` are the very dicts that the program sees as `dag.default_args` and `dag.params`."""

    __slots__ = (
        "arguments",
        "by_id",
        "dag_id",
        "default_args",
        "default_places",
        "guard",
        "instance",
        "owner",
        "params",
        "place",
        "registered",
        "repeated",
        "root",
        "tasks",
        "unseen",
        "used",
    )

    def __init__(self, place: Place) -> None:
        self.place = place
        self.dag_id: object = MISSING
        self.arguments: dict[str, Given] = {}
        self.default_args: object = {}
        self.params: object = {}
        self.default_places: dict[object, Place] = {}
        self.tasks: list[TaskDraft] = []
        self.by_id: dict[object, TaskDraft] = {}
        self.used = UsedIds()
        self.root = GroupDraft(None, self, None, place)
        self.registered = False
        self.owner: str | None = None
        self.unseen = False
        self.instance: Instance | None = None
        self.guard: tuple[tuple[object, bool, Place], ...] = ()
        self.repeated: tuple[object, ...] = ()

    def __hash__(self) -> int:
        return id(self)

    def user_value(self) -> object:
        """The program's own object, for DAG classes of the project."""
        return self if self.instance is None else self.instance

    def adopt(self, task: TaskDraft, call: Call) -> None:
        """Add a task that has no DAG yet; a method `add_task` of the project's own DAG class sees it first."""
        if task.dag is self:
            return
        if task.dag is not None:
            raise PythonError("AirflowException", f"The DAG assigned to {task.name_for_people()} can not be changed.")
        own = None if self.instance is None else next((c for c in self.instance.cls.mro if "add_task" in getattr(c, "namespace", {})), None)
        if own is None:
            self.take(task, call)
            return
        call.machine.call(call.machine.attribute(self.instance, "add_task"), (task.user_value(),))
        if task.dag is None:
            self.take(task, call)

    def take(self, task: TaskDraft, call: Call) -> None:
        """Add a task, checking its id."""
        known = self.by_id.get(task.id) if isinstance(task.id, str) else None
        if known is not None and not excludes(known.guard, task.guard):
            words = f"the id {task.id} is used twice; the second task is left out"
            call.machine.report(DUPLICATE_ID, words, task.place, ((known.place, "first used here"),))
            task.dag = self
            if task.group is not None and task in task.group.children:
                task.group.children.remove(task)
            return
        if known is None and isinstance(task.id, str) and task.id in self.used.known:
            group = next((one for one in self.root.groups() if one.id == task.id and not excludes(one.guard, task.guard)), None)
            if group is not None:
                words = f"the id {task.id} is used by a group and a task"
                call.machine.report(DUPLICATE_ID, words, task.place, ((group.place, "the group is here"),))
        task.dag = self
        if task.group is None:
            task.group = self.root
            self.root.children.append(task)
        self.tasks.append(task)
        if isinstance(task.id, str):
            self.by_id.setdefault(task.id, task)
            self.used.add(task.id)

    def unique_id(self, label: str, group: GroupDraft | None) -> str:
        """A TaskFlow task's own name with `__1`, `__2` … where the DAG has it already."""
        full = label if group is None else group.child_id(label)
        if full not in self.by_id or not isinstance(full, str):
            return label
        return f"{without_number(label)}__{(self.used.highest(without_number(full)) or 0) + 1}"

    def link(self, others: Sequence[Node], upstream: bool, call: Call) -> None:
        """A DAG is no node; Airflow refuses it. Old code writes `dag >> task` to say that the task is in the DAG."""
        for other in others:
            for task in other.first_tasks(call):
                if task.dag is None:
                    self.adopt(task, call)

    def enter(self, call: Call) -> object:
        """`with DAG(...) as dag:`."""
        authoring(call.machine).open_dags.append(self)
        call.machine.state["subject"] = self.dag_id if isinstance(self.dag_id, str) else ""
        return self.user_value()

    def leave(self, call: Call) -> None:
        """The end of the block: the DAG registers itself with the file that is being processed."""
        state = authoring(call.machine)
        if state.open_dags and state.open_dags[-1] is self:
            state.open_dags.pop()
        outer = state.current_dag()
        call.machine.state["subject"] = outer.dag_id if outer is not None and isinstance(outer.dag_id, str) else ""
        given = self.arguments.get("auto_register")
        self.registered = self.registered or given is None or given.value is not False

    def get_attribute(self, name: str, call: Call) -> object:
        """Ids, tasks, arguments, and the methods that authors use."""
        from airgo.evaluate import dag_methods  # noqa: PLC0415 - the methods need the drafts

        return dag_methods.attribute(self, name, call)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """`dag.doc_md = ...`, `dag.default_args = ...`."""
        if name in ("default_args", "params"):
            setattr(self, name, value)
        elif name == "dag_id":
            self.dag_id = value
        self.arguments[name] = Given(value, call.place, "assigned")
        return self.instance is None


def excludes(one: tuple[tuple[object, bool, Place], ...], other: tuple[tuple[object, bool, Place], ...]) -> bool:
    """Do two guards exclude each other: the same test with opposite outcomes?"""
    return any(a[0] is b[0] and a[1] != b[1] for a in one for b in other)


def merged_defaults(dag: DagDraft | None, group: GroupDraft | None, own: object, call: Call) -> tuple[dict[str, Given], bool]:
    """default_args as they reach an operator: the DAG's, its groups' from outside in, the operator's own. True: some could not be seen."""
    merged: dict[str, Given] = {}
    unseen = False
    if dag is not None:
        values, unseen = plain_items(dag.default_args, call)
        place = dag.arguments["default_args"].place if "default_args" in dag.arguments else dag.place
        merged.update({name: Given(value, dag.default_places.get(name, place), "default_args") for name, value in values.items()})
    if group is not None:
        merged.update(group.default_args)
    if own is not None:
        values, hidden = plain_items(own, call)
        unseen = unseen or hidden
        merged.update({name: Given(value, call.place, "default_args") for name, value in values.items()})
    return merged, unseen


def plain_items(value: object, call: Call) -> tuple[dict[str, object], bool]:
    """The entries of a dict of arguments; True when it is none that airgo can look into."""
    native = value.native if isinstance(value, Instance) else value
    if native is None:
        return {}, False
    if isinstance(native, dict):
        return {key: item for key, item in native.items() if isinstance(key, str)}, any(isinstance(key, Symbolic) for key in native)
    return {}, True
