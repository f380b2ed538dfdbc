"""Statements: one small function for each kind of syntax, and the boundary at which errors end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from airgo.evaluate import branches, classes, operations, rules
from airgo.evaluate.attributes import delete_attribute
from airgo.evaluate.decorators import decorate
from airgo.evaluate.expressions import BINARY_SYMBOLS, evaluate, index_value, make_function
from airgo.evaluate.frames import Frame
from airgo.evaluate.items import delete_item
from airgo.evaluate.limits import OutOfFuel
from airgo.evaluate.objects import Class, Function, Module, Property, PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.targets import assign, names_of
from airgo.source import Place
from airgo.values import MISSING, ExternCall, Symbolic, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Why a block ended early. kind: return · break · continue."""

    kind: str
    value: object = None


BREAK = Signal("break")
CONTINUE = Signal("continue")

Handler = Callable[["Machine", Any, Scope], "Signal | None"]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
STATEMENTS: dict[type, Handler] = {}


def executes(*kinds: type[cst.CSTNode]) -> Callable[[AnyHandler], AnyHandler]:
    """Register the handler of node classes."""

    def register(function: AnyHandler) -> AnyHandler:
        for kind in kinds:
            STATEMENTS[kind] = function
        return function

    return register


def run_module(machine: Machine, module: Module) -> None:
    """Run a module's body in its own namespace. Raises OutOfFuel."""
    scope = Scope("module", None, module.namespace)
    node, guards = machine.node, machine.guards
    machine.guards = []
    machine.frames.append(Frame(scope, module))
    try:
        run_body(machine, module.file.tree, scope)
    finally:
        machine.frames.pop()
        machine.node, machine.guards = node, guards
        module.complete = True


def run_body(machine: Machine, body: cst.BaseSuite | cst.Module, scope: Scope) -> object:
    """Run a whole function or module body: the value it returns, returns under undecided tests included."""
    guards = len(machine.guards)
    try:
        signal = run_block(machine, body, scope)
        result = signal.value if signal is not None else None
        return settle_pending(machine, 0, "return", result)
    finally:
        del machine.guards[guards:]
        for pending in machine.frame.pending:
            if pending.journal in machine.journals:
                machine.journals.remove(pending.journal)


def settle_pending(machine: Machine, start: int, kind: str, result: object = None) -> object:
    """Join the exits that were taken under undecided tests since `start` with the state now, the last one first."""
    pending = machine.frame.pending
    for entry in reversed(pending[start:]):
        if entry.kind != kind:
            continue
        pending.remove(entry)
        if entry.guard in machine.guards:
            machine.guards.remove(entry.guard)
        if entry.journal in machine.journals:
            machine.journals.remove(entry.journal)
        test, place = entry.guard.test, entry.guard.place
        left = not entry.guard.polarity
        for container, saved in entry.journal.saved.values():
            now = branches.content(container)
            then, orelse = (saved, now) if left else (now, saved)
            branches.restore(container, branches.merged_content(test, then, orelse, place))
        if kind == "return":
            result = branches.choose(test, *((entry.value, result) if left else (result, entry.value)), place)
        else:
            names = machine.frame.scope.names
            then_names, else_names = (entry.names, dict(names)) if left else (dict(names), entry.names)
            branches.restore(names, branches.merged_names(test, then_names, else_names, place))
    return result


def run_block(machine: Machine, body: cst.BaseSuite | cst.Module, scope: Scope) -> Signal | None:
    """Run statements in order; why they ended early, or None."""
    for statement in body.body:
        signal = run_statement(machine, statement, scope)
        if signal is not None:
            return signal
    return None


def run_statement(machine: Machine, node: cst.CSTNode, scope: Scope) -> Signal | None:
    """Run one statement. The boundary: an exception of the program that nobody catches ends here, and so does a mistake of ours."""
    if type(node) is cst.SimpleStatementLine:
        for small in node.body:
            signal = run_statement(machine, small, scope)
            if signal is not None:
                return signal
        return None
    machine.step()
    machine.node = node
    handler = STATEMENTS.get(type(node))
    if handler is None:
        machine.report(rules.NOT_FOLLOWED, f"{type(node).__name__} is not followed", Place(machine.frame.module.file, node))
        machine.partial = True
        return None
    frames, guards, journals = len(machine.frames), len(machine.guards), len(machine.journals)
    try:
        return handler(machine, node, scope)
    except PythonError as error:
        if machine.caught(error):
            raise
        end_statement(machine, node, scope, error)
    except OutOfFuel:
        raise
    except Exception as error:
        if machine.strict:
            raise
        internal_error(machine, node, scope, error)
    del machine.frames[frames:], machine.guards[guards:], machine.journals[journals:]
    return None


