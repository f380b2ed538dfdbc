"""Parsed files: a libcst tree, and the positions of its nodes when somebody asks.

libcst's own position provider costs twice the parse, so positions come from the standard library's `ast` of the same text: calls,
definitions and statements stand in the same order in both trees. Where `ast` cannot follow, the position provider answers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cache

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from airgo.source import Span, whole_file

MATCHED: dict[type[cst.CSTNode], tuple[type[ast.AST], ...]] = {
    cst.Call: (ast.Call,),
    cst.Subscript: (ast.Subscript,),
    cst.FunctionDef: (ast.FunctionDef, ast.AsyncFunctionDef),
    cst.ClassDef: (ast.ClassDef,),
    cst.Lambda: (ast.Lambda,),
    cst.Dict: (ast.Dict,),
    cst.BinaryOperation: (ast.BinOp,),
    cst.Comparison: (ast.Compare,),
    cst.IfExp: (ast.IfExp,),
    cst.ListComp: (ast.ListComp,),
    cst.SetComp: (ast.SetComp,),
    cst.DictComp: (ast.DictComp,),
    cst.GeneratorExp: (ast.GeneratorExp,),
    cst.If: (ast.If,),
    cst.For: (ast.For, ast.AsyncFor),
    cst.While: (ast.While,),
    cst.With: (ast.With, ast.AsyncWith),
    cst.Try: (ast.Try,),
    cst.Expr: (ast.Expr,),
    cst.Assign: (ast.Assign,),
    cst.AnnAssign: (ast.AnnAssign,),
    cst.AugAssign: (ast.AugAssign,),
    cst.Return: (ast.Return,),
    cst.Raise: (ast.Raise,),
    cst.Import: (ast.Import,),
    cst.ImportFrom: (ast.ImportFrom,),
    cst.Assert: (ast.Assert,),
    cst.Del: (ast.Delete,),
}
KIND_OF = {kind: node for node, kinds in MATCHED.items() for kind in kinds}
SOURCE_ORDER: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.FunctionDef: ("decorators", "name", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "name", "bases", "keywords", "body"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.ExceptHandler: ("type", "body"),
    cst.MatchCase: ("pattern", "guard", "body"),
    cst.Lambda: ("params", "body"),
}
"""Where the order of a node's fields is not that of the text."""
OPAQUE = (cst.FormattedString, cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine)


class ParsedFile:
    """A project file and its tree. `path` is relative to the project root, with slashes."""

    def __init__(self, path: str, text: str, tree: cst.Module) -> None:
        self.path = path
        self.text = text
        self.tree = tree
        self._spans: dict[int, Span] | None = None
        self._provided: dict[int, Span] | None = None

    def span_of(self, node: object) -> Span:
        """The span of a node of this file's tree; the whole file for anything else."""
        if self._spans is None:
            self._spans = matched_spans(self.path, self.text, self.tree)
        found = self._spans.get(id(node))
        if found is not None:
            return found
        if self._provided is None:
            self._provided = provided_spans(self.path, self.tree)
        return self._provided.get(id(node), whole_file(self.path))


def parse(path: str, text: str) -> ParsedFile:
    """Parse a file. Raises libcst.ParserSyntaxError."""
    return ParsedFile(path, text, cst.parse_module(text))


@cache
def fields_of(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node class that can hold syntax worth a position: whitespace and punctuation are left out."""
    if kind in SOURCE_ORDER:
        return SOURCE_ORDER[kind]
    skipped = ("whitespace", "leading_lines", "header", "footer", "semicolon", "comma", "lpar", "rpar", "lines_after", "annotation_indent")
    return tuple(name for name in kind.__dataclass_fields__ if not name.startswith(skipped) and not name.endswith("whitespace"))


def walk(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node below and including `root`, in source order; f-strings are not entered."""
    stack: list[object] = [root]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.CSTNode):
            if isinstance(current, OPAQUE):
                continue
            yield current
            stack.extend(getattr(current, name) for name in reversed(fields_of(type(current))))
        elif isinstance(current, list | tuple):
            stack.extend(reversed(current))


def matched_spans(path: str, text: str, tree: cst.Module) -> dict[int, Span]:
    """Spans by id of node, for the kinds of MATCHED and the arguments of calls; empty when the two trees do not match."""
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    theirs: dict[type[cst.CSTNode], list[ast.expr | ast.stmt]] = {kind: [] for kind in MATCHED}
    collect(parsed, theirs)
    mine: dict[type[cst.CSTNode], list[cst.CSTNode]] = {kind: [] for kind in MATCHED}
    for node in walk(tree):
        if type(node) in mine:
            mine[type(node)].append(node)
    lines = text.splitlines(keepends=True)
    plain = text.isascii()
    spans: dict[int, Span] = {}
    for kind, nodes in mine.items():
        found = sorted(theirs[kind], key=lambda n: (n.lineno, n.col_offset, -(n.end_lineno or 0), -(n.end_col_offset or 0)))
        if len(found) != len(nodes):
            continue
        for node, twin in zip(nodes, found, strict=True):
            spans[id(node)] = span(path, twin, lines, plain)
            if isinstance(node, cst.Call) and isinstance(twin, ast.Call):
                spans.update(argument_spans(path, node.args, twin, lines, plain))
    return spans


def collect(root: ast.AST, found: dict[type[cst.CSTNode], list[ast.expr | ast.stmt]]) -> None:
    """Sort the nodes of an `ast` tree by the libcst class they stand for; f-strings are not entered."""
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        kind = KIND_OF.get(type(node))
        if kind is not None:
            found[kind].append(node)  # type: ignore[arg-type]  # KIND_OF holds expressions and statements only
        if not isinstance(node, ast.JoinedStr):
            stack.extend(ast.iter_child_nodes(node))


def argument_spans(path: str, args: Sequence[cst.Arg], call: ast.Call, lines: list[str], plain: bool) -> dict[int, Span]:
    """Spans of the arguments of one call, keyword included."""
    parts: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=lambda n: (n.lineno, n.col_offset))
    if len(parts) != len(args):
        return {}
    return {id(arg): span(path, part, lines, plain) for arg, part in zip(args, parts, strict=True)}


def span(path: str, node: ast.expr | ast.stmt | ast.keyword, lines: list[str], plain: bool) -> Span:
    """The span of an `ast` node; its columns count UTF-8 bytes, ours count characters."""
    start, end = node.col_offset, node.end_col_offset or node.col_offset
    end_line = node.end_lineno or node.lineno
    if not plain:
        start = len(lines[node.lineno - 1].encode()[:start].decode(errors="replace"))
        end = len(lines[end_line - 1].encode()[:end].decode(errors="replace"))
    line, column = node.lineno, start + 1
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return Span(path, line, column, line, column + len("def "))
    return Span(path, line, column, end_line, end + 1)


def provided_spans(path: str, tree: cst.Module) -> dict[int, Span]:
    """Spans of all nodes by libcst's position provider: slow, complete."""
    positions = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    return {id(node): Span(path, at.start.line, at.start.column + 1, at.end.line, at.end.column + 1) for node, at in positions.items()}
