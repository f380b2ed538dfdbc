"""Exceptions of the evaluated program: which class catches which, and what they are as values."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from airgo.evaluate.classes import lookup
from airgo.evaluate.objects import Class, Instance, PythonError
from airgo.source import Place
from airgo.values import Extern, ExternCall, Symbolic

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

BASES = {"JSONDecodeError": ValueError, "YAMLError": Exception, "ParserError": ValueError, "ScannerError": Exception}
"""Exceptions of libraries that models raise by their last name."""


def builtin_exception(name: str) -> type[BaseException] | None:
    """Python's own exception of this name (dotted or not)."""
    last = name.rpartition(".")[2]
    found = getattr(builtins, last, None) or BASES.get(last)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def matches(machine: Machine, error: PythonError, kind: object) -> bool:
    """Does `except kind` catch the error?"""
    if isinstance(kind, tuple):
        return any(matches(machine, error, one) for one in kind)
    if isinstance(kind, Class):
        return isinstance(error.value, Instance) and kind in error.value.cls.mro
    if not isinstance(kind, Extern):
        return isinstance(kind, Symbolic)  # an unknown class of exceptions catches what is raised
    wanted = kind.name.rpartition(".")[2]
    if wanted in {"Exception", "BaseException"} and kind.name.startswith("builtins."):
        return wanted == "BaseException" or error.class_name not in {"SystemExit", "KeyboardInterrupt", "GeneratorExit"}
    names = [error.class_name]
    if isinstance(error.value, Instance):
        names.extend(base.name for base in error.value.cls.mro if isinstance(base, Extern))
    return any(is_subclass(name, kind.name) for name in names)


def is_subclass(name: str, wanted: str) -> bool:
    """Is the exception of this name one of the wanted class?"""
    if name.rpartition(".")[2] == wanted.rpartition(".")[2]:
        return True
    mine, theirs = builtin_exception(name), builtin_exception(wanted) if wanted.startswith("builtins.") else None
    return mine is not None and theirs is not None and issubclass(mine, theirs)


def error_of(machine: Machine, value: object) -> PythonError:
    """The exception that `raise value` raises."""
    if isinstance(value, Class):
        value = machine.call(value)
    if isinstance(value, Instance):
        args = value.attributes.get("args")
        first = args[0] if isinstance(args, tuple) and args else ""
        return PythonError(value.cls.name, first if isinstance(first, str) else "", value)
    if isinstance(value, ExternCall):
        first = value.args[0] if value.args else ""
        return PythonError(value.name.removeprefix("builtins."), first if isinstance(first, str) else "", value)
    if isinstance(value, Extern):
        return PythonError(value.name.removeprefix("builtins."), "", ExternCall(value.name, (), {}))
    return PythonError("Exception", "", value)


def exception_value(error: PythonError, place: Place) -> object:
    """What `except E as e` binds."""
    if error.value is not None:
        return error.value
    args = (error.message,) if error.message else ()
    return ExternCall(f"builtins.{error.class_name}", args, {}, place)


__all__ = ["error_of", "exception_value", "lookup", "matches"]
