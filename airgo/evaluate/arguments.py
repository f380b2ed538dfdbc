"""Binding: which argument goes to which parameter, exactly as Python does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airgo.evaluate.objects import Call, Function, PythonError
from airgo.evaluate.partly_seen import mark
from airgo.evaluate.syntax import Signature, signature
from airgo.values import MISSING, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def bind(machine: Machine, function: Function, call: Call) -> dict[str, object]:
    """The names that the call gives to the function's parameters; raises PythonError("TypeError") where Python would."""
    parameters = signature(function.node)
    names = bind_positional(function, parameters, call.args)
    extra = bind_keywords(function, parameters, call, names)
    defaults = function.defaults
    missing = []
    for name, _ in parameters.nodes:
        if name in names:
            continue
        if call.unseen and (name not in defaults or parameters.double_star is None):
            names[name] = Unknown(f"the argument {name} of {function.name}(), which could not be seen", call.place)
        elif name in defaults:
            names[name] = defaults[name]
        else:
            missing.append(name)
    if missing:
        words = " and ".join(repr(name) for name in missing)
        raise PythonError("TypeError", f"{function.name}() missing required argument{'s' if len(missing) > 1 else ''}: {words}")
    if parameters.double_star is not None:
        rest: dict[object, object] = {}
        rest.update(extra)
        if call.unseen:
            mark(rest, call.place)
        names[parameters.double_star] = rest
        machine.made(rest)
    return names


def bind_positional(function: Function, parameters: Signature, args: tuple[object, ...]) -> dict[str, object]:
    """Names for the positional arguments."""
    positional = (*parameters.positional_only, *parameters.positional)
    names: dict[str, object] = dict(zip(positional, args, strict=False))
    rest = args[len(positional) :]
    if parameters.star is not None:
        names[parameters.star] = tuple(rest)
    elif rest:
        count = len(positional)
        raise PythonError(
            "TypeError", f"{function.name}() takes {count} positional argument{'' if count == 1 else 's'} but {len(args)} were given"
        )
    return names


def bind_keywords(function: Function, parameters: Signature, call: Call, names: dict[str, object]) -> dict[str, object]:
    """Add names for the keyword arguments; what no parameter takes is returned for `**`."""
    extra: dict[str, object] = {}
    takes = {*parameters.positional, *parameters.keyword_only}
    for name, value in call.kwargs.items():
        if name not in takes:
            extra[name] = value
        elif names.get(name, MISSING) is not MISSING:
            raise PythonError("TypeError", f"{function.name}() got multiple values for argument {name!r}")
        else:
            names[name] = value
    if extra and parameters.double_star is None:
        raise PythonError("TypeError", f"{function.name}() got an unexpected keyword argument {next(iter(extra))!r}")
    return extra
