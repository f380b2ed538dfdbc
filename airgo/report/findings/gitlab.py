"""GitLab's Code Quality report (docs.gitlab.com, "Code Quality": a subset of Code Climate's issues)."""

from __future__ import annotations

import json

from airgo.diagnostics import Diagnostic
from airgo.report.baseline import fingerprints
from airgo.report.findings import Findings

SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render(findings: Findings) -> str:
    """One array of issues; a fingerprint stays when lines move, so that a merge request shows only what it brings."""
    issues = [issue(one, mark) for one, mark in zip(findings.diagnostics, fingerprints(findings.diagnostics), strict=True)]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def issue(diagnostic: Diagnostic, fingerprint: str) -> dict[str, object]:
    """One issue."""
    subject = f"{diagnostic.subject}: " if diagnostic.subject else ""
    return {
        "description": f"{diagnostic.code} {subject}{diagnostic.message}",
        "check_name": f"{diagnostic.code} {diagnostic.rule.name}",
        "fingerprint": fingerprint,
        "severity": SEVERITIES[diagnostic.severity],
        "location": {
            "path": diagnostic.span.path,
            "lines": {"begin": diagnostic.span.line, "end": max(diagnostic.span.line, diagnostic.span.end_line)},
        },
    }
