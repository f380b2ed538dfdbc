"""Reading YAML safely and fast: composed once for each text, constructed anew each time, with aliases that cannot multiply."""

from __future__ import annotations

from functools import lru_cache

import yaml
from yaml.constructor import SafeConstructor

from airgo.evaluate.models import ORDINARY_ERRORS, PythonError

NODES = 200_000
"""Nodes of one YAML document, aliases counted as often as they are used."""
FAST: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Reads the same documents ten times faster, where PyYAML was built with libyaml (which limits nesting by itself)."""
TEXTS = 128


def yaml_documents(text: str | bytes) -> list[object]:
    """All documents of a YAML text. Raises the program's YAMLError."""
    try:
        return [None if node is None else SafeConstructor().construct_document(node) for node in composed(text)]
    except (yaml.YAMLError, RecursionError, *ORDINARY_ERRORS) as error:
        raise PythonError("yaml.YAMLError", str(error)) from error


@lru_cache(maxsize=TEXTS)
def composed(text: str | bytes) -> tuple[yaml.Node | None, ...]:
    """The node graphs of all documents; what is constructed from them shares nothing with them."""
    try:
        nodes = nodes_of(text, FAST)
    except yaml.YAMLError:
        nodes = nodes_of(text, yaml.SafeLoader)  # for a message that is the same on every machine
    for node in nodes:
        if node is not None and weight(node, {}) > NODES:
            raise yaml.YAMLError("a document whose aliases multiply")
    return tuple(nodes)


def nodes_of(text: str | bytes, loader: type[yaml.SafeLoader]) -> list[yaml.Node | None]:
    """The documents as PyYAML composes them."""
    return list(yaml.compose_all(text, Loader=loader))


def weight(root: yaml.Node, weights: dict[int, int]) -> int:
    """How many nodes a document has when every alias is written out; at most a little more than the limit."""
    if id(root) in weights:
        return weights[id(root)]
    weights[id(root)] = NODES  # a node inside itself
    total = 1
    if isinstance(root, yaml.SequenceNode | yaml.MappingNode):
        for entry in root.value:
            for node in entry if isinstance(entry, tuple) else (entry,):
                total = min(total + weight(node, weights), 2 * NODES)
    weights[id(root)] = total
    return total
