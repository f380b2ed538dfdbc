"""collections: OrderedDict, defaultdict, Counter, deque, ChainMap; named tuples are in `named_tuples`."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable

from airgo.evaluate import limits
from airgo.evaluate.library.builtins_iteration import elements, unknown_elements
from airgo.evaluate.library.builtins_types import add_all, plain_type
from airgo.evaluate.library.containers import LIST_METHODS
from airgo.evaluate.models import METHODS, PythonError, methods, models
from airgo.evaluate.objects import Call, Iterator
from airgo.values import Unknown


class DefaultDict(dict[object, object]):
    """A dict that makes missing items by calling something of the program."""

    def __init__(self, make: Callable[[], object] | None, items: dict[object, object] | None = None) -> None:
        super().__init__(items or {})
        self.make = make

    def __missing__(self, key: object) -> object:
        if self.make is None:
            raise KeyError(key)
        self[key] = value = self.make()
        return value

    def copy(self) -> DefaultDict:
        """A shallow copy that makes items the same way."""
        return DefaultDict(self.make, self)


plain_type("collections.defaultdict", DefaultDict)
plain_type("collections.OrderedDict", OrderedDict)
plain_type("collections.Counter", Counter)
plain_type("collections.deque", deque)


@models("collections.defaultdict")
def defaultdict(call: Call) -> object:
    """`defaultdict(factory, mapping, **more)`."""
    machine, factory = call.machine, call.argument(0, "default_factory")
    result = DefaultDict(None if factory is None else lambda: machine.call(factory))
    return filled(call, result, call.args[1:])


@models("collections.OrderedDict", "collections.UserDict", "types.MappingProxyType", "frozendict.frozendict")
def ordered_dict(call: Call) -> object:
    """`OrderedDict(pairs, **more)`."""
    return filled(call, OrderedDict() if call.name.endswith("OrderedDict") else {}, call.args)


def filled(call: Call, target: dict[object, object], sources: tuple[object, ...]) -> object:
    """A dict with the items of the sources and the call's keywords."""
    for source in sources:
        problem = add_all(call, target, source)
        if problem is not None:
            return problem
    target.update({name: value for name, value in call.kwargs.items() if name != "default_factory"})
    return target


@models("collections.ChainMap")
def chain_map(call: Call) -> object:
    """`ChainMap(*maps)` as one dict: the first map wins."""
    return filled(call, {}, tuple(reversed(call.args)))


@models("collections.Counter")
def counter(call: Call) -> object:
    """`Counter(xs)`, `Counter(mapping)`."""
    result: Counter[object] = Counter()
    return count_into(call, result, call.args[:1], 1) or result


def count_into(call: Call, result: Counter[object], sources: tuple[object, ...], sign: int) -> object | None:
    """Add (or subtract) what the sources hold; what to answer when that is not known, else None."""
    for source in (*sources, dict(call.kwargs)):
        if isinstance(source, dict):
            for key, value in source.items():
                result[key] = result[key] + sign * value
            continue
        found = elements(call, source)
        if found is None:
            return unknown_elements(call, source)
        for element in found:
            result[element] += sign
    return None


def counted(call: Call) -> Counter[object]:
    """The Counter a method is called on."""
    return call.args[0]  # type: ignore[return-value]  # the table says so


@methods(Counter)
def most_common(call: Call) -> object:
    """`counter.most_common(n)`."""
    number = call.argument(1, "n")
    return counted(call).most_common(number if isinstance(number, int) else None)


@methods(Counter)
def elements_(call: Call) -> object:
    """`counter.elements()`."""
    limits.check_elements(sum(max(value, 0) for value in counted(call).values()))
    return Iterator(counted(call).elements())


@methods(Counter)
def total(call: Call) -> object:
    """`counter.total()`."""
    return sum(counted(call).values())


@methods(Counter)
def update(call: Call) -> object:
    """`counter.update(xs)`: adds."""
    return count_into(call, counted(call), call.args[1:2], 1)


@methods(Counter)
def subtract(call: Call) -> object:
    """`counter.subtract(xs)`."""
    return count_into(call, counted(call), call.args[1:2], -1)


@models("collections.deque")
def deque_(call: Call) -> object:
    """`deque(xs, maxlen)`."""
    maxlen = call.argument(1, "maxlen")
    found = elements(call, call.args[0]) if call.args else []
    if found is None:
        return unknown_elements(call, call.args[0])
    return deque(found, maxlen if isinstance(maxlen, int) else None)


def ended(call: Call) -> deque[object]:
    """The deque a method is called on."""
    return call.args[0]  # type: ignore[return-value]  # the table says so


@methods(deque)
def appendleft(call: Call) -> object:
    """`queue.appendleft(x)`."""
    ended(call).appendleft(call.args[1])
    return None


@methods(deque)
def popleft(call: Call) -> object:
    """`queue.popleft()`."""
    if not ended(call):
        raise PythonError("IndexError", "pop from an empty deque")
    return ended(call).popleft()


@methods(deque)
def pop(call: Call) -> object:
    """`queue.pop()`."""
    if not ended(call):
        raise PythonError("IndexError", "pop from an empty deque")
    return ended(call).pop()


@methods(deque)
def extendleft(call: Call) -> object:
    """`queue.extendleft(xs)`."""
    found = elements(call, call.args[1])
    if found is None:
        ended(call).appendleft(Unknown("elements of a value that is not known", call.place))
        return None
    ended(call).extendleft(found)
    return None


@methods(deque)
def rotate(call: Call) -> object:
    """`queue.rotate(n)`."""
    number = call.argument(1, "n", 1)
    ended(call).rotate(number if isinstance(number, int) else 0)
    return None


for _name in ("append", "extend", "remove", "index", "count", "reverse", "clear", "copy", "insert"):
    METHODS[deque][_name] = LIST_METHODS[_name]