def end_statement(machine: Machine, node: cst.CSTNode, scope: Scope, error: PythonError) -> None:
    """The statement would raise: say so, and bind its names to unknowns."""
    place = Place(machine.frame.module.file, node)
    machine.report(rules.WOULD_RAISE, f"this raises {error}", place)
    if not machine.quiet:
        machine.partial = True
    bind_unknown(machine, node, scope, Unknown(f"the statement raises {error}", place))


def internal_error(machine: Machine, node: cst.CSTNode, scope: Scope, error: Exception) -> None:
    """A mistake of ours: say so, and bind the statement's names to unknowns."""
    place = Place(machine.frame.module.file, node)
    machine.report(rules.INTERNAL, f"airgo fails at this statement: {type(error).__name__}: {error}", place)
    machine.partial = True
    bind_unknown(machine, node, scope, Unknown("airgo failed at this statement", place))


def bind_unknown(machine: Machine, node: cst.CSTNode, scope: Scope, value: Unknown) -> None:
    """Bind every name that a statement would have bound."""
    for name in bound_names(node):
        scope.bind(name, value)


def bound_names(node: cst.CSTNode) -> Iterator[str]:
    """The names that a statement binds by itself (not in its blocks)."""
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from names_of(target.target)
    elif isinstance(node, cst.AnnAssign | cst.AugAssign | cst.For):
        yield from names_of(node.target)
    elif isinstance(node, cst.FunctionDef | cst.ClassDef):
        yield node.name.value
    elif isinstance(node, cst.With):
        for item in node.items:
            if item.asname is not None:
                yield from names_of(item.asname.name)
    elif isinstance(node, cst.Import | cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
        for alias in node.names:
            found: cst.BaseExpression = alias.asname.name if alias.asname is not None else alias.name
            while isinstance(found, cst.Attribute):
                found = found.value
            yield from names_of(found)


@executes(cst.Expr)
def expression(machine: Machine, node: cst.Expr, scope: Scope) -> None:
    """An expression for its effect; docstrings are passed over."""
    if not isinstance(node.value, cst.SimpleString):
        evaluate(machine, node.value, scope)


@executes(cst.Assign)
def assignment(machine: Machine, node: cst.Assign, scope: Scope) -> None:
    """`a = b = value`."""
    value = evaluate(machine, node.value, scope)
    for target in node.targets:
        assign(machine, target.target, value, scope)


@executes(cst.AnnAssign)
def annotated_assignment(machine: Machine, node: cst.AnnAssign, scope: Scope) -> None:
    """`a: int = value`; in a class body the annotation is kept for dataclasses."""
    if scope.kind == "class" and isinstance(node.target, cst.Name):
        table = scope.names.setdefault("__annotations__", {})
        assert isinstance(table, dict)
        table[node.target.value] = quietly(machine, node.annotation.annotation, scope)
    if node.value is not None:
        assign(machine, node.target, evaluate(machine, node.value, scope), scope)


def quietly(machine: Machine, node: cst.BaseExpression, scope: Scope) -> object:
    """The value of an annotation; one that cannot be evaluated is unknown without a word."""
    machine.quiet += 1
    try:
        return evaluate(machine, node, scope)
    except PythonError as error:
        return Unknown(str(error), Place(machine.frame.module.file, node))
    finally:
        machine.quiet -= 1


AUGMENTED: dict[str, str] = {f"{kind.__name__}Assign": symbol for kind, symbol in BINARY_SYMBOLS.items()}
"""`cst.AddAssign` → "+"."""


@executes(cst.AugAssign)
def augmented_assignment(machine: Machine, node: cst.AugAssign, scope: Scope) -> None:
    """`a += b`: in place for lists, dicts and sets."""
    symbol = AUGMENTED[type(node.operator).__name__]
    target = node.target
    old = evaluate(machine, target, scope)
    value = evaluate(machine, node.value, scope)
    machine.node = node
    if not in_place(machine, symbol, old, value):
        assign(machine, target, operations.operate(machine, symbol, old, value), scope)


def in_place(machine: Machine, symbol: str, old: object, value: object) -> bool:
    """Change a list, dict or set as `+=` and `|=` do; False for anything else."""
    if isinstance(old, list) and symbol == "+":
        machine.touch(old)
        found = machine.iterate(value)
        cause = value if isinstance(value, Unknown) else None
        old.extend([Unknown("elements that are not known", machine.place, cause)] if found is None else found)
        return True
    if isinstance(old, dict) and symbol == "|" and isinstance(value, dict):
        machine.touch(old)
        old.update(value)
        return True
    if isinstance(old, set) and isinstance(value, set | frozenset) and symbol in {"|", "&", "-", "^"}:
        machine.touch(old)
        changed = operations.compute(symbol, set(old), value)
        branches.restore(old, changed)
        return True
    return False


@executes(cst.Del)
def delete(machine: Machine, node: cst.Del, scope: Scope) -> None:
    """`del a, b.c, d[e]`."""
    targets = [element.value for element in node.target.elements] if isinstance(node.target, cst.Tuple | cst.List) else [node.target]
    for target in targets:
        if isinstance(target, cst.Name):
            scope.unbind(target.value)
        elif isinstance(target, cst.Attribute):
            delete_attribute(machine, evaluate(machine, target.value, scope), target.attr.value)
        elif isinstance(target, cst.Subscript):
            delete_item(machine, evaluate(machine, target.value, scope), index_value(machine, target.slice, scope))


@executes(cst.Pass)
def nothing(machine: Machine, node: cst.Pass, scope: Scope) -> None:
    """`pass`."""


@executes(cst.Break)
def break_(machine: Machine, node: cst.Break, scope: Scope) -> Signal:
    """`break`."""
    return BREAK


@executes(cst.Continue)
def continue_(machine: Machine, node: cst.Continue, scope: Scope) -> Signal:
    """`continue`."""
    return CONTINUE


@executes(cst.Return)
def return_(machine: Machine, node: cst.Return, scope: Scope) -> Signal:
    """`return value`; a value that raises is returned as an unknown."""
    if node.value is None:
        return Signal("return")
    try:
        return Signal("return", evaluate(machine, node.value, scope))
    except PythonError as error:
        if machine.caught(error):
            raise
        end_statement(machine, node, scope, error)
        return Signal("return", Unknown(f"the return value raises {error}", Place(machine.frame.module.file, node)))


@executes(cst.Global)
def global_(machine: Machine, node: cst.Global, scope: Scope) -> None:
    """`global a`."""
    scope.global_names.update(item.name.value for item in node.names)


@executes(cst.Nonlocal)
def nonlocal_(machine: Machine, node: cst.Nonlocal, scope: Scope) -> None:
    """`nonlocal a`."""
    scope.nonlocal_names.update(item.name.value for item in node.names)


@executes(cst.TypeAlias)
def type_alias(machine: Machine, node: cst.TypeAlias, scope: Scope) -> None:
    """`type X = ...`."""
    scope.bind(node.name.value, quietly(machine, node.value, scope))


@executes(cst.FunctionDef)
def function_definition(machine: Machine, node: cst.FunctionDef, scope: Scope) -> None:
    """`def f(): ...`, decorated from the inside out."""
    function = make_function(machine, node, node.name.value, scope)
    scope.bind(node.name.value, decorate(machine, node.decorators, function, scope))


@executes(cst.ClassDef)
def class_definition(machine: Machine, node: cst.ClassDef, scope: Scope) -> None:
    """`class C(B): ...`: the body runs in the class's own namespace."""
    bases, keywords = class_arguments(machine, node, scope)
    name = node.name.value
    cls = Class(name, node, machine.frame.module, bases, {}, f"{scope.qualified_name}{name}", keywords=keywords)
    cls.mro = classes.linearize(cls)
    inner = Scope("class", scope, cls.namespace, f"{cls.qualified_name}.")
    inner.owner_class = cls
    cls.namespace["__module__"] = machine.frame.module.name
    machine.frame.scope = inner
    try:
        run_block(machine, node.body, inner)
    finally:
        machine.frame.scope = scope
    classes.finish(machine, cls, Place(machine.frame.module.file, node))
    scope.bind(name, decorate(machine, node.decorators, cls, scope))


def class_arguments(machine: Machine, node: cst.ClassDef, scope: Scope) -> tuple[tuple[object, ...], dict[str, object]]:
    """The bases and keywords of a class statement."""
    bases: list[object] = []
    for arg in node.bases:
        value = evaluate(machine, arg.value, scope)
        several = machine.iterate(value) if arg.star == "*" else [value]
        bases.extend(classes.canonical_base(base) for base in several or ())
    keywords = {arg.keyword.value: evaluate(machine, arg.value, scope) for arg in node.keywords if arg.keyword is not None}
    return tuple(bases), keywords


def statements_of(body: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """The statements of a block, simple statements one by one."""
    found: list[cst.CSTNode] = []
    for statement in body.body:
        found.extend(statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement])
    return found


__all__ = ["MISSING", "ExternCall", "Function", "Property", "Symbolic", "executes", "run_block", "run_module", "statements_of"]
