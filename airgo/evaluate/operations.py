"""Operators over plain and symbolic values: sizes are checked first, symbolic operands become Operations, Templates or Choices.

Names of Operations: add sub mul div floordiv mod pow lshift rshift bitand bitor bitxor matmul · eq ne lt le gt ge · in, not in, is, is
not · not neg pos invert · and or · "[]" (item) · ".name" (attribute or method call; ".split sep=" when an argument was named) ·
a library function's name for a call of it.
"""

from __future__ import annotations

import operator as plain
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airgo.evaluate import relations
from airgo.evaluate.branches import choose, is_large
from airgo.evaluate.models import ORDINARY_ERRORS, TYPES, error_text
from airgo.evaluate.objects import Class, Function, Instance, Modelled, Module, PythonError
from airgo.evaluate.sizes import SIZE_CHECKS
from airgo.values import (
    ATOMS,
    MISSING,
    Choice,
    CodeRef,
    Extern,
    ExternCall,
    Operation,
    Symbolic,
    Template,
    Unknown,
    XComRef,
    is_plain,
)

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

BINARY: dict[str, tuple[str, Callable[[Any, Any], object]]] = {
    "+": ("add", plain.add),
    "-": ("sub", plain.sub),
    "*": ("mul", plain.mul),
    "/": ("div", plain.truediv),
    "//": ("floordiv", plain.floordiv),
    "%": ("mod", plain.mod),
    "**": ("pow", plain.pow),
    "<<": ("lshift", plain.lshift),
    ">>": ("rshift", plain.rshift),
    "&": ("bitand", plain.and_),
    "|": ("bitor", plain.or_),
    "^": ("bitxor", plain.xor),
    "@": ("matmul", plain.matmul),
    "==": ("eq", plain.eq),
    "!=": ("ne", plain.ne),
    "<": ("lt", plain.lt),
    "<=": ("le", plain.le),
    ">": ("gt", plain.gt),
    ">=": ("ge", plain.ge),
    "in": ("in", lambda left, right: left in right),
    "not in": ("not in", lambda left, right: left not in right),
    "is": ("is", plain.is_),
    "is not": ("is not", plain.is_not),
}
BY_NAME = {name: symbol for symbol, (name, _) in BINARY.items()}
METHOD_NAMES = {
    "+": ("__add__", "__radd__"),
    "-": ("__sub__", "__rsub__"),
    "*": ("__mul__", "__rmul__"),
    "/": ("__truediv__", "__rtruediv__"),
    "//": ("__floordiv__", "__rfloordiv__"),
    "%": ("__mod__", "__rmod__"),
    "**": ("__pow__", "__rpow__"),
    "<<": ("__lshift__", "__rlshift__"),
    ">>": ("__rshift__", "__rrshift__"),
    "&": ("__and__", "__rand__"),
    "|": ("__or__", "__ror__"),
    "^": ("__xor__", "__rxor__"),
    "@": ("__matmul__", "__rmatmul__"),
    "==": ("__eq__", "__eq__"),
    "!=": ("__ne__", "__ne__"),
    "<": ("__lt__", "__gt__"),
    "<=": ("__le__", "__ge__"),
    ">": ("__gt__", "__lt__"),
    ">=": ("__ge__", "__le__"),
}
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
SCALARS = (str, int, float, bool, type(None), bytes)
DEFINITE = (Function, Class, Module, CodeRef, XComRef, ExternCall, Template, Extern, Modelled)
"""Values that are certainly not None."""


def operate(machine: Machine, symbol: str, left: object, right: object) -> object:
    """`left OP right`; raises PythonError for what Python would raise."""
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        if symbol == "%" and isinstance(left, str | bytes):
            return percent(machine, left, right)
        return compute(symbol, left, right)
    if symbol in {"is", "is not"}:
        return identity(machine, symbol, left, right)
    if isinstance(left, Choice) or isinstance(right, Choice):
        return distribute(machine, symbol, left, right)
    if symbol in {"in", "not in"}:
        return membership(machine, symbol, left, right)
    if symbol == "%" and isinstance(left, str | bytes):
        return percent(machine, left, right)
    found = by_methods(machine, symbol, left, right)
    if found is not MISSING:
        return found
    if isinstance(left, Symbolic) or isinstance(right, Symbolic):
        return symbolic(machine, symbol, left, right)
    if symbol in COMPARISONS and not (is_plain(left) and is_plain(right)):
        return compare_containers(machine, symbol, left, right)
    return compute(symbol, unwrap(left), unwrap(right))


def unwrap(value: object) -> object:
    """The plain value that an object of the project extends, where it has one."""
    if isinstance(value, Instance):
        if value.key is not None:
            return value.key
        if value.native is not None and not isinstance(value.native, Modelled):
            return value.native
    return value


def percent(machine: Machine, template: str | bytes, values: object) -> object:
    """`template % values`."""
    from airgo.evaluate import strings  # noqa: PLC0415 - strings needs the operators

    return strings.percent_format(machine, template, values)


