"""Python tasks as templates: the text of their scripts, and what the scripts do when a plain interpreter runs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from airgo import ir
from airgo.argo.text import Input, Text, XComHole
from airgo.lower.draft import CannotLower
from airgo.source import Span
from airgo.values import CodeRef, Extern, Unknown, XComRef

SPAN = Span("dags/x.py", 1, 1, 1, 1)

DIAMOND = """from airflow import DAG
from airflow.operators.python_operator import PythonOperator

UNUSED = 1


def print_message(message):
    print(f"Message: {message}")
"""


def test_a_callable_that_is_not_known_cannot_be_lowered(make) -> None:
    """Without the function's source there is no script, and the task says so."""
    with pytest.raises(CannotLower, match="the function that t runs is not known"):
        make(Unknown("not read"))


def test_the_diamonds_script_is_the_function_and_its_call(make, cut: Callable[..., CodeRef]) -> None:
    """A plain task that nobody reads from has no line that it does not need."""
    made = make(cut(DIAMOND, "print_message"), op_kwargs={"message": "A"})
    assert made.source() == (
        "import os\n\n\n"
        "# dags/x.py:7\n"
        "def print_message(message):\n"
        '    print(f"Message: {message}")\n\n\n'
        'print_message(message=os.environ["ARG_message"])\n'
    )
    assert made.body() == {
        "script": {
            "image": "python:3.12-slim",
            "command": ["python"],
            "env": [{"name": "ARG_message", "value": Text((Input("message"),))}],
            "source": made.source(),
        }
    }
    assert made.template.arguments == {"message": "A"}
    assert made.template.name_hint == "print_message"
    assert made.run().output == "Message: A\n"


def test_the_return_value_is_written_when_somebody_reads_it(make, cut: Callable[..., CodeRef]) -> None:
    """What the function returns arrives as JSON, without anything that Argo would take for a tag."""
    made = make(cut("def task(n):\n    return {'a': '{' * 2 + 'workflow.name}}', 'n': n}\n"), op_kwargs={"n": 2.5})
    ran = made.run("return_value")
    assert ran.value() == {"a": "{{workflow.name}}", "n": 2.5}
    assert "{{" not in ran.files["return-value"]


def test_positional_arguments_are_named_after_the_parameters_they_fill(make, cut: Callable[..., CodeRef]) -> None:
    """op_args reach the function in their order, each with its type."""
    made = make(cut("def task(a, b, *rest):\n    return [a, b, rest]\n"), op_args=["x", 1, None, [1, "y"]])
    assert [entry["name"] for entry in made.body()["script"]["env"]] == ["ARG_a", "ARG_b", "ARG_3", "ARG_4"]
    assert made.run("return_value").value() == ["x", 1, [None, [1, "y"]]]


def test_keywords_that_the_function_does_not_take_are_left_out(make, cut: Callable[..., CodeRef]) -> None:
    """Airflow drops op_kwargs that the callable does not accept."""
    assert make(cut("def task(a):\n    return a\n"), op_kwargs={"a": 1, "b": 2}).run("return_value").value() == 1


def test_a_library_function_is_imported_and_called(make) -> None:
    """A callable from outside the project needs no code of its own."""
    made = make(Extern("os.path.join"), op_args=["a", "b"])
    assert made.run("return_value").value() == "a/b"


def test_a_branch_writes_the_ids_it_chose(make, cut: Callable[..., CodeRef]) -> None:
    """One id, several or none become a JSON list, apart from the XCom; nothing is checked that can be seen."""
    big = ir.Task("big", "x", "x", SPAN, {}, {})
    made = make(cut("def task():\n    return 'big' if 3 > 2 else None\n"), strategy="branch", others=(big,))
    assert made.template.branch
    assert "unknown" not in made.source("airgo-branch")
    assert made.run("airgo-branch").value("airgo-branch") == ["big"]
    made = make(cut("def task():\n    return None\n"), strategy="branch")
    assert made.run("airgo-branch").value("airgo-branch") == []


