"""Reads the Markdown tests of the evaluator, runs their programs, and compares what they reveal and report with what they say.

A file has sections (`## what is guaranteed`); a section has code blocks. A `py` block is the DAG file, one with `path=x.py` another file
of the project, a `toml` block the variables, env and connections of airgo.toml. A line `reveal(x)  # => text` says what x is,
`# error: AG101` (or warning, note) that the line has this diagnostic; several codes are separated by commas, several values of one
`reveal` by ` | `. A diagnostic that no line announces fails the test.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.evaluate import models
from airgo.evaluate.machine import Evaluation, evaluate_file
from airgo.evaluate.objects import Bound, Call, Class, Function, Instance, Modelled, Module, Native, Partial, Property
from airgo.values import Choice, CodeRef, Extern, ExternCall, Operation, Symbol, Template, Unknown, XComRef

FENCE = re.compile(r"^```(\w+)(?: path=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REVEAL = re.compile(r"#\s*=>\s*(?P<text>.*?)\s*(?:#\s*(?:error|warning|note):.*)?$")
FINDING = re.compile(r"#\s*(?P<severity>error|warning|note):\s*(?P<codes>AG\d+(?:\s*,\s*AG\d+)*)")
MAIN = "main.py"


@dataclass(slots=True)
class Section:
    """One `##` section: a small project. `files` are texts by path below dags/."""

    document: Path
    title: str
    body: str
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)


def sections(document: Path) -> list[Section]:
    """The sections of a Markdown file that hold code."""
    found = []
    for part in re.split(r"^## ", document.read_text(), flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        section = Section(document, title.strip(), body)
        for language, path, text in FENCE.findall(body):
            if language == "py":
                section.files[path or MAIN] = text
            elif language == "toml":
                section.settings = tomllib.loads(text)
            else:
                section.files[path] = text
        if MAIN in section.files:
            found.append(section)
    return found


@dataclass(slots=True)
class Outcome:
    """What a section's program revealed and reported, by file and line."""

    revealed: dict[tuple[str, int], list[str]]
    reported: dict[tuple[str, int], list[str]]
    evaluation: Evaluation


def run(section: Section, folder: Path) -> Outcome:
    """Write the section's files below `folder` and evaluate its DAG file."""
    for path, text in section.files.items():
        target = folder / ("dags" if not path.startswith("/") else ".") / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    revealed: dict[tuple[str, int], list[str]] = defaultdict(list)

    def reveal(call: Call) -> object:
        span = call.place.span
        revealed[span.path.removeprefix("dags/"), span.line].append(show(call.args[0]))
        return call.args[0]

    models.load_library()
    models.MODELS["builtins.reveal"] = reveal
    try:
        collector = Collector()
        config = Config(**section.settings)  # type: ignore[arg-type]  # a test's own settings
        evaluation = evaluate_file(ProjectFiles(folder.resolve(), ("dags", "plugins")), f"dags/{MAIN}", config, collector, strict=True)
    finally:
        del models.MODELS["builtins.reveal"]
    reported: dict[tuple[str, int], list[str]] = defaultdict(list)
    for found in collector.sorted():
        reported[found.span.path.removeprefix("dags/"), found.span.line].append(f"{found.severity}: {found.code}")
    return Outcome(revealed, reported, evaluation)


def show(value: object) -> str:
    """A value in the notation of the tests."""
    for kind, words in SHOWN.items():
        if isinstance(value, kind):
            return words(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(show, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(show, value))) + "}" if value else "set()"
    return repr(value)


def show_symbol(value: Symbol) -> str:
    """`env BUCKET`, `variable settings["a"][0]`, with ` = default` when there is one."""
    path = "".join(f"[{step!r}]" for step in value.path)
    default = "" if repr(value.default) == "MISSING" else f" = {show(value.default)}"
    return f"{value.kind} {value.key}{path}{default}"


def show_call(value: ExternCall) -> str:
    """`name(args, key=value)`."""
    return f"{value.name}({', '.join([*map(show, value.args), *(f'{k}={show(v)}' for k, v in value.kwargs.items())])})"


SHOWN = {
    Symbol: show_symbol,
    Template: lambda v: "Template(" + ", ".join(json.dumps(p) if isinstance(p, str) else show(p) for p in v.parts) + ")",
    Choice: lambda v: f"Choice({show(v.test)}, {show(v.then)}, {show(v.orelse)})",
    Operation: lambda v: f"{v.name}({', '.join(map(show, v.operands))})",
    Unknown: lambda v: f"Unknown({v.reason})",
    Extern: lambda v: f"Extern({v.name})",
    ExternCall: show_call,
    XComRef: lambda v: f"XComRef({v.task_id}, {v.key})",
    CodeRef: lambda v: f"CodeRef({v.module}, {v.name})",
    Function: lambda v: f"Function({v.qualified_name})",
    Class: lambda v: f"Class({v.qualified_name})",
    Module: lambda v: f"Module({v.name})",
    Bound: lambda v: f"Bound({show(v.function)})",
    Native: lambda v: f"Native({v.name})",
    Partial: lambda v: f"Partial({show(v.function)})",
    Property: lambda v: "Property",
    Instance: lambda v: f"{v.cls.name}({', '.join(f'{name}={show(item)}' for name, item in v.attributes.items())})",
    Modelled: lambda v: f"{type(v).__name__}",
}


def differences(section: Section, outcome: Outcome) -> list[str]:
    """Every line where what happened is not what the section says."""
    wrong = []
    for path, text in section.files.items():
        if not path.endswith(".py"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            said = REVEAL.search(line) if "reveal(" in line else None
            got = " | ".join(outcome.revealed.get((path, number), []))
            if said is not None and said["text"] != got:
                wrong.append(f"{path}:{number}: {line.strip()}\n    is {got}")
            if said is None and got:
                wrong.append(f"{path}:{number}: {line.strip()}\n    reveals {got}")
            expected = sorted({f"{m['severity']}: {code.strip()}" for m in FINDING.finditer(line) for code in m["codes"].split(",")})
            actual = sorted(set(outcome.reported.pop((path, number), [])))
            if expected != actual:
                wrong.append(f"{path}:{number}: {line.strip()}\n    reports {actual or 'nothing'}, expected {expected or 'nothing'}")
    wrong.extend(f"{path}:{number}: reports {codes}" for (path, number), codes in outcome.reported.items())
    return wrong


def updated(section: Section, outcome: Outcome) -> str:
    """The section's text with the values after `# =>` as they are."""
    body = section.body
    for path, text in section.files.items():
        lines = text.splitlines(keepends=True)
        for (where, number), values in outcome.revealed.items():
            if where == path:
                line = lines[number - 1].rstrip("\n")
                said = REVEAL.search(line)
                shown = " | ".join(values)
                lines[number - 1] = (
                    line[: said.start("text")] + shown + line[said.end("text") :] if said else f"{line}  # => {shown}"
                ) + "\n"
        body = body.replace(text, "".join(lines))
    return body


def evaluate_text(folder: Path, text: str, **settings: object) -> SimpleNamespace:
    """Evaluate one program given as text: its evaluation and its diagnostics (for tests in Python)."""
    (folder / "dags").mkdir(exist_ok=True)
    (folder / "dags" / MAIN).write_text(text)
    collector = Collector()
    config = Config(**settings)  # type: ignore[arg-type]  # a test's own settings
    evaluation = evaluate_file(ProjectFiles(folder.resolve(), ("dags",)), f"dags/{MAIN}", config, collector, strict=True)
    return SimpleNamespace(evaluation=evaluation, diagnostics=collector.sorted())
