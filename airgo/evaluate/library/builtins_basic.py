"""Python's builtin functions over single values: len, abs, getattr, print and their kin."""

from __future__ import annotations

from collections.abc import Sized

from airgo.evaluate import limits
from airgo.evaluate.branches import has_optional
from airgo.evaluate.library.plain_texts import attribute_or_missing, repr_of, text_of, type_name
from airgo.evaluate.models import PythonError, models, pure
from airgo.evaluate.objects import (
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
    StaticMethod,
)
from airgo.values import MISSING, Choice, Extern, Operation, Symbolic, Unknown

CALLABLE = (Function, Bound, Class, Partial, Native, Extern)


@models("builtins.len")
def len_(call: Call) -> object:
    """`len(x)`."""
    value = call.argument(0, "obj")
    if isinstance(value, Modelled):
        found = value.length(call)
        return Unknown("the length of a value that is not known", call.place) if found is None else found
    if isinstance(value, Instance):
        return instance_length(call, value)
    if isinstance(value, Unknown):
        return Unknown("the length of a value that is not known", call.place, value)
    if isinstance(value, Choice):
        return Choice(value.test, len_(again(call, value.then)), len_(again(call, value.orelse)))
    if isinstance(value, Symbolic):
        return Operation("len", (value,), call.place)
    if isinstance(value, Class):
        elements = call.machine.iterate(value)
        return Unknown("the length of a class", call.place) if elements is None else len(elements)
    if has_optional(value):
        return Unknown("the length of a container whose elements depend on a test that cannot be decided", call.place)
    if not isinstance(value, Sized):
        raise PythonError("TypeError", f"object of type '{type_name(value)}' has no len()")
    try:
        return len(value)
    except OverflowError as error:
        raise PythonError("OverflowError", str(error)) from error


def again(call: Call, *args: object) -> Call:
    """The same call with other arguments."""
    return Call(call.machine, call.name, args, {}, call.place)


def instance_length(call: Call, value: Instance) -> object:
    """`len()` of an object of the project."""
    method = attribute_or_missing(call, value, "__len__")
    if method is not MISSING:
        return call.machine.call(method)
    if isinstance(value.native, Sized | Modelled):
        return len_(again(call, value.native))
    return Unknown("the length of an object of the project", call.place)


@models("builtins.getattr")
def getattr_(call: Call) -> object:
    """`getattr(x, name[, default])`."""
    value, name = call.args[0], call.args[1]
    if not isinstance(name, str):
        return Operation("getattr", call.args, call.place) if isinstance(name, Symbolic) else wrong_name()
    return call.machine.attribute(value, name, *call.args[2:3])


def wrong_name() -> object:
    """A name of an attribute that is no text."""
    raise PythonError("TypeError", "attribute name must be string")


@models("builtins.hasattr")
def hasattr_(call: Call) -> object:
    """`hasattr(x, name)`."""
    value, name = call.args
    if not isinstance(name, str) or isinstance(value, Extern | Unknown):
        return Operation("hasattr", call.args, call.place)
    try:
        call.machine.attribute(value, name)
    except PythonError as error:
        if error.class_name.rpartition(".")[2] == "AttributeError":
            return False
        raise
    return True


@models("builtins.setattr")
def setattr_(call: Call) -> object:
    """`setattr(x, name, value)`."""
    value, name, new = call.args
    if not isinstance(name, str):
        return Unknown("setattr with a name that is not known", call.place)
    call.machine.set_attribute(value, name, new)
    return None


@models("builtins.delattr")
def delattr_(call: Call) -> object:
    """`delattr(x, name)`."""
    value, name = call.args
    if isinstance(value, Instance) and isinstance(name, str):
        if name not in value.attributes:
            raise PythonError("AttributeError", name)
        del value.attributes[name]
    return None


@models("builtins.callable")
def callable_(call: Call) -> object:
    """`callable(x)`."""
    value = call.args[0]
    if isinstance(value, CALLABLE):
        return True
    if isinstance(value, Instance):
        return attribute_or_missing(call, value, "__call__") is not MISSING
    return Operation("callable", (value,), call.place) if isinstance(value, Symbolic) else False


@models("builtins.repr", "builtins.ascii")
def repr_(call: Call) -> object:
    """`repr(x)`."""
    return repr_of(call, call.args[0])


@models("builtins.format")
def format_(call: Call) -> object:
    """`format(x, spec)`."""
    value, spec = call.args[0], call.argument(1, "format_spec", "")
    if spec == "":
        return text_of(call, value)
    if not isinstance(spec, str):
        return Operation("format", call.args, call.place)
    return call.machine.call(call.machine.attribute("{:" + spec + "}", "format"), (value,))


