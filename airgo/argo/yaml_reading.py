"""Reads YAML as Argo does: go-yaml v2's idea of scalars, strict about duplicate keys, safe against hostile documents.

https://github.com/go-yaml/yaml/blob/v2/resolve.go says which plain scalars are no strings; keys become text, as in JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

MAX_NODES = 500_000
MAX_DEPTH = 100
TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
NULL = frozenset(["", "~", "null", "Null", "NULL"])
SPECIAL_FLOATS = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>0|[1-9][0-9]*))"
)
BASES = {"hex": 16, "binary": 2, "octal": 8, "decimal": 10}
TAG = "tag:yaml.org,2002:"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ManifestError(Exception):
    """The text is not YAML that Argo would take. `line` counts from 1; 0 when unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its value, and the line (from 1) at which the thing at each JSON pointer starts."""

    value: object
    lines: Mapping[str, int] = field(default_factory=dict)


def read(text: str) -> tuple[Document, ...]:
    """All documents that hold something. Raises `ManifestError`."""
    try:
        return tuple(document for document in _Reader(text).documents() if document.value is not None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ManifestError(error.problem or error.context or "not YAML", mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        raise ManifestError(str(error).splitlines()[0]) from None
    except UnicodeEncodeError:
        raise ManifestError("the text holds half of a surrogate pair, which is no character") from None


@dataclass(slots=True)
class _Anchored:
    """What an anchor stands for, and how many nodes that is when written out."""

    value: object
    nodes: int


class _Reader:
    """Builds values from YAML events; counts nodes as if every alias were written out, so that a bomb is refused before it goes off."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=LOADER)
        self.anchors: dict[str, _Anchored] = {}
        self.lines: dict[str, int] = {}
        self.nodes = 0

    def documents(self) -> Iterator[Document]:
        """One document after the other; anchors end with theirs."""
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors, self.lines = {}, {}
                value = self.value(next(self.events), "", 0)
                yield Document(value, self.lines)

    def value(self, event: yaml.Event, pointer: str, depth: int) -> object:
        """The value that starts with this event."""
        line = _line(event)
        self.lines.setdefault(pointer, line)
        self.count(1, line)
        if depth > MAX_DEPTH:
            raise ManifestError(f"more than {MAX_DEPTH} levels deep", line)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event.anchor or "", line)
        before = self.nodes
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            _check_tag(event, "seq", line)
            value = self.sequence(pointer, depth)
        else:
            assert isinstance(event, yaml.MappingStartEvent)
            _check_tag(event, "map", line)
            value = self.mapping(pointer, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(value, self.nodes - before + 1)
        return value

    def count(self, nodes: int, line: int) -> None:
        """Count nodes, up to a limit that no manifest comes near."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise ManifestError(f"more than {MAX_NODES} values once aliases are written out", line)

    def alias(self, name: str, line: int) -> object:
        """What an alias repeats."""
        if name not in self.anchors:
            raise ManifestError(f"*{name} repeats an anchor that is not there, or that it stands in", line)
        self.count(self.anchors[name].nodes, line)
        return self.anchors[name].value

    def sequence(self, pointer: str, depth: int) -> list[object]:
        """The items up to the end of the sequence."""
        items: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, f"{pointer}/{len(items)}", depth + 1))
        return items

    def mapping(self, pointer: str, depth: int) -> dict[str, object]:
        """The entries up to the end of the mapping; a key given twice is refused, a merged one gives way."""
        found: dict[str, object] = {}
        merged: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0] and not event.style:
                merged = self.merge(pointer, depth, line) | merged
                continue
            key = _key(self.value(event, f"{pointer}/<key>", depth + 1), line)
            if key in found:
                raise ManifestError(f"the key {key!r} is given twice", line)
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            self.lines[place] = line
            found[key] = self.value(next(self.events), place, depth + 1)
        return merged | found

    def merge(self, pointer: str, depth: int, line: int) -> dict[str, object]:
        """What `<<` brings in: a mapping, or a list of them of which the first counts most."""
        value = self.value(next(self.events), f"{pointer}/<merge>", depth + 1)
        result: dict[str, object] = {}
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, dict):
                raise ManifestError("<< wants a mapping, or a list of mappings", line)
            result = part | result
        return result


def _key(value: object, line: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ManifestError(f"a key is text, not {_kind(value)}", line)


def _kind(value: object) -> str:
    return "null" if value is None else "a mapping" if isinstance(value, dict) else "a list"


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _check_tag(event: yaml.CollectionStartEvent, kind: str, line: int) -> None:
    if event.tag not in {None, "!", TAG + kind}:
        raise ManifestError(f"the tag {event.tag} is not read", line)


def _scalar(event: yaml.ScalarEvent, line: int) -> object:
    text = event.value
    if event.tag in {None, "!"}:
        return resolve(text) if event.implicit[0] and not event.style else text
    kind = event.tag.removeprefix(TAG)
    if kind == "str":
        return text
    value = resolve(text)
    wanted = {"int": int, "float": float | int, "bool": bool, "null": type(None)}.get(kind)
    if wanted is None:
        raise ManifestError(f"the tag {event.tag} is not read", line)
    if not isinstance(value, wanted) or (kind in {"int", "float"} and isinstance(value, bool)):
        raise ManifestError(f"{text!r} cannot be read as {event.tag}", line)
    return value


def resolve(text: str) -> object:
    """What a plain scalar is to Argo: null, a boolean, a number, or text. Dates and 12:30:45 are text."""
    if text in NULL:
        return None
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    if text.lower() in SPECIAL_FLOATS:
        return float(SPECIAL_FLOATS[text.lower()])
    if text[0] not in "+-.0123456789":
        return text
    digits = text if text[0] == "." else text.replace("_", "")
    if found := INTEGER.fullmatch(digits):
        base, number = next((name, part) for name, part in found.groupdict().items() if part is not None and name != "sign")
        if len(number) > 400:
            return text
        return int(found["sign"] + number, BASES[base])
    return float(digits) if FLOAT.fullmatch(digits) else text
