"""The syntax of `depends`, of `when`, and of text with tags in it; Argo looks at none of them before the workflow runs.

`depends`: https://argo-workflows.readthedocs.io/en/latest/enhanced-depends-logic/. `when` is govaluate (github.com/Knetic/govaluate)
after Argo has put values in the place of tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from airgo.argo.expression_tokens import ExpressionError

RESULTS = frozenset(["Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"])
LOOP_RESULTS = frozenset(["AnySucceeded", "AllFailed"])

DEPENDS_TOKEN = re.compile(r"\s*(?:(?P<task>[A-Za-z0-9][-A-Za-z0-9]*(?:\.[A-Za-z]+)?)|(?P<operator>&&|\|\||!|\(|\))|(?P<end>\Z))")
TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
WHEN_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>0x[0-9a-fA-F]+|[0-9.]+(?:[eE][-+]?\d+)?)
    |(?P<operator>&&|\|\||==|!=|>=|<=|=~|!~|\*\*|<<|>>|\?\?|[-+*/%<>!~&|^?:,()])|(?P<name>[A-Za-z_]\w*)|(?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
PREFIX_OPERATORS = frozenset(["!", "-", "~"])
INFIX_OPERATORS = frozenset(
    [
        "&&",
        "||",
        "==",
        "!=",
        ">",
        "<",
        ">=",
        "<=",
        "=~",
        "!~",
        "+",
        "-",
        "*",
        "/",
        "%",
        "**",
        "&",
        "|",
        "^",
        "<<",
        ">>",
        "??",
        "?",
        ":",
        ",",
        "in",
    ]
)


@dataclass(frozen=True, slots=True)
class Dependency:
    """A task that `depends` names, and the result it asks for ("" for the default one)."""

    task: str
    result: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in a text: an expression's code, or the name of a variable."""

    text: str
    is_expression: bool


def tags(text: str) -> Iterator[Tag]:
    """The tags of a text, as Argo finds them."""
    for found in TAG.finditer(text):
        inner = found[1]
        yield Tag(inner[1:], True) if inner.startswith("=") else Tag(inner.strip(), False)


def parse_depends(text: str) -> tuple[Dependency, ...]:
    """The tasks that `depends` names. Raises `ExpressionError` when it is not `A && (B.Failed || !C)` and the like."""
    tokens = list(_pieces(text, DEPENDS_TOKEN, "depends"))
    found = []
    for kind, piece in tokens:
        if kind != "task":
            continue
        task, _, result = piece.partition(".")
        if result and result not in RESULTS:
            raise ExpressionError(f"{piece} asks for no result of Argo ({', '.join(sorted(RESULTS))})")
        found.append(Dependency(task, result))
    _alternate(tokens, frozenset(["task"]), frozenset(["!"]), frozenset(["&&", "||"]))
    return tuple(found)


def check_when(text: str) -> None:
    """Check a condition, in which bare words are text. Raises `ExpressionError`.

    The expressions inside its tags are left to whoever looks at all tags.
    """
    stripped = text.strip()
    if stripped.startswith("{{=") and stripped.endswith("}}") and "{{" not in stripped[3:]:
        return  # one expression, which yields true or false
    tokens = [(kind, "in") if piece == "in" else (kind, piece) for kind, piece in _pieces(_without_tags(text), WHEN_TOKEN, "the condition")]
    tokens = [("operator", piece) if piece == "in" else (kind, piece) for kind, piece in tokens]
    _alternate(tokens, frozenset(["string", "number", "name"]), PREFIX_OPERATORS, INFIX_OPERATORS)


def _without_tags(text: str) -> str:
    """The condition with a harmless value for each tag: a word inside quotes, `true` for a bare expression, else a number."""
    written, position, quoted = [], 0, ""
    for found in TAG.finditer(text):
        before = text[position : found.start()]
        for char in before:
            if char in "'\"" and quoted in ("", char):
                quoted = "" if quoted else char
        written += [before, "x" if quoted else "true" if found[1].startswith("=") else "1"]
        position = found.end()
    return "".join(written) + text[position:]


def _pieces(text: str, token: re.Pattern[str], what: str) -> Iterator[tuple[str, str]]:
    position = 0
    while True:
        found = token.match(text, position)
        if found is None:
            raise ExpressionError(f"{what} cannot be read at {text[position : position + 20].strip()!r}")
        if found.lastgroup == "end":
            return
        yield found.lastgroup or "", found.group().strip()
        position = found.end()


def _alternate(tokens: list[tuple[str, str]], operands: frozenset[str], prefix: frozenset[str], infix: frozenset[str]) -> None:
    """Operands and operators take turns, and parentheses match. Raises `ExpressionError`."""
    wants_operand, depth = True, 0
    for kind, piece in tokens:
        if wants_operand and (kind in operands or piece == "("):
            wants_operand = piece == "(" and kind == "operator"
            depth += wants_operand
        elif wants_operand and piece in prefix and kind == "operator":
            continue
        elif not wants_operand and kind == "operator" and piece == ")" and depth:
            depth -= 1
        elif not wants_operand and kind == "operator" and piece in infix:
            wants_operand = True
        else:
            raise ExpressionError(f"unexpected {piece!r}")
    if wants_operand:
        raise ExpressionError("it is empty" if not tokens else "it ends too early")
    if depth:
        raise ExpressionError("a parenthesis is not closed")
