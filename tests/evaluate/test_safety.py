"""Nothing that a file holds may escape the machine: the standard library's own files and broken ones are evaluated with little fuel."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

import pytest

from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.evaluate import limits
from airgo.evaluate.machine import Evaluation, evaluate_file
from tests.evaluate.revealing import evaluate_text

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FILES = (
    "abc",
    "argparse",
    "ast",
    "bisect",
    "calendar",
    "cmd",
    "collections/__init__",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fileinput",
    "fnmatch",
    "fractions",
    "functools",
    "gettext",
    "glob",
    "hashlib",
    "heapq",
    "http/__init__",
    "inspect",
    "ipaddress",
    "json/decoder",
    "keyword",
    "linecache",
    "locale",
    "logging/__init__",
    "mimetypes",
    "operator",
    "optparse",
    "pathlib",
    "pickle",
    "platform",
    "pprint",
    "queue",
    "random",
    "re/_parser",
    "sched",
    "shlex",
    "statistics",
    "string",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "tokenize",
    "traceback",
    "types",
    "typing",
    "uuid",
    "warnings",
    "weakref",
    "zipfile",
)
STEPS = 3_000
MUTATIONS = 40


def evaluate(folder: Path, text: str, *, strict: bool) -> tuple[Evaluation, Collector]:
    """Evaluate a text as the only file of a project."""
    (folder / "dags").mkdir(exist_ok=True)
    (folder / "dags" / "main.py").write_text(text)
    collector = Collector()
    found = evaluate_file(ProjectFiles(folder.resolve(), ("dags",)), "dags/main.py", Config(), collector, strict=strict)
    return found, collector


@pytest.mark.parametrize("name", FILES)
def test_library_files_are_evaluated(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any Python file ends with a result; no exception of ours, not even one that the statement boundary would hide."""
    path = next(path for path in (LIBRARY / f"{name}.py", LIBRARY / name / "__init__.py") if path.is_file())
    monkeypatch.setattr(limits, "STEPS", STEPS)
    found, _ = evaluate(tmp_path, path.read_text(), strict=True)
    assert found.status in {"ok", "partial"}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("seed", range(MUTATIONS))
def test_mutated_files_are_evaluated(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with words swapped, lost and repeated ends with a result; it is only an error when it cannot be parsed."""
    chance = random.Random(seed)
    text = (Path(__file__).parent / chance.choice(["classes.md", "calls.md", "closures.md", "loops.md", "undecidable_if.md"])).read_text()
    blocks = [block.partition("```")[0] for block in text.split("```py\n")[1:]]
    lines = [line for block in blocks for line in block.splitlines()]
    for _ in range(20):
        first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
        words, others = lines[first].split(" "), lines[second].split(" ")
        words[chance.randrange(len(words))] = chance.choice(others)
        lines[first] = " ".join(words)
    monkeypatch.setattr(limits, "STEPS", STEPS)
    kept = keep_what_parses(lines)
    found, collector = evaluate(tmp_path, kept, strict=True)
    assert found.status in {"ok", "partial"}, collector.sorted()


def keep_what_parses(lines: list[str]) -> str:
    """The blocks of lines that are valid Python by themselves."""
    blocks: list[list[str]] = []
    for line in lines:
        if line[:1].isspace() and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return "\n".join("\n".join(block) for block in blocks if parses("\n".join(block)))


def parses(text: str) -> bool:
    """Is the text valid Python, also to libcst?"""
    import libcst as cst  # noqa: PLC0415 - only here

    try:
        compile(text, "x", "exec")
        cst.parse_module(text)
    except (SyntaxError, ValueError, cst.ParserSyntaxError):
        return False
    return True


def test_a_syntax_error_costs_one_file(tmp_path: Path) -> None:
    """A file that cannot be parsed is an error with its line, and no exception."""
    found, collector = evaluate(tmp_path, "x = 1\ny = (\n", strict=True)
    assert found.status == "error"
    assert [(d.code, d.span.line) for d in collector.sorted()] == [("AG108", 2)]


def test_a_file_outside_the_project_is_refused(tmp_path: Path) -> None:
    """A missing file is an error of that file."""
    collector = Collector()
    found = evaluate_file(ProjectFiles(tmp_path.resolve(), ("dags",)), "dags/nothing.py", Config(), collector, strict=True)
    assert (found.status, [d.code for d in collector]) == ("error", ["AG110"])


def test_mistakes_of_ours_end_at_their_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception inside airgo becomes AG900 at its statement, and the rest of the file is still read."""
    from airgo.evaluate import models  # noqa: PLC0415 - only here

    models.load_library()
    monkeypatch.setitem(models.MODELS, "builtins.len", lambda call: 1 // 0)
    found, collector = evaluate(tmp_path, "x = len([])\ny = 2\n", strict=False)
    assert [(d.code, d.span.line) for d in collector.sorted()] == [("AG900", 1)]
    assert found.namespace["y"] == 2
    assert found.status == "partial"
    with pytest.raises(ZeroDivisionError):
        evaluate(tmp_path, "x = len([])\n", strict=True)


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    """Long chains of operators and deeply nested displays are evaluated or refused, never fatal."""
    chain = evaluate_text(tmp_path, "x = " + " + ".join(["1"] * 800) + "\n")
    assert chain.evaluation.namespace["x"] == 800
    nested = evaluate_text(tmp_path, "x = " + "[" * 150 + "]" * 150 + "\n")
    assert nested.evaluation.status == "ok"


def test_the_same_file_gives_the_same_result(tmp_path: Path) -> None:
    """Two evaluations of a file say the same, sets included."""
    text = "x = [v for v in {'b', 'a', 'c'}]\ny = f'{sorted(x)}'\nz = missing\n"
    first, second = evaluate_text(tmp_path, text), evaluate_text(tmp_path, text)
    assert first.diagnostics == second.diagnostics
    assert first.evaluation.namespace["x"] == second.evaluation.namespace["x"] == ["a", "b", "c"]


def test_a_project_may_be_a_package_itself(tmp_path: Path) -> None:
    """An import by the name of the root folder finds the file below the root."""
    root = tmp_path / "my_repo"
    (root / "utils").mkdir(parents=True)
    (root / "utils" / "names.py").write_text("X = 5\n")
    found, _ = evaluate(root, "from my_repo.utils.names import X\nfrom my_repo.absent import Y\n", strict=True)
    assert found.namespace["X"] == 5
    assert repr(found.namespace["Y"]) == "Extern(name='my_repo.absent.Y')"
