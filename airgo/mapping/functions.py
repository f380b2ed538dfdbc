"""The functions and filters that expressions of mappings may use. All are pure; a filter hands on what is left out (`omit`).

`image` and `script` are given by `airgo.mapping.rendering`, which knows the settings and the folder of mappings.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps

import yaml
from jinja2 import Undefined

from airgo.argo.text import EnvRef, Text, text
from airgo.mapping import containers, kubernetes, wire
from airgo.mapping.containers import as_text, as_text_list
from airgo.mapping.signals import OMIT, MappingUse, Omit
from airgo.values import Symbolic


def connection(conn_id: object) -> Text:
    """The JSON of a connection, from the project's Secret: to be the value of an environment variable."""
    if not isinstance(conn_id, str) or not conn_id:
        raise MappingUse("the connection's id must be known before the run")
    return Text((EnvRef("AIRFLOW_CONN_" + conn_id.upper(), ("connection", conn_id)),))


def refuse(message: str, argument: str | None = None) -> object:
    """The task cannot be converted with these values."""
    raise MappingUse(message, argument)


def joined(value: object, separator: str = "") -> str | Text:
    """The texts of a list, put together."""
    parts: list[str | Text] = []
    for index, item in enumerate(value if isinstance(value, list | tuple) else [value]):
        shown = as_text(item)
        assert isinstance(shown, str | Text)
        parts += [separator, shown] if index else [shown]
    return text(*parts)


def from_yaml(value: object) -> object:
    """YAML or JSON text as data; a dict as it is."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, str):
        raise MappingUse("the text must be known before the run")
    try:
        loaded = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise MappingUse(f"it is not valid YAML: {error}") from error
    if not isinstance(loaded, dict):
        raise MappingUse("it is not a YAML mapping; is the file in the project?")
    return loaded


def seconds(value: object) -> object:
    """A timedelta or a number as seconds."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MappingUse(f"a duration must be a number of seconds or a timedelta, not {kubernetes.kind_of(value)}")
    return int(value) if float(value).is_integer() else value


def only(value: object, *names: str) -> object:
    """The keys of a dict that are named, those left out skipped."""
    if not isinstance(value, Mapping):
        raise MappingUse(f"a dict is expected, not {kubernetes.kind_of(value)}")
    return kubernetes.or_omit({name: value[name] for name in names if name in value})


def fields(**values: object) -> object:
    """A dict of these values, those left out or None skipped."""
    return kubernetes.or_omit({name: value for name, value in values.items() if value is not None and not isinstance(value, Omit)})


def variable(name: str, value: object) -> object:
    """A list of one entry of `env`, to be put together with others; left out when the value is."""
    if isinstance(value, Omit) or value is None:
        return OMIT
    return [{"name": name, "value": kubernetes.env_text(value, name)}]


def merge(first: object, *others: object) -> object:
    """Dicts laid over each other, later ones win."""
    result: dict[str, object] = {}
    for part in (first, *others):
        if isinstance(part, Omit):
            continue
        if not isinstance(part, Mapping):
            raise MappingUse(f"a dict is expected, not {kubernetes.kind_of(part)}")
        result |= part
    return kubernetes.or_omit(result)


def without_none(value: object) -> dict[str, object]:
    """A dict without the keys whose value is None."""
    if not isinstance(value, Mapping):
        raise MappingUse(f"a dict is expected, not {kubernetes.kind_of(value)}")
    return {str(key): item for key, item in value.items() if item is not None}


def as_list(value: object) -> list[object]:
    """A list or tuple as a list; any other value as a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def flags(value: object, flag: str) -> object:
    """Each item after its own flag: `["a", "b"] | flags("-c")` is `-c a -c b`; a dict gives `key=value` items."""
    items: list[object] = (
        [text(f"{key}=", str_or_text(item)) for key, item in value.items()] if isinstance(value, Mapping) else as_list(value)
    )
    return kubernetes.or_omit([part for item in items for part in (flag, as_text(item))])


def str_or_text(value: object) -> str | Text:
    """`as_text`, typed; booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = as_text(value)
    assert isinstance(shown, str | Text)
    return shown


def statements(value: object) -> str | Text:
    """SQL statements, given as texts and lists of texts, one after the other with `;` between them."""
    flat = [item for part in as_list(value) for item in as_list(part)]
    return joined([shown.rstrip().rstrip(";") if isinstance(shown := as_text(item), str) else shown for item in flat], ";\n")


def is_known(value: object) -> bool:
    """Is the value known now, with no hole in it?"""
    if isinstance(value, Mapping):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_known(item) for item in value)
    return not isinstance(value, Text | Symbolic)


def as_json(value: object) -> str:
    """JSON text of a value that is known now."""
    if not is_known(value):
        raise MappingUse("the value must be known before the run")
    try:
        return wire.escaped(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError) as error:
        raise MappingUse(f"the value cannot be written as JSON: {error}") from error


FUNCTIONS: dict[str, object] = {
    "omit": OMIT,
    "connection": connection,
    "refuse": refuse,
    "fields": fields,
    "together": kubernetes.together,
    "merge": merge,
    "variable": variable,
    "image": None,
    "script": None,
}
"""What expressions may name besides arguments. `image` and `script` are filled in for each rendering."""


def passing(function: Callable[..., object]) -> Callable[..., object]:
    """The function as a filter: what is left out stays left out; None counts as left out."""

    @wraps(function)
    def passed(value: object, *arguments: object, **options: object) -> object:
        if isinstance(value, Undefined):
            value._fail_with_undefined_error()
        if isinstance(value, Omit) or value is None:
            return OMIT
        return function(value, *arguments, **options)

    return passed


NAMED: dict[str, Callable[..., object]] = {
    "as_env": kubernetes.as_env,
    "as_fields": kubernetes.as_fields,
    "as_json": as_json,
    "as_list": as_list,
    "as_objects": kubernetes.as_list,
    "as_pull_secrets": kubernetes.as_pull_secrets,
    "as_resources": kubernetes.as_resources,
    "as_text": as_text,
    "as_text_list": as_text_list,
    "byte_size": containers.byte_size,
    "config_map_env": kubernetes.config_map_env,
    "flags": flags,
    "from_yaml": from_yaml,
    "group_id": containers.group_id,
    "host_aliases": containers.host_aliases,
    "joined": joined,
    "json_env": wire.json_env,
    "only": only,
    "or_omit": kubernetes.or_omit,
    "seconds": seconds,
    "secret_env": kubernetes.secret_env,
    "secret_env_from": kubernetes.secret_env_from,
    "secret_mounts": kubernetes.secret_mounts,
    "secret_volumes": kubernetes.secret_volumes,
    "statements": statements,
    "user_id": containers.user_id,
    "without_none": without_none,
    "words": containers.words,
}

FILTERS: dict[str, Callable[..., object]] = {**{name: passing(function) for name, function in NAMED.items()}, "known": is_known}
"""What may follow a `|` in an expression, besides Jinja's `default`."""


def documented() -> dict[str, str]:
    """Every function and filter with the first line of its description, for `airgo mappings`."""
    named = {**{name: f for name, f in FUNCTIONS.items() if callable(f)}, **FILTERS}
    return {name: (inspect.getdoc(function) or "").partition("\n")[0] for name, function in sorted(named.items())}
