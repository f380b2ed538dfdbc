"""What DAGs need, as an airgo.toml with a comment for each key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from airgo.config import Config
from airgo.report.needs import Need

TITLES = {
    "variables": "Airflow Variables",
    "env": "environment of the Airflow deployment",
    "connections": "connections: a URI, or a table of fields",
    "pools": "sizes of pools",
    "images": "what containers run in",
}
SECRET = "a secret: give it to the cluster, not to this file"
HEAD = (
    "What these DAGs need from their deployment, as `airgo inputs` found it. A value in [variables], [env] or [connections] decides",
    "what a DAG file builds while it is read; take out the # of a line and give the value that production has.",
)
MOST_PLACES = 5


def document(needs: Mapping[str, Sequence[Need]], config: Config) -> str:
    """The text of an airgo.toml: values already known are written, the others are comments with their default."""
    lines = [f"# {line}" for line in HEAD]
    for kind, items in needs.items():
        known = getattr(config, kind)
        if items:
            lines += ["", f"[{kind}]  # {TITLES[kind]}"]
        for item in items:
            lines += [f"# {line}" for line in about(item)]
            given = item.key in known and not item.secret
            lines.append(f"{json.dumps(item.key)} = {toml(known[item.key])}" if given else f"# {entry(item)}")
    return "\n".join(lines) + "\n"


def about(item: Need) -> list[str]:
    """What a person must know to give the value."""
    lines = [f"used at {places(item.used_at) or 'the deployment'}"]
    if item.decides:
        lines.append(f"decides what is built at {places(item.decides)}")
    return [*lines, SECRET] if item.secret else lines


def places(found: Sequence[str]) -> str:
    """The first places, and how many more there are."""
    more = len(found) - MOST_PLACES
    return ", ".join(found[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")


def entry(item: Need) -> str:
    """One key with its default; the default is what the code falls back to."""
    return f"{json.dumps(item.key)} = {toml('...' if item.secret or item.default is None else item.default)}"


def toml(value: object) -> str:
    """A TOML value on one line; TOML's basic strings and arrays are written as JSON's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, float):
        return repr(value)
    plain = value if isinstance(value, str | int) else str(value)
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
