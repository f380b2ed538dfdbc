"""The values that exist only while evaluating: the project's functions, classes, instances and modules, and raised exceptions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airgo.source import Place
from airgo.values import MISSING, Symbolic

if TYPE_CHECKING:
    import libcst as cst

    from airgo.config import Config
    from airgo.diagnostics import Rule
    from airgo.discovery import ProjectFiles
    from airgo.evaluate.parsing import ParsedFile
    from airgo.evaluate.scope import Scope


MOST_ELEMENTS = 1_000_000
"""The same as `limits.ELEMENTS`, which cannot be imported from here."""


class NoDefault:
    """The type of NO_DEFAULT."""


NO_DEFAULT = NoDefault()
"""No default was given to a look-up, which then raises."""


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the project. `defaults` were evaluated at its definition. `wraps` is what a decorator wrapped."""

    name: str
    node: cst.FunctionDef | cst.Lambda = field(repr=False)
    scope: Scope = field(repr=False)
    module: Module = field(repr=False)
    defaults: Mapping[str, object] = field(repr=False)
    qualified_name: str
    owner: Class | None = field(default=None, repr=False)
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
    node: cst.ClassDef = field(repr=False)
    module: Module = field(repr=False)
    bases: tuple[object, ...] = field(repr=False)
    namespace: dict[str, object] = field(repr=False)
    qualified_name: str
    mro: tuple[object, ...] = field(default=(), repr=False)
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
    key: object = None
    """The plain value it is equal to and hashes as (a member of a str Enum, a named tuple); None: it equals only itself."""
    initialized: bool = False
    """Has its outermost `__init__` ended?"""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        mine = self if self.key is None else self.key
        theirs = other.key if isinstance(other, Instance) and other.key is not None else other
        return False if mine is self or isinstance(theirs, Instance | Symbolic) else bool(mine == theirs)

    def __hash__(self) -> int:
        return object.__hash__(self) if self.key is None else hash(self.key)


@dataclass(slots=True, eq=False)
class Module:
    """A module of the project: `namespace` is the very dict that `globals()` hands out."""

    name: str
    file: ParsedFile = field(repr=False)
    namespace: dict[str, object] = field(default_factory=dict, repr=False)
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


