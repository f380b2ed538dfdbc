"""Builds the command line from the files in `airgo.cli.commands`, and turns what goes wrong into one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from airgo import __version__
from airgo.cli.commands import COMMANDS
from airgo.cli.exits import CLEAN, INTERNAL, INTERRUPTED, USAGE, UsageProblem

CommandLineProblem: type[Exception] = typer.BadParameter.__mro__[2]
"""Click's base of all its complaints. Typer carries a copy of Click since 0.29 and names only this subclass of it."""
SUMMARY = "Compile Apache Airflow DAG files to Argo Workflows manifests, without running them."


def build(name: str) -> typer.Typer:
    """The application with one command: the others are not imported."""
    app = typer.Typer(help=SUMMARY, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(top_level)
    module = importlib.import_module(f"airgo.cli.commands.{name}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name, help=COMMANDS[name])
    else:
        app.command(name, help=COMMANDS[name])(module.command)
    return app


def chosen(arguments: Sequence[str]) -> str:
    """The command that the arguments name. Raises UsageProblem."""
    name = next((argument for argument in arguments if not argument.startswith("-")), "")
    if name in COMMANDS:
        return name
    if not name:
        return next(iter(COMMANDS))
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    raise UsageProblem(f"there is no command {name}" + (f"; did you mean {near[0]}?" if near else "; `airgo --help` lists them"))


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
        result = build(chosen(arguments))(list(arguments), prog_name="airgo", standalone_mode=False)
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
