"""A task while it is being built, and the XCom handles that point at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airgo.catalogue import OperatorFacts
from airgo.evaluate.authoring import authoring, enter_setup_scope, leave_setup_scope
from airgo.evaluate.objects import Call, Class, Instance, Native, PythonError
from airgo.evaluate.relations import Node, connect, link_task, nodes_in
from airgo.ir import Origin
from airgo.source import Place
from airgo.values import ATOMS, MISSING, Choice, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.drafts import DagDraft, GroupDraft

RETURN_KEY = "return_value"
TEARDOWN_RULE = "all_done_setup_success"
MODIFIED_AFTERWARDS = frozenset({"is_setup", "is_teardown", "on_failure_fail_dagrun"})


@dataclass(frozen=True, slots=True)
class Given:
    """A value that reached a constructor: where it was written and how it came."""

    value: object
    place: Place
    origin: Origin = "call"


@dataclass(slots=True, eq=False)
class ExpandDraft:
    """What `.expand(...)` or `.expand_kwargs(...)` was given."""

    kind: str
    arguments: dict[str, Given]
    kwargs_list: Given | None = None


class TaskDraft(Node):
    """One operator being built. Edges are kept on both ends, in order of appearance.

    `label` is the id without group prefixes, `id` with them; either may be symbolic. `arguments` is what reached a constructor,
    the innermost class last; `written` what stands in the call, `passed` what classes of the project hand up.
    `fields` are the template fields (None: any may be one)."""

    __slots__ = (
        "arguments",
        "class_name",
        "code",
        "conditions",
        "dag",
        "downstream",
        "expand",
        "facts",
        "fields",
        "group",
        "guard",
        "id",
        "instance",
        "label",
        "opaque",
        "operator",
        "overrides_execute",
        "passed",
        "place",
        "repeated",
        "settled",
        "setup",
        "teardown",
        "unseen",
        "upstream",
        "written",
    )

    def __init__(self, operator: str, class_name: str, facts: OperatorFacts | None, place: Place) -> None:
        self.operator = operator
        self.class_name = class_name
        self.facts = facts
        self.place = place
        self.label: object = MISSING
        self.id: object = MISSING
        self.arguments: dict[str, Given] = {}
        self.written: dict[str, Given] = {}
        self.passed: dict[str, Given] = {}
        self.fields: tuple[str, ...] | None = None if facts is None else facts.template_fields
        self.dag: DagDraft | None = None
        self.group: GroupDraft | None = None
        self.upstream: dict[TaskDraft, None] = {}
        self.downstream: dict[TaskDraft, None] = {}
        self.setup = self.teardown = self.settled = False
        self.opaque = False
        self.unseen = False
        self.overrides_execute = False
        self.code: Class | None = None
        self.instance: Instance | None = None
        self.expand: ExpandDraft | None = None
        self.guard: tuple[tuple[object, bool, Place], ...] = ()
        self.repeated: tuple[object, ...] = ()
        self.conditions: tuple[object, ...] = ()

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def name_for_people(self) -> str:
        """The task id in messages."""
        return self.id if isinstance(self.id, str) else "a task whose id is not known"

    def user_value(self) -> object:
        """The program's own object, for operators of the project."""
        return self if self.instance is None else self.instance

    # -- dependencies

    def first_tasks(self, call: Call) -> list[TaskDraft]:
        """Itself."""
        return [self]

    def last_tasks(self, call: Call) -> list[TaskDraft]:
        """Itself."""
        return [self]

    def link(self, others: Sequence[Node], upstream: bool, call: Call) -> None:
        """`self >> others`, or `self << others` when upstream."""
        link_task(self, others, upstream, call)

    def settle(self, call: Call) -> None:
        """Draw the edges from the XComs in the template fields; Airflow does so at the end of the constructor."""
        if not self.settled and self.dag is not None:
            self.settled = True
            for name in self.field_names():
                self.depend_on(self.field_value(name, call), call)

    def field_names(self) -> tuple[str, ...]:
        """The template fields, or every argument when they are not known."""
        if self.fields is None:
            return tuple(name for name in self.arguments if name not in ("dag", "task_group"))
        return self.fields

    def field_value(self, name: str, call: Call) -> object:
        """What a template field holds: the attribute that the project's own class set, else the argument."""
        if self.instance is not None and name in self.instance.attributes:
            return self.instance.attributes[name]
        given = self.arguments.get(name)
        return None if given is None else given.value

    def depend_on(self, value: object, call: Call) -> None:
        """Edges from every XCom inside a value to this task."""
        for handle in () if type(value) in ATOMS else handles(value):
            for source in handle.tasks():
                if source is not self:
                    connect(source, self, call)

    def get_attribute(self, name: str, call: Call) -> object:
        """Ids, relations, arguments, and the methods that authors use."""
        from airgo.evaluate import task_methods  # noqa: PLC0415 - the methods need the drafts

        found = task_methods.attribute(self, name, call)
        if found is not MISSING:
            return found
        relation = self.relation_method(name)
        if relation is not MISSING:
            return relation
        if name in self.arguments:
            return self.arguments[name].value
        default = MISSING if self.facts is None else self.facts.default(name)
        if default is not MISSING:
            return default
        if name.startswith("__"):
            return MISSING
        return Unknown(f"{name} of an operator is known to Airflow only", call.place)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """An assignment after construction: `task.doc_md = ...`, `task.trigger_rule = ...`."""
        if name == "dag":
            dag = dag_of(value)
            if dag is not None:
                dag.adopt(self, call)
            return True
        if name in MODIFIED_AFTERWARDS:
            self.mark(name, value)
            return True
        if name == "template_fields" and isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            self.fields = tuple(str(item) for item in value)
            return True
        if name == "task_id" and self.dag is not None:
            self.id = value
            return True
        if name in ("upstream_task_ids", "downstream_task_ids"):
            return False
        known = name in self.arguments or self.facts is None or self.facts.accepts(name)
        if known or self.instance is None:
            self.arguments[name] = Given(value, call.place, "assigned")
        if name in self.written and self.instance is not None and self.instance.initialized:
            self.written[name] = Given(value, call.place, "assigned")  # Airflow notes it as if it had been handed in
        if self.settled and name in self.field_names():
            self.depend_on(value, call)
        return self.instance is None

    def mark(self, name: str, value: object) -> None:
        """`task.is_setup = True` and its like."""
        if name == "is_setup":
            self.setup = value is True
        elif name == "is_teardown":
            self.teardown = value is True

    def as_teardown(self, setups: Sequence[TaskDraft], call: Call) -> None:
        """Mark as a teardown; its setups come before it. Airflow sets its trigger rule."""
        self.teardown = True
        if "trigger_rule" in self.arguments:
            self.arguments["trigger_rule"] = Given(TEARDOWN_RULE, call.place, "assigned")
        for setup in setups:
            setup.setup = True
            connect(setup, self, call)

    def enter(self, call: Call) -> object:
        """`with setup_task:`; only setups and teardowns may be entered."""
        if not self.setup and not self.teardown:
            raise PythonError("RuntimeError", "Only setup/teardown tasks can be used as context managers.")
        enter_setup_scope(self, call)
        return SetupContext()

    def leave(self, call: Call) -> None:
        """The end of the block."""
        leave_setup_scope(call)


