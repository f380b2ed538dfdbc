"""Changes for a terminal: DAG by DAG, before and after, with the Python line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from airgo.changes.meaning import Change
from airgo.report.changes import shown

MARKS = {"added": "+", "removed": "-", "changed": "~"}


def render(changes: Sequence[Change]) -> str:
    """All changes."""
    lines: list[str] = []
    for dag, group in groupby(changes, key=lambda change: change.dag):
        lines.append(dag)
        for change in group:
            where = f"    {change.span}" if change.span else ""
            lines.append(f"  {MARKS[change.kind]} {change.what}{where}")
            for mark, value in (("-", change.before), ("+", change.after)):
                if value is not None:
                    lines += [f"      {mark} {line}" for line in shown(value).splitlines() or [""]]
    return "\n".join(lines) + "\n" if lines else ""
