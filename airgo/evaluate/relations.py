"""Dependencies between Airflow's nodes: who comes before whom, with groups, lists, labels and XComs resolved as Airflow does.

Airflow resolves a group to its first or last tasks at the moment `>>` runs, so the order of statements counts here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.objects import Call, Instance, Modelled, Native
from airgo.values import MISSING, Choice, Extern, ExternCall

if TYPE_CHECKING:
    from airgo.evaluate.task_drafts import TaskDraft

UNKNOWN_DEPENDENCY = Rule(
    "AG150",
    "unknown-dependency",
    Severity.ERROR,
    summary="A dependency on something that is no known task",
    why="`a >> b` makes an edge of the workflow. When airgo does not know what one side is, the edge is missing from what it writes.",
    remedy="Make the value known (airgo.toml, or a source root for the package it comes from), or name the tasks directly",
)
CROSS_DAG = Rule(
    "AG151",
    "cross-dag-dependency",
    Severity.ERROR,
    summary="A dependency between tasks of two DAGs",
    why="Airflow refuses it: 'Tried to set relationships between tasks in more than one DAG'. The file would not load.",
    remedy="Wait for the other DAG with a sensor, or trigger it with an operator",
)
UNDECIDED_DEPENDENCY = Rule(
    "AG152",
    "undecided-dependency",
    Severity.WARNING,
    summary="Which task a dependency means depends on something unknown",
    why="Both possibilities become edges, because an edge too many delays a task while an edge too few runs it too early.",
    remedy="Give the value that decides it in airgo.toml",
)


class Node(Modelled):
    """Whatever can stand beside `>>`: a task, a group, an XCom of a task, a label."""

    __slots__ = ()

    def first_tasks(self, call: Call) -> list[TaskDraft]:
        """The tasks that an arrow to this node reaches."""
        return []

    def last_tasks(self, call: Call) -> list[TaskDraft]:
        """The tasks that an arrow from this node leaves."""
        return []

    def link(self, others: Sequence[Node], upstream: bool, call: Call) -> None:
        """Put `others` before (upstream) or after this node."""
        raise AssertionError

    def told(self, other: Node, upstream: bool, call: Call) -> None:
        """`other` was put before (upstream) or after this node by the other side. Groups and labels remember it."""

    def user_value(self) -> object:
        """What the program holds for this node: an instance of its own class, or the node itself."""
        return self

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`>>` and `<<`, with a single node or a list on the other side."""
        if operator not in (">>", "<<"):
            return MISSING
        others = nodes_in(other, call)
        self.link(others, (operator == "<<") != reflected, call)
        if reflected:
            return self.user_value()
        # a call from outside is one task from here on, so that the next arrow of the chain starts there
        return others[0].user_value() if isinstance(other, ExternCall) and len(others) == 1 else other

    def relation_method(self, name: str) -> object:
        """`set_upstream` and `set_downstream`; MISSING for any other name."""
        if name not in ("set_upstream", "set_downstream"):
            return MISSING

        def relate(call: Call) -> object:
            self.link(nodes_in(call.argument(0, "task_or_task_list"), call), name == "set_upstream", call)
            return None

        return Native(name, relate)


def link_outside(symbol: str, left: object, right: object, call: Call) -> object:
    """`a >> b` where neither side is a node yet: two calls of something from outside. MISSING when they are no tasks."""
    if not isinstance(left, ExternCall) or not isinstance(right, ExternCall) or not OPAQUE_NODE:
        return MISSING
    node = OPAQUE_NODE[0](left, call)
    return MISSING if node is None else node.operate(symbol, right, False, call)


def connect(before: TaskDraft, after: TaskDraft, call: Call) -> None:
    """One edge. A task without a DAG joins the other's; tasks of two DAGs are refused, as Airflow does."""
    if before.dag is None and after.dag is not None:
        after.dag.adopt(before, call)
    elif after.dag is None and before.dag is not None:
        before.dag.adopt(after, call)
    if before.dag is not after.dag:
        call.machine.report(CROSS_DAG, f"{before.name_for_people()} and {after.name_for_people()} belong to different DAGs", call.place)
        return
    before.downstream[after] = None
    after.upstream[before] = None


