"""Values of the Kubernetes client and of Airflow's own pod classes, as the fields of a pod.

The client's `V1…` objects become their camelCase fields, by the last part of their name; plain dicts are passed on as they are, because
the client does the same with them. Airflow's `Secret`, `Volume`, `VolumeMount`, `Port`, `Resources` and `PodRuntimeInfoEnv`
(1.10 and 2.x) are read as those classes attach themselves to a pod.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Mapping

from airgo.argo.text import Text
from airgo.mapping.signals import OMIT, MappingUse, Omit
from airgo.values import ExternCall

Fields = dict[str, object]

IRREGULAR = {
    "_continue": "continue",
    "_except": "except",
    "_exec": "exec",
    "_from": "from",
    "_not": "not",
    "cluster_ip": "clusterIP",
    "cluster_ips": "clusterIPs",
    "container_id": "containerID",
    "dataset_uuid": "datasetUUID",
    "disk_uri": "diskURI",
    "downward_api": "downwardAPI",
    "external_id": "externalID",
    "external_ips": "externalIPs",
    "host_ip": "hostIP",
    "host_ipc": "hostIPC",
    "host_ips": "hostIPs",
    "host_pid": "hostPID",
    "image_id": "imageID",
    "load_balancer_ip": "loadBalancerIP",
    "pd_id": "pdID",
    "pod_ip": "podIP",
    "pod_ips": "podIPs",
    "provider_id": "providerID",
    "resource_id": "resourceID",
    "scale_io": "scaleIO",
    "set_hostname_as_fqdn": "setHostnameAsFQDN",
    "share_id": "shareID",
    "storage_policy_id": "storagePolicyID",
    "target_wwns": "targetWWNs",
    "volume_id": "volumeID",
}
"""Attributes of the client whose field is not simply their camelCase."""

POSITIONAL = {
    "V1EnvVar": ("name", "value", "value_from"),
    "V1LocalObjectReference": ("name",),
    "V1ContainerPort": ("container_port", "host_ip", "host_port", "name", "protocol"),
    "V1VolumeMount": ("mount_path", "mount_propagation", "name", "read_only"),
    "V1HostPathVolumeSource": ("path", "type"),
    "Secret": ("deploy_type", "deploy_target", "secret", "key", "items"),
    "Volume": ("name", "configs"),
    "VolumeMount": ("name", "mount_path", "sub_path", "read_only"),
    "Port": ("name", "container_port"),
    "PodRuntimeInfoEnv": ("name", "field_path"),
    "Resources": (
        "request_memory",
        "request_cpu",
        "request_ephemeral_storage",
        "limit_memory",
        "limit_cpu",
        "limit_gpu",
        "limit_ephemeral_storage",
    ),
}
"""The order of positional arguments, of the classes that are called with them."""

CLIENT_CLASS = re.compile(r"V\d+(?:alpha\d+|beta\d+)?[A-Z]\w*")


def camel_case(attribute: str) -> str:
    """The field of a client's attribute: `image_pull_policy` is `imagePullPolicy`."""
    if attribute in IRREGULAR:
        return IRREGULAR[attribute]
    first, *rest = attribute.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def class_name(call: ExternCall) -> str:
    """The last part of a called name."""
    return call.name.rpartition(".")[2]


def arguments_of(call: ExternCall) -> Fields:
    """The arguments of a call by name. Raises MappingUse for positional ones whose names are not known."""
    name = class_name(call)
    order = POSITIONAL.get(name, ())
    if len(call.args) > len(order):
        raise MappingUse(f"the positional arguments of {name}(…) are not known; write them by name")
    return {**dict(zip(order, call.args, strict=False)), **call.kwargs}


