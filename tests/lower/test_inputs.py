"""What the deployment gives: env entries, and the objects that all DAGs share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.lower.draft import WorkflowDraft
from airgo.lower.inputs import conflicting_defaults, env_entries, note_default, shared_manifests
from airgo.lower.result import Input, Lowered
from airgo.macros.sources import connection, environment, is_secret, variable
from airgo.values import Symbol
from tests.lower.building import REGISTRY, dag, span, task


def drafted(**settings: Any) -> WorkflowDraft:
    """A draft in the project `shop`."""
    files = ProjectFiles(Path("/nowhere/shop"))
    return WorkflowDraft(dag(task("a")), Config(**settings), REGISTRY, files, Collector(), "d")


def shared(*inputs: Input, **settings: Any) -> dict[str, Any]:
    """The shared manifests by file, the first document of each."""
    one = Lowered("d", "dags/d.py", span(1), (), (), (), inputs=inputs)
    return {manifest.path: manifest for manifest in shared_manifests("shop", [one], Config(**settings))}


@pytest.mark.parametrize("name", ["db_password", "API_TOKEN", "secretKey", "aws_access_key", "gh-token", "private_key"])
def test_names_that_look_secret(name: str) -> None:
    """A value whose name speaks of a secret goes into the Secret."""
    assert is_secret(("variable", name))


@pytest.mark.parametrize("name", ["bucket", "keyboard", "author", "tokenizer_path", "passengers"])
def test_names_that_do_not_look_secret(name: str) -> None:
    """Words that merely begin alike are no secrets."""
    assert not is_secret(("variable", name))


def test_env_entries_read_the_shared_objects_once_each() -> None:
    """Variables come from the ConfigMap, connections and secrets from the Secret, each once."""
    entries = env_entries([variable("bucket"), connection("wh"), variable("bucket"), environment("API_TOKEN")], drafted())
    assert entries == [
        {"name": "AIRFLOW_VAR_BUCKET", "valueFrom": {"configMapKeyRef": {"name": "shop-variables", "key": "AIRFLOW_VAR_BUCKET"}}},
        {"name": "AIRFLOW_CONN_WH", "valueFrom": {"secretKeyRef": {"name": "shop-connections", "key": "AIRFLOW_CONN_WH"}}},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop-connections", "key": "API_TOKEN"}}},
    ]


def test_nothing_needed_makes_rights_alone() -> None:
    """Without values, connections and pools there is only what every pod needs."""
    assert list(shared()) == ["shared/rbac.yaml"]
    assert shared_manifests("shop", [], Config()) == ()


def test_known_values_are_written_and_others_named() -> None:
    """A value of airgo.toml or the code's default is in the ConfigMap; what nobody knows is left out: no pod starts without it."""
    inputs = [
        Input("variables", "bucket"),
        Input("variables", "gcp", path=("project",)),
        Input("variables", "limits"),
        Input("variables", "unknown"),
        Input("env", "REGION", default="eu"),
    ]
    manifest = shared(*inputs, variables={"bucket": "s3://x", "gcp": {"project": "p"}, "limits": {"a": 1}})["shared/variables.yaml"]
    assert manifest.documents[0]["data"] == {
        "AIRFLOW_VAR_BUCKET": "s3://x",
        "AIRFLOW_VAR_GCP__project": "p",
        "AIRFLOW_VAR_LIMITS": '{"a": 1}',
        "REGION": "eu",
    }
    assert "AIRFLOW_VAR_UNKNOWN" in manifest.head


def test_secrets_have_keys_and_no_values() -> None:
    """No value of a connection or secret is ever written, even when airgo.toml gives it."""
    inputs = [Input("connections", "wh", secret=True), Input("variables", "api_token", secret=True)]
    manifest = shared(*inputs, connections={"wh": "postgres://u:hunter2@h/db"}, variables={"api_token": "hunter2"})[
        "shared/connections.yaml"
    ]
    assert manifest.documents[0]["stringData"] == {"AIRFLOW_CONN_WH": "", "AIRFLOW_VAR_API_TOKEN": ""}
    assert "hunter2" not in repr(manifest)


def test_a_default_that_looks_secret_is_not_kept() -> None:
    """A secret's default stays in the code."""
    draft = drafted()
    note_default(Symbol("env", "DB_PASSWORD", default="hunter2"), draft)
    note_default(Symbol("env", "REGION", default="eu"), draft)
    assert [(one.key, one.secret, one.default) for one in draft.inputs] == [("DB_PASSWORD", True, None), ("REGION", False, "eu")]


def test_pools_are_sizes_of_semaphores() -> None:
    """The sizes of airgo.toml come before those that were found."""
    manifest = shared(Input("pools", "db", default=1), Input("pools", "d", default=3), pools={"db": 4})["shared/pools.yaml"]
    assert manifest.documents[0]["data"] == {"d": "3", "db": "4"}


def test_the_service_account_may_report_results() -> None:
    """The account has the configured name; role and binding are the project's own, as several projects may share a namespace."""
    documents: Any = shared(service_account="runner", namespace="argo")["shared/rbac.yaml"].documents
    assert [document["kind"] for document in documents] == ["ServiceAccount", "Role", "RoleBinding"]
    names = [document["metadata"]["name"] for document in documents]
    assert names[0] == "runner"
    assert names[1] == names[2] != "runner"
    assert all(document["metadata"]["namespace"] == "argo" for document in documents)
    assert documents[1]["rules"][0]["resources"] == ["workflowtaskresults"]


def with_defaults(*inputs: Input, **settings: Any) -> list[str]:
    """What is said of the defaults of these inputs."""
    one = Lowered("d", "dags/d.py", span(1), (), (), (), inputs=inputs)
    return [d.message for d in conflicting_defaults([one], Config(**settings))]


def test_one_default_in_several_places_is_no_conflict() -> None:
    """Nothing is said where all places that have a default have the same, where airgo.toml has the value, or of pools."""
    same = (Input("variables", "region", ("a.py:1",), default="eu"), Input("variables", "region", ("a.py:2",), default="eu"))
    assert with_defaults(*same, Input("variables", "region", ("a.py:3",)), Input("variables", "other", ("a.py:4",), default="us")) == []
    assert with_defaults(*same, Input("variables", "region", ("a.py:3",), default="us"), variables={"region": "asia"}) == []
    assert with_defaults(Input("pools", "p", ("a.py:1",), default=1), Input("pools", "p", ("a.py:2",), default=2)) == []


def test_several_defaults_of_one_value_are_a_conflict() -> None:
    """All places read one entry, so that only one of the defaults can hold."""
    inputs = [Input("variables", "region", (f"a.py:{line}",), default=default) for line, default in enumerate(("eu", "us", "eu"), 1)]
    assert with_defaults(*inputs) == ["the Variable region has 2 defaults, and all read AIRFLOW_VAR_REGION, which is 'eu'"]
