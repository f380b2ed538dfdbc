"""Functions and classes as values: code to ship, their parameters, and `isinstance`."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from airgo.catalogue import canonical
from airgo.evaluate import statements
from airgo.evaluate.models import BASES, TYPES
from airgo.evaluate.objects import (
    Bound,
    Class,
    ClassMethod,
    Function,
    Instance,
    Modelled,
    Module,
    Native,
    Parameter,
    Partial,
    StaticMethod,
)
from airgo.evaluate.scope import Scope
from airgo.evaluate.syntax import signature
from airgo.values import MISSING, Choice, CodeRef, Extern, Operation, Symbol, Symbolic, Template, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def code_ref(function: object) -> object:
    """A function or class of the project as a `CodeRef`; anything else as it is."""
    if isinstance(function, Function):
        return reference(function, (), {}, None)
    if isinstance(function, Class):
        tree, path = function.module.file.tree, function.module.file.path
        return CodeRef(function.module.name, path, function.qualified_name, function.node, tree, function.place, function.module.namespace)
    if isinstance(function, Bound):
        inner = code_ref(function.function)
        return with_receiver(inner, function.receiver) if isinstance(inner, CodeRef) else function
    if isinstance(function, Partial):
        inner = code_ref(function.function)
        return with_arguments(inner, function) if isinstance(inner, CodeRef) else function
    if isinstance(function, StaticMethod | ClassMethod):
        return code_ref(function.function)
    if isinstance(function, Instance):
        method = next(
            (cls.namespace["__call__"] for cls in function.cls.mro if isinstance(cls, Class) and "__call__" in cls.namespace), None
        )
        return with_receiver(found, function) if isinstance(found := code_ref(method), CodeRef) else function
    return function


def reference(function: Function, args: tuple[object, ...], kwargs: Mapping[str, object], receiver: object) -> CodeRef:
    """The reference of a plain function."""
    module = function.module
    return CodeRef(
        module.name,
        module.file.path,
        function.qualified_name,
        function.node,
        module.file.tree,
        function.place,
        module.namespace,
        closure_of(function.scope),
        args,
        kwargs,
        receiver,
        function.defaults,
        wrapped_by(function),
    )


def wrapped_by(function: Function) -> object:
    """The node of the innermost function behind `__wrapped__`, as `inspect.signature` finds it; None where there is none."""
    inner: object = function
    while isinstance(inner, Function) and "__wrapped__" in inner.attributes:
        inner = inner.attributes["__wrapped__"]
    return inner.node if isinstance(inner, Function) and inner is not function else None


def closure_of(scope: Scope | None) -> dict[str, object]:
    """What the enclosing functions bind, the innermost last."""
    if scope is None or scope.kind == "module":
        return {}
    outer = closure_of(scope.parent)
    return outer if scope.kind == "class" else outer | scope.names


def with_receiver(code: CodeRef, receiver: object) -> CodeRef:
    """A reference bound to an instance or class."""
    return replace(code, receiver=receiver)


def with_arguments(code: CodeRef, partial: Partial) -> CodeRef:
    """A reference with what `functools.partial` fixed."""
    args, kwargs = (*code.args, *partial.args), {**code.kwargs, **partial.kwargs}
    return replace(code, args=args, kwargs=kwargs)


def parameters(machine: Machine, function: object) -> tuple[Parameter, ...] | None:
    """The parameters of a project function, `self` of a bound method left out; None for anything else."""
    if isinstance(function, Bound):
        found = parameters(machine, function.function)
        return found[1:] if found else found
    if isinstance(function, StaticMethod | ClassMethod):
        return parameters(machine, function.function)
    if isinstance(function, Partial):
        found = parameters(machine, function.function)
        return None if found is None else tuple(p for p in found[len(function.args) :] if p.name not in function.kwargs)
    if isinstance(function, Class):
        method = next((cls.namespace["__init__"] for cls in function.mro if isinstance(cls, Class) and "__init__" in cls.namespace), None)
        found = parameters(machine, method)
        return found[1:] if found else found
    if not isinstance(function, Function):
        return None
    return tuple(function_parameters(machine, function))


def function_parameters(machine: Machine, function: Function) -> list[Parameter]:
    """Every parameter in the order of the signature."""
    names = signature(function.node)
    annotated = {name: param.annotation for name, param in names.nodes}

    def parameter(name: str, kind: str) -> Parameter:
        annotation = annotated.get(name)
        value = None if annotation is None else statements.quietly(machine, annotation.annotation, function.scope)
        return Parameter(name, kind, function.defaults.get(name, MISSING), value)

    found = [parameter(name, "positional") for name in (*names.positional_only, *names.positional)]
    if names.star is not None:
        found.append(Parameter(names.star, "star"))
    found.extend(parameter(name, "keyword") for name in names.keyword_only)
    if names.double_star is not None:
        found.append(Parameter(names.double_star, "double_star"))
    return found


def is_instance(machine: Machine, value: object, cls: object) -> bool | None:
    """`isinstance(value, cls)`; None when not known."""
    if isinstance(cls, tuple | list):
        verdicts = [is_instance(machine, value, one) for one in cls]
        return True if True in verdicts else None if None in verdicts else False
    if isinstance(value, Choice):
        then, orelse = is_instance(machine, value.then, cls), is_instance(machine, value.orelse, cls)
        return then if then == orelse else None
    if isinstance(cls, Class):
        if isinstance(value, Instance):
            return cls in value.cls.mro
        return None if isinstance(value, Symbolic) and not isinstance(value, Modelled | Extern) else False
    if not isinstance(cls, Extern):
        return None
    return is_instance_of_extern(machine, value, cls.name)


def is_instance_of_extern(machine: Machine, value: object, name: str) -> bool | None:
    """`isinstance` with a class from outside."""
    if name == "builtins.object":
        return True
    if isinstance(value, Instance):
        names = {canonical(base.name) for base in value.cls.mro if isinstance(base, Extern)}
        if canonical(name) in names:
            return True
        if isinstance(value.native, Modelled):
            found = value.native.instance_of(canonical(name))
            return None if found is MISSING else bool(found)
        if value.native is not None or value.key is not None:
            return is_instance_of_extern(machine, value.native if value.native is not None else value.key, name)
        return below_extern_bases(names, name)
    if isinstance(value, Modelled):
        found = value.instance_of(canonical(name))
        return None if found is MISSING else bool(found)
    if isinstance(value, Template) or (isinstance(value, Symbol) and value.kind == "env" and value.default is not None):
        return name == "builtins.str"
    if isinstance(value, Operation) and value.name in {
        "str",
        "format",
        "join",
        ".format",
        ".join",
        ".lower",
        ".upper",
        ".strip",
        ".replace",
    }:
        return name == "builtins.str"
    if isinstance(value, Symbolic) and not isinstance(value, CodeRef):
        return None if not isinstance(value, Unknown | Extern) or isinstance(value, Unknown) else extern_instance(name)
    kind = TYPES.get(name) or TYPES.get(canonical(name)) or builtin_type(name)
    if isinstance(value, Function | Bound | Class | Module | Native | Partial | CodeRef):
        return (
            name == "builtins.type"
            if isinstance(value, Class)
            else name.endswith(("FunctionType", "Callable")) and not isinstance(value, Module)
        )
    return isinstance(value, kind) if kind is not None else ABSTRACT.get(name.rpartition(".")[2], never)(value)


def below_extern_bases(bases: set[str], name: str) -> bool | None:
    """Is a class with these bases from outside below another? None when a base is not modelled and may be anything."""
    wanted = TYPES.get(name) or builtin_type(name)
    for base in bases:
        kind = TYPES.get(base) or builtin_type(base)
        if kind is not None and wanted is not None and issubclass(kind, wanted):
            return True
        if kind is None and not (name.startswith("builtins.") and base in BASES):
            return None
    return False


def extern_instance(name: str) -> bool | None:
    """A name from outside: an object, but of no plain type."""
    return False if name in {"builtins.str", "builtins.int", "builtins.dict", "builtins.list"} else None


def builtin_type(name: str) -> type | None:
    """One of Python's own types."""
    found = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
    return found if isinstance(found, type) else None


def never(value: object) -> bool:
    """No plain value is an instance of a class of a library that has no plain type."""
    return False


ABSTRACT: dict[str, Callable[[object], bool]] = {
    "Mapping": lambda value: isinstance(value, dict),
    "MutableMapping": lambda value: isinstance(value, dict),
    "Sequence": lambda value: isinstance(value, list | tuple | str | range | bytes),
    "Iterable": lambda value: isinstance(value, list | tuple | str | range | bytes | dict | set | frozenset),
    "Collection": lambda value: isinstance(value, list | tuple | str | range | bytes | dict | set | frozenset),
    "Set": lambda value: isinstance(value, set | frozenset),
    "Hashable": lambda value: not isinstance(value, list | dict | set),
    "Callable": never,
    "Number": lambda value: isinstance(value, int | float | complex),
}
"""The abstract classes of collections.abc and typing, for plain values."""
