"""One line for each diagnostic: `path:line:column: CODE [name] message`."""

from __future__ import annotations

from airgo.diagnostics import Diagnostic
from airgo.report.findings import Findings


def render(findings: Findings) -> str:
    """All diagnostics, one line each."""
    return "".join(headline(diagnostic) + "\n" for diagnostic in findings.diagnostics)


def headline(diagnostic: Diagnostic) -> str:
    """The first line of a diagnostic in every textual form."""
    at = diagnostic.span
    return f"{at.path}:{at.line}:{at.column}: {diagnostic.code} [{diagnostic.rule.name}] {diagnostic.message}"
