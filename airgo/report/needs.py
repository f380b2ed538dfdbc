"""What DAGs need from their deployment: keys that tasks read, and keys that decide what a DAG file builds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from airgo.ir import DeploymentRead
from airgo.lower.result import Lowered
from airgo.macros.sources import is_secret
from airgo.report.model import INPUT_KINDS, merge_inputs

KIND_OF_READ = {"variable": "variables", "env": "env", "connection": "connections", "config": "env"}


@dataclass(slots=True)
class Need:
    """One key. `used_at` and `decides` are `path:line`, sorted; a secret has no default here."""

    key: str
    secret: bool
    default: object = None
    used_at: list[str] = field(default_factory=list)
    decides: list[str] = field(default_factory=list)


def needs_of(lowered: Sequence[Lowered], reads: Iterable[DeploymentRead]) -> dict[str, list[Need]]:
    """Everything by kind and key, each once: what tasks read at run time, and what the files read while they load."""
    needs: dict[str, dict[str, Need]] = {kind: {} for kind in INPUT_KINDS}
    for kind, items in merge_inputs(lowered).items():
        for item in items:
            needs[kind][item.key] = Need(item.key, item.secret, item.default, list(item.used_at))
    for read in reads:
        kind, key = KIND_OF_READ[read.kind], read.key
        if read.kind == "config":
            section, _, name = key.partition(".")
            key = f"AIRFLOW__{section.upper()}__{name.upper()}"
        secret = is_secret((read.kind if read.kind != "config" else "env", key))
        need = needs[kind].setdefault(key, Need(key, secret))
        need.secret = need.secret or secret
        need.default = read.default if need.default is None else need.default
        need.used_at += [str(span) for span in read.used_at]
        need.decides += [str(span) for span in read.decides]
    for need in (need for table in needs.values() for need in table.values()):
        need.used_at, need.decides = sorted(set(need.used_at)), sorted(set(need.decides))
        need.default = None if need.secret else need.default
    return {kind: [table[key] for key in sorted(table)] for kind, table in needs.items()}
