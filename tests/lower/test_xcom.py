"""Data between tasks, and mapped tasks."""

from __future__ import annotations

import pytest

from airgo import ir
from airgo.values import XComRef
from tests.lower.building import BASH, EMPTY, dag, lowered, span, task


def expand(**lists: object) -> ir.Expand:
    """`expand` over these lists."""
    return ir.Expand("expand", {name: ir.Argument(value, span(4)) for name, value in lists.items()})


def test_a_value_that_nobody_reads_is_not_exported() -> None:
    """A plain task has no output and no code for one."""
    template = lowered(dag(task("a"), task("b", upstream=("a",)))).templates["a"]
    assert "outputs" not in template
    assert template["container"]["args"] == ["echo a"]


def test_a_value_is_read_safely_and_has_a_default() -> None:
    """The reader never hangs on a producer that was skipped, and never uses outputs.result."""
    done = lowered(dag(task("a"), task("b", bash_command="echo {{ ti.xcom_pull('a') }}", upstream=("a",))))
    (output,) = done.templates["a"]["outputs"]["parameters"]
    assert output == {"name": "return-value", "valueFrom": {"path": "/tmp/airgo/return-value", "default": "null"}}
    (argument,) = done.tasks["b"]["arguments"]["parameters"]
    assert "tasks.a.outputs?.parameters?.['return-value'] ?? 'null'" in argument["value"]
    assert done.templates["b"]["inputs"] == {"parameters": [{"name": "a"}]}
    assert done.ledger["d.b", "xcom", "a.return_value"].outcome == "mapped"
    assert done.codes == ["AG401"]


@pytest.mark.parametrize(
    ("reader", "others"),
    [
        pytest.param(task("b", bash_command="echo {{ ti.xcom_pull('a') }}"), [task("a")], id="a task that is not upstream"),
        pytest.param(
            task("b", bash_command="echo {{ ti.xcom_pull('a') }}", upstream=("a",), trigger_rule="always"),
            [task("a")],
            id="a task that does not wait",
        ),
        pytest.param(
            task("b", bash_command="echo {{ ti.xcom_pull('a', key='rows') }}", upstream=("a",)), [task("a")], id="a key that is not written"
        ),
        pytest.param(
            task("b", bash_command="echo {{ ti.xcom_pull('a') }}", upstream=("a",)), [task("a", EMPTY)], id="a step that runs nothing"
        ),
    ],
)
def test_what_cannot_be_read_fails(reader: ir.Task, others: list[ir.Task]) -> None:
    """Reading what is not handed on would hang or lie, so the reader fails with a message."""
    done = lowered(dag(*others, reader))
    assert "AG400" in done.codes
    assert next(one for one in done.lowered.tasks if one.task_id == "b").strategy == "manual"
    assert all(entry.outcome != "mapped" for (_, kind, _), entry in done.ledger.items() if kind == "xcom")


def test_a_task_that_pushes_nothing_is_read_as_null() -> None:
    """do_xcom_push=False makes every read None, as in Airflow."""
    done = lowered(dag(task("a", do_xcom_push=False), task("b", bash_command="echo {{ ti.xcom_pull('a') }}", upstream=("a",))))
    assert "outputs" not in done.templates["a"]
    assert done.codes == ["AG401"]


def test_lists_that_are_known_are_crossed_with_the_last_varying_fastest() -> None:
    """Two literal lists make their product, in Airflow's order."""
    made = task("m", bash_command=None, expand=expand(bash_command=["a", "b"], cwd=["/x", "/y"]))
    made = ir.Task("m", BASH, BASH, made.span, {}, {}, expand=made.expand)
    done = lowered(dag(made))
    (inner,) = done.templates["m-mapped"]["dag"]["tasks"]
    assert [(item["bash_command"], item["cwd"]) for item in inner["withItems"]] == [("a", "/x"), ("a", "/y"), ("b", "/x"), ("b", "/y")]
    assert {one["name"]: one["value"] for one in inner["arguments"]["parameters"]} == {
        "bash_command": "{{item.bash_command}}",
        "cwd": "{{item.cwd}}",
    }
    assert done.lowered.tasks[0].template == "m"
    assert done.lowered.tasks[0].node == "m"


def test_mapping_over_nothing_skips_the_task() -> None:
    """An empty list skips the task, and with it what depends on it."""
    made = ir.Task("m", BASH, BASH, span(3), {}, {}, expand=expand(bash_command=[]))
    done = lowered(dag(made, task("after", upstream=("m",))))
    assert done.tasks["m"]["when"] == "false"
    assert done.tasks["after"]["when"] == "'{{tasks.m.status}}' == 'Succeeded'"
    assert "m-mapped" not in done.templates


def test_mapping_over_what_a_template_cannot_list_fails() -> None:
    """A command's last line is no list of elements."""
    made = ir.Task("m", BASH, BASH, span(3), {}, {}, expand=expand(bash_command=XComRef("a")), upstream=("a",))
    done = lowered(dag(task("a"), made))
    assert "AG400" in done.codes


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([{"a": 1}, "b"], id="values of different shapes"),
        pytest.param([["a"], ["a", "b"]], id="lists of different lengths"),
        pytest.param([True, False], id="values that are no texts"),
        pytest.param("abc", id="a text"),
        pytest.param(["x"] * 1025, id="more than Airflow allows"),
    ],
)
def test_mapping_that_is_not_exact_fails(value: object) -> None:
    """What cannot be fanned out over exactly is an error."""
    done = lowered(dag(ir.Task("m", BASH, BASH, span(3), {}, {}, expand=expand(bash_command=value))))
    assert "AG405" in done.codes
    assert done.lowered.tasks[0].strategy == "manual"


def test_a_text_to_map_over_is_escaped_for_where_it_ends() -> None:
    """Dollars are doubled in elements that become env values, since Kubernetes reads them there."""
    done = lowered(dag(ir.Task("m", BASH, BASH, span(3), {}, {}, expand=expand(bash_command=["echo $$"]))))
    (inner,) = done.templates["m-mapped"]["dag"]["tasks"]
    assert inner["withItems"] == ["echo $$$$"]
