"""Comprehensions and generator expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate import branches, rules
from airgo.evaluate.assumptions import decide, elements
from airgo.evaluate.expressions import evaluate, evaluates
from airgo.evaluate.objects import Iterator, PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.targets import assign, element_of
from airgo.source import Place
from airgo.values import Choice, Operation, Symbolic, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Produce = Callable[[Scope], None]


class Unbounded(Exception):
    """A comprehension runs over something whose elements are not known; its element was looked at once."""

    def __init__(self, iterable: object) -> None:
        super().__init__()
        self.iterable = iterable


def run(machine: Machine, clause: cst.CompFor, scope: Scope, produce: Produce) -> None:
    """Run `for x in xs if test`, and what is nested in it. Raises Unbounded after the one round over unknown elements."""
    iterable = evaluate(machine, clause.iter, scope)
    found = elements(machine, iterable)
    inner = Scope("comprehension", scope)
    inner.qualified_name = scope.qualified_name
    inner.owner_class = scope.owner_class
    if found is not None:
        for element in found:
            machine.step()
            if type(element) in branches.MAYBE_ABSENT:
                with_element(machine, clause, element, inner, produce)
            else:
                assign(machine, clause.target, element, inner)
                filtered(machine, clause, inner, produce, 0)
        return
    place = machine.place
    assign(machine, clause.target, element_of(machine, iterable, place), inner)
    machine.repeats.append(iterable)
    try:
        filtered(machine, clause, inner, produce, 0)
    finally:
        machine.repeats.pop()
    raise Unbounded(iterable)


def with_element(machine: Machine, clause: cst.CompFor, element: object, scope: Scope, produce: Produce) -> None:
    """One element; under its test when it may be absent."""
    if isinstance(element, branches.Absent):
        return
    if branches.is_optional(element):
        assert isinstance(element, Choice)
        for polarity, leaf in ((True, element.then), (False, element.orelse)):
            guard = branches.Guarded(element.test, polarity, machine.place)
            machine.guards.append(guard)
            with_element(machine, clause, leaf, scope, produce)
            machine.guards.remove(guard)
        return
    assign(machine, clause.target, element, scope)
    filtered(machine, clause, scope, produce, 0)


def filtered(machine: Machine, clause: cst.CompFor, scope: Scope, produce: Produce, index: int) -> None:
    """One round: the tests from `index` on, then the inner clause or the element."""
    if index == len(clause.ifs):
        if clause.inner_for_in is not None:
            run(machine, clause.inner_for_in, scope, produce)
        else:
            produce(scope)
        return
    test = evaluate(machine, clause.ifs[index].test, scope)
    verdict = decide(machine, test)
    if verdict is True:
        filtered(machine, clause, scope, produce, index + 1)
    elif verdict is None:
        guard = branches.Guarded(test, True, machine.place)
        machine.guards.append(guard)
        try:
            filtered(machine, clause, scope, produce, index + 1)
        finally:
            machine.guards.remove(guard)


def conditional(machine: Machine, guards: int, value: object) -> object:
    """An element under the undecided tests of its comprehension: a choice against nothing."""
    for guard in reversed(machine.guards[guards:]):
        missing = branches.absent("this element", guard.place)
        then, orelse = (value, missing) if guard.polarity else (missing, value)
        value = branches.choose_built(guard.test, then, orelse, guard.place)
    return value


def gathered(machine: Machine, node: cst.BaseSimpleComp, scope: Scope) -> object:
    """The elements of a comprehension as a list, or what stands for them."""
    found: list[object] = []
    guards = len(machine.guards)

    def produce(inner: Scope) -> None:
        found.append(conditional(machine, guards, evaluate(machine, node.elt, inner)))

    try:
        run(machine, node.for_in, scope, produce)
    except Unbounded as unbounded:
        return unbounded_result(machine, node, unbounded.iterable, found)
    machine.made(found)
    return found


def unbounded_result(machine: Machine, node: cst.BaseComp, iterable: object, found: list[object]) -> object:
    """What a comprehension over unknown elements is: the tasks that its one round built, else data that stays symbolic."""
    place = Place(machine.frame.module.file, node)
    if any(branches.is_built(value) for value in found):
        machine.report(rules.UNKNOWN_ROUNDS, "how many tasks this comprehension builds depends on a value that is not known", place)
        return found
    if isinstance(iterable, Unknown) or len(found) != 1:
        return Unknown("a comprehension over elements that are not known", place, iterable if isinstance(iterable, Unknown) else None)
    return Operation("comprehension", (iterable, found[0]), place)


@evaluates(cst.ListComp)
def list_comprehension(machine: Machine, node: cst.ListComp, scope: Scope) -> object:
    """`[x for …]`."""
    return gathered(machine, node, scope)


@evaluates(cst.GeneratorExp)
def generator_expression(machine: Machine, node: cst.GeneratorExp, scope: Scope) -> object:
    """`(x for …)`, all elements computed at once."""
    found = gathered(machine, node, scope)
    return found if isinstance(found, Symbolic) else Iterator(found)  # type: ignore[arg-type]  # a list


@evaluates(cst.SetComp)
def set_comprehension(machine: Machine, node: cst.SetComp, scope: Scope) -> object:
    """`{x for …}`."""
    found = gathered(machine, node, scope)
    try:
        return found if isinstance(found, Symbolic) else set(found)  # type: ignore[call-overload]  # a list
    except TypeError as error:
        raise PythonError("TypeError", str(error)) from error


@evaluates(cst.DictComp)
def dict_comprehension(machine: Machine, node: cst.DictComp, scope: Scope) -> object:
    """`{k: v for …}`."""
    found: dict[object, object] = {}
    guards = len(machine.guards)

    def produce(inner: Scope) -> None:
        key = evaluate(machine, node.key, inner)
        value = conditional(machine, guards, evaluate(machine, node.value, inner))
        try:
            found[key] = value
        except TypeError as error:
            raise PythonError("TypeError", str(error)) from error

    try:
        run(machine, node.for_in, scope, produce)
    except Unbounded as unbounded:
        return unbounded_result(machine, node, unbounded.iterable, list(found.values()))
    machine.made(found)
    return found
