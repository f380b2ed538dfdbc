"""`# airgo: ignore[AG203] reason` comments: which diagnostics they silence, and which of them silence nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from airgo.diagnostics import Diagnostic, Rule, Severity
from airgo.source import Span

UNUSED = Rule(
    "AG691",
    "unused-ignore",
    Severity.WARNING,
    summary="An `# airgo: ignore[...]` comment silences nothing",
    why="The finding it was written for is gone, or the comment stands on another line; left in place it would hide the next one.",
    remedy="Remove the comment, or move it to the line of the finding (or the first line of its statement)",
)
COMMENT = re.compile(r"#\s*airgo:\s*ignore\[([A-Z0-9,\s]+)\]")
ERRORS_STAY = ("AG9",)
"""Families that no comment silences: a mistake of airgo's own must be seen."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Diagnostics after the comments were read: those that stay (with the unused comments among them), and those silenced."""

    kept: tuple[Diagnostic, ...]
    silenced: tuple[Diagnostic, ...]


def apply(diagnostics: Sequence[Diagnostic], paths: Sequence[str], text_of: Callable[[str], str]) -> Suppressed:
    """Silence what comments on the diagnostics' own lines name. `text_of` gives a file's text, "" when it cannot be read."""
    comments: dict[tuple[str, int], set[str]] = {}
    columns: dict[tuple[str, int], int] = {}
    for path in sorted({*paths, *(d.span.path for d in diagnostics)}):
        text = text_of(path)
        if "airgo:" not in text:
            continue
        for number, content in enumerate(text.splitlines(), 1):
            if found := COMMENT.search(content):
                comments[path, number] = {code.strip() for code in found[1].split(",") if code.strip()}
                columns[path, number] = found.start() + 1
    if not comments:
        return Suppressed(tuple(diagnostics), ())
    kept: list[Diagnostic] = []
    silenced: list[Diagnostic] = []
    used: set[tuple[str, int, str]] = set()
    for diagnostic in diagnostics:
        path, line = diagnostic.span.path, diagnostic.span.line
        if diagnostic.code in comments.get((path, line), ()) and not diagnostic.code.startswith(ERRORS_STAY):
            silenced.append(diagnostic)
            used.add((path, line, diagnostic.code))
        else:
            kept.append(diagnostic)
    for (path, line), codes in sorted(comments.items()):
        idle = sorted(code for code in codes if (path, line, code) not in used)
        if idle:
            column = columns[path, line]
            kept.append(UNUSED.at(Span(path, line, column, line, column + 1), f"no finding of {', '.join(idle)} on this line"))
    return Suppressed(tuple(sorted(kept, key=lambda d: (d.span, d.code, d.subject, d.message))), tuple(silenced))
