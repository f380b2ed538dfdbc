"""expr-lang: what its parser refuses at run time, airgo refuses before; and it knows what an expression uses."""

from __future__ import annotations

import pytest

from airgo.argo.expression_syntax import parse
from airgo.argo.expression_tokens import ExpressionError


@pytest.mark.parametrize(
    "code",
    [
        *(
            "",
            "(a",
            "a)",
            "'x",
            '"x',
            "a +",
            "a b",
            "a..",
            "x.",
            "f(",
            "map(x)",
            "{a b}",
            "a & b",
            "@",
            "'\\q'",
            "1x",
            "let = 2; 3",
            "a ? b",
        ),
        *("not", "a = b", "[1,", "a not b", "if a { 1 }", "x[", "f(a b)", "(" * 300 + "1" + ")" * 300, "a ?? b == c", "{[1]: 2}", "x | y"),
    ],
)
def test_nonsense_is_refused(code: str) -> None:
    """Each of these is an error of the controller, when the workflow already runs."""
    with pytest.raises(ExpressionError):
        parse(code)


@pytest.mark.parametrize(
    "code",
    [
        *("let x = 1; x + 1", "if a { 1 } else if b { 2 } else { 3 }", "[1,2,3][1:2]", "{a: 1, 'b': 2, (c): 3,}", "x | map(# * 2) | sum()"),
        *(
            "not (a in b) && c not in d",
            "1..3",
            "-2 ** 2",
            "a ?: b",
            "'b' == (x ?? 'a')",
            "x?.[0].y[1:]",
            "1.5e3 + .5 + 0x1F",
            "`raw ``x`` }`",
        ),
        *("all(x, {# > 1})", "filter(x, .age > 18)", "a?.b ?? c ?? d", "date(x).In(timezone('UTC')).Format('2006')", "count(x)"),
    ],
)
def test_the_language_is_understood(code: str) -> None:
    """The forms that its documentation shows."""
    parse(code)


def test_what_is_used_is_known() -> None:
    """Paths as far as they are written out; functions called by name."""
    used = parse("fromJSON(tasks['a-b']?.outputs.parameters?.['p'] ?? '[]')[inputs.parameters.n] + sprig.trim(item)")
    assert used.functions == ["fromJSON"]
    assert sorted(used.paths) == [
        ("inputs", "parameters", "n"),
        ("item",),
        ("sprig", "trim"),
        ("tasks", "a-b", "outputs", "parameters", "p"),
    ]


def test_names_of_ones_own_are_no_variables() -> None:
    """What `let` declares is not asked of the workflow."""
    assert parse("let x = workflow.name; x + 'a'").paths == [("workflow", "name")]


def test_escapes_in_names_are_read() -> None:
    """A quoted key may be written with escapes."""
    assert parse(r"tasks['a\u002db'].status").paths == [("tasks", "a-b", "status")]
