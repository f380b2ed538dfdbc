"""YAML documents as plain data that remembers its lines; repeated keys, keys that are not text, and anchors are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from airgo.mapping.schema import MappingError

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML was built with it: ten times as fast."""

Trail = tuple[str | int, ...]
"""The keys and indexes that lead to a value of a document."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and the line of each part."""

    path: str
    value: object
    line: int
    lines: Mapping[Trail, int] = field(default_factory=dict)

    def error(self, trail: Trail, message: str) -> MappingError:
        """An error about the part that `trail` leads to (or the nearest part above it)."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return MappingError(self.path, self.lines.get(trail, self.line), message)


def documents(text: str, path: str) -> Iterator[Document]:
    """The documents of a file, empty ones left out. Raises MappingError."""
    loader = LOADER(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None and not is_empty(node):
                lines: dict[Trail, int] = {}
                value = Reader(loader, path, lines).read(node, ())
                yield Document(path, value, line_of(node), lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise MappingError(path, mark.line + 1 if mark else 1, f"is not valid YAML: {problem}") from error
    finally:
        loader.dispose()


def is_empty(node: yaml.Node) -> bool:
    """A document of comments only."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def line_of(node: yaml.Node) -> int:
    """The 1-based line where a node starts."""
    return int(node.start_mark.line) + 1


@dataclass(slots=True)
class Reader:
    """Turns nodes into values and writes down their lines."""

    loader: yaml.SafeLoader
    path: str
    lines: dict[Trail, int]

    def read(self, node: yaml.Node, trail: Trail) -> object:
        """The value of a node."""
        self.lines[trail] = line_of(node)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, trail)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*trail, index)) for index, item in enumerate(node.value)]
        return self.loader.construct_object(node, deep=True)

    def mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[str, object]:
        """A dict; its keys must be different texts."""
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self.loader.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise MappingError(self.path, line_of(key_node), f"the key {key_node.value!r} is not a text; put it in quotes")
            if key in result:
                raise MappingError(self.path, line_of(key_node), f"the key {key!r} is given twice")
            result[key] = self.read(value_node, (*trail, key))
            self.lines[(*trail, key)] = line_of(key_node)
        return result
