"""Functions that run in an environment of their own do on the real Argo what they do on the real Airflow.

Airflow makes the environment of `virtualenv` and starts the interpreter of `external_python` itself. No image can be pulled here: of
`docker` and `kubernetes` the functions run in Airflow as plain tasks, which is what the decorators promise.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from airgo.config import Config
from airgo.diagnostics import Severity
from tests.engines.airflow_oracle import airflow_3
from tests.engines.airflow_runs import Asked, run_all
from tests.engines.argo_engine import ArgoEngine
from tests.meaning.running import convert, differences

SOURCE = '''"""Functions in environments of their own."""

from airflow.sdk import DAG, task


with DAG("environments", schedule=None):

    @{decorator}
    def collect(first, second, *rest, key="default"):
        import json
        import sys

        assert sys.version_info >= (3, 8)
        told = [first, second, list(rest), key, json.loads('{{"a": null}}')]
        print("SHOW " + json.dumps(told))
        return told

    @{decorator}
    def fails(value):
        raise ValueError(value)

    @{decorator}
    def nothing():
        pass

    @task
    def read(told, empty):
        import json

        print("SHOW " + json.dumps([told[0], told[2], empty]))
        return [told[0], told[2], empty]

    told = collect(1.5, "it's {{{{ ds }}}} $HOME", [True, None], {{"k": "v"}}, key="{{{{ ds_nodash }}}}")
    read(told, nothing())
    fails(told)
'''
DECORATORS = {
    "virtualenv": ("task.virtualenv(requirements=[])", None),
    "external_python": (f"task.external_python(python={sys.executable!r}, expect_airflow=False)", None),
    "docker": ('task.docker(image="python:3.12")', "task"),
    "kubernetes": ('task.kubernetes(image="python:3.12", do_xcom_push=True)', "task"),
}


@pytest.mark.parametrize("name", DECORATORS)
def test_the_same_in_an_environment_of_its_own(name: str, tmp_path: Path, engine: ArgoEngine) -> None:
    """Arguments arrive with their types, values are handed on, and errors fail the task."""
    decorator, in_airflow = DECORATORS[name]
    for folder, written in (("argo", decorator), ("airflow", in_airflow or decorator)):
        path = tmp_path / folder / "dags" / "environments.py"
        path.parent.mkdir(parents=True)
        path.write_text(SOURCE.format(decorator=written))
    project = convert(tmp_path / "argo", Config(airflow_version="3"))
    assert [f"{one.code} {one.message}" for one in project.diagnostics if one.severity is Severity.ERROR] == []
    date = "2024-01-01T00:00:00Z"
    (truth,) = run_all(airflow_3(), tmp_path / "airflow" / "dags", [Asked("environments", "environments.py", date)], {})
    (outcome,) = engine.run_all([project.run("environments", {"logical-date": date}, timeout=240)])
    assert differences(truth, outcome, project.lowered["environments"]) == []
