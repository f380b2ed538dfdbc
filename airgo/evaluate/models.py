"""The registry of library models: what a call, a constant or a method from outside the project means.

A model is a small function of ours under the dotted name it stands for. `import os` binds `Extern("os")`; `os.path.join(...)` finds the
model "os.path.join". Builtins are under "builtins." ("builtins.len"). Files in `airgo/evaluate/library/` are imported sorted by name.

    @models("os.getenv", "os.environ.get")      # sees the whole call: symbolic arguments included
    def getenv(call: Call) -> object: ...

    @pure("os.path.basename")                   # sees plain values only; a symbolic argument gives a symbolic result
    def basename(path: str) -> str: ...

    constant("os.sep", "/")                     # a value, at attribute access; a dynamic one: constant("os.environ", EnvironmentMapping())
    @methods(str)                               # methods of a plain type: call.args[0] is the receiver
    def upper(call): ...                        # the function's name (less a trailing "_") is the method's name

Models raise PythonError for what the program would raise, check sizes *before* they compute (`airgo.evaluate.limits`),
and never see syntax. A pure model may raise the ordinary Python exception: it becomes a PythonError.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import pkgutil
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from airgo.evaluate.objects import Bound, Call, Class, ExternBase, Function, Instance, Module, Partial, PythonError
from airgo.values import MISSING, Choice, Operation, Symbolic, Template, Unknown, is_plain, symbolic_parts

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Model = Callable[[Call], object]

MODELS: dict[str, Model] = {}
CONSTANTS: dict[str, object] = {}
METHODS: dict[type, dict[str, Model]] = {}
TYPES: dict[str, type] = {}
"""Dotted names that stand for real Python types, for isinstance and for methods: "builtins.str" → str, "datetime.datetime" → datetime."""

BASES: dict[str, ExternBase] = {}
"""Classes from outside that project classes extend, by dotted name (canonical or not: the machine resolves aliases first)."""
BASE_RESOLVERS: list[Callable[[str], ExternBase | None]] = []
"""Asked for names that BASES lacks, in order: the operators of the catalogue are too many to list."""

CALL_RESOLVERS: list[Callable[[str], Model | None]] = []
"""Asked for called names that MODELS lacks, in order: a known operator class, or an unknown callable that takes part in a DAG."""

MODULES: set[str] = set()
"""Modules that are modelled: an unknown attribute of them is still an Extern."""


def models(*names: str) -> Callable[[Model], Model]:
    """Register a model that sees the whole call."""

    def register(function: Model) -> Model:
        for name in names:
            if name in MODELS:
                raise ValueError(f"two models of {name}")
            MODELS[name] = function
        return function

    return register


def pure(*names: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register a function over plain values; symbolic arguments are lifted, ordinary exceptions become the program's."""

    def register(function: Callable[..., object]) -> Callable[..., object]:
        models(*names)(lift(function))
        return function

    return register


def methods(*types: type) -> Callable[[Model], Model]:
    """Register a method of plain types that sees the whole call; `call.args[0]` is the receiver."""

    def register(function: Model) -> Model:
        for owner in types:
            table = METHODS.setdefault(owner, {})
            name = function.__name__.rstrip("_") if not function.__name__.startswith("__") else function.__name__
            if name in table:
                raise ValueError(f"two models of {owner.__name__}.{name}")
            table[name] = function
        return function

    return register


def pure_methods(owner: type, *names: str) -> None:
    """Let the named methods of a plain type be the real ones, lifted. For methods whose result is no larger than what went in."""
    table = METHODS.setdefault(owner, {})
    for name in names:
        if name in table:
            raise ValueError(f"two models of {owner.__name__}.{name}")
        table[name] = lift(getattr(owner, name), f".{name}")


def extern_base(base: ExternBase) -> None:
    """Register how a class from outside behaves as a base of project classes."""
    if base.name in BASES:
        raise ValueError(f"two models of the base {base.name}")
    BASES[base.name] = base


def constant(name: str, value: object) -> None:
    """Register the value of a dotted name."""
    if name in CONSTANTS:
        raise ValueError(f"two values of {name}")
    CONSTANTS[name] = value


VALUE_RESOLVERS: list[Callable[[Machine, str], object]] = []
"""Functions that give a name from outside its value where that depends on the evaluation; MISSING when they do not know it."""
ORDINARY_ERRORS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, UnicodeError, OSError, RecursionError)
PROJECT_VALUES = (Function, Bound, Class, Instance, Module, Partial)


