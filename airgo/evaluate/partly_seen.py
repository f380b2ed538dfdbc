"""Dicts of which some entries could not be seen, because something unknown was spread or merged into them."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
from airgo.source import Place
from airgo.values import Unknown

MAY_BE_REPLACED = Rule(
    "AG134",
    "partly-known-dict",
    Severity.WARNING,
    summary="entries of a dict may be replaced by a value that is not known",
    why="Something that is only known to the deployment is merged over entries that the code writes. "
    "airgo keeps the written entries; where the unknown value has the same keys, Airflow would see its entries in their place.",
    remedy="give the value in airgo.toml, or merge the written entries over it",
)


def mark(mapping: dict[object, object], place: Place) -> None:
    """Say that the dict has entries that are not seen: an entry whose key is unknown, which copies and merges carry along."""
    unseen = Unknown("entries that could not be seen", place)
    mapping[unseen] = unseen


def is_partly_seen(value: object) -> bool:
    """May the dict have entries that are not seen? One that something unknown was merged into has an Unknown key."""
    return isinstance(value, dict) and any(isinstance(key, Unknown) for key in value)
