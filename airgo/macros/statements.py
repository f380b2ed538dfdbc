"""Jinja's statements: output, `if`, `for` and `set`, as far as they are known now or an expression can choose between texts."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import nodes

from airgo.argo.text import Expression, Part, Simple, Text, text
from airgo.macros.compiler import Compiler, statement
from airgo.macros.expressions import truth_of
from airgo.macros.operators import condition
from airgo.macros.results import Known, NotExact, Result, parts_of, tight
from airgo.macros.rules import RUN_TIME
from airgo.macros.spaces import parameter_reference
from airgo.macros.texts import text_code

MAX_LOOP = 1_000


@statement(nodes.Output)
def _output(compiler: Compiler, node: nodes.Output) -> str | Text:
    parts: list[str | Text] = []
    for child in node.nodes:
        if isinstance(child, nodes.TemplateData):
            parts.append(child.data)
        else:
            compiler.expressions += 1
            parts.append(parts_of(compiler.value(child), RUN_TIME))
    return text(*parts)


@statement(nodes.If)
def _if(compiler: Compiler, node: nodes.If) -> str | Text:
    return _chosen(compiler, [(one.test, one.body) for one in (node, *node.elif_)], node.else_)


def _chosen(compiler: Compiler, branches: Sequence[tuple[nodes.Node, list[nodes.Node]]], otherwise: list[nodes.Node]) -> str | Text:
    """The text of the first branch whose test holds; a chain of conditions where that depends on the run."""
    if not branches:
        return compiler.printed(otherwise)
    (node, body), *others = branches
    test = truth_of(compiler, node)
    if isinstance(test, Known):
        return compiler.printed(body) if test.value else _chosen(compiler, others, otherwise)
    written = condition(test)
    before = dict(compiler.local)
    then, orelse = _as_code(compiler.printed(body)), _as_code(_chosen(compiler, others, otherwise))
    if compiler.local != before:
        raise NotExact(RUN_TIME, "a name is set under a condition that is known only while the task runs")
    return text(Expression(f"{f'({written})' if ' ? ' in written else written} ? {then} : {orelse}"))


def _as_code(printed: str | Text) -> str:
    """A printed text as one expression. Raises NotExact where a hole is none."""
    codes = [_code_of(piece) for piece in (printed.parts if isinstance(printed, Text) else (printed,))]
    return " + ".join(codes) or "''"


def _code_of(piece: Part) -> str:
    if isinstance(piece, Expression):
        return tight(piece.code)
    if isinstance(piece, Simple):
        return parameter_reference(piece.name.removeprefix("workflow.parameters."))
    code = text_code(Known(piece)) if isinstance(piece, str) else None
    if code is None:
        raise NotExact(RUN_TIME, "a condition that is known only while the task runs chooses a value that no expression can read")
    return code


@statement(nodes.For)
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


@statement(nodes.Assign)
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
