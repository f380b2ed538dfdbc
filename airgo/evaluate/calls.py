"""Calls: of project functions by inlining, of models, and of everything else that can be called."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from airgo.catalogue import canonical
from airgo.evaluate import attributes, branches, classes, rules
from airgo.evaluate.arguments import bind
from airgo.evaluate.frames import Frame
from airgo.evaluate.limits import DECIDED_RECURSION, DEPTH, SAME_FUNCTION, SPLIT_DEPTH
from airgo.evaluate.models import CALL_RESOLVERS, METHODS, MODELS, TYPES, Model
from airgo.evaluate.objects import (
    Bound,
    Call,
    Class,
    ClassMethod,
    Function,
    Instance,
    Iterator,
    Modelled,
    Native,
    Partial,
    PythonError,
    StaticMethod,
    Super,
)
from airgo.evaluate.partly_seen import mark
from airgo.evaluate.scope import Scope
from airgo.evaluate.syntax import is_generator
from airgo.source import Place
from airgo.values import MISSING, Choice, Extern, ExternCall, Operation, Symbol, Symbolic, Template, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

MANAGER_MARK = "<contextmanager>"
"""An attribute of functions under `contextlib.contextmanager`; no attribute of the program can have this name."""


DECORATOR_MARK = "<decorator>"
"""An attribute of functions under a decorator from outside: its name and place, reported when the function is called."""


class Manager(Modelled):
    """A call of a `@contextmanager` function: its body runs around the body of the `with` statement."""

    __slots__ = ("args", "function", "kwargs", "place")

    def __init__(self, function: Function, args: tuple[object, ...], kwargs: dict[str, object], place: Place) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.place = place


def call_value(
    machine: Machine, function: object, args: tuple[object, ...], kwargs: dict[str, object], place: Place, unseen: bool = False
) -> object:
    """Call any value as Python would; raises PythonError for what Python would raise."""
    caller = CALLERS.get(type(function))
    if caller is not None:
        return caller(machine, function, Call(machine, "", args, kwargs, place, unseen))
    if isinstance(function, Modelled):
        found = function.called(Call(machine, "", args, kwargs, place, unseen))
        if found is MISSING:
            raise PythonError("TypeError", f"{attributes.describe(function)} is not callable")
        return found
    if isinstance(function, Symbolic):
        return Operation("()", (function, *args, *kwargs.values()), place)
    raise PythonError("TypeError", f"{attributes.describe(function)} is not callable")


def call_user_function(machine: Machine, function: object, call: Call) -> object:
    """Inline a function of the project."""
    assert isinstance(function, Function)
    if function.name == "__init__" and call.args and isinstance(call.args[0], Instance):
        call = classes.before_init(machine, function, call)
    if DECORATOR_MARK in function.attributes:
        report_opaque(machine, *function.attributes[DECORATOR_MARK])  # type: ignore[misc]  # a name and a place
    problem = too_deep(machine, function)
    if problem is not None:
        machine.report(rules.TOO_DEEP, f"{function.name}() is {problem}", call.place)
        machine.partial = True
        return Unknown(f"{function.name}() is {problem}", call.place)
    names = bind(machine, function, call)
    generator = function.module.file.may_yield and is_generator(function.node)
    if generator and MANAGER_MARK in function.attributes:
        return Manager(function, call.args, call.kwargs, call.place)
    yields: list[object] | None = [] if generator else None
    result = run_function(machine, function, names, call, yields)
    return result if yields is None else Iterator(yields)


def run_function(
    machine: Machine,
    function: Function,
    names: dict[str, object],
    call: Call,
    yields: list[object] | None = None,
    on_yield: Callable[[object], object] | None = None,
) -> object:
    """Run a function's body with these names bound; the value it returns."""
    machine.step()
    scope = Scope("function", function.scope, names, f"{function.qualified_name}.<locals>.")
    scope.owner_class = function.owner
    node = machine.node
    frame = Frame(scope, function.module, function, call.args[0] if call.args else None, yields, on_yield)
    machine.frames.append(frame)
    try:
        return machine.body(function, scope)
    finally:
        machine.frames.pop()
        machine.node = node


def report_opaque(machine: Machine, name: str, place: Place) -> None:
    """Say that a decorator is passed over."""
    machine.report(rules.OPAQUE_DECORATOR, f"{name} is from outside the project; what it decorates is taken as it stands", place)


