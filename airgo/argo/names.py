"""The names that Argo and Kubernetes allow, and how any id becomes one: stable, readable, without collisions.

Rules from the full CRDs (task, template and parameter patterns), the controller (a task called `in` breaks `depends`, which is an
expression) and Kubernetes (RFC 1123 names; 63 for a label value, 52 for a CronWorkflow because `-<unix time>` is appended to it).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

TASK_LIMIT = 128
OBJECT_LIMIT = 63
CRON_LIMIT = 52
PARAMETER_LIMIT = 128
HASH_LENGTH = 5

KEYWORDS = frozenset(
    ["not", "in", "and", "or", "matches", "contains", "startsWith", "endsWith", "let", "if", "else", "true", "false", "nil"]
)
"""Words of expr-lang: as a task's name they make `depends` of its downstream tasks a syntax error when it runs."""

TASK = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]*")
PARAMETER = re.compile(r"[-a-zA-Z0-9_]+")
LABEL_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")

Mangle = Callable[[str], str]


def task_name(identifier: str) -> str:
    """A name for a DAG task: `group.load` becomes `group-load`, `A` stays `A`, `2024` becomes `task-2024`."""
    return _fit(_prefixed(_plain(identifier, r"[^-a-zA-Z0-9]+"), identifier, "task"), identifier, TASK_LIMIT)


def template_name(identifier: str) -> str:
    """A name for a template: as for a task."""
    return task_name(identifier)


def object_name(identifier: str, limit: int = OBJECT_LIMIT) -> str:
    """A name for an object, as short as `limit`: lower case, an RFC 1123 label (`My_DAG.v2` becomes `my-dag-v2`)."""
    plain = _plain(identifier.lower(), r"[^-a-z0-9]+").strip("-")
    return _fit(_prefixed(plain, identifier, "dag"), identifier, limit)


def cron_name(identifier: str) -> str:
    """A name for a CronWorkflow: an object's name of at most 52 characters."""
    return object_name(identifier, CRON_LIMIT)


def parameter_name(identifier: str) -> str:
    """A name for a parameter or artifact: letters, digits, `-` and `_` stay, anything else becomes `-`."""
    plain = _plain(identifier, r"[^-a-zA-Z0-9_]+") or f"parameter-{_hash(identifier)}"
    return _fit(plain, identifier, PARAMETER_LIMIT)


class Namer(Mapping[str, str]):
    """Names for a whole set of keys at once: `namer[key]` is its name; no two keys share one.

    `wanted` are ids, or keys with the spelling each would like. A key whose spelling is a name as it stands keeps it; where several keys
    come to one name, all others get a suffix made of their own key. So a name depends on its own key and on whether another one collides
    with it, never on order: renaming one thing changes no name of a third. `reserved` names go to nobody.
    """

    def __init__(self, mangle: Mangle, wanted: Iterable[str] | Mapping[str, str], reserved: Iterable[str] = ()) -> None:
        spelling = dict(wanted) if isinstance(wanted, Mapping) else {key: key for key in wanted}
        self._spelling: Mapping[str, str] = MappingProxyType(spelling)
        self._names = _assign(mangle, spelling, frozenset(reserved))

    def __getitem__(self, key: str) -> str:
        return self._names[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def renames(self) -> tuple[tuple[str, str], ...]:
        """The pairs (key, name) where the name is not the spelling that was wanted, sorted."""
        return tuple(sorted((key, name) for key, name in self._names.items() if name != self._spelling[key]))


def _assign(mangle: Mangle, spelling: Mapping[str, str], reserved: frozenset[str]) -> dict[str, str]:
    by_name: dict[str, list[str]] = {}
    for key in sorted(spelling):
        by_name.setdefault(mangle(spelling[key]), []).append(key)
    names: dict[str, str] = {}
    contested: list[str] = []
    for name, keys in by_name.items():
        verbatim = [key for key in keys if spelling[key] == name]
        owner = None if name in reserved else keys[0] if len(keys) == 1 else verbatim[0] if len(verbatim) == 1 else None
        if owner is not None:
            names[owner] = name
        contested += [key for key in keys if key != owner]
    taken = set(names.values()) | reserved
    for key in sorted(contested):
        names[key] = _suffixed(mangle, spelling[key], key, taken)
        taken.add(names[key])
    return {key: names[key] for key in spelling}


def _suffixed(mangle: Mangle, spelling: str, key: str, taken: set[str]) -> str:
    for length in range(HASH_LENGTH, 64):
        name = mangle(f"{mangle(spelling)}-{_hash(key, length)}")
        if name not in taken:
            return name
    raise ValueError(f"no free name is left for {key}")


def _plain(identifier: str, other: str) -> str:
    """The id with accents dropped and each run of other characters made one `-`; never starts with `-`."""
    if not re.search(other, identifier) and not identifier.startswith("-"):
        return identifier
    bare = "".join(c for c in unicodedata.normalize("NFKD", identifier) if not unicodedata.combining(c))
    replaced = re.sub(other, "-", bare)
    return replaced.strip("-")


def _prefixed(plain: str, identifier: str, prefix: str) -> str:
    if not plain:
        return f"{prefix}-{_hash(identifier)}"
    return f"{prefix}-{plain}" if plain[0].isdigit() or plain in KEYWORDS else plain


def _fit(name: str, identifier: str, limit: int) -> str:
    if len(name) <= limit:
        return name
    return name[: limit - HASH_LENGTH - 1].rstrip("-_") + "-" + _hash(identifier)


def _hash(text: str, length: int = HASH_LENGTH) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
