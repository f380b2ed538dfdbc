"""Diagnostics for programs: the entries of report.json, alone."""

from __future__ import annotations

import json

from airgo import __version__
from airgo.report.findings import Findings
from airgo.report.model import diagnostic_as_json


def render(findings: Findings) -> str:
    """One JSON document."""
    document = {"airgo": __version__, "schema": 1, "diagnostics": [diagnostic_as_json(d) for d in findings.diagnostics]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
