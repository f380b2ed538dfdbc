"""The words of expr-lang 1.17: its tokens, operators and functions. https://expr-lang.org/docs/language-definition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<number>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?[\d_]+)?)
    |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`]|``)*`)
    |(?P<name>[^\W\d]\w*|\$\w+)
    |(?P<operator>\?\.|\?\?|\.\.|\|\||&&|==|!=|<=|>=|\*\*|::|[-+*/%^<>=!?:.,;|\#()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:[abfnrtv\\'\"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8})")
SHORT = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

UNARY = {"not": 50, "!": 50, "-": 90, "+": 90}
BINARY = {
    **dict.fromkeys(["or", "||"], 10),
    **dict.fromkeys(["and", "&&"], 15),
    **dict.fromkeys(["==", "!=", "<", ">", ">=", "<=", "in", "matches", "contains", "startsWith", "endsWith"], 20),
    **dict.fromkeys([".."], 25),
    **dict.fromkeys(["+", "-"], 30),
    **dict.fromkeys(["*", "/", "%"], 60),
    **dict.fromkeys(["**", "^"], 100),
    "??": 500,
    "|": 0,
}
NEGATABLE = frozenset(["in", "matches", "contains", "startsWith", "endsWith"])
WORD_OPERATORS = frozenset(["not", "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"])
LITERALS = frozenset(["true", "false", "nil"])

PREDICATES = frozenset(
    [
        "all",
        "none",
        "any",
        "one",
        "filter",
        "map",
        "count",
        "sum",
        "find",
        "findIndex",
        "findLast",
        "findLastIndex",
        "groupBy",
        "sortBy",
        "reduce",
    ]
)
"""Functions whose second argument is a predicate, in which `#` is the element."""

_BUILT_IN = """
    len type abs ceil floor round int float string trim trimPrefix trimSuffix upper lower split splitAfter replace repeat join indexOf
    lastIndexOf hasPrefix hasSuffix max min mean median toJSON fromJSON toBase64 fromBase64 now duration date timezone first last get take
    keys values toPairs fromPairs reverse uniq concat flatten sort bitnot bitand bitor bitxor bitnand bitshl bitshr bitushr
    asInt asFloat jsonpath toJson
"""
FUNCTIONS = PREDICATES | frozenset(_BUILT_IN.split())
"""Functions of expr-lang, and those that Argo adds; sprig's are called as `sprig.name(…)`."""


class ExpressionError(Exception):
    """The expression cannot be read; the message says why, in the user's words."""


class Token(NamedTuple):
    """A piece of an expression: its kind (number, string, name, operator, end) and its text."""

    kind: str
    text: str


def literal_text(token: str) -> str:
    """What a string literal of expr-lang says."""
    body = token[1:-1]
    if token[0] == "`":
        return body.replace("``", "`")
    return ESCAPE.sub(lambda found: _unescaped(found.group()[1:]), body)


def _unescaped(escape: str) -> str:
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:].strip("{}"), 16))
    return chr(int(escape, 8)) if escape[0].isdigit() else SHORT.get(escape, escape)


def tokens(code: str) -> Iterator[Token]:
    """The tokens of an expression, an `end` last. Raises `ExpressionError`."""
    position = 0
    while position < len(code):
        found = TOKEN.match(code, position)
        if found is None:
            what = "a string does not end" if code[position] in "'\"`" else f"unexpected {code[position]!r}"
            raise ExpressionError(f"{what} at {code[position : position + 20]!r}")
        position = found.end()
        kind, text = found.lastgroup or "", found.group()
        if kind == "space":
            continue
        if kind == "string" and "\\" in ESCAPE.sub("", text) and text[0] != "`":
            raise ExpressionError(f"{text} holds an escape that expr-lang does not know")
        if kind == "number" and re.match(r"\w", code[position : position + 1]):
            raise ExpressionError(f"{text}{code[position]} is no number")
        yield Token("operator" if text in WORD_OPERATORS else kind, text)
    yield Token("end", "the end")
