"""The script of a Python task: imports, the user's code, and the few lines that call it and hand on what it returns."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from airgo import __version__
from airgo.callables.script import POSTPONED
from airgo.callables.slicing import Slice

FOLDER = "/tmp/airgo"
WIDTH = 100
GLUE_MODULES = ("json", "logging", "os", "subprocess", "sys", "time")


@dataclass(slots=True)
class Script:
    """A script being written. `runtime` names files of `airgo.runtime` that it embeds; `lines` are the glue at its end."""

    code: Slice
    lines: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    runtime: dict[str, None] = field(default_factory=dict)

    def clashes(self) -> set[str]:
        """Names that both the user's code and the glue or the runtime define, and not by the same import."""
        ours = {f"import {module}": module for module in self.modules}
        for file in self.embedded():
            ours |= bindings_of(runtime_text(file))
        same = {name for line, name in ours.items() if line in self.code.imports}
        return (set(self.code.names) - same - set(self.code.replaced)) & set(ours.values())

    def embedded(self) -> list[str]:
        """The runtime files, each after those that it uses."""
        found: dict[str, None] = {}
        for file in sorted(self.runtime):
            found |= dict.fromkeys([*needed(file), file])
        return list(found)

    def text(self) -> str:
        """The whole script."""
        imports = sorted({f"import {module}" for module in self.modules} - set(self.code.imports))
        head = [*([POSTPONED] if self.code.postponed else []), *imports, *self.code.imports]
        embedded = [f"# airgo {__version__}: runtime/{file}.py\n{runtime_text(file)}" for file in self.embedded()]
        parts = ["\n".join(head) + "\n" if head else "", *embedded, self.code.body, "\n".join(self.lines) + "\n"]
        return "\n\n".join(part for part in parts if part)


def call(function: str, arguments: Sequence[str], target: str = "") -> str:
    """A call, on one line if it fits."""
    line = f"{target}{function}({', '.join(arguments)})"
    if len(line) <= WIDTH or not arguments:
        return line
    return f"{target}{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


@cache
def runtime_text(file: str) -> str:
    """The text of a runtime file, which travels unchanged but for its imports of others: they stand above it in the script."""
    lines = whole_text(file).splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(OTHERS))
    return kept.replace("\n\n\n\n", "\n\n\n")


def needed(file: str) -> list[str]:
    """The runtime files that one uses, in the order in which they can stand."""
    direct = [line.split()[1].removeprefix("airgo.runtime.") for line in whole_text(file).splitlines() if line.startswith(OTHERS)]
    return [one for other in direct for one in (*needed(other), other)]


OTHERS = "from airgo.runtime."


def whole_text(file: str) -> str:
    """The text of a runtime file."""
    return (files("airgo") / "runtime" / f"{file}.py").read_text(encoding="utf-8")


def bindings_of(text: str) -> dict[str, str]:
    """What a file of ours binds at its top level: imports as lines of one name each, else the name itself, and the name."""
    found: dict[str, str] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found[statement.name] = statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            head = f"from {statement.module} import" if isinstance(statement, ast.ImportFrom) else "import"
            for alias in statement.names:
                words = f"{head} {alias.name}"
                found[f"{words} as {alias.asname}" if alias.asname else words] = alias.asname or alias.name
        else:
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            found |= {target.id: target.id for target in targets if isinstance(target, ast.Name)}
    return found
