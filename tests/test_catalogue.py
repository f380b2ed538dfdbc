"""Facts about Airflow's classes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from airgo import catalogue
from airgo.values import MISSING

BASH = "airflow.providers.standard.operators.bash.BashOperator"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("airflow.operators.bash_operator.BashOperator", BASH, id="1.10 module"),
        pytest.param("airflow.operators.BashOperator", BASH, id="1.10 package"),
        pytest.param("airflow.DAG", "airflow.sdk.definitions.dag.DAG", id="top level"),
        pytest.param(
            "airflow.utils.trigger_rule.TriggerRule.ALL_DONE", "airflow.task.trigger_rule.TriggerRule.ALL_DONE", id="member of a class"
        ),
        pytest.param("airflow.decorators.task.bash", "airflow.sdk.task.bash", id="decorator"),
        pytest.param("airflow.providers.common.compat.sdk.Variable.get", "airflow.sdk.definitions.variable.Variable.get", id="re-export"),
        pytest.param("corp.airflow.DAG", "corp.airflow.DAG", id="not Airflow's"),
        pytest.param("airflow.no.such.Thing", "airflow.no.such.Thing", id="not known"),
    ],
)
def test_canonical(old: str, new: str) -> None:
    """Old import paths lead to the present name; anything else stays."""
    assert catalogue.canonical(old) == new


def test_replaced_operator_stays_itself() -> None:
    """An operator that another one replaced, with other arguments, is not taken for it."""
    name = "airflow.providers.postgres.operators.postgres.PostgresOperator"
    assert catalogue.canonical("airflow.operators.postgres_operator.PostgresOperator") == name
    facts = catalogue.operator(name)
    assert facts is not None
    assert "postgres_conn_id" in facts.parameters


def test_builder_is_no_operator() -> None:
    """A class that only builds an argument is not taken for the operator that it is built for."""
    name = "airflow.providers.google.cloud.operators.dataproc.ClusterGenerator"
    assert (catalogue.canonical(name), catalogue.operator(name)) == (name, None)


def test_operator_facts() -> None:
    """Parameters, defaults and template fields of a class by any of its names."""
    facts = catalogue.operator("airflow.operators.bash.BashOperator")
    assert facts is not None
    assert (facts.name, facts.template_fields, facts.template_ext) == (BASH, ("bash_command", "env", "cwd"), (".sh", ".bash"))
    assert facts.parameters["bash_command"].required
    assert (facts.default("skip_on_exit_code"), facts.default("retries")) == (99, 0)
    assert catalogue.operator("corp.Thing") is None


@pytest.mark.parametrize(
    ("operator", "argument", "version", "expected"),
    [
        (BASH, "bash_command", None, True),
        (BASH, "retries", None, True),
        (BASH, "mode", None, False),
        (BASH, "task_concurrency", "3", False),
        (BASH, "task_concurrency", "2", True),
        ("airflow.sensors.python.PythonSensor", "mode", None, True),
        ("corp.OurSensor", "poke_interval", None, True),
        ("corp.OurOperator", "own_argument", None, False),
    ],
)
def test_accepts(operator: str, argument: str, version: str | None, expected: bool) -> None:
    """default_args reach the arguments that some constructor of the class names."""
    assert catalogue.accepts(operator, argument, version) is expected


def test_other_names() -> None:
    """A class knows its other names, sorted; a misspelled one is guessed."""
    assert "airflow.operators.bash.BashOperator" in catalogue.same_as(BASH)
    assert list(catalogue.same_as(BASH)) == sorted(catalogue.same_as(BASH))
    assert catalogue.did_you_mean("airflow.operators.bash.BashOperater") == BASH


@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        pytest.param("corp.hooks.X.ACTIVE", None, None, id="not Airflow's"),
        pytest.param("airflow.providers.amazon.aws.hooks.eks.ClusterStates", None, None, id="the class itself"),
        pytest.param("airflow.providers.amazon.aws.hooks.eks.ClusterStates.ACTIVE", None, "ACTIVE", id="member of an enumeration"),
        pytest.param("airflow.providers.amazon.aws.hooks.eks.ClusterStates.ACTIVE.value", "ACTIVE", None, id="its value"),
        pytest.param(
            "airflow.providers.cncf.kubernetes.operators.pod.OnFinishAction.KEEP_POD.value", "keep_pod", None, id="imported class"
        ),
        pytest.param(
            "airflow.providers.apache.beam.hooks.beam.BeamRunnerType.DataflowRunner", "DataflowRunner", None, id="class of constants"
        ),
    ],
)
def test_constants(name: str, value: object, member: object) -> None:
    """A constant of a provider is its value; a member of an enumeration stays one, and has a value and a name."""
    assert (catalogue.constant(name), catalogue.member(name)) == (
        MISSING if value is None else value,
        MISSING if member is None else member,
    )


def test_nothing_of_airflow_is_imported() -> None:
    """The facts are data: Airflow itself is never loaded."""
    code = f"import sys; from airgo import catalogue; catalogue.operator({BASH!r}); print('airflow' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
