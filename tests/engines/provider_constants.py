"""Reads from the sources of Airflow's providers the constants that DAG files name: of modules, of classes, members of enumerations.

    python tests/engines/provider_constants.py FOLDER ... [--line-2 FOLDER ...] > airgo/data/constants.tsv

The folders are those of handed_on.py, which this uses. A line has the dotted name, the value as JSON, and `enum` for a member of an
enumeration, or `class` for a class of constants that a module has from another one (the value is then its name there). What differs
between the two lines of Airflow is left out.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.engines.handed_on import UNKNOWN, Module, Source, Sources, plain

LONGEST = 200
"""Characters of a value: longer ones are texts of the provider's own."""
PARTS = frozenset({"hooks", "operators", "sensors", "transfers", "utils"})
"""Parts of a module's name, one of which it has when authors import from it."""
INTERNAL = frozenset({"executors", "auth_manager", "cli", "plugins"})


def own(module: Module) -> Iterator[tuple[str, object, str]]:
    """The constants of one module: name, value, kind."""
    for name, value in module.constants.items():
        if name.isupper() and not name.startswith("_"):
            yield f"{module.name}.{name}", value, "constant"
    for source in module.classes.values():
        yield from members(source, source.name)


def members(source: Source, owner: str) -> Iterator[tuple[str, object, str]]:
    """The constants of a class's body and of the classes in it."""
    kind = "enum" if any(ast.unparse(base).endswith("Enum") for base in source.node.bases) else "constant"
    for node in source.node.body:
        if isinstance(node, ast.ClassDef):
            yield from members(Source(f"{owner}.{node.name}", node, source.module), f"{owner}.{node.name}")
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, plain(node.value)
            if value is not UNKNOWN and not name.startswith("_") and (kind == "enum" or name[:1].isupper()):
                yield f"{owner}.{name}", value, kind


def table(sources: Sources) -> dict[str, tuple[object, str]]:
    """All constants below some folders."""
    found = {}
    for name in sorted(sources.files):
        parts = name.split(".")
        named = name.startswith("airflow.providers.") and not PARTS.isdisjoint(parts) and INTERNAL.isdisjoint(parts)
        if named and (module := sources.module(name)) is not None:
            for full, value, kind in (*own(module), *imported(sources, module)):
                if value is not None and len(json.dumps(value)) <= LONGEST:
                    found[full] = value, kind
    return found


def imported(sources: Sources, module: Module) -> Iterator[tuple[str, object, str]]:
    """The classes of constants that a module has from others."""
    for name, origin in module.imports.items():
        source = sources.find(origin) if origin.startswith("airflow.providers.") else None
        if source is not None and any(True for _ in members(source, source.name)):
            yield f"{module.name}.{name}", source.name, "class"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--line-2", nargs="+", type=Path, default=[])
    options = parser.parse_args()
    now, then = table(Sources(options.folders)), table(Sources(options.line_2))
    for name, (value, kind) in sorted((then | now).items()):
        if then.get(name, (value, kind)) == (value, kind):
            print(name, json.dumps(value), *([] if kind == "constant" else [kind]), sep="\t")


if __name__ == "__main__":
    main()
