"""Methods of lists, dicts, sets and tuples; those that change a container change the very container."""

from __future__ import annotations

from collections.abc import Iterable

from airgo.evaluate import limits
from airgo.evaluate.library.builtins_iteration import elements, in_order, unknown_elements
from airgo.evaluate.library.builtins_types import add_all, put
from airgo.evaluate.models import METHODS, PythonError, methods
from airgo.evaluate.objects import Call
from airgo.evaluate.partly_seen import MAY_BE_REPLACED
from airgo.values import MISSING, Operation, Symbolic, Unknown, symbolic_parts


class Keys(list[object]):
    """A dict's keys: a list that also answers as a set does."""

    def __and__(self, other: Iterable[object]) -> set[object]:
        return set(self) & set(other)

    def __or__(self, other: Iterable[object]) -> set[object]:
        return set(self) | set(other)

    def __sub__(self, other: Iterable[object]) -> set[object]:
        return set(self) - set(other)

    def __xor__(self, other: Iterable[object]) -> set[object]:
        return set(self) ^ set(other)

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __rsub__(self, other: Iterable[object]) -> set[object]:
        return set(other) - set(self)

    def __eq__(self, other: object) -> bool:
        return set(self) == (set(other) if isinstance(other, Keys) else other)

    def __le__(self, other: object) -> bool:
        return set(self) <= (set(other) if isinstance(other, Keys) else other)  # type: ignore[operator]  # Python's own TypeError

    def __ge__(self, other: object) -> bool:
        return set(self) >= (set(other) if isinstance(other, Keys) else other)  # type: ignore[operator]  # Python's own TypeError

    __hash__ = None


def receiver(call: Call) -> list[object]:
    """The list a method is called on."""
    return call.args[0]  # type: ignore[return-value]  # the table says so


def mapping(call: Call) -> dict[object, object]:
    """The dict a method is called on."""
    return call.args[0]  # type: ignore[return-value]  # the table says so


def members(call: Call) -> set[object]:
    """The set a method is called on."""
    return call.args[0]  # type: ignore[return-value]  # the table says so


@methods(list)
def append(call: Call) -> object:
    """`xs.append(x)`."""
    limits.check_elements(len(receiver(call)) + 1)
    receiver(call).append(call.args[1])
    return None


@methods(list)
def extend(call: Call) -> object:
    """`xs.extend(ys)`; ys that are not known leave an unknown element, so that nobody takes the list for complete."""
    found = elements(call, call.args[1])
    if found is None:
        result = unknown_elements(Call(call.machine, ".extend", call.args[1:], {}, call.place), call.args[1])
        cause = result if isinstance(result, Unknown) else None
        receiver(call).append(Unknown("elements of a value that is not known", call.place, cause))
        return None
    limits.check_elements(len(receiver(call)) + len(found))
    receiver(call).extend(found)
    return None


@methods(list)
def insert(call: Call) -> object:
    """`xs.insert(i, x)`."""
    receiver(call).insert(index_of(call, call.args[1]), call.args[2])
    return None


def index_of(call: Call, value: object) -> int:
    """A known index."""
    if not isinstance(value, int):
        raise PythonError("TypeError", "an index that is not a known integer")
    return value


@methods(list)
def pop(call: Call) -> object:
    """`xs.pop([i])`."""
    index = call.argument(1, "index", -1)
    if not isinstance(index, int):
        return Unknown("pop() at an index that is not known", call.place)
    try:
        return receiver(call).pop(index)
    except IndexError as error:
        raise PythonError("IndexError", str(error)) from error


@methods(list)
def remove(call: Call) -> object:
    """`xs.remove(x)`."""
    try:
        receiver(call).remove(call.args[1])
        return None
    except ValueError as error:
        if uncertain(call):
            return Unknown("remove() of a value that is not known", call.place)
        raise PythonError("ValueError", str(error)) from error


def uncertain(call: Call) -> bool:
    """May two of the values compared be equal without our knowing?"""
    return next(symbolic_parts([list(receiver(call)), call.args[1]]), None) is not None


@methods(list, tuple)
def index(call: Call) -> object:
    """`xs.index(x)`."""
    bounds = [bound for bound in call.args[2:] if isinstance(bound, int)]
    try:
        return receiver(call).index(call.args[1], *bounds)
    except ValueError as error:
        if uncertain(call):
            return Unknown("index() of a value that is not known", call.place)
        raise PythonError("ValueError", str(error)) from error


@methods(list, tuple)
def count(call: Call) -> object:
    """`xs.count(x)`."""
    return Unknown("count() of a value that is not known", call.place) if uncertain(call) else receiver(call).count(call.args[1])


@methods(list)
def reverse(call: Call) -> object:
    """`xs.reverse()`."""
    receiver(call).reverse()
    return None


@methods(list)
def sort(call: Call) -> object:
    """`xs.sort(key=…, reverse=…)`; elements whose order is not known become unknown."""
    found = in_order(call, receiver(call), call.kwargs.get("key"), call.kwargs.get("reverse", False))
    receiver(call)[:] = found if isinstance(found, list) else [found for _ in receiver(call)]
    return None


@methods(list, dict, set)
def clear(call: Call) -> object:
    """`xs.clear()`."""
    receiver(call).clear()
    return None


@methods(list, dict, set, frozenset)
def copy(call: Call) -> object:
    """`xs.copy()`: a shallow copy of the same type."""
    return receiver(call).copy()


