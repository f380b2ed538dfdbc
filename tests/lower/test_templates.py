"""Templates of single tasks: what is converted, what fails closed, and the account of every argument."""

from __future__ import annotations

from typing import Any

import pytest

from airgo import ir
from airgo.values import Symbol, Unknown
from tests.lower.building import BASH, dag, lowered, span, task


def fails(template: dict[str, Any]) -> bool:
    """Does the template print a reason and end with an error?"""
    container = template["container"]
    return container["args"] == ['echo "$AIRGO_MESSAGE" >&2; exit 1'] and bool(container["env"][0]["value"])


@pytest.mark.parametrize(
    ("made", "code"),
    [
        pytest.param(task("a", "corp.operators.LaunchOperator"), "AG201", id="no mapping"),
        pytest.param(task("a", "airflow.operators.subdag.SubDagOperator"), "AG224", id="a mapping that says by hand"),
        pytest.param(task("a", opaque=True), "AG202", id="made by code that is not known"),
        pytest.param(task("a", guard=ir.Guard(Symbol("env", "ENV"), True, span(2))), "AG222", id="there only under an undecided test"),
        pytest.param(task("a", overrides_execute=True, bash_command="x"), "AG220", id="code of its own"),
        pytest.param(task("a", bash_command=Unknown("it was read from a socket")), "AG429", id="an argument that is not known"),
        pytest.param(task("a", bash_command=7), "AG228", id="a command that is no text"),
    ],
)
def test_what_cannot_be_converted_fails(made: ir.Task, code: str) -> None:
    """The task becomes a template that says why and fails, with an error, and is `manual` in the report."""
    if made.overrides_execute:
        made = ir.Task(**{**{name: getattr(made, name) for name in ir.Task.__slots__}, "class_name": "plugins.ops.Mine"})
    done = lowered(dag(made))
    assert code in done.codes
    assert fails(done.templates["a"])
    assert done.lowered.tasks[0].strategy == "manual"
    assert "retryStrategy" not in done.templates["a"]


def test_a_missing_argument_fails() -> None:
    """An operator without what it needs is an error, not an empty command."""
    made = ir.Task("a", BASH, BASH, span(3), {}, {})
    assert "AG221" in lowered(dag(made)).codes


def test_an_untemplated_command_stays_readable() -> None:
    """The command stands in `args` as it was written, dollars and all."""
    done = lowered(dag(task("a", bash_command="echo $(date) $$ $HOME")))
    assert done.templates["a"]["container"]["args"] == ["echo $(date) $$$$ $HOME"]
    assert done.templates["a"]["container"]["command"] == ["bash", "-c"]


def test_a_templated_command_travels_as_data() -> None:
    """The rendered text is one env variable that bash runs."""
    container = lowered(dag(task("a", bash_command="echo {{ ds }}"))).templates["a"]["container"]
    assert container["args"] == ['bash -c "$AIRGO_COMMAND"']
    assert container["env"][0]["value"].startswith("echo {{=")


def test_text_that_argo_would_replace_fails() -> None:
    """A literal tag of Argo's cannot be quoted, so the task does not pretend to hold it."""
    done = lowered(dag(task("a", bash_command="echo '{% raw %}{{workflow.name}}{% endraw %}'")))
    assert "AG620" in done.codes
    assert fails(done.templates["a"])


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param({"owner": "me"}, "ignored", id="an owner"),
        pytest.param({"retries": 2}, "mapped", id="retries"),
        pytest.param({"cwd": "/tmp"}, "mapped", id="a working directory"),
        pytest.param({"depends_on_past": False}, "ignored", id="a default written out"),
        pytest.param({"on_failure_callback": Unknown("x")}, "unsupported", id="a callback"),
        pytest.param({"queue": "big"}, "unsupported", id="a queue"),
        pytest.param({"sla": 3600}, "unsupported", id="an SLA"),
        pytest.param({"output_processor": Unknown("x")}, "unsupported", id="what the mapping cannot do"),
        pytest.param({"nonsense": 1}, "unknown", id="what the mapping does not name"),
        pytest.param({"email": "a@b.c", "email_on_failure": False, "email_on_retry": False}, "ignored", id="mail that is not sent"),
        pytest.param({"email": "a@b.c"}, "unsupported", id="mail that is sent"),
        pytest.param({"email_on_failure": True}, "ignored", id="mail without an address"),
    ],
)
def test_every_written_argument_is_accounted_for_once(given: dict[str, Any], kind: str) -> None:
    """Each argument ends as exactly one of the five outcomes, with a place, a reason or a code that was reported."""
    done = lowered(dag(task("a", **given)))
    entry = done.ledger["d.a", "argument", next(iter(given))]
    assert entry.outcome == kind
    assert (entry.target is not None) == (kind == "mapped")
    assert (entry.reason is not None) == (kind == "ignored")
    assert entry.code is None or entry.code in done.codes
    assert {name for _, ledger_kind, name in done.ledger if ledger_kind == "argument"} == {"task_id", "bash_command", *given}


def test_targets_lead_to_what_they_name() -> None:
    """A target is a pointer into the manifest that holds the value."""
    done = lowered(dag(task("a", retries=3)))
    target = done.ledger["d.a", "argument", "retries"].target
    assert target == "dags/d/workflow-template.yaml#/spec/templates/1/retryStrategy/limit"


def test_default_args_are_accounted_for_at_the_dag() -> None:
    """A key of default_args has one entry, whatever the number of tasks that take it, and one that nobody takes is said so."""
    default = {"retries": ir.Argument(2, span(2), "default_args"), "pool_of_cars": ir.Argument(1, span(2), "default_args")}
    made = task("a")
    taking = ir.Task("a", BASH, BASH, made.span, {**made.arguments, "retries": default["retries"]}, made.written, retries=2)
    done = lowered(dag(taking, task("b"), default_args=default))
    assert done.ledger["d", "default", "retries"].outcome == "mapped"
    assert done.ledger["d", "default", "pool_of_cars"].outcome == "ignored"
    assert ("d.a", "argument", "retries") not in done.ledger


def test_arguments_of_the_dag_are_accounted_for() -> None:
    """What the DAG says is mapped, ignored or reported; nothing is dropped."""
    done = lowered(dag(task("a"), tags=["x"], max_active_runs=1, on_failure_callback=Unknown("x"), description="daily", colour="red"))
    outcomes = {name: entry.outcome for (subject, kind, name), entry in done.ledger.items() if kind == "dag"}
    assert outcomes == {
        "dag_id": "mapped",
        "tags": "ignored",
        "max_active_runs": "mapped",
        "on_failure_callback": "unsupported",
        "description": "mapped",
        "colour": "unknown",
    }
    assert {"AG306", "AG203"} <= set(done.codes)


def test_origins_lead_back_to_the_users_lines() -> None:
    """A problem in a task's template or entry is reported at the task."""
    made = task("a", line=42)
    done = lowered(dag(made))
    assert done.lowered.origins["dags/d/workflow-template.yaml#/spec/templates/1"] == made.span
    assert done.lowered.origins["dags/d/workflow-template.yaml#/spec/templates/0/dag/tasks/0"] == made.span
