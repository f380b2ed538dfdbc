"""Modules of the project as a slicer sees them: which statement binds a name, which touch it, and where imports lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

import libcst as cst

from airgo.callables.names import bindings, dotted_name, first_name, parts
from airgo.discovery import ProjectFiles, Refused
from airgo.evaluate.objects import Class, Function
from airgo.evaluate.objects import Module as EvaluatedModule
from airgo.evaluate.parsing import ParsedFile, parse
from airgo.source import Locator, Span
from airgo.values import CodeRef

COMPOUND = (cst.If, cst.Try, cst.TryStar, cst.With, cst.For, cst.While, cst.Match)


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A statement outside of functions, its number in the file, and the compound statements around it, outermost first."""

    statement: cst.CSTNode
    order: int
    around: tuple[cst.CSTNode, ...] = ()


@dataclass(slots=True, eq=False)
class Index:
    """What the statements of a module bind and touch, its star imports, and whether it postpones annotations."""

    bound: dict[str, list[Leaf]] = field(default_factory=dict)
    touched: dict[str, list[Leaf]] = field(default_factory=dict)
    stars: list[cst.ImportFrom] = field(default_factory=list)
    postponed: bool = False

    def add(self, leaf: Leaf) -> None:
        """Take a statement in."""
        for name in header_bindings(leaf.statement):
            known = self.bound.setdefault(name, [])
            if not known or known[-1] is not leaf:
                known.append(leaf)
        for name in touches(leaf.statement):
            self.touched.setdefault(name, []).append(leaf)
        for small in small_statements(leaf.statement):
            if isinstance(small, cst.ImportFrom) and isinstance(small.names, cst.ImportStar):
                self.stars.append(small)
            if isinstance(small, cst.ImportFrom) and dotted_name(small.module) == "__future__":
                self.postponed = True


@lru_cache(maxsize=1_000)
def index(tree: cst.Module) -> Index:
    """The index of a module: all its tasks share it."""
    found = Index()
    for order, (leaf, around) in enumerate(leaves(tree.body, ())):
        found.add(Leaf(leaf, order, around))
    return found


@lru_cache(maxsize=1_000)
def parsed(path: str, text: str) -> ParsedFile:
    """A file of the project, parsed once. Raises libcst.ParserSyntaxError."""
    return parse(path, text)


@dataclass(slots=True, eq=False)
class Source:
    """One module: its tree, and what evaluation found its names to be (empty when it was not evaluated)."""

    name: str
    path: str
    tree: cst.Module
    locator: Locator
    namespace: Mapping[str, object] = field(default_factory=dict)

    @property
    def bound(self) -> Mapping[str, list[Leaf]]:
        """The statements that bind each name."""
        return index(self.tree).bound

    @property
    def touched(self) -> Mapping[str, list[Leaf]]:
        """The statements that may change what a name stands for."""
        return index(self.tree).touched

    @property
    def stars(self) -> list[cst.ImportFrom]:
        """The star imports."""
        return index(self.tree).stars

    @property
    def postponed(self) -> bool:
        """Does the module postpone annotations?"""
        return index(self.tree).postponed

    @property
    def package(self) -> str:
        """The package that relative imports count from."""
        if PurePosixPath(self.path).name == "__init__.py":
            return self.name
        return self.name.rpartition(".")[0]

    def span(self, node: object) -> Span:
        """Where a node of this module stands."""
        return self.locator.span_of(node)

    def leaf_of(self, node: object) -> Leaf | None:
        """The statement that is `node`, if it stands outside of functions."""
        return next((leaf for known in self.bound.values() for leaf in known if leaf.statement is node), None)


def leaves(body: object, around: tuple[cst.CSTNode, ...]) -> Iterator[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]]:
    """Every statement of a block and of the compound statements in it, with what stands around it; functions are not entered."""
    for statement in body if isinstance(body, list | tuple) else ():
        yield statement, around
        if isinstance(statement, COMPOUND):
            for block in blocks(statement):
                yield from leaves(block.body, (*around, statement))


def blocks(statement: cst.CSTNode) -> Iterator[cst.BaseSuite]:
    """The blocks of a compound statement, `elif` and `else` included."""
    for child in parts(statement):
        if isinstance(child, cst.IndentedBlock | cst.SimpleStatementSuite):
            yield child
        elif isinstance(child, cst.If | cst.Else | cst.Finally | cst.ExceptHandler | cst.ExceptStarHandler | cst.MatchCase):
            yield from blocks(child)


def header_bindings(statement: cst.CSTNode) -> Iterator[str]:
    """The names that a statement binds itself, those of statements in its blocks left out."""
    if not isinstance(statement, COMPOUND):
        yield from bindings(statement)
        return
    for child in parts(statement):
        if isinstance(child, cst.WithItem):
            yield from bindings(child)
    if isinstance(statement, cst.For):
        yield from bindings(statement.with_changes(body=cst.IndentedBlock([]), orelse=None))


