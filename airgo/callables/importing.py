"""Imports in the code that travels: kept when they lead outside, replaced when they lead to Airflow, followed into the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.collecting import Collected, Reference, Tree, Unit
from airgo.callables.imports import distribution, kind_of, replacement
from airgo.callables.modules import Leaf, Source, absolute_module, small_statements
from airgo.callables.names import dotted_name, first_name, parts
from airgo.values import Extern

if TYPE_CHECKING:
    from airgo.callables.resolving import Names


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One name that an import binds: `from module import name as bound`, or `import module [as bound]` (name None)."""

    bound: str
    module: str
    name: str | None
    renamed: bool
    node: cst.Import | cst.ImportFrom
    leaf: Leaf | None = None

    @property
    def text(self) -> str:
        """The import of this one name."""
        words = f"import {self.module}" if self.name is None else f"from {self.module} import {self.name}"
        return f"{words} as {self.bound}" if self.renamed else words

    @property
    def guarded(self) -> bool:
        """Does the import stand under a test or a `try`?"""
        return self.leaf is not None and any(not isinstance(outer, cst.With) for outer in self.leaf.around)

    @property
    def full(self) -> str:
        """The dotted name that the bound name stands for."""
        if self.name is not None:
            return f"{self.module}.{self.name}"
        return self.module if self.renamed else self.module.partition(".")[0]


def bound_by(node: cst.Import | cst.ImportFrom, package: str = "", leaf: Leaf | None = None) -> Iterator[Binding]:
    """What one import statement binds; nothing for a star import."""
    if isinstance(node.names, cst.ImportStar):
        return
    module = absolute_module(node, package) if isinstance(node, cst.ImportFrom) else ""
    for alias in node.names:
        written = dotted_name(alias.name) or ""
        renamed = alias.asname is not None and isinstance(alias.asname.name, cst.Name)
        local = alias.asname.name.value if alias.asname is not None and isinstance(alias.asname.name, cst.Name) else ""
        if isinstance(node, cst.ImportFrom):
            yield Binding(local or written, module, written, renamed and local != written, node, leaf)
        else:
            yield Binding(local or first_name(alias.name), written, None, renamed, node, leaf)


def imports_binding(leaf: Leaf, name: str) -> list[tuple[Leaf, cst.Import | cst.ImportFrom]]:
    """The import statements on a line that bind `name`."""
    nodes = [small for small in small_statements(leaf.statement) if isinstance(small, cst.Import | cst.ImportFrom)]
    return [(leaf, node) for node in nodes if any(one.bound == name for one in bound_by(node))]