def nodes_in(value: object, call: Call, *, flatten: bool = True) -> list[Node]:
    """The nodes that a value of the program stands for; what is none is reported."""
    if isinstance(value, Instance) and isinstance(value.native, Node):
        return [value.native]
    if isinstance(value, Node):
        return [value]
    if isinstance(value, list | tuple | set | frozenset) and flatten:
        return [node for item in value for node in nodes_in(item, call)]
    if isinstance(value, Choice):
        call.machine.report(UNDECIDED_DEPENDENCY, "one of two tasks is meant here; the edge is drawn to both", call.place)
        return [node for side in (value.then, value.orelse) if side is not None for node in nodes_in(side, call)]
    if isinstance(value, ExternCall | Extern):
        opaque = OPAQUE_NODE[0](value, call) if OPAQUE_NODE else None
        return [] if opaque is None else [opaque]
    elements = call.machine.iterate(value) if isinstance(value, Modelled | Instance) else None
    if elements is not None:
        return [node for item in elements for node in nodes_in(item, call)]
    call.machine.report(UNKNOWN_DEPENDENCY, f"this dependency is lost: {describe(value)} is no task that airgo knows", call.place)
    return []


OPAQUE_NODE: list[Callable[[object, Call], Node | None]] = []
"""How a call of something from outside becomes a task when it stands beside `>>`; set by the operator models."""


def describe(value: object) -> str:
    """A value in words, for a message."""
    reason = getattr(value, "reason", None)
    return f"a value that is not known ({reason})" if reason else type(value).__name__.lower()


class Label(Node):
    """`Label("text")` between two tasks: an annotation of the edge, which itself joins the tasks on both sides."""

    __slots__ = ("after", "before", "text")

    def __init__(self, text: object) -> None:
        self.text = text
        self.before: list[Node] = []
        self.after: list[Node] = []

    def first_tasks(self, call: Call) -> list[TaskDraft]:
        """None: a label is no task; `told` does the work."""
        return []

    def last_tasks(self, call: Call) -> list[TaskDraft]:
        """None: a label is no task."""
        return []

    def link(self, others: Sequence[Node], upstream: bool, call: Call) -> None:
        """Remember the nodes on one side and join them with those on the other."""
        for other in others:
            self.told(other, upstream, call)
            other.told(self, not upstream, call)

    def told(self, other: Node, upstream: bool, call: Call) -> None:
        """As `link`: a node on the other side of the label."""
        if isinstance(other, Label):
            return
        mine, theirs = (self.before, self.after) if upstream else (self.after, self.before)
        if any(other is known for known in mine):
            return
        mine.append(other)
        for opposite in theirs:
            if upstream:
                other.link([opposite], False, call)
            else:
                opposite.link([other], False, call)

    def get_attribute(self, name: str, call: Call) -> object:
        """`label`, and the relation methods."""
        return self.text if name == "label" else self.relation_method(name)


def link_task(task: TaskDraft, others: Iterable[Node], upstream: bool, call: Call) -> None:
    """`task >> others`, or `task << others` when upstream."""
    for other in others:
        other.told(task, not upstream, call)
        for relative in other.last_tasks(call) if upstream else other.first_tasks(call):
            if upstream:
                connect(relative, task, call)
            else:
                connect(task, relative, call)


def first_in_group(tasks: Sequence[TaskDraft]) -> list[TaskDraft]:
    """Tasks of a group with nothing of the group before them."""
    members = set(tasks)
    return [task for task in tasks if members.isdisjoint(task.upstream)]


def last_in_group(tasks: Sequence[TaskDraft]) -> list[TaskDraft]:
    """Tasks of a group with nothing of the group behind them; a teardown stands for the work before it, as in Airflow's get_leaves."""
    members = set(tasks)
    found: list[TaskDraft] = []
    for task in tasks:
        if members.isdisjoint(task.downstream):
            found.extend(work_before(task, members) if task.teardown else [task])
    return list(dict.fromkeys(found))


def work_before(teardown: TaskDraft, members: set[TaskDraft]) -> list[TaskDraft]:
    """The last non-teardown tasks before a teardown, not through its setups."""
    found: list[TaskDraft] = []
    for before in teardown.upstream:
        if before not in members or (teardown.teardown and before.setup):
            continue
        if before.teardown:
            found.extend(work_before(before, members))
        elif not any(after in members and after is not teardown and not after.teardown for after in before.downstream):
            found.append(before)
    return found
