"""The script of a Python task: imports, the user's code, and the few lines that call it and hand on what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
        """Names that both the user's code and the glue or the runtime define."""
        own = set(self.code.names) - {line.removeprefix("import ") for line in self.code.imports} - set(self.code.replaced)
        return own & (self.modules | {name for file in self.runtime for name in names_in(runtime_text(file))})

    def text(self) -> str:
        """The whole script."""
        imports = sorted({f"import {module}" for module in self.modules} - set(self.code.imports))
        head = [*([POSTPONED] if self.code.postponed else []), *imports, *self.code.imports]
        embedded = [f"# airgo {__version__}: runtime/{file}.py\n{runtime_text(file)}" for file in sorted(self.runtime)]
        parts = ["\n".join(head) + "\n" if head else "", *embedded, self.code.body, "\n".join(self.lines) + "\n"]
        return "\n\n".join(part for part in parts if part)


def call(function: str, arguments: Sequence[str], target: str = "") -> str:
    """A call, on one line if it fits."""
    line = f"{target}{function}({', '.join(arguments)})"
    if len(line) <= WIDTH or not arguments:
        return line
    return f"{target}{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def runtime_text(file: str) -> str:
    """The text of a runtime file, which travels unchanged."""
    return (files("airgo") / "runtime" / f"{file}.py").read_text(encoding="utf-8")


def names_in(text: str) -> Iterable[str]:
    """The names that a file of ours binds at its top level."""
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
