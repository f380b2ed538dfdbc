"""Trigger rules: what Argo makes of `depends` and `when` is what Airflow makes of the rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airgo.lower.trigger_rules import ALIASES, RULES, Upstream, condition, conjunction
from tests.lower.controller import outcome

TRUTH = json.loads((Path(__file__).parent / "data" / "trigger_rules.json").read_text())["rules"]
PHASES = {"success": ("Succeeded",), "failed": ("Failed", "Error"), "skipped": ("Skipped",), "upstream_failed": ("Omitted",)}
STATES = {"runs": "success", "Skipped": "skipped", "Omitted": "upstream_failed"}
NAMES = ("A", "load-b")

CASES = [
    pytest.param(rule, states, expected, id=f"{rule} over {states}") for rule, table in TRUTH.items() for states, expected in table.items()
]

ORDER_DEPENDS = {("all_success", "skipped+upstream_failed"): "upstream_failed"}
"""Airflow decides at the first upstream task that ends; the run that made the table ended the skipped one first."""


def self_skip_is_exact(rule: str, states: str, expected: str) -> bool:
    """Is there a skipped task, under a rule that does not count successes in `depends`? (AG318 reports the others.)"""
    parts = set(states.split("+"))
    return "skipped" in parts and (rule not in ("one_success", "all_done_min_one_success") or len(parts) == 1)


def upstream(states: list[str], *, itself: bool = False) -> list[Upstream]:
    """Upstream tasks of which nothing is excluded."""
    return [Upstream(NAMES[i], may_skip=True, may_omit=True, skips_itself=itself) for i in range(len(states))]


@pytest.mark.parametrize(("rule", "states", "expected"), CASES)
def test_every_rule_ends_as_in_airflow(rule: str, states: str, expected: str) -> None:
    """For every rule and all upstream states, the task ends in Argo as it ended in the real Airflow."""
    parts = states.split("+")
    made = condition(rule, upstream(parts))
    expected = ORDER_DEPENDS.get((rule, states), expected)
    for first in PHASES[parts[0]]:
        for second in PHASES[parts[-1]]:
            phases = dict(zip(NAMES, (first, second), strict=False))
            assert STATES[outcome(made.depends, made.when, phases)] == expected


@pytest.mark.parametrize(("rule", "states", "expected"), CASES)
def test_conditions_without_the_impossible_say_the_same(rule: str, states: str, expected: str) -> None:
    """What is left out because an upstream task cannot be skipped or omitted changes nothing for the states that it can end in."""
    parts = states.split("+")
    tasks = [Upstream(NAMES[i], may_skip=state == "skipped", may_omit=state == "upstream_failed") for i, state in enumerate(parts)]
    made = condition(rule, tasks)
    expected = ORDER_DEPENDS.get((rule, states), expected)
    phases = {task.name: PHASES[state][0] for task, state in zip(tasks, parts, strict=True)}
    found = STATES[outcome(made.depends, made.when, phases)]
    assert found == expected
    assert made.may_skip or found != "skipped"
    assert made.may_omit or found != "upstream_failed"


@pytest.mark.parametrize(("rule", "states", "expected"), [case for case in CASES if self_skip_is_exact(*case.values)])
def test_a_task_that_skips_itself_counts_as_skipped(rule: str, states: str, expected: str) -> None:
    """A task that ended Succeeded and published that it skipped itself is a skipped one to every rule."""
    parts = states.split("+")
    made = condition(rule, upstream(parts, itself=True))
    phases = {NAMES[i]: "Succeeded" if state == "skipped" else PHASES[state][0] for i, state in enumerate(parts)}
    says = {NAMES[i]: "skipped" for i, state in enumerate(parts) if state == "skipped"}
    expected = ORDER_DEPENDS.get((rule, states), expected)
    assert STATES[outcome(made.depends, made.when, phases, says)] == expected


def test_the_common_case_reads_like_the_dag() -> None:
    """Where nothing can be skipped, all_success is the names alone."""
    made = condition("all_success", [Upstream("A"), Upstream("B")])
    assert (made.depends, made.when) == ("A && B", None)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_task_without_upstream_tasks_always_runs(rule: str) -> None:
    """Whatever its rule, a first task has no condition."""
    made = condition(rule, [])
    assert (made.depends, made.when) == (None, None)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_teardown_runs_when_any_of_its_setups_succeeded(rule: str) -> None:
    """Only all_done_setup_success looks at which upstream tasks are setups."""
    setups = [Upstream("A", may_skip=True, may_omit=True, setup=True), Upstream("B", may_skip=True, may_omit=True)]
    made = condition(rule, setups)
    if rule != "all_done_setup_success":
        assert made == condition(rule, [Upstream("A", True, True), Upstream("B", True, True)])
        return
    ends = {setup: outcome(made.depends, made.when, {"A": setup, "B": "Failed"}) for setup in ("Succeeded", "Failed", "Skipped", "Omitted")}
    assert ends == {"Succeeded": "runs", "Failed": "Omitted", "Skipped": "Skipped", "Omitted": "Omitted"}


def test_names_of_airflow_2_mean_their_successors() -> None:
    """`dummy` and `none_failed_or_skipped` are old names."""
    for old, new in ALIASES.items():
        assert condition(old, [Upstream("A", True)]) == condition(new, [Upstream("A", True)])


@pytest.mark.parametrize(
    ("tests", "written"),
    [
        ([], None),
        (["a || b"], "a || b"),
        (["{{= x || y }}", "z"], "{{= x || y }} && z"),
        (["{{= x }} && y || z", "w"], "({{= x }} && y || z) && w"),
        (["(a && b) || (c && d)", "e"], "((a && b) || (c && d)) && e"),
        (["(a || b)", "", "c"], "(a || b) && c"),
    ],
)
def test_alternatives_among_conditions_that_must_all_hold_are_in_brackets(tests: list[str], written: str | None) -> None:
    """Only those outside of brackets and tags count: the others bind as they are."""
    assert conjunction(tests) == written
