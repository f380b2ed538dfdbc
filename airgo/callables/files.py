"""Modules of the project that travel as files beside a script, so that its imports find them.

A module may travel so when importing it needs nothing of Airflow but what airgo's runtime replaces, and so do the modules that it imports.
Its packages' `__init__.py` travel with it. https://docs.python.org/3/reference/import.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from airgo.callables.deployment import Reads, reads
from airgo.callables.importing import Binding, bound_by
from airgo.callables.imports import distribution, kind_of, replacement
from airgo.callables.modules import Leaf, Source, Sources, absolute_module, leaves, small_statements
from airgo.callables.names import parts, uses
from airgo.callables.wording import is_type_checking


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One file that travels: its path in the project, its dotted name, and its text."""

    path: str
    module: str
    text: str


@dataclass(slots=True)
class Loaded:
    """What importing one module takes: modules of the project, packages, names of Airflow (module → name → replacement).

    `refused`: why it cannot be imported without Airflow, or None.
    """

    source: Source
    imports: dict[str, Source] = field(default_factory=dict)
    requirements: dict[str, str] = field(default_factory=dict)
    registered: dict[str, dict[str, str]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    refused: str | None = None


@dataclass(slots=True)
class Files:
    """The modules of a project, as far as they were asked for."""

    sources: Sources
    _loaded: dict[str, Loaded] = field(default_factory=dict)

    def load(self, source: Source) -> Loaded:
        """What importing a module takes."""
        if source.path not in self._loaded:
            made = self._loaded[source.path] = Loaded(source)
            if self.sources.path_of(source.name) != source.path:
                made.refused = f"{source.path} is not a module that an import finds"
            for package in packages(source.name):
                self._follow(package, made)
            for statement, leaf in imports_of(source.tree):
                if leaf is None or not is_type_checking(leaf):
                    self._import(statement, leaf, made)
        return self._loaded[source.path]

    def closure(self, source: Source) -> dict[str, Loaded]:
        """A module and all of the project that it imports, by path."""
        found: dict[str, Loaded] = {}
        waiting = [source]
        while waiting:
            one = waiting.pop()
            if one.path not in found:
                found[one.path] = self.load(one)
                waiting += found[one.path].imports.values()
        return found

    def refused(self, source: Source) -> str | None:
        """Why a module cannot travel, or None."""
        return next((one.refused for one in self.closure(source).values() if one.refused is not None), None)

    def _import(self, statement: cst.Import | cst.ImportFrom, leaf: Leaf | None, made: Loaded) -> None:
        """One import statement of a module; `leaf` None: it stands inside a function, and what it leads to may never be needed."""
        package = made.source.package
        if isinstance(statement, cst.ImportFrom):
            module = absolute_module(statement, package)
            for one in (*packages(module), module):
                self._follow(one, made)
            if isinstance(statement.names, cst.ImportStar) and kind_of(module) == "airflow" and leaf is not None:
                made.refused = f"{made.source.path} imports everything of {module}"
        for binding in bound_by(statement, package):
            self._bound(binding, leaf, made)

    def _bound(self, binding: Binding, leaf: Leaf | None, made: Loaded) -> None:
        """One name that an import binds."""
        for name in (*packages(binding.module), binding.module, binding.full):
            self._follow(name, made)
        if self.sources.is_package(binding.module.partition(".")[0]):
            return
        kind = kind_of(binding.full)
        if kind == "airflow":
            found = replacement(binding.module, binding.name) if binding.name is not None else None
            if found is not None and binding.name is not None:
                made.registered.setdefault(binding.module, {})[binding.name] = found
                made.replaced[binding.bound] = found
            elif leaf is not None:
                made.refused = f"{made.source.path} imports {binding.full}, which exists only where Airflow is installed"
        elif kind == "package" and leaf is not None:
            made.requirements.setdefault(distribution(binding.full), binding.full)

    def _follow(self, name: str, made: Loaded) -> None:
        """A dotted name that may be a module of the project."""
        target = self.sources.find(name)
        if target is not None and target.path != made.source.path:
            made.imports[target.path] = target


def packages(module: str) -> Iterator[str]:
    """The packages around a module, outermost first."""
    names = module.split(".")[:-1]
    yield from (".".join(names[: count + 1]) for count in range(len(names)))


@lru_cache(maxsize=1_000)
def imports_of(tree: cst.Module) -> tuple[tuple[cst.Import | cst.ImportFrom, Leaf | None], ...]:
    """Every import of a module, with its statement where it runs on import."""
    return tuple(found_imports(tree))


def found_imports(tree: cst.Module) -> Iterator[tuple[cst.Import | cst.ImportFrom, Leaf | None]]:
    """`imports_of`, looked for."""
    seen: set[int] = set()
    for order, (statement, around) in enumerate(leaves(tree.body, ())):
        for small in small_statements(statement):
            if isinstance(small, cst.Import | cst.ImportFrom):
                seen.add(id(small))
                yield small, Leaf(statement, order, around)
    for node in every(tree):
        if isinstance(node, cst.Import | cst.ImportFrom) and id(node) not in seen:
            yield node, None


def every(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node below one."""
    for child in parts(node):
        yield child
        yield from every(child)


def import_reads(loaded: Loaded, into: Reads) -> None:
    """What a module reads of the deployment when it is imported."""
    for statement in loaded.source.tree.body:
        if not isinstance(statement, cst.FunctionDef | cst.ClassDef):
            reads(loaded.source, statement, loaded.replaced, into)


def uses_file(loaded: Iterable[Loaded]) -> bool:
    """Does one of the modules look for the path of its own source file?"""
    return any("__file__" in uses(one.source.tree).names for one in loaded)


def texts(loaded: Mapping[str, Loaded]) -> tuple[ModuleFile, ...]:
    """The files, sorted by path."""
    return tuple(ModuleFile(path, one.source.name, one.source.tree.code) for path, one in sorted(loaded.items()))
