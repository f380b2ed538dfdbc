"""The pieces of a slice in the order in which Python can run them: imports, modules by dependency, statements by line."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import libcst as cst

from airgo.callables.closure import LAST
from airgo.callables.collecting import Collected, Tree, Unit
from airgo.callables.layout import Layout
from airgo.callables.literals import modules_of
from airgo.callables.modules import Source

ROOT = re.compile(r"\W")
POSTPONED = "from __future__ import annotations"


@dataclass(frozen=True, slots=True)
class Text:
    """A slice as text. `body` has no import lines; `postponed`: its annotations must not be evaluated."""

    imports: tuple[str, ...]
    body: str
    postponed: bool

    @property
    def source(self) -> str:
        """Everything."""
        head = [POSTPONED] if self.postponed else []
        return "\n".join([*head, *self.imports]) + ("\n\n\n" if head or self.imports else "") + self.body


def assemble(collected: Collected, placed: Layout) -> Text:
    """Put the pieces in order. References from outside (`placed.expression`) must have been asked for before."""
    trees = sorted(collected.registered.items())
    beside = any(unit.kind == "file" for unit in collected.units.values())
    early = [entry for entry in trees if beside and all(isinstance(item, str) for item in entry[1].values())]
    registered = [registration(name, tree, placed) for name, tree in trees if (name, tree) not in early]
    links = {source.path: placed.links(source) for source in placed.order}
    imports: list[str] = ["import sys"] if trees else []
    sections = ["".join(registration(name, tree, placed) for name, tree in early)] if early else []
    seen: set[str] = set()
    for part in parts_of(collected, placed):
        source = part.source
        units = [unit for unit in collected.units.values() if unit.source.path == source.path]
        code = sorted((unit for unit in units if unit.kind == "code"), key=place)
        lines = [unit.text for unit in units if unit.kind == "import"]
        files = [unit.text for unit in units if unit.kind == "file"]
        if source.path in placed.wrapped:
            sections.append(wrapped(source, [*lines, *files, *links[source.path]], code, placed))
            continue
        if files:
            sections.append("".join(f"{line}\n" for line in files))
        imports += lines
        linked = [line for line in links[source.path] if part.holds_link(line)]
        if linked:
            sections.append("".join(f"{line}\n" for line in linked))
        sections += paragraphs([unit for unit in code if unit.text not in seen and part.holds(unit)], source)
        seen.update(unit.text for unit in code if part.holds(unit))
    if registered:
        sections.append("".join(registered))
    body = "\n\n".join(dict.fromkeys(sections))
    if "SimpleNamespace(" in body:
        imports.append("from types import SimpleNamespace")
    imports += [f"import {module}" for module in modules_of(body)]
    return Text(tuple(dict.fromkeys(imports)), body, postponed(collected))


@dataclass(frozen=True, slots=True)
class Part:
    """A module, or one half of the callable's own: `below` all its statements, or above; `later`: names that modules between them give."""

    source: Source
    below: bool | None = None
    later: frozenset[str] = frozenset()

    def holds(self, unit: Unit) -> bool:
        """Does a piece of the module stand here?"""
        return self.below is None or self.below == (unit.order[0] >= LAST)

    def holds_link(self, line: str) -> bool:
        """Does a line that gives a name for another module's stand here?"""
        given = ROOT.split(line.partition(" = ")[2], maxsplit=1)[0]
        return self.below is None or self.below == (given in self.later)


def parts_of(collected: Collected, placed: Layout) -> list[Part]:
    """The modules in order. A function that was given values of a module which needs the function's own module in turn (a decorator
    in another file) stands below both, and what its own module defines above them.
    """
    main = collected.main
    late = [source for source in placed.order if main is not None and source.path != main.path and needs(source, main, collected)]
    if main is None or not late or main.path in placed.wrapped:
        return [Part(source) for source in placed.order]
    others = [source for source in placed.order if source not in late and source.path != main.path]
    later = {placed.wrapped[source.path] for source in late if source.path in placed.wrapped}
    later |= {name for source in late if source.path in collected.scopes for name in collected.scopes[source.path].names}
    between = [Part(source) for source in late]
    return [*map(Part, others), Part(main, False, frozenset(later)), *between, Part(main, True, frozenset(later))]


def needs(source: Source, other: Source, collected: Collected) -> bool:
    """Does a module use names of another, if only through others?"""
    seen: set[str] = set()
    stack = [source.path]
    while stack:
        path = stack.pop()
        if path not in seen:
            seen.add(path)
            stack += collected.edges.get(path, {})
    return other.path in seen


def registration(name: str, tree: Tree, placed: Layout) -> str:
    """The line that lets an import of a module find what the script has of it."""
    return f'sys.modules["{name}"] = {placed.namespace(tree)}\n'


def place(unit: Unit) -> tuple[tuple[int, int], int]:
    """Where a piece stands in its module."""
    return unit.order, unit.line


def paragraphs(units: list[Unit], source: Source) -> list[str]:
    """Statements with a comment that says where they are from; definitions stand apart, neighbouring plain statements together."""
    texts: list[str] = []
    for _, group in groupby(enumerate(units), key=lambda item: (item[1].order[0] - item[0], definition(item[1]) and item[0])):
        members = [unit for _, unit in group]
        origin = f"# {source.path}:{members[0].line}\n" if members[0].line else ""
        texts.append(origin + "".join(ended(unit.text) for unit in members))
    return texts


def ended(text: str) -> str:
    """Text that ends its line."""
    return text if text.endswith("\n") else text + "\n"


def definition(unit: Unit) -> bool:
    """Is it a function or class, or anything else that has a block?"""
    lines = [line for line in unit.text.splitlines() if not line.startswith("#")]
    return bool(lines) and lines[0].startswith(("def ", "class ", "async ", "@", "if ", "try:"))


def wrapped(source: Source, head: list[str], units: list[Unit], placed: Layout) -> str:
    """A module inside a function, which gives an object with the names that others use."""
    name = placed.wrapped[source.path]
    exports = ", ".join(f"{export}={export}" for export in placed.exported.get(source.path, {}))
    text = "".join(ended(line) for line in [*head, *(unit.text for unit in units), f"return SimpleNamespace({exports})"])
    return f"# {source.path}\n{function_of(name, text)}\n\n{name} = {name}()\n"


@lru_cache(maxsize=1_000)
def function_of(name: str, text: str) -> str:
    """Statements as the body of a function: many tasks of a DAG need the same modules, and parsing them is what a slice costs."""
    statements = cst.parse_module(text).body
    function = cst.FunctionDef(cst.Name(name), cst.Parameters(), cst.IndentedBlock(list(statements)))
    return cst.Module([function]).code


def postponed(collected: Collected) -> bool:
    """Must annotations stay unevaluated? Only where they name something that the script does not have."""
    if any(unit.source.postponed for unit in collected.units.values()):
        return True
    return any(
        not hasattr(builtins, name) and (path not in collected.scopes or name not in collected.scopes[path].names)
        for path, name in collected.annotations
    )
