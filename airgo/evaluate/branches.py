"""Undecided tests: both sides run, one after the other from the same state, and what differs becomes a Choice.

Names are restored from a copy of the scopes, containers and objects from a journal of those that were changed. Modelled values
(DAGs, tasks) are not restored: what is built on one side stays, and carries the guard under which it was built.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airgo.catalogue import canonical
from airgo.evaluate import limits
from airgo.evaluate.limits import CHOICE_LEAVES, NESTED_CONTAINERS, SYMBOLIC_PARTS
from airgo.evaluate.objects import Bound, Class, Function, Instance, Modelled, Module, Partial, PythonError
from airgo.source import Place
from airgo.values import MISSING, Choice, Extern, Operation, Template, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine
    from airgo.evaluate.scope import Scope


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """An undecided test that holds (or not, by polarity) for what runs now."""

    test: object
    polarity: bool
    place: Place


@dataclass(slots=True, eq=False)
class Journal:
    """How containers looked before they were changed. `fresh` holds those made since: nobody needs to know how they looked."""

    saved: dict[int, tuple[object, object]] = field(default_factory=dict)
    fresh: dict[int, object] = field(default_factory=dict)

    def save(self, container: object) -> None:
        """Keep a copy of the container's content, the first time."""
        if id(container) not in self.saved and id(container) not in self.fresh:
            self.saved[id(container)] = (container, content(container))


@dataclass(slots=True, eq=False)
class Pending:
    """An exit that was taken on one side of an undecided test: the other side is running on.

    kind: return · break · continue. `names` are those of the side that left; `journal` holds what containers are on that side.
    `outer`: does it lie on the true side of the undecided test around it?
    """

    kind: str
    guard: Guarded
    value: object
    names: dict[str, object]
    journal: Journal
    outer: bool = True


def content(container: object) -> object:
    """A shallow copy of what a container holds."""
    if isinstance(container, Instance):
        return dict(container.attributes)
    return container.copy() if isinstance(container, dict | list | set | deque | bytearray) else None


def restore(container: object, saved: object) -> None:
    """Give a container the content it had."""
    if isinstance(container, Instance):
        restore(container.attributes, saved)
    elif isinstance(container, dict | set):
        container.clear()
        container.update(saved)  # type: ignore[arg-type,call-overload]  # saved by `content` of the same container
    elif isinstance(container, list | deque | bytearray):
        container.clear()
        container.extend(saved)  # type: ignore[arg-type]  # as above


