"""Facts about syntax, computed once for each node of a parsed tree: parameters of functions, which are generators, literals."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

from airgo.evaluate.parsing import fields_of

QUOTE_OR_ESCAPE = re.compile(r'\\.|"', re.DOTALL)
TRIPLE = ('"""', "'''")
FunctionNode = cst.FunctionDef | cst.Lambda


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function: names in order, and which take what is left over."""

    positional_only: tuple[str, ...]
    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    star: str | None
    double_star: str | None
    nodes: tuple[tuple[str, cst.Param], ...]


APART = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.Name, cst.SimpleString, cst.Integer, str, bool, type(None)})
"""What is not entered in search of a `yield`: other functions, and leaves."""

SIGNATURES: dict[int, tuple[cst.CSTNode, Signature]] = {}
GENERATORS: dict[int, tuple[cst.CSTNode, bool]] = {}
LITERALS: dict[int, tuple[cst.CSTNode, object]] = {}
KEYWORDS: dict[int, tuple[cst.CSTNode, Mapping[str, cst.Arg]]] = {}
"""By the id of the node, whose own hash is computed in Python; each entry keeps its node, so that no other gets the id."""


def forget() -> None:
    """Let go of all nodes: what was computed is computed again, and trees that nobody uses any more are freed."""
    for known in (SIGNATURES, GENERATORS, LITERALS, KEYWORDS):
        known.clear()


def signature(node: FunctionNode) -> Signature:
    """The signature of a function definition or lambda."""
    found = SIGNATURES.get(id(node))
    if found is None:
        found = SIGNATURES[id(node)] = (node, read_signature(node.params))
    return found[1]


def read_signature(params: cst.Parameters) -> Signature:
    """The parameters as tables of names."""
    star = params.star_arg.name.value if isinstance(params.star_arg, cst.Param) else None
    double_star = params.star_kwarg.name.value if params.star_kwarg is not None else None
    ordinary = (*params.posonly_params, *params.params, *params.kwonly_params)
    return Signature(
        tuple(param.name.value for param in params.posonly_params),
        tuple(param.name.value for param in params.params),
        tuple(param.name.value for param in params.kwonly_params),
        star,
        double_star,
        tuple((param.name.value, param) for param in ordinary),
    )


def is_generator(node: FunctionNode) -> bool:
    """Does the function's own body yield?"""
    found = GENERATORS.get(id(node))
    if found is None:
        found = GENERATORS[id(node)] = (node, yields(node.body))
    return found[1]


def yields(body: cst.CSTNode) -> bool:
    """Is there a `yield` below, outside of nested functions?"""
    stack: list[object] = [body]
    while stack:
        current = stack.pop()
        if type(current) is cst.Yield:
            return True
        if isinstance(current, list | tuple):
            stack.extend(current)
        elif type(current) not in APART and isinstance(current, cst.CSTNode):
            stack.extend(getattr(current, name) for name in fields_of(type(current)))
    return False


def keyword_arguments(node: object) -> Mapping[str, cst.Arg]:
    """The arguments of a call that are written with their name; none for anything else."""
    if not isinstance(node, cst.Call):
        return {}
    found = KEYWORDS.get(id(node))
    if found is None:
        found = KEYWORDS[id(node)] = (node, {arg.keyword.value: arg for arg in reversed(node.args) if arg.keyword is not None})
    return found[1]


def literal(node: cst.SimpleString | cst.Integer | cst.Float | cst.Imaginary) -> object:
    """The value of a literal. Raises ValueError for a number of too many digits."""
    found = LITERALS.get(id(node))
    if found is None:
        text = node.value
        simple = text[0] in "'\"" and "\\" not in text and text[:3] not in TRIPLE
        found = LITERALS[id(node)] = (node, text[1:-1] if simple else ast.literal_eval(text))
    return found[1]


def text_piece(node: cst.FormattedStringText, prefix: str) -> str:
    """The text between the holes of an f-string."""
    found = LITERALS.get(id(node))
    if found is None:
        raw = node.value.replace("{{", "{").replace("}}", "}")
        found = LITERALS[id(node)] = (node, raw if "r" in prefix.lower() else unescaped(raw))
    return str(found[1])


def unescaped(raw: str) -> str:
    """Text with its backslash escapes resolved."""
    if "\\" not in raw:
        return raw
    quoted = '"""' + QUOTE_OR_ESCAPE.sub(lambda found: found[0] if found[0][0] == "\\" else '\\"', raw) + '"""'
    try:
        return str(ast.literal_eval(quoted))
    except (SyntaxError, ValueError):
        return raw


def docstring(node: cst.CSTNode) -> str | None:
    """The docstring of a function or class; None for what has none (a lambda, a class made by a call)."""
    return node.get_docstring() if isinstance(node, cst.FunctionDef | cst.ClassDef) else None
