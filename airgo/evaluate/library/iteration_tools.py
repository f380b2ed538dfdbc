"""itertools: lazy, so that endless iterators work; the number of elements is limited where they are gathered."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from collections.abc import Iterator as Elements

from airgo.evaluate.library.builtins_iteration import elements, lazily, unknown_elements
from airgo.evaluate.models import PythonError, models
from airgo.evaluate.objects import Call, Iterator
from airgo.values import MISSING, Unknown


def over_sources(name: str, combine: Callable[..., Iterable[object]]) -> None:
    """Register a function over iterables only; its keywords must be plain."""

    def model(call: Call) -> object:
        sources = [lazily(call, value) for value in call.args]
        if None in sources:
            return unknown_elements(call, call.args[sources.index(None)])
        try:
            return Iterator(combine(*sources, **call.kwargs))
        except (TypeError, ValueError) as error:
            raise PythonError(type(error).__name__, str(error)) from error

    models(f"itertools.{name}")(model)


over_sources("chain", itertools.chain)
over_sources("product", itertools.product)
over_sources("zip_longest", itertools.zip_longest)
over_sources("cycle", itertools.cycle)
over_sources("pairwise", itertools.pairwise)


def with_number(name: str, combine: Callable[[Elements[object], int], Iterable[object]], default: int | None = None) -> None:
    """Register a function over one iterable and a number."""

    def model(call: Call) -> object:
        source = lazily(call, call.args[0])
        if source is None:
            return unknown_elements(call, call.args[0])
        number = call.argument(1, "r", call.kwargs.get("n", default))
        if number is None and name == "permutations":
            found = list(source)
            return Iterator(itertools.permutations(found))
        if not isinstance(number, int):
            return Unknown(f"itertools.{name} with a number that is not known", call.place)
        try:
            return Iterator(combine(source, number))
        except ValueError as error:
            raise PythonError("ValueError", str(error)) from error

    models(f"itertools.{name}")(model)


with_number("combinations", itertools.combinations)
with_number("combinations_with_replacement", itertools.combinations_with_replacement)
with_number("permutations", itertools.permutations)


def batches(source: Elements[object], size: int) -> Elements[object]:
    """Tuples of at most `size` elements."""
    while batch := tuple(itertools.islice(source, max(size, 1))):
        yield batch


with_number("batched", batches)


@models("itertools.chain.from_iterable")
def from_iterable(call: Call) -> object:
    """`chain.from_iterable(xss)`."""
    outer = elements(call, call.args[0])
    if outer is None:
        return unknown_elements(call, call.args[0])
    found = [elements(call, inner) for inner in outer]
    if None in found:
        return unknown_elements(call, outer[found.index(None)])
    return Iterator(itertools.chain.from_iterable(inner for inner in found if inner is not None))


@models("itertools.count")
def count(call: Call) -> object:
    """`count(start, step)`."""
    start, step = call.argument(0, "start", 0), call.argument(1, "step", 1)
    if not isinstance(start, int | float) or not isinstance(step, int | float):
        return Unknown("itertools.count from a number that is not known", call.place)
    return Iterator(itertools.count(start, step))


@models("itertools.repeat")
def repeat(call: Call) -> object:
    """`repeat(x[, times])`."""
    times = call.argument(1, "times", MISSING)
    if times is MISSING:
        return Iterator(itertools.repeat(call.args[0]))
    return (
        Iterator(itertools.repeat(call.args[0], times))
        if isinstance(times, int)
        else Unknown("repeat() a number of times not known", call.place)
    )


@models("itertools.islice")
def islice(call: Call) -> object:
    """`islice(xs, start, stop, step)`."""
    source = lazily(call, call.args[0])
    if source is None:
        return unknown_elements(call, call.args[0])
    bounds = [bound for bound in call.args[1:] if bound is None or isinstance(bound, int)]
    if len(bounds) != len(call.args) - 1:
        return Unknown("islice() with a bound that is not known", call.place)
    try:
        return Iterator(itertools.islice(source, *bounds))
    except ValueError as error:
        raise PythonError("ValueError", str(error)) from error


@models("itertools.starmap")
def starmap(call: Call) -> object:
    """`starmap(f, rows)`."""
    rows = elements(call, call.args[1])
    if rows is None:
        return unknown_elements(call, call.args[1])
    found = [elements(call, row) for row in rows]
    if None in found:
        return unknown_elements(call, rows[found.index(None)])
    return Iterator(call.machine.call(call.args[0], tuple(row)) for row in found if row is not None)


@models("itertools.takewhile", "itertools.dropwhile")
def takewhile(call: Call) -> object:
    """`takewhile(f, xs)`, `dropwhile(f, xs)`."""
    source = lazily(call, call.args[1])
    if source is None:
        return unknown_elements(call, call.args[1])
    taken: list[object] = []
    for element in source:
        verdict = call.machine.truth(call.machine.call(call.args[0], (element,)))
        if verdict is None:
            return Unknown(f"{call.name} with a test that cannot be decided", call.place)
        if verdict is False:
            return Iterator(taken) if call.name.endswith("takewhile") else Iterator(itertools.chain((element,), source))
        taken.append(element)
    return Iterator(taken if call.name.endswith("takewhile") else ())


@models("itertools.accumulate")
def accumulate(call: Call) -> object:
    """`accumulate(xs, f, initial=…)`."""
    found = elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    function = call.argument(1, "func")
    if call.kwargs.get("initial") is not None:
        found = [call.kwargs["initial"], *found]

    def add(left: object, right: object) -> object:
        return call.machine.operate("+", left, right) if function is None else call.machine.call(function, (left, right))

    return Iterator(itertools.accumulate(found, add))


@models("itertools.groupby")
def groupby(call: Call) -> object:
    """`groupby(xs, key)`: runs of equal keys; a group stays readable after the next one began."""
    found = elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    key = call.argument(1, "key")
    groups: list[tuple[object, list[object]]] = []
    for element in found:
        current = element if key is None else call.machine.call(key, (element,))
        same = call.machine.truth(call.machine.operate("==", groups[-1][0], current)) if groups else False
        if same is None:
            return Unknown("groupby() over keys that cannot be compared", call.place)
        if same:
            groups[-1][1].append(element)
        else:
            groups.append((current, [element]))
    return Iterator((current, Iterator(members)) for current, members in groups)


@models("itertools.tee")
def tee(call: Call) -> object:
    """`tee(xs, n)`."""
    source, number = lazily(call, call.args[0]), call.argument(1, "n", 2)
    if source is None or not isinstance(number, int):
        return unknown_elements(call, call.args[0])
    return tuple(Iterator(twin) for twin in itertools.tee(source, number))


@models("itertools.compress")
def compress(call: Call) -> object:
    """`compress(xs, selectors)`."""
    found, selectors = elements(call, call.args[0]), elements(call, call.args[1])
    if found is None or selectors is None:
        return unknown_elements(call, call.args[0] if found is None else call.args[1])
    verdicts = [call.machine.truth(selector) for selector in selectors]
    if None in verdicts:
        return Unknown("compress() with a test that cannot be decided", call.place)
    return Iterator(element for element, verdict in zip(found, verdicts, strict=False) if verdict)