def compute(symbol: str, left: object, right: object) -> object:
    """The operator on plain values, its size checked first."""
    check = SIZE_CHECKS.get(symbol)
    if check is not None:
        check(left, right)
    try:
        return BINARY[symbol][1](left, right)
    except ORDINARY_ERRORS as error:
        raise PythonError(type(error).__name__, error_text(error)) from error


def identity(machine: Machine, symbol: str, left: object, right: object) -> object:
    """`is` and `is not`."""
    if isinstance(left, Choice) or isinstance(right, Choice):
        return distribute(machine, symbol, left, right)
    if left is right or (isinstance(left, SCALARS) and isinstance(right, SCALARS)):
        verdict = left is right or (type(left) is type(right) and left == right)
    elif isinstance(left, Extern) and isinstance(right, Extern):
        equal = same_name(left, right)
        if equal is None:
            return symbolic(machine, symbol, left, right)
        verdict = equal
    elif is_definite(left) or is_definite(right) or not (isinstance(left, Symbolic) or isinstance(right, Symbolic)):
        verdict = False
    else:
        return symbolic(machine, symbol, left, right)
    return verdict if symbol == "is" else not verdict


def same_name(left: Extern, right: Extern) -> bool | None:
    """Are two names from outside the same object? Two types of Python's library are when they stand for the same one."""
    if left.name == right.name:
        return True
    kinds = plain_type(left.name), plain_type(right.name)
    return None if None in kinds else kinds[0] is kinds[1]


def plain_type(name: str) -> type | None:
    """The type of Python's library that a name stands for."""
    return type(None) if name == "builtins.NoneType" else TYPES.get(name)


def is_definite(value: object) -> bool:
    """Is the value an object of its own, never None and never a plain value?"""
    return isinstance(value, DEFINITE)


def distribute(machine: Machine, symbol: str, left: object, right: object) -> object:
    """An operator over a Choice: the choice between the results."""
    choice = left if isinstance(left, Choice) else right
    assert isinstance(choice, Choice)
    results = []
    for value in (choice.then, choice.orelse):
        pair = (value, right) if choice is left else (left, value)
        results.append(operate(machine, symbol, *pair))
    return choose(choice.test, results[0], results[1], machine.place)


def by_methods(machine: Machine, symbol: str, left: object, right: object) -> object:
    """The answer of modelled values and of project classes that define the operator; MISSING when nobody has one."""
    for value, other, reflected in ((left, right, False), (right, left, True)):
        if isinstance(value, Instance):
            found = instance_operator(machine, symbol, value, other, reflected)
        elif isinstance(value, Modelled):
            found = value.operate(symbol, other, reflected, machine.new_call(symbol))
        else:
            continue
        if found is not MISSING:
            return found
    if symbol in {"==", "!="} and isinstance(left, Modelled | Instance | Class | Function | Module):
        if isinstance(right, Symbolic) and not is_definite(right):
            return MISSING
        equal = unwrap(left) is unwrap(right) or (isinstance(left, Instance) and left == right)
        return equal if symbol == "==" else not equal
    return MISSING


def instance_operator(machine: Machine, symbol: str, value: Instance, other: object, reflected: bool) -> object:
    """An operator that a project class defines, or that its native value has."""
    from airgo.evaluate import attributes  # noqa: PLC0415 - attributes needs the operators

    names = METHOD_NAMES.get(symbol)
    if names is not None:
        method = attributes.class_method(machine, value, names[reflected])
        if method is not MISSING:
            return machine.call(method, (other,))
        if symbol == "!=":
            equal = attributes.class_method(machine, value, "__eq__")
            if equal is not MISSING:
                return negate(machine, machine.call(equal, (other,)))
    if isinstance(value.native, Modelled):
        return value.native.operate(symbol, other, reflected, machine.new_call(symbol))
    plain_value = unwrap(value)
    if plain_value is not value:
        return operate(machine, symbol, other, plain_value) if reflected else operate(machine, symbol, plain_value, other)
    return MISSING


PLAIN_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})


def membership(machine: Machine, symbol: str, left: object, right: object) -> object:
    """`in` and `not in`."""
    found = contains(machine, left, right)
    return found if symbol == "in" else negate(machine, found)


def contains(machine: Machine, element: object, container: object) -> object:
    """`element in container`: True, False or a symbolic value."""
    if type(element) in ATOMS and type(container) in PLAIN_CONTAINERS:
        if element in container:  # type: ignore[operator]  # it is a container
            return True
        if ATOMS.issuperset(map(type, container)):  # type: ignore[call-overload]  # it is a container
            return False
    from airgo.evaluate import attributes  # noqa: PLC0415 - attributes needs the operators

    if isinstance(container, Modelled):
        found = container.contains(element, machine.new_call("in"))
        if found is not MISSING:
            return found
    if isinstance(container, Instance | Class):
        method = attributes.class_method(machine, container, "__contains__")
        if method is not MISSING:
            return machine.call(method, (element,))
        if isinstance(container, Instance) and container.native is not None:
            return contains(machine, element, container.native)
    if isinstance(container, Symbolic):
        elements = None if not isinstance(container, Modelled) else machine.iterate(container)
        if elements is None:
            return symbolic(machine, "in", element, container)
        container = elements
    if isinstance(container, str) and isinstance(element, Symbolic):
        return symbolic(machine, "in", element, container)
    if isinstance(container, str | bytes | range) or (is_plain(element) and is_plain(container)):
        if isinstance(container, Instance | Class):
            container = machine.iterate(container) or []
        return compute("in", unwrap(element) if isinstance(container, str) else element, container)
    return element_among(machine, element, container)


