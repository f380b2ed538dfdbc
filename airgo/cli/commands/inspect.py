"""`airgo inspect`: what airgo believes each DAG is, before any Argo."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from airgo.cli.exits import UsageProblem
from airgo.cli.options import FailOn, Paths, exit_code, open_project, project_options, say


@project_options
def command(
    paths: Paths,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="json (the only form).")] = "json",
    fail_on: FailOn = "error",
    *,
    settings: dict[str, Any],
) -> int:
    """Print the DAGs as airgo reads them: tasks, edges, schedules and arguments."""
    from airgo import __version__, reading
    from airgo.inspection import file_as_json

    if form != "json":
        raise UsageProblem(f"--format {form}: inspect writes json only")
    run = open_project(paths, settings)
    found = reading.inspect(run)
    by_path: dict[str, list[Any]] = {}
    for diagnostic in found.diagnostics:
        by_path.setdefault(diagnostic.span.path, []).append(diagnostic)
    files = [file_as_json(file, by_path.get(file.path, ())) for file in found.files]
    print(json.dumps({"airgo": __version__, "schema": 1, "files": files}, indent=2, ensure_ascii=False))
    if not files:
        say("airgo: no file with a DAG below " + ", ".join(run.found.searched))
        return 1
    return exit_code(found.diagnostics, fail_on)
