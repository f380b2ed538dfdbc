"""Which modules of a slice stand side by side in the script, and which need a function around them because names would clash."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from airgo.callables.collecting import Collected, Reference, Tree
from airgo.callables.modules import Source
from airgo.callables.names import parts
from airgo.callables.problems import CLASH, Problem


@dataclass(slots=True)
class Layout:
    """`flat`: what the script's own names stand for. `wrapped`: path → name of the object that holds a module's names.

    `exported`: path → the names of a wrapped module that others use.
    """

    collected: Collected
    order: list[Source]
    flat: dict[str, object] = field(default_factory=dict)
    wrapped: dict[str, str] = field(default_factory=dict)
    exported: dict[str, dict[str, None]] = field(default_factory=dict)

    def expression(self, reference: Reference) -> str:
        """How the script names a name of a module."""
        reference = self.final(reference)
        wrapper = self.wrapped.get(reference.path)
        if wrapper is None:
            return reference.name
        self.exported.setdefault(reference.path, {})[reference.name] = None
        return f"{wrapper}.{reference.name}"

    def final(self, reference: Reference) -> Reference:
        """Where a chain of imports ends."""
        seen = {reference}
        while reference.path in self.collected.scopes:
            following = self.collected.scopes[reference.path].links.get(reference.name)
            if following is None or following in seen:
                break
            seen.add(following)
            reference = following
        return reference

    def namespace(self, tree: Tree) -> str:
        """A module of the project as an object with the attributes that are used."""
        items = []
        for name, item in tree.items():
            text = self.namespace(item) if isinstance(item, dict) else self.expression(item) if isinstance(item, Reference) else item
            items.append(f"{name}={text}")
        return f"SimpleNamespace({', '.join(items)})"

    def links(self, source: Source) -> list[str]:
        """The lines that give a module's names for things of other modules."""
        scope = self.collected.scopes.get(source.path)
        if scope is None:
            return []
        pairs = [(bound, self.expression(reference)) for bound, reference in scope.links.items()]
        pairs += [(bound, name) for bound, name in scope.replaced.items()]
        pairs += [(bound, self.namespace(tree)) for bound, tree in scope.objects.items()]
        if source.path in self.wrapped:
            self.check_shadowed(source, pairs)
        return [f"{bound} = {text}" for bound, text in pairs if bound != text]

    def check_shadowed(self, source: Source, pairs: list[tuple[str, str]]) -> None:
        """Inside a function a name that is bound there hides the script's own of the same name."""
        bound = set(self.collected.scopes[source.path].names)
        for name, text in pairs:
            root = re.split(r"\W", text, maxsplit=1)[0]
            if root != name and root in bound:
                self.collected.problems.append(Problem(CLASH, f"{root} means different things in the modules that this task needs"))


def layout(collected: Collected) -> Layout:
    """Place the modules: the callable's own and all that agree with it on every name stand flat, the others are wrapped."""
    made = Layout(collected, in_order(collected))
    main = collected.main
    for source in ([main] if main is not None else []) + [one for one in made.order if main is None or one.path != main.path]:
        scope = collected.scopes.get(source.path)
        names = {name: collected.identity(source.path, name) for name in scope.names} if scope is not None else {}
        if all(made.flat.get(name, identity) == identity for name, identity in names.items()):
            made.flat |= names
        else:
            made.wrapped[source.path] = wrapper_name(source, made)
            check_globals(source, collected)
    made.flat |= {name: ("module", path) for path, name in made.wrapped.items()}
    return made


def wrapper_name(source: Source, made: Layout) -> str:
    """A name for the object that holds a wrapped module's names."""
    wanted = name = re.sub(r"\W+", "_", source.path.removesuffix(".py").removesuffix("/__init__").split("/", 1)[-1])
    number = 1
    while made.collected.taken(name) or name in made.wrapped.values() or not name.isidentifier():
        number += 1
        name = f"module_{wanted}_{number}"
    return name


def check_globals(source: Source, collected: Collected) -> None:
    """A function that assigns to globals of its module cannot stand inside another function."""
    for unit in collected.units.values():
        if unit.source.path == source.path and unit.node is not None and has_global(unit.node):
            words = f"code of {source.path} assigns to globals, and names of it mean something else in other modules that this task needs"
            collected.problems.append(Problem(CLASH, words, source.span(unit.node)))


@lru_cache(maxsize=10_000)
def has_global(node: cst.CSTNode) -> bool:
    """Is there a `global` statement in the code?"""
    return isinstance(node, cst.Global) or any(has_global(child) for child in parts(node))


def in_order(collected: Collected) -> list[Source]:
    """The modules, each after those whose names its code uses; the callable's own last."""
    ordered: dict[str, Source] = {}
    visiting: set[str] = set()

    def visit(source: Source) -> None:
        if source.path in visiting:
            return
        visiting.add(source.path)
        for needed in collected.edges.get(source.path, {}).values():
            visit(needed)
        ordered[source.path] = source

    every = {unit.source.path: unit.source for unit in collected.units.values()}
    for source in every.values():
        if collected.main is None or source.path != collected.main.path:
            visit(source)
    if collected.main is not None:
        visit(collected.main)
        ordered[collected.main.path] = ordered.pop(collected.main.path)
    return list(ordered.values())
