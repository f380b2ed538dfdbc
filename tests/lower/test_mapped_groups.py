"""Mapped task groups: fanned out as one inner DAG where that is exact, else they fail."""

from __future__ import annotations

import pytest

from airgo import ir
from airgo.values import Symbol
from tests.lower.building import Done, dag, lowered, span, task

ITEM = Symbol("item", "f")


def group(*, over: object = ("x", "y")) -> ir.Group:
    """A group mapped over a list."""
    argument = ir.Argument(list(over) if isinstance(over, tuple) else over, span(5))
    return ir.Group("g", None, span(5), expand=ir.Expand("expand", {"f": argument}))


def converted(*tasks: ir.Task) -> Done:
    """A DAG with the mapped group `g`."""
    return lowered(dag(*tasks, groups=(group(),)))


def member(name: str, upstream: tuple[str, ...] = (), **given: object) -> ir.Task:
    """A task of the group."""
    return task(f"g.{name}", group="g", upstream=upstream, **given)


def test_a_mapped_group_is_one_node_around_an_inner_dag() -> None:
    """The group waits as a whole, is given one element, and its tasks depend on each other inside."""
    done = converted(task("first"), member("a", ("first",), env={"F": ITEM}), member("b", ("g.a",)), task("last", upstream=("g.b",)))
    assert list(done.tasks) == ["first", "g", "last"]
    assert (done.tasks["g"]["depends"], done.tasks["g"]["template"], done.tasks["last"]["depends"]) == ("first", "g-mapped", "g")
    (loop,) = done.templates["g-mapped"]["dag"]["tasks"]
    assert loop["withItems"] == ['"x"', '"y"']
    assert [(one["name"], one.get("depends")) for one in done.templates["g"]["dag"]["tasks"]] == [("g-a", None), ("g-b", "g-a")]
    assert done.templates["g"]["inputs"] == {"parameters": [{"name": "f"}]}
    assert done.codes == []


def test_values_cross_the_border_of_a_group() -> None:
    """What a task inside reads from outside becomes an input of the inner DAG; what it reads inside stays there."""
    outer = member("a", ("first",), bash_command="echo {{ ti.xcom_pull('first') }}")
    inner = member("b", ("g.a",), bash_command="echo {{ ti.xcom_pull('g.a') }}")
    done = converted(task("first"), outer, inner)
    assert [one["name"] for one in done.templates["g"]["inputs"]["parameters"]] == ["f", "first-return-value"]
    first, second = done.templates["g"]["dag"]["tasks"]
    assert first["arguments"]["parameters"] == [{"name": "first", "value": "{{inputs.parameters.first-return-value}}"}]
    assert "tasks['g-a'].outputs?." in second["arguments"]["parameters"][0]["value"]
    assert "tasks.first.outputs?." in done.tasks["g"]["arguments"]["parameters"][0]["value"]


def test_the_report_names_the_tasks_inside() -> None:
    """Every task has its outcome and its account, wherever its template is."""
    done = converted(member("a"), member("b", ("g.a",), retries=1))
    assert [(one.task_id, one.node) for one in done.lowered.tasks] == [("g.a", "g-a"), ("g.b", "g-b")]
    target = done.ledger["d.g.b", "argument", "task_id"].target
    index = list(done.templates).index("g")
    assert target == f"dags/d/workflow-template.yaml#/spec/templates/{index}/dag/tasks/1/name"


@pytest.mark.parametrize(
    "tasks",
    [
        pytest.param([member("a"), member("b", ("g.a",), trigger_rule="all_done")], id="a rule of its own inside"),
        pytest.param([member("a", bash_command="exit 99"), member("b", ("g.a",))], id="a task that may skip itself"),
        pytest.param([task("x"), member("a", ("x",)), member("b")], id="tasks that wait for different things"),
        pytest.param([member("a"), member("b"), task("last", upstream=("g.a",))], id="somebody waits for one of several ends"),
        pytest.param([member("a"), task("last", upstream=("g.a",), trigger_rule="one_success")], id="somebody counts successes"),
    ],
)
def test_a_group_that_is_not_exact_fails(tasks: list[ir.Task]) -> None:
    """Where an inner DAG would end differently, the group's tasks are manual, and nothing else is."""
    done = converted(*tasks)
    assert "AG406" in done.codes
    strategies = {one.task_id: one.strategy for one in done.lowered.tasks}
    assert {strategy for task_id, strategy in strategies.items() if task_id.startswith("g.")} == {"manual"}
    assert {strategy for task_id, strategy in strategies.items() if not task_id.startswith("g.")} <= {"native"}