def element_among(machine: Machine, element: object, container: object) -> object:
    """Membership in a container of which some elements, or the element asked for, are symbolic."""
    elements = machine.iterate(container)
    if elements is None:
        return symbolic(machine, "in", element, container)
    undecided = False
    for candidate in elements:
        verdict = machine.truth(operate(machine, "==", candidate, element)) if candidate is not element else True
        if verdict:
            return True
        undecided = undecided or verdict is None
    return Operation("in", (element, container), machine.place) if undecided else False


def compare_containers(machine: Machine, symbol: str, left: object, right: object) -> object:
    """Equality of containers that hold symbolic values; any other comparison stays open."""
    if symbol in {"==", "!="} and type(left) is type(right) and isinstance(left, list | tuple) and len(left) == len(right):  # type: ignore[arg-type]
        verdicts = [machine.truth(operate(machine, "==", a, b)) for a, b in zip(left, right, strict=True)]  # type: ignore[call-overload]
        if False in verdicts:
            return symbol == "!="
        if None not in verdicts:
            return symbol == "=="
    elif symbol in {"==", "!="} and (type(left) is not type(right) or (isinstance(left, list | tuple | dict) and len(left) != len(right))):  # type: ignore[arg-type]
        return symbol == "!="
    return Operation(BINARY[symbol][0], (left, right), machine.place)


def symbolic(machine: Machine, symbol: str, left: object, right: object) -> object:
    """An operator over a symbolic operand, kept as data."""
    for value in (left, right):
        if isinstance(value, Unknown):
            return Unknown(f"{symbol} of a value that is not known", machine.place, value)
    if symbol in {">>", "<<"} and (linked := relations.link_outside(symbol, left, right, machine.new_call(symbol))) is not MISSING:
        return linked
    if is_large(left, right):
        return Unknown("a computation of too many parts that are not known", machine.place)
    if symbol == "+" and (isinstance(left, str | Template) or isinstance(right, str | Template)):
        from airgo.evaluate import strings  # noqa: PLC0415 - strings needs the operators

        return strings.template((left, right))
    if symbol == "|" and isinstance(left, Extern | Class | None) and isinstance(right, Extern | Class | None):
        return Extern("typing.Union")
    if symbol in {"==", "!="} and isinstance(left, Extern) and isinstance(right, Extern):
        equal = same_name(left, right)
        if equal is not None:
            return equal is (symbol == "==")
    return Operation(BINARY[symbol][0], (left, right), machine.place)


def negate(machine: Machine, value: object) -> object:
    """`not value`."""
    verdict = machine.truth(value)
    if verdict is not None:
        return not verdict
    if isinstance(value, Unknown):
        return Unknown("not of a value that is not known", machine.place, value)
    if isinstance(value, Choice):
        return choose(value.test, negate(machine, value.then), negate(machine, value.orelse), machine.place)
    if isinstance(value, Operation) and value.name == "not":
        return Operation("bool", value.operands, machine.place)
    return Operation("not", (value,), machine.place)


UNARY: dict[str, tuple[str, str, Callable[[Any], object]]] = {
    "-": ("neg", "__neg__", plain.neg),
    "+": ("pos", "__pos__", plain.pos),
    "~": ("invert", "__invert__", plain.invert),
}


def unary(machine: Machine, symbol: str, value: object) -> object:
    """`-x`, `+x`, `~x`."""
    from airgo.evaluate import attributes  # noqa: PLC0415 - attributes needs the operators

    name, method_name, function = UNARY[symbol]
    if isinstance(value, Instance):
        method = attributes.class_method(machine, value, method_name)
        if method is not MISSING:
            return machine.call(method)
        value = unwrap(value)
    if isinstance(value, Unknown):
        return Unknown(f"{symbol} of a value that is not known", machine.place, value)
    if isinstance(value, Choice):
        return choose(value.test, unary(machine, symbol, value.then), unary(machine, symbol, value.orelse), machine.place)
    if isinstance(value, Symbolic):
        return Operation(name, (value,), machine.place)
    try:
        return function(value)
    except ORDINARY_ERRORS as error:
        raise PythonError(type(error).__name__, error_text(error)) from error


def instance_truth(machine: Machine, value: Instance) -> bool | None:
    """`bool()` of an object of the project."""
    from airgo.evaluate import attributes  # noqa: PLC0415 - attributes needs the operators

    for name in ("__bool__", "__len__"):
        method = attributes.class_method(machine, value, name)
        if method is not MISSING:
            return machine.truth(machine.call(method))
    if value.native is not None:
        return machine.truth(value.native)
    if value.key is not None and not isinstance(value.key, str | int | float):
        return True
    return True if value.key is None else bool(value.key)
