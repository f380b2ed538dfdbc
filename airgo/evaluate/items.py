"""Subscripts: reading, writing and deleting the items of every kind of value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airgo.evaluate import assumptions
from airgo.evaluate.attributes import PATH_KINDS, class_method, data_error, describe
from airgo.evaluate.branches import choose
from airgo.evaluate.limits import CHOICE_LEAVES
from airgo.evaluate.models import ORDINARY_ERRORS
from airgo.evaluate.objects import Class, Instance, Modelled, PythonError
from airgo.evaluate.partly_seen import is_partly_seen
from airgo.values import MISSING, Choice, Extern, Operation, Symbol, Symbolic, Unknown, XComRef

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def item(machine: Machine, value: object, key: object) -> object:
    """`value[key]`; raises PythonError for what Python would raise."""
    if type(value) is dict and type(key) is str and key in value:
        return value[key]
    if isinstance(value, Symbolic):
        return symbolic_item(machine, value, key)
    if isinstance(value, Instance | Class):
        return object_item(machine, value, key)
    if isinstance(key, Symbolic):
        return item_by_symbol(machine, value, key)
    if isinstance(key, slice) and any(isinstance(part, Symbolic) for part in (key.start, key.stop, key.step)):
        return Operation("[]", (value, (key.start, key.stop, key.step)), machine.place)
    if isinstance(value, dict) and not is_key(value, key) and is_partly_seen(value):
        return Unknown(f"{key!r} of keyword arguments that could not all be seen", machine.place)
    if isinstance(key, Instance) and not isinstance(value, dict) and isinstance(key.key, int):
        key = key.key
    try:
        return value[key]  # type: ignore[index]  # what has no items raises the TypeError that the program would see
    except ORDINARY_ERRORS as error:
        raise data_error(error) from error


def symbolic_item(machine: Machine, value: Symbolic, key: object) -> object:
    """An item of a symbolic value."""
    if isinstance(value, Modelled):
        found = value.get_item(key, machine.new_call("[]"))
        if found is MISSING:
            raise PythonError("TypeError", f"{describe(value)} is not subscriptable")
        return found
    if isinstance(value, Symbol) and value.kind in PATH_KINDS and isinstance(key, str | int):
        return Symbol(value.kind, value.key, (*value.path, key), default_item(machine, value.default, key), value.place)
    if isinstance(value, XComRef) and isinstance(key, str) and value.key == "return_value":
        return XComRef(value.task_id, key)
    if isinstance(value, Choice):
        return choose(value.test, item(machine, value.then, key), item(machine, value.orelse, key), machine.place)
    if isinstance(value, Unknown):
        return Unknown("an item of a value that is not known", machine.place, value)
    if isinstance(value, Extern):
        return value  # a generic alias: `list[int]`, `Generic[T]`
    return Operation("[]", (value, key), machine.place)


def default_item(machine: Machine, default: object, key: object) -> object:
    """The item of a symbol's default, or MISSING."""
    if default is MISSING or isinstance(default, Symbolic):
        return MISSING
    try:
        return item(machine, default, key)
    except PythonError:
        return MISSING


def object_item(machine: Machine, value: Instance | Class, key: object) -> object:
    """An item of an object or class of the project."""
    method = class_method(machine, value, "__getitem__")
    if method is not MISSING:
        return machine.call(method, (key,))
    if isinstance(value, Class):
        return value  # a generic alias
    if value.native is not None:
        missing = class_method(machine, value, "__missing__")
        if missing is not MISSING and isinstance(value.native, dict) and key not in value.native:
            return machine.call(missing, (key,))
        return item(machine, value.native, key)
    if isinstance(value.key, tuple | str):
        return item(machine, value.key, key)
    if any(not isinstance(base, Class) for base in value.cls.mro):
        return Unknown("an item of an object whose class extends something from outside the project", machine.place)
    raise PythonError("TypeError", f"{describe(value)} is not subscriptable")


def item_by_symbol(machine: Machine, value: object, key: Symbolic) -> object:
    """An item chosen by a symbolic key: by the key's default, or as a choice among few entries."""
    if isinstance(key, Unknown):
        return Unknown("an item by a key that is not known", machine.place, key)
    if isinstance(key, Choice):
        return choose(key.test, item(machine, value, key.then), item(machine, value, key.orelse), machine.place)
    if isinstance(value, dict) and is_key(value, key):
        return value[key]
    settled = assumptions.settled(machine, key)
    if settled is not key:
        return item(machine, value, settled)
    if isinstance(value, dict) and 0 < len(value) < CHOICE_LEAVES:
        result: object = Unknown("a key that the dict does not have", machine.place)
        for candidate, found in reversed(value.items()):
            result = choose(machine.operate("==", key, candidate), found, result, machine.place)
        return result
    return Operation("[]", (value, key), machine.place)


def is_key(value: dict[object, object], key: object) -> bool:
    """Is the key there as it is? One that cannot be hashed is not."""
    try:
        return key in value
    except TypeError:
        return False


def set_item(machine: Machine, value: object, key: object, new: object) -> None:
    """`value[key] = new`."""
    if isinstance(value, Modelled):
        if not value.set_item(key, new, machine.new_call("[]=")):
            raise PythonError("TypeError", f"{describe(value)} does not support item assignment")
        return
    if isinstance(value, Instance):
        method = class_method(machine, value, "__setitem__")
        if method is not MISSING:
            machine.call(method, (key, new))
            return
        if value.native is None:
            raise PythonError("TypeError", f"{describe(value)} does not support item assignment")
        set_item(machine, value.native, key, new)
        return
    if isinstance(value, Choice):
        return
    if isinstance(value, Symbolic):
        return
    machine.touch(value)
    if isinstance(key, slice) and isinstance(value, list):
        elements = machine.iterate(new)
        new = [Unknown("elements that are not known", machine.place)] if elements is None else elements
    try:
        value[key] = new  # type: ignore[index]  # what takes no items raises the TypeError that the program would see
    except ORDINARY_ERRORS as error:
        raise data_error(error) from error


def delete_item(machine: Machine, value: object, key: object) -> None:
    """`del value[key]`."""
    if isinstance(value, Instance):
        method = class_method(machine, value, "__delitem__")
        if method is not MISSING:
            machine.call(method, (key,))
            return
        value = value.native
    if isinstance(value, Symbolic) or isinstance(key, Symbolic):
        return
    machine.touch(value)
    try:
        del value[key]  # type: ignore[attr-defined]  # what has no items raises the TypeError that the program would see
    except ORDINARY_ERRORS as error:
        raise data_error(error) from error
