"""Builds the IR of a program that stands in a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from airgo.build import build_file
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.evaluate.machine import evaluate_file
from airgo.ir import Dag, File


def build(
    folder: Path, text: str, *, version: str = "2", files: Mapping[str, str] | None = None, config: Config | None = None
) -> tuple[File, list[str]]:
    """The IR of a DAG file and the codes reported, in order. `files` are more files by path below dags/."""
    for path, content in {"main.py": text, **(files or {})}.items():
        target = folder / "dags" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(content))
    collector = Collector()
    settings = config or Config()
    project = ProjectFiles(folder.resolve(), ("dags",))
    evaluation = evaluate_file(project, "dags/main.py", settings, collector, strict=True)
    return build_file(evaluation, settings, collector, version), [found.code for found in collector.sorted()]


def build_one(folder: Path, text: str, **options: object) -> Dag:
    """The only DAG of a file."""
    file, _ = build(folder, text, **options)  # type: ignore[arg-type]  # handed on as they are
    (dag,) = file.dags
    return dag
