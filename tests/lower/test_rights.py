"""Pods get the rights that their templates need, and no others."""

from __future__ import annotations

import pytest

from airgo.config import Config
from airgo.lower.result import Lowered, Manifest
from airgo.lower.rights import plural, rights
from airgo.source import whole_file

SPARK = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\n"


def lowered(*templates: dict[str, object]) -> Lowered:
    """A DAG with these templates."""
    document = {"kind": "WorkflowTemplate", "spec": {"templates": list(templates)}}
    return Lowered("d", "d.py", whole_file("d.py"), (Manifest("a.yaml", (document,)),), (), ())


def rules(*templates: dict[str, object], config: Config | None = None) -> list[list[str]]:
    """The resources of each rule of the Role."""
    role = next(d for d in rights("sales", [lowered(*templates)], config or Config()).documents if d["kind"] == "Role")
    return [rule["resources"] for rule in role["rules"]]  # type: ignore[index, attr-defined]


def test_a_plain_dag_may_report_its_results_only() -> None:
    """No template that asks the Kubernetes API: one rule."""
    assert rules({"name": "a", "container": {}}) == [["workflowtaskresults"]]


def test_objects_of_resource_templates_may_be_created() -> None:
    """Each kind of object once, whichever DAG makes it; a task that waits for other runs may look for workflows."""
    waits = {"name": "c", "script": {"source": "url = f'{host}/apis/argoproj.io/v1alpha1/…'"}}
    spark = {"name": "a", "resource": {"manifest": SPARK}}
    assert rules(spark, spark, waits) == [["workflowtaskresults"], ["workflows"], ["sparkapplications"]]


def test_a_named_service_account_is_made() -> None:
    """Without one in airgo.toml the rights go to the namespace's default account, which is there already."""
    named = rights("sales", [lowered()], Config(service_account="runner", namespace="argo")).documents
    assert [d["kind"] for d in named] == ["ServiceAccount", "Role", "RoleBinding"]
    assert named[2]["subjects"] == [{"kind": "ServiceAccount", "name": "runner", "namespace": "argo"}]
    default = rights("sales", [lowered()], Config()).documents
    assert [d["kind"] for d in default] == ["Role", "RoleBinding"]
    assert default[1]["subjects"] == [{"kind": "ServiceAccount", "name": "default"}]


@pytest.mark.parametrize(
    ("kind", "name"), [("Job", "jobs"), ("PyTorchJob", "pytorchjobs"), ("Ingress", "ingresses"), ("NetworkPolicy", "networkpolicies")]
)
def test_plurals(kind: str, name: str) -> None:
    """Resource names follow the rule of Kubernetes' tools."""
    assert plural(kind) == name


def test_plugins_are_run_by_argos_agent() -> None:
    """Who has a template without a pod of its own needs what the agent needs."""
    found = rules({"name": "a", "plugin": {"spark": {}}})
    assert found == [["workflowtaskresults"], ["workflowtasksets"], ["workflowtasksets/status"]]
