"""Calls as they are written: the callee, and the arguments with what `*` and `**` spread into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate import attributes
from airgo.evaluate.assumptions import settled
from airgo.evaluate.calls import call_value
from airgo.evaluate.displays import mapping_of
from airgo.evaluate.expressions import OWN_METHODS, evaluate, evaluates, get_attribute
from airgo.evaluate.models import METHODS
from airgo.evaluate.objects import Call, Instance, PythonError
from airgo.evaluate.scope import Scope
from airgo.source import Place
from airgo.values import Symbolic

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


@evaluates(cst.Call)
def call(machine: Machine, node: cst.Call, scope: Scope) -> object:
    """`f(...)`, and `x.method(...)` without making the bound method first where x is plain."""
    machine.step()
    function = node.func
    if type(function) is cst.Attribute:
        receiver = evaluate(machine, function.value, scope)
        method_name = function.attr.value
        kind = type(receiver)
        model = OWN_METHODS.get((kind, method_name)) or (METHODS[kind].get(method_name) if kind in METHODS else None)
        if model is not None:
            args, kwargs, unseen = arguments(machine, node.args, scope)
            machine.node = node
            place = Place(machine.frame.module.file, node)
            return attributes.call_method(
                machine, receiver, model, Call(machine, f".{method_name}", (receiver, *args), kwargs, place, unseen)
            )
        machine.node = node
        value = get_attribute(machine, receiver, method_name)
    else:
        value = evaluate(machine, function, scope)
    args, kwargs, unseen = arguments(machine, node.args, scope)
    machine.node = node
    return call_value(machine, value, args, kwargs, Place(machine.frame.module.file, node), unseen)


def arguments(machine: Machine, nodes: Sequence[cst.Arg], scope: Scope) -> tuple[tuple[object, ...], dict[str, object], bool]:
    """The positional and keyword arguments of a call, and whether some could not be seen."""
    args: list[object] = []
    kwargs: dict[str, object] = {}
    unseen = False
    for node in nodes:
        value = evaluate(machine, node.value, scope)
        if node.keyword is not None:
            kwargs[node.keyword.value] = value
        elif node.star == "*":
            found = machine.iterate(settled(machine, value))
            args.extend(found or ())
            unseen = unseen or found is None
        elif node.star == "**":
            mapping = mapping_of(machine, value)
            unseen = unseen or mapping is None or any(isinstance(key, Symbolic) for key in mapping)
            spread_keywords(kwargs, mapping or {})
        else:
            args.append(value)
    return tuple(args), kwargs, unseen


def spread_keywords(kwargs: dict[str, object], mapping: dict[object, object]) -> None:
    """Add the entries of a `**` argument."""
    for key, value in mapping.items():
        text = key.key if isinstance(key, Instance) else key
        if isinstance(text, Symbolic):
            continue  # `arguments` says that something could not be seen
        if not isinstance(text, str):
            raise PythonError("TypeError", "keywords must be strings")
        if text in kwargs:
            raise PythonError("TypeError", f"got multiple values for keyword argument {text!r}")
        kwargs[text] = value
