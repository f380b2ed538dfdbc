"""Structured arguments on their way into a script: one JSON text in an env variable, and each text with holes in a variable of its own.

What fills a hole can then not break the JSON around it. The scripts put them together again: `{"$env": "NAME"}` stands for the
value of NAME.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from airgo.argo.text import Text
from airgo.mapping.signals import MappingUse


def escaped(document: str) -> str:
    """JSON text that Argo leaves alone: `{{` can only stand in strings, where `{\\u007b` means the same."""
    return document.replace("{{", "{\\u007b")


def json_env(value: object, name: str) -> list[dict[str, object]]:
    """The entries of `env` that carry a value: NAME, and NAME_1, NAME_2 … for the texts with holes."""
    carried: list[dict[str, object]] = []
    skeleton = without_holes(value, name, carried)
    try:
        document = json.dumps(skeleton, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise MappingUse(f"the value cannot be written as JSON: {error}") from error
    return [{"name": name, "value": escaped(document)}, *carried]


def without_holes(value: object, name: str, carried: list[dict[str, object]]) -> object:
    """`value` with each Text replaced by the name of the variable that carries it."""
    if isinstance(value, Text):
        carried.append({"name": f"{name}_{len(carried) + 1}", "value": value})
        return {"$env": carried[-1]["name"]}
    if isinstance(value, Mapping):
        return {str(key): without_holes(item, name, carried) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_holes(item, name, carried) for item in value]
    return value