def small_statements(statement: cst.CSTNode) -> Iterator[cst.BaseSmallStatement]:
    """The simple statements on one line."""
    if isinstance(statement, cst.SimpleStatementLine | cst.SimpleStatementSuite):
        yield from statement.body


def touches(statement: cst.CSTNode) -> Iterator[str]:
    """Names whose objects a simple statement may change without binding them: `x[k] = v`, `x.a += 1`, `del x[k]`, `x.update(...)`."""
    for small in small_statements(statement):
        if isinstance(small, cst.Assign):
            roots: list[cst.CSTNode] = [target.target for target in small.targets]
        elif isinstance(small, cst.AugAssign | cst.AnnAssign | cst.Del):
            roots = [small.target]
        elif isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
            roots = [small.value.func]
        else:
            continue
        for root in roots:
            if isinstance(root, cst.Attribute | cst.Subscript):
                yield root_name(root)


def root_name(node: cst.CSTNode) -> str:
    """The name at the left end of attributes, subscripts and calls; empty when there is none."""
    while isinstance(node, cst.Attribute | cst.Subscript | cst.Call):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.value if isinstance(node, cst.Name) else ""


@dataclass(slots=True)
class Sources:
    """The modules of the project that a slice meets, each read once."""

    files: ProjectFiles | None
    _by_path: dict[str, Source] = field(default_factory=dict)

    def of_code(self, code: CodeRef) -> Source:
        """The module that a callable stands in."""
        assert isinstance(code.tree, cst.Module)
        self._meet(code.globals)
        return self._keep(Source(code.module, code.path, code.tree, code.place.locator, code.globals))

    def _meet(self, namespace: Mapping[str, object]) -> None:
        """Know every module that evaluation ran and that can be reached from here: its tree is parsed, and its names have values."""
        waiting = [namespace]
        while waiting:
            for value in waiting.pop().values():
                module = value if isinstance(value, EvaluatedModule) else getattr(value, "module", None)
                if isinstance(module, EvaluatedModule) and module.file.path not in self._by_path:
                    self.of_evaluated(module)
                    waiting.append(module.namespace)

    def at(self, file: ParsedFile) -> Source:
        """The module of a file."""
        known = self._by_path.get(file.path)
        name = file.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return known if known is not None else self._keep(Source(name, file.path, file.tree, file))

    def of_evaluated(self, module: EvaluatedModule) -> Source:
        """A module that the evaluator has run."""
        return self._keep(Source(module.name, module.file.path, module.file.tree, module.file, module.namespace))

    def of_value(self, value: object) -> tuple[Source, str] | None:
        """The module and name that a project function, class or module comes from; None for any other value. The name of a module is ""."""
        if isinstance(value, EvaluatedModule):
            return self.of_evaluated(value), ""
        if isinstance(value, Function | Class) and "." not in value.qualified_name:
            return self.of_evaluated(value.module), value.name
        return None

    def _keep(self, source: Source) -> Source:
        known = self._by_path.get(source.path)
        if known is None or (source.namespace and not known.namespace):
            self._by_path[source.path] = source
            return source
        return known

    def find(self, name: str) -> Source | None:
        """A module of the project by its dotted name, from the import roots; None when it is not the project's (or cannot be read)."""
        path = self.path_of(name)
        if path is None or self.files is None:
            return None
        if path in self._by_path:
            return self._by_path[path]
        try:
            file = parsed(path, self.files.read(path))
        except (Refused, cst.ParserSyntaxError):
            return None
        return self._keep(Source(name, path, file.tree, file))

    def is_package(self, name: str) -> bool:
        """Is this dotted name a module, package or namespace folder of the project?"""
        if self.files is None or not name:
            return False
        folder = name.replace(".", "/")
        return self.path_of(name) is not None or any(self.files.is_dir(f"{root}/{folder}".lstrip("/")) for root in self.files.source_roots)

    def path_of(self, name: str) -> str | None:
        """The file of a module of the project by its dotted name; None when it has none."""
        if self.files is None or not name:
            return None
        stem = name.replace(".", "/")
        for root in self.files.source_roots:
            for candidate in (f"{root}/{stem}/__init__.py", f"{root}/{stem}.py"):
                if self.files.is_file(candidate.lstrip("/")):
                    return candidate.lstrip("/")
        return None


def absolute_module(node: cst.ImportFrom, package: str) -> str:
    """The dotted name of the module that `from … import` names, relative dots resolved."""
    written = dotted_name(node.module) or ""
    if not node.relative:
        return written
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - len(node.relative) + 1]
    return ".".join((*parts, written) if written else parts)


__all__ = ["Leaf", "Source", "Sources", "absolute_module", "blocks", "first_name", "leaves", "root_name", "small_statements"]
