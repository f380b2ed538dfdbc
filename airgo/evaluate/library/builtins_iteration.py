"""Python's builtin functions over many values: range, enumerate, zip, map, sorted, sum and their kin."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterable
from collections.abc import Iterator as Elements
from typing import Any

from airgo.evaluate import limits
from airgo.evaluate.library.plain_texts import attribute_or_missing, known, type_name
from airgo.evaluate.models import PROJECT_VALUES, PythonError, models, pure
from airgo.evaluate.objects import Call, Class, Instance, Iterator, Modelled
from airgo.values import MISSING, Operation, Symbolic, Unknown


def elements(call: Call, value: object) -> list[object] | None:
    """The elements of a value; None when they cannot be known. Raises the program's TypeError for what is not iterable."""
    if isinstance(value, range):
        limits.check_elements(limits.length_of(value))
    found = call.machine.iterate(value)
    if found is None and not isinstance(value, (Symbolic, *PROJECT_VALUES)):
        raise PythonError("TypeError", f"'{type_name(value)}' object is not iterable")
    return found


def lazily(call: Call, value: object) -> Elements[object] | None:
    """An iterator over a value that may be endless; None when its elements cannot be known."""
    if isinstance(value, Iterator):
        return value.source
    found = elements(call, value)
    return None if found is None else iter(found)


def unknown_elements(call: Call, value: object) -> object:
    """What a function over the elements of `value` gives when they are not known."""
    name = call.name.removeprefix("builtins.")
    if isinstance(value, Unknown):
        return Unknown(f"{name}() over a value that is not known", call.place, value)
    if isinstance(value, Symbolic):
        spelling = " ".join([name, *(f"{keyword}=" for keyword in call.kwargs)])
        return Operation(spelling, (*call.args, *call.kwargs.values()), call.place)
    return Unknown(f"{name}() over an object of the project", call.place)


@pure("builtins.range")
def range_(*args: int) -> object:
    """`range(...)`: its elements are counted when somebody asks for them."""
    return range(*args)


@pure("builtins.slice")
def slice_(*args: int | None) -> object:
    """`slice(...)`."""
    return slice(*args)


