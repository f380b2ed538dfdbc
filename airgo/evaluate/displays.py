"""Displays: lists, tuples, sets and dicts, with what `*` and `**` spread into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate import attributes, branches
from airgo.evaluate.assumptions import settled
from airgo.evaluate.expressions import evaluate, evaluates, unknown_elements
from airgo.evaluate.objects import Instance, PythonError
from airgo.evaluate.partly_seen import MAY_BE_REPLACED, is_partly_seen, mark
from airgo.evaluate.scope import Scope
from airgo.values import MISSING, Choice, Symbolic, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def spread(machine: Machine, elements: Sequence[cst.BaseElement], scope: Scope) -> list[object]:
    """The elements of a display, `*x` spread."""
    found: list[object] = []
    for element in elements:
        value = evaluate(machine, element.value, scope)
        if isinstance(element, cst.StarredElement):
            several = machine.iterate(settled(machine, value))
            found.extend([unknown_elements(machine, value)] if several is None else several)
        else:
            found.append(value)
    return found


@evaluates(cst.List)
def list_display(machine: Machine, node: cst.List, scope: Scope) -> object:
    """`[a, *b]`."""
    found = spread(machine, node.elements, scope)
    machine.made(found)
    return found


@evaluates(cst.Tuple)
def tuple_display(machine: Machine, node: cst.Tuple, scope: Scope) -> object:
    """`a, *b`."""
    return tuple(spread(machine, node.elements, scope))


@evaluates(cst.Set)
def set_display(machine: Machine, node: cst.Set, scope: Scope) -> object:
    """`{a, *b}`."""
    try:
        found = set(spread(machine, node.elements, scope))
    except TypeError as error:
        raise PythonError("TypeError", str(error)) from error
    machine.made(found)
    return found


@evaluates(cst.Dict)
def dict_display(machine: Machine, node: cst.Dict, scope: Scope) -> object:
    """`{a: b, **c}`."""
    found: dict[object, object] = {}
    for element in node.elements:
        value = evaluate(machine, element.value, scope) if isinstance(element, cst.StarredDictElement) else MISSING
        if value is not MISSING:
            mapping = mapping_of(machine, value)
            if found and (mapping is None or is_partly_seen(mapping)):
                machine.report(MAY_BE_REPLACED, "entries before this `**` may be replaced by a value that is not known")
            found.update(mapping or {})
            if mapping is None:
                mark(found, machine.place)
        elif isinstance(element, cst.DictElement):
            key = evaluate(machine, element.key, scope)
            try:
                found[key] = evaluate(machine, element.value, scope)
            except TypeError as error:
                raise PythonError("TypeError", str(error)) from error
    machine.made(found)
    return found


def mapping_of(machine: Machine, value: object) -> dict[object, object] | None:
    """The entries that `**value` spreads, or None when they are not known."""
    value = settled(machine, value)
    if isinstance(value, Instance):
        value = mapping_of_instance(machine, value)
    if isinstance(value, dict):
        return value
    if isinstance(value, Choice):
        then, orelse = mapping_of(machine, value.then), mapping_of(machine, value.orelse)
        if then is not None and orelse is not None:
            merged = branches.merged_content(value.test, dict(then), dict(orelse), machine.place)
            return merged if isinstance(merged, dict) else None
        return None
    if isinstance(value, Symbolic):
        keys = machine.iterate(value)
        return None if keys is None else {key: machine.item(value, key) for key in keys}
    raise PythonError("TypeError", f"{attributes.describe(value)} is not a mapping")


def mapping_of_instance(machine: Machine, value: Instance) -> object:
    """An object of the project as a mapping: the dict it extends, or by its `keys` and items."""
    if isinstance(value.native, dict):
        return value.native
    keys = attributes.attribute_or(machine, value, "keys", MISSING)
    if keys is MISSING or isinstance(keys, Symbolic):
        return Unknown("the entries of an object", machine.place)
    found = machine.iterate(machine.call(keys))
    return Unknown("the entries of an object", machine.place) if found is None else {key: machine.item(value, key) for key in found}