class Imports:
    """Follows imports for `Names`."""

    def __init__(self, collected: Collected, names: Names) -> None:
        self.collected = collected
        self.names = names

    def bindings(self, source: Source, name: str) -> list[Binding]:
        """Every import of a module that binds a name."""
        return [one for leaf, node in self.found(source, name) for one in bound_by(node, source.package, leaf) if one.bound == name]

    def found(self, source: Source, name: str) -> list[tuple[Leaf, cst.Import | cst.ImportFrom]]:
        """Every import statement of a module that binds a name."""
        return [one for leaf in source.bound.get(name, ()) for one in imports_binding(leaf, name)]

    def airflow_name(self, source: Source, name: str) -> str | None:
        """The dotted name of Airflow that a name of the module stands for, or None."""
        for binding in self.bindings(source, name):
            if kind_of(binding.full) == "airflow" and not self.in_project(source, binding):
                return binding.full
        value = source.namespace.get(name)
        return value.name if isinstance(value, Extern) and kind_of(value.name) == "airflow" else None

    def leads_home(self, source: Source, name: str) -> bool:
        """Does an import that binds the name lead into the project? (It then succeeds: the file imports in production.)"""
        return any(self.in_project(source, binding) for binding in self.bindings(source, name))

    def in_project(self, source: Source, binding: Binding) -> bool:
        """Does an import lead to a module of the project?"""
        sources = self.collected.sources
        if isinstance(source.namespace.get(binding.bound), Extern):
            return False
        if sources.of_value(source.namespace.get(binding.bound)) is not None:
            return True
        return self.in_project_by_path(binding)

    def need(self, source: Source, name: str, found: list[tuple[Leaf, cst.Import | cst.ImportFrom]], user: cst.CSTNode) -> None:
        """A name that only imports bind."""
        all_bindings = [one for leaf, node in found for one in bound_by(node, source.package, leaf) if one.bound == name]
        project = [one for one in all_bindings if self.in_project(source, one)]
        if project:
            self.project(source, project[-1], user)
            return
        if (source.path, name) in self.collected.done:
            return
        self.collected.done.add((source.path, name))
        airflow = [one for one in all_bindings if kind_of(one.full) == "airflow"]
        if airflow:
            self.airflow(source, airflow, len(airflow) == len(all_bindings))
            return
        if any(one.guarded for one in all_bindings):
            self.guarded(source, name, all_bindings)
            return
        for binding in all_bindings:
            self.outside(source, binding)

    def guarded(self, source: Source, name: str, found: list[Binding]) -> None:
        """An import under `try` or `if`: the whole statement is carried, with the packages that it may import."""
        for binding in found:
            self.package(binding)
        self.names.defined(source, name, [one.leaf for one in found if one.leaf is not None])

    def outside(self, source: Source, binding: Binding) -> None:
        """An import of the standard library or of a package."""
        if binding.module == "__future__":
            return
        self.package(binding)
        identity = ("import", binding.full) if binding.name is not None or binding.renamed else ("import", binding.bound)
        self.collected.add(("import", source.path, binding.text), Unit("import", binding.text, source), (binding.bound,), identity)

    def package(self, binding: Binding) -> None:
        """Remember what must be installed."""
        full = binding.full if binding.name is not None else binding.module
        if kind_of(full) == "package":
            self.collected.requirements.setdefault(distribution(full), full)

    def airflow(self, source: Source, found: list[Binding], always: bool) -> None:
        """A name of Airflow: replaced by airgo's runtime, or a problem."""
        first = found[0]
        names = {replacement(one.module, one.name) if one.name is not None else module_replacement(one) for one in found}
        name = names.pop()
        if self.collected.airflow:
            self.installed(source, found, None if names else name)
            return
        if not names and name is not None and always:
            self.replace(source, name, first.bound)
            return
        words = f"the code uses {first.full}, which exists only where Airflow is installed"
        self.names.problem(rules.NEEDS_AIRFLOW, words, source, first.node)

    def installed(self, source: Source, found: list[Binding], name: str | None) -> None:
        """A name of Airflow where it is installed: imported as the code does it. `name`: what would stand in for it elsewhere."""
        if name is not None:
            self.collected.scope(source).installed[found[0].bound] = name
        if any(one.guarded for one in found):
            self.guarded(source, found[0].bound, found)
            return
        for binding in found:
            self.outside(source, binding)

    def replace(self, source: Source, name: str, bound: str) -> None:
        """Let the runtime define a name of Airflow."""
        self.collected.replaced[name] = None
        self.collected.scope(source).replaced[bound] = name
        self.collected.claim(source, bound, ("airflow", name))

    def project(self, source: Source, binding: Binding, user: cst.CSTNode) -> None:
        """A name from a module of the project: what it stands for is carried, under the name that is used here."""
        home = self.file_of(binding)
        if home is not None:
            self.collected.import_file(source, home, binding.text, binding.bound, binding.full)
            return
        origin = self.origin(source, binding)
        if origin is None:
            tree = self.collected.scope(source).objects.setdefault(binding.bound, {})
            self.collected.claim(source, binding.bound, ("module", binding.full, source.path))
            self.members(source, binding.bound, binding.full, user, tree)
            return
        target, name = origin
        self.collected.link(source, binding.bound, target, name)
        step = (source.path, f"import {binding.bound}")
        if step not in self.collected.done:  # a module may import a name from itself
            self.collected.done.add(step)
            self.names.need(target, name, user)

    def file_of(self, binding: Binding) -> Source | None:
        """The module that travels as a file and that an import leads to; None when it leads elsewhere."""
        sources = self.collected.sources
        target = (sources.find(binding.full) if binding.name is not None else None) or sources.find(binding.module)
        return target if target is not None and target.path in self.collected.files else None

    def origin(self, source: Source, binding: Binding) -> tuple[Source, str] | None:
        """The module and name that a `from` import leads to; None when it leads to a module."""
        sources = self.collected.sources
        value = source.namespace.get(binding.bound)
        known = sources.of_value(value)
        if known is not None and known[1]:
            return known
        if binding.name is None:
            return None
        target = sources.find(binding.module)
        if target is not None and (binding.name in target.bound or target.stars or not sources.is_package(binding.full)):
            if value is not None and binding.name not in target.namespace:
                target.namespace = {**target.namespace, binding.name: value}
            return target, binding.name
        return None

    def members(self, source: Source, name: str, module: str, user: cst.CSTNode, tree: Tree) -> None:
        """What is used of a module of the project that the code holds as an object."""
        chains = attribute_chains_in(user, name)
        if () in chains or name in source.touched:
            words = f"the module {module} is used as a value, so what it must hold is not known"
            self.names.problem(rules.NOT_CARRIED, words, source, user)
        for chain in chains:
            self.member(source, module, chain, user, tree)

    def member(self, source: Source, module: str, chain: tuple[str, ...], user: cst.CSTNode, tree: Tree) -> None:
        """One attribute of a module object, or a module below it."""
        if not chain:
            return
        target = self.collected.sources.find(module)
        below = f"{module}.{chain[0]}"
        if target is not None and chain[0] in target.bound:
            self.collected.depends(source, target)
            self.names.need(target, chain[0], user)
            tree[chain[0]] = Reference(target.path, chain[0])
        elif self.collected.sources.is_package(below):
            inner = tree.setdefault(chain[0], {})
            if isinstance(inner, dict):
                self.member(source, below, chain[1:], user, inner)
        else:
            self.names.problem(rules.UNDEFINED, f"{below} is not defined in the project", source, user)

    def star(self, source: Source, name: str, user: cst.CSTNode) -> bool:
        """A name that a star import may bind; True when one does."""
        for node in source.stars:
            module = absolute_module(node, source.package)
            target = self.collected.sources.find(module)
            if target is not None and target.path in self.collected.files and name in target.bound:
                self.collected.import_file(source, target, f"from {module} import {name}", name, f"{module}.{name}")
                return True
            if target is not None and (name in target.bound or target.stars):
                self.collected.link(source, name, target, name)
                self.names.need(target, name, user)
                return True
            value = source.namespace.get(name)
            if target is None and isinstance(value, Extern) and value.name == f"{module}.{name}":
                self.outside(source, Binding(name, module, name, False, node))
                return True
        return False

    def inside(self, source: Source, node: cst.CSTNode) -> None:
        """Imports in the bodies of functions, which run when the function does: their text stays as it is."""
        nested, guarded = imports_in(node)
        for statement in nested:
            for binding in bound_by(statement, source.package):
                self.inner(source, binding, node)
        for statement in guarded:
            for binding in bound_by(statement, source.package):
                self.package(binding)
                airflow = kind_of(binding.full) == "airflow" and not self.collected.airflow
                if airflow or self.in_project_by_path(binding):
                    words = f"whether {binding.full} can be imported decides what the code does"
                    self.names.problem(rules.NOT_CARRIED, words, source, statement)

    def inner(self, source: Source, binding: Binding, user: cst.CSTNode) -> None:
        """One import inside a function."""
        if self.in_project_by_path(binding):
            home = self.file_of(binding)
            if home is None:
                self.register(source, binding, user)
            else:
                self.collected.imported[home.path] = home
        elif kind_of(binding.full) != "airflow" or self.collected.airflow:
            self.package(binding)
        elif binding.name is not None and (found := replacement(binding.module, binding.name)):
            self.collected.replaced[found] = None
            self.collected.registered.setdefault(binding.module, {})[binding.name] = found
        else:
            words = f"the code imports {binding.full}, which exists only where Airflow is installed"
            self.names.problem(rules.NEEDS_AIRFLOW, words, source, user)

    def in_project_by_path(self, binding: Binding) -> bool:
        """Does an import lead to a file or folder of the project?"""
        sources = self.collected.sources
        if sources.find(binding.module) is not None or sources.is_package(binding.full):
            return True
        return binding.name is None and sources.is_package(binding.module)

    def register(self, source: Source, binding: Binding, user: cst.CSTNode) -> None:
        """Let the script register a module, so that an import inside a function finds it."""
        tree = self.collected.registered.setdefault(binding.module, {})
        if binding.name is not None:
            self.member(source, binding.module, (binding.name,), user, tree)
            if isinstance(tree.get(binding.name), dict):
                self.members(source, binding.bound, binding.full, user, tree[binding.name])  # type: ignore[arg-type]  # a module below
            return
        top, *below = binding.module.split(".")
        inner = self.collected.registered.setdefault(top, {})
        if not binding.renamed:
            self.members(source, top, top, user, inner)
            return
        for part in below:  # `import a.b as c` reads `b` of `a`
            found = inner.setdefault(part, {})
            inner = found if isinstance(found, dict) else {}
        self.members(source, binding.bound, binding.module, user, inner)


