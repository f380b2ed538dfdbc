"""Python's builtin types as callables, and questions about types: int(x), dict(pairs), isinstance, type."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from airgo import catalogue
from airgo.evaluate import limits
from airgo.evaluate.library.builtins_iteration import elements, unknown_elements
from airgo.evaluate.library.plain_texts import attribute_or_missing, text_of
from airgo.evaluate.models import CONSTANTS, METHODS, MODELS, PROJECT_VALUES, TYPES, PythonError, lift, models, unwrap
from airgo.evaluate.objects import Bound, Call, Class, Function, Instance, Modelled
from airgo.values import MISSING, Choice, Extern, Operation, Symbolic, Template, Unknown

PLAIN_TYPES = (str, bytes, int, float, bool, complex, list, tuple, dict, set, frozenset, range, slice, object, type)


def plain_type(name: str, owner: type) -> None:
    """Let a dotted name stand for a real type; its `__name__` and unbound methods can be read off it."""
    TYPES[name] = owner
    CONSTANTS.setdefault(f"{name}.__name__", owner.__name__)
    CONSTANTS.setdefault(f"{name}.__qualname__", owner.__qualname__)
    CONSTANTS.setdefault(f"{name}.__module__", owner.__module__)


for _type in PLAIN_TYPES:
    plain_type(f"builtins.{_type.__name__}", _type)


def unbound_methods(call_name: str) -> Callable[[Call], object] | None:
    """`str.upper(x)`: a method taken from its type."""
    owner, _, method = call_name.rpartition(".")
    kind = TYPES.get(owner)
    return METHODS.get(kind, {}).get(method) if kind is not None else None


def converted(call: Call, value: object) -> object:
    """An object of the project as the plain value it extends, when it extends one."""
    if isinstance(value, Instance) and value.native is not None and value.key is None:
        return value.native
    return unwrap(value)


def conversion(name: str, make: Callable[..., object]) -> None:
    """Register a scalar type's constructor: plain values are converted, symbolic ones give an Operation."""
    lifted = lift(make, name)

    def model(call: Call) -> object:
        args = tuple(converted(call, value) for value in call.args)
        if args and isinstance(call.args[0], Instance):
            method = attribute_or_missing(call, call.args[0], f"__{name}__")
            if method is not MISSING:
                return call.machine.call(method)
        return lifted(Call(call.machine, call.name, args, call.kwargs, call.place))

    models(f"builtins.{name}")(model)


def make_int(value: object = 0, base: int | None = None) -> int:
    """`int(x, base)`, as large as airgo computes with."""
    found = int(value) if base is None else int(value, base)  # type: ignore[call-overload]
    limits.check_bits(found.bit_length())
    return int(found)


conversion("int", make_int)
conversion("float", float)
conversion("complex", complex)


@models("builtins.bool")
def bool_(call: Call) -> object:
    """`bool(x)`."""
    if not call.args:
        return False
    verdict = call.machine.truth(call.args[0])
    if verdict is not None:
        return verdict
    value = call.args[0]
    if isinstance(value, Unknown):
        return Unknown("the truth of a value that is not known", call.place, value)
    return Operation("bool", (value,), call.place)


@models("builtins.str")
def str_(call: Call) -> object:
    """`str(x)`; `str(bytes, encoding)`."""
    value = call.argument(0, "object", "")
    if isinstance(value, bytes) and (len(call.args) > 1 or call.kwargs):
        return MODELS["builtins.bytes.decode"](Call(call.machine, call.name, call.args, call.kwargs, call.place))
    return text_of(call, value)


@models("builtins.bytes", "builtins.bytearray")
def bytes_(call: Call) -> object:
    """`bytes(text, encoding)`, `bytes(length)`, `bytes(ints)`."""
    if len(call.args) == 1 and isinstance(call.args[0], int):
        limits.check_text(call.args[0])
    return BYTES(call)


BYTES = lift(bytes, "bytes")


def sequence(name: str, make: Callable[[list[object]], object]) -> None:
    """Register a container's constructor."""

    def model(call: Call) -> object:
        if not call.args:
            return make([])
        value = call.args[0]
        if isinstance(value, Choice):
            return Choice(value.test, model(one(call, value.then)), model(one(call, value.orelse)))
        found = elements(call, value)
        if found is None:
            return unknown_elements(call, value)
        try:
            return make(found)
        except TypeError as error:
            raise PythonError("TypeError", str(error)) from error

    models(f"builtins.{name}")(model)


def one(call: Call, value: object) -> Call:
    """The same call with one other argument."""
    return Call(call.machine, call.name, (value,), {}, call.place)


sequence("list", list)
sequence("tuple", tuple)
sequence("set", set)
sequence("frozenset", frozenset)


