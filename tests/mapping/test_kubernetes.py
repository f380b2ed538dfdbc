"""Values of the Kubernetes client and of Airflow's pod classes become the fields of a pod."""

from __future__ import annotations

import pytest

from airgo.argo.text import Expression, Text
from airgo.mapping.kubernetes import (
    as_env,
    as_fields,
    as_pull_secrets,
    as_resources,
    camel_case,
    secret_env,
    secret_env_from,
    secret_mounts,
    secret_volumes,
    together,
)
from airgo.mapping.pods import pod_body, reconciled, with_patch
from airgo.mapping.signals import OMIT, MappingUse
from airgo.values import ExternCall

models = pytest.importorskip("kubernetes.client.models")

POD_PARTS = (
    "V1Pod",
    "V1PodSpec",
    "V1Container",
    "V1Volume",
    "V1Affinity",
    "V1EnvVar",
    "V1Probe",
    "V1SecurityContext",
    "V1PersistentVolumeClaimSpec",
)


def k8s(name: str, /, **fields: object) -> ExternCall:
    """A call of a class of the client, as the evaluator leaves it."""
    return ExternCall(f"kubernetes.client.models.{name}", (), fields)


def reachable(name: str, seen: dict[str, type]) -> None:
    """A model and all models that its fields have."""
    model = getattr(models, name, None)
    if model is None or name in seen:
        return
    seen[name] = model
    for kind in model.openapi_types.values():
        reachable(kind.removeprefix("list[").removeprefix("dict(str, ").rstrip("])"), seen)


def test_every_attribute_of_a_pod_becomes_the_field_that_the_client_writes() -> None:
    """Checked against the attribute maps of the client itself, for all models that a pod can hold."""
    seen: dict[str, type] = {}
    for name in POD_PARTS:
        reachable(name, seen)
    assert len(seen) > 80
    wrong = {
        f"{name}.{attribute}": field
        for name, model in seen.items()
        for attribute, field in model.attribute_map.items()  # type: ignore[attr-defined]
        if camel_case(attribute) != field
    }
    assert {key: field for key, field in wrong.items() if not key.startswith("V1beta1PodCertificate")} == {}


def test_objects_are_read_at_any_depth_and_none_is_left_out() -> None:
    """Objects inside dicts and lists; plain dicts keep their keys, as the client does."""
    value = {"a_b": [k8s("V1EnvVar", name="A", value_from=k8s("V1EnvVarSource", field_ref=None, secret_key_ref={"name": "s", "key": "k"}))]}
    assert as_fields(value) == {"a_b": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}


def test_labels_keep_their_names() -> None:
    """Keys of labels, selectors and resources are data."""
    assert as_fields(k8s("V1ObjectMeta", labels={"team_name": "x"})) == {"labels": {"team_name": "x"}}


@pytest.mark.parametrize("call", [ExternCall("corp.make_toleration", (), {}), ExternCall("k8s.V1Toleration", ("a", "b"))])
def test_what_is_not_known_is_refused(call: ExternCall) -> None:
    """A call of something else, or positional arguments whose names are not known, is never guessed."""
    with pytest.raises(MappingUse):
        as_fields(call)


def test_environment_in_all_spellings() -> None:
    """A dict; a list of objects; numbers as text; a text with holes as it is."""
    text = Text(("a", Expression("x")))
    assert as_env({"A": "1", "B": 2, "C": text, "D": None}) == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "2"},
        {"name": "C", "value": text},
        {"name": "D", "value": ""},
    ]
    runtime = ExternCall("airflow.kubernetes.pod_runtime_info_env.PodRuntimeInfoEnv", ("IP", "status.podIP"))
    assert as_env([k8s("V1EnvVar", name="A", value="1"), runtime, {"name": "B", "value": "2"}]) == [
        {"name": "A", "value": "1"},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "B", "value": "2"},
    ]
    assert as_env({}) is OMIT
    with pytest.raises(MappingUse, match="B must be text"):
        as_env({"B": ["x"]})


