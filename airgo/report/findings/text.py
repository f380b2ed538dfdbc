"""Diagnostics for people: what is equal once, with its source, the place underlined, the other places, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from airgo.report.findings import Findings
from airgo.report.findings.concise import headline
from airgo.report.grouping import Group, grouped
from airgo.source import Span

COLOURS = {"error": "\033[1;31m", "warning": "\033[1;33m", "note": "\033[1;36m"}
PLAIN = "\033[0m"


def render(findings: Findings) -> str:
    """All diagnostics with their source lines, the most harmful first."""
    return "\n".join(block(group, findings) for group in grouped(findings.diagnostics))


def block(group: Group, findings: Findings) -> str:
    """One diagnostic, and where else it stands."""
    diagnostic = group.first
    first = headline(diagnostic)
    if findings.colour:
        first = first.replace(diagnostic.code, f"{COLOURS[diagnostic.severity]}{diagnostic.code}{PLAIN}", 1)
    lines = [first, *excerpt(diagnostic.span, findings.lines.get(diagnostic.span.path, ()))]
    lines += [f"   = note: {note.span.path}:{note.span.line}: {note.words}" for note in diagnostic.notes]
    if len(group.members) > 1:
        elsewhere = group.elsewhere()
        lines.append(f"   = {len(group.members)} times" + (f", also at {elsewhere}" if elsewhere else " at this place"))
    lines.append(f"   = help: {diagnostic.rule.remedy}")
    return "\n".join(lines) + "\n"


def excerpt(span: Span, lines: Sequence[str]) -> list[str]:
    """The line before, the line itself, and carets below the place."""
    if not 1 <= span.line <= len(lines):
        return []
    width = max(len(str(span.line)), 4)
    shown = [f"{number:{width}} | {lines[number - 1]}".rstrip() for number in (span.line - 1, span.line) if number >= 1]
    line = lines[span.line - 1]
    start = min(span.column, len(line) + 1)
    end = span.end_column if span.end_line == span.line else len(line) + 1
    indent = "".join("\t" if character == "\t" else " " for character in line[: start - 1])
    return [*shown, f"{'':{width}} | {indent}{'^' * max(1, end - start)}"]
