"""Callables cut out of small sources, and scripts run by a plain interpreter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
import pytest

from airgo import ir
from airgo.argo.text import Input, Text
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.evaluate.parsing import parse
from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft
from airgo.lower.strategies import STRATEGIES
from airgo.lower.strategies import python as python_strategies
from airgo.source import Place
from airgo.values import CodeRef

FILES = ProjectFiles(Path("/nowhere"))


def code(text: str, name: str = "task", path: str = "dags/x.py", **more: object) -> CodeRef:
    """A function, class, or the first lambda ("<lambda>") of a source text as a value."""
    parsed = parse(path, text)
    kinds = (cst.Lambda,) if name == "<lambda>" else (cst.FunctionDef, cst.ClassDef)
    last = name.rpartition(".")[2]
    node = next(one for one in every(parsed.tree) if isinstance(one, kinds) and (name == "<lambda>" or one.name.value == last))
    return CodeRef("x", path, name, node, parsed.tree, Place(parsed, node), **more)  # type: ignore[arg-type]


def every(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from every(child)


@dataclass
class Ran:
    """What a script did: its output, its exit code, and the files it wrote for Argo."""

    output: str
    errors: str
    status: int
    files: dict[str, str]

    def value(self, name: str = "return-value") -> object:
        """A file's JSON value."""
        return json.loads(self.files[name])


@dataclass
class Made:
    """A template made by a strategy from one task."""

    template: TemplateDraft
    draft: WorkflowDraft
    folder: Path

    def body(self, *read: str) -> dict[str, object]:
        """The template's body when these outputs are read."""
        assert self.template.finish is not None
        return self.template.finish(frozenset(read))

    def source(self, *read: str) -> str:
        """The script when these outputs are read."""
        script = self.body(*read)["script"]
        assert isinstance(script, dict)
        return str(script["source"])

    def run(self, *read: str, holes: Mapping[object, str] | None = None, env: Mapping[str, str] | None = None) -> Ran:
        """Run the script as its container would; `holes` fills what other tasks give."""
        script = self.body(*read)["script"]
        assert isinstance(script, dict)
        given = {entry["name"]: self.fill(entry["value"], holes or {}) for entry in script.get("env", []) if "value" in entry}
        return run(str(script["source"]), {**given, **(env or {})}, self.folder)

    def fill(self, leaf: object, holes: Mapping[object, str]) -> str:
        """A leaf's text with its holes filled."""
        if not isinstance(leaf, Text):
            return str(leaf)
        parts = []
        for part in leaf.parts:
            if isinstance(part, Input):
                parts.append(self.fill(self.template.arguments[part.name], holes))
            else:
                parts.append(part if isinstance(part, str) else holes[part])
        return "".join(parts)


def run(source: str, env: Mapping[str, str], folder: Path) -> Ran:
    """Compile a script and run it by itself, with its files below `folder` in place of /tmp/airgo."""
    compile(source, "script", "exec")
    target = folder / "airgo"
    shutil.rmtree(target, ignore_errors=True)
    path = folder / "script.py"
    path.write_text(source.replace("/tmp/airgo", str(target)))
    clean = {"PATH": os.environ["PATH"], **env}
    done = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, env=clean, check=False, timeout=30)
    files = {file.name: file.read_text() for file in target.iterdir()} if target.is_dir() else {}
    return Ran(done.stdout, done.stderr, done.returncode, files)


@dataclass
class Maker:
    """Makes templates of tasks in a DAG of their own."""

    folder: Path
    collector: Collector = field(default_factory=Collector)

    def __call__(
        self,
        target: object,
        *,
        strategy: str = "python",
        options: Mapping[str, object] | None = None,
        lowered: Mapping[str, object] | None = None,
        params: tuple[ir.Param, ...] = (),
        expand: ir.Expand | None = None,
        others: tuple[ir.Task, ...] = (),
        **arguments: object,
    ) -> Made:
        span = target.place.span if isinstance(target, CodeRef) else ir.Span("dags/x.py", 1, 1, 1, 1)
        given = {"python_callable": target, **arguments}
        written = {name: ir.Argument(value, span) for name, value in given.items()}
        task = ir.Task("t", "x.Python", "x.Python", span, written, written, expand=expand)
        schedule = ir.Schedule("cron", crons=("0 0 * * *",), timezone="UTC", interval=True)
        dag = ir.Dag("d", "dags/x.py", span, "2", schedule, (task, *others), params=params)
        draft = WorkflowDraft(dag, Config(), None, FILES, self.collector, name="d")  # type: ignore[arg-type]
        node = Node(task, "t")
        draft.nodes["t"] = node
        assert python_strategies
        return Made(STRATEGIES[strategy](node, {**given, **(lowered or {})}, options or {}, draft), draft, self.folder)


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Makes the template of one Python task."""
    return Maker(tmp_path)


@pytest.fixture
def cut() -> Callable[..., CodeRef]:
    """Takes a callable out of a source text."""
    return code
