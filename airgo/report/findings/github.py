"""Workflow commands of GitHub Actions (docs.github.com, "Workflow commands": setting an error, warning or notice message)."""

from __future__ import annotations

from airgo.diagnostics import Diagnostic
from airgo.report.findings import Findings

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(findings: Findings) -> str:
    """One command a line."""
    return "".join(command(diagnostic) + "\n" for diagnostic in findings.diagnostics)


def command(diagnostic: Diagnostic) -> str:
    """`::error file=…,line=…,col=…,endLine=…,title=…::message`."""
    at = diagnostic.span
    properties = {
        "file": at.path,
        "line": at.line,
        "col": at.column,
        "endLine": at.end_line,
        "title": f"{diagnostic.code} {diagnostic.rule.name}",
    }
    listed = ",".join(f"{key}={escape(str(value), properties=True)}" for key, value in properties.items())
    return f"::{COMMANDS[diagnostic.severity]} {listed}::{escape(diagnostic.message)}"


def escape(text: str, *, properties: bool = False) -> str:
    """Percent-encode what the runner would take for syntax."""
    replaced = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return replaced.replace(":", "%3A").replace(",", "%2C") if properties else replaced
