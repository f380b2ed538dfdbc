"""The first half of the program: from paths on the command line to the IR of every DAG, each file by itself, on several cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from airgo import ir
from airgo.build import build_file, infer_version
from airgo.config import Config
from airgo.diagnostics import Collector, Diagnostic
from airgo.discovery import Discovered, ProjectFiles, Refused
from airgo.evaluate.machine import ParseCache, evaluate_file
from airgo.inspection import file_as_json

Progress = Callable[[int, int, str], None]
"""Called before each file: how many are done, how many there are, which comes now."""
T = TypeVar("T")
ENOUGH = 24
"""Files below which a second process costs more than it brings."""


@dataclass(slots=True)
class Run:
    """What a command asks for: a project's files and its settings. `jobs`: processes, 0 for as many as there are cores.

    `strict` raises airgo's own mistakes in place of reporting them: for tests.
    """

    found: Discovered
    config: Config
    progress: Progress | None = None
    strict: bool = False
    jobs: int = 1

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
    cache: ParseCache = field(default_factory=ParseCache)


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file as `airgo inspect` prints it, and what was found in it."""

    document: Mapping[str, object]
    diagnostics: tuple[Diagnostic, ...]


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
    evaluation = evaluate_file(reading.files, path, reading.config, collector, strict=reading.strict, cache=reading.cache)
    return build_file(evaluation, reading.config, collector, reading.versions[path])


def inspect(run: Run) -> list[Inspected]:
    """Every DAG file as JSON, in the order of the files."""
    return list(each_file(run, begin(run), inspect_file))


def inspect_file(reading: Reading, path: str) -> Inspected:
    """One DAG file as JSON."""
    collector = Collector()
    file = read_file(reading, path, collector)
    return Inspected(file_as_json(file, collector.sorted()), collector.sorted())


def each_file(run: Run, reading: Reading, work: Callable[[Reading, str], T]) -> Iterator[T]:
    """`work(reading, path)` for each DAG file, in order; on several processes when it is worth it. The results are the same either way."""
    paths = run.found.dag_files
    jobs = min(run.jobs or os.cpu_count() or 1, len(paths))
    if jobs < 2 or len(paths) < ENOUGH or "fork" not in multiprocessing.get_all_start_methods():
        results: Iterator[T] = map(partial(work, reading), paths)
        yield from watched(run, results)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from watched(run, pool.imap(partial(work, reading), paths, chunksize=max(1, min(16, len(paths) // (jobs * 4)))))


def watched(run: Run, results: Iterator[T]) -> Iterator[T]:
    """The results, with progress before each."""
    for number, path in enumerate(run.found.dag_files):
        if run.progress is not None:
            run.progress(number, len(run.found.dag_files), path)
        yield next(results)
