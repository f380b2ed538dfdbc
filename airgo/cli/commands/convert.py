"""`airgo convert`: DAG files to manifests and a report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airgo.cli.exits import CLEAN, FINDINGS, UsageProblem
from airgo.cli.options import FailOn, Output, Paths, exit_code, open_project, project_options, say

if TYPE_CHECKING:
    from airgo.changes.writing import Plan
    from airgo.pipeline import Result
    from airgo.reading import Run
    from airgo.report.model import Report


MOST_FINDINGS = 40
"""Different findings that are shown on the terminal; the report holds all."""
FEW = 3
"""Equal findings that are shown one by one."""


@project_options
def command(
    paths: Paths,
    output: Output = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written; write nothing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if the folder is not what would be written; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that were changed by hand.")] = False,
    *,
    fail_on: FailOn = "error",
    settings: dict[str, Any],
) -> int:
    """Convert DAG files to Argo manifests and a migration report."""
    from airgo import pipeline
    from airgo.report.summary import summary_lines

    if output is None and (check or dry_run or force):
        raise UsageProblem("--check, --dry-run and --force need an output folder: add -o DIR")
    run = open_project(paths, settings)
    result = pipeline.convert(run)
    if not result.dags:
        return nothing_found(run, result)
    report = report_of(result, run)
    if output is None:
        print(manifests_as_one(result), end="")
        say("\n".join(summary_lines(report)))
        return exit_code([d.severity for d in result.diagnostics], fail_on)
    plan = write(output, result, report, run, force=force, dry_run=dry_run or check)
    show_diagnostics(result, run)
    say("\n".join([*summary_lines(report), *plan_lines(plan, output, dry_run=dry_run or check)]))
    if result.diagnostics and not (dry_run or check):
        say(f"next: read {output / 'report.html'}; `airgo explain CODE` says why a finding matters")
    if check:
        return CLEAN if plan.clean else FINDINGS
    if plan.kept:
        return FINDINGS
    return exit_code([d.severity for d in result.diagnostics], fail_on)


def report_of(result: Result, run: Run) -> Report:
    """The report of a conversion."""
    from airgo.report.building import build_report

    edges = {dag.dag_id: dag.edges for dag in result.dags}
    return build_report(len(result.files), edges, result.lowered, result.diagnostics, run.config, run.files)


def nothing_found(run: Run, result: Result) -> int:
    """No DAG at all: say where it was looked for, and what stood in the way."""
    show_diagnostics(result, run)
    say(
        "airgo: no DAG found below " + ", ".join(run.found.searched) + f" ({len(run.found.dag_files)} files hold the words dag and airflow)"
    )
    return FINDINGS


def manifests_as_one(result: Result) -> str:
    """Every manifest as one YAML stream."""
    return "---\n".join(text for path, text in result.texts.items() if path.endswith(".yaml") and path != "kustomization.yaml")


def write(output: Path, result: Result, report: Report, run: Run, *, force: bool, dry_run: bool) -> Plan:
    """Write the folder, or plan to. Raises UsageProblem when it cannot be written."""
    from airgo.changes.lock import LockProblem, digest
    from airgo.changes.writing import CannotWrite, plan
    from airgo.changes.writing import write as write_files
    from airgo.report.formats import render_all

    texts = {**result.texts, **render_all(report)}
    sources = {path: digest(text) for path, text in source_texts(result, run).items()}
    try:
        if dry_run:
            return plan(output, texts, force=force)
        return write_files(output, texts, sources, force=force)
    except (LockProblem, CannotWrite) as problem:
        raise UsageProblem(str(problem)) from problem


def source_texts(result: Result, run: Run) -> dict[str, str]:
    """The text of every file that was read: DAG files and what they imported."""
    from airgo.discovery import Refused

    texts = {}
    for path in sorted({path for file in result.files for path in (file.path, *file.imported)}):
        try:
            texts[path] = run.files.read(path)
        except Refused:
            continue
    return texts


def plan_lines(plan: Plan, output: Path, *, dry_run: bool) -> list[str]:
    """What was, or would be, written."""
    would = "would be " if dry_run else ""
    counts = {"written": [*plan.new, *plan.changed], "removed": list(plan.stale), "left unchanged": list(plan.unchanged)}
    lines = [f"{output}: " + ", ".join(f"{len(paths)} {would}{word}" for word, paths in counts.items())]
    if dry_run:
        lines += [f"  {mark} {path}" for mark, paths in (("+", plan.new), ("~", plan.changed), ("-", plan.stale)) for path in paths]
    lines += [f"  {path} was changed by hand and is kept; --force overwrites it" for path in plan.kept]
    return lines


def show_diagnostics(result: Result, run: Run) -> None:
    """Errors and warnings, equal ones in one line, the most harmful first; notes are in the report."""
    from airgo.report.findings.concise import headline
    from airgo.report.grouping import grouped

    groups = [group for group in grouped(result.diagnostics) if group.first.severity.rank > 0]
    for group in groups[:MOST_FINDINGS]:
        lines = Counter(headline(one) for one in group.members)
        if len(lines) > FEW:
            lines = Counter({headline(group.first): len(group.members)})
        say("\n".join(f"{line} ({times} times)" if times > 1 else line for line, times in lines.items()))
    if len(groups) > MOST_FINDINGS:
        say(f"and {len(groups) - MOST_FINDINGS} other findings: `airgo lint` shows all of them with their lines")
