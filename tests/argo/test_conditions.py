"""`depends` and `when`: mistakes that Argo's lint lets pass are found."""

from __future__ import annotations

import pytest

from airgo.argo.conditions import Dependency, Tag, check_when, parse_depends, tags
from airgo.argo.expression_tokens import ExpressionError


@pytest.mark.parametrize(
    "text",
    ["", "A &&", "(A", "A)", "A & B", "A B", "A || || B", "!", "A.Done", "A.succeeded", "A and B", "A_b", "&& A", "()", "A!", "A.Failed.x"],
)
def test_bad_depends_is_refused(text: str) -> None:
    """Lint accepts most of these; the controller puts the task in Error."""
    with pytest.raises(ExpressionError):
        parse_depends(text)


def test_depends_names_its_tasks() -> None:
    """Every task, with the result that is asked for."""
    found = parse_depends("A && (b-2.Failed || !C.AnySucceeded)\n")
    assert found == (Dependency("A"), Dependency("b-2", "Failed"), Dependency("C", "AnySucceeded"))


@pytest.mark.parametrize(
    "text",
    [
        *("", "'a' ==", "'a' = 'b'", "'a' == 'b", "('a' == 'b'", "'a' 'b'", "== 'a'"),
        *("{{=a}} {{=b}}", "'{{x}}' in ('a', )", "'a' === 'b'"),
    ],
)
def test_bad_conditions_are_refused(text: str) -> None:
    """Lint reads no condition."""
    with pytest.raises(ExpressionError):
        check_when(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "'{{tasks.a.status}}' == 'Succeeded' || '{{tasks.b.status}}' in ('Failed', 'Error')",
            "{{inputs.parameters.n}} > 3",
            "{{= 'a' in b }}",
        ),
        *(
            "{{=a}} && !{{=b}}",
            "false",
            "true && (1 < 2)",
            "\"a\" =~ 'b.*'",
            "-1 < {{item}}",
            "{{x}} == heads",
            "'it\\'s' != ''",
            "{{ item.x }} == 1 ? true : false",
        ),
        "{{= a ? 'x' : \"}\" }}",
    ],
)
def test_good_conditions_pass(text: str) -> None:
    """Comparisons, lists, expressions, tags inside and outside quotes."""
    check_when(text)


def test_tags_are_found_as_argo_finds_them() -> None:
    """Spaces around a name do not count; an expression starts right after the braces."""
    assert list(tags("a {{ x.y }} {{=1 + 1}} {{ =z}}")) == [Tag("x.y", False), Tag("1 + 1", True), Tag("=z", False)]
