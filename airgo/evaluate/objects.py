"""The values that exist only while evaluating: the project's functions, classes, instances and modules, and raised exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airgo.source import Place
from airgo.values import Symbolic

if TYPE_CHECKING:
    import libcst as cst

    from airgo.evaluate.parsing import ParsedFile
    from airgo.evaluate.scope import Scope


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the project. `defaults` were evaluated at its definition. `wraps` is what a decorator wrapped."""

    name: str
    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    module: Module
    defaults: Mapping[str, object]
    qualified_name: str
    owner: Class | None = None
    attributes: dict[str, object] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where the function is defined."""
        return Place(self.module.file, self.node)


@dataclass(slots=True, eq=False)
class Bound:
    """A function with its first argument: a bound method."""

    function: object
    receiver: object


@dataclass(slots=True, eq=False)
class Class:
    """A class of the project. `mro` holds Class and Extern entries, itself first; `namespace` its own attributes."""

    name: str
    node: cst.ClassDef
    module: Module
    bases: tuple[object, ...]
    namespace: dict[str, object]
    qualified_name: str
    mro: tuple[object, ...] = ()
    keywords: Mapping[str, object] = field(default_factory=dict)
    fields: dict[str, object] | None = None

    @property
    def place(self) -> Place:
        """Where the class is defined."""
        return Place(self.module.file, self.node)

    def external_bases(self) -> tuple[str, ...]:
        """Canonical dotted names of the classes from outside the project in its MRO."""
        return tuple(str(base.name) for base in self.mro if hasattr(base, "name") and not isinstance(base, Class))


@dataclass(slots=True, eq=False)
class Instance:
    """An instance of a project class. `native` is the plain value it extends (an Enum member's value, a dict subclass's dict …)."""

    cls: Class
    attributes: dict[str, object] = field(default_factory=dict)
    place: Place | None = None
    native: object = None


@dataclass(slots=True, eq=False)
class Module:
    """A module of the project: `namespace` is the very dict that `globals()` hands out."""

    name: str
    file: ParsedFile
    namespace: dict[str, object] = field(default_factory=dict)
    package: str = ""
    complete: bool = False


@dataclass(slots=True, eq=False)
class Partial:
    """`functools.partial(function, *args, **kwargs)` over a project function or a model."""

    function: object
    args: tuple[object, ...]
    kwargs: dict[str, object]


@dataclass(slots=True, eq=False)
class Property:
    """A property of a project class, or `cached_property`."""

    getter: object
    setter: object = None


@dataclass(slots=True, eq=False)
class StaticMethod:
    """`@staticmethod` around a function."""

    function: object


@dataclass(slots=True, eq=False)
class ClassMethod:
    """`@classmethod` around a function."""

    function: object


@dataclass(slots=True, eq=False)
class Super:
    """`super()` inside a method: attribute look-up starts after `owner` in the receiver's MRO."""

    owner: Class
    receiver: object


@dataclass(slots=True, eq=False)
class Native:
    """A callable of ours bound to a receiver, such as `"x".join` or `dag.add_task`: called like a model."""

    name: str
    function: Callable[[Call], object]


class PythonError(Exception):
    """An exception that the evaluated program raises (from `raise`, or from an operation such as a missing dict key).

    `class_name` is the builtin or dotted name ("KeyError", "airflow.exceptions.AirflowException", a project class's name);
    `value` the exception value if the program made one. Caught by the program's own `try`, else ended at the statement.
    """

    def __init__(self, class_name: str, message: str = "", value: object = None) -> None:
        super().__init__(f"{class_name}: {message}" if message else class_name)
        self.class_name = class_name
        self.message = message
        self.value = value


class Caller(Symbolic):
    """What a model may ask of the machine. Implemented by `airgo.evaluate.machine.Machine`; models see nothing else of it."""

    def call(self, function: object, args: tuple[object, ...] = (), kwargs: Mapping[str, object] | None = None) -> object:
        """Call any value as Python would, at the place of the current call."""
        raise AssertionError

    def attribute(self, value: object, name: str) -> object:
        """`value.name` as Python would."""
        raise AssertionError

    def iterate(self, value: object) -> list[object] | None:
        """The elements of a value, or None when they cannot be known."""
        raise AssertionError


@dataclass(slots=True, eq=False)
class Call:
    """One call as a model sees it: values only, no syntax. `unseen` is True when a `**` of something unknown was among the arguments."""

    machine: Caller
    name: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    place: Place
    unseen: bool = False

    def argument(self, position: int, name: str, default: object = None) -> object:
        """An argument by position or name."""
        if position < len(self.args):
            return self.args[position]
        return self.kwargs.get(name, default)
