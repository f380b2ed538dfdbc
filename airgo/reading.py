"""The first half of the program: from paths on the command line to the IR of every DAG, each file by itself, on several cores.

The evaluator is imported when a file must be read: a project that is remembered as it is starts without the parser.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from airgo.config import Config
from airgo.diagnostics import Collector, Severity
from airgo.discovery import Discovered, ProjectFiles, Refused
from airgo.remembering import Answer, Memory, TracedFiles
from airgo.versions import infer_version

if TYPE_CHECKING:
    from airgo import ir
    from airgo.evaluate.machine import ParseCache

Progress = Callable[[int, int, str], None]
"""Called before each file: how many are done, how many there are, which comes now."""
T = TypeVar("T")
ENOUGH = 24
"""Files below which a second process costs more than it brings."""
RARELY = (400_000, 20, 100)
"""Thresholds of the garbage collector while files are read (Python's own: 700, 10, 10)."""
FILE_INDENTATION = "    "
"""How deep a file stands in the document of `airgo inspect`."""


@dataclass(slots=True)
class Run:
    """What a command asks for: a project's files and its settings. `jobs`: processes, 0 for as many as there are cores.
    `remember`: use and fill the cache of the user.

    `strict` raises airgo's own mistakes in place of reporting them: for tests.
    """

    found: Discovered
    config: Config
    progress: Progress | None = None
    strict: bool = False
    jobs: int = 1
    remember: bool = False

    @property
    def files(self) -> ProjectFiles:
        """The project's files."""
        return self.found.files


@dataclass(slots=True)
class Reading:
    """What reading one file needs, the same for all of them. `versions`: the Airflow version of each file ("2" or "3")."""

    files: ProjectFiles
    config: Config
    versions: Mapping[str, str]
    project_version: str
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file as `airgo inspect` prints it, and the worst that was found in it. `trace`: what its evaluation asked of the project.

    `text` is the JSON of the file where it stands in the whole document, made where the file was read: on several processes.
    """

    text: str
    worst: Severity | None
    trace: Mapping[tuple[str, str], Answer] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The file as data."""
        document: dict[str, Any] = json.loads(self.text)
        return document


def begin(run: Run) -> Reading:
    """Decide which Airflow each file is written for (semantics, section 1)."""
    texts = read_all(run.files, run.found.dag_files)
    project_version, versions = infer_version(run.files, texts)
    chosen = run.config.airflow_version
    each = {path: chosen or versions.get(path, project_version) for path in run.found.dag_files}
    return Reading(run.files, run.config, each, chosen or project_version, run.strict)


def read_all(files: ProjectFiles, paths: tuple[str, ...]) -> dict[str, str]:
    """The texts of the DAG files that can be read; the others are reported when they are evaluated."""
    texts = {}
    for path in paths:
        try:
            texts[path] = files.read(path)
        except Refused:
            continue
    return texts


def read_file(reading: Reading, path: str, collector: Collector) -> ir.File:
    """Evaluate one DAG file and build the IR of its DAGs."""
    from airgo.build import build_file
    from airgo.evaluate.machine import evaluate_file

    config = replace(reading.config, airflow_version=reading.versions[path])
    evaluation = evaluate_file(reading.files, path, config, collector, strict=reading.strict, cache=parse_cache())
    return build_file(evaluation, config, collector, reading.versions[path])


@cache
def parse_cache() -> ParseCache:
    """The trees parsed in this process, by content: modules that many DAG files import are parsed once."""
    from airgo.evaluate.machine import ParseCache

    return ParseCache()


def inspect(run: Run) -> list[Inspected]:
    """Every DAG file as JSON, in the order of the files; what is remembered and still holds is not read again."""
    reading = begin(run)
    memory = Memory.open(run.files, run.config) if run.remember else None
    found: dict[str, Inspected] = {}
    for path in run.found.dag_files if memory is not None else ():
        kept = memory.recall(path, reading.versions[path]) if memory is not None else None
        if kept is not None:
            found[path] = recalled(kept)
    rest = tuple(path for path in run.found.dag_files if path not in found)
    for path, made in zip(rest, each_file(run, reading, inspect_file, rest), strict=True):
        found[path] = made
        if memory is not None:
            worst = str(made.worst) if made.worst is not None else None
            memory.keep(path, reading.versions[path], {"text": made.text, "worst": worst}, made.trace)
    return [found[path] for path in run.found.dag_files]


def recalled(kept: Mapping[str, object]) -> Inspected:
    """A result from the cache."""
    text, worst = kept["text"], kept["worst"]
    return Inspected(str(text), Severity(str(worst)) if worst is not None else None)


def inspect_file(reading: Reading, path: str) -> Inspected:
    """One DAG file as JSON."""
    from airgo.inspection import file_as_json
    from airgo.json_text import json_text

    collector = Collector()
    files = TracedFiles.of(reading.files)
    file = read_file(replace(reading, files=files), path, collector)
    found = collector.sorted()
    worst = max((d.severity for d in found), key=lambda severity: severity.rank, default=None)
    return Inspected(json_text(file_as_json(file, found), FILE_INDENTATION), worst, files.trace)


def each_file(run: Run, reading: Reading, work: Callable[[Reading, str], T], paths: tuple[str, ...] | None = None) -> Iterator[T]:
    """`work(reading, path)` for each DAG file, in order; on several processes when it is worth it. The results are the same either way."""
    paths = run.found.dag_files if paths is None else paths
    jobs = min(run.jobs or os.cpu_count() or 1, len(paths))
    with rare_collection():
        yield from watched(run, paths, results_of(partial(work, reading), paths, jobs))


def results_of(work: Callable[[str], T], paths: tuple[str, ...], jobs: int) -> Iterator[T]:
    """The results in order, from one process or several."""
    if jobs < 2 or len(paths) < ENOUGH or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, paths)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(work, paths, chunksize=max(1, min(16, len(paths) // (jobs * 4))))


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for cyclic garbage seldom: a tree is hundreds of thousands of objects without a cycle, looked through again and again."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def watched(run: Run, paths: tuple[str, ...], results: Iterator[T]) -> Iterator[T]:
    """The results, with progress before each."""
    for number, path in enumerate(paths):
        if run.progress is not None:
            run.progress(number, len(paths), path)
        yield next(results)