def module_replacement(binding: Binding) -> str | None:
    """What stands in for a module of Airflow that `import a.b as c` binds."""
    return replacement(binding.module.rpartition(".")[0], binding.module.rpartition(".")[2]) if binding.renamed else None


@lru_cache(maxsize=10_000)
def attribute_chains_in(node: cst.CSTNode, name: str) -> tuple[tuple[str, ...], ...]:
    """Every attribute path that `node` reads from `name`, each once."""
    return tuple(dict.fromkeys(attribute_chains(node, name)))


def attribute_chains(node: cst.CSTNode, name: str) -> Iterator[tuple[str, ...]]:
    """Every attribute path that `node` reads from `name`, longest first; an empty one where the name stands alone."""
    if isinstance(node, cst.Attribute):
        text = dotted_name(node)
        if text is not None:
            if text.partition(".")[0] == name:
                yield tuple(text.split(".")[1:])
            return
        yield from attribute_chains(node.value, name)
        return
    if isinstance(node, cst.Name):
        if node.value == name:
            yield ()
        return
    if isinstance(node, cst.Arg):
        yield from attribute_chains(node.value, name)
        return
    if isinstance(node, cst.Import | cst.ImportFrom):
        return
    if isinstance(node, cst.Param):
        yield from attribute_chains(node.default, name) if node.default is not None else ()
        return
    for child in parts(node):
        yield from attribute_chains(child, name)


@lru_cache(maxsize=10_000)
def imports_in(node: cst.CSTNode) -> tuple[tuple[cst.Import | cst.ImportFrom, ...], tuple[cst.Import | cst.ImportFrom, ...]]:
    """The import statements of a node: those inside functions, and those outside."""
    return tuple(nested_imports(node, False)), tuple(guarded_imports(node))


def guarded_imports(node: cst.CSTNode) -> Iterator[cst.Import | cst.ImportFrom]:
    """Import statements of an `if` or `try` outside of functions."""
    if isinstance(node, cst.Import | cst.ImportFrom):
        yield node
    for child in () if isinstance(node, cst.FunctionDef | cst.ClassDef) else parts(node):
        yield from guarded_imports(child)


def nested_imports(node: cst.CSTNode, within: bool) -> Iterator[cst.Import | cst.ImportFrom]:
    """Import statements inside the functions of a node."""
    if isinstance(node, cst.Import | cst.ImportFrom) and within:
        yield node
    for child in parts(node):
        yield from nested_imports(child, within or isinstance(node, cst.FunctionDef))
