"""What a slice has gathered so far: pieces of text with their owners, packages, replaced names, problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import libcst as cst

from airgo.callables.modules import Source, Sources
from airgo.callables.problems import CLASH, Problem
from airgo.source import Span

Tree = dict[str, "str | Tree"]
"""A module as an object: attribute → name in the script, or a module below it."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One piece of a script: an import line, or statements of a module (`order` within it) with the line they come from."""

    kind: Literal["import", "code"]
    text: str
    source: Source | None = None
    order: tuple[int, int] = (0, 0)
    line: int = 0
    node: cst.CSTNode | None = None


@dataclass(slots=True)
class Collected:
    """Everything that one script holds, before it is put in order."""

    sources: Sources
    units: dict[object, Unit] = field(default_factory=dict)
    owners: dict[str, object] = field(default_factory=dict)
    edges: dict[str, dict[str, Source]] = field(default_factory=dict)
    main: Source | None = None
    requirements: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, None] = field(default_factory=dict)
    registered: dict[str, Tree] = field(default_factory=dict)
    objects: dict[str, Tree] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    annotations: dict[tuple[str, str], Source] = field(default_factory=dict)
    done: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def add(self, key: object, unit: Unit, names: Iterable[str], identity: object) -> None:
        """Keep a unit that binds `names`."""
        if key in self.units:
            return
        self.units[key] = unit
        span = unit.source.span(unit.node) if unit.source is not None and unit.node is not None else None
        for name in names:
            self.claim(name, identity, span)

    def claim(self, name: str, identity: object, span: Span | None = None) -> None:
        """A name of the script means one thing; a second meaning is a problem."""
        if self.owners.setdefault(name, identity) != identity:
            self.problems.append(Problem(CLASH, f"{name} means different things in the modules that this task needs", span))

    def depends(self, source: Source, on: Source) -> None:
        """Code of `source` uses names of `on`, which therefore comes first."""
        if source.path != on.path:
            self.edges.setdefault(source.path, {})[on.path] = on

    def copy(self) -> Collected:
        """The state as it is now, to go back to."""
        return replace(
            self,
            units=dict(self.units),
            owners=dict(self.owners),
            edges={path: dict(on) for path, on in self.edges.items()},
            requirements=dict(self.requirements),
            replaced=dict(self.replaced),
            registered={name: dict(tree) for name, tree in self.registered.items()},
            objects={name: dict(tree) for name, tree in self.objects.items()},
            aliases=dict(self.aliases),
            annotations=dict(self.annotations),
            done=set(self.done),
            problems=list(self.problems),
        )

    def restore(self, earlier: Collected) -> None:
        """Go back to an earlier state."""
        for name in ("units", "owners", "edges", "requirements", "replaced", "registered", "objects", "aliases", "annotations", "done"):
            setattr(self, name, getattr(earlier, name))
        self.problems = earlier.problems
