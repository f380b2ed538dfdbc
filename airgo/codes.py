"""The codes given out so far, in one table: `airgo/data/rules.json`, generated from the rules where they are declared.

Rules stand next to the code that reports them; the table lets `airgo explain` and `airgo rules` answer without importing any of it.
A test regenerates the table and says when it is stale (`python -m pytest --update` writes it). Codes are append-only.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from dataclasses import asdict, dataclass
from importlib import resources

import airgo
from airgo.diagnostics import FAMILIES, RULES

TABLE = "rules.json"
NOT_IMPORTED = ("airgo.runtime", "airgo.__main__", "airgo._mappings")
"""Files that travel, the command itself, and data."""


@dataclass(frozen=True, slots=True)
class KnownRule:
    """One row of the table; the fields are those of `airgo.diagnostics.Rule`."""

    code: str
    name: str
    severity: str
    summary: str
    why: str
    remedy: str


def all_rules() -> dict[str, KnownRule]:
    """Every rule by code, sorted, from the table."""
    text = resources.files("airgo").joinpath("data", TABLE).read_text(encoding="utf-8")
    return {row["code"]: KnownRule(**row) for row in json.loads(text)}


def declared() -> str:
    """The table's text, made by importing every module of airgo and looking at the rules that it declares."""
    for module in pkgutil.walk_packages(airgo.__path__, "airgo."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
    rows = [asdict(rule) for _, rule in sorted(RULES.items())]
    return json.dumps(rows, indent=1, ensure_ascii=False, default=str) + "\n"


__all__ = ["FAMILIES", "KnownRule", "all_rules", "declared"]
