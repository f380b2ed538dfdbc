"""Where Variables, connections and the environment reach a container: the names of its environment variables, and which are secret."""

from __future__ import annotations

import re
from collections.abc import Sequence

from airgo.argo.text import EnvRef

_NOT_IN_NAMES = re.compile(r"[^-._A-Za-z0-9]")
_SECRET_WORDS = re.compile(
    r"(?i)(?:^|[^a-z])(?:pass(?:word|wd|phrase)?|pwd|secrets?|tokens?|api_?key|apikey|private_?key|access_?key|credentials?|auth)(?:$|[^a-z])"
)
_CONNECTION_FIELDS_SHOWN = frozenset({"host", "port", "schema", "conn_type", "conn_id"})


def variable(key: str, path: Sequence[str | int] = ()) -> EnvRef:
    """The Airflow Variable `key`, or what a JSON Variable holds at `path` (an entry of its own: no shell can read JSON)."""
    return EnvRef(_name("AIRFLOW_VAR_" + key.upper(), path), ("variable", _address(key, path)))


def connection(conn_id: str, path: Sequence[str | int] = ()) -> EnvRef:
    """The connection `conn_id` in JSON form, or one field of it (`host`, `extra/region`)."""
    return EnvRef(_name("AIRFLOW_CONN_" + conn_id.upper(), path), ("connection", _address(conn_id, path)))


def environment(name: str) -> EnvRef:
    """A variable of the Airflow deployment's environment."""
    return EnvRef(name, ("env", name))


def _name(base: str, path: Sequence[str | int]) -> str:
    return _NOT_IN_NAMES.sub("_", "__".join([base, *(str(part) for part in path)]))


def _address(key: str, path: Sequence[str | int]) -> str:
    return key if not path else key + "#" + "/".join(str(part) for part in path)


def split_address(address: str) -> tuple[str, tuple[str, ...]]:
    """Key and path of the second half of `EnvRef.source`."""
    key, _, path = address.partition("#")
    return key, tuple(path.split("/")) if path else ()


def is_secret(source: tuple[str, str]) -> bool:
    """Does the value belong into a Secret? Every connection does; a Variable or environment value when its name says so."""
    kind, address = source
    if kind == "connection":
        return True
    return bool(_SECRET_WORDS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", address)))


def shown_field(name: str) -> bool:
    """May this field of a connection be printed in a report?"""
    return name in _CONNECTION_FIELDS_SHOWN
