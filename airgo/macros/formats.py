"""Formats of dates: Python's strftime and pendulum's `format`, as expressions over a Go time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from airgo.macros.results import quoted, tight

STRFTIME: Mapping[str, str] = {
    "%Y": "2006", "%m": "01", "%d": "02", "%H": "15", "%M": "04", "%S": "05", "%y": "06", "%b": "Jan", "%h": "Jan", "%B": "January",
    "%a": "Mon", "%A": "Monday", "%I": "03", "%p": "PM", "%j": "002", "%z": "-0700", "%e": "_2", "%F": "2006-01-02", "%T": "15:04:05",
    "%R": "15:04", "%D": "01/02/06", "%-d": "2", "%-m": "1", "%-I": "3", "%-M": "4", "%-S": "5",
}  # fmt: skip
"""Directives that Go's layouts can say, in the C locale. https://pkg.go.dev/time#pkg-constants"""

STRFTIME_CODE: Mapping[str, str] = {
    "%s": "string({t}.Unix())", "%w": "string(int({t}.Weekday()))", "%u": "string((int({t}.Weekday()) + 6) % 7 + 1)",
    "%-H": "string({t}.Hour())", "%-j": "string({t}.YearDay())",
}  # fmt: skip
"""Directives that need an expression of their own."""

STRFTIME_TEXT: Mapping[str, str] = {"%%": "%", "%f": "000000", "%n": "\n", "%t": "\t"}
"""Directives that are constant: a run's dates have whole seconds."""

PENDULUM: Mapping[str, str] = {
    "YYYY": "2006", "YY": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "DDDD": "002", "DD": "02", "D": "2",
    "dddd": "Monday", "ddd": "Mon", "HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5", "A": "PM",
    "ZZ": "-0700", "Z": "-07:00",
}  # fmt: skip
"""Tokens of pendulum's `format`. https://pendulum.eustace.io/docs/#tokens"""

PENDULUM_CODE: Mapping[str, str] = {
    "DDD": "string({t}.YearDay())", "H": "string({t}.Hour())", "X": "string({t}.Unix())", "x": "string({t}.UnixMilli())",
    "Q": "string(int((int({t}.Month()) + 2) / 3))", "d": "string(int({t}.Weekday()))",
}  # fmt: skip

_DIRECTIVE = re.compile(r"%-?[A-Za-z%]")
_TOKEN = re.compile(
    r"\[(?P<literal>[^\]]*)\]"
    r"|(?P<token>YYYY|YY|Qo|MMMM|MMM|MM|Mo|M|DDDo|DDDD|DDD|DD|Do|D|dddd|ddd|dd|do|d|HH|H|hh|h|mm|m|ss|s|A|ZZ|Z|X|x|Q|[A-Za-z])"
)
_SAFE_IN_LAYOUT = re.compile(r"[-/: T_,.]*\Z")


class NoLayout(ValueError):
    """A part of a format that no Argo expression can write. The message names it."""


def strftime(instant: str, pattern: str) -> str:
    """`instant.strftime(pattern)` as an expression of a text. Raises NoLayout."""
    pieces: list[tuple[str, str]] = []
    position = 0
    for match in _DIRECTIVE.finditer(pattern):
        pieces.append(("text", pattern[position : match.start()]))
        pieces.append(_strftime_piece(match.group(), pattern))
        position = match.end()
    pieces.append(("text", pattern[position:]))
    return _joined(instant, pieces)


def _strftime_piece(directive: str, pattern: str) -> tuple[str, str]:
    if directive in STRFTIME:
        return "layout", STRFTIME[directive]
    if directive in STRFTIME_CODE:
        return "code", STRFTIME_CODE[directive]
    if directive in STRFTIME_TEXT:
        return "text", STRFTIME_TEXT[directive]
    raise NoLayout(f"{directive} in the date format {pattern!r}")


def pendulum_format(instant: str, pattern: str) -> str:
    """`instant.format(pattern)` of pendulum as an expression of a text. Raises NoLayout."""
    pieces: list[tuple[str, str]] = []
    position = 0
    for match in _TOKEN.finditer(pattern):
        pieces.append(("text", pattern[position : match.start()]))
        token = match["token"]
        if token is None:
            pieces.append(("text", match["literal"]))
        elif token in PENDULUM:
            pieces.append(("layout", PENDULUM[token]))
        elif token in PENDULUM_CODE:
            pieces.append(("code", PENDULUM_CODE[token]))
        elif token == "T":
            pieces.append(("text", token))
        else:
            raise NoLayout(f"{token} in the date format {pattern!r}")
        position = match.end()
    pieces.append(("text", pattern[position:]))
    return _joined(instant, pieces)


def layout_of(pattern: str) -> str:
    """A strptime pattern as a Go layout, for reading. Raises NoLayout."""
    layout = _DIRECTIVE.sub(lambda match: _reading_piece(match.group(), pattern), pattern)
    if not all(_SAFE_IN_LAYOUT.match(text) for text in _DIRECTIVE.split(pattern)):
        raise NoLayout(f"the date format {pattern!r}")
    return layout


def _reading_piece(directive: str, pattern: str) -> str:
    kind, piece = _strftime_piece(directive, pattern)
    if kind != "layout" or directive == "%z":  # Python reads a distance with and without a colon
        raise NoLayout(f"{directive} in the date format {pattern!r}")
    return piece


def _joined(instant: str, pieces: list[tuple[str, str]]) -> str:
    """One `Format` call where the text between the directives cannot be taken for a part of a layout, else a sum of texts."""
    texts = [piece for kind, piece in pieces if kind == "text" and piece]
    layout = "".join(piece for _, piece in pieces)
    plain = all(kind != "code" for kind, _ in pieces) and all(_SAFE_IN_LAYOUT.match(text) for text in texts)
    if plain and not re.search(r"_2(?!006)", layout):  # `_2` is a layout of its own
        return f"{tight(instant)}.Format({quoted(layout)})"
    terms: list[str] = []
    run = ""
    for kind, piece in [*pieces, ("end", "")]:
        if kind == "layout" or (kind == "text" and run and piece and piece != "_" and _SAFE_IN_LAYOUT.match(piece)):
            run += piece
            continue
        if run:
            terms.append(f"{tight(instant)}.Format({quoted(run)})")
            run = ""
        if kind == "code":
            terms.append(piece.format(t=tight(instant)))
        elif kind == "text" and piece:
            terms.append(quoted(piece))
    return " + ".join(terms) or "''"
