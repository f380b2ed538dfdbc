"""Findings are printed in the forms that people and tools expect."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from airgo.diagnostics import Rule, Severity
from airgo.report.findings import Findings, formats
from airgo.source import Span

RULE = Rule("AG698", "test-only-format", Severity.WARNING, summary="Summary", why="Why", remedy="do something else")
LINES = {"dags/etl.py": ["load = BashOperator(", '    task_id="load", output_processor=json.loads,']}
FOUND = RULE.at(
    Span("dags/etl.py", 2, 21, 2, 48), "output_processor has\nno counterpart: 100%", notes=[(Span("a.py", 1, 1, 1, 2), "read here")]
)


def printed(form: str) -> str:
    """One finding in one form."""
    return formats()[form](Findings([FOUND], LINES))


def test_no_finding_prints_nothing_for_people() -> None:
    """The textual forms print nothing when there is nothing to say; the others are valid documents."""
    empty = {name: render(Findings([])) for name, render in formats().items()}
    assert empty["text"] == empty["concise"] == empty["github"] == ""
    assert json.loads(empty["json"])["diagnostics"] == []
    assert json.loads(empty["sarif"])["runs"][0]["results"] == []


def test_text_underlines_the_place() -> None:
    """The text form shows the line before, the line, carets under the place, related places, and the remedy."""
    lines = printed("text").splitlines()
    assert lines[0].startswith("dags/etl.py:2:21: AG698 [test-only-format] output_processor has")
    assert lines[-5:] == [
        "   1 | load = BashOperator(",
        '   2 |     task_id="load", output_processor=json.loads,',
        "     |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "   = note: a.py:1: read here",
        "   = help: do something else",
    ]


def test_github_commands_are_escaped() -> None:
    """A line break or a percent sign in a message does not end or change the command."""
    assert printed("github") == (
        "::warning file=dags/etl.py,line=2,col=21,endLine=2,title=AG698 test-only-format::output_processor has%0Ano counterpart: 100%25\n"
    )


def test_sarif_holds_the_place_and_the_rule() -> None:
    """A SARIF result refers to its rule and its region."""
    run = json.loads(printed("sarif"))["runs"][0]
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "AG698"
    region = {"startLine": 2, "startColumn": 21, "endLine": 2, "endColumn": 48}
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "dags/etl.py"}, "region": region}


@pytest.mark.parametrize("form", ["concise", "json", "sarif", "text", "github"])
def test_every_form_is_there(form: str) -> None:
    """The forms of the documentation exist."""
    assert form in formats()


def test_junit_holds_what_xml_cannot() -> None:
    """A control character in a message does not break the document."""
    broken = RULE.at(Span("dags/<etl>.py", 1, 1, 1, 2), "a\x00b & \x1b[31m <c>")
    root = ElementTree.fromstring(formats()["junit"](Findings([broken])))
    assert root.find(".//failure").get("message") == "a\ufffdb & \ufffd[31m <c>"  # type: ignore[union-attr]  # it is there
