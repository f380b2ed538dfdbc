"""Changes for a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from airgo.changes.meaning import Change
from airgo.report.changes import shown


def render(changes: Sequence[Change]) -> str:
    """All changes, one section a DAG."""
    if not changes:
        return "No change in meaning.\n"
    parts = []
    for dag, group in groupby(changes, key=lambda change: change.dag):
        parts.append(f"### {dag}\n")
        for change in group:
            where = f" (`{change.span}`)" if change.span else ""
            parts.append(f"- **{change.kind}** `{change.what}`{where}")
            sides = (("-", change.before), ("+", change.after))
            body = [f"{mark} {line}" for mark, value in sides if value is not None for line in lines(value)]
            if body:
                parts.append("\n".join(["", "  ```diff", *(f"  {line}" for line in body), "  ```", ""]))
    return "\n".join(parts) + "\n"


def lines(value: object) -> list[str]:
    """A value's lines."""
    return shown(value).splitlines() or [""]