class SetupContext(Node):
    """What `with setup_task as scope:` binds: tasks made elsewhere can be added to it."""

    __slots__ = ()

    def get_attribute(self, name: str, call: Call) -> object:
        """`scope.add_task(task)`."""
        return Native(name, add_to_scope) if name == "add_task" else MISSING


def add_to_scope(call: Call) -> object:
    """`scope.add_task(task)`."""
    scopes = authoring(call.machine).setup_scopes
    for node in nodes_in(call.argument(0, "task"), call):
        if scopes:
            scopes[-1].work.extend(node.first_tasks(call))
    return None


class XComHandle(Node):
    """A value that a task hands on: `task.output`, the result of calling a TaskFlow function, `result["key"]`."""

    __slots__ = ("key", "task")

    def __init__(self, task: TaskDraft, key: object = RETURN_KEY) -> None:
        self.task = task
        self.key = key

    def tasks(self) -> list[TaskDraft]:
        """The tasks it comes from."""
        return [self.task]

    def text(self) -> str | None:
        """What `str(task.output)` gives in Airflow: an expression that pulls the XCom, which makes no dependency. None: not known yet."""
        dag_id = self.task.dag.dag_id if self.task.dag is not None else None
        if isinstance(self, XComDerived) or not all(isinstance(one, str) for one in (self.task.id, dag_id, self.key)):
            return None
        return f"{{{{ task_instance.xcom_pull(task_ids='{self.task.id}', dag_id='{dag_id}', key='{self.key}') }}}}"

    def first_tasks(self, call: Call) -> list[TaskDraft]:
        """The tasks it comes from."""
        return self.tasks()

    def last_tasks(self, call: Call) -> list[TaskDraft]:
        """The tasks it comes from."""
        return self.tasks()

    def link(self, others: Sequence[Node], upstream: bool, call: Call) -> None:
        """As its tasks."""
        for task in self.tasks():
            link_task(task, others, upstream, call)

    def get_attribute(self, name: str, call: Call) -> object:
        """`.map`, `.zip`, `.concat`, `.operator`, `.key`, and what is handed to the task."""
        if name in XCOM_METHODS:
            return Native(name, lambda inner: XCOM_METHODS[name](self, inner))
        if name == "operator":
            return self.task.user_value()
        if name == "key":
            return self.key
        if name in ("as_setup", "as_teardown"):
            return Native(name, lambda inner: self.marked(name, inner))
        if name == "__str__":
            text = self.text()
            return MISSING if text is None else Native(name, lambda inner: text)
        return self.relation_method(name)

    def marked(self, name: str, call: Call) -> XComHandle:
        """`result.as_setup()` and `.as_teardown(setups=...)`."""
        from airgo.evaluate import task_methods  # noqa: PLC0415 - the methods need the drafts

        task_methods.METHODS[name](self.task, call)
        return self

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """`result.is_setup = True`."""
        if name in MODIFIED_AFTERWARDS:
            self.task.mark(name, value)
            return True
        return False

    def get_item(self, key: object, call: Call) -> object:
        """`result["key"]`: another XCom of the task."""
        if isinstance(key, int):
            raise PythonError("ValueError", "XComArg only supports str lookup, received int")
        return XComHandle(self.task, key)

    def enter(self, call: Call) -> object:
        """`with setup():`."""
        return self.task.enter(call)

    def leave(self, call: Call) -> None:
        """The end of the block."""
        self.task.leave(call)


