"""People see what is equal once; nothing is lost, and what harms most comes first."""

from __future__ import annotations

from airgo.diagnostics import Diagnostic, Rule, Severity
from airgo.report.findings import Findings, formats
from airgo.report.grouping import grouped
from airgo.source import Span

WARNING = Rule("AG694", "test-only-warning", Severity.WARNING, summary="Summary", why="Why", remedy="do something else")
ERROR = Rule("AG695", "test-only-error", Severity.ERROR, summary="Summary", why="Why", remedy="do something else")


def at(rule: Rule, line: int, message: str, subject: str, path: str = "a.py") -> Diagnostic:
    """A finding."""
    return rule.at(Span(path, line, 1, line, 2), message, subject=subject)


def test_other_words_are_another_finding() -> None:
    """Another argument, another code or another operator is never hidden behind a first one."""
    found = [at(WARNING, 1, "env of Bash", "d.a"), at(WARNING, 2, "cwd of Bash", "d.b"), at(ERROR, 3, "env of Bash", "d.c")]
    assert [len(group.members) for group in grouped(found)] == [1, 1, 1]


def test_the_name_of_the_task_makes_no_difference() -> None:
    """A message that names its own task, or DAG, is the same finding for another task; a name inside a word is no name."""
    found = [
        at(WARNING, 1, "failed_states of wait_one is not known in etl", "etl.group.wait_one"),
        at(WARNING, 2, "failed_states of group.wait_two is not known in other", "other.group.wait_two"),
        at(WARNING, 3, "failed_states of waiting is not known in etl", "etl.wait"),
    ]
    assert [[one.span.line for one in group.members] for group in grouped(found)] == [[1, 2], [3]]


def test_damage_decides_the_order() -> None:
    """Errors before warnings, frequent before rare, then by place; each finding is in exactly one group."""
    found = [at(WARNING, 1, "rare", "d.a"), *(at(WARNING, line, "often", "d.a") for line in (5, 3, 4)), at(ERROR, 9, "wrong", "d.b")]
    groups = grouped(found)
    assert [(group.first.message, group.first.span.line, len(group.members)) for group in groups] == [
        ("wrong", 9, 1),
        ("often", 3, 3),
        ("rare", 1, 1),
    ]
    assert sum(len(group.members) for group in groups) == len(found)


def test_people_see_places_and_programs_see_each() -> None:
    """The text says how often and where; the forms that programs read keep each finding with its own place."""
    found = [at(WARNING, line, "often", "d.a", f"{line}.py") for line in range(1, 9)]
    text = formats()["text"](Findings(found))
    assert text == (
        "1.py:1:1: AG694 [test-only-warning] often\n"
        "   = 8 times, also at 2.py:2, 3.py:3, 4.py:4, 5.py:5 and 3 more\n"
        "   = help: do something else\n"
    )
    for form in ("concise", "github"):
        assert len(formats()[form](Findings(found)).splitlines()) == 8