def look_up(call: Call, default: object) -> object:
    """The item of a dict under a key that may be symbolic; the default when there is none."""
    items, key = mapping(call), call.args[1]
    try:
        if key in items:
            return items[key]
    except TypeError as error:
        raise PythonError("TypeError", str(error)) from error
    if isinstance(key, Symbolic):
        try:
            return call.machine.item(items, key)
        except PythonError as error:
            if error.class_name != "KeyError":
                raise
            return default
    if any(isinstance(known, Symbolic) for known in items):
        return Unknown(f"the key {key!r} among keys that are not known", call.place)
    return default


@methods(dict)
def get(call: Call) -> object:
    """`d.get(key[, default])`; never makes an item, not even in a defaultdict."""
    return look_up(call, call.argument(2, "default"))


@methods(dict)
def setdefault(call: Call) -> object:
    """`d.setdefault(key[, default])`."""
    found = look_up(call, MISSING)
    if found is not MISSING:
        return found
    value = call.argument(2, "default")
    put(mapping(call), call.args[1], value)
    return value


@methods(dict)
def pop_(call: Call) -> object:
    """`d.pop(key[, default])`."""
    found = look_up(call, MISSING)
    if found is not MISSING:
        mapping(call).pop(call.args[1], None)
        return found
    if len(call.args) > 2:
        return call.args[2]
    raise PythonError("KeyError", str(call.args[1]))


@methods(dict)
def popitem(call: Call) -> object:
    """`d.popitem()`; an OrderedDict may be asked for the first."""
    if not mapping(call):
        raise PythonError("KeyError", "popitem(): dictionary is empty")
    key = next(iter(mapping(call))) if call.argument(1, "last", True) is False else next(reversed(mapping(call)))
    return key, mapping(call).pop(key)


def add_unseen(call: Call, target: dict[object, object], source: object) -> None:
    """Mark a dict that something unknown was merged into; what it had may be replaced."""
    if target:
        call.machine.report(MAY_BE_REPLACED, "entries of this dict may be replaced by a value that is not known", call.place)
    unseen = Unknown("entries of a value that is not known", call.place, source if isinstance(source, Unknown) else None)
    target[unseen] = unseen


@methods(dict)
def update(call: Call) -> object:
    """`d.update(other, **more)`; what is not known leaves the dict with a marker of its own."""
    for source in call.args[1:2]:
        if add_all(call, mapping(call), source) is not None:
            add_unseen(call, mapping(call), source)
    mapping(call).update(call.kwargs)
    return None


@methods(dict)
def keys(call: Call) -> object:
    """`d.keys()`."""
    return Keys(mapping(call))


@methods(dict)
def values(call: Call) -> object:
    """`d.values()`."""
    return list(mapping(call).values())


@methods(dict)
def items(call: Call) -> object:
    """`d.items()`."""
    return list(mapping(call).items())


@methods(dict)
def move_to_end(call: Call) -> object:
    """`OrderedDict.move_to_end(key, last=True)`."""
    found = mapping(call)
    if call.args[1] not in found:
        raise PythonError("KeyError", str(call.args[1]))
    value = found.pop(call.args[1])
    rest = {} if call.argument(2, "last", True) is not False else dict(found)
    if rest:
        found.clear()
    found[call.args[1]] = value
    found.update(rest)
    return None


@methods(set)
def add(call: Call) -> object:
    """`s.add(x)`."""
    try:
        members(call).add(call.args[1])
        return None
    except TypeError as error:
        raise PythonError("TypeError", str(error)) from error


@methods(set)
def discard(call: Call) -> object:
    """`s.discard(x)`."""
    members(call).discard(call.args[1])
    return None


@methods(set)
def remove_(call: Call) -> object:
    """`s.remove(x)`."""
    if call.args[1] not in members(call):
        raise PythonError("KeyError", str(call.args[1]))
    members(call).remove(call.args[1])
    return None


@methods(set)
def pop__(call: Call) -> object:
    """`s.pop()`: which one differs from process to process."""
    if not members(call):
        raise PythonError("KeyError", "pop from an empty set")
    if len(members(call)) == 1:
        return members(call).pop()
    return Unknown("pop() from a set takes any of its members", call.place)


def set_method(name: str, owners: tuple[type, ...]) -> None:
    """A method of sets over any number of iterables."""

    def model(call: Call) -> object:
        others = []
        for value in call.args[1:]:
            found = elements(call, value)
            if found is None:
                return unknown_elements(Call(call.machine, f".{name}", call.args, {}, call.place), value)
            others.append(found)
        if name not in UNION and next(symbolic_parts([list(members(call)), others]), None) is not None:
            return Operation(f".{name}", (set(members(call)), *others), call.place)
        try:
            return getattr(members(call), name)(*others)
        except TypeError as error:
            raise PythonError("TypeError", str(error)) from error

    for owner in owners:
        METHODS.setdefault(owner, {})[name] = model


UNION = frozenset({"union", "update"})
"""Methods whose result is right even when two of the members may turn out equal."""

for _name in ("union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint"):
    set_method(_name, (set, frozenset))
for _name in ("update", "intersection_update", "difference_update", "symmetric_difference_update"):
    set_method(_name, (set,))

LIST_METHODS = METHODS[list]
"""For the other sequences that have them."""
