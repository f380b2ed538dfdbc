"""All mappings that are in force: those shipped with airgo, and the folders of the user's own over them.

Shipped files are read when one of their operators is first asked for: start-up pays only for finding names in their texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from airgo import catalogue
from airgo.mapping.loading import load
from airgo.mapping.schema import MappingError, OperatorMapping

OPERATOR = re.compile(r"^operator:[ \t]*[\"']?([\w.]+)", re.MULTILINE)
ALIASES = re.compile(r"^aliases:[ \t]*(\[[^\]]*\]|(?:\n[ \t]*-[ \t]*.*)+)", re.MULTILINE)
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")


def shipped_folder() -> Traversable:
    """The folder of shipped mappings: `airgo/_mappings` in a wheel, `mappings/` beside the package in a checkout."""
    packaged = resources.files("airgo") / "_mappings"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "mappings"


@dataclass(slots=True)
class Source:
    """One file of mappings, read when it is needed. `shown` is its name in messages."""

    file: Traversable
    shown: str
    text: str
    loaded: tuple[OperatorMapping, ...] | None = None


@dataclass(slots=True)
class Registry:
    """Finds the mapping of an operator. Later folders override earlier ones, operator by operator."""

    _sources: dict[str, Source] = field(default_factory=dict)
    _canonical: dict[str, Source] = field(default_factory=dict)
    _found: dict[str, OperatorMapping | None] = field(default_factory=dict)
    _loading: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> Registry:
        """The shipped mappings with those of the folders (or files) `extra` over them, which are checked at once. Raises MappingError."""
        registry = cls()
        for file in yaml_files(shipped_folder()):
            registry.add(file, f"mappings/{file.name}")
        for folder in extra:
            if not folder.exists():
                raise MappingError(str(folder), 1, "there is no such file or folder of mappings")
            for file in yaml_files(folder) if folder.is_dir() else [folder]:
                registry.add(file, f"{folder.name}/{file.name}" if folder.is_dir() else file.name, at_once=True)
        return registry

    def add(self, file: Traversable, shown: str, *, at_once: bool = False) -> None:
        """Note which operators a file describes. `at_once`: read it first, so that it can extend the mapping it overrides."""
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MappingError(shown, 1, f"cannot be read: {error}") from error
        source = Source(file, shown, text)
        if at_once:
            self.mappings_of(source)
        names = [match.group(1) for match in OPERATOR.finditer(text)]
        names += [name for block in ALIASES.finditer(text) for name in NAME.findall(block.group(1))]
        for name in names:
            self._sources[name] = source
            self._canonical[catalogue.canonical(name)] = source
        self._found.clear()

    def find(self, operator: str) -> OperatorMapping | None:
        """The mapping of an operator, by any of its names. Raises MappingError when its file is wrong."""
        if operator not in self._found:
            self._found[operator] = self.look_up(operator)
        return self._found[operator]

    def look_up(self, operator: str) -> OperatorMapping | None:
        """`find`, without the memory."""
        canonical = catalogue.canonical(operator)
        source = self._sources.get(operator) or self._sources.get(canonical) or self._canonical.get(canonical)
        if source is None:
            return None
        for mapping in self.mappings_of(source):
            names = (mapping.operator, *mapping.aliases)
            if operator in names or canonical in names or canonical in {catalogue.canonical(name) for name in names}:
                return mapping
        return None

    def all(self) -> tuple[OperatorMapping, ...]:
        """Every mapping in force, by operator name. Raises MappingError for the first file that is wrong."""
        in_force: dict[str, OperatorMapping] = {}
        for source in {id(source): source for source in self._sources.values()}.values():
            for mapping in self.mappings_of(source):
                if self._sources.get(mapping.operator) is source:
                    in_force[mapping.operator] = mapping
        return tuple(in_force[name] for name in sorted(in_force))

    def mappings_of(self, source: Source) -> tuple[OperatorMapping, ...]:
        """The mappings of one file."""
        if source.loaded is None:
            if source.shown in self._loading:
                raise MappingError(source.shown, 1, "mappings of this file extend each other in a circle")
            self._loading.add(source.shown)
            try:
                source.loaded = tuple(load(source.text, source.shown, self.look_up))
            finally:
                self._loading.discard(source.shown)
        return source.loaded


def yaml_files(folder: Traversable) -> list[Traversable]:
    """The mapping files of a folder, by name."""
    found = [entry for entry in folder.iterdir() if entry.name.endswith((".yaml", ".yml")) and entry.is_file()]
    return sorted(found, key=lambda entry: entry.name)
