"""SARIF 2.1.0 (docs.oasis-open.org/sarif): one run, with the rules that occur."""

from __future__ import annotations

import json
from urllib.parse import quote

from airgo import __version__
from airgo.diagnostics import Diagnostic, Rule
from airgo.report.findings import Findings
from airgo.source import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(findings: Findings) -> str:
    """One SARIF log."""
    rules = sorted({d.rule.code: d.rule for d in findings.diagnostics}.values(), key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    driver = {"name": "airgo", "version": __version__, "rules": [rule_as_sarif(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [result(d, index[d.code]) for d in findings.diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def rule_as_sarif(rule: Rule) -> dict[str, object]:
    """A reportingDescriptor."""
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.remedy},
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def result(diagnostic: Diagnostic, rule_index: int) -> dict[str, object]:
    """A result with its related locations."""
    document: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule_index,
        "level": str(diagnostic.severity),
        "message": {"text": diagnostic.message},
        "locations": [location(diagnostic.span)],
    }
    if diagnostic.notes:
        document["relatedLocations"] = [{**location(note.span), "message": {"text": note.words}} for note in diagnostic.notes]
    return document


def location(span: Span) -> dict[str, object]:
    """A physical location; SARIF's lines and columns start at 1, as ours."""
    region = {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(span.path)}, "region": region}}