def lift(function: Callable[..., object], name: str | None = None) -> Model:
    """A model from a function over plain values: the one place where symbolic arguments and Python's own errors are handled."""

    @functools.wraps(function)
    def model(call: Call) -> object:
        call = with_plain_instances(call)
        blocker = obstacle(call)
        if blocker is not None:
            choice = over_choice(model, call, blocker)
            return symbolic_result(name or call.name, call, blocker) if choice is None else choice
        try:
            return function(*call.args, **call.kwargs)
        except ORDINARY_ERRORS as error:
            raise PythonError(type(error).__name__, error_text(error)) from error

    return model


def error_text(error: BaseException) -> str:
    """The message of an ordinary exception; a KeyError's is its key's repr."""
    return str(error.args[0]) if isinstance(error, KeyError) and len(error.args) == 1 and isinstance(error.args[0], str) else str(error)


def with_plain_instances(call: Call) -> Call:
    """The call with members of a str or int Enum, and named tuples, replaced by the plain values they are."""
    if not any(isinstance(value, Instance) and value.key is not None for value in (*call.args, *call.kwargs.values())):
        return call
    args = tuple(unwrap(value) for value in call.args)
    return Call(call.machine, call.name, args, {name: unwrap(value) for name, value in call.kwargs.items()}, call.place, call.unseen)


def unwrap(value: object) -> object:
    """The plain value that an instance is equal to, else the value itself."""
    return value.key if isinstance(value, Instance) and value.key is not None else value


def over_choice(model: Model, call: Call, blocker: object) -> Choice | None:
    """When the only symbolic thing is one argument that is a Choice: the choice between the results; else None."""
    values = [*call.args, *call.kwargs.values()]
    others = [value for value in values if value is not blocker]
    if not isinstance(blocker, Choice) or len(others) != len(values) - 1 or not is_plain([others, blocker.then, blocker.orelse]):
        return None
    results = []
    for leaf in (blocker.then, blocker.orelse):
        args = tuple(leaf if value is blocker else value for value in call.args)
        kwargs = {name: leaf if value is blocker else value for name, value in call.kwargs.items()}
        results.append(model(Call(call.machine, call.name, args, kwargs, call.place, call.unseen)))
    return Choice(blocker.test, results[0], results[1])


def obstacle(call: Call) -> object | None:
    """The first argument value (at any depth) that is not plain data, or None."""
    stack: list[object] = [*call.args, *call.kwargs.values()]
    found = next(symbolic_parts(stack), None)
    return found if found is not None else project_part(stack)


def project_part(value: object) -> object | None:
    """The first object of the project inside a plain container, or None."""
    stack: list[object] = [value]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, PROJECT_VALUES):
            return current
        if isinstance(current, dict | list | tuple | set | frozenset) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(itertools.chain(current, current.values()) if isinstance(current, dict) else current)
    return None


def symbolic_result(name: str, call: Call, blocker: object) -> object:
    """What a pure function over a symbolic argument gives: Unknown when an argument is, else an Operation.

    The operation's name lists the keywords of its last operands: `f(1, base=x)` is Operation("f base=", (1, x)).
    """
    if isinstance(blocker, Unknown):
        return Unknown(f"{name} of a value that is not known", call.place, blocker)
    if isinstance(blocker, Symbolic):
        spelling = " ".join([name, *(f"{keyword}=" for keyword in call.kwargs)])
        return Operation(spelling, (*call.args, *call.kwargs.values()), call.place)
    return Unknown(f"{name} of an object of the project", call.place)


def load_library() -> None:
    """Import every file of `airgo/evaluate/library/`, sorted by name; safe to call again."""
    package = importlib.import_module("airgo.evaluate.library")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        importlib.import_module(f"airgo.evaluate.library.{module.name}")


__all__ = [
    "BASES",
    "BASE_RESOLVERS",
    "CALL_RESOLVERS",
    "CONSTANTS",
    "METHODS",
    "MISSING",
    "MODELS",
    "MODULES",
    "TYPES",
    "Call",
    "Mapping",
    "Model",
    "PythonError",
    "Template",
    "constant",
    "extern_base",
    "lift",
    "load_library",
    "methods",
    "models",
    "pure",
    "pure_methods",
]
