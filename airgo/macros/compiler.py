"""Reads Airflow's Jinja with jinja2's own parser and writes it as text with holes; nothing of it is ever run.

What is known now is computed now (constants, user_defined_macros that are plain data); the rest becomes Argo expressions, environment
variables or values of other tasks; what is none of these raises NotExact.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from airgo.argo.text import Text, text
from airgo.macros import context as names
from airgo.macros import sources, spaces
from airgo.macros.calls import call, member
from airgo.macros.context import TemplateContext
from airgo.macros.operators import both, chosen, compared, condition, either, negated, reckoned
from airgo.macros.results import Code, Known, NotExact, Result, Sourced, Spliced, describe, parts_of, tight
from airgo.macros.rules import RUN_TIME, SYNTAX, UNDEFINED
from airgo.macros.texts import apply_filter, concatenated, text_code

MAX_TEMPLATE = 1_000_000
MAX_OUTPUT = 1_000_000
MAX_LOOP = 1_000
_ENVIRONMENT_OPTIONS = frozenset(
    ["block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string", "comment_end_string", "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence", "keep_trailing_newline"]
)


def environment(options: Mapping[str, object]) -> ImmutableSandboxedEnvironment:
    """A parser as Airflow's: `options` are the plain ones of the DAG's jinja_environment_kwargs."""
    known = {key: value for key, value in options.items() if key in _ENVIRONMENT_OPTIONS}
    made = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    return made.overlay(**known) if known else made  # type: ignore[arg-type]  # the names are checked above


@dataclass(slots=True)
class Compiler:
    """One template being read: its context, and the names that the template itself sets."""

    context: TemplateContext
    parser: ImmutableSandboxedEnvironment
    expressions: int = 0
    local: dict[str, Result] = field(default_factory=dict)

    def render(self, source: str) -> str | Text:
        """The text of a template. Raises NotExact."""
        if len(source) > MAX_TEMPLATE:
            raise NotExact(RUN_TIME, "the template is larger than a megabyte")
        try:
            tree = self.parser.parse(source)
        except jinja2.TemplateSyntaxError as error:
            raise NotExact(SYNTAX, f"{error.message} (line {error.lineno} of the template)") from error
        return self.printed(tree.body)

    def printed(self, body: Sequence[nodes.Node]) -> str | Text:
        """What a list of statements prints."""
        parts: list[str | Text] = []
        for statement in body:
            parts.append(self._statement(statement))
            if sum(len(part) for part in parts if isinstance(part, str)) > MAX_OUTPUT:
                raise NotExact(RUN_TIME, "the template prints more than a megabyte")
        return text(*parts)

    def _statement(self, statement: nodes.Node) -> str | Text:
        handler = _STATEMENTS.get(type(statement))
        if handler is None:
            raise NotExact(RUN_TIME, f"a {type(statement).__name__.lower()} statement of Jinja's has no counterpart in Argo")
        return handler(self, statement)

    def value(self, node: nodes.Node) -> Result:
        """What an expression stands for."""
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            raise NotExact(RUN_TIME, f"a {type(node).__name__.lower()} of Jinja's has no counterpart in Argo")
        return handler(self, node)

    def operand(self, node: nodes.Node) -> Result:
        """What an expression stands for where its value is needed: a Variable that is known now is its value."""
        value = self.value(node)
        if not isinstance(value, Sourced) or value.kind == "connection":
            return value
        return _settled(value, self.context.variables)


def _settled(source: Sourced, variables: Mapping[str, object]) -> Result:
    if source.key not in variables:
        raise NotExact(RUN_TIME, f"{describe(source)} decides what the template prints, and its value is not in airgo.toml")
    value = variables[source.key]
    if source.kind == "json" and isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise NotExact(UNDEFINED, f"{describe(source)} is not JSON") from None
    for part in source.path:
        try:
            value = value[part]  # type: ignore[index]  # a wrong index is the template's own
        except (LookupError, TypeError):
            raise NotExact(UNDEFINED, f"{describe(source)} is not in the value that airgo.toml gives") from None
    return Known(value)


def _output(compiler: Compiler, node: nodes.Output) -> str | Text:
    parts: list[str | Text] = []
    for child in node.nodes:
        if isinstance(child, nodes.TemplateData):
            parts.append(child.data)
        else:
            compiler.expressions += 1
            parts.append(parts_of(compiler.value(child), RUN_TIME))
    return text(*parts)


def _if(compiler: Compiler, node: nodes.If) -> str | Text:
    branches: list[tuple[Result, list[nodes.Node]]] = [(compiler.operand(node.test), node.body)]
    for other in node.elif_:
        branches.append((compiler.operand(other.test), other.body))
    branches.append((Known(True), node.else_))
    return _chosen(compiler, branches)


def _chosen(compiler: Compiler, branches: Sequence[tuple[Result, list[nodes.Node]]]) -> str | Text:
    """The text of the first branch whose test holds; a chain of conditions where that depends on the run."""
    test, body = branches[0]
    if isinstance(test, Known):
        return compiler.printed(body) if test.value else _chosen(compiler, branches[1:])
    written = condition(test)
    before = dict(compiler.local)
    then = _as_code(compiler.printed(body))
    if compiler.local != before:
        raise NotExact(RUN_TIME, "a name is set under a condition that is known only while the task runs")
    orelse = _as_code(_chosen(compiler, branches[1:]))
    return text(*_code_parts(f"{tight(written) if '?' in written else written} ? {then} : {orelse}"))


def _code_parts(code: str) -> tuple[Text, ...]:
    rendered = parts_of(Code(code, "text"), RUN_TIME)
    assert isinstance(rendered, Text)
    return (rendered,)


def _as_code(printed: str | Text) -> str:
    """A printed text as one expression. Raises NotExact where a hole is none."""
    pieces = printed.parts if isinstance(printed, Text) else (printed,)
    codes = []
    for piece in pieces:
        code = text_code(Known(piece)) if isinstance(piece, str) else getattr(piece, "code", None) or getattr(piece, "name", None)
        if code is None or type(piece).__name__ in ("EnvRef", "XComHole", "ItemHole", "Input"):
            raise NotExact(RUN_TIME, "a condition that is known only while the task runs chooses a value that no expression can read")
        codes.append(code if isinstance(piece, str) else tight(code))
    return " + ".join(codes) or "''"


def _for(compiler: Compiler, node: nodes.For) -> str | Text:
    iterable = compiler.operand(node.iter)
    if not isinstance(iterable, Known) or not isinstance(iterable.value, list | tuple | dict | range | str) or node.recursive:
        raise NotExact(RUN_TIME, "a loop over values that are known only while the task runs has no counterpart in Argo")
    items = list(iterable.value)
    if len(items) > MAX_LOOP:
        raise NotExact(RUN_TIME, f"a loop over {len(items)} values is not unrolled")
    parts: list[str | Text] = []
    outer = dict(compiler.local)
    for index, item in enumerate(items):
        _bind(compiler, node.target, Known(item))
        compiler.local["loop"] = Known(_loop(index, len(items)))
        if node.test is None or truth_now(compiler.value(node.test)):
            parts.append(compiler.printed(node.body))
        compiler.local = dict(outer)
    return text(*parts) if items else compiler.printed(node.else_)


def _loop(index: int, length: int) -> dict[str, object]:
    return {
        "index": index + 1,
        "index0": index,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
        "revindex": length - index,
    }


def truth_now(result: Result) -> bool:
    """The truth of a value that must be known now. Raises NotExact."""
    if isinstance(result, Known):
        return bool(result.value)
    raise NotExact(RUN_TIME, "a condition inside a loop is known only while the task runs")


def _assign(compiler: Compiler, node: nodes.Assign) -> str:
    _bind(compiler, node.target, compiler.value(node.node))
    return ""


def _bind(compiler: Compiler, target: nodes.Node, value: Result) -> None:
    if isinstance(target, nodes.Name):
        compiler.local[target.name] = value
        return
    if isinstance(target, nodes.Tuple) and isinstance(value, Known) and isinstance(value.value, list | tuple):
        for name, item in zip(target.items, value.value, strict=True):
            _bind(compiler, name, Known(item))
        return
    raise NotExact(RUN_TIME, "Jinja's set statement assigns to something other than a name")


def _name(compiler: Compiler, node: nodes.Name) -> Result:
    if node.name in compiler.local:
        return compiler.local[node.name]
    if node.name == "range":
        return member(Known(None), "range", compiler.context)
    return names.name(node.name, compiler.context)


def _constant(_compiler: Compiler, node: nodes.Const) -> Result:
    return Known(node.value)


def _template_data(_compiler: Compiler, node: nodes.TemplateData) -> Result:
    return Known(node.data)


def _collection(compiler: Compiler, node: nodes.List | nodes.Tuple) -> Result:
    values = [compiler.value(item) for item in node.items]
    if not all(isinstance(value, Known) for value in values):
        raise NotExact(RUN_TIME, "a list of values that are known only while the task runs has no counterpart in Argo")
    plain = [value.value for value in values if isinstance(value, Known)]
    return Known(tuple(plain) if isinstance(node, nodes.Tuple) else plain)


def _dict(compiler: Compiler, node: nodes.Dict) -> Result:
    pairs = [(compiler.value(pair.key), compiler.value(pair.value)) for pair in node.items]
    if not all(isinstance(part, Known) for pair in pairs for part in pair):
        raise NotExact(RUN_TIME, "a dict of values that are known only while the task runs has no counterpart in Argo")
    return Known({key.value: value.value for key, value in pairs if isinstance(key, Known) and isinstance(value, Known)})


def _getattr(compiler: Compiler, node: nodes.Getattr) -> Result:
    return member(compiler.value(node.node), node.attr, compiler.context)


def _getitem(compiler: Compiler, node: nodes.Getitem) -> Result:
    receiver = compiler.value(node.node)
    if isinstance(node.arg, nodes.Slice):
        return _slice(compiler, receiver, node.arg)
    key = compiler.value(node.arg)
    if not isinstance(key, Known):
        raise NotExact(RUN_TIME, "an index that is known only while the task runs has no counterpart in Argo")
    return member(receiver, key.value, compiler.context, item=True)


def _slice(compiler: Compiler, receiver: Result, part: nodes.Slice) -> Result:
    bounds = [None if bound is None else compiler.value(bound) for bound in (part.start, part.stop, part.step)]
    if not all(bound is None or (isinstance(bound, Known) and isinstance(bound.value, int | None)) for bound in bounds):
        raise NotExact(RUN_TIME, "a slice whose bounds are known only while the task runs has no counterpart in Argo")
    start, stop, step = (bound.value if isinstance(bound, Known) else None for bound in bounds)
    if isinstance(receiver, Known) and isinstance(receiver.value, str | list | tuple):
        return Known(receiver.value[start:stop:step])  # type: ignore[misc]  # the bounds are integers or None, see above
    if isinstance(receiver, Code) and receiver.type == "text" and step in (None, 1):
        return Code(f"{tight(receiver.code)}[{'' if start is None else start}:{'' if stop is None else stop}]", "text")
    raise NotExact(RUN_TIME, "a slice of a value that is known only while the task runs has no counterpart in Argo")


def _call(compiler: Compiler, node: nodes.Call) -> Result:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise NotExact(RUN_TIME, "a call with * or ** has no counterpart in Argo")
    function = compiler.value(node.node)
    arguments = [compiler.value(argument) for argument in node.args]
    keywords = {keyword.key: compiler.value(keyword.value) for keyword in node.kwargs}
    return call(function, arguments, keywords, compiler.context)


def _filter(compiler: Compiler, node: nodes.Filter) -> Result:
    if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise NotExact(RUN_TIME, "a filter block has no counterpart in Argo")
    if node.name in compiler.context.filters:
        raise NotExact(RUN_TIME, f"the filter {node.name} comes from user_defined_filters and is code")
    arguments = [compiler.value(argument) for argument in node.args]
    keywords = {keyword.key: compiler.value(keyword.value) for keyword in node.kwargs}
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


def _concat(compiler: Compiler, node: nodes.Concat) -> Result:
    return concatenated([compiler.value(child) for child in node.nodes], describe)


def _conditional(compiler: Compiler, node: nodes.CondExpr) -> Result:
    test = compiler.operand(node.test)
    if isinstance(test, Known):
        if test.value:
            return compiler.value(node.expr1)
        return compiler.value(node.expr2) if node.expr2 is not None else Known("")
    written = condition(test)
    then, orelse = compiler.value(node.expr1), compiler.value(node.expr2) if node.expr2 is not None else Known("")
    return chosen(written, then, orelse)


def _or(compiler: Compiler, node: nodes.Or) -> Result:
    left = compiler.operand(node.left)
    if isinstance(left, Known):
        return left if left.value else compiler.value(node.right)
    return either(left, compiler.value(node.right))


def _and(compiler: Compiler, node: nodes.And) -> Result:
    left = compiler.operand(node.left)
    if isinstance(left, Known):
        return compiler.value(node.right) if left.value else left
    return both(left, compiler.value(node.right))


def _not(compiler: Compiler, node: nodes.Not) -> Result:
    return negated(compiler.operand(node.node))


def _compare(compiler: Compiler, node: nodes.Compare) -> Result:
    if len(node.ops) != 1:
        raise NotExact(RUN_TIME, "a chain of comparisons has no counterpart in Argo")
    return compared(node.ops[0].op, compiler.operand(node.expr), compiler.operand(node.ops[0].expr))


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
    if node.name == "none" and not isinstance(value, Known):
        return Known(False) if isinstance(value, Code) else negated(value)
    if not isinstance(value, Known) or node.name not in ("none", "string", "number", "mapping", "iterable", "boolean"):
        raise NotExact(RUN_TIME, f"the test {node.name} of a value that is known only while the task runs")
    return Known(bool(compiler.parser.tests[node.name](value.value)))


_BINARY: Mapping[type[nodes.BinExpr], Callable[[object, object], object]] = {
    nodes.Add: operator.add,
    nodes.Sub: operator.sub,
    nodes.Mul: operator.mul,
    nodes.Div: operator.truediv,
    nodes.FloorDiv: operator.floordiv,
    nodes.Mod: operator.mod,
}


def _binary(compiler: Compiler, node: nodes.BinExpr) -> Result:
    return reckoned(_BINARY[type(node)], node.operator, compiler.value(node.left), compiler.value(node.right))


def _unary(compiler: Compiler, node: nodes.UnaryExpr) -> Result:
    value = compiler.value(node.node)
    if isinstance(value, Known) and isinstance(value.value, int | float):
        return Known(-value.value if isinstance(node, nodes.Neg) else value.value)
    if isinstance(value, Code) and value.type == "integer":
        return Code(f"-{tight(value.code)}", "integer") if isinstance(node, nodes.Neg) else value
    raise NotExact(RUN_TIME, "a sign before a value that is no number")


_STATEMENTS: Mapping[type[nodes.Node], Callable[[Compiler, nodes.Node], str | Text]] = {
    nodes.Output: _output, nodes.If: _if, nodes.For: _for, nodes.Assign: _assign,
}  # type: ignore[dict-item]  # fmt: skip  # each handler takes the class it is registered for
_EXPRESSIONS: Mapping[type[nodes.Node], Callable[[Compiler, nodes.Node], Result]] = {
    nodes.Name: _name, nodes.Const: _constant, nodes.TemplateData: _template_data, nodes.List: _collection, nodes.Tuple: _collection,
    nodes.Dict: _dict, nodes.Getattr: _getattr, nodes.Getitem: _getitem, nodes.Call: _call, nodes.Filter: _filter, nodes.Concat: _concat,
    nodes.CondExpr: _conditional, nodes.Or: _or, nodes.And: _and, nodes.Not: _not, nodes.Compare: _compare, nodes.Test: _test_node,
    nodes.Neg: _unary, nodes.Pos: _unary, **dict.fromkeys(_BINARY, _binary),
}  # type: ignore[dict-item]  # fmt: skip  # each handler takes the class it is registered for
