"""Values that are known only where a DAG file is loaded: what the scripts of tasks compute when they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo import pipeline
from airgo.config import Config
from airgo.discovery import discover
from airgo.reading import Run
from tests.scripts import scripts

HEAD = """import os
import random
import functools
from datetime import datetime, timedelta
from pathlib import Path
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

def show(*args):
    print(*args)

"""


def converted(folder: Path, text: str) -> tuple[str, list[str]]:
    """The script of a DAG's last Python task, and the errors of the conversion."""
    path = folder / "dags" / "d.py"
    path.parent.mkdir()
    path.write_text(HEAD + text)
    result = pipeline.convert(Run(discover([folder], folder), Config(airflow_version="2"), strict=True))
    found = [source for _, source, _ in scripts(result.texts)]
    return found[-1] if found else "", [f"{one.code} {one.message}" for one in result.diagnostics if one.severity.name == "ERROR"]


def of_argument(expression: str, before: str = "") -> str:
    """A DAG with one task that is given a value."""
    return f"{before}with DAG('d', schedule=None):\n    PythonOperator(task_id='t', python_callable=show, op_args=[{expression}])\n"


@pytest.mark.parametrize(
    ("expression", "before", "code"),
    [
        pytest.param(
            "x", "def at(zone):\n    return datetime.now(zone)\nx = at(None if random else 1)\n", "AG431", id="by a function's own name"
        ),
        pytest.param("'{{ ds }} ' + str(datetime.now())", "", "AG431", id="with a template"),
        pytest.param("open(os.environ['X']).read()", "", "AG429", id="a file of the deployment"),
        pytest.param("x", "import missing\nx = missing.call(1)[0]\n", "AG422", id="what a library gives"),
        pytest.param("time.strftime('%Y')", "import time\n", "AG431", id="the clock of another call"),
        pytest.param("x", "x = [1, 2]\nrandom.shuffle(x)\n", "AG431", id="an order that is drawn"),
    ],
)
def test_what_a_script_cannot_compute_stays_an_error(tmp_path: Path, expression: str, before: str, code: str) -> None:
    """Nothing is made up for a value that depends on more than the script has."""
    source, errors = converted(tmp_path, of_argument(expression, before))
    assert "show(" not in source
    assert any(error.startswith(code) for error in errors), errors


@pytest.mark.parametrize(
    ("expression", "before", "lines"),
    [
        pytest.param("os.environ['A'].replace('a', 'b')", "", ["argument = os.environ['A'].replace('a', 'b')"], id="a method"),
        pytest.param("Variable.get('v')[1:3]", "", None, id="a slice"),
        pytest.param(
            "datetime.now() - timedelta(days=2)",
            "",
            ["loaded = datetime.now()", "argument = (loaded - airgo_datetime.timedelta(days=2))"],
            id="the clock",
        ),
        pytest.param("[now, now.year]", "now = datetime.now()\n", ["loaded = datetime.now()", "argument = loaded.year"], id="one clock"),
        pytest.param(
            "Path(os.environ['HOME_OF']) / 'x'",
            "",
            ["argument = pathlib.Path((str(os.environ['HOME_OF']) + '/x'))"],
            id="a path of the deployment",
        ),
        pytest.param("Path('/a') / 'b'", "", ["airgo_pathlib.Path('/a/b')"], id="a path that is known"),
        pytest.param(
            "'x' if os.environ['A'] == 'y' else Variable.get('v', default_var=None)",
            "",
            ["argument = ('x' if (os.environ['A'] == 'y') else Variable.get('v', None))"],
            id="a choice",
        ),
    ],
)
def test_a_script_computes_what_the_file_computes(tmp_path: Path, expression: str, before: str, lines: list[str] | None) -> None:
    """The value is written as the file has it, its clock read once for each time that the file reads it."""
    source, errors = converted(tmp_path, of_argument(expression, before))
    if lines is None:
        assert errors != []
        return
    assert errors == []
    assert [line for line in lines if line not in source] == []


def test_what_it_reads_of_the_deployment_is_given_to_the_container(tmp_path: Path) -> None:
    """The environment variable is an entry of the container, from the project's ConfigMap."""
    path = tmp_path / "dags" / "d.py"
    path.parent.mkdir()
    path.write_text(HEAD + of_argument("os.environ['TABLE'].upper()"))
    result = pipeline.convert(Run(discover([tmp_path], tmp_path), Config(airflow_version="2"), strict=True))
    assert "key: TABLE" in result.texts["dags/d/workflow-template.yaml"]


@pytest.mark.parametrize("made", ["lambda at=name: at", "functools.partial(show, name)"])
def test_defaults_are_those_of_the_definition(tmp_path: Path, made: str) -> None:
    """A function that is made in a loop has the value of its own turn, not the last one."""
    loop = f"with DAG('d', schedule=None):\n    for name in ('a', 'b'):\n        PythonOperator(task_id=name, python_callable={made})\n"
    path = tmp_path / "dags" / "d.py"
    path.parent.mkdir()
    path.write_text(HEAD + loop)
    result = pipeline.convert(Run(discover([tmp_path], tmp_path), Config(airflow_version="2"), strict=True))
    found = [source for _, source, _ in scripts(result.texts)]
    assert len(found) == 2
    assert ("'a'" in found[0], "'b'" in found[1]) == (True, True)


def test_a_wrapper_shows_the_signature_of_what_it_wraps(tmp_path: Path) -> None:
    """Airflow asks `inspect.signature`, so that the wrapper's `**kwargs` hold no context that the function has not asked for."""
    text = """def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print(kwargs)
        return function(*args, **kwargs)
    return wrapper

@logged
def work(a, ds):
    return [a, ds]

with DAG('d', schedule=None):
    PythonOperator(task_id='t', python_callable=work, op_kwargs={'a': 1, 'dropped': 2})
"""
    source, errors = converted(tmp_path, text.replace("print(kwargs)", "print(sorted(args))"))
    assert errors == []
    assert "dropped" not in source
    assert "ds=" in source


@pytest.mark.parametrize(
    ("version", "line"), [("2", "sys.exit(0 if ended.code in (None, 0) else 1)"), ("3", "the task ended the process itself")]
)
def test_ending_the_process_is_what_airflow_makes_of_it(tmp_path: Path, version: str, line: str) -> None:
    """No exit code of the user's is taken for one of airgo's."""
    path = tmp_path / "dags" / "d.py"
    path.parent.mkdir()
    path.write_text(HEAD.replace("print(*args)", "import sys\n    sys.exit(100)") + of_argument("1"))
    result = pipeline.convert(Run(discover([tmp_path], tmp_path), Config(airflow_version=version), strict=True))
    assert any(line in source for _, source, _ in scripts(result.texts))


def test_a_sensor_that_ends_the_process_is_said(tmp_path: Path) -> None:
    """Its own lines end the process, too, so that the user's exit code counts as it is."""
    text = "from airflow.sensors.python import PythonSensor\n" + of_argument("1").replace("PythonOperator(", "PythonSensor(")
    path = tmp_path / "dags" / "d.py"
    path.parent.mkdir()
    path.write_text(HEAD.replace("print(*args)", "import sys\n    sys.exit(0)") + text)
    result = pipeline.convert(Run(discover([tmp_path], tmp_path), Config(airflow_version="3"), strict=True))
    assert "AG550" in {one.code for one in result.diagnostics}
