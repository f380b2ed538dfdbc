"""Parsed files: a libcst tree, and the positions of its nodes when somebody asks.

libcst's own position provider costs twice the parse, so positions come from the standard library's `ast` of the same text: calls,
definitions and statements stand in the same order in both trees. Where `ast` cannot follow, the position provider answers.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
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
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
LEAVES = (cst.Name, cst.SimpleString, cst.BaseNumber, cst.Ellipsis, cst.BaseBinaryOp, cst.BaseUnaryOp, cst.BaseCompOp, cst.BaseBooleanOp)
LEAF_FIELDS = frozenset({"operator", "equal", "attr", "keyword", "asynchronous", "star", "encoding", "default_indent", "default_newline"})
"""Fields that hold leaves, or no syntax; of what is not entered they would be most."""
ENTERED: dict[type, tuple[str, ...]] = {}
Stretch = tuple[int, int, int, int]
"""First line and column, last line and column (exclusive)."""
OPAQUE = (cst.FormattedString, cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine)


class ParsedFile:
    """A project file and its tree. `path` is relative to the project root, with slashes."""

    def __init__(self, path: str, text: str, tree: cst.Module) -> None:
        self.path = path
        self.text = text
        self.tree = tree
        self.may_yield = "yield" in text
        self._stretches: dict[int, Stretch] | None = None
        self._spans: dict[int, Span] = {}
        self._provided: dict[int, Span] | None = None

    def span_of(self, node: object) -> Span:
        """The span of a node of this file's tree; the whole file for anything else."""
        span = self._spans.get(id(node))
        if span is not None:
            return span
        if self._stretches is None:
            self._stretches = matched_stretches(self.text, self.tree)
        found = self._stretches.get(id(node))
        if found is not None:
            span = self._spans[id(node)] = Span(self.path, *found)
            return span
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


def entered(kind: type) -> tuple[str, ...]:
    """The fields of a class in which syntax of MATCHED can stand, last first; none for anything that is no node, or is not entered."""
    if kind not in ENTERED:
        node = issubclass(kind, cst.CSTNode) and not issubclass(kind, (*OPAQUE, *LEAVES))
        ENTERED[kind] = tuple(name for name in reversed(fields_of(kind)) if name not in LEAF_FIELDS) if node else ()
    return ENTERED[kind]


def sorted_nodes(root: cst.Module) -> dict[type[cst.CSTNode], list[cst.CSTNode]]:
    """The nodes of each kind of MATCHED in source order; f-strings are not entered."""
    found: dict[type[cst.CSTNode], list[cst.CSTNode]] = {kind: [] for kind in MATCHED}
    stack: list[object] = [root]
    while stack:
        current = stack.pop()
        kind = type(current)
        if kind is tuple or kind is list:
            stack.extend(reversed(current))  # type: ignore[call-overload]  # it is a sequence
            continue
        if kind in found:
            found[kind].append(current)  # type: ignore[arg-type]  # the kinds of MATCHED are nodes
        for name in entered(kind):
            below = getattr(current, name)
            if below is not None:
                stack.append(below)
    return found


def matched_stretches(text: str, tree: cst.Module) -> dict[int, Stretch]:
    """Where nodes stand, by id: the kinds of MATCHED and the arguments of calls; empty when the two trees do not match."""
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    theirs: dict[type[cst.CSTNode], list[ast.expr | ast.stmt]] = {kind: [] for kind in MATCHED}
    collect(parsed, theirs)
    lines = [] if text.isascii() else text.splitlines(keepends=True)
    stretches: dict[int, Stretch] = {}
    for kind, nodes in sorted_nodes(tree).items():
        found = sorted(theirs[kind], key=lambda n: (n.lineno, n.col_offset, -(n.end_lineno or 0), -(n.end_col_offset or 0)))
        if len(found) != len(nodes):
            continue
        for node, twin in zip(nodes, found, strict=True):
            stretches[id(node)] = stretch(twin, lines)
            if isinstance(twin, ast.Call):
                stretches.update(argument_stretches(node.args, twin, lines))  # type: ignore[attr-defined]  # its twin is a call
    return stretches


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


def argument_stretches(args: Sequence[cst.Arg], call: ast.Call, lines: list[str]) -> dict[int, Stretch]:
    """Where the arguments of one call stand, keyword included."""
    parts: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if len(parts) != len(args):
        return {}
    parts.sort(key=lambda n: (n.lineno, n.col_offset))
    return {id(arg): stretch(part, lines) for arg, part in zip(args, parts, strict=True)}


def stretch(node: ast.expr | ast.stmt | ast.keyword, lines: list[str]) -> Stretch:
    """Where an `ast` node stands; its columns count UTF-8 bytes, ours count characters. `lines`: none when all is ASCII."""
    line, start, end_line, end = node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    if lines:
        start = len(lines[line - 1].encode()[:start].decode(errors="replace"))
        end = len(lines[end_line - 1].encode()[:end].decode(errors="replace"))
    if isinstance(node, DEFINITIONS):
        return line, start + 1, line, start + 1 + len("def ")
    return line, start + 1, end_line, end + 1


def provided_spans(path: str, tree: cst.Module) -> dict[int, Span]:
    """Spans of all nodes by libcst's position provider: slow, complete."""
    positions = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    return {id(node): Span(path, at.start.line, at.start.column + 1, at.end.line, at.end.column + 1) for node, at in positions.items()}
