"""`airgo lint`: diagnostics only, for CI."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airgo.cli.exits import FINDINGS, UsageProblem
from airgo.cli.options import FailOn, Paths, exit_code, open_project, project_options, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airgo.config import Config
    from airgo.diagnostics import Diagnostic
    from airgo.reading import Run


@project_options
def command(
    paths: Paths,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, concise, json, github, gitlab, junit or sarif.")] = "text",
    select: Annotated[str | None, typer.Option(metavar="CODES", help="Only these codes or families, separated by commas.")] = None,
    ignore: Annotated[str | None, typer.Option(metavar="CODES", help="Not these codes or families.")] = None,
    *,
    fail_on: FailOn = "error",
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Accept the findings that this file lists; only new ones are shown.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write the findings of this run to the file of --baseline, and accept them.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count by code, on standard error.")] = False,
    settings: dict[str, Any],
) -> int:
    """Say what would not convert exactly; write nothing."""
    from airgo import pipeline
    from airgo.configuration import override
    from airgo.report.findings import Findings, formats

    if write_baseline and baseline is None:
        raise UsageProblem("--write-baseline needs the file: add --baseline FILE")
    forms = formats()
    if form not in forms:
        raise UsageProblem(f"--format {form}: choose one of {', '.join(forms)}")
    run = open_project(paths, settings)
    run.config = override(run.config, {"select": select, "ignore": ignore})
    result = pipeline.convert(run)
    chosen = selected(result.diagnostics, run.config)
    if baseline is not None:
        chosen = not_accepted(chosen, baseline, write=write_baseline)
    lines = source_lines(chosen, run) if form == "text" else {}
    sys.stdout.write(forms[form](Findings(chosen, lines, colour=colour())))
    if statistics:
        say("\n".join(f"{count:5} {code}" for code, count in sorted(Counter(d.code for d in chosen).items())))
    if not result.dags:
        say("airgo: no DAG found below " + ", ".join(run.found.searched))
        return FINDINGS
    return exit_code([d.severity for d in chosen], fail_on)


def not_accepted(diagnostics: tuple[Diagnostic, ...], path: Path, *, write: bool) -> tuple[Diagnostic, ...]:
    """The findings that the baseline does not accept; `write`: all are accepted from now on. Raises UsageProblem."""
    from airgo.changes.replacing import replace_file
    from airgo.report.baseline import BaselineProblem, baseline_text, compare, read_baseline

    try:
        if write:
            replace_file(path, baseline_text(diagnostics))
            say(f"airgo: {path} accepts {len(diagnostics)} findings")
            return ()
        found = compare(diagnostics, read_baseline(path.read_text(encoding="utf-8"), str(path)))
    except OSError as problem:
        raise UsageProblem(f"{path}: {problem.strerror}; --write-baseline makes it") from problem
    except (BaselineProblem, UnicodeDecodeError) as problem:
        raise UsageProblem(str(problem)) from problem
    say(f"airgo: {len(found.new)} new, {found.accepted} accepted by {path}")
    if found.gone:
        say(f"airgo: {found.gone} of its findings are gone; write it again with --write-baseline, so that they stay gone")
    return found.new


def selected(diagnostics: Sequence[Diagnostic], config: Config) -> tuple[Diagnostic, ...]:
    """The diagnostics whose code begins with a selected one and with no ignored one; the longer beginning decides."""

    def wanted(code: str) -> bool:
        chosen = max((len(prefix) for prefix in config.select if code.startswith(prefix)), default=-1)
        left_out = max((len(prefix) for prefix in config.ignore if code.startswith(prefix)), default=-1)
        return chosen > left_out

    return tuple(d for d in diagnostics if wanted(d.code))


def source_lines(diagnostics: Sequence[Diagnostic], run: Run) -> dict[str, list[str]]:
    """The lines of every file that has a diagnostic."""
    from airgo.discovery import Refused

    lines: dict[str, list[str]] = {}
    for path in {d.span.path for d in diagnostics}:
        try:
            lines[path] = run.files.read(path).splitlines()
        except Refused:
            lines[path] = []
    return lines


def colour() -> bool:
    """Colour only on a terminal, unless NO_COLOR or FORCE_COLOR says otherwise (no-color.org)."""
    import os

    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
