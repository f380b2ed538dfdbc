"""Assignment targets: names, attributes, items, and unpacking with stars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate import attributes, items
from airgo.evaluate.expressions import evaluate, index_value
from airgo.evaluate.objects import PythonError
from airgo.evaluate.scope import Scope
from airgo.source import Place
from airgo.values import MISSING, Choice, Symbol, Symbolic, Unknown, XComRef

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def assign(machine: Machine, target: cst.BaseExpression, value: object, scope: Scope) -> None:
    """`target = value`; raises PythonError for what Python would raise."""
    if type(target) is cst.Name:
        scope.bind(target.value, value)
        return
    if isinstance(target, cst.Attribute):
        owner = evaluate(machine, target.value, scope)
        attributes.set_attribute(machine, owner, target.attr.value, value)
    elif isinstance(target, cst.Subscript):
        owner = evaluate(machine, target.value, scope)
        key = index_value(machine, target.slice, scope)
        machine.node = target
        items.set_item(machine, owner, key, value)
    elif isinstance(target, cst.Tuple | cst.List):
        unpack(machine, target.elements, value, scope)


def unpack(machine: Machine, targets: Sequence[cst.BaseElement], value: object, scope: Scope) -> None:
    """`a, *b = value`."""
    star = next((index for index, target in enumerate(targets) if isinstance(target, cst.StarredElement)), None)
    values = unpacked(machine, value, len(targets), star)
    for target, part in zip(targets, values, strict=True):
        assign(machine, target.value, part, scope)


def unpacked(machine: Machine, value: object, count: int, star: int | None) -> list[object]:
    """As many values as there are targets."""
    found = machine.iterate(value)
    if found is None:
        return symbolic_parts(machine, value, count, star)
    if star is None:
        if len(found) != count:
            words = "too many values to unpack" if len(found) > count else "not enough values to unpack"
            raise PythonError("ValueError", f"{words} (expected {count}{'' if len(found) > count else f', got {len(found)}'})")
        return found
    after = count - star - 1
    if len(found) < count - 1:
        raise PythonError("ValueError", f"not enough values to unpack (expected at least {count - 1}, got {len(found)})")
    return [*found[:star], found[star : len(found) - after], *found[len(found) - after :]]


def symbolic_parts(machine: Machine, value: object, count: int, star: int | None) -> list[object]:
    """The parts of something that is unpacked without its elements being known."""
    if star is not None or not isinstance(value, Symbolic):
        cause = value if isinstance(value, Unknown) else None
        return [Unknown("a part of a value that is not known", machine.place, cause)] * count
    if isinstance(value, XComRef):
        return [Unknown("a task's result is unpacked, which Airflow refuses", machine.place)] * count
    if isinstance(value, Choice):
        sides = [unpacked(machine, side, count, star) for side in (value.then, value.orelse)]
        from airgo.evaluate.branches import choose  # noqa: PLC0415 - branches need no targets, kept beside its use

        return [choose(value.test, then, orelse, machine.place) for then, orelse in zip(*sides, strict=True)]
    return [items.item(machine, value, index) for index in range(count)]


def element_of(machine: Machine, iterable: object, place: Place) -> object:
    """What stands for each element of something that is iterated without its elements being known."""
    if isinstance(iterable, Unknown):
        return Unknown("an element of a value that is not known", place, iterable)
    if isinstance(iterable, Symbol):
        return Symbol("item", ".".join([iterable.key, *(str(step) for step in iterable.path)]), (), MISSING, place)
    return Symbol("item", "element", (), MISSING, place)


def names_of(target: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment target binds."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from names_of(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from names_of(target.value)
