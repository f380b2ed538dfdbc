"""The values that DAG files compute with: plain Python objects where all is known, and the symbolic ones below.

`bool()` and `iter()` of a symbolic value raise: ask `truth(value)`, which answers True, False or None (unknown).
Shared by the evaluator and the IR; the classes that exist only during evaluation are in `airgo.evaluate.objects`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from airgo.source import Place

Kind = TypeVar("Kind")


class _Missing:
    """The type of MISSING."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""No value was given (None is a value)."""


class SymbolicUse(TypeError):
    """A symbolic value was asked something that only a known value can answer: a mistake of ours, never the user's."""


class Symbolic:
    """Base of all values that are not plain data."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise SymbolicUse(f"the truth of {self!r} was taken without truth()")

    def __iter__(self) -> NoReturn:
        raise SymbolicUse(f"{self!r} was iterated without looking at it first")


@dataclass(frozen=True, slots=True)
class Symbol(Symbolic):
    """Comes from outside. Kinds: env, variable, connection, config, param, conf, xcom, item, now, random, context.

    `key` names it (variable key, environment name, connection id, DAG param, context name); `path` is what was read below it:
    str keys, int indexes, or an attribute of a connection. `default` is what the code itself falls back to.
    """

    kind: str
    key: str
    path: tuple[str | int, ...] = ()
    default: object = MISSING
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Template(Symbolic):
    """Text with holes: `str` parts and symbolic parts in order. Never without a hole (that would be a `str`)."""

    parts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Choice(Symbolic):
    """One of two values, depending on a test that could not be decided. At most 4 leaves, then Unknown."""

    test: object
    then: object
    orelse: object


@dataclass(frozen=True, slots=True)
class Extern(Symbolic):
    """A dotted name from outside the project that is not entered, such as `kubernetes.client.V1Toleration`."""

    name: str


@dataclass(frozen=True, slots=True)
class ExternCall(Symbolic):
    """A call of something from outside, as data: `k8s.V1Toleration(key="a")`. `name` is canonical (import aliases resolved)."""

    name: str
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False, repr=False)

    def __hash__(self) -> int:
        return hash((self.name, len(self.args), tuple(self.kwargs)))


@dataclass(frozen=True, slots=True)
class Unknown(Symbolic):
    """Given up, with the reason; `cause` links to the unknown it came from so that a report shows the first cause once."""

    reason: str
    place: Place | None = field(default=None, compare=False, repr=False)
    cause: Unknown | None = field(default=None, compare=False)

    def root(self) -> Unknown:
        """The first unknown of the chain of causes."""
        value = self
        while value.cause is not None:
            value = value.cause
        return value


@dataclass(frozen=True, slots=True)
class Operation(Symbolic):
    """A method call, operator or test over symbolic values, kept as data: `name` is "add", "eq", "not", ".upper", "[]", "int" …"""

    name: str
    operands: tuple[object, ...]
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class XComRef(Symbolic):
    """What a task of the same DAG hands on: `task.output`, a TaskFlow call's result, `result["key"]`."""

    task_id: str
    key: str = "return_value"


@dataclass(frozen=True, slots=True)
class XComMap(Symbolic):
    """`xcom.map(function)`, usable for mapping only."""

    source: object
    function: object


@dataclass(frozen=True, slots=True)
class XComZip(Symbolic):
    """`xcom.zip(*others, fillvalue=…)`."""

    sources: tuple[object, ...]
    fillvalue: object = MISSING


@dataclass(frozen=True, slots=True)
class XComConcat(Symbolic):
    """`xcom.concat(*others)`."""

    sources: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ParamValue(Symbolic):
    """`Param(default, **schema)` of a DAG's or task's params."""

    default: object
    schema: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(("param", tuple(self.schema)))


@dataclass(frozen=True, slots=True, eq=False)
class CodeRef(Symbolic):
    """A function, lambda, bound method or class used as a value: code to ship, not to run.

    `module` is the dotted module name, `path` the project file, `name` the qualified name ("make.<locals>.inner", "<lambda>").
    `node` is the libcst node (FunctionDef, Lambda or ClassDef) inside `tree` (libcst Module). `globals` is the module's namespace
    when evaluation ended; `closure` what enclosing functions bound; `args`/`kwargs` what `functools.partial` fixed;
    `receiver` the instance or class a method is bound to (None for plain functions). `defaults`: the values of its parameters'
    defaults, as they were when the function was defined. `wrapped`: the node of the function whose signature it shows, where it is made
    by `functools.wraps`.
    """

    module: str
    path: str
    name: str
    node: object
    tree: object
    place: Place
    globals: Mapping[str, object] = field(default_factory=dict, repr=False)
    closure: Mapping[str, object] = field(default_factory=dict, repr=False)
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)
    receiver: object = None
    defaults: Mapping[str, object] = field(default_factory=dict, repr=False)
    wrapped: object = None


def truth(value: object) -> bool | None:
    """Is the value true? None when that depends on something unknown."""
    if isinstance(value, Choice):
        then, orelse = truth(value.then), truth(value.orelse)
        return then if then == orelse else None
    if isinstance(value, Template):
        return True if any(isinstance(part, str) and part for part in value.parts) else None
    if isinstance(value, CodeRef | XComRef | XComMap | XComZip | XComConcat | ParamValue):
        return True
    if isinstance(value, Symbolic):
        return None
    return bool(value)


ATOMS = frozenset({str, int, float, bool, bytes, type(None)})
"""Types of plain values without parts."""


def is_plain(value: object) -> bool:
    """Does the value hold nothing symbolic, at any depth? (Containers may hold themselves.)"""
    kind = type(value)
    if kind in ATOMS or ((kind is list or kind is tuple or kind is set) and ATOMS.issuperset(map(type, value))):  # type: ignore[call-overload]
        return True  # most values: no need to look through them one by one
    return next(symbolic_parts(value), None) is None


def symbolic_parts(value: object) -> Iterator[Symbolic]:
    """Every outermost symbolic value inside `value`, in order."""
    stack: list[object] = [value]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, Symbolic):
            yield current
        elif isinstance(current, dict | list | tuple | set | frozenset):
            if id(current) in seen:
                continue
            seen.add(id(current))
            if isinstance(current, dict):
                stack.extend(item for pair in reversed(current.items()) for item in reversed(pair))
            else:
                stack.extend(reversed(tuple(current)))


def nested(value: object, kind: type[Kind]) -> Iterator[Kind]:
    """Everything of a kind in nested dicts (their values), lists and tuples."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from nested(item, kind)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from nested(item, kind)
