"""`airgo inputs`: an airgo.toml with everything that the deployment decides or must provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from airgo.cli.exits import CLEAN, UsageProblem
from airgo.cli.options import Paths, open_project, project_options, say

if TYPE_CHECKING:
    from pathlib import Path

    from airgo.report.needs import Need


@project_options
def command(
    paths: Paths,
    write: Annotated[
        bool, typer.Option("--write", help="Add what is missing to the project's airgo.toml, which keeps its values, comments and order.")
    ] = False,
    *,
    settings: dict[str, Any],
) -> int:
    """Print an airgo.toml with every Variable, environment value, connection, pool and image that the DAGs need."""
    from airgo import pipeline
    from airgo.report.needs import needs_of
    from airgo.report.needs_toml import document

    run = open_project(paths, settings)
    result = pipeline.convert(run)
    needs = needs_of(result.lowered, [read for file in result.files for read in file.reads])
    if write:
        merge(needs, run.files.root, settings.get("config_file"))
    else:
        print(document(needs, run.config), end="")
    return CLEAN


def merge(needs: dict[str, list[Need]], root: Path, explicit: Path | None) -> None:
    """Add what is missing to the file that holds the project's settings. Raises UsageProblem when it cannot be merged."""
    from airgo import configuration
    from airgo.changes.replacing import replace_file
    from airgo.report.toml_merging import CannotMerge, merged

    try:
        found, _ = configuration.find(root, explicit)
        target = found or root / "airgo.toml"
        before = target.read_bytes().decode("utf-8") if found is not None else ""
        after, added = merged(before, needs, prefix="tool.airgo." if target.name == "pyproject.toml" else "")
        if after != before:
            replace_file(target, after)
    except (configuration.ConfigurationError, CannotMerge) as problem:
        raise UsageProblem(str(problem)) from problem
    except OSError as problem:
        raise UsageProblem(f"{problem.filename or root} cannot be written: {problem.strerror}") from problem
    say(f"{target.name}: {added} added, as comments; take out the # and give the value" if added else f"{target.name}: nothing is missing")