@models("builtins.dict")
def dict_(call: Call) -> object:
    """`dict(mapping_or_pairs, **more)`."""
    result: dict[object, object] = {}
    if call.args:
        problem = add_all(call, result, call.args[0])
        if problem is not None:
            return problem
    result.update(call.kwargs)
    return result


def add_all(call: Call, target: dict[object, object], source: object) -> object | None:
    """Put a mapping's or pairs' items into a dict; what to answer when they cannot be known, else None."""
    source = converted(call, source)
    if isinstance(source, dict):
        target.update(source)
        return None
    if isinstance(source, Modelled):
        keys = source.get_attribute("keys", call)
        if keys is not MISSING:
            found = elements(call, call.machine.call(keys))
            if found is None:
                return unknown_elements(call, source)
            target.update({key: call.machine.item(source, key) for key in found})
            return None
    pairs = elements(call, source)
    if pairs is None:
        return unknown_elements(call, source)
    for pair in pairs:
        both = elements(call, pair)
        if both is None or len(both) != 2:
            return Unknown("a dict from pairs that are not known", call.place)
        put(target, both[0], both[1])
    return None


def put(target: dict[object, object], key: object, value: object) -> None:
    """`target[key] = value`; a key without a hash is the program's TypeError."""
    try:
        target[key] = value
    except TypeError as error:
        raise PythonError("TypeError", str(error)) from error


@models("builtins.dict.fromkeys")
def fromkeys(call: Call) -> object:
    """`dict.fromkeys(keys, value)`."""
    found = elements(call, call.args[0])
    if found is None:
        return unknown_elements(call, call.args[0])
    result: dict[object, object] = {}
    for key in found:
        put(result, key, call.argument(1, "value"))
    return result


@models("builtins.isinstance")
def isinstance_(call: Call) -> object:
    """`isinstance(x, cls)`."""
    value, cls = call.args
    verdict = call.machine.isinstance(value, cls)
    return Operation("isinstance", (value, cls), call.place) if verdict is None else verdict


@models("builtins.issubclass")
def issubclass_(call: Call) -> object:
    """`issubclass(cls, other)`."""
    cls, other = call.args
    others = other if isinstance(other, tuple) else (other,)
    verdicts = [is_subclass(cls, entry) for entry in others]
    if True in verdicts:
        return True
    return Operation("issubclass", (cls, other), call.place) if None in verdicts else False


def is_subclass(cls: object, other: object) -> bool | None:
    """Is a class below another? None when that is outside the project."""
    if cls is other or other == Extern("builtins.object"):
        return True
    if isinstance(cls, Class):
        if isinstance(other, Class):
            return other in cls.mro
        if isinstance(other, Extern):
            if other.name in cls.external_bases():
                return True
            verdicts = [catalogue.is_subclass(base, other.name) for base in cls.external_bases() if base != "builtins.object"]
            return True if True in verdicts else None if None in verdicts else False
    if isinstance(cls, Extern) and isinstance(other, Extern):
        left, right = real_type(cls.name), real_type(other.name)
        if left is not None and right is not None:
            return issubclass(left, right)
        return True if cls.name == other.name else catalogue.is_subclass(cls.name, other.name)
    return False if isinstance(cls, Extern) and isinstance(other, Class) else None


def real_type(name: str) -> type | None:
    """The real type of a dotted name: modelled types and Python's exceptions."""
    found = TYPES.get(name) or getattr(builtins, name.removeprefix("builtins."), None)
    return found if isinstance(found, type) else None


@models("builtins.type")
def type_(call: Call) -> object:
    """`type(x)`; making classes by `type(name, bases, dict)` is not followed."""
    if len(call.args) != 1:
        return Unknown("a class made by type(name, bases, namespace) is not followed", call.place)
    value = call.args[0]
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Class):
        return Extern("builtins.type")
    if isinstance(value, Function | Bound):
        return Extern("types.FunctionType" if isinstance(value, Function) else "types.MethodType")
    if isinstance(value, Template):
        return Extern("builtins.str")
    if isinstance(value, (Symbolic, *PROJECT_VALUES)):
        found = value.get_attribute("__class__", call) if isinstance(value, Modelled) else MISSING
        return Operation("type", (value,), call.place) if found is MISSING else found
    return Extern(name_of_type(type(value)))


def name_of_type(kind: type) -> str:
    """The dotted name of a plain value's type."""
    if TYPES.get(f"builtins.{kind.__name__}") is kind:
        return f"builtins.{kind.__name__}"
    return next((name for name, known in TYPES.items() if known is kind), f"{kind.__module__}.{kind.__qualname__}")


CONSTANTS["builtins.NotImplemented"] = Extern("builtins.NotImplemented")