class XComDerived(XComHandle):
    """`xcom.map(f)`, `.zip(...)`, `.concat(...)`: usable for mapping only. `kind` names it; `options` is the function or fillvalue."""

    __slots__ = ("kind", "options", "sources")

    def __init__(self, kind: str, sources: Sequence[object], options: object) -> None:
        firsts = [handle for source in sources for handle in handles(source)]
        super().__init__(firsts[0].task)
        self.kind = kind
        self.sources = tuple(sources)
        self.options = options

    def tasks(self) -> list[TaskDraft]:
        """The tasks of all sources."""
        return list(dict.fromkeys(task for source in self.sources for handle in handles(source) for task in handle.tasks()))


XCOM_METHODS: Mapping[str, Callable[[XComHandle, Call], object]] = {
    "map": lambda handle, call: XComDerived("map", (handle,), call.argument(0, "f")),
    "zip": lambda handle, call: XComDerived("zip", (handle, *call.args), call.kwargs.get("fillvalue", MISSING)),
    "concat": lambda handle, call: XComDerived("concat", (handle, *call.args), MISSING),
}


class MappedArgument(Node):
    """A parameter of a mapped task group inside the group's body: one element of what the group is expanded over."""

    __slots__ = ("group", "name")

    def __init__(self, group: GroupDraft, name: str) -> None:
        self.group = group
        self.name = name

    def get_item(self, key: object, call: Call) -> object:
        """Airflow allows no look-up below it."""
        raise PythonError("TypeError", "'MappedArgument' object is not subscriptable")


def handles(value: object) -> Iterator[XComHandle]:
    """The XComs inside a value, as Airflow looks for them: in lists, tuples, sets and values of dicts, not inside other objects or text."""
    stack, seen = [value], set[int]()  # what is shared is entered once: a list may hold another many times, or itself
    while stack:
        if isinstance(current := stack.pop(), XComHandle):
            yield current
        elif isinstance(current, dict | list | tuple | set | frozenset | Choice | TaskDraft) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(reversed(parts_of(current)))


def parts_of(value: object) -> tuple[object, ...]:
    """What `handles` looks into, one level deep."""
    if isinstance(value, TaskDraft):
        return tuple(value.arguments[name].value for name in value.field_names() if name in value.arguments)
    if isinstance(value, Choice):
        return value.then, value.orelse
    return tuple(value.values() if isinstance(value, dict) else value)  # type: ignore[arg-type]  # a container


def dag_of(value: object) -> DagDraft | None:
    """The DAG that a value of the program is."""
    native = value.native if isinstance(value, Instance) else value
    return native if hasattr(native, "adopt") else None  # type: ignore[return-value]  # only DagDraft adopts


def task_of(value: object) -> TaskDraft | None:
    """The task that a value of the program is."""
    native = value.native if isinstance(value, Instance) else value
    if isinstance(native, XComHandle):
        return native.task
    return native if isinstance(native, TaskDraft) else None
