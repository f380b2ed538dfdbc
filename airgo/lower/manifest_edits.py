"""Manifests that the user wrote as YAML text: what they say, and a name of its own for the object of each run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import yaml

from airgo.argo.text import Part, Text, text
from airgo.argo.yaml import ManifestError, load_all
from airgo.lower.draft import Leaf

_MARK = "AIRGOHOLE{}END"


class BadManifest(Exception):
    """The manifest cannot be used; the message goes on after "the manifest of TASK"."""


def parsed(manifest: Leaf) -> Mapping[str, object]:
    """The one object of a YAML text; a word stands in place of each hole. Raises BadManifest."""
    literal, _ = _with_marks(manifest)
    try:
        documents = [document for document in load_all(literal) if document is not None]
    except ManifestError as error:
        raise BadManifest(f"is not YAML: {error}") from error
    if len(documents) != 1 or not isinstance(documents[0], Mapping):
        raise BadManifest(f"holds {len(documents)} objects; a resource template takes one")
    return cast(Mapping[str, object], documents[0])


def with_generated_name(manifest: Leaf, name: object) -> Leaf | None:
    """The text with `generateName: NAME-` where it has `name: NAME`, since every run needs an object of its own.

    `name` replaces the name that is there. None when there is no name in the text to work on.
    """
    literal, holes = _with_marks(manifest)
    entry = _name_entry(yaml.compose(literal, Loader=yaml.SafeLoader))
    if entry is None:
        return None
    key, value = entry
    start, end = value.start_mark.index, value.end_mark.index
    written = name if isinstance(name, str) else str(value.value)
    quote = "" if re.fullmatch(r"[a-z][-a-z0-9.]*", written) else '"'
    named = literal[:start] + f"{quote}{written}-{quote}" + literal[end:]
    changed = named[: key.start_mark.index] + "generateName" + named[key.end_mark.index :]
    return _without_marks(changed, holes)


def _name_entry(node: object) -> tuple[yaml.ScalarNode, yaml.ScalarNode] | None:
    """The nodes of `name` and its value below `metadata`."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "metadata" and isinstance(value, yaml.MappingNode):
            for inner, named in value.value:
                if inner.value == "name" and isinstance(named, yaml.ScalarNode):
                    return inner, named
    return None


def _with_marks(manifest: Leaf) -> tuple[str, list[Part]]:
    if isinstance(manifest, str):
        return manifest, []
    holes = [part for part in manifest.parts if not isinstance(part, str)]
    numbers = iter(range(len(holes)))
    return "".join(part if isinstance(part, str) else _MARK.format(next(numbers)) for part in manifest.parts), list(holes)


def _without_marks(literal: str, holes: list[Part]) -> Leaf:
    parts: list[Part | Text] = []
    for number, hole in enumerate(holes):
        before, _, literal = literal.partition(_MARK.format(number))
        parts += [before, hole]
    return text(*parts, literal)
