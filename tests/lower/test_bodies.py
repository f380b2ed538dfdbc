"""What becomes of bodies before they are templates: values of the deployment, quantities, pod overrides and other programs' JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from airgo import ir
from airgo.values import ExternCall, Symbol, Template
from tests.lower.building import dag, lowered, task

POD = "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator"
K8S = "kubernetes.client.models."


def pod(task_id: str, **given: object) -> object:
    """A task that runs a pod."""
    return task(task_id, POD, **{"image": "a:1", "cmds": ["run"], **given})


def test_a_variable_in_a_command_is_the_containers_own_env() -> None:
    """Kubernetes expands it in the container, from the project's ConfigMap."""
    container = lowered(dag(task("a", bash_command=Template(("echo ", Symbol("variable", "bucket")))))).templates["a"]["container"]
    names = [entry["name"] for entry in container["env"]]
    assert names == ["AIRFLOW_VAR_BUCKET", "AIRGO_COMMAND"]
    assert container["env"][1]["value"] == "echo $(AIRFLOW_VAR_BUCKET)"


def test_a_connection_is_needed_where_its_task_is() -> None:
    """The inventory says which task reads it: the person who must give it looks there."""
    http = task("a", "airflow.providers.http.operators.http.HttpOperator", http_conn_id="api", endpoint="x")
    found = [one for one in lowered(dag(http)).lowered.inputs if one.kind == "connections" and one.used_at]
    assert {(one.key, one.used_at) for one in found} == {("api", (str(http.span),))}


def test_a_variable_outside_of_env_is_a_workflow_parameter() -> None:
    """An image is nothing that Kubernetes expands, so Argo fills it in."""
    done = lowered(dag(pod("a", image=Template(("repo/", Symbol("variable", "image"), ":1")))))
    assert done.templates["a"]["container"]["image"] == "repo/{{workflow.parameters.airflow-var-image}}:1"
    parameter = next(one for one in done.spec["arguments"]["parameters"] if one["name"] == "airflow-var-image")
    assert parameter["valueFrom"] == {"configMapKeyRef": {"name": "shop-variables", "key": "AIRFLOW_VAR_IMAGE"}}


def test_a_variable_outside_of_env_takes_no_params_place() -> None:
    """A param of the DAG that has the parameter's name keeps it."""
    made = dag(pod("a", image=Template(("repo/", Symbol("variable", "image"), ":1"))))
    done = lowered(replace(made, params=(ir.Param("airflow-var-image", "mine"),)))
    assert done.templates["a"]["container"]["image"] == "repo/{{workflow.parameters.airflow-var-image-2}}:1"


def test_a_variable_of_a_tasks_own_name_is_read_under_another() -> None:
    """Kubernetes would expand the name to what the task itself sets; a text that is nothing but the variable is its reference."""
    read = Symbol("variable", "bucket")
    same, other = "AIRFLOW_VAR_BUCKET", "B"
    entries = lowered(dag(pod("a", env_vars={same: Template((read, "/x")), other: read}))).templates["a"]["container"]["env"]
    assert [entry["name"] for entry in entries] == ["AIRGO_AIRFLOW_VAR_BUCKET", same, other]
    assert [entry.get("value") for entry in entries] == [None, "$(AIRGO_AIRFLOW_VAR_BUCKET)/x", "$(AIRGO_AIRFLOW_VAR_BUCKET)"]
    (entry,) = lowered(dag(pod("a", env_vars={same: read}))).templates["a"]["container"]["env"]
    assert entry["valueFrom"] == {"configMapKeyRef": {"name": "shop-variables", "key": same}}


def test_a_secret_outside_of_env_fails() -> None:
    """A parameter would show it to everybody who sees the workflow."""
    assert "AG603" in lowered(dag(pod("a", image=Template(("repo/", Symbol("variable", "api_password")))))).codes


def test_quantities_of_the_run_are_a_patch_of_the_pod() -> None:
    """The API server takes no tags in resources."""
    resources = ExternCall(K8S + "v1_resource_requirements.V1ResourceRequirements", kwargs={"requests": {"cpu": "{{ dag_run.run_id }}"}})
    template = lowered(dag(pod("a", container_resources=resources))).templates["a"]
    assert "resources" not in template["container"]
    patch = json.loads(template["podSpecPatch"])
    assert patch["containers"][0]["resources"]["requests"]["cpu"].startswith("{{=")


def test_json_of_another_program_is_escaped_by_its_reader() -> None:
    """A pod writes JSON as it likes; braces and dollars in it reach the reader as they are."""
    done = lowered(dag(pod("a", do_xcom_push=True), task("b", bash_command="echo {{ ti.xcom_pull('a') }}", upstream=("a",))))
    (argument,) = done.tasks["b"]["arguments"]["parameters"]
    assert "replace(replace(#, '{' + '{'" in argument["value"]


def test_a_pod_override_is_laid_over_the_task() -> None:
    """The executor's settings for the pod become the template's; the command stays the task's own."""
    container = ExternCall(K8S + "v1_container.V1Container", kwargs={"name": "base", "image": "corp:2", "args": ["x"]})
    spec = ExternCall(K8S + "v1_pod_spec.V1PodSpec", kwargs={"containers": [container], "node_selector": {"disk": "ssd"}})
    override = {"pod_override": ExternCall(K8S + "v1_pod.V1Pod", kwargs={"spec": spec})}
    done = lowered(dag(task("a", executor_config=override)))
    template = done.templates["a"]
    assert (template["container"]["image"], template["container"]["args"]) == ("corp:2", ["echo a"])
    assert template["nodeSelector"] == {"disk": "ssd"}
    assert done.ledger["d.a", "argument", "executor_config"].outcome == "mapped"


def test_another_executor_config_is_reported() -> None:
    """Settings of other executors have no counterpart."""
    done = lowered(dag(task("a", executor_config={"KubernetesExecutor": {"image": "b"}})))
    assert done.codes == ["AG309"]
    assert done.ledger["d.a", "argument", "executor_config"].outcome == "unsupported"


def test_a_dag_without_tasks_fails() -> None:
    """A workflow that succeeds without doing anything would hide that its tasks were not found."""
    done = lowered(dag())
    assert done.codes == ["AG605"]
    assert done.templates["airgo-empty"]["container"]["args"] == ['echo "$AIRGO_MESSAGE" >&2; exit 1']


def test_settings_without_effect_are_said() -> None:
    """Asking for a form that is not written is not silently ignored."""
    assert lowered(dag(task("a")), sensors="event").codes == ["AG606"]


def test_the_number_of_an_attempt_is_made_where_the_attempt_is() -> None:
    """A command of a task with retries reads it in its own template, as Argo counts from zero."""
    done = lowered(dag(task("a", bash_command="echo {{ ti.try_number }}", retries=2)))
    env = {entry["name"]: entry["value"] for entry in done.templates["a"]["container"]["env"]}
    assert env == {"AIRGO_COMMAND": "echo {{=asInt(retries) + 1}}"}
    assert "inputs" not in done.templates["a"]
