"""Jinja's expressions: names, members, calls, filters, tests, operators and literals."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

import jinja2
from jinja2 import nodes

from airgo.argo.text import Simple, Text
from airgo.macros import context as names
from airgo.macros import sources, spaces
from airgo.macros.calls import call, member
from airgo.macros.compiler import Compiler, expression
from airgo.macros.operators import both, chosen, compared, condition, either, is_none, negated, reckoned
from airgo.macros.results import Code, Known, NotExact, Result, Sourced, Space, Spliced, describe, tight
from airgo.macros.rules import RUN_TIME, UNDEFINED
from airgo.macros.texts import apply_filter, concatenated


@expression(nodes.Name)
def _name(compiler: Compiler, node: nodes.Name) -> Result:
    if node.name in compiler.local:
        return compiler.local[node.name]
    if node.name == "range":
        return member(Known(None), "range", compiler.context)
    return names.name(node.name, compiler.context)


@expression(nodes.Const)
def _constant(_compiler: Compiler, node: nodes.Const) -> Result:
    return Known(node.value)


@expression(nodes.TemplateData)
def _template_data(_compiler: Compiler, node: nodes.TemplateData) -> Result:
    return Known(node.data)


@expression(nodes.List, nodes.Tuple)
def _collection(compiler: Compiler, node: nodes.List | nodes.Tuple) -> Result:
    values = [compiler.value(item) for item in node.items]
    if not all(isinstance(value, Known) for value in values):
        raise NotExact(RUN_TIME, "a list of values that are known only while the task runs has no counterpart in Argo")
    plain = [value.value for value in values if isinstance(value, Known)]
    return Known(tuple(plain) if isinstance(node, nodes.Tuple) else plain)


@expression(nodes.Dict)
def _dict(compiler: Compiler, node: nodes.Dict) -> Result:
    pairs = [(compiler.value(pair.key), compiler.value(pair.value)) for pair in node.items]
    if not all(isinstance(part, Known) for pair in pairs for part in pair):
        raise NotExact(RUN_TIME, "a dict of values that are known only while the task runs has no counterpart in Argo")
    return Known({key.value: value.value for key, value in pairs if isinstance(key, Known) and isinstance(value, Known)})


@expression(nodes.Getattr)
def _getattr(compiler: Compiler, node: nodes.Getattr) -> Result:
    return member(compiler.value(node.node), node.attr, compiler.context)


@expression(nodes.Getitem)
def _getitem(compiler: Compiler, node: nodes.Getitem) -> Result:
    receiver = compiler.value(node.node)
    if isinstance(node.arg, nodes.Slice):
        return _slice(compiler, receiver, node.arg)
    key = compiler.value(node.arg)
    if not isinstance(key, Known):
        raise NotExact(RUN_TIME, "an index that is known only while the task runs has no counterpart in Argo")
    return member(receiver, key.value, compiler.context, item=True)


def _slice(compiler: Compiler, receiver: Result, part: nodes.Slice) -> Result:
    start, stop, step = (_bound(compiler, bound) for bound in (part.start, part.stop, part.step))
    if isinstance(receiver, Known) and isinstance(receiver.value, str | list | tuple) and step != 0:
        return Known(receiver.value[start:stop:step])
    if isinstance(receiver, Code) and receiver.type == "text" and step in (None, 1):
        return Code(f"{tight(receiver.code)}[{'' if start is None else start}:{'' if stop is None else stop}]", "text")
    raise NotExact(RUN_TIME, "a slice of a value that is known only while the task runs has no counterpart in Argo")


def _bound(compiler: Compiler, bound: nodes.Node | None) -> int | None:
    value = Known(None) if bound is None else compiler.value(bound)
    if isinstance(value, Known) and isinstance(value.value, int | None):
        return value.value
    raise NotExact(RUN_TIME, "a slice whose bounds are known only while the task runs has no counterpart in Argo")


@expression(nodes.Call)
def _call(compiler: Compiler, node: nodes.Call) -> Result:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise NotExact(RUN_TIME, "a call with * or ** has no counterpart in Argo")
    function = compiler.value(node.node)
    arguments = [compiler.value(argument) for argument in node.args]
    keywords = {str(keyword.key): compiler.value(keyword.value) for keyword in node.kwargs}
    return call(function, arguments, keywords, compiler.context)


@expression(nodes.Filter)
def _filter(compiler: Compiler, node: nodes.Filter) -> Result:
    if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise NotExact(RUN_TIME, "a filter block has no counterpart in Argo")
    if node.name in compiler.context.filters:
        raise NotExact(RUN_TIME, f"the filter {node.name} comes from user_defined_filters and is code")
    arguments = [compiler.value(argument) for argument in node.args]
    keywords = {str(keyword.key): compiler.value(keyword.value) for keyword in node.kwargs}
    if node.name in ("default", "d"):
        return _default(compiler, node, arguments, keywords)
    value = _filter_operand(compiler, node)
    if isinstance(value, Known) and all(isinstance(given, Known) for given in [*arguments, *keywords.values()]):
        return _filtered_now(compiler, node.name, value.value, arguments, keywords)
    return value if isinstance(value, Spliced) else apply_filter(node.name, value, arguments, keywords)


def _filter_operand(compiler: Compiler, node: nodes.Filter) -> Result:
    """A filter's value. A Variable as JSON text is what its environment variable holds already."""
    assert node.node is not None
    value = compiler.value(node.node)
    if value == Space("dag_run.conf") and node.name == "tojson":
        value = spaces.whole_conf(compiler.context)
    if isinstance(value, Space) and value.name == "param" and isinstance(value.path[0], str) and node.name == "tojson":
        return Spliced(Text((Simple(value.path[0]),)))
    if isinstance(value, Sourced) and node.name in ("string", "tojson", "trim") and (node.name != "tojson" or not value.path):
        return Spliced(Text((sources.variable(value.key, value.path),))) if value.kind != "connection" else value
    return compiler.operand(node.node)


