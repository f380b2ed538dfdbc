"""What a slice has gathered so far: pieces of text by module, what the names of each module mean, packages, problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Literal

import libcst as cst

from airgo.callables.deployment import Read
from airgo.callables.modules import Source, Sources
from airgo.callables.problems import CLASH, Problem


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of a module of the project."""

    path: str
    name: str


Tree = dict[str, "str | Reference | Tree"]
"""A module as an object: attribute → a name of Airflow's that is replaced, a name of the project, or a module below."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One piece of a module: an import line (`file`: of a module that travels beside), or statements (`order` among them)."""

    kind: Literal["import", "file", "code"]
    text: str
    source: Source
    order: tuple[int, int] = (0, 0)
    line: int = 0
    node: cst.CSTNode | None = None


@dataclass(slots=True)
class Scope:
    """What the names of one module stand for.

    `names`: an identity for each; equal ones are the same thing. `links`: names that stand for those of other modules.
    `replaced`: names that stand for names of Airflow; `installed`: the same, where Airflow itself is there. `objects`: names that
    stand for whole modules, with what is used of them.
    """

    names: dict[str, object] = field(default_factory=dict)
    links: dict[str, Reference] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    installed: dict[str, str] = field(default_factory=dict)
    objects: dict[str, Tree] = field(default_factory=dict)

    def copy(self) -> Scope:
        """The scope as it is now."""
        objects = {name: copied(tree) for name, tree in self.objects.items()}
        return Scope(dict(self.names), dict(self.links), dict(self.replaced), dict(self.installed), objects)


def copied(tree: Tree) -> Tree:
    """A tree of its own."""
    return {name: copied(item) if isinstance(item, dict) else item for name, item in tree.items()}


@dataclass(slots=True)
class State:
    """What may have to be taken back."""

    units: dict[object, Unit] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    edges: dict[str, dict[str, Source]] = field(default_factory=dict)
    requirements: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, None] = field(default_factory=dict)
    registered: dict[str, Tree] = field(default_factory=dict)
    annotations: dict[tuple[str, str], Source] = field(default_factory=dict)
    done: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def copy(self) -> State:
        """The state as it is now, to go back to."""
        return State(
            dict(self.units),
            {path: scope.copy() for path, scope in self.scopes.items()},
            {path: dict(on) for path, on in self.edges.items()},
            dict(self.requirements),
            dict(self.replaced),
            {name: copied(tree) for name, tree in self.registered.items()},
            dict(self.annotations),
            set(self.done),
            list(self.problems),
        )


@dataclass(slots=True)
class Collected(State):
    """Everything that one script holds, before it is put in order. `main` is the module of the callable itself.

    `airflow`: the script runs where Airflow is installed, so that imports of it are as good as any other.
    `files`: paths of modules that may travel as files; `imported`: those that are imported from there.
    `beside`: the image holds the project, so `__file__` has a meaning. `reads`: what values that are computed when the script starts
    read of the deployment. `defaults`: by the id of a function's node, source text for defaults of its parameters.
    `aliases`: what names of enclosing functions stand for, by module and name.
    """

    sources: Sources = field(default_factory=lambda: Sources(None))
    main: Source | None = None
    airflow: bool = False
    files: frozenset[str] = frozenset()
    imported: dict[str, Source] = field(default_factory=dict)
    beside: bool = False
    reads: list[Read] = field(default_factory=list)
    defaults: dict[int, dict[str, str]] = field(default_factory=dict)
    aliases: dict[tuple[str, str], Reference] = field(default_factory=dict)

    def scope(self, source: Source) -> Scope:
        """What the names of a module stand for."""
        return self.scopes.setdefault(source.path, Scope())

    def add(self, key: object, unit: Unit, names: Iterable[str], identity: object) -> None:
        """Keep a unit that binds `names`."""
        if key in self.units:
            return
        self.units[key] = unit
        for name in names:
            self.claim(unit.source, name, identity, unit.node)

    def import_file(self, source: Source, home: Source, text: str, bound: str, full: str) -> None:
        """Import a name of a module that travels as a file."""
        self.imported[home.path] = home
        self.add(("file", source.path, text), Unit("file", text, source), (bound,), ("import", full))

    def claim(self, source: Source, name: str, identity: object, node: cst.CSTNode | None = None) -> None:
        """A name of a module means one thing; a second meaning is a problem."""
        if self.scope(source).names.setdefault(name, identity) != identity:
            span = source.span(node) if node is not None else None
            self.problems.append(Problem(CLASH, f"{name} means two things in the code that this task needs of {source.path}", span))

    def link(self, source: Source, bound: str, home: Source, name: str) -> None:
        """Let a name of `source` stand for a name of another module, which therefore comes first."""
        self.depends(source, home)
        reference = Reference(home.path, name)
        self.scope(source).links[bound] = reference
        self.claim(source, bound, reference)

    def depends(self, source: Source, on: Source) -> None:
        """Code of `source` uses names of `on`, which therefore comes first."""
        if source.path != on.path:
            self.edges.setdefault(source.path, {})[on.path] = on

    def identity(self, path: str, name: str) -> object:
        """What a name of a module stands for in the end."""
        seen: set[Reference] = set()
        reference = Reference(path, name)
        while reference not in seen:
            seen.add(reference)
            found = self.scopes[reference.path].names.get(reference.name) if reference.path in self.scopes else None
            if not isinstance(found, Reference):
                return reference if found is None else found
            reference = found
        return reference

    def taken(self, name: str) -> bool:
        """Does any module use this name?"""
        return any(name in scope.names for scope in self.scopes.values())

    def restore(self, earlier: State) -> None:
        """Go back to an earlier state."""
        for one in fields(State):
            setattr(self, one.name, getattr(earlier, one.name))
