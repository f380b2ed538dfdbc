"""The options that commands share: which project, and every setting of airgo.toml as a flag."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airgo.cli.exits import FINDINGS, UsageProblem

if TYPE_CHECKING:
    from airgo.config import Config
    from airgo.diagnostics import Severity
    from airgo.reading import Run

Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="DAG files, or folders to look through.", show_default=False)]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR", help="The folder to write to; default: standard output.")]
FailOn = Annotated[str, typer.Option("--fail-on", metavar="SEVERITY", help="Exit 1 from this severity on: error, warning, note or never.")]

SETTINGS: dict[str, str] = {
    "airflow-version": "The Airflow the DAGs are written for: 2 or 3 (default: inferred).",
    "argo-version": "The oldest Argo that must run the manifests: 3.7 (default), 4.0 or 4.1.",
    "exclude": "Globs of files to leave out, separated by commas.",
    "namespace": "The namespace to write into the manifests.",
    "service-account": "The service account that the workflows run as.",
    "xcom": "How values travel between tasks: parameters (default) or artifacts.",
    "sensors": "How sensors wait: poll (default) or event.",
    "groups": "Task groups: flat (default) or nested.",
    "plugins": "Executor plugins to use instead of resource templates, separated by commas.",
    "mappings": "Folders with mappings of your own, separated by commas.",
    "max-active-runs-policy": "queue (default) or forbid.",
    "catchup-by-default": "What a DAG without catchup means, where the deployment changed it: true or false.",
    "create-cron-data-intervals": "What a cron schedule means, where the deployment changed it: true or false.",
}
"""Settings of airgo.toml that are plain flags. `variables`, `env`, `source-roots`, `images`, `pools` have flags of their own, below."""
RUNNING = ("jobs", "no_cache")
"""How a run is done, not what it gives."""
PAIRS = {"variable": "variables", "env": "env", "connection": "connections", "image": "images", "pool": "pools"}


def project_options(command: Callable[..., object]) -> Callable[..., object]:
    """Give a command every option of the project; they arrive as one keyword argument `settings` (a dict of the flags given)."""
    names = {"config_file", "project", "source_root", *RUNNING, *PAIRS, *(key.replace("-", "_") for key in SETTINGS)}
    extra = [keyword(name, annotation) for name, annotation in shared_annotations().items()]

    def wrapper(**arguments: Any) -> object:  # Typer calls with what its parameters say
        settings = {name: arguments.pop(name) for name in names}
        return command(**arguments, settings=settings)

    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "settings"]
    wrapper.__signature__ = inspect.Signature([*own, *extra])  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in (*own, *extra)}
    wrapper.__doc__ = command.__doc__
    wrapper.__name__ = command.__name__
    return wrapper


def keyword(name: str, annotation: object) -> inspect.Parameter:
    """A keyword-only parameter without a value by default."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def shared_annotations() -> dict[str, object]:
    """Typer annotations of the shared options, in the order of --help."""
    found: dict[str, object] = {
        "config_file": Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Read this airgo.toml.")],
        "project": Annotated[Path | None, typer.Option(metavar="DIR", help="The project's root (default: found above the first PATH).")],
        "source_root": Annotated[list[str] | None, typer.Option(metavar="DIR", help="An import root, relative to the project.")],
    }
    found["jobs"] = Annotated[int | None, typer.Option(min=0, metavar="N", help="Processes (default: as many as there are cores).")]
    found["no_cache"] = Annotated[bool | None, typer.Option("--no-cache", help="Neither use nor fill the cache of what was read.")]
    words = {"pool": "N", "connection": "URI"}
    for flag in PAIRS:
        what = f"{flag.capitalize()} of the deployment; may be repeated."
        found[flag] = Annotated[list[str] | None, typer.Option(f"--{flag}", metavar=f"KEY={words.get(flag, 'VALUE')}", help=what)]
    for key, words_of_help in SETTINGS.items():
        found[key.replace("-", "_")] = Annotated[str | None, typer.Option(f"--{key}", metavar="VALUE", help=words_of_help)]
    return found


def load_config(root: Path, settings: dict[str, Any]) -> Config:
    """The configuration of a project with the flags laid over it. Raises UsageProblem."""
    from airgo import configuration

    flags: dict[str, object] = {key: settings.get(key.replace("-", "_")) for key in SETTINGS}
    flags["source-roots"] = settings.get("source_root") or None
    try:
        for flag, key in PAIRS.items():
            flags[key] = pairs(flag, settings.get(flag))
        return configuration.override(configuration.load(root, settings.get("config_file")), flags)
    except configuration.ConfigurationError as problem:
        raise UsageProblem(str(problem)) from problem


def pairs(flag: str, given: Sequence[str] | None) -> dict[str, object] | None:
    """KEY=VALUE flags as a table."""
    table: dict[str, object] = {}
    for pair in given or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageProblem(f"--{flag} {pair}: write it as KEY=VALUE")
        if flag == "pool":
            if not value.isdigit():
                raise UsageProblem(f"--pool {pair}: the size is a whole number")
            table[key] = int(value)
        else:
            table[key] = value
    return table or None


def open_project(paths: Sequence[Path], settings: dict[str, Any]) -> Run:
    """Find the project and its DAG files. Raises UsageProblem for a path that does not exist."""
    from airgo import discovery
    from airgo.cli.progress import progress
    from airgo.reading import Run

    try:
        missing = next((path for path in paths if not path.exists()), None)
        if missing is not None:
            raise UsageProblem(f"{missing} does not exist")
        root = (settings.get("project") or discovery.find_root(paths)).resolve()
        config = load_config(root, settings)
        found = discovery.discover(
            paths, root, source_roots=config.source_roots, exclude=config.exclude, airflow_version=config.airflow_version
        )
    except discovery.NoSuchPath as problem:
        raise UsageProblem(str(problem)) from problem
    return Run(found, config, progress=progress(), jobs=settings.get("jobs") or 0, remember=not settings.get("no_cache"))


def exit_code(severities: Iterable[Severity], fail_on: str) -> int:
    """1 when some severity is at or above the given one, else 0. Raises UsageProblem for a word that is no severity."""
    ranks = {"note": 0, "warning": 1, "error": 2, "never": 3}
    if fail_on not in ranks:
        raise UsageProblem(f"--fail-on {fail_on}: choose error, warning, note or never")
    return FINDINGS if any(severity.rank >= ranks[fail_on] for severity in severities) else 0


def say(message: str) -> None:
    """A message for the person, on standard error."""
    print(message, file=sys.stderr)
