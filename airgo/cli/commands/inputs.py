"""`airgo inputs`: an airgo.toml with everything that the deployment decides or must provide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airgo.cli.exits import CLEAN
from airgo.cli.options import Paths, open_project, project_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airgo.config import Config
    from airgo.lower.result import Input

TITLES = {
    "variables": "Airflow Variables",
    "env": "environment of the Airflow deployment",
    "connections": "connections: a URI, or a table of fields",
    "pools": "sizes of pools",
    "images": "what containers run in",
}
SECRET = "; a secret: give it to the cluster, not to this file"


@project_options
def command(paths: Paths, *, settings: dict[str, Any]) -> int:
    """Print an airgo.toml with every Variable, environment value, connection, pool and image that the DAGs need."""
    from airgo import pipeline
    from airgo.report.model import merge_inputs

    run = open_project(paths, settings)
    result = pipeline.convert(run)
    print(document(merge_inputs(result.lowered), run.config), end="")
    return CLEAN


def document(inputs: Mapping[str, Sequence[Input]], config: Config) -> str:
    """The text of an airgo.toml: values already known are written, the others are comments with their default."""
    lines = ["# What these DAGs need from their deployment, as `airgo inputs` found it."]
    for kind, items in inputs.items():
        known = getattr(config, kind)
        if items:
            lines += ["", f"[{kind}]  # {TITLES[kind]}"]
        for item in items:
            lines += [f"# used at {', '.join(item.used_at) or 'the deployment'}{SECRET if item.secret else ''}", entry(item, known)]
    return "\n".join(lines) + "\n"


def entry(item: Input, known: Mapping[str, object]) -> str:
    """One key: with its value when it is known and no secret, else commented out."""
    if item.key in known and not item.secret:
        return f"{json.dumps(item.key)} = {toml(known[item.key])}"
    default = "..." if item.secret or item.default is None else item.default
    return f"# {json.dumps(item.key)} = {toml(default)}"


def toml(value: object) -> str:
    """A TOML value; TOML's basic strings and arrays are written as JSON's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float | bool) else json.dumps(str(value))
