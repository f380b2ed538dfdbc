"""YAML as Argo reads it (1.1, through go-yaml v2): the writer of manifests, and the strict reader of other people's.

The writer is airgo's own: PyYAML leaves `y`, `1e3` and `0o14` bare, which are not strings to Argo, and cannot write a literal
block whose lines end in spaces. Every string that any YAML 1.1 or 1.2 reader could take for something else is quoted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from airgo.argo.text import Text
from airgo.argo.text_rendering import realise
from airgo.argo.yaml_reading import Document, ManifestError, read

__all__ = ["Document", "ManifestError", "dump", "load_all", "read"]

AMBIGUOUS_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity", "~", "=", "<<"])
"""In any capitals: booleans, nulls, numbers and special keys of some YAML reader."""

NUMBER_LIKE = re.compile(r"[-+]?_*\.?_*[0-9][0-9a-fA-FoxOX_.,:eETtZ+-]*|[-+]?\.(inf|nan)", re.IGNORECASE)
DATE_LIKE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*")
PLAIN_START = re.compile(r"[^\s?:,\[\]{}#&*!|>'\"%@`=~<-]|-[^\s]")
UNSAFE_INSIDE = re.compile(r": |:$| #|\{\{|[\t\n]|^\s|\s$|^\.\.\.|^---")
UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
FLOW_KEYS = frozenset(["command"])
FLOW_WORD = re.compile(r"[A-Za-z./_-][A-Za-z0-9./_=+-]*")
FLOW_WIDTH = 60
LONGEST_SIMPLE_KEY = 120


def dump(documents: Sequence[Mapping[str, object]], head: str | None = None) -> str:
    """Documents as one YAML text: keys in the order given, block style, no anchors, multi-line text as literal blocks.

    `head` becomes comment lines at the top. A `Text` leaf is written with its tags (as place "field"). A value that JSON cannot hold
    raises TypeError, one that Argo cannot keep literal raises `Unprotectable`.
    """
    lines = [f"# {line}".rstrip() for line in head.splitlines()] if head else []
    for number, document in enumerate(documents):
        if number:
            lines.append("---")
        lines += _block(document, 0) or [_inline(document, "")]
    return "\n".join(lines) + "\n"


def load_all(text: str) -> list[object]:
    """The values of all documents of a text, read as Argo reads them. Raises `ManifestError`."""
    return [document.value for document in read(text)]


def _block(value: object, column: int) -> list[str]:
    """The lines of a non-empty mapping or list at a column; nothing for any other value."""
    pad = " " * column
    if isinstance(value, Mapping) and value:
        return [line for key, item in value.items() for line in _entry(key, item, column, pad)]
    if _is_list(value) and value:
        return [line for item in _items(value) for line in _element(item, column, pad)]
    return []


def _entry(key: object, item: object, column: int, pad: str) -> Iterator[str]:
    name = _key(key)
    label = f"{pad}{name}:"
    if len(name) > LONGEST_SIMPLE_KEY:  # a reader looks no further than 1024 bytes for the colon, unless told that this is a key
        yield f"{pad}? {name}"
        label = f"{pad}:"
    flow = _flow(item) if key in FLOW_KEYS else None
    # Kubernetes' own style: a list stands at its key's column.
    nested = [] if flow else _block(item, column if _is_list(item) else column + 2)
    if nested:
        yield label
        yield from nested
        return
    yield f"{label} {flow or _inline(item, pad + '  ')}"


def _element(item: object, column: int, pad: str) -> Iterator[str]:
    nested = _block(item, column + 2)
    if not nested:
        yield f"{pad}- {_inline(item, pad + '  ')}"
        return
    yield f"{pad}- {nested[0][column + 2 :]}"
    yield from nested[1:]


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _items(value: object) -> Sequence[object]:
    assert isinstance(value, list | tuple)
    return value


def _key(key: object) -> str:
    """A key, always a string in JSON."""
    if isinstance(key, str):
        return _one_line(key)
    if key is None or isinstance(key, bool | int | float):
        return _double(_inline(key, ""))
    raise TypeError(f"{type(key).__name__} is no key of a manifest")


def _flow(value: object) -> str | None:
    """`[python, -c]`: a command of plain words reads best on one line."""
    if not _is_list(value) or not value:
        return None
    words = _items(value)
    if not all(isinstance(word, str) and FLOW_WORD.fullmatch(word) and is_plain(word) for word in words):
        return None
    line = f"[{', '.join(map(str, words))}]"
    return line if len(line) <= FLOW_WIDTH else None


def _inline(value: object, pad: str) -> str:
    """A value behind its key or dash. A literal block brings its own lines, indented by `pad`."""
    if isinstance(value, Text):
        value = realise(value, place="field")
    if isinstance(value, str):
        return _literal(value, pad) if _is_literal(value) else _one_line(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return "{}"
    if _is_list(value):
        return "[]"
    raise TypeError(f"{type(value).__name__} is no value of a manifest")


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise TypeError(f"{value} is no number in JSON")
    text = repr(value)
    mantissa, exponent, rest = text.partition("e")
    return mantissa + ("" if "." in mantissa or not exponent else ".0") + exponent + rest  # YAML 1.1 wants the dot


def _is_literal(text: str) -> bool:
    return "\n" in text and bool(text.strip("\n \t")) and not UNPRINTABLE.search(text) and not text.endswith((" ", "\t"))


def _literal(text: str, pad: str) -> str:
    """`|` and the lines. The indentation is told where the first line does not show it; `-` and `+` say how the text ends."""
    header = "|2" if text[0] in " \t\n" else "|"
    body = text.rstrip("\n")
    ending = len(text) - len(body)
    header += "-" if ending == 0 else "+" if ending > 1 else ""
    lines = [f"{pad}{line}" if line else "" for line in body.split("\n")] + [""] * (ending - 1)
    return "\n".join([header, *lines])


def is_plain(text: str) -> bool:
    """Can the text stand bare, whatever YAML reader comes along?"""
    if not text or text.lower() in AMBIGUOUS_WORDS or UNPRINTABLE.search(text):
        return False
    if not PLAIN_START.match(text) or UNSAFE_INSIDE.search(text):
        return False
    return not NUMBER_LIKE.fullmatch(text) and not DATE_LIKE.fullmatch(text)


def _one_line(text: str) -> str:
    """Text on one line: bare, or in the quotes that need fewer escapes."""
    if is_plain(text):
        return text
    escapes_in_double = text.count('"') + text.count("\\")
    if escapes_in_double > text.count("'") and not UNPRINTABLE.search(text) and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "''") + "'"
    return _double(text)


def _double(text: str) -> str:
    return '"' + "".join(ESCAPES.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if not UNPRINTABLE.match(char):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
