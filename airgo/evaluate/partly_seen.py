"""Dicts of which some entries could not be seen, because something unknown was spread or merged into them."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
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


class PartlySeen(dict[object, object]):
    """A dict made with a `**` of something unknown: keywords of a call, or a display."""

    def copy(self) -> PartlySeen:
        """As `dict.copy`, still partly seen."""
        return PartlySeen(self)


def is_partly_seen(value: object) -> bool:
    """May the dict have entries that are not seen? A plain dict that something unknown was merged into has an Unknown key."""
    return isinstance(value, PartlySeen) or (isinstance(value, dict) and any(isinstance(key, Unknown) for key in value))
