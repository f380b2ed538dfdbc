"""`# airgo: ignore[...]` silences what it names, on its line, and says when it silences nothing."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
from airgo.source import Span
from airgo.suppression import apply

RULE = Rule("AG699", "test-only", Severity.ERROR, summary="s", why="w", remedy="r")
INTERNAL = Rule("AG999", "test-only-internal", Severity.ERROR, summary="s", why="w", remedy="r")


def silence(text: str, *rules: Rule) -> list[tuple[str, int]]:
    """What is left of one finding of each rule on line 1 of a file with this text."""
    found = [rule.at(Span("a.py", 1, 1, 1, 2), "m") for rule in rules]
    return [(d.code, d.span.line) for d in apply(found, ["a.py"], lambda path: text).kept]


def test_another_code_silences_nothing() -> None:
    """A comment for another code leaves the finding, and is itself reported as unused."""
    assert sorted(silence("x = 1  # airgo: ignore[AG698] because", RULE)) == [("AG691", 1), ("AG699", 1)]


def test_another_line_silences_nothing() -> None:
    """A comment on the next line is not about this one."""
    assert sorted(silence("x = 1\n# airgo: ignore[AG699]\n", RULE)) == [("AG691", 2), ("AG699", 1)]


def test_a_mistake_of_airgo_is_never_silenced() -> None:
    """Internal errors are shown whatever the comment says."""
    assert ("AG999", 1) in silence("x  # airgo: ignore[AG999]", INTERNAL)


def test_named_codes_are_silenced() -> None:
    """One comment may name several codes."""
    assert silence("x  # airgo: ignore[AG698, AG699] reason", RULE) == [("AG691", 1)]
    assert silence("x  # airgo: ignore[AG699] reason", RULE) == []