def same(left: object, right: object, depth: int = 0) -> bool:
    """Are the values the same for every purpose (1 and True are not)?"""
    if left is right:
        return True
    if depth > NESTED_CONTAINERS:
        return False
    if type(left) is not type(right) or isinstance(left, Modelled | Instance):
        return False
    if isinstance(left, Extern) and isinstance(right, Extern):
        return canonical(left.name) == canonical(right.name)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(same(a, b, depth + 1) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(same(value, right[key], depth + 1) for key, value in left.items())
    return bool(left == right)


def is_large(*values: object) -> bool:
    """Have the symbolic values together more parts than airgo computes with?"""
    stack, left = list(values), SYMBOLIC_PARTS
    while stack:
        left -= 1
        if left < 0:
            return True
        current = stack.pop()
        if isinstance(current, Operation):
            stack.extend(current.operands)
        elif isinstance(current, Choice):
            stack.extend((current.test, current.then, current.orelse))
        elif isinstance(current, Template):
            stack.extend(current.parts)
        elif isinstance(current, list | tuple):
            stack.extend(part for part in current[:SYMBOLIC_PARTS] if isinstance(part, Operation | Choice | Template | list | tuple))
    return False


def leaves(value: object) -> int:
    """How many values a value may be."""
    return leaves(value.then) + leaves(value.orelse) if isinstance(value, Choice) else 1


def choose(test: object, then: object, orelse: object, place: Place | None = None) -> object:
    """The choice between two values: one of them when they are the same, Unknown when there are too many."""
    if same(then, orelse):
        return then
    if isinstance(then, Choice) and same(then.test, test):
        then = then.then
    if isinstance(orelse, Choice) and same(orelse.test, test):
        orelse = orelse.orelse
    if leaves(then) + leaves(orelse) > CHOICE_LEAVES or is_large(test, then, orelse):
        return Unknown("one of too many values, by tests that cannot be decided", place)
    return Choice(test, then, orelse)


@dataclass(frozen=True, slots=True)
class Absent(Unknown):
    """Stands, in a Choice, for an element or entry that the other side of the test does not have."""


def absent(what: str, place: Place) -> Absent:
    """What stands for something that only one side of an undecided test has."""
    return Absent(f"{what} exists only on one side of a test that cannot be decided", place)


def is_optional(value: object) -> bool:
    """Is this an element that may be absent?"""
    return isinstance(value, Absent) or (isinstance(value, Choice) and (is_optional(value.then) or is_optional(value.orelse)))


def has_optional(container: object) -> bool:
    """Has a container elements that may be absent, so that its length is not known?"""
    if isinstance(container, dict):
        return not UNKNOWNS.isdisjoint(map(type, container)) or any_optional(container.values())
    return isinstance(container, list | tuple | set | frozenset | deque) and any_optional(container)


UNKNOWNS = frozenset({Unknown, Absent})
MAYBE_ABSENT = frozenset({Choice, Absent})
"""Types of the values that `is_optional` may say of that they may be absent."""


def any_optional(values: Iterable[object]) -> bool:
    """May one of the values be absent?"""
    return any(is_optional(value) for value in values if type(value) in MAYBE_ABSENT)


@dataclass(slots=True)
class Side:
    """What one side of a test left behind."""

    result: object
    names: list[dict[str, object]]
    contents: dict[int, tuple[object, object]]
    raised: PythonError | None = None


def either(machine: Machine, test: object, place: Place, then: Callable[[], object], orelse: Callable[[], object]) -> tuple[Side, Side]:
    """Run both sides from the same state. The state afterwards is that of `orelse`; `merge` joins the two."""
    machine.steps += limits.SPLIT_STEPS
    scopes = scope_chain(machine)
    before = [scope.names.copy() for scope in scopes]
    first, journal = run_side(machine, Guarded(test, True, place), then, scopes)
    for scope, names in zip(scopes, before, strict=True):
        restore(scope.names, names)
    for container, saved in journal.saved.values():
        restore(container, saved)
    for key in created(machine, journal):
        restore(*first.contents.pop(key))
    second, later = run_side(machine, Guarded(test, False, place), orelse, scopes)
    if later.saved:
        add_untouched(machine, first, second, later, scopes, before)
    return first, second


def add_untouched(
    machine: Machine, first: Side, second: Side, later: Journal, scopes: list[Scope], before: list[dict[str, object]]
) -> None:
    """Complete the first side's contents by what only the second side changed: on the first it is as it was before."""
    for scope, names in zip(scopes, before, strict=True):
        restore(scope.names, names)
    for container, saved in later.saved.values():
        restore(container, saved)
    fresh = created(machine, later)
    keep(machine, second)
    for key, entry in later.saved.items():
        if key not in fresh:
            first.contents.setdefault(key, entry)


def run_side(machine: Machine, guard: Guarded, thunk: Callable[[], object], scopes: list[Scope]) -> tuple[Side, Journal]:
    """Run one side under its guard, writing down what it changes."""
    journal = Journal()
    guards, frames = len(machine.guards), len(machine.frames)
    machine.guards.append(guard)
    machine.journals.append(journal)
    machine.splits += 1
    raised = None
    result: object = None
    try:
        result = thunk()
    except PythonError as error:
        raised = error
    finally:
        machine.splits -= 1
        del machine.frames[frames:]
        machine.journals.remove(journal)
        if len(machine.guards) > guards:
            machine.guards.remove(guard)
    contents = {key: (container, content(container)) for key, (container, _) in journal.saved.items()}
    return Side(result, [scope.names.copy() for scope in scopes], contents, raised), journal


def scope_chain(machine: Machine) -> list[Scope]:
    """The running scope and those around it."""
    chain = []
    scope: Scope | None = machine.frame.scope
    while scope is not None:
        chain.append(scope)
        scope = scope.parent
    return chain


def created(machine: Machine, journal: Journal) -> set[int]:
    """Those of the journal's containers that nothing from before the branch reaches: the branch made them itself."""
    if not journal.saved:
        return set()
    wanted = set(journal.saved)
    seen: set[int] = set()
    queue = deque(roots(machine))
    while queue and wanted:
        current = queue.popleft()
        if current is None or isinstance(current, str | int | float | bytes) or id(current) in seen:
            continue
        seen.add(id(current))
        wanted.discard(id(current))
        queue.extend(inside(current))
    return wanted


def roots(machine: Machine) -> Iterator[object]:
    """What running code reaches at once: the innermost call first, modules last."""
    for frame in reversed(machine.frames):
        scope: Scope | None = frame.scope
        while scope is not None:
            yield scope.names
            scope = scope.parent
        yield frame.receiver
    yield machine.state
    for module in machine.modules.values():
        yield module.namespace


def inside(value: object) -> Iterable[object]:
    """What a value holds."""
    if isinstance(value, dict):
        return (*value.keys(), *value.values())
    if isinstance(value, list | tuple | set | frozenset | deque):
        return value
    if isinstance(value, Instance):
        return (value.attributes, value.native, value.cls)
    if isinstance(value, Class | Module):
        return (value.namespace,)
    if isinstance(value, Function):
        return (value.scope.names, dict(value.defaults), value.attributes)
    if isinstance(value, Bound):
        return (value.function, value.receiver)
    if isinstance(value, Partial):
        return (value.function, value.args, value.kwargs)
    if isinstance(value, Modelled):
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        return [*(getattr(value, name, None) for name in slots), *getattr(value, "__dict__", {}).values()]
    return ()


def merge(machine: Machine, test: object, first: Side, second: Side, place: Place) -> None:
    """Make the state the merge of what both sides left: names and contents that differ become choices."""
    for scope, then, orelse in zip(scope_chain(machine), first.names, second.names, strict=True):
        restore(scope.names, merged_names(test, then, orelse, place))
    for container, saved in first.contents.values():
        restore(container, merged_content(test, saved, content(container), place))


def merged_names(test: object, then: dict[str, object], orelse: dict[str, object], place: Place) -> dict[str, object]:
    """Names after both sides; one that only one side binds stays as it is."""
    merged = {}
    for name in [*then, *(name for name in orelse if name not in then)]:
        left, right = then.get(name, MISSING), orelse.get(name, MISSING)
        merged[name] = right if left is MISSING else left if right is MISSING else choose(test, left, right, place)
    return merged


def merged_content(test: object, then: object, orelse: object, place: Place) -> object:
    """The content of a container after both sides; what only one side has is a choice against nothing."""
    if isinstance(then, dict) and isinstance(orelse, dict):
        missing = absent("this entry", place)
        keys = [*then, *(key for key in orelse if key not in then)]
        return {key: choose_built(test, then.get(key, missing), orelse.get(key, missing), place) for key in keys}
    if isinstance(then, list | deque) and isinstance(orelse, list | deque):
        return merged_list(test, list(then), list(orelse), place)
    if isinstance(then, set) and isinstance(orelse, set):
        missing = absent("this element", place)
        first = (choose_built(test, x, missing, place) for x in then - orelse)
        second = (choose_built(test, missing, x, place) for x in orelse - then)
        return {*(then & orelse), *hashable((*first, *second), missing)}
    return orelse


def hashable(values: Iterable[object], instead: object) -> Iterator[object]:
    """The values that a set can hold; a choice by a test over a list, say, it cannot, so that what stands for it is held."""
    for value in values:
        try:
            hash(value)
        except TypeError:
            yield instead
        else:
            yield value


def merged_list(test: object, then: list[object], orelse: list[object], place: Place) -> list[object]:
    """Common elements at the start and the end, choices between."""
    start = 0
    while start < min(len(then), len(orelse)) and same(then[start], orelse[start]):
        start += 1
    end = 0
    while end < min(len(then), len(orelse)) - start and same(then[-1 - end], orelse[-1 - end]):
        end += 1
    left, right = then[start : len(then) - end], orelse[start : len(orelse) - end]
    if len(left) == len(right):
        middle = [choose_built(test, a, b, place) for a, b in zip(left, right, strict=True)]
    else:
        missing = absent("this element", place)
        middle = [*(choose_built(test, x, missing, place) for x in left), *(choose_built(test, missing, x, place) for x in right)]
    return [*then[:start], *middle, *then[len(then) - end :]]


def choose_built(test: object, then: object, orelse: object, place: Place) -> object:
    """A choice of values; something built (a task, a group) stays itself, because it carries its own guard."""
    if isinstance(orelse, Unknown) and is_built(then):
        return then
    if isinstance(then, Unknown) and is_built(orelse):
        return orelse
    return choose(test, then, orelse, place)


def is_built(value: object) -> bool:
    """Is this something that models build (a task, a DAG), or an object of the project around one?"""
    return isinstance(value.native if isinstance(value, Instance) else value, Modelled)


def branch_values(machine: Machine, test: object, place: Place, then: Callable[[], object], orelse: Callable[[], object]) -> object:
    """The value of an expression that depends on an undecided test: both sides are evaluated, state merged, results chosen."""
    first, second = either(machine, test, place, then, orelse)
    if first.raised is not None and second.raised is not None:
        raise second.raised
    if first.raised is not None:
        return second.result
    if second.raised is not None:
        keep(machine, first)
        return first.result
    merge(machine, test, first, second, place)
    return choose(test, first.result, second.result, place)


def keep(machine: Machine, side: Side) -> None:
    """Make the state that of one side alone."""
    for scope, names in zip(scope_chain(machine), side.names, strict=True):
        restore(scope.names, names)
    for container, saved in side.contents.values():
        restore(container, saved)
