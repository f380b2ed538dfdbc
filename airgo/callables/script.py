"""The pieces of a slice in the order in which Python can run them: imports, modules by dependency, statements by line."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from itertools import groupby

from airgo.callables.collecting import Collected, Tree, Unit
from airgo.callables.literals import DATETIME_MODULE
from airgo.callables.modules import Source

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


def assemble(collected: Collected) -> Text:
    """Put the pieces in order."""
    imports = [unit.text for unit in collected.units.values() if unit.kind == "import"]
    parts: list[str] = []
    for source in in_order(collected):
        mine = [unit for unit in collected.units.values() if unit.kind == "code" and unit.source is not None]
        units = sorted((unit for unit in mine if unit.source is not None and unit.source.path == source.path), key=place)
        parts.extend(paragraphs(units, source))
    names = [f"{alias} = {name}" for alias, name in collected.aliases.items()]
    objects = [f"{name} = {namespace(tree)}" for name, tree in collected.objects.items()]
    registered = [f'sys.modules["{name}"] = {namespace(tree)}' for name, tree in sorted(collected.registered.items())]
    if objects or registered:
        imports.append("from types import SimpleNamespace")
    if registered:
        imports.append("import sys")
    main = parts.pop() if parts and (names or objects or registered) and len(parts) > 1 else None
    links = [line + "\n" for line in (*names, *objects, *registered)]
    body = "\n\n".join([*parts, *(["".join(links)] if links else []), *([main] if main is not None else [])])
    if f"{DATETIME_MODULE}." in body:
        imports.append(f"import datetime as {DATETIME_MODULE}")
    return Text(tuple(dict.fromkeys(imports)), body, postponed(collected))


def place(unit: Unit) -> tuple[tuple[int, int], int]:
    """Where a piece stands in its module."""
    return unit.order, unit.line


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

    every = {unit.source.path: unit.source for unit in collected.units.values() if unit.source is not None}
    for source in every.values():
        if collected.main is None or source.path != collected.main.path:
            visit(source)
    if collected.main is not None:
        visit(collected.main)
        ordered[collected.main.path] = ordered.pop(collected.main.path)
    return list(ordered.values())


def paragraphs(units: list[Unit], source: Source) -> list[str]:
    """Statements with a comment that says where they are from; definitions stand apart, neighbouring plain statements together."""
    texts: list[str] = []
    for _, group in groupby(enumerate(units), key=lambda item: (item[1].order[0] - item[0], definition(item[1]) and item[0])):
        members = [unit for _, unit in group]
        origin = f"# {source.path}:{members[0].line}\n" if members[0].line else ""
        texts.append(origin + "".join(unit.text if unit.text.endswith("\n") else unit.text + "\n" for unit in members))
    return texts


def definition(unit: Unit) -> bool:
    """Is it a function or class (or anything else that stands in a block)?"""
    lines = [line for line in unit.text.splitlines() if not line.startswith("#")]
    return bool(lines) and lines[0].startswith(("def ", "class ", "async ", "@", "if ", "try:"))


def namespace(tree: Tree) -> str:
    """A module of the project as an object with the attributes that are used."""
    items = [f"{name}={namespace(item) if isinstance(item, dict) else item}" for name, item in tree.items()]
    return f"SimpleNamespace({', '.join(items)})"


def postponed(collected: Collected) -> bool:
    """Must annotations stay unevaluated? Only where they name something that the script does not have."""
    if any(unit.source is not None and unit.source.postponed for unit in collected.units.values()):
        return True
    return any(name not in collected.owners and not hasattr(builtins, name) for _, name in collected.annotations)
