"""functools and operator: partial, reduce, wraps, caches, getters."""

from __future__ import annotations

from airgo.evaluate.library.builtins_iteration import elements, unknown_elements
from airgo.evaluate.library.plain_texts import attribute_or_missing
from airgo.evaluate.models import PythonError, models
from airgo.evaluate.objects import Call, Class, Function, Modelled, Native, Partial, Property
from airgo.values import MISSING, Unknown

OPERATORS = {
    "add": "+",
    "concat": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "matmul": "@",
    "and_": "&",
    "or_": "|",
    "xor": "^",
    "lshift": "<<",
    "rshift": ">>",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "is_": "is",
    "is_not": "is not",
}


def binary(name: str, symbol: str) -> None:
    """Register `operator.name` as the machine's own operator."""
    models(f"operator.{name}")(lambda call: call.machine.operate(symbol, call.args[0], call.args[1]))


for _name, _symbol in OPERATORS.items():
    binary(_name, _symbol)


@models("operator.iadd", "operator.iconcat")
def iadd(call: Call) -> object:
    """`operator.iadd(a, b)`: a list is extended in place."""
    left, right = call.args
    if isinstance(left, list):
        call.machine.call(call.machine.attribute(left, "extend"), (right,))
        return left
    return call.machine.operate("+", left, right)


for _name, _symbol in {"isub": "-", "imul": "*", "ior": "|", "iand": "&", "ixor": "^"}.items():
    binary(_name, _symbol)


@models("functools.partial", "functools.partialmethod")
def partial(call: Call) -> object:
    """`partial(f, *args, **kwargs)`."""
    function = call.args[0]
    if isinstance(function, Unknown):
        return Unknown("partial() of a function that is not known", call.place, function)
    if isinstance(function, Partial):
        return Partial(function.function, (*function.args, *call.args[1:]), {**function.kwargs, **call.kwargs})
    return Partial(function, call.args[1:], dict(call.kwargs))


@models("functools.reduce")
def reduce(call: Call) -> object:
    """`reduce(f, xs[, initial])`."""
    found = elements(call, call.args[1])
    if found is None:
        return unknown_elements(call, call.args[1])
    if len(call.args) > 2:
        found = [call.args[2], *found]
    if not found:
        raise PythonError("TypeError", "reduce() of empty iterable with no initial value")
    result = found[0]
    for element in found[1:]:
        result = call.machine.call(call.args[0], (result, element))
    return result


@models("functools.wraps")
def wraps(call: Call) -> object:
    """`@wraps(f)`: the wrapper takes the name and the documentation of what it wraps."""
    wrapped = call.argument(0, "wrapped")

    def decorate(inner: Call) -> object:
        return renamed(inner, inner.args[0], wrapped)

    return Native("functools.wraps", decorate)


@models("functools.update_wrapper")
def update_wrapper(call: Call) -> object:
    """`update_wrapper(wrapper, wrapped)`."""
    return renamed(call, call.args[0], call.argument(1, "wrapped"))


def renamed(call: Call, wrapper: object, wrapped: object) -> object:
    """A wrapper under the name of what it wraps."""
    if isinstance(wrapper, Function):
        for name in ("__name__", "__qualname__", "__doc__", "__module__"):
            found = attribute_or_missing(call, wrapped, name)
            if found is not MISSING and not isinstance(found, Unknown):
                wrapper.attributes[name] = found
        wrapper.attributes["__wrapped__"] = wrapped
    return wrapper


@models("functools.lru_cache", "functools.cache", "functools.total_ordering", "functools.singledispatch", "functools.singledispatchmethod")
def lru_cache(call: Call) -> object:
    """`@lru_cache`, with or without arguments: the function itself, run again at every call."""
    if call.args and isinstance(call.args[0], Function | Class | Native | Partial):
        return call.args[0]
    return Native(call.name, lambda inner: inner.args[0])


@models("functools.cached_property", "werkzeug.utils.cached_property", "django.utils.functional.cached_property")
def cached_property(call: Call) -> object:
    """`@cached_property`: computed once for each object, which matters where it makes a task."""
    getter = call.args[0]
    known: dict[int, tuple[object, object]] = {}

    def get(inner: Call) -> object:
        instance = inner.args[0]
        if id(instance) not in known:
            known[id(instance)] = (instance, inner.machine.call(getter, (instance,)))
        return known[id(instance)][1]

    def set_(inner: Call) -> object:
        known[id(inner.args[0])] = (inner.args[0], inner.args[1])
        return None

    return Property(Native("functools.cached_property", get), Native("functools.cached_property", set_))


class ComparisonKey(Modelled):
    """`functools.cmp_to_key(f)(value)`."""

    __slots__ = ("compare", "value")

    def __init__(self, compare: object, value: object) -> None:
        self.compare = compare
        self.value = value

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """Compared by the program's function."""
        if not isinstance(other, ComparisonKey) or operator not in ("<", ">", "<=", ">=", "=="):
            return MISSING
        left, right = (other, self) if reflected else (self, other)
        return call.machine.operate(operator, call.machine.call(self.compare, (left.value, right.value)), 0)


@models("functools.cmp_to_key")
def cmp_to_key(call: Call) -> object:
    """`cmp_to_key(f)`."""
    compare = call.args[0]
    return Native("functools.cmp_to_key", lambda inner: ComparisonKey(compare, inner.args[0]))


@models("operator.itemgetter")
def itemgetter(call: Call) -> object:
    """`itemgetter(*keys)`."""
    keys = call.args

    def get(inner: Call) -> object:
        found = tuple(inner.machine.item(inner.args[0], key) for key in keys)
        return found[0] if len(keys) == 1 else found

    return Native("operator.itemgetter", get)


@models("operator.attrgetter")
def attrgetter(call: Call) -> object:
    """`attrgetter(*names)`."""
    names = call.args

    def get(inner: Call) -> object:
        found = tuple(attribute_path(inner, str(name)) for name in names)
        return found[0] if len(names) == 1 else found

    return Native("operator.attrgetter", get)


def attribute_path(call: Call, path: str) -> object:
    """`a.b.c` of the first argument."""
    value = call.args[0]
    for name in path.split("."):
        value = call.machine.attribute(value, name)
    return value


@models("operator.methodcaller")
def methodcaller(call: Call) -> object:
    """`methodcaller(name, *args, **kwargs)`."""
    name, args, kwargs = str(call.args[0]), call.args[1:], dict(call.kwargs)
    return Native("operator.methodcaller", lambda inner: inner.machine.call(inner.machine.attribute(inner.args[0], name), args, kwargs))


@models("operator.getitem")
def getitem(call: Call) -> object:
    """`operator.getitem(x, key)`."""
    return call.machine.item(call.args[0], call.args[1])


@models("operator.contains")
def contains(call: Call) -> object:
    """`operator.contains(xs, x)`."""
    return call.machine.operate("in", call.args[1], call.args[0])


@models("operator.not_", "operator.truth")
def not_(call: Call) -> object:
    """`operator.not_(x)`."""
    verdict = call.machine.truth(call.args[0])
    if verdict is None:
        return Unknown("the truth of a value that is not known", call.place)
    return verdict if call.name.endswith("truth") else not verdict
