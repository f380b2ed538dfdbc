"""Facts about syntax, computed once for each node of a parsed tree: parameters of functions, which are generators, literals."""

from __future__ import annotations

import ast
import re
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

SIGNATURES: dict[cst.CSTNode, Signature] = {}
GENERATORS: dict[cst.CSTNode, bool] = {}
LITERALS: dict[cst.CSTNode, object] = {}


def forget() -> None:
    """Let go of all nodes: what was computed is computed again, and trees that nobody uses any more are freed."""
    for known in (SIGNATURES, GENERATORS, LITERALS):
        known.clear()


def signature(node: FunctionNode) -> Signature:
    """The signature of a function definition or lambda."""
    found = SIGNATURES.get(node)
    if found is None:
        found = SIGNATURES[node] = read_signature(node.params)
    return found


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
    found = GENERATORS.get(node)
    if found is None:
        found = GENERATORS[node] = yields(node.body)
    return found


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


def literal(node: cst.SimpleString | cst.Integer | cst.Float | cst.Imaginary) -> object:
    """The value of a literal. Raises ValueError for a number of too many digits."""
    try:
        return LITERALS[node]
    except KeyError:
        text = node.value
        simple = text[0] in "'\"" and "\\" not in text and text[:3] not in TRIPLE
        found = LITERALS[node] = text[1:-1] if simple else ast.literal_eval(text)
        return found


def text_piece(node: cst.FormattedStringText, prefix: str) -> str:
    """The text between the holes of an f-string."""
    try:
        return str(LITERALS[node])
    except KeyError:
        raw = node.value.replace("{{", "{").replace("}}", "}")
        found = raw if "r" in prefix.lower() else unescaped(raw)
        LITERALS[node] = found
        return found


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
