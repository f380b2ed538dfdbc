"""A whole Kubernetes pod as the body of an Argo template, and two of them laid over each other as Airflow does it.

Fields of a pod that a template has no place for are kept under `podSpec` and end as `podSpecPatch`, a JSON text that Argo merges
into the pod it makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from airgo.argo.text import Text
from airgo.mapping.kubernetes import Fields, as_dict
from airgo.mapping.signals import MappingUse

TEMPLATE_FIELDS = (
    "activeDeadlineSeconds",
    "affinity",
    "automountServiceAccountToken",
    "hostAliases",
    "initContainers",
    "nodeSelector",
    "priorityClassName",
    "schedulerName",
    "securityContext",
    "serviceAccountName",
    "tolerations",
    "volumes",
)
"""Fields of a pod's spec that an Argo template has under the same name."""
MADE_BY_ARGO = ("restartPolicy", "containers", "serviceAccount")
"""Fields of a pod's spec that Argo decides (restartPolicy is always Never, as with Airflow)."""
LISTS_THAT_GROW = {
    "container": ("env", "envFrom", "volumeMounts", "ports", "volumeDevices"),
    "": ("volumes", "initContainers", "sidecars"),
}
"""Lists that Airflow's `reconcile_pods` joins; any other field of the upper pod replaces that of the lower one."""


def pod_body(pod: object) -> Fields:
    """The template body of a V1Pod (or its dict): the first container is the task, the others are its sidecars."""
    fields = as_dict(pod, "the pod")
    spec = as_dict(fields.get("spec") or {}, "the pod's spec")
    body: Fields = {}
    containers = spec.get("containers") or []
    if isinstance(containers, list) and containers:
        body["container"] = {key: value for key, value in as_dict(containers[0], "a container").items() if key != "name"}
        if containers[1:]:
            body["sidecars"] = containers[1:]
    metadata = as_dict(fields.get("metadata") or {}, "the pod's metadata")
    kept = {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}
    if kept:
        body["metadata"] = kept
    body |= {key: spec[key] for key in TEMPLATE_FIELDS if spec.get(key) not in (None, [], {})}
    rest = {key: value for key, value in spec.items() if key not in TEMPLATE_FIELDS and key not in MADE_BY_ARGO}
    if rest:
        body["podSpec"] = rest
    return body


def reconciled(base: Mapping[str, object], over: Mapping[str, object]) -> Fields:
    """`over` laid on `base`: lists of LISTS_THAT_GROW are joined, base first; metadata, podSpec and the container field by field."""
    return merged(base, over, "")


def merged(base: Mapping[str, object], over: Mapping[str, object], level: str) -> Fields:
    """One level of `reconciled`."""
    result: Fields = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(value, list) and isinstance(below, list) and key in LISTS_THAT_GROW.get(level, ()):
            result[key] = [*below, *value]
        elif isinstance(value, Mapping) and isinstance(below, Mapping) and (level == "" and key in ("container", "podSpec", "metadata")):
            result[key] = merged(below, value, key)
        elif isinstance(value, Mapping) and isinstance(below, Mapping) and level == "metadata":
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


def with_patch(body: Mapping[str, object]) -> Fields:
    """The body with `podSpec` written out as `podSpecPatch`. Raises MappingUse for values known only when the task runs."""
    result = dict(body)
    rest = result.pop("podSpec", None)
    if not rest:
        return result
    if holds_text(rest):
        raise MappingUse(f"{', '.join(sorted(as_dict(rest, 'podSpec')))} of the pod must be known before the run")
    result["podSpecPatch"] = json.dumps(rest, ensure_ascii=False)
    return result


def holds_text(value: object) -> bool:
    """Is there a text with holes at any depth?"""
    if isinstance(value, Mapping):
        return any(holds_text(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_text(item) for item in value)
    return isinstance(value, Text)
