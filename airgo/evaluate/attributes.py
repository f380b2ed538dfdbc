"""Attributes, items and iteration of every kind of value."""

from __future__ import annotations

import builtins
import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from airgo import catalogue
from airgo.catalogue import canonical
from airgo.evaluate import limits, models
from airgo.evaluate.branches import choose
from airgo.evaluate.models import CONSTANTS, METHODS, MODELS, ORDINARY_ERRORS, TYPES, error_text
from airgo.evaluate.objects import (
    NO_DEFAULT,
    Bound,
    Call,
    Class,
    ClassMethod,
    Function,
    Instance,
    Modelled,
    Module,
    Native,
    Partial,
    Property,
    PythonError,
    StaticMethod,
    Super,
)
from airgo.evaluate.partly_seen import is_partly_seen, mark
from airgo.evaluate.syntax import docstring
from airgo.values import MISSING, Choice, CodeRef, Extern, Operation, Symbol, Symbolic, Unknown, XComRef

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Getter = Callable[["Machine", object, str], object]
OWN_CONSTANTS: dict[str, object] = {"typing.TYPE_CHECKING": False}
MUTABLE = (list, dict, set, deque, bytearray)
READING = frozenset(
    {".get", ".items", ".keys", ".values", ".copy", ".index", ".count", ".most_common"}
    | {".union", ".intersection", ".difference", ".symmetric_difference", ".issubset", ".issuperset", ".isdisjoint"}
)
"""Methods of containers that leave them as they are."""
PATH_KINDS = frozenset({"variable", "xcom", "connection", "param", "conf", "item", "config"})
"""Symbols whose values may have a structure; `symbol["a"]` reads below them."""


def attribute(machine: Machine, value: object, name: str) -> object:
    """`value.name`; raises PythonError("AttributeError") when there is none."""
    getter = GETTERS.get(type(value))
    if getter is not None:
        found = getter(machine, value, name)
    elif isinstance(value, Modelled):
        found = value.get_attribute(name, machine.new_call(name))
    elif isinstance(value, Symbolic):
        return Operation(f".{name}", (value,), machine.place)
    else:
        found = plain_attribute(machine, value, name)
    if found is MISSING:
        raise PythonError("AttributeError", f"{describe(value)} has no attribute {name!r}")
    return found


def attribute_or(machine: Machine, value: object, name: str, default: object) -> object:
    """`getattr(value, name[, default])`."""
    if default is NO_DEFAULT:
        return attribute(machine, value, name)
    machine.catchers.append(lambda error: error.class_name == "AttributeError")
    try:
        return attribute(machine, value, name)
    except PythonError as error:
        if error.class_name != "AttributeError":
            raise
        return default
    finally:
        machine.catchers.pop()


def describe(value: object) -> str:
    """A value in the words of Python's messages."""
    if isinstance(value, Instance):
        return f"'{value.cls.name}' object"
    if isinstance(value, Class):
        return f"type object '{value.name}'"
    if isinstance(value, Module):
        return f"module '{value.name}'"
    return f"'{type(value).__name__.lower() if isinstance(value, Function) else type(value).__name__}' object"


def plain_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a plain value: a modelled method, or a data attribute of a type of the library."""
    model = find_method(type(value), name)
    if model is not None:
        return Native(f".{name}", method_of(machine, value, model, name))
    if name == "__class__":
        return type_name_of(value)
    static = getattr(type(value), name, MISSING)
    if static is MISSING:
        return MISSING
    if (
        name.startswith("__")
        or callable(static)
        or not isinstance(static, property | types.GetSetDescriptorType | types.MemberDescriptorType)
    ):
        if isinstance(static, str | int | float) and not name.startswith("__"):
            return static
        library = type(static).__module__ == type(value).__module__ == "datetime"
        return static if library and not callable(static) else Unknown(f"{name} of a {type(value).__name__} is not modelled", machine.place)
    found: object = getattr(value, name)
    return tuple(found) if type(found).__name__ == "_PathParents" and isinstance(found, Iterable) else found


def type_name_of(value: object) -> object:
    """The class of a plain value, as the name that stands for it."""
    return next((Extern(name) for name, kind in TYPES.items() if kind is type(value)), Extern(f"builtins.{type(value).__name__}"))


def find_method(kind: type, name: str) -> models.Model | None:
    """The model of a method of a plain type, along its real MRO."""
    for base in kind.__mro__:
        table = METHODS.get(base)
        if table is not None and name in table:
            return table[name]
    return None


def method_of(machine: Machine, value: object, model: models.Model, name: str) -> Callable[[Call], object]:
    """A method bound to a plain value."""

    def bound(call: Call) -> object:
        return call_method(machine, value, model, Call(machine, f".{name}", (value, *call.args), call.kwargs, call.place, call.unseen))

    return bound


def call_method(machine: Machine, value: object, model: models.Model, call: Call) -> object:
    """Call the model of a method; what it may change is written down first."""
    if machine.journals and isinstance(value, MUTABLE) and call.name not in READING:
        machine.touch(value)
    if isinstance(value, dict) and call.name in {".get", ".pop", ".setdefault"} and len(call.args) > 1:
        key = call.args[1]
        if not isinstance(key, Symbolic) and key not in value and is_partly_seen(value):
            return Unknown(f"{key!r} of keyword arguments that could not all be seen", call.place)
    if call.unseen and call.name not in {".format", ".update"}:
        return Unknown(f"{call.name}() with arguments that could not be seen", call.place)
    result = model(call)
    if call.unseen and isinstance(value, dict):
        mark(value, call.place)
    if machine.journals and call.name in {".copy", ".split"}:
        machine.made(result)
    return result


def extern_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of something outside the project."""
    assert isinstance(value, Extern)
    if name == "__name__":
        return value.name.rpartition(".")[2]
    return extern_value(machine, f"{value.name}.{name}")