@models("builtins.enumerate")
def enumerate_(call: Call) -> object:
    """`enumerate(xs, start)`."""
    start = call.argument(1, "start", 0)
    found = lazily(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    if not isinstance(start, int):
        return Unknown("enumerate() from a start that is not known", call.place)
    return Iterator((index, element) for index, element in enumerate(found, start))


@models("builtins.zip")
def zip_(call: Call) -> object:
    """`zip(*xs, strict=…)`."""
    sources = [lazily(call, value) for value in call.args]
    if None in sources:
        return unknown_elements(call, call.args[sources.index(None)])
    strict = call.machine.truth(call.kwargs.get("strict", False)) is True
    return Iterator(raising(zip(*[source for source in sources if source is not None], strict=strict)))


def raising(source: Iterable[object]) -> Elements[object]:
    """The same elements; a ValueError on the way is the program's."""
    try:
        yield from source
    except ValueError as error:
        raise PythonError("ValueError", str(error)) from error


@models("builtins.map")
def map_(call: Call) -> object:
    """`map(f, *xs)`."""
    sources = [lazily(call, value) for value in call.args[1:]]
    if None in sources:
        return unknown_elements(call, call.args[1 + sources.index(None)])
    rows = zip(*[source for source in sources if source is not None], strict=False)
    return Iterator(call.machine.call(call.args[0], row) for row in rows)


@models("builtins.filter", "itertools.filterfalse")
def filter_(call: Call) -> object:
    """`filter(f, xs)`; an element that is or is not there depending on something unknown makes the whole unknown."""
    function, wanted = call.args[0], not call.name.endswith("filterfalse")
    found = elements(call, call.args[1])
    if found is None:
        return unknown_elements(call, call.args[1])
    kept = []
    for element in found:
        verdict = call.machine.truth(element if function is None else call.machine.call(function, (element,)))
        if verdict is None:
            return Unknown("filter() with a test that cannot be decided", call.place)
        if verdict is wanted:
            kept.append(element)
    return Iterator(kept)


@models("builtins.sorted")
def sorted_(call: Call) -> object:
    """`sorted(xs, key=…, reverse=…)`."""
    found = elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    return in_order(call, found, call.kwargs.get("key"), call.kwargs.get("reverse", False))


def in_order(call: Call, values: list[object], key: object, reverse: object) -> object:
    """A sorted list of the values, or Unknown when their order cannot be known."""
    if len(values) < 2:
        return list(values)
    backwards = call.machine.truth(reverse)
    keys = values if key is None else [call.machine.call(key, (value,)) for value in values]
    ranked = rank(call, keys)
    if ranked is None or backwards is None:
        return Unknown("the order of values that are not all known", call.place)
    indexes = sorted(range(len(values)), key=lambda index: ranked[index], reverse=backwards)
    return [values[index] for index in indexes]


def rank(call: Call, keys: list[object]) -> list[Any] | None:
    """What can stand for the keys when they are compared; None when they cannot be compared."""
    keys = [key.key if isinstance(key, Instance) and key.key is not None else key for key in keys]
    if known(call, keys):
        try:
            sorted(keys)  # type: ignore[type-var]  # whether they compare is what is asked here
        except TypeError as error:
            raise PythonError("TypeError", str(error)) from error
        return keys
    if not all(isinstance(key, Instance | Modelled) for key in keys):
        return None
    return [functools.cmp_to_key(functools.partial(compare, call))(key) for key in keys]


def compare(call: Call, left: object, right: object) -> int:
    """The order of two objects by their own `<`."""
    if call.machine.truth(call.machine.operate("<", left, right)) is True:
        return -1
    return 1 if call.machine.truth(call.machine.operate("<", right, left)) is True else 0


@models("builtins.reversed")
def reversed_(call: Call) -> object:
    """`reversed(xs)`."""
    found = elements(call, call.args[0])
    return unknown_elements(call, call.args[0]) if found is None else Iterator(found[::-1])


@models("builtins.sum", "math.fsum")
def sum_(call: Call) -> object:
    """`sum(xs, start)`, by the machine's own `+`."""
    found = elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    total = call.argument(1, "start", 0)
    for element in found:
        total = call.machine.operate("+", total, element)
    return total


@models("builtins.min", "builtins.max")
def min_(call: Call) -> object:
    """`min(...)`, `max(...)`."""
    found = list(call.args) if len(call.args) > 1 else elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    if not found:
        if "default" in call.kwargs:
            return call.kwargs["default"]
        raise PythonError("ValueError", f"{call.name.removeprefix('builtins.')}() arg is an empty sequence")
    key = call.kwargs.get("key")
    keys = found if key is None else [call.machine.call(key, (value,)) for value in found]
    ranked = rank(call, keys)
    if ranked is None:
        return Operation(call.name.removeprefix("builtins."), tuple(found), call.place)
    choose: Callable[..., int] = builtins.max if call.name.endswith("max") else builtins.min
    return found[choose(range(len(found)), key=lambda index: ranked[index])]


@models("builtins.any", "builtins.all")
def any_(call: Call) -> object:
    """`any(xs)`, `all(xs)`: decided by one element where one is enough."""
    found = elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    enough = call.name.endswith("any")
    verdicts = [call.machine.truth(element) for element in found]
    if enough in verdicts:
        return enough
    return Operation(call.name.removeprefix("builtins."), (found,), call.place) if None in verdicts else not enough


@models("builtins.iter")
def iter_(call: Call) -> object:
    """`iter(xs)`."""
    value = call.args[0]
    if isinstance(value, Iterator):
        return value
    if len(call.args) > 1:
        return Unknown("iter() with a sentinel is not followed", call.place)
    found = elements(call, value)
    return unknown_elements(call, value) if found is None else Iterator(found)


@models("builtins.next")
def next_(call: Call) -> object:
    """`next(it[, default])`."""
    value = call.args[0]
    if isinstance(value, Instance):
        method = attribute_or_missing(call, value, "__next__")
        return Unknown("next() of an object of the project", call.place) if method is MISSING else call.machine.call(method)
    if not isinstance(value, Iterator):
        if isinstance(value, Symbolic | Class):
            return unknown_elements(call, value)
        raise PythonError("TypeError", f"'{type_name(value)}' object is not an iterator")
    found = next(value.source, MISSING)
    if found is not MISSING:
        return found
    if len(call.args) > 1:
        return call.args[1]
    raise PythonError("StopIteration")
