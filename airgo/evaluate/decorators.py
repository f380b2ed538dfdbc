"""Decorators: known ones by model, those of the project by calling them, all others passed over with a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from airgo.catalogue import canonical
from airgo.evaluate.calls import DECORATOR_MARK, OWN_MODELS, call_value, find_model, report_opaque
from airgo.evaluate.expressions import evaluate
from airgo.evaluate.objects import Bound, Class, Function, Instance, Modelled, Native, Partial
from airgo.evaluate.scope import Scope
from airgo.source import Place
from airgo.values import MISSING, Extern, Operation, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def decorate(machine: Machine, nodes: Sequence[cst.Decorator], value: object, scope: Scope) -> object:
    """The function or class after its decorators, the innermost first."""
    applied = [(node, evaluate(machine, node.decorator, scope)) for node in nodes]
    for node, decorator in reversed(applied):
        at = node.decorator if isinstance(node.decorator, cst.Call) else getattr(value, "node", node)
        machine.node = at
        place = Place(machine.frame.module.file, at)
        value = apply(machine, decorator, value, place)
    return value


def is_modelled(name: str) -> bool:
    """Is there a model of the decorator? That an unknown callable may build a task says nothing about decorators."""
    return name in OWN_MODELS or find_model(name, resolvers=canonical(name).startswith("airflow.")) is not None


def apply(machine: Machine, decorator: object, value: object, place: Place) -> object:
    """One decorator on a function or class."""
    if isinstance(decorator, Function | Bound | Class | Native | Partial | Instance):
        return call_value(machine, decorator, (value,), {}, place)
    if isinstance(decorator, Modelled):
        found = call_value(machine, decorator, (value,), {}, place)
        return value if found is MISSING else found
    if isinstance(decorator, Extern) and is_modelled(decorator.name):
        return call_value(machine, decorator, (value,), {}, place)
    if isinstance(decorator, Unknown):
        return call_value(machine, decorator, (value,), {}, place)
    name = name_of(decorator)
    if isinstance(value, Function):
        value.attributes[DECORATOR_MARK] = (name, place)
    else:
        report_opaque(machine, name, place)
    return value


def name_of(decorator: object) -> str:
    """A decorator from outside in words."""
    if isinstance(decorator, Operation) and decorator.operands:
        return f"{name_of(decorator.operands[0])}{decorator.name.partition(' ')[0]}"
    return str(getattr(decorator, "name", "a decorator"))
