"""A baseline accepts what was there when it was written, wherever the lines go, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from airgo.diagnostics import Diagnostic, Rule, Severity
from airgo.report.baseline import BaselineProblem, baseline_text, compare, fingerprints, read_baseline
from airgo.source import Span

RULE = Rule("AG696", "test-only-baseline", Severity.ERROR, summary="Summary", why="Why", remedy="do something else")


def at(line: int, message: str = "env is not known", path: str = "dags/etl.py") -> Diagnostic:
    """A finding on a line."""
    return RULE.at(Span(path, line, 1, line, 2), message, subject="etl.load")


def test_a_new_finding_is_not_accepted() -> None:
    """Another message, another file, or one more of the same kind is new."""
    baseline = read_baseline(baseline_text([at(3)]), "b.json")
    fresh = [at(3), at(4), at(3, "cwd is not known"), at(3, path="dags/other.py")]
    found = compare(fresh, baseline)
    assert found.new == tuple(fresh[1:])
    assert (found.accepted, found.gone) == (1, 0)


def test_lines_that_move_change_nothing() -> None:
    """Findings that stand elsewhere in their file are the same, also when the message names a place."""
    before = [at(3), at(9), at(20, "a.py and dags/b.py:12: two DAGs")]
    after = [at(13), at(19), at(30, "a.py and dags/b.py:22: two DAGs")]
    assert fingerprints(before) == fingerprints(after)
    assert len(set(fingerprints(before))) == 3
    assert compare(after, read_baseline(baseline_text(before), "b.json")).new == ()
    assert baseline_text(before) == baseline_text(after)


def test_what_is_gone_is_counted() -> None:
    """A baseline that accepts more than there is can be written again, smaller."""
    found = compare([at(3)], read_baseline(baseline_text([at(3), at(4), at(5, "x")]), "b.json"))
    assert (found.new, found.accepted, found.gone) == ((), 1, 2)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 9, "findings": []}', '{"schema": 1, "findings": [{}]}'])
def test_another_file_is_no_baseline(text: str) -> None:
    """A file that is none of airgo's is refused, never taken for an empty one."""
    with pytest.raises(BaselineProblem, match=r"b\.json"):
        read_baseline(text, "b.json")


def test_an_empty_baseline_accepts_nothing() -> None:
    """No finding, no entry."""
    assert read_baseline(baseline_text([]), "b.json") == Counter()
