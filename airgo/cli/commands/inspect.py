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

    if form != "json":
        raise UsageProblem(f"--format {form}: inspect writes json only")
    run = open_project(paths, settings)
    files = reading.inspect(run)
    listed = "[\n    " + ",\n    ".join(file.text for file in files) + "\n  ]" if files else "[]"
    print(f'{{\n  "airgo": {json.dumps(__version__)},\n  "schema": 1,\n  "files": {listed}\n}}')
    if not files:
        say("airgo: no file with a DAG below " + ", ".join(run.found.searched))
        return 1
    return exit_code([file.worst for file in files if file.worst is not None], fail_on)
