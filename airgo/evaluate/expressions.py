"""Expressions: one small function for each kind of syntax, found by the class of the node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from airgo.evaluate import attributes, branches, items, operations, strings
from airgo.evaluate.assumptions import decide
from airgo.evaluate.calls import is_builtin
from airgo.evaluate.models import CONSTANTS
from airgo.evaluate.objects import Call, Function, Native, PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.syntax import literal, signature, text_piece
from airgo.source import Place
from airgo.values import MISSING, Choice, Extern, Operation, Symbol, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Handler = Callable[["Machine", Any, Scope], object]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
EXPRESSIONS: dict[type, Handler] = {}
NAMED_CONSTANTS: dict[str, object] = {"None": None, "True": True, "False": False}
OWN_METHODS: dict[tuple[type, str], Callable[[Call], object]] = {
    (str, "format"): strings.format_method,
    (str, "format_map"): strings.format_map_method,
}


def evaluates(*kinds: type[cst.CSTNode]) -> Callable[[AnyHandler], AnyHandler]:
    """Register the handler of node classes."""

    def register(function: AnyHandler) -> AnyHandler:
        for kind in kinds:
            EXPRESSIONS[kind] = function
        return function

    return register


def evaluate(machine: Machine, node: cst.CSTNode, scope: Scope) -> object:
    """The value of an expression; raises PythonError for what Python would raise."""
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        return Unknown(f"{type(node).__name__} is not followed", Place(machine.frame.module.file, node))
    return handler(machine, node, scope)


@evaluates(cst.Name)
def name(machine: Machine, node: cst.Name, scope: Scope) -> object:
    """A name: a binding, a constant, a builtin, or what a star import may have brought."""
    word = node.value
    found = scope.lookup(word)
    if found is MISSING:
        found = NAMED_CONSTANTS.get(word, MISSING)
    return found if found is not MISSING else unbound(machine, word)


@cache
def builtin(name: str) -> object:
    """What a builtin name means; MISSING for anything else."""
    constant = CONSTANTS.get(f"builtins.{name}", MISSING)
    return Extern(f"builtins.{name}") if constant is MISSING and is_builtin(name) else constant


def unbound(machine: Machine, name: str) -> object:
    """What a name means that nothing of the program binds."""
    found = builtin(name)
    if found is not MISSING:
        return found
    sources = machine.star_sources.get(id(machine.frame.module))
    if sources:
        return (
            Unknown(f"{name} may come from {sources[0]}", machine.place)
            if sources[0] == ""
            else attributes.extern_value(machine, f"{sources[0]}.{name}")
        )
    if hasattr(__builtins__, name) or (isinstance(__builtins__, dict) and name in __builtins__):
        return Unknown(f"the builtin {name} is not modelled", machine.place)
    raise PythonError("NameError", f"name {name!r} is not defined")


@evaluates(cst.SimpleString, cst.Integer, cst.Float, cst.Imaginary)
def literal_value(machine: Machine, node: cst.SimpleString, scope: Scope) -> object:
    """A literal."""
    try:
        return literal(node)
    except ValueError as error:
        raise PythonError("ValueError", str(error)) from error


@evaluates(cst.Ellipsis)
def ellipsis(machine: Machine, node: cst.Ellipsis, scope: Scope) -> object:
    """`...`."""
    return ...


@evaluates(cst.ConcatenatedString)
def concatenated(machine: Machine, node: cst.ConcatenatedString, scope: Scope) -> object:
    """`"a" f"{b}"`."""
    left, right = evaluate(machine, node.left, scope), evaluate(machine, node.right, scope)
    return left + right if isinstance(left, bytes) and isinstance(right, bytes) else strings.template((left, right))


@evaluates(cst.FormattedString)
def formatted(machine: Machine, node: cst.FormattedString, scope: Scope) -> object:
    """An f-string."""
    return strings.template(formatted_parts(machine, node.parts, node.prefix, scope))


def formatted_parts(machine: Machine, parts: Sequence[cst.BaseFormattedStringContent], prefix: str, scope: Scope) -> list[object]:
    """The texts and holes of an f-string, or of a format spec in one."""
    found: list[object] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringText):
            found.append(text_piece(part, prefix))
        elif isinstance(part, cst.FormattedStringExpression):
            found.extend(formatted_hole(machine, part, prefix, scope))
    return found


def formatted_hole(machine: Machine, part: cst.FormattedStringExpression, prefix: str, scope: Scope) -> tuple[object, ...]:
    """One hole of an f-string; `{x=}` writes its own text first."""
    value = evaluate(machine, part.expression, scope)
    spec = strings.template(formatted_parts(machine, part.format_spec, prefix, scope)) if part.format_spec else ""
    if part.equal is None:
        return (strings.hole(machine, value, part.conversion, spec),)
    code = machine.frame.module.file.tree.code_for_node
    written = code(part.whitespace_before_expression) + code(part.expression) + code(part.equal)
    return written, strings.hole(machine, value, part.conversion or ("r" if spec == "" else None), spec)


@evaluates(cst.Attribute)
def attribute(machine: Machine, node: cst.Attribute, scope: Scope) -> object:
    """`x.name`."""
    return get_attribute(machine, evaluate(machine, node.value, scope), node.attr.value)


def get_attribute(machine: Machine, value: object, name: str) -> object:
    """`value.name`, our own formatter for the methods that format."""
    own = OWN_METHODS.get((type(value), name))
    if own is not None:
        return Native(f".{name}", attributes.method_of(machine, value, own, name))
    return attributes.attribute(machine, value, name)


@evaluates(cst.Subscript)
def subscript(machine: Machine, node: cst.Subscript, scope: Scope) -> object:
    """`x[key]`."""
    value = evaluate(machine, node.value, scope)
    key = index_value(machine, node.slice, scope)
    machine.node = node
    return items.item(machine, value, key)


def index_value(machine: Machine, elements: Sequence[cst.SubscriptElement], scope: Scope) -> object:
    """The key of a subscript; several are a tuple."""
    if len(elements) == 1 and type(index := elements[0].slice) is cst.Index and index.star is None:
        key = evaluate(machine, index.value, scope)
        return (key,) if isinstance(elements[0].comma, cst.Comma) else key
    keys = [one_index(machine, element.slice, scope) for element in elements]
    return keys[0] if len(elements) == 1 and not isinstance(elements[0].comma, cst.Comma) else tuple(keys)


def one_index(machine: Machine, node: cst.BaseSlice, scope: Scope) -> object:
    """An index or a slice."""
    if isinstance(node, cst.Index):
        value = evaluate(machine, node.value, scope)
        return tuple(machine.iterate(value) or ()) if node.star is not None else value
    assert isinstance(node, cst.Slice)
    bounds = [None if part is None else evaluate(machine, part, scope) for part in (node.lower, node.upper, node.step)]
    return slice(*bounds)


BINARY_SYMBOLS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.MatrixMultiply: "@",
}
COMPARISON_SYMBOLS: dict[type[cst.CSTNode], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
}


@evaluates(cst.BinaryOperation)
def binary(machine: Machine, node: cst.BinaryOperation, scope: Scope) -> object:
    """`a + b`; long chains are walked, not nested."""
    chain = [node]
    while isinstance(chain[-1].left, cst.BinaryOperation):
        chain.append(chain[-1].left)
    value = evaluate(machine, chain[-1].left, scope)
    for one in reversed(chain):
        right = evaluate(machine, one.right, scope)
        machine.node = one
        value = operations.operate(machine, BINARY_SYMBOLS[type(one.operator)], value, right)
    return value


@evaluates(cst.UnaryOperation)
def unary(machine: Machine, node: cst.UnaryOperation, scope: Scope) -> object:
    """`-x`, `not x`."""
    value = evaluate(machine, node.expression, scope)
    machine.node = node
    if isinstance(node.operator, cst.Not):
        return operations.negate(machine, value)
    return operations.unary(machine, {cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"}[type(node.operator)], value)


@evaluates(cst.Comparison)
def comparison(machine: Machine, node: cst.Comparison, scope: Scope) -> object:
    """`a < b <= c`."""
    left = evaluate(machine, node.left, scope)
    result: object = True
    for target in node.comparisons:
        right = evaluate(machine, target.comparator, scope)
        machine.node = node
        verdict = operations.operate(machine, COMPARISON_SYMBOLS[type(target.operator)], left, right)
        if verdict is False:
            return False
        result = verdict if result is True else Operation("and", (result, verdict), machine.place)
        if machine.truth(verdict) is False:
            return verdict
        left = right
    return result


@evaluates(cst.BooleanOperation)
def boolean(machine: Machine, node: cst.BooleanOperation, scope: Scope) -> object:
    """`a and b`, `a or b`: the value of one of them; kept as data when the first is not known."""
    left = evaluate(machine, node.left, scope)
    word = "or" if isinstance(node.operator, cst.Or) else "and"
    verdict = machine.truth(left)
    if verdict is not None:
        return left if verdict is (word == "or") else evaluate(machine, node.right, scope)
    try:
        right = evaluate(machine, node.right, scope)
    except PythonError:
        return left  # the file imports in production, so the right side is not reached
    return open_boolean(machine, word, left, right, Place(machine.frame.module.file, node))


def open_boolean(machine: Machine, word: str, left: object, right: object, place: Place) -> object:
    """`left and right` with a left side that is neither true nor false yet."""
    if isinstance(left, Unknown):
        return Unknown(f"{word} of a value that is not known", place, left)
    if word == "or" and isinstance(left, Symbol) and left.default in (MISSING, None) and isinstance(right, str) and left.kind == "env":
        return Symbol(left.kind, left.key, left.path, right, left.place)
    if isinstance(left, Choice):
        then, orelse = (short(machine, word, leaf, right, place) for leaf in (left.then, left.orelse))
        return branches.choose(left.test, then, orelse, place)
    return Operation(word, (left, right), place)


def short(machine: Machine, word: str, left: object, right: object, place: Place) -> object:
    """`left and right` for one leaf of a choice."""
    verdict = machine.truth(left)
    if verdict is None:
        return open_boolean(machine, word, left, right, place)
    return left if verdict is (word == "or") else right


@evaluates(cst.IfExp)
def conditional(machine: Machine, node: cst.IfExp, scope: Scope) -> object:
    """`a if test else b`."""
    test = evaluate(machine, node.test, scope)
    verdict = decide(machine, test)
    if verdict is not None:
        return evaluate(machine, node.body if verdict else node.orelse, scope)
    place = Place(machine.frame.module.file, node)
    return branches.branch_values(
        machine, test, place, lambda: evaluate(machine, node.body, scope), lambda: evaluate(machine, node.orelse, scope)
    )


@evaluates(cst.NamedExpr)
def walrus(machine: Machine, node: cst.NamedExpr, scope: Scope) -> object:
    """`(name := value)`."""
    value = evaluate(machine, node.value, scope)
    if isinstance(node.target, cst.Name):
        scope.walrus(node.target.value, value)
    return value


@evaluates(cst.Lambda)
def lambda_(machine: Machine, node: cst.Lambda, scope: Scope) -> object:
    """`lambda a: b`."""
    return make_function(machine, node, "<lambda>", scope)


def make_function(machine: Machine, node: cst.FunctionDef | cst.Lambda, name: str, scope: Scope) -> Function:
    """A function with its defaults evaluated now."""
    defaults = {name: evaluate(machine, param.default, scope) for name, param in signature(node).nodes if param.default is not None}
    outer = scope
    while outer.kind == "comprehension" and outer.parent is not None:
        outer = outer.parent
    function = Function(name, node, scope, machine.frame.module, defaults, f"{outer.qualified_name}{name}")
    function.owner = scope.owner_class  # type: ignore[assignment]  # a Class, or None
    return function


@evaluates(cst.Await)
def await_(machine: Machine, node: cst.Await, scope: Scope) -> object:
    """`await x`: coroutines are run where they are called."""
    return evaluate(machine, node.expression, scope)


def unknown_elements(machine: Machine, value: object) -> Unknown:
    """What stands for elements that are not known."""
    return Unknown("elements that are not known", machine.place, value if isinstance(value, Unknown) else None)


@evaluates(cst.Yield)
def yield_(machine: Machine, node: cst.Yield, scope: Scope) -> object:
    """`yield x`: handed to the `with` statement that runs the generator, else gathered."""
    source = node.value
    if isinstance(source, cst.From):
        found = machine.iterate(evaluate(machine, source.item, scope))
        values = [unknown_elements(machine, None)] if found is None else found
    else:
        values = [None if source is None else evaluate(machine, source, scope)]
    frame = machine.frame
    for value in values:
        if frame.on_yield is not None:
            frame.on_yield(value)
        elif frame.yields is not None:
            machine.step()
            frame.yields.append(value)
    return None