def too_deep(machine: Machine, function: Function) -> str | None:
    """Why the function is not entered, when the stack has no room for it or too many tests around it are undecided."""
    if machine.splits > SPLIT_DEPTH:
        return "called under more tests that cannot be decided than airgo follows"
    same = sum(1 for frame in machine.frames if frame.function is not None and frame.function.node is function.node)
    if len(machine.frames) > DEPTH or same >= (SAME_FUNCTION if machine.splits else DECIDED_RECURSION):
        return "called more deeply than airgo follows"
    return None


def call_bound(machine: Machine, function: object, call: Call) -> object:
    """Call a bound method."""
    assert isinstance(function, Bound)
    return call_value(machine, function.function, (function.receiver, *call.args), call.kwargs, call.place, call.unseen)


def call_native(machine: Machine, function: object, call: Call) -> object:
    """Call a callable of ours."""
    assert isinstance(function, Native)
    call.name = function.name
    machine.step()
    return function.function(call)


def call_partial(machine: Machine, function: object, call: Call) -> object:
    """Call a `functools.partial`."""
    assert isinstance(function, Partial)
    return call_value(machine, function.function, (*function.args, *call.args), {**function.kwargs, **call.kwargs}, call.place, call.unseen)


def call_wrapped(machine: Machine, function: object, call: Call) -> object:
    """Call a static or class method that is not bound."""
    assert isinstance(function, StaticMethod | ClassMethod)
    return call_value(machine, function.function, call.args, call.kwargs, call.place, call.unseen)


def call_class(machine: Machine, function: object, call: Call) -> object:
    """Make an instance of a project class."""
    assert isinstance(function, Class)
    machine.step()
    return classes.instantiate(machine, function, call)


def call_instance(machine: Machine, function: object, call: Call) -> object:
    """Call an object of the project: its `__call__`, or that of the value it extends."""
    assert isinstance(function, Instance)
    method = classes.special_method(machine, function, "__call__")
    if method is not MISSING:
        return call_value(machine, method, call.args, call.kwargs, call.place, call.unseen)
    if isinstance(function.native, Modelled):
        return call_value(machine, function.native, call.args, call.kwargs, call.place, call.unseen)
    if classes.has_foreign_base(function.cls):
        return Unknown(f"the call of a {function.cls.name}, which extends something from outside the project", call.place)
    raise PythonError("TypeError", f"{attributes.describe(function)} is not callable")


def call_choice(machine: Machine, function: object, call: Call) -> object:
    """Call one of two: both, each under its guard."""
    assert isinstance(function, Choice)
    sides = [
        lambda f=side: call_value(machine, f, call.args, dict(call.kwargs), call.place, call.unseen)
        for side in (function.then, function.orelse)
    ]
    return branches.branch_values(machine, function.test, call.place, sides[0], sides[1])


def call_unknown(machine: Machine, function: object, call: Call) -> object:
    """Call something that is not known: nothing can be said, which is reported once for each cause."""
    assert isinstance(function, Unknown)
    root = function.root()
    machine.report_once(rules.UNKNOWN_CALLEE, root, f"what is called here is not known: {root.reason}", call.place)
    return Unknown("a call of something that is not known", call.place, function)


def call_operation(machine: Machine, function: object, call: Call) -> object:
    """Call a method of a symbolic value: `symbol.upper()` is data."""
    assert isinstance(function, Operation)
    blocker = next((value for value in (*call.args, *call.kwargs.values()) if isinstance(value, Unknown)), None)
    if blocker is not None and not function.name.startswith("."):
        return Unknown("a call with something that is not known", call.place, blocker)
    if branches.is_large(function, call.args):
        return Unknown("a computation of too many parts that are not known", call.place)
    if function.name.startswith(".") and len(function.operands) == 1:
        name = " ".join([function.name, *(f"{keyword}=" for keyword in call.kwargs)])
        return Operation(name, (*function.operands, *call.args, *call.kwargs.values()), call.place)
    return Operation("()", (function, *call.args, *call.kwargs.values()), call.place)


def call_extern(machine: Machine, function: object, call: Call) -> object:
    """Call something from outside: its model, or the call as data."""
    assert isinstance(function, Extern)
    machine.step()
    name = function.name
    own = OWN_MODELS.get(name)
    if own is not None:
        call.name = name
        return own(call)
    found = find_model(name)
    if found is not None:
        call.name, model = found
        result = unseen_result(call, model) if call.unseen and call.name in MODELS else model(call)
        if call.name in MAKERS:
            machine.made(result)
        return result
    if is_exception(name):
        return ExternCall(name, call.args, call.kwargs, call.place)
    if name.startswith("builtins."):
        return Unknown(f"{name.removeprefix('builtins.')}() is not modelled", call.place)
    if call.unseen:
        call.kwargs["**"] = Unknown("arguments that could not be seen", call.place)
    return ExternCall(canonical(name), call.args, call.kwargs, call.place)


