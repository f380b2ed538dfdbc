"""Executor plugins in place of resource templates: what they are given, and where a resource template stays."""

from __future__ import annotations

from typing import Any

import pytest

from airgo import ir
from airgo.argo.yaml import dump
from tests.engines.argo_server import ArgoValidator
from tests.lower.building import Done, dag, lowered, span, task

SPARK = "airflow.providers.cncf.kubernetes.operators.spark_kubernetes.SparkKubernetesOperator"
CREATE = "airflow.providers.cncf.kubernetes.operators.resource.KubernetesCreateResourceOperator"
APPLICATION = (
    "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata:\n  name: pi\nspec: {image: a, executor: {instances: 2}}\n"
)
VOLCANO = "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: a}\n"


def one(operator: str = SPARK, task_id: str = "t", plugins: tuple[str, ...] = ("spark",), **given: Any) -> Done:
    """A DAG of one task, with these plugins in the cluster."""
    return lowered(dag(task(task_id, operator, **given), version="3"), plugins=plugins)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(
            {"application_file": APPLICATION.replace("instances: 2", "cores: 1")}, "spec.executor.instances", id="a field it needs"
        ),
        pytest.param({"application_file": "# {{ ds }}\n" + APPLICATION}, "values of the run", id="text with values of the run"),
        pytest.param({"application_file": APPLICATION.replace("image: a", "image: '{% raw %}{{.X}}{% endraw %}'")}, "braces", id="braces"),
        pytest.param({"application_file": APPLICATION, "execution_timeout": 60.0}, "execution_timeout", id="a timeout"),
        pytest.param(
            {"operator": CREATE, "yaml_conf": APPLICATION}, "the task ends when the object is there", id="an object that nobody waits for"
        ),
        pytest.param({"operator": CREATE, "yaml_conf": VOLCANO, "plugins": ("volcano",)}, "by the run's name", id="volcano"),
    ],
)
def test_a_resource_template_stays_where_the_plugin_would_do_something_else(given: dict[str, Any], words: str) -> None:
    """The setting has no effect on such a task, and that is said with the reason."""
    done = one(**given)
    assert "resource" in done.templates["t"]
    (said,) = [one.message for one in done.collector if one.code == "AG606"]
    assert words in said


def test_a_mapped_task_keeps_its_resource_template() -> None:
    """Its instances would share the plugin's one object."""
    expand = ir.Expand("expand", {"image": ir.Argument(["a", "b"], span(4))})
    done = one(application_file=APPLICATION.replace("image: a, ", ""), expand=expand)
    assert "AG652" not in done.codes


@pytest.mark.parametrize("plugins", [(), ("ray", "pytorch")], ids=["none", "others"])
def test_nothing_changes_for_who_does_not_ask(plugins: tuple[str, ...]) -> None:
    """Another plugin, or none, leaves the resource template as it is, in silence."""
    done = one(application_file=APPLICATION, plugins=plugins)
    assert "resource" in done.templates["t"]
    assert not {"AG606", "AG652"} & {*done.codes}


def test_the_plugin_is_given_the_whole_object_under_a_name_of_its_own(argo: ArgoValidator) -> None:
    """Found again by its name, the object of an earlier run would end this one: the name holds the run's id."""
    done = one(application_file=APPLICATION, image="b", retries=0)
    assert done.templates["t"]["plugin"] == {
        "spark": {
            "apiVersion": "sparkoperator.k8s.io/v1beta2",
            "kind": "SparkApplication",
            "metadata": {"name": "t-{{workflow.uid}}", "namespace": "{{workflow.namespace}}"},
            "spec": {"image": "b", "executor": {"instances": 2}},
        }
    }
    assert done.codes == ["AG652"]
    assert argo.problems(dump(done.lowered.manifests[0].documents, None)) == []


def test_each_attempt_has_an_object_of_its_own() -> None:
    """A second attempt that found the failed object of the first would fail at once."""
    made = one(application_file=APPLICATION, retries=2).templates["t"]
    assert made["retryStrategy"]["limit"] == "2"
    assert made["plugin"]["spark"]["metadata"]["name"] == "t-{{workflow.uid}}-{{retries}}"


def test_long_names_are_cut_and_stay_different() -> None:
    """A name is no longer than a label may be, whatever the task is called."""
    names = set()
    for last in "ab":
        task_id = f"a-task-of-a-very-long-name-{last}"
        done = one(application_file=APPLICATION, task_id=task_id, retries=0)
        names.add(done.templates[task_id]["plugin"]["spark"]["metadata"]["name"])
    assert len(names) == 2
    assert all(len(name.replace("{{workflow.uid}}", "x" * 36)) <= 60 for name in names)


def test_values_of_the_run_in_data_reach_the_object() -> None:
    """Where the object is data, a text in it may hold values that are known when the task runs."""
    spec = {"image": "a:{{ ds }}", "executor": {"instances": 1}}
    document = {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication", "metadata": {"namespace": "jobs"}, "spec": spec}
    made = one(template_spec={"spark": document}, retries=0).templates["t"]["plugin"]["spark"]
    assert made["metadata"]["namespace"] == "jobs"
    assert made["spec"]["image"].startswith("a:{{=")
