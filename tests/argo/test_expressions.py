"""Building expressions: what is built can be read, and never hangs on a task that did not run."""

from __future__ import annotations

import pytest

from airgo.argo.conditions import check_when
from airgo.argo.expression_syntax import parse
from airgo.argo.expression_tokens import literal_text
from airgo.argo.expressions import all_of, any_of, member, quote, quote_condition, read_output, status_in, tag


@pytest.mark.parametrize(
    "text", ["", "a", "it's", "\\", "a\nb\t", "{{x}}", "}}", "}", "{", "{{{", "\x00\u2028", "é 😀", '{"a": {"b": {}}}']
)
def test_a_literal_says_its_text(text: str) -> None:
    """Quoted, any text comes back, and holds no tag's braces."""
    literal = quote(text)
    parse(literal)
    assert literal_text(literal) == text
    assert "}}" not in literal
    assert "{{" not in literal
    assert "}}" not in tag(literal)[3:-2]


def test_braces_that_would_end_a_tag_are_refused() -> None:
    """Code with two closing braces is no expression that a tag can hold."""
    with pytest.raises(ValueError, match="closing braces"):
        tag("{a: {b: 1}}")


def test_tags_in_conditions_are_refused() -> None:
    """Argo would put a value in their place."""
    with pytest.raises(ValueError, match="opening braces"):
        quote_condition("{{x}}")
    check_when(f"{quote_condition('it is')} == 'a'")


def test_reads_are_safe() -> None:
    """The forms that were watched to work in every state."""
    assert read_output("count", "return-values", "[]") == "tasks.count.outputs?.parameters?.['return-values'] ?? '[]'"
    assert read_output("a-b", "p") == "tasks['a-b'].outputs?.parameters?.['p'] ?? 'null'"


def test_names_are_quoted_where_they_must() -> None:
    """A dash, a keyword."""
    assert member("tasks", "a", "in", "b-c") == "tasks.a['in']['b-c']"
    assert member("x", "a", "b-c", optional=True) == "x?.a?.['b-c']"


def test_statuses() -> None:
    """One is compared, several are listed; a word that is no phase is a mistake of ours."""
    assert status_in("a", "Succeeded") == "'{{tasks.a.status}}' == 'Succeeded'"
    assert status_in("a", "Failed", "Error") == "'{{tasks.a.status}}' in ('Failed', 'Error')"
    with pytest.raises(ValueError, match="no phase"):
        status_in("a", "Success")


def test_joins_bracket_what_binds_looser() -> None:
    """Only operators outside quotes, tags and parentheses count."""
    assert all_of(["a || b", "c"]) == "(a || b) && c"
    assert all_of(["{{= a || b }}", "'||' == 'x'", "(a || b)"]) == "{{= a || b }} && '||' == 'x' && (a || b)"
    assert any_of(["a && b", "c"]) == "(a && b) || c"
    assert all_of(["a || b"]) == "a || b"
