"""Python tasks as templates: the text of their scripts, and what the scripts do when a plain interpreter runs them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airgo.argo.text import Input, Text
from airgo.lower.draft import CannotLower
from airgo.values import CodeRef, Extern, Unknown

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
    """One id, several or none become a JSON list, apart from the XCom."""
    made = make(cut("def task():\n    return 'big'\n"), strategy="branch")
    assert made.template.branch
    assert made.run("airgo-branch").value("airgo-branch") == ["big"]
    made = make(cut("def task():\n    return None\n"), strategy="branch")
    assert made.run("airgo-branch").value("airgo-branch") == []


def test_a_short_circuit_writes_whether_its_value_is_true(make, cut: Callable[..., CodeRef]) -> None:
    """Any value counts as Python counts it."""
    made = make(cut("def task():\n    return []\n"), strategy="short-circuit")
    assert made.template.short_circuit
    assert made.run("airgo-branch").files["airgo-branch"] == "false"
