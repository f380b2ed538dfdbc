"""Builds the command line from the files in `airgo.cli.commands`, and turns what goes wrong into one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Annotated

import click
import typer

from airgo import __version__
from airgo.cli import commands
from airgo.cli.exits import CLEAN, INTERNAL, USAGE, UsageProblem

SUMMARY = "Compile Apache Airflow DAG files to Argo Workflows manifests, without running them."


def build() -> typer.Typer:
    """The application, one command for each file in `commands`, in the order of the files' names."""
    app = typer.Typer(help=SUMMARY, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(top_level)
    for found in sorted(pkgutil.iter_modules(commands.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"airgo.cli.commands.{found.name}")
        name = getattr(module, "NAME", found.name)
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
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.exceptions.Abort:
        return 130
    except click.ClickException as problem:
        problem.show(sys.stderr)
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception as error:
        return internal_error(error)
    return result if isinstance(result, int) else CLEAN


def internal_error(error: Exception) -> int:
    """The outer wall: say so in one sentence and put the traceback into a file for the person who reports it."""
    with tempfile.NamedTemporaryFile("w", prefix="airgo-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    words = f"airgo: internal error: {type(error).__name__}: {error}"
    print(f"{words}\nThis is a mistake of airgo's. The details are in {file.name}; please report it with them.", file=sys.stderr)
    return INTERNAL