def test_a_branch_to_what_is_not_there_fails(make, cut: Callable[..., CodeRef]) -> None:
    """As in Airflow, an id that the DAG does not have is an error, not a branch that skips everything."""
    big = ir.Task("big", "x", "x", SPAN, {}, {})
    source = "def task(name):\n    return [name]\n"
    assert make(cut(source), strategy="branch", others=(big,), op_args=["big"]).run("airgo-branch").value("airgo-branch") == ["big"]
    ran = make(cut(source), strategy="branch", others=(big,), op_args=["bog"]).run("airgo-branch")
    assert (ran.status, ran.files) == (1, {})


def test_a_short_circuit_writes_whether_its_value_is_true(make, cut: Callable[..., CodeRef]) -> None:
    """Any value counts as Python counts it."""
    made = make(cut("def task():\n    return []\n"), strategy="short-circuit")
    assert made.template.short_circuit
    assert made.run("airgo-branch").files["airgo-branch"] == "false"


def test_a_mapped_producer_writes_json_texts(make, cut: Callable[..., CodeRef]) -> None:
    """What others fan out over is a list of JSON texts, and a dict gives its pairs."""
    made = make(cut("def task():\n    return [1, '1', {'a': '{' * 2}]\n"))
    assert made.run("items").value("items") == ["1", '"1"', '{"a": "{\\u007b"}']
    made = make(cut("def task():\n    return {'a': 1}\n"))
    assert made.run("items").value("items") == ['["a", 1]']


def test_several_outputs_are_written_key_by_key(make, cut: Callable[..., CodeRef]) -> None:
    """With multiple_outputs each key that somebody reads has a file of its own; an absent one has none."""
    reader = ir.Task("r", "x", "x", SPAN, {"a": ir.Argument([XComRef("t", "a"), XComRef("t", "b c")], SPAN)}, {})
    made = make(cut("def task():\n    return {'a': 1}\n"), multiple_outputs=True, others=(reader,))
    assert set(made.template.outputs) == {"return_value", "items", "a", "b c"}
    assert made.run("return_value", "a", "b c").files == {"return-value": '{"a": 1}', "xcom-a": "1"}


def test_a_value_that_json_cannot_carry_fails_the_task(make, cut: Callable[..., CodeRef]) -> None:
    """An XCom is JSON or an error, never something else."""
    ran = make(cut("def task():\n    return {1, 2}\n")).run("return_value")
    assert ran.status == 1
    assert "not JSON serializable" in ran.errors


def test_arguments_that_are_not_json_are_written_as_python(make, cut: Callable[..., CodeRef]) -> None:
    """Tuples, sets and dates keep their types."""
    source = "def task(a, b, c):\n    return [type(a).__name__, sorted(b), c.isoformat()]\n"
    made = make(cut(source), op_kwargs={"a": (1, 2), "b": {3, 4}, "c": datetime(2024, 1, 2, tzinfo=UTC)})
    assert made.run("return_value").value() == ["tuple", [3, 4], "2024-01-02T00:00:00+00:00"]


def test_other_tasks_values_arrive_as_they_were(make, cut: Callable[..., CodeRef]) -> None:
    """References to XComs, also inside lists and dicts, are JSON on the way."""
    made = make(cut("def task(a, b):\n    return [a, b]\n"), op_args=[XComRef("x")], op_kwargs={"b": {"k": [XComRef("y", "z"), 1]}})
    holes = {XComHole(("x",), json=True): '{"q": null}', XComHole(("y",), "z", json=True): '"s"'}
    assert made.run("return_value", holes=holes).value() == [{"q": None}, {"k": ["s", 1]}]


def test_text_that_argo_would_touch_travels_as_json(make, cut: Callable[..., CodeRef]) -> None:
    """A literal argument with two braces is no tag for Argo, and arrives unchanged."""
    made = make(cut("def task(a):\n    return a\n"), op_kwargs={"a": "{{workflow.name}}"})
    assert "{{" not in made.template.arguments["a"]
    assert made.run("return_value").value() == "{{workflow.name}}"


