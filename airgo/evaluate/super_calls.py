"""`super()`: attributes of the classes that follow in the MRO, and those that every object has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from airgo.evaluate.attributes import GETTERS
from airgo.evaluate.classes import bind, foreign, inherited_attribute, lookup, new_instance, store
from airgo.evaluate.objects import Bound, Call, Class, Function, Instance, Modelled, Native, Super
from airgo.values import MISSING, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def super_attribute(machine: Machine, value: object, name: str) -> object:
    """`super().name`."""
    assert isinstance(value, Super)
    receiver = value.receiver
    cls = receiver if isinstance(receiver, Class) else receiver.cls if isinstance(receiver, Instance) else None
    if cls is None:
        return Unknown(f"super().{name} outside of a method", machine.place)
    found = lookup(cls, name, value.owner)
    if found is not MISSING:
        if isinstance(found, Function) and name in {"__new__", "__init_subclass__"}:
            return found if name == "__new__" else Bound(found, cls)
        return bind(machine, found, receiver if isinstance(receiver, Instance) else None, cls)
    if isinstance(receiver, Instance):
        inherited = inherited_attribute(machine, receiver, cls, name, value.owner)
        if inherited is not MISSING:
            return inherited
    if isinstance(receiver, Instance) and isinstance(receiver.native, Modelled) and name in {"__enter__", "__exit__"}:
        return manager_method(receiver, receiver.native, name)
    if name in OBJECT_METHODS:
        return OBJECT_METHODS[name](machine, receiver, cls)
    return foreign(machine, cls, name)


def manager_method(receiver: Instance, native: Modelled, name: str) -> Native:
    """`super().__enter__` and `super().__exit__` of a class that extends a modelled context manager."""

    def run(call: Call) -> object:
        if name == "__exit__":
            native.leave(call)
            return None
        found = native.enter(call)
        return receiver if found is native or found is MISSING else found

    return Native(name, run)


def object_setattr(machine: Machine, receiver: object, cls: Class) -> object:
    """`super().__setattr__`."""

    def set_plainly(call: Call) -> object:
        if isinstance(receiver, Instance) and isinstance(call.args[0], str):
            store(machine, receiver, call.args[0], call.args[1])
        return None

    return Native("object.__setattr__", set_plainly)


OBJECT_METHODS: dict[str, Callable[[Machine, object, Class], object]] = {
    "__init__": lambda machine, receiver, cls: Native("object.__init__", lambda call: None),
    "__new__": lambda machine, receiver, cls: Native("object.__new__", lambda call: new_instance(machine, new_class(call, cls), call)),
    "__setattr__": object_setattr,
    "__init_subclass__": lambda machine, receiver, cls: Native("object.__init_subclass__", lambda call: None),
    "__post_init__": lambda machine, receiver, cls: MISSING,
}


def new_class(call: Call, cls: Class) -> Class:
    """The class that `super().__new__(cls)` was given."""
    found = call.args[0] if call.args else cls
    return found if isinstance(found, Class) else cls


GETTERS[Super] = super_attribute
