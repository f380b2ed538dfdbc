"""report.json: the contract for programs."""

from __future__ import annotations

import json

from airgo.report.model import Report, as_json

SUFFIX = "json"


def render(report: Report) -> str:
    """The report as JSON, with one trailing newline."""
    return json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n"