def extern_value(machine: Machine, name: str) -> object:
    """The value of a dotted name from outside: a constant where one is registered, else the name."""
    for spelling in (name, canonical(name)):
        for table in (CONSTANTS, OWN_CONSTANTS):
            if spelling in table:
                return table[spelling]
    for resolve in models.VALUE_RESOLVERS:
        if (found := resolve(machine, name)) is not MISSING:
            return found
    known = catalogue.constant(name)
    return Extern(name) if known is MISSING else known


def module_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a project module: a name, a submodule, or what a star import from outside may have brought."""
    from airgo.evaluate import modules  # noqa: PLC0415 - modules needs attributes

    assert isinstance(value, Module)
    if name in value.namespace:
        return value.namespace[name]
    if name == "__dict__":
        return value.namespace
    return modules.missing_attribute(machine, value, name)


def function_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a function."""
    assert isinstance(value, Function)
    if name in value.attributes:
        return value.attributes[name]
    if name == "__get__":
        return MISSING
    special = {"__name__": value.name, "__qualname__": value.qualified_name, "__module__": value.module.name, "__dict__": value.attributes}
    if name == "__doc__":
        return docstring(value.node)
    return special.get(name, MISSING)


def bound_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a bound method."""
    assert isinstance(value, Bound)
    if name == "__self__":
        return value.receiver
    if name == "__func__":
        return value.function
    return attribute_or(machine, value.function, name, None) if name.startswith("__") else attribute(machine, value.function, name)


def partial_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of `functools.partial`."""
    assert isinstance(value, Partial)
    return {"func": value.function, "args": value.args, "keywords": value.kwargs}.get(name, MISSING)


def native_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a callable of ours."""
    assert isinstance(value, Native)
    return value.name.rpartition(".")[2] if name in {"__name__", "__qualname__"} else Unknown(f"{name} of {value.name}", machine.place)


def property_attribute(machine: Machine, value: object, name: str) -> object:
    """`@x.setter` of a property."""
    assert isinstance(value, Property)
    if name in {"setter", "getter", "deleter"}:
        return Native(
            name,
            lambda call: Property(call.args[0] if name == "getter" else value.getter, call.args[0] if name == "setter" else value.setter),
        )
    return value.getter if name == "fget" else MISSING


def symbol_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of something that comes from outside."""
    assert isinstance(value, Symbol)
    if value.kind == "connection":
        return Symbol(value.kind, value.key, (*value.path, name), MISSING, value.place)
    return Operation(f".{name}", (value,), machine.place)


def choice_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a choice: the choice between the attributes."""
    assert isinstance(value, Choice)
    return choose(value.test, attribute(machine, value.then, name), attribute(machine, value.orelse, name), machine.place)


def unknown_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of an unknown."""
    assert isinstance(value, Unknown)
    return Unknown(f".{name} of a value that is not known", machine.place, value)


def code_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of code that travels."""
    assert isinstance(value, CodeRef)
    return value.name.rpartition(".")[2] if name == "__name__" else MISSING


def slice_attribute(machine: Machine, value: object, name: str) -> object:
    """`slice.start` and its kin."""
    return builtins.getattr(value, name) if name in {"start", "stop", "step"} else MISSING


def unwrapped_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a static or class method that is not bound yet."""
    assert isinstance(value, StaticMethod | ClassMethod)
    return value.function if name == "__func__" else attribute(machine, value.function, name)