def as_fields(value: object) -> object:
    """A value as Kubernetes fields, at any depth. None is left out and dates are written out, as the client does."""
    if isinstance(value, ExternCall):
        return call_fields(value)
    if isinstance(value, Mapping):
        return {str(key): as_fields(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [as_fields(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes | set | frozenset | datetime.time | datetime.timedelta):
        raise MappingUse(f"a {type(value).__name__} is no value of a Kubernetes field")
    return value


def call_fields(call: ExternCall) -> object:
    """The fields of an object of the client or of Airflow."""
    name = class_name(call)
    if name in LEGACY:
        return LEGACY[name](arguments_of(call))
    if not CLIENT_CLASS.fullmatch(name):
        raise MappingUse(f"{name}(…) is not an object of the Kubernetes client")
    arguments = arguments_of(call)
    arguments.pop("local_vars_configuration", None)
    return {camel_case(key): as_fields(item) for key, item in arguments.items() if item is not None}


def as_dict(value: object, what: str) -> Fields:
    """A value that must be an object with fields."""
    fields = as_fields(value)
    if not isinstance(fields, dict):
        raise MappingUse(f"{what} must be a dict or an object of the Kubernetes client, not {kind_of(value)}")
    return fields


def as_items(value: object, what: str) -> list[object]:
    """A list; a single object counts as a list of one."""
    if isinstance(value, ExternCall | Mapping):
        return [value]
    if isinstance(value, list | tuple):
        return list(value)
    raise MappingUse(f"{what} must be a list, not {kind_of(value)}")


def kind_of(value: object) -> str:
    """What a value is, in words."""
    return "text" if isinstance(value, str | Text) else type(value).__name__


def or_omit(value: object) -> object:
    """The value; OMIT for None and for what is empty."""
    if value is None or (isinstance(value, dict | list | str) and not value):
        return OMIT
    return value


# Environment ---------------------------------------------------------------------------------------------------------------------------


def as_env(value: object) -> object:
    """`env_vars` of any spelling as a container's `env`: a dict, or a list of V1EnvVar, PodRuntimeInfoEnv and dicts."""
    if isinstance(value, Mapping):
        return or_omit([{"name": str(name), "value": env_text(item, str(name))} for name, item in value.items()])
    entries = []
    for item in as_items(value, "environment"):
        entry = as_dict(item, "an environment variable")
        if "value" in entry:
            entry["value"] = env_text(entry["value"], str(entry.get("name")))
        entries.append(entry)
    return or_omit(entries)


def env_text(value: object, name: str) -> str | Text:
    """The value of a variable as text; None is the empty text, as in Kubernetes."""
    if isinstance(value, str | Text):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    raise MappingUse(f"the environment variable {name} must be text, not {kind_of(value)}")


def config_map_env(names: object) -> object:
    """`configmaps`: all keys of these ConfigMaps, as `envFrom`."""
    return or_omit([{"configMapRef": {"name": name}} for name in as_items(names, "configmaps")])


# Airflow's Secret ----------------------------------------------------------------------------------------------------------------------


def secrets_of(value: object) -> list[Fields]:
    """The arguments of each `Secret(deploy_type, deploy_target, secret, key, items)`."""
    found = []
    for item in as_items(value, "secrets"):
        if not isinstance(item, ExternCall) or class_name(item) != "Secret":
            raise MappingUse("secrets must hold Secret(…) objects")
        arguments = arguments_of(item)
        if arguments.get("deploy_type") not in ("env", "volume"):
            raise MappingUse("deploy_type of a Secret is neither 'env' nor 'volume'")
        found.append(arguments)
    return found


def secret_env(value: object) -> object:
    """Secrets with a key that become variables."""
    entries = []
    for secret in secrets_of(value):
        if secret["deploy_type"] == "env" and secret.get("key") is not None:
            name = secret.get("deploy_target")
            if not isinstance(name, str):
                raise MappingUse("deploy_target of a Secret with a key must be the name of a variable")
            reference = {"name": secret["secret"], "key": secret["key"]}
            entries.append({"name": name.upper(), "valueFrom": {"secretKeyRef": reference}})
    return or_omit(entries)


def secret_env_from(value: object) -> object:
    """Secrets without a key: all of their keys become variables."""
    found = [s for s in secrets_of(value) if s["deploy_type"] == "env" and s.get("key") is None]
    return or_omit([{"secretRef": {"name": secret["secret"]}} for secret in found])


def secret_volume_name(secret: Fields) -> str:
    """A volume's name. Airflow makes one up; ours follows from what is mounted where."""
    seed = f"{secret['secret']} {secret.get('deploy_target')} {secret.get('key')}"
    return "secret-" + hashlib.sha256(seed.encode()).hexdigest()[:8]


def secret_volumes(value: object) -> object:
    """The volumes of secrets that are mounted."""
    volumes = []
    for secret in secrets_of(value):
        if secret["deploy_type"] == "volume":
            source: Fields = {"secretName": secret["secret"]}
            if secret.get("items"):
                source["items"] = as_fields(secret["items"])
            volumes.append({"name": secret_volume_name(secret), "secret": source})
    return or_omit(volumes)


def secret_mounts(value: object) -> object:
    """The mounts of secrets that are mounted."""
    return or_omit(
        [
            {"name": secret_volume_name(secret), "mountPath": secret.get("deploy_target"), "readOnly": True}
            for secret in secrets_of(value)
            if secret["deploy_type"] == "volume"
        ]
    )


# Resources -----------------------------------------------------------------------------------------------------------------------------

QUANTITIES = {
    "cpu": "cpu",
    "memory": "memory",
    "gpu": "nvidia.com/gpu",
    "ephemeral_storage": "ephemeral-storage",
    "ephemeral-storage": "ephemeral-storage",
}


def as_resources(value: object) -> object:
    """Resources of any spelling: V1ResourceRequirements, `{"limits": …}`, `{"request_cpu": …}`, Airflow's `Resources(…)`."""
    fields = as_dict(value, "resources")
    legacy = [key for key in fields if key.partition("_")[0] in ("request", "limit") and key.partition("_")[2] in QUANTITIES]
    if legacy:
        fields = legacy_resources(fields)
    result: Fields = {}
    for group, amounts in fields.items():
        if isinstance(amounts, Mapping):
            result[group] = {name: quantity(amount) for name, amount in amounts.items() if amount is not None}
        else:
            result[group] = amounts
    return or_omit({group: amounts for group, amounts in result.items() if amounts})


def legacy_resources(fields: Fields) -> Fields:
    """`{"request_cpu": "1", "limit_memory": "1Gi"}` as requests and limits."""
    result: dict[str, Fields] = {}
    for key, amount in fields.items():
        side, _, resource = key.partition("_")
        if side not in ("request", "limit") or resource not in QUANTITIES:
            raise MappingUse(f"{key} is not a resource that Airflow knows")
        if amount is not None:
            result.setdefault(side + "s", {})[QUANTITIES[resource]] = amount
    return dict(result)


def quantity(amount: object) -> object:
    """An amount as Kubernetes text."""
    return str(amount) if isinstance(amount, int | float) and not isinstance(amount, bool) else amount


# The classes of Airflow 1.10 and 2 -----------------------------------------------------------------------------------------------------


def legacy_volume(arguments: Fields) -> Fields:
    """`Volume(name, configs)`: the configs are the volume's source."""
    configs = as_dict(arguments.get("configs") or {}, "configs of a Volume")
    return {"name": arguments.get("name"), **configs}


def legacy_mount(arguments: Fields) -> Fields:
    """`VolumeMount(name, mount_path, sub_path, read_only)`."""
    return {camel_case(key): item for key, item in arguments.items() if item is not None}


def legacy_port(arguments: Fields) -> Fields:
    """`Port(name, container_port)`."""
    return {camel_case(key): item for key, item in arguments.items() if item is not None}


def legacy_runtime_info(arguments: Fields) -> Fields:
    """`PodRuntimeInfoEnv(name, field_path)`: a variable filled by Kubernetes."""
    return {"name": arguments.get("name"), "valueFrom": {"fieldRef": {"fieldPath": arguments.get("field_path")}}}


LEGACY: dict[str, Callable[[Fields], Fields]] = {
    "Volume": legacy_volume,
    "VolumeMount": legacy_mount,
    "Port": legacy_port,
    "PodRuntimeInfoEnv": legacy_runtime_info,
    "Resources": dict,
}


def as_pull_secrets(value: object) -> object:
    """Image pull secrets: references, or their names with commas between them (1.10)."""
    if isinstance(value, str):
        return or_omit([{"name": name.strip()} for name in value.split(",") if name.strip()])
    return or_omit([{"name": item} if isinstance(item, str) else as_fields(item) for item in as_items(value, "image_pull_secrets")])


def as_list(value: object) -> object:
    """A list of Kubernetes objects."""
    return or_omit([as_fields(item) for item in as_items(value, "this argument")])


def together(first: object, *others: object) -> object:
    """Lists one after the other, those left out skipped."""
    lists = [part for part in (first, *others) if not isinstance(part, Omit) and part is not None]
    return or_omit([item for part in lists for item in as_items(part, "this argument")])