def _default(compiler: Compiler, node: nodes.Filter, arguments: list[Result], keywords: dict[str, Result]) -> Result:
    """`value | default(other[, boolean])`: `other` where the value is not defined, or also where it is false."""
    other = arguments[0] if arguments else keywords.get("default_value", Known(""))
    empty_too = arguments[1] if len(arguments) > 1 else keywords.get("boolean", Known(False))
    key = spaces.conf_key(node.node, compiler.value) if node.node is not None else None
    if key is not None:
        return member(names.dag_run_member("conf", compiler.context), key, compiler.context, fallback=other)
    try:
        value = compiler.value(node.node) if node.node is not None else Known("")
    except NotExact as error:
        if error.rule is UNDEFINED:
            return other
        raise
    if empty_too == Known(False) or (isinstance(value, Code) and value.type in ("time", "date")):
        return value
    return either(value, other)


def _filtered_now(compiler: Compiler, name: str, value: object, arguments: list[Result], keywords: dict[str, Result]) -> Result:
    """A filter over values that are known: jinja2's own, in its sandbox."""
    if name in ("center", "indent", "format", "wordwrap", "random") or name not in compiler.parser.filters:
        raise NotExact(RUN_TIME, f"the filter {name} has no counterpart in Argo")
    plain = [given.value for given in arguments if isinstance(given, Known)]
    named = {key: given.value for key, given in keywords.items() if isinstance(given, Known)}
    try:
        result = compiler.parser.call_filter(name, value, plain, named, eval_ctx=nodes.EvalContext(compiler.parser))
    except (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise NotExact(UNDEFINED, f"the filter {name} fails: {error}") from error
    if isinstance(result, str | int | float | bool | list | tuple | dict | None):
        return Known(str(result) if isinstance(result, str) else result)
    return Known(list(result)) if hasattr(result, "__iter__") else Known(str(result))


@expression(nodes.Concat)
def _concat(compiler: Compiler, node: nodes.Concat) -> Result:
    return concatenated([compiler.value(child) for child in node.nodes], describe)


@expression(nodes.CondExpr)
def _conditional(compiler: Compiler, node: nodes.CondExpr) -> Result:
    test = truth_of(compiler, node.test)
    if isinstance(test, Known):
        if test.value:
            return compiler.value(node.expr1)
        return compiler.value(node.expr2) if node.expr2 is not None else Known("")
    written = condition(test)
    then, orelse = compiler.value(node.expr1), compiler.value(node.expr2) if node.expr2 is not None else Known("")
    return chosen(written, then, orelse)


@expression(nodes.Or)
def _or(compiler: Compiler, node: nodes.Or) -> Result:
    left = compiler.operand(node.left)
    if isinstance(left, Known):
        return left if left.value else compiler.value(node.right)
    return either(left, compiler.value(node.right))


@expression(nodes.And)
def _and(compiler: Compiler, node: nodes.And) -> Result:
    left = compiler.operand(node.left)
    if isinstance(left, Known):
        return compiler.value(node.right) if left.value else left
    return both(left, compiler.value(node.right))


@expression(nodes.Not)
def _not(compiler: Compiler, node: nodes.Not) -> Result:
    return negated(truth_of(compiler, node.node))


def truth_of(compiler: Compiler, node: nodes.Node) -> Result:
    """An expression where only its truth matters: what `and` and `or` yield need not be of one type then. Known, or Code of a truth."""
    if isinstance(node, nodes.And | nodes.Or):
        left, decisive = truth_of(compiler, node.left), isinstance(node, nodes.Or)
        if isinstance(left, Known):
            return left if bool(left.value) is decisive else truth_of(compiler, node.right)
        right = truth_of(compiler, node.right)
        if isinstance(right, Known):
            return right if bool(right.value) is decisive else left
        return either(left, right) if decisive else both(left, right)
    value = compiler.operand(node)
    return Known(bool(value.value)) if isinstance(value, Known) else Code(condition(value), "truth")


@expression(nodes.Compare)
def _compare(compiler: Compiler, node: nodes.Compare) -> Result:
    if len(node.ops) != 1:
        raise NotExact(RUN_TIME, "a chain of comparisons has no counterpart in Argo")
    return compared(node.ops[0].op, compiler.operand(node.expr), compiler.operand(node.ops[0].expr))


@expression(nodes.Test)
def _test_node(compiler: Compiler, node: nodes.Test) -> Result:
    if node.name in ("defined", "undefined"):
        try:
            compiler.value(node.node)
        except NotExact as error:
            if error.rule is not UNDEFINED:
                raise
            return Known(node.name == "undefined")
        return Known(node.name == "defined")
    value = compiler.value(node.node)
    if node.name == "none" and isinstance(value, Code):
        return is_none(value)
    if node.name == "none" and not isinstance(value, Known):
        return negated(value)
    if not isinstance(value, Known) or node.name not in ("none", "string", "number", "mapping", "iterable", "boolean"):
        raise NotExact(RUN_TIME, f"the test {node.name} of a value that is known only while the task runs")
    return Known(bool(compiler.parser.call_test(node.name, value.value)))


_BINARY: Mapping[type[nodes.Node], Callable[[object, object], object]] = {
    nodes.Add: operator.add,
    nodes.Sub: operator.sub,
    nodes.Mul: operator.mul,
    nodes.Div: operator.truediv,
    nodes.FloorDiv: operator.floordiv,
    nodes.Mod: operator.mod,
}


@expression(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)
def _binary(compiler: Compiler, node: nodes.BinExpr) -> Result:
    return reckoned(_BINARY[type(node)], node.operator, compiler.value(node.left), compiler.value(node.right))


@expression(nodes.Neg, nodes.Pos)
def _unary(compiler: Compiler, node: nodes.UnaryExpr) -> Result:
    value = compiler.value(node.node)
    if isinstance(value, Known) and isinstance(value.value, int | float):
        return Known(-value.value if isinstance(node, nodes.Neg) else value.value)
    if isinstance(value, Code) and value.type == "integer":
        return Code(f"-{tight(value.code)}", "integer") if isinstance(node, nodes.Neg) else value
    raise NotExact(RUN_TIME, "a sign before a value that is no number")