GETTERS: dict[type, Getter] = {
    Extern: extern_attribute,
    Module: module_attribute,
    Function: function_attribute,
    Bound: bound_attribute,
    Partial: partial_attribute,
    Native: native_attribute,
    Property: property_attribute,
    Symbol: symbol_attribute,
    Choice: choice_attribute,
    Unknown: unknown_attribute,
    CodeRef: code_attribute,
    slice: slice_attribute,
    StaticMethod: unwrapped_attribute,
    ClassMethod: unwrapped_attribute,
}
"""How attributes are read, by type of value; `classes` adds those of Instance, Class and Super."""


def class_method(machine: Machine, value: object, name: str) -> object:
    """A method that the class of an object gives it (an operator, a protocol), bound; MISSING when it has none."""
    from airgo.evaluate import classes  # noqa: PLC0415 - classes needs attributes

    return classes.special_method(machine, value, name)


def set_attribute(machine: Machine, value: object, name: str, new: object) -> None:
    """`value.name = new`; raises PythonError("AttributeError") where Python would."""
    if isinstance(value, Instance):
        from airgo.evaluate import classes  # noqa: PLC0415 - classes needs attributes

        classes.set_instance_attribute(machine, value, name, new)
    elif isinstance(value, Class | Module):
        machine.touch(value.namespace)
        value.namespace[name] = new
    elif isinstance(value, Function):
        value.attributes[name] = new
    elif isinstance(value, Modelled):
        if not value.set_attribute(name, new, machine.new_call(name)):
            raise PythonError("AttributeError", f"{describe(value)} has no attribute {name!r}")
    elif not isinstance(value, Symbolic | Bound | Super | Partial | Native):
        raise PythonError("AttributeError", f"{describe(value)} has no attribute {name!r}")


def delete_attribute(machine: Machine, value: object, name: str) -> None:
    """`del value.name`."""
    table = value.attributes if isinstance(value, Instance | Function) else value.namespace if isinstance(value, Class | Module) else None
    if table is None:
        return
    machine.touch(table)
    if table.pop(name, MISSING) is MISSING:
        raise PythonError("AttributeError", f"{describe(value)} has no attribute {name!r}")


def data_error(error: Exception) -> PythonError:
    """What an ordinary exception is to the program."""
    return PythonError(type(error).__name__, error_text(error))


def elements(machine: Machine, value: object) -> list[object] | None:
    """What iteration over a value yields, or None when that is not known; raises PythonError for what cannot be iterated."""
    if isinstance(value, list | tuple | range | dict | str | bytes | deque):
        limits.check_elements(limits.length_of(value))
        return list(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=order_of)
    if isinstance(value, Modelled):
        return value.elements(machine.new_call("iter"))
    if isinstance(value, Instance | Class):
        method = class_method(machine, value, "__iter__")
        if method is not MISSING:
            found = machine.call(method)
            return exhausted(machine, found) if found is value else elements(machine, found)
        if isinstance(value, Instance) and value.native is not None:
            return elements(machine, value.native)
        if isinstance(value, Instance) and isinstance(value.key, tuple):
            return list(value.key)
        return None
    if isinstance(value, Symbolic):
        return None
    if isinstance(value, Iterable) and not isinstance(value, Function | Module):
        try:
            return list(value)
        except ORDINARY_ERRORS as error:
            raise data_error(error) from error
    raise PythonError("TypeError", f"{describe(value)} is not iterable")


def exhausted(machine: Machine, value: object) -> list[object] | None:
    """The elements of an object that is its own iterator, by its `__next__`."""
    method = class_method(machine, value, "__next__")
    if method is MISSING:
        return None
    found: list[object] = []
    machine.catchers.append(lambda error: error.class_name == "StopIteration")
    try:
        while True:
            machine.step()
            found.append(machine.call(method))
    except PythonError as error:
        if error.class_name != "StopIteration":
            raise
        return found
    finally:
        machine.catchers.pop()


def order_of(value: object) -> tuple[str, str]:
    """A stable order for sets, whose own order differs from process to process."""
    return type(value).__name__, f"{value:020}" if type(value) is int else repr(value)


__all__ = ["MODELS", "PATH_KINDS", "XComRef", "attribute", "attribute_or", "elements", "set_attribute"]