class Modelled(Symbolic):
    """A value whose behaviour is ours: a DAG being built, an operator, `os.environ`, a logger. The machine asks it as Python would ask.

    Every hook may return MISSING for "I have nothing to say": then Python's ordinary answer follows (AttributeError, TypeError …).
    A project class that extends a modelled one has `Instance.native` set to such a value; what the class does not define is asked of it.
    `call.machine`, `call.place` say who asks and where; `call.args` is empty unless stated.
    """

    __slots__ = ()

    def get_attribute(self, name: str, call: Call) -> object:
        """`self.name`; a method is returned as `Native`."""
        return MISSING

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """`self.name = value`; True when taken."""
        return False

    def get_item(self, key: object, call: Call) -> object:
        """`self[key]`."""
        return MISSING

    def set_item(self, key: object, value: object, call: Call) -> bool:
        """`self[key] = value`; True when taken."""
        return False

    def contains(self, key: object, call: Call) -> object:
        """`key in self`: True, False, or a symbolic value."""
        return MISSING

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`self OP other` (`other OP self` when reflected); `operator` is ">>", "<<", "&", "|", "+", "==" …"""
        return MISSING

    def called(self, call: Call) -> object:
        """`self(*call.args, **call.kwargs)`."""
        return MISSING

    def elements(self, call: Call) -> list[object] | None:
        """What iteration yields, or None when that is not known or not possible."""
        return None

    def length(self, call: Call) -> int | None:
        """`len(self)`, or None."""
        return None

    def truth(self) -> bool | None:
        """`bool(self)`, or None when not known."""
        return True

    def instance_of(self, name: str) -> bool | object:
        """`isinstance(self, name)` for a canonical dotted name from outside: True, False, or MISSING when not known."""
        return MISSING

    def enter(self, call: Call) -> object:
        """`with self as x`: the value of x; MISSING when it is no context manager."""
        return MISSING

    def leave(self, call: Call) -> None:
        """The end of the `with` block; called also when the body raised."""


class Iterator(Modelled):
    """What `iter`, `map`, `zip`, generators and generator expressions give: elements that are handed out once, lazily."""

    __slots__ = ("source",)

    def __init__(self, source: Iterable[object]) -> None:
        self.source = iter(source)

    def elements(self, call: Call) -> list[object] | None:
        """All that is left; nothing is left afterwards."""
        found = list(itertools.islice(self.source, MOST_ELEMENTS + 1))
        if len(found) > MOST_ELEMENTS:
            raise PythonError("MemoryError", "an iterator yields more elements than airgo computes with")
        return found


class Caller(Symbolic):
    """What a model may ask of the machine. Implemented by `airgo.evaluate.machine.Machine`; models see nothing else of it."""

    config: Config
    """The settings: `variables`, `env`, `connections` are the deployment's inputs."""
    files: ProjectFiles
    """Reading files of the project, confined to its root."""
    state: dict[str, object]
    """Room for the Airflow models (current DAG, groups, DAGs registered); fresh for each DAG file."""
    main_path: str
    """Project path of the DAG file being processed."""

    @property
    def loading(self) -> str:
        """Project path of the file whose module body is running: the main file, or what it is importing just now."""
        raise AssertionError

    def call(self, function: object, args: tuple[object, ...] = (), kwargs: Mapping[str, object] | None = None) -> object:
        """Call any value as Python would, at the place of the current call."""
        raise AssertionError

    def attribute(self, value: object, name: str, default: object = NO_DEFAULT) -> object:
        """`getattr(value, name[, default])`: raises PythonError("AttributeError") when there is none and no default (MISSING is one)."""
        raise AssertionError

    def set_attribute(self, value: object, name: str, new: object) -> None:
        """`value.name = new`."""
        raise AssertionError

    def item(self, value: object, key: object) -> object:
        """`value[key]`."""
        raise AssertionError

    def operate(self, operator: str, left: object, right: object) -> object:
        """`left OP right` for arithmetic, comparison, "in", "and"/"or" excluded."""
        raise AssertionError

    def iterate(self, value: object) -> list[object] | None:
        """The elements of a value, or None when they cannot be known."""
        raise AssertionError

    def truth(self, value: object) -> bool | None:
        """`bool(value)` as Python would, `__bool__`/`__len__` of project classes included; None when not known."""
        raise AssertionError

    def isinstance(self, value: object, cls: object) -> bool | None:
        """`isinstance(value, cls)`; cls is a Class, Extern or a tuple of them. None when not known."""
        raise AssertionError

    def code_ref(self, function: object) -> object:
        """A Function, Bound, Partial or Class as a `CodeRef`; anything else as it is."""
        raise AssertionError

    def parameters(self, function: object) -> tuple[Parameter, ...] | None:
        """The parameters of a project function, `self` of a bound method left out; None for anything else."""
        raise AssertionError

    def globals(self) -> dict[str, object]:
        """The namespace of the module whose code is running: the very dict that `globals()` hands out."""
        raise AssertionError

    def guard(self) -> tuple[tuple[object, bool, Place], ...]:
        """The undecided tests under which the machine is running now, outermost first: (test, polarity, place)."""
        raise AssertionError

    def repeated(self) -> tuple[object, ...]:
        """The symbolic iterables of the loops whose body is being run once, outermost first."""
        raise AssertionError

    def report(self, rule: Rule, message: str, place: Place | None = None, notes: tuple[tuple[Place, str], ...] = ()) -> None:
        """Add a diagnostic (subject: the current DAG, when there is one)."""
        raise AssertionError


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function. kind: positional · keyword · star · double_star. `default` is MISSING when it has none."""

    name: str
    kind: str
    default: object = MISSING
    annotation: object = None


@dataclass(frozen=True, slots=True)
class ExternBase:
    """How a class from outside behaves as the base of project classes; registered by dotted name with `models.extern_base`.

    `create` gives `Instance.native` before any `__init__` runs (or None). `init` is `super().__init__(*args, **kwargs)` reaching the class
    (also when no project class defines `__init__`): `call.args[0]` is the Instance. `before_init(instance, owner, function, call)` may
    return other args/kwargs for a project class's own `__init__` (Airflow's metaclass fills in default_args there).
    `methods` are what project code may call on `self` or by `super().name(...)`; `call.args[0]` is the Instance.
    """

    name: str
    init: Callable[[Call], object]
    create: Callable[[Instance, Call], object] | None = None
    before_init: Callable[[Instance, Class, Function, Call], tuple[tuple[object, ...], dict[str, object]]] | None = None
    methods: Mapping[str, Callable[[Call], object]] = field(default_factory=dict)
    defined: Callable[[Call], object] | None = None
    """Runs once for each project class below this base, when its body is done and before its decorators; `call.args[0]` is the Class."""
    class_methods: Mapping[str, Callable[[Call], object]] = field(default_factory=dict)
    """What may be done to the class itself (`Color("r")`, `Color["RED"]`, `for c in Color`); `call.args[0]` is the Class.
    "__call__", "__getitem__", "__iter__", "__len__", "__contains__", and class methods by their name.
    A "__call__" that returns MISSING instantiates as usual."""


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