def formatted(value: object, spec: str) -> str:
    """`format()` of a plain value, its width checked first."""
    widths = [int(digits) for digits in "".join(c if c.isdigit() else " " for c in spec).split()]
    limits.check_text(max(widths, default=0))
    try:
        return format(value, spec)
    except (ValueError, TypeError) as error:
        raise PythonError(type(error).__name__, str(error)) from error


@models("builtins.hash", "builtins.id")
def hash_(call: Call) -> object:
    """`hash(x)`, `id(x)`: another in every process."""
    value = call.args[0]
    if call.name.endswith("hash") and isinstance(value, int):
        return hash(value)
    return Unknown(f"{call.name.rpartition('.')[2]}() differs from process to process", call.place)


@models("builtins.print")
def print_(call: Call) -> object:
    """`print(...)`: nothing to see here."""
    return None


@models("builtins.globals")
def globals_(call: Call) -> object:
    """`globals()`: the module's own namespace."""
    return call.machine.globals()


@models("builtins.locals")
def locals_(call: Call) -> object:
    """`locals()`: the names of the running block, when the machine tells them."""
    names = getattr(call.machine, "locals", None)
    return names() if callable(names) else Unknown("locals() is not followed", call.place)


@models("builtins.vars")
def vars_(call: Call) -> object:
    """`vars(x)`: its attributes."""
    if not call.args:
        return locals_(call)
    value = call.args[0]
    if isinstance(value, Instance):
        return value.attributes
    if isinstance(value, Module | Class):
        return value.namespace
    return Unknown("vars() of a value that is not of the project", call.place)


@models("builtins.dir")
def dir_(call: Call) -> object:
    """`dir(x)` of objects of the project, sorted."""
    if not call.args:
        return sorted(call.machine.globals())
    value = call.args[0]
    if isinstance(value, Module):
        return sorted(value.namespace)
    if isinstance(value, Instance | Class):
        owner = value.cls if isinstance(value, Instance) else value
        names = {name for cls in owner.mro if isinstance(cls, Class) for name in cls.namespace}
        return sorted(names | (set(value.attributes) if isinstance(value, Instance) else set()))
    return Unknown("dir() of a value that is not of the project", call.place)


@models("builtins.object")
def object_(call: Call) -> object:
    """`object()`: a value that equals only itself."""
    return Sentinel()


class Sentinel(Modelled):
    """An `object()`."""

    __slots__ = ()


@models("builtins.property")
def property_(call: Call) -> object:
    """`property(getter, setter)`."""
    return Property(call.argument(0, "fget"), call.argument(1, "fset"))


@models("builtins.staticmethod")
def staticmethod_(call: Call) -> object:
    """`staticmethod(f)`."""
    return StaticMethod(call.args[0])


@models("builtins.classmethod")
def classmethod_(call: Call) -> object:
    """`classmethod(f)`."""
    return ClassMethod(call.args[0])


@models("builtins.exec", "builtins.eval", "builtins.compile")
def exec_(call: Call) -> object:
    """Text run as a program is not followed."""
    return Unknown(f"{call.name.rpartition('.')[2]}() of text is not followed", call.place)


@models("builtins.input")
def input_(call: Call) -> object:
    """Nobody is there to ask."""
    return Unknown("input() has nobody to ask", call.place)


@pure("builtins.abs")
def abs_(x: float) -> object:
    """`abs(x)` of a number or a timedelta."""
    return abs(x)


@pure("builtins.round")
def round_(number: float, ndigits: int | None = None) -> object:
    """`round(x, n)`."""
    return round(number) if ndigits is None else round(number, ndigits)


@pure("builtins.divmod")
def divmod_(a: float, b: float) -> object:
    """`divmod(a, b)`."""
    return divmod(a, b)


@pure("builtins.pow", "operator.pow")
def pow_(base: float, exp: float, mod: int | None = None) -> object:
    """`pow(a, b, m)`, its size checked first."""
    if mod is not None:
        return pow(int(base), int(exp), mod)
    if isinstance(base, int) and isinstance(exp, int) and exp > 0:
        limits.check_bits(base.bit_length() * exp)
    return base**exp


@pure("builtins.chr")
def chr_(i: int) -> object:
    """`chr(i)`."""
    return chr(i)


@pure("builtins.ord")
def ord_(c: str) -> object:
    """`ord(c)`."""
    return ord(c)


@pure("builtins.hex")
def hex_(number: int) -> object:
    """`hex(n)`."""
    return hex(number)


@pure("builtins.bin")
def bin_(number: int) -> object:
    """`bin(n)`."""
    return bin(number)


@pure("builtins.oct")
def oct_(number: int) -> object:
    """`oct(n)`."""
    return oct(number)
