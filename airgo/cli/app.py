"""Builds the command line from the files in `airgo.cli.commands`, and turns what goes wrong into one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from airgo import __version__
from airgo.cli import commands
from airgo.cli.exits import CLEAN, INTERNAL, INTERRUPTED, USAGE, UsageProblem

CommandLineProblem: type[Exception] = typer.BadParameter.__mro__[2]
"""Click's base of all its complaints. Typer carries a copy of Click since 0.29 and names only this subclass of it."""
SUMMARY = "Compile Apache Airflow DAG files to Argo Workflows manifests, without running them."


def build() -> typer.Typer:
    """The application, one command for each file in `commands`, in the order of the files' names."""
    app = typer.Typer(help=SUMMARY, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(top_level)
    for file in sorted(os.listdir(commands.__path__[0])):  # pkgutil costs as much as all of these together
        if not file.endswith(".py") or file == "__init__.py":
            continue
        module = importlib.import_module(f"airgo.cli.commands.{file.removesuffix('.py')}")
        name = getattr(module, "NAME", file.removesuffix(".py"))
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(module.command)
    return app


def show_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"airgo {__version__}")
        raise typer.Exit(CLEAN)


def top_level(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.", callback=show_version, is_eager=True)] = False,
) -> None:
    """Compile Apache Airflow DAG files to Argo Workflows manifests, without running them."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code: 0 clean, 1 findings or changes, 2 usage, 3 a mistake of airgo's own."""
    try:
        result = build()(list(arguments), standalone_mode=False)
    except UsageProblem as problem:
        print(f"airgo: {problem}", file=sys.stderr)
        return USAGE
    except typer.Exit as stop:
        return int(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except CommandLineProblem as problem:
        problem.show(sys.stderr)  # type: ignore[attr-defined]  # every ClickException has it
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception as error:
        return internal_error(error)
    return result if isinstance(result, int) else CLEAN


def internal_error(error: Exception) -> int:
    """The outer wall: say so in one sentence and put the traceback into a file for the person who reports it."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="airgo-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    words = f"airgo: internal error: {type(error).__name__}: {error}"
    print(f"{words}\nThis is a mistake of airgo's. The details are in {file.name}; please report it with them.", file=sys.stderr)
    return INTERNAL
