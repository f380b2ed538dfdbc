"""Tasks about other DAGs and Kubernetes objects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml

from tests.lower.building import Done, dag, lowered, task

EXTERNAL = "airflow.providers.standard.sensors.external_task.ExternalTaskSensor"
TRIGGER = "airflow.providers.standard.operators.trigger_dagrun.TriggerDagRunOperator"
SPARK = "airflow.providers.cncf.kubernetes.operators.spark_kubernetes.SparkKubernetesOperator"
APPLICATION = (
    "# ours\napiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata:\n  name: pi  # a name\nspec: {image: a}\n"
)


def one(operator: str, **given: Any) -> Done:
    """A DAG of one task."""
    return lowered(dag(task("t", operator, **given), version="3"))


def env(done: Done) -> dict[str, Any]:
    """The env of the task's script."""
    return {entry["name"]: entry["value"] for entry in done.templates["t"]["script"]["env"]}


def test_triggering_a_dag_submits_its_template() -> None:
    """The Workflow is made from the other DAG's template; conf is passed key by key and as a whole."""
    done = one(TRIGGER, trigger_dag_id="Other_DAG", conf={"day": "mon", "n": 1})
    resource = done.templates["t"]["resource"]
    made = yaml.safe_load(resource["manifest"])
    assert made["spec"]["workflowTemplateRef"] == {"name": "other-dag"}
    values = {one["name"]: one["value"] for one in made["spec"]["arguments"]["parameters"]}
    assert values == {"day": "mon", "n": "1", "conf": '{"day": "mon", "n": 1}'}
    assert "successCondition" not in resource


def test_waiting_for_a_triggered_run_ends_as_it_ends() -> None:
    """With wait_for_completion the task succeeds and fails with the other run."""
    resource = one(TRIGGER, trigger_dag_id="o", wait_for_completion=True).templates["t"]["resource"]
    assert resource["successCondition"] == "status.phase == Succeeded"
    assert resource["failureCondition"] == "status.phase in (Failed, Error)"


def test_values_of_the_run_cannot_break_the_manifest() -> None:
    """A templated value becomes an input that an expression writes as a JSON text."""
    done = one(TRIGGER, trigger_dag_id="o", conf={"day": "{{ ds }}"})
    manifest = done.templates["t"]["resource"]["manifest"]
    assert "value: {{=toJson(inputs.parameters['value'])}}" in manifest
    assert done.templates["t"]["inputs"] == {"parameters": [{"name": "value"}]}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"external_dag_id": "{{ ds }}"}, id="a DAG known only at run time"),
        pytest.param({"external_dag_id": "o", "external_task_group_id": "g"}, id="a group"),
        pytest.param({"external_dag_id": "o", "execution_delta": "an hour"}, id="a difference that is none"),
    ],
)
def test_a_wait_that_is_not_exact_fails(given: dict[str, Any]) -> None:
    """A run that cannot be found by its date is an error, not a guess."""
    done = one(EXTERNAL, **given)
    assert done.lowered.tasks[0].strategy == "manual"


def test_a_wait_asks_for_the_run_of_the_matching_date() -> None:
    """The date is this run's, moved by execution_delta, as the label of the other run has it."""
    done = one(EXTERNAL, external_dag_id="Other", external_task_id="g.load", execution_delta=timedelta(hours=1), timeout=60)
    found = env(done)
    assert (found["AIRGO_DAG"], found["AIRGO_TASKS"], found["AIRGO_TIMEOUT"]) == ("other", '["g-load"]', "60")
    assert found["AIRGO_DATES"].endswith(".UTC().Add(duration('-1h')).Format('20060102T150405Z')}}")
    assert done.spec["workflowMetadata"]["labels"] == {"airgo/dag": "d"}


def test_a_manifest_keeps_its_text_and_gets_a_name_for_each_run() -> None:
    """Comments stay; the name becomes the start of one that Kubernetes completes."""
    resource = one(SPARK, application_file=APPLICATION).templates["t"]["resource"]
    assert resource["manifest"] == APPLICATION.replace("name: pi ", "generateName: pi- ").rstrip()
    assert resource["successCondition"] == "status.applicationState.state == COMPLETED"
    assert resource["setOwnerReference"] is True


def test_an_object_in_another_namespace_has_no_owner() -> None:
    """Kubernetes deletes an object whose owner is in another namespace."""
    text = APPLICATION.replace("metadata:\n", "metadata:\n  namespace: spark\n")
    assert "setOwnerReference" not in one(SPARK, application_file=text).templates["t"]["resource"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: [", id="no YAML"),
        pytest.param(APPLICATION + "---\n" + APPLICATION, id="two objects"),
        pytest.param(APPLICATION.replace("SparkApplication", "Job"), id="a kind without conditions"),
    ],
)
def test_a_manifest_that_cannot_be_used_fails(text: str) -> None:
    """What the resource template could not wait for is an error."""
    assert one(SPARK, application_file=text).lowered.tasks[0].strategy == "manual"


def test_settings_of_the_operator_are_laid_over_the_manifest() -> None:
    """The image that the operator names replaces the manifest's."""
    made = yaml.safe_load(one(SPARK, application_file=APPLICATION, image="b:1").templates["t"]["resource"]["manifest"])
    assert made["spec"] == {"image": "b:1"}
    assert made["metadata"] == {"generateName": "pi-"}