def test_secrets_become_variables_sources_and_volumes() -> None:
    """As `Secret` attaches itself to a pod: the variable's name in capitals, a volume mounted read-only."""
    secrets = [
        ExternCall("airflow.providers.cncf.kubernetes.secret.Secret", ("env", "password", "db", "key")),
        ExternCall("airflow.kubernetes.secret.Secret", (), {"deploy_type": "env", "deploy_target": None, "secret": "all"}),
        ExternCall("Secret", ("volume", "/etc/x", "files"), {"items": [k8s("V1KeyToPath", key="a", path="b")]}),
    ]
    assert secret_env(secrets) == [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "key"}}}]
    assert secret_env_from(secrets) == [{"secretRef": {"name": "all"}}]
    volumes = secret_volumes(secrets)
    assert isinstance(volumes, list)
    assert volumes[0]["secret"] == {"secretName": "files", "items": [{"key": "a", "path": "b"}]}
    assert secret_mounts(secrets) == [{"name": volumes[0]["name"], "mountPath": "/etc/x", "readOnly": True}]
    assert secret_volumes(secrets[:2]) is OMIT


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"request_cpu": 1, "limit_memory": "2Gi"}, id="1.10"),
        pytest.param(ExternCall("airflow.kubernetes.pod.Resources", (), {"request_cpu": 1, "limit_memory": "2Gi"}), id="Resources"),
        pytest.param({"requests": {"cpu": "1"}, "limits": {"memory": "2Gi"}}, id="Kubernetes"),
        pytest.param(k8s("V1ResourceRequirements", requests={"cpu": 1}, limits={"memory": "2Gi"}), id="client"),
    ],
)
def test_resources_in_all_spellings(value: object) -> None:
    """They all mean the same."""
    assert as_resources(value) == {"requests": {"cpu": "1"}, "limits": {"memory": "2Gi"}}


def test_pull_secrets_in_both_spellings() -> None:
    """Names with commas between them (1.10), or references."""
    assert as_pull_secrets("a, b") == [{"name": "a"}, {"name": "b"}]
    assert as_pull_secrets([k8s("V1LocalObjectReference", name="a")]) == [{"name": "a"}]


def test_the_classes_of_airflow_one() -> None:
    """Volume, VolumeMount and Port."""
    volume = ExternCall("Volume", (), {"name": "v", "configs": {"persistentVolumeClaim": {"claimName": "c"}}})
    mount = ExternCall("VolumeMount", ("v", "/data"), {"sub_path": None, "read_only": True})
    assert as_fields(volume) == {"name": "v", "persistentVolumeClaim": {"claimName": "c"}}
    assert as_fields(mount) == {"name": "v", "mountPath": "/data", "readOnly": True}
    assert as_fields(ExternCall("Port", ("http", 80))) == {"name": "http", "containerPort": 80}


def test_lists_are_put_together() -> None:
    """Those left out do not count."""
    assert together(OMIT, [1], OMIT, [2]) == [1, 2]
    assert together(OMIT, OMIT) is OMIT


def test_a_pod_becomes_a_template() -> None:
    """The first container is the task, the others its sidecars; what a template has no field for is kept for podSpecPatch."""
    spec = k8s(
        "V1PodSpec",
        containers=[k8s("V1Container", name="base", image="a"), k8s("V1Container", name="log", image="b")],
        restart_policy="Never",
        host_network=True,
        node_selector={"x_y": "z"},
    )
    body = pod_body(k8s("V1Pod", metadata=k8s("V1ObjectMeta", name="n", labels={"a": "b"}), spec=spec))
    assert body == {
        "container": {"image": "a"},
        "sidecars": [{"name": "log", "image": "b"}],
        "metadata": {"labels": {"a": "b"}},
        "nodeSelector": {"x_y": "z"},
        "podSpec": {"hostNetwork": True},
    }
    assert with_patch(body)["podSpecPatch"] == '{"hostNetwork": true}'


def test_what_goes_into_the_patch_must_be_known() -> None:
    """A hole inside a JSON text could break it."""
    with pytest.raises(MappingUse, match="hostname of the pod"):
        with_patch({"container": {}, "podSpec": {"hostname": Text((Expression("x"),))}})


def test_pods_are_laid_over_each_other_as_airflow_does() -> None:
    """Lists of env, mounts and volumes grow, base first; other fields of the upper pod win."""
    base = {"container": {"image": "a", "env": [1], "args": ["x"]}, "volumes": [1], "metadata": {"labels": {"a": "1", "b": "1"}}}
    over = {"container": {"env": [2], "args": ["y"]}, "volumes": [2], "metadata": {"labels": {"b": "2"}}, "affinity": {}}
    assert reconciled(base, over) == {
        "container": {"image": "a", "env": [1, 2], "args": ["y"]},
        "volumes": [1, 2],
        "metadata": {"labels": {"a": "1", "b": "2"}},
        "affinity": {},
    }
