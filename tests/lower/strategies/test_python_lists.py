"""Lists to map over that are made of what tasks return: which functions can make them, and what is said of keys and failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airgo import pipeline
from airgo.argo.yaml_reading import read
from airgo.config import Config
from airgo.discovery import discover
from airgo.reading import Run

HEAD = """
import json
from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, get_current_context, task

def skips(value):
    if value == "x":
        raise AirflowSkipException
    return value

def fails(value):
    raise AirflowFailException

def asks(value):
    return get_current_context()["ds"]

def bash(task_id="m", **given):
    return BashOperator.partial(task_id=task_id, **given)

def pod(**given):
    return KubernetesPodOperator.partial(task_id="m", image="corp/a:1", **given)

def show(a, b=None):
    return a

with DAG("d", schedule=None):
    @task
    def rows():
        return json.loads("[]")

    @task
    def commands():
        return [{"bash_command": name} for name in "ab"]

    @task
    def pairs():
        return [["--name", name] for name in "ab"]

    @task
    def settings():
        return [{"A": name} for name in "ab"]

    @task
    def use(x):
        return x

"""


def converted(tmp_path: Path, line: str) -> tuple[set[str], dict[str, Any]]:
    """The codes that are reported for a DAG, and its templates by name."""
    (tmp_path / "airgo.toml").write_text("")
    (tmp_path / "d.py").write_text(HEAD + "    " + line.replace("\n", "\n    "))
    result = pipeline.convert(Run(discover([tmp_path], tmp_path), Config(airflow_version="3"), strict=True))
    (document,) = read(result.texts["dags/d/workflow-template.yaml"])
    return {one.code for one in result.diagnostics}, {one["name"]: one for one in document.value["spec"]["templates"]}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param("bash().expand(bash_command=rows().map(skips))", "AG410", id="a command that a function would skip"),
        pytest.param("use.expand(x=rows().map(fails))", "AG410", id="a function that fails for good"),
        pytest.param("use.expand(x=rows().map(asks))", "AG410", id="a function that asks for the running task"),
        pytest.param("use.expand(x=rows().map(json.loads))", "AG410", id="a function of a library"),
        pytest.param("use.expand(x=rows().zip(rows(), fillvalue=rows()))", "AG410", id="a fill value that is not known"),
        pytest.param("use.expand(x=rows().concat([1]))", "AG405", id="joined to a list of the file"),
        pytest.param("bash(bash_command='true').expand_kwargs(rows())", "AG405", id="keys that nobody knows"),
        pytest.param("bash().expand_kwargs(rows().map(lambda x: {'bash_commnd': x}))", "AG203", id="a key that the operator does not have"),
        pytest.param(
            "PythonOperator.partial(task_id='m', python_callable=show).expand_kwargs(rows())", "AG405", id="op_kwargs among the keys"
        ),
        pytest.param("pod().expand(arguments=rows())", "AG223", id="a list of words that a task returns"),
        pytest.param("KubernetesPodOperator(task_id='n', image='a', arguments=rows())", "AG223", id="the same unmapped"),
        pytest.param("pod().expand(cmds=[['a'], ['a', 'b']])", "AG405", id="lists of different lengths"),
    ],
)
def test_what_cannot_be_made_exactly_fails(tmp_path: Path, line: str, code: str) -> None:
    """The task is an error, and fails when it runs."""
    assert code in converted(tmp_path, line)[0]


def test_a_functions_failure_is_said_where_it_concerns_all_instances(tmp_path: Path) -> None:
    """A Python task's instance fails on its own, one of another operator cannot."""
    assert converted(tmp_path, "bash().expand(bash_command=rows().map(lambda x: x))")[0] >= {"AG411"}
    assert not converted(tmp_path, "use.expand(x=rows().map(lambda x: x))")[0] & {"AG405", "AG410", "AG411"}


@pytest.mark.parametrize("rows", ["commands()", "rows()", "rows().concat(commands())"])
def test_keys_are_read_from_the_code_or_are_what_the_operator_needs(tmp_path: Path, rows: str) -> None:
    """A warning names them; the step looks at every dict when it runs."""
    codes, templates = converted(tmp_path, f"bash().expand_kwargs({rows})")
    assert codes >= {"AG412", "AG413"}
    assert "airgo_rows(" in templates["m-items"]["script"]["source"]
    assert '{"bash_command": "bash_command"}, True)' in templates["m-items"]["script"]["source"]


def test_no_step_is_made_for_what_an_expression_can_say(tmp_path: Path) -> None:
    """A function is given the dicts that a task returned as they are."""
    codes, templates = converted(tmp_path, "use.expand_kwargs(rows())")
    assert codes == {"AG413"}
    assert "use-items" not in templates
    assert "**airgo_arguments(json.loads(" in templates["use"]["script"]["source"]


def test_lists_and_dicts_of_one_shape_stand_in_the_template(tmp_path: Path) -> None:
    """What differs in them is an input for each text."""
    rows = [{"arguments": [text, number], "env_vars": {"A": text}} for text, number in (("a", "1"), ("b", "2"))]
    line = f"pod(cmds=['run']).expand_kwargs({rows})"
    codes, templates = converted(tmp_path, line)
    assert not codes & {"AG405", "AG223"}
    container = templates["m"]["container"]
    assert container["args"] == ["{{inputs.parameters.arguments_0}}", "{{inputs.parameters.arguments_1}}"]
    assert {"name": "A", "value": "{{inputs.parameters.env_vars_A}}"} in container["env"]
    (instances,) = templates["m-mapped"]["dag"]["tasks"]
    assert instances["withItems"][1] == {"arguments_0": "b", "arguments_1": "2", "env_vars_A": "b"}


TWO = ["{{inputs.parameters.arguments_0}}", "{{inputs.parameters.arguments_1}}"]


@pytest.mark.parametrize(
    ("line", "args"),
    [
        ("pod().expand(arguments=pairs())", TWO),
        ("pod().expand(arguments=rows().map(lambda x: ['--x', x]))", TWO),
        ("pod(arguments=['x']).expand(env_vars=settings())", ["x"]),
    ],
)
def test_the_shape_of_what_tasks_return_is_read_from_their_code(tmp_path: Path, line: str, args: list[str]) -> None:
    """A place of the template for each text, and a warning that names what is expected."""
    codes, templates = converted(tmp_path, line)
    assert codes >= {"AG412"}
    assert not codes & {"AG223", "AG405", "AG413"}
    assert templates["m"]["container"]["args"] == args
    if "env_vars" in line:
        assert {"name": "A", "value": "{{inputs.parameters.env_vars_A}}"} in templates["m"]["container"]["env"]