def unseen_result(call: Call, model: Model) -> object:
    """The result of a function of Python's library that is given arguments which could not be seen."""
    if call.name.startswith(SEE_UNSEEN):
        return model(call)
    if call.name == "builtins.dict":
        result = model(call)
        if isinstance(result, dict):
            mark(result, call.place)
        return result
    return Unknown(f"{call.name}() with arguments that could not be seen", call.place)


def find_model(name: str, resolvers: bool = True) -> tuple[str, Model] | None:
    """The model of a dotted name and the name it has there: as written, by its present name, as a method of a type, or by a resolver."""
    for spelling in (name, canonical(name)):
        model = MODELS.get(spelling)
        if model is not None:
            return spelling, model
    owner, _, method = name.rpartition(".")
    kind = TYPES.get(owner)
    if kind is not None:
        found = attributes.find_method(kind, method)
        if found is not None:
            return f".{method}", of_receiver(found, method)
    for resolver in CALL_RESOLVERS if resolvers else ():
        resolved = resolver(canonical(name))
        if resolved is not None:
            return canonical(name), resolved
    return None


def of_receiver(model: Model, method: str) -> Model:
    """A method read off its type: of a receiver that is not known it is that receiver's own method."""

    def of_type(call: Call) -> object:
        receiver = call.args[0] if call.args else MISSING
        if isinstance(receiver, Unknown) or (receiver is MISSING and call.unseen):
            return Unknown(f"{method}() of a value that is not known", call.place)
        if isinstance(receiver, Choice | Symbol | Operation | Template):
            return call.machine.call(call.machine.attribute(receiver, method), call.args[1:], call.kwargs)
        try:
            return model(call)
        except IndexError as error:
            raise PythonError("TypeError", f"{method}() is called with too few arguments") from error

    return of_type


def is_exception(name: str) -> bool:
    """Is this one of Python's own exceptions?"""
    found = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
    return isinstance(found, type) and issubclass(found, BaseException)


def make_super(call: Call) -> object:
    """`super()`, with and without arguments."""
    machine: Machine = call.machine  # type: ignore[assignment]  # the machine is the one Caller
    if len(call.args) == 2 and isinstance(call.args[0], Class):
        return Super(call.args[0], call.args[1])
    for frame in reversed(machine.frames):
        if frame.function is not None and isinstance(frame.function.owner, Class):
            return Super(frame.function.owner, frame.receiver)
    raise PythonError("RuntimeError", "super(): no arguments")


def contextmanager(call: Call) -> object:
    """`@contextlib.contextmanager`: the function, marked."""
    function = call.args[0] if call.args else None
    if isinstance(function, Function):
        function.attributes[MANAGER_MARK] = True
    return function


def suppress(call: Call) -> object:
    """`contextlib.suppress(...)`: the `with` statement knows what to do with it."""
    return ExternCall("contextlib.suppress", call.args, {}, call.place)


SEE_UNSEEN = ("airflow.", "builtins.print", "builtins.type", "logging.", "warnings.")
"""Names of models that look at `call.unseen` themselves, or to which arguments are nothing."""

MAKERS = frozenset({"builtins.list", "builtins.dict", "builtins.set", "builtins.sorted", "copy.copy", "copy.deepcopy", ".split", ".copy"})
"""Models whose result is a container of its own."""

OWN_MODELS: Mapping[str, Model] = {
    "contextlib.suppress": suppress,
    "builtins.super": make_super,
    "contextlib.contextmanager": contextmanager,
    "contextlib.asynccontextmanager": contextmanager,
}
"""What only the machine itself can do."""

CALLERS: dict[type, Callable[[Machine, object, Call], object]] = {
    Function: call_user_function,
    Bound: call_bound,
    Native: call_native,
    Partial: call_partial,
    StaticMethod: call_wrapped,
    ClassMethod: call_wrapped,
    Class: call_class,
    Instance: call_instance,
    Choice: call_choice,
    Unknown: call_unknown,
    Operation: call_operation,
    Extern: call_extern,
}


def is_builtin(name: str) -> bool:
    """Is `builtins.<name>` modelled or one of Python's exceptions?"""
    full = f"builtins.{name}"
    return full in MODELS or full in TYPES or full in OWN_MODELS or is_exception(full)


__all__ = ["CALLERS", "METHODS", "Manager", "call_value", "find_model", "run_function"]
