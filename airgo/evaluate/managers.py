"""`with` statements: what enters, what leaves, and bodies run inside `@contextmanager` functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate.arguments import bind
from airgo.evaluate.calls import Manager, run_function
from airgo.evaluate.classes import special_method
from airgo.evaluate.errors import exception_value, matches
from airgo.evaluate.expressions import evaluate
from airgo.evaluate.objects import Call, Instance, Modelled, PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.statements import Signal, executes, run_block
from airgo.evaluate.targets import assign
from airgo.source import Place
from airgo.values import MISSING, Extern, ExternCall

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Rest = Callable[[], "Signal | None"]


@executes(cst.With)
def with_(machine: Machine, node: cst.With, scope: Scope) -> Signal | None:
    """`with a as b, c: …`."""
    return from_item(machine, node, 0, scope)


def from_item(machine: Machine, node: cst.With, index: int, scope: Scope) -> Signal | None:
    """The items from `index` on, then the body."""
    if index == len(node.items):
        return run_block(machine, node.body, scope)
    item = node.items[index]
    value = evaluate(machine, item.item, scope)
    place = Place(machine.frame.module.file, item.item)
    machine.node = item.item

    def rest(entered: object) -> Signal | None:
        if item.asname is not None:
            assign(machine, item.asname.name, entered, scope)
        return from_item(machine, node, index + 1, scope)

    if isinstance(value, Manager):
        return inside_generator(machine, value, rest)
    if isinstance(value, ExternCall) and value.name == "contextlib.suppress":
        return suppressing(machine, value.args, lambda: rest(None))
    entered = enter(machine, value, place)
    return leaving(machine, value, place, lambda: rest(entered))


def enter(machine: Machine, value: object, place: Place) -> object:
    """What `with value as x` binds to x; anything that is no context manager of ours binds itself."""
    call = Call(machine, "__enter__", (), {}, place)
    if isinstance(value, Modelled):
        found = value.enter(call)
        return value if found is MISSING else found
    if isinstance(value, Instance):
        method = special_method(machine, value, "__enter__")
        method = special_method(machine, value, "__aenter__") if method is MISSING else method
        if method is not MISSING:
            return machine.call(method)
        if isinstance(value.native, Modelled):
            found = value.native.enter(call)
            return value if found is MISSING or found is value.native else found
    return value


def leaving(machine: Machine, value: object, place: Place, rest: Rest) -> Signal | None:
    """Run the rest, and leave in any case; a manager of the project may swallow an exception."""
    signal, error = None, None
    try:
        try:
            signal = rest()
        except PythonError as raised:
            error = raised
    finally:
        swallowed = leave(machine, value, place, error)
    if error is not None and swallowed is not True:
        raise error
    return signal


def leave(machine: Machine, value: object, place: Place, error: PythonError | None) -> bool | None:
    """The end of a `with` block; True when the exception is swallowed."""
    call = Call(machine, "__exit__", (), {}, place)
    if isinstance(value, Modelled):
        value.leave(call)
    elif isinstance(value, Instance):
        method = special_method(machine, value, "__exit__")
        method = special_method(machine, value, "__aexit__") if method is MISSING else method
        if method is not MISSING:
            raised = (None, None, None) if error is None else (Extern(f"builtins.{error.class_name}"), exception_value(error, place), None)
            return machine.truth(machine.call(method, raised))
        if isinstance(value.native, Modelled):
            value.native.leave(call)
    return None


def suppressing(machine: Machine, kinds: tuple[object, ...], rest: Rest) -> Signal | None:
    """`with contextlib.suppress(...)`."""

    def catches(error: PythonError) -> bool:
        return matches(machine, error, kinds)

    machine.catchers.append(catches)
    try:
        return rest()
    except PythonError as error:
        if not catches(error):
            raise
        return None
    finally:
        machine.catchers.remove(catches)


def inside_generator(machine: Machine, manager: Manager, rest: Callable[[object], Signal | None]) -> Signal | None:
    """Run a `@contextmanager` function with the rest of the `with` statement at its first `yield`."""
    outer = machine.frame
    signals: list[Signal | None] = []

    def on_yield(value: object) -> None:
        if signals:
            return
        signals.append(None)
        machine.frames.append(outer)
        try:
            signals[0] = rest(value)
        finally:
            machine.frames.pop()

    call = Call(machine, manager.function.name, manager.args, manager.kwargs, manager.place)
    run_function(machine, manager.function, bind(machine, manager.function, call), call, None, on_yield)
    if not signals:
        raise PythonError("RuntimeError", "generator didn't yield")
    return signals[0]
