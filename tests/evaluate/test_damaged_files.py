"""Nothing that a file holds may escape: the whole standard library, and thousands of damaged DAG files, end with a result, and soon."""

from __future__ import annotations

import os
import random
import signal
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from airgo import pipeline
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.evaluate import limits
from airgo.evaluate.machine import evaluate_file
from airgo.inspection import file_as_json
from airgo.json_text import json_text
from airgo.reading import Reading, read_file
from tests.evaluate.mutating import mutated

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
NOT_ITS_OWN = ("site-packages", "dist-packages", "__pycache__")
FILES = sorted(path for path in LIBRARY.rglob("*.py") if not set(path.relative_to(LIBRARY).parts[:-1]) & set(NOT_ITS_OWN))
EVERY = int(os.environ.get("AIRGO_LIBRARY_EVERY", "24"))
"""Each how-manieth file of the library is evaluated: 1 for all of them, with the library's own tests."""
DAGS = sorted(Path("fixtures").resolve().rglob("dags/**/*.py"))
SEEDS = int(os.environ.get("AIRGO_MUTATIONS", "2000"))
CHUNK = 100
STEPS = 3_000
PATIENCE = 20.0
"""Seconds of CPU after which a file counts as a hang."""


class Hang(BaseException):
    """A file took too long; no handler of ours catches it."""


@contextmanager
def patience() -> Iterator[None]:
    """Raise Hang after PATIENCE."""

    def stop(number: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.fixture(autouse=True)
def little_fuel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the library compute a lot."""
    monkeypatch.setattr(limits, "STEPS", STEPS)


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("start", range(0, len(FILES), 50))
def test_the_standard_library_is_evaluated(start: int) -> None:
    """Any Python file ends with a result; no exception of ours, not even one that the statement boundary would hide."""
    files = ProjectFiles(LIBRARY.resolve())
    for number, path in enumerate(FILES[start : start + 50], start):
        name = path.relative_to(LIBRARY).as_posix()
        if number % EVERY or (EVERY > 1 and name.startswith("test/")):
            continue
        with patience():
            found = evaluate_file(files, name, Config(), Collector(), strict=True)
        assert found.status in {"ok", "partial", "error"}, name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project for all damaged files."""
    made = tmp_path_factory.mktemp("damaged") / "project"
    (made / "dags").mkdir(parents=True)
    return made.resolve()


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_damaged_files_are_read_and_lowered(start: int, folder: Path) -> None:
    """A DAG file that is damaged anyhow is read, described and lowered, or refused with a diagnostic."""
    reading = Reading(ProjectFiles(folder, ("dags",)), Config(), {"dags/main.py": "2"}, "2", strict=True)
    for seed in range(start, min(start + CHUNK, SEEDS)):
        chance = random.Random(seed)
        text = mutated(chance.choice(DAGS).read_text(encoding="utf-8"), chance)
        (folder / "dags" / "main.py").write_text(text, encoding="utf-8", errors="replace")
        collector = Collector()
        try:
            with patience():
                file = read_file(reading, "dags/main.py", collector)
                json_text(file_as_json(file, collector.sorted()))
                result = pipeline.convert_file(reading, "dags/main.py")
        except (Exception, Hang) as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        assert file.status != "error" or len(result.diagnostics) > 0, seed