def test_code_with_an_argo_tag_is_not_converted(make, cut: Callable[..., CodeRef]) -> None:
    """The user's code is carried as it is or not at all."""
    with pytest.raises(CannotLower, match="Argo would replace"):
        make(cut("def task():\n    return '{{workflow.name}}'\n"))


def test_a_function_that_returns_a_command_runs_it(make, cut: Callable[..., CodeRef]) -> None:
    """The command's last line is its XCom, its exit code that of the task, and 99 skips."""
    source = "def task(n):\n    return f'echo one; echo two; exit {n}'\n"
    options = {"command": True}
    ran = make(cut(source), options=options, op_kwargs={"n": 0}).run("return_value")
    assert (ran.status, ran.output, ran.value()) == (0, "one\ntwo\n", "two")
    assert make(cut(source), options=options, op_kwargs={"n": 3}).run().status == 3
    ran = make(cut(source), options=options, op_kwargs={"n": 99}).run("return_value", "airgo-state")
    assert (ran.status, ran.files) == (0, {"airgo-state": "skipped"})
    assert make(cut("def task():\n    return ' '\n"), options=options).run().status == 1


SENSOR = """import os
from airflow.sensors.base import PokeReturnValue
def task(done, path):
    asked = open(path).read() if os.path.exists(path) else ''
    open(path, 'w').write(asked + 'x')
    return PokeReturnValue(len(asked) >= done, xcom_value=len(asked))
"""


def test_a_sensor_asks_until_it_is_told_yes(make, cut: Callable[..., CodeRef], tmp_path: Path) -> None:
    """The function is called again after each interval; what it hands on is its XCom."""
    arguments = {"op_args": [2, str(tmp_path / "asked")], "poke_interval": 0.01, "timeout": 5}
    assert make(cut(SENSOR), strategy="python-sensor", **arguments).run("return_value").value() == 2


def test_a_sensor_that_waits_in_vain_fails_or_skips(make, cut: Callable[..., CodeRef]) -> None:
    """A time-out is not retried; with soft_fail it skips the task."""
    source = "def task():\n    return False\n"
    made = make(cut(source), strategy="python-sensor", poke_interval=0.01, timeout=0)
    assert made.template.no_retry_exit_codes == (124,)
    assert made.run().status == 124
    ran = make(cut(source), strategy="python-sensor", poke_interval=0.01, timeout=0, soft_fail=True).run()
    assert (ran.status, ran.files) == (0, {"airgo-state": "skipped"})


def test_an_error_when_asking_fails_skips_or_counts_as_not_yet(make, cut: Callable[..., CodeRef]) -> None:
    """never_fail skips on errors, silent_fail asks again, the plain sensor fails."""
    source = "def task():\n    raise ValueError('x')\n"
    times = {"poke_interval": 0.01, "timeout": 0.05}
    assert make(cut(source), strategy="python-sensor", **times).run().status == 1
    assert make(cut(source), strategy="python-sensor", silent_fail=True, **times).run().status == 124
    ran = make(cut(source), strategy="python-sensor", never_fail=True, **times).run()
    assert (ran.status, ran.files) == (0, {"airgo-state": "skipped"})


def test_an_async_function_is_awaited(make, cut: Callable[..., CodeRef]) -> None:
    """Airflow 3 runs coroutines to their end."""
    assert make(cut("async def task(a):\n    return a\n"), op_args=[1]).run("return_value").value() == 1


def test_log_messages_are_shown_as_in_airflow(make, cut: Callable[..., CodeRef]) -> None:
    """A task's log shows what it logs at level INFO."""
    source = "import logging\nlog = logging.getLogger(__name__)\ndef task():\n    log.info('loaded %s', 3)\n"
    assert "loaded 3" in make(cut(source)).run().errors
