"""Manifests inside resource templates: YAML text in which values that come at run time cannot break the YAML around them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from airgo.argo.names import parameter_name
from airgo.argo.text import Expression, Text, map_text, text
from airgo.argo.yaml import dump
from airgo.lower.draft import Leaf
from airgo.lower.items import quoted
from airgo.mapping.wire import escaped

_MARK = "AIRGO-HOLE-"


@dataclass(frozen=True, slots=True)
class JsonText:
    """Stands in a manifest for the JSON text of a value, as a text: `conf: '{"day": "mon"}'`."""

    value: object


@dataclass(slots=True)
class ManifestText:
    """One manifest being written. `arguments`: the texts with holes in it; each becomes an input that an expression writes as JSON."""

    arguments: dict[str, Leaf] = field(default_factory=dict)
    _codes: list[str] = field(default_factory=list)

    def write(self, document: Mapping[str, object]) -> Leaf:
        """The document as YAML text, with holes where it has values that are known only at run time."""
        parts: list[Leaf] = []
        rest = dump([cast(Mapping[str, object], self._marked(document, "value"))])
        for number, code in enumerate(self._codes):
            before, _, rest = rest.partition(f"{_MARK}{number}-END")
            parts += [before, Text((Expression(code),))]
        return text(*cast("list[Text]", [*parts, rest]))

    def _marked(self, value: object, name: str) -> object:
        if isinstance(value, Mapping):
            return {str(key): self._marked(item, str(key)) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._marked(item, name) for item in value]
        if isinstance(value, JsonText):
            return self._json(value.value, name)
        if isinstance(value, Text):
            return self._mark(f"toJson({self._input(value, name)})")
        return value

    def _mark(self, code: str) -> str:
        self._codes.append(code)
        return f"{_MARK}{len(self._codes) - 1}-END"

    def _input(self, leaf: Text, name: str) -> str:
        wanted = key = parameter_name(name)
        number = 2
        while key in self.arguments and self.arguments[key] != leaf:
            key, number = f"{wanted}-{number}", number + 1
        self.arguments[key] = leaf
        return f"inputs.parameters['{key}']"

    def _json(self, value: object, name: str) -> str:
        """The JSON text of a value: as it is, or as an expression that puts it together."""
        codes: list[str] = []

        def mark(leaf: Leaf) -> Leaf:
            if not isinstance(leaf, Text):
                return leaf
            codes.append(f"toJson({self._input(leaf, name)})")
            return f"{_MARK}{len(codes) - 1}-END"

        rest = escaped(json.dumps(map_text(value, mark), ensure_ascii=False))
        if not codes:
            return rest
        pieces = []
        for number, code in enumerate(codes):
            before, _, rest = rest.partition(f'"{_MARK}{number}-END"')
            pieces += [quoted(before), code]
        return self._mark(f"toJson({' + '.join([*pieces, quoted(rest)])})")
