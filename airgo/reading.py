"""The first half of the program: from paths on the command line to the IR of every DAG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from airgo import ir
from airgo.build import build_file, infer_version
from airgo.config import Config
from airgo.diagnostics import Collector, Diagnostic
from airgo.discovery import Discovered, ProjectFiles, Refused
from airgo.evaluate.machine import ParseCache, evaluate_file

Progress = Callable[[int, int, str], None]
"""Called before each file: how many are done, how many there are, which comes now."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the project's files are: the IR of every DAG, and what was found on the way."""

    files: tuple[ir.File, ...]
    diagnostics: tuple[Diagnostic, ...]
    airflow_version: str


@dataclass(slots=True)
class Run:
    """One run over a project: its files, settings, and the collector that every stage adds to."""

    found: Discovered
    config: Config
    collector: Collector = field(default_factory=Collector)
    progress: Progress | None = None
    strict: bool = False

    @property
    def files(self) -> ProjectFiles:
        """The project's files."""
        return self.found.files


def inspect(run: Run) -> Inspection:
    """Read every DAG file: evaluate, then build the IR."""
    texts = read_all(run.files, run.found.dag_files)
    project_version, versions = infer_version(run.files, texts)
    version = run.config.airflow_version
    cache = ParseCache()
    files = []
    for number, path in enumerate(run.found.dag_files):
        if run.progress is not None:
            run.progress(number, len(run.found.dag_files), path)
        evaluation = evaluate_file(run.files, path, run.config, run.collector, strict=run.strict, cache=cache)
        files.append(build_file(evaluation, run.config, run.collector, version or versions.get(path, project_version)))
    return Inspection(tuple(files), run.collector.sorted(), version or project_version)


def read_all(files: ProjectFiles, paths: Sequence[str]) -> dict[str, str]:
    """The texts of the DAG files that can be read; the others are reported when they are evaluated."""
    texts = {}
    for path in paths:
        try:
            texts[path] = files.read(path)
        except Refused:
            continue
    return texts
