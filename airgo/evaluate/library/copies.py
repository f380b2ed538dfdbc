"""copy and deepcopy: containers and objects are copied, symbolic and modelled values are shared."""

from __future__ import annotations

from collections import deque

from airgo.evaluate.models import models
from airgo.evaluate.objects import Call, Instance, Modelled
from airgo.values import MISSING


@models("copy.copy")
def copy(call: Call) -> object:
    """`copy.copy(x)`."""
    value = call.args[0]
    if isinstance(value, dict | list | set | deque):
        return value.copy()
    if isinstance(value, Instance):
        return own_copy(call, value, "__copy__", ()) or Instance(value.cls, dict(value.attributes), call.place, value.native, value.key)
    return modelled_copy(call, value, "__copy__")


def own_copy(call: Call, value: Instance, name: str, args: tuple[object, ...]) -> object | None:
    """A copy by the object's own method, if its class has one."""
    method = call.machine.attribute(value, name, None)
    return None if method is None else call.machine.call(method, args)


def modelled_copy(call: Call, value: object, name: str) -> object:
    """A copy of a modelled value, if it has a way to make one; else the value itself."""
    method = value.get_attribute(name, call) if isinstance(value, Modelled) else MISSING
    return value if method is MISSING else call.machine.call(method, ({},) if name == "__deepcopy__" else ())


@models("copy.deepcopy")
def deepcopy(call: Call) -> object:
    """`copy.deepcopy(x)`."""
    return deep(call, call.args[0], {})


def deep(call: Call, value: object, seen: dict[int, object]) -> object:
    """A copy at all depths; what was seen before is the same again."""
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, dict):
        result: dict[object, object] = value.copy()
        result.clear()
        seen[id(value)] = result
        result.update({deep(call, key, seen): deep(call, item, seen) for key, item in value.items()})
        return result
    if isinstance(value, list | deque):
        items = value.copy()
        items.clear()
        seen[id(value)] = items
        items.extend(deep(call, item, seen) for item in value)
        return items
    if isinstance(value, tuple):
        return tuple(deep(call, item, seen) for item in value)
    if isinstance(value, set):
        return {deep(call, item, seen) for item in value}
    if isinstance(value, Instance):
        return deep_instance(call, value, seen)
    return modelled_copy(call, value, "__deepcopy__")


def deep_instance(call: Call, value: Instance, seen: dict[int, object]) -> object:
    """A copy of an object of the project; members of an Enum, which have a name and a value of their class, are themselves."""
    if value.key is not None or any(member is value for member in value.cls.namespace.values()):
        return value
    own = own_copy(call, value, "__deepcopy__", ({},))
    if own is not None:
        return own
    result = Instance(value.cls, {}, call.place)
    seen[id(value)] = result
    result.attributes.update({name: deep(call, item, seen) for name, item in value.attributes.items()})
    result.native = (
        modelled_copy(call, value.native, "__deepcopy__") if isinstance(value.native, Modelled) else deep(call, value.native, seen)
    )
    return result
