"""Reads airgo.toml (or `[tool.airgo]` of pyproject.toml) and lays flags over it; unknown keys are errors with a suggestion."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

from airgo.config import Config


class ConfigurationError(Exception):
    """A setting that airgo cannot use. The message names the file, the key, and what is expected."""


Check = Callable[[object], object]


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def truth(value: object) -> bool:
    """True or false."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of strings (a single one, with commas, from a flag)."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts")
    return tuple(value)


def one_of(*allowed: str) -> Check:
    """One of the given words."""

    def check(value: object) -> object:
        word = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        if word not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return word

    return check


def table_of(check: Check) -> Check:
    """A table whose values all satisfy `check`."""

    def check_table(value: object) -> object:
        if not isinstance(value, Mapping):
            raise ValueError("a table")
        return {str(key): check(item) for key, item in value.items()}

    return check_table


def some_of(*choices: str) -> Check:
    """A list of some of these texts."""

    def check(value: object) -> tuple[str, ...]:
        found = texts(value)
        if not set(found) <= set(choices):
            raise ValueError("a list of some of " + ", ".join(choices))
        return found

    return check


def anything(value: object) -> object:
    """Any TOML value: a Variable may hold JSON."""
    return value


def scalar_text(value: object) -> str:
    """A text; numbers and booleans are written out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("a text")


def connection(value: object) -> object:
    """A connection: a URI, or a table of its fields."""
    if isinstance(value, str):
        return value
    known = {"conn_type", "host", "login", "password", "port", "schema", "extra", "description"}
    if not isinstance(value, Mapping) or not set(value) <= known:
        raise ValueError("a URI or a table of " + ", ".join(sorted(known)))
    return dict(value)


def size(value: object) -> int:
    """A whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("a whole number of at least 1")
    return value


CHECKS: dict[str, Check] = {
    "airflow-version": one_of("2", "3"),
    "argo-version": one_of("3.7", "4.0", "4.1"),
    "project": text,
    "source-roots": texts,
    "exclude": texts,
    "namespace": text,
    "service-account": text,
    "xcom": one_of("parameters", "artifacts"),
    "sensors": one_of("poll", "event"),
    "groups": one_of("flat", "nested"),
    "plugins": some_of("spark", "pytorch", "ray", "volcano"),
    "mappings": texts,
    "max-active-runs-policy": one_of("queue", "forbid"),
    "catchup-by-default": truth,
    "create-cron-data-intervals": truth,
    "variables": table_of(anything),
    "env": table_of(scalar_text),
    "connections": table_of(connection),
    "pools": table_of(size),
    "images": table_of(text),
}
"""Every key of airgo.toml but `[lint]` (contracts, section 1) and what its value must be; `project` is a name there, a folder as a flag."""
LINT_CHECKS: dict[str, Check] = {"select": texts, "ignore": texts}


def load(root: Path, explicit: Path | None = None) -> Config:
    """The configuration of the project at `root`: from `explicit`, else airgo.toml, else `[tool.airgo]`, else the defaults.

    Raises ConfigurationError.
    """
    path, table = find(root, explicit)
    return Config() if path is None else parse(table, path)


def find(root: Path, explicit: Path | None) -> tuple[Path | None, Mapping[str, object]]:
    """The file that holds the settings, and its table."""
    if explicit is not None:
        table = read_toml(explicit)
        return explicit, tool_table(table) if explicit.name == "pyproject.toml" else table
    if (root / "airgo.toml").is_file():
        return root / "airgo.toml", read_toml(root / "airgo.toml")
    pyproject = root / "pyproject.toml"
    if pyproject.is_file():
        table = tool_table(read_toml(pyproject))
        return (pyproject, table) if table else (None, {})
    return None, {}


def read_toml(path: Path) -> Mapping[str, object]:
    """A TOML file. Raises ConfigurationError with the line of a mistake."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path.name}: {error}") from error


def tool_table(table: Mapping[str, object]) -> Mapping[str, object]:
    """`[tool.airgo]`, or an empty table."""
    tool = table.get("tool")
    found = tool.get("airgo") if isinstance(tool, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def parse(table: Mapping[str, object], path: Path) -> Config:
    """Settings from a table. Raises ConfigurationError for an unknown key or a value of the wrong kind."""
    values: dict[str, object] = {}
    for key, value in table.items():
        if key == "lint":
            values.update(lint(value, path))
        elif key in CHECKS:
            values[key.replace("-", "_")] = checked(CHECKS[key], key, value, path.name)
        else:
            raise ConfigurationError(f"{path.name}: {key} is not a setting of airgo{did_you_mean(key, [*CHECKS, 'lint'])}")
    return with_values(Config(), values)


def lint(value: object, path: Path) -> dict[str, object]:
    """The table `[lint]`."""
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{path.name}: lint must be a table")
    unknown = next((key for key in value if key not in LINT_CHECKS), None)
    if unknown is not None:
        raise ConfigurationError(f"{path.name}: lint.{unknown} is not a setting of airgo{did_you_mean(unknown, list(LINT_CHECKS))}")
    return {key: checked(LINT_CHECKS[key], f"lint.{key}", item, path.name) for key, item in value.items()}


def checked(check: Check, key: str, value: object, where: str) -> object:
    """A value that its check accepts. Raises ConfigurationError naming what it must be."""
    try:
        return check(value)
    except ValueError as error:
        raise ConfigurationError(f"{where}: {key} must be {error}, not {json.dumps(value, default=str)}") from error


def did_you_mean(word: str, known: list[str]) -> str:
    """A suggestion, or nothing."""
    near = difflib.get_close_matches(word.replace("_", "-"), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def override(config: Config, flags: Mapping[str, object]) -> Config:
    """Lay flags (by the keys of CHECKS or LINT_CHECKS) over a configuration; None is a flag not given. Tables are merged.

    Raises ConfigurationError.
    """
    values: dict[str, object] = {}
    for key, value in flags.items():
        if value is None:
            continue
        name = key.replace("-", "_")
        new = checked({**CHECKS, **LINT_CHECKS}[key], key, value, f"--{key}")
        old = getattr(config, name)
        values[name] = {**old, **new} if isinstance(old, Mapping) and isinstance(new, Mapping) else new
    return with_values(config, values)


def with_values(config: Config, values: Mapping[str, object]) -> Config:
    """A copy with some fields replaced; each was checked before."""
    known = {field.name for field in fields(Config)}
    return replace(config, **{name: value for name, value in values.items() if name in known})  # type: ignore[arg-type]  # checked by CHECKS
