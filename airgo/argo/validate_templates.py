"""Rules for one template, whoever calls it: its type, its pod, its inputs and outputs, its retries and times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from airgo.argo.names import KEYWORDS, PARAMETER, TASK, TASK_LIMIT
from airgo.argo.rules import (
    CONFLICTING_FIELDS,
    INVALID_DURATION,
    INVALID_ENVIRONMENT,
    INVALID_NAME,
    INVALID_OUTPUT,
    INVALID_RETRY,
    INVALID_VALUE,
    MISSING_COMMAND,
    MISSING_FIELD,
    TOO_MANY,
    UNKNOWN_VOLUME,
    Problem,
)
from airgo.argo.validate_model import POD_TYPES, TEMPLATE_TYPES, Node, Workflow, mapping, names, nodes, template_type, word
from airgo.argo.validate_objects import check_labels, duplicates
from airgo.argo.validate_shape import shown

MAX_INPUTS = 500
GO_DURATION = re.compile(r"[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+|0")
ENV_NAME = re.compile(r"[\x20-\x3c\x3e-\x7e]+")
RETRY_POLICIES = frozenset(["", "Always", "OnFailure", "OnError", "OnTransientError"])
ACTIONS = frozenset(["get", "create", "apply", "delete", "replace", "patch"])
SOURCES = ("path", "jqFilter", "jsonPath", "parameter", "expression", "supplied", "configMapKeyRef", "event")
OUTPUT_SOURCES = {
    **dict.fromkeys(["container", "script", "containerSet", "data"], frozenset(["path"])),
    "resource": frozenset(["jsonPath", "jqFilter"]),
    **dict.fromkeys(["dag", "steps"], frozenset(["parameter", "expression"])),
    "suspend": frozenset(["supplied"]),
}
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check_template(template: Node, pointer: str, workflow: Workflow) -> Iterator[Problem]:
    """Everything that can be said of a template by itself."""
    kinds = [kind for kind in TEMPLATE_TYPES if kind in template]
    if len(kinds) != 1:
        words = f"a template is one of {', '.join(TEMPLATE_TYPES)}" if not kinds else f"a template is {' or '.join(kinds)}, not all"
        yield Problem(pointer, words, CONFLICTING_FIELDS if kinds else MISSING_FIELD)
    yield from check_labels(mapping(template.get("metadata")), f"{pointer}/metadata")
    yield from _inputs(mapping(template.get("inputs")), f"{pointer}/inputs")
    yield from _outputs(mapping(template.get("outputs")), template_type(template), f"{pointer}/outputs")
    yield from check_retry(template.get("retryStrategy"), f"{pointer}/retryStrategy")
    yield from _times(template, kinds, pointer)
    yield from check_synchronization(mapping(template.get("synchronization")), f"{pointer}/synchronization")
    yield from _pod(template, pointer, workflow)
    if "suspend" in template:
        duration = mapping(template.get("suspend")).get("duration")
        yield from _duration(duration, f"{pointer}/suspend/duration", seconds=True)
    if "resource" in template:
        yield from _resource(mapping(template.get("resource")), f"{pointer}/resource")


def name_problem(name: str, what: str) -> str | None:
    """Why a task or template cannot have this name; None if it can."""
    if not TASK.fullmatch(name):
        return f"{shown(name)} is no name of a {what}: letters, digits and dashes, a letter or digit first"
    if len(name) > TASK_LIMIT:
        return f"the name of a {what} has at most {TASK_LIMIT} characters, not {len(name)}"
    if what == "task" and name in KEYWORDS:
        return f"{name} is a word of the expression language, and breaks the depends of other tasks"
    return None


def check_parameters(value: object, pointer: str) -> Iterator[Problem]:
    """Names of parameters, and values that their enum does not have."""
    yield from duplicates(value, pointer, "parameter")
    for place, parameter in nodes(value, pointer):
        name = word(parameter.get("name"))
        if not PARAMETER.fullmatch(name):
            yield Problem(
                f"{place}/name", f"{shown(name)} is no name of a parameter: letters, digits, dashes and underscores", INVALID_NAME
            )
        choices = parameter.get("enum")
        if isinstance(choices, list) and not choices:
            yield Problem(f"{place}/enum", "an enum has at least one value", INVALID_VALUE)
        given = parameter.get("value")
        if isinstance(choices, list) and choices and given is not None and given not in choices and "{{" not in str(given):
            yield Problem(f"{place}/value", f"{shown(given)} is not in the parameter's enum", INVALID_VALUE)


def _inputs(inputs: Node, pointer: str) -> Iterator[Problem]:
    parameters = inputs.get("parameters")
    yield from check_parameters(parameters, f"{pointer}/parameters")
    if isinstance(parameters, list) and len(parameters) > MAX_INPUTS:
        yield Problem(f"{pointer}/parameters", f"{len(parameters)} input parameters, where {MAX_INPUTS} are allowed", TOO_MANY)
    yield from duplicates(inputs.get("artifacts"), f"{pointer}/artifacts", "artifact")


def _outputs(outputs: Node, kind: str, pointer: str) -> Iterator[Problem]:
    yield from check_parameters(outputs.get("parameters"), f"{pointer}/parameters")
    yield from duplicates(outputs.get("artifacts"), f"{pointer}/artifacts", "artifact")
    for place, parameter in nodes(outputs.get("parameters"), f"{pointer}/parameters"):
        source = mapping(parameter.get("valueFrom"))
        given = [name for name in SOURCES if source.get(name) is not None]
        if len(given) + ("value" in parameter) != 1:
            words = f"{parameter.get('name')} takes its value from {' and '.join(given) or 'nowhere'}, where one source is needed"
            yield Problem(place, words, INVALID_OUTPUT)
            continue
        allowed = OUTPUT_SOURCES.get(kind)
        if allowed is not None and given and given[0] not in allowed | {"supplied"}:
            words = f"the output of a {kind} template comes from {' or '.join(sorted(allowed))}, not from {given[0]}"
            yield Problem(f"{place}/valueFrom", words, INVALID_OUTPUT)


def check_retry(value: object, pointer: str) -> Iterator[Problem]:
    """A retry strategy's limit, policy and backoff."""
    strategy = mapping(value)
    limit = strategy.get("limit")
    if limit is not None and not _whole(limit):
        yield Problem(f"{pointer}/limit", f"{shown(limit)} is no number of retries", INVALID_RETRY)
    policy = strategy.get("retryPolicy")
    if policy is not None and policy not in RETRY_POLICIES:
        yield Problem(f"{pointer}/retryPolicy", f"{shown(policy)} is none of {', '.join(sorted(RETRY_POLICIES - {''}))}", INVALID_RETRY)
    backoff = mapping(strategy.get("backoff"))
    for name in ("duration", "maxDuration", "cap"):
        yield from _duration(backoff.get(name), f"{pointer}/backoff/{name}", seconds=True)
    factor = backoff.get("factor")
    if factor is not None and not _whole(factor):
        yield Problem(f"{pointer}/backoff/factor", f"{shown(factor)} is no whole number", INVALID_RETRY)


def _whole(value: object) -> bool:
    return (isinstance(value, int) and value >= 0) or (isinstance(value, str) and (value.isdigit() or "{{" in value))


def _duration(value: object, pointer: str, *, seconds: bool) -> Iterator[Problem]:
    if not isinstance(value, str) or "{{" in value or (seconds and (value.isdigit() or not value)):
        return
    if value.isdigit():
        yield Problem(pointer, f"{shown(value)} has no unit: write {value}s", INVALID_DURATION)
    elif value and not GO_DURATION.fullmatch(value):
        yield Problem(pointer, f"{shown(value)} is no duration: use s, m and h, as in 1h30m", INVALID_DURATION)


def _times(template: Node, kinds: list[str], pointer: str) -> Iterator[Problem]:
    for name in ("timeout", "pendingTimeout"):
        yield from _duration(template.get(name), f"{pointer}/{name}", seconds=False)
    seconds = template.get("activeDeadlineSeconds")
    if seconds is not None and not _whole(seconds):
        yield Problem(f"{pointer}/activeDeadlineSeconds", f"{shown(seconds)} is no whole number of seconds", INVALID_DURATION)
    inner = [kind for kind in kinds if kind in {"dag", "steps"}]
    for name in ("timeout", "activeDeadlineSeconds", "pendingTimeout"):
        if name in template and (inner or (name != "activeDeadlineSeconds" and kinds == ["suspend"])):
            yield Problem(f"{pointer}/{name}", f"a {(inner or kinds)[0]} template has no {name}", CONFLICTING_FIELDS)
    if "parallelism" in template and kinds and not inner:
        yield Problem(f"{pointer}/parallelism", f"a {kinds[0]} template has no parallelism", CONFLICTING_FIELDS)
    parallelism = template.get("parallelism")
    if isinstance(parallelism, int) and parallelism < 1:
        yield Problem(f"{pointer}/parallelism", "parallelism is at least 1", INVALID_VALUE)


def check_synchronization(synchronization: Node, pointer: str) -> Iterator[Problem]:
    """Mutexes and semaphores name what they lock."""
    for place, mutex in nodes(synchronization.get("mutexes"), f"{pointer}/mutexes"):
        if not mutex.get("name"):
            yield Problem(place, "a mutex has a name", MISSING_FIELD)
    for place, semaphore in nodes(synchronization.get("semaphores"), f"{pointer}/semaphores"):
        sources = [name for name in ("configMapKeyRef", "database") if name in semaphore]
        if len(sources) != 1:
            yield Problem(
                place, "a semaphore has its size from configMapKeyRef or from database", CONFLICTING_FIELDS if sources else MISSING_FIELD
            )


def _resource(resource: Node, pointer: str) -> Iterator[Problem]:
    action = resource.get("action")
    if isinstance(action, str) and action not in ACTIONS and "{{" not in action:
        yield Problem(f"{pointer}/action", f"{shown(action)} is none of {', '.join(sorted(ACTIONS))}", INVALID_VALUE)
    if "manifest" in resource and "manifestFrom" in resource:
        yield Problem(pointer, "manifest and manifestFrom exclude each other", CONFLICTING_FIELDS)
    if action in {"create", "apply", "replace", "patch"} and not resource.get("manifest") and not resource.get("manifestFrom"):
        yield Problem(pointer, f"manifest is missing, which {action} needs", MISSING_FIELD)
    strategy = resource.get("mergeStrategy")
    if strategy not in {None, "", "strategic", "merge", "json"}:
        yield Problem(f"{pointer}/mergeStrategy", f"{shown(strategy)} is none of strategic, merge, json", INVALID_VALUE)


def _pod(template: Node, pointer: str, workflow: Workflow) -> Iterator[Problem]:
    """The containers of a template's pod."""
    if not any(kind in template for kind in POD_TYPES):
        return
    defaults = mapping(workflow.spec.get("templateDefaults"))
    places = [(f"{pointer}/{kind}", mapping(template.get(kind)), kind) for kind in ("container", "script") if kind in template]
    together = nodes(mapping(template.get("containerSet")).get("containers"), f"{pointer}/containerSet/containers")
    places += [(place, container, "container") for place, container in together]
    for name in ("initContainers", "sidecars"):
        places += [(place, container, name) for place, container in nodes(template.get(name), f"{pointer}/{name}")]
    volumes = names(template.get("volumes")) | names(workflow.spec.get("volumes")) | names(defaults.get("volumes"))
    claims = nodes(workflow.spec.get("volumeClaimTemplates"), "")
    volumes |= {word(mapping(claim.get("metadata")).get("name")) for _, claim in claims}
    for place, container, kind in places:
        yield from _container(container, kind, place, mapping(defaults.get(kind)))
        for mount, wanted in nodes(container.get("volumeMounts"), f"{place}/volumeMounts"):
            name = word(wanted.get("name"))
            if name not in volumes and not workflow.is_library and "{{" not in name:
                yield Problem(f"{mount}/name", f"there is no volume {name}", UNKNOWN_VOLUME)
    yield from duplicates(template.get("volumes"), f"{pointer}/volumes", "volume")


def _container(container: Node, kind: str, pointer: str, defaults: Node) -> Iterator[Problem]:
    merged: Mapping[str, object] = {**defaults, **container}
    if not merged.get("image"):
        yield Problem(pointer, "image is missing", MISSING_FIELD)
    elif not merged.get("command") and kind in {"container", "script"}:
        yield Problem(pointer, f"{word(merged.get('image'))} has no command", MISSING_COMMAND)
    if kind == "script" and not isinstance(merged.get("source"), str):
        yield Problem(pointer, "source is missing", MISSING_FIELD)
    if kind in {"initContainers", "sidecars"} and not merged.get("name"):
        yield Problem(pointer, "name is missing", MISSING_FIELD)
    yield from _environment(container, pointer)
    seen: set[str] = set()
    for place, mount in nodes(container.get("volumeMounts"), f"{pointer}/volumeMounts"):
        path = word(mount.get("mountPath"))
        if path in seen:
            yield Problem(f"{place}/mountPath", f"two volumes are mounted at {path}", CONFLICTING_FIELDS)
        seen.add(path)


def _environment(container: Node, pointer: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, entry in nodes(container.get("env"), f"{pointer}/env"):
        name = word(entry.get("name"))
        if not ENV_NAME.fullmatch(name):
            yield Problem(f"{place}/name", f"{shown(name)} is no name of a variable", INVALID_ENVIRONMENT)
        if name in seen:
            yield Problem(f"{place}/name", f"{name} is set twice", INVALID_ENVIRONMENT)
        seen.add(name)
        source = entry.get("valueFrom")
        if source is not None and entry.get("value") not in {None, ""}:
            yield Problem(place, f"{name} has a value and a source", INVALID_ENVIRONMENT)
        if isinstance(source, Mapping) and len(source) != 1:
            yield Problem(f"{place}/valueFrom", f"{name} takes its value from {' and '.join(source) or 'nowhere'}", INVALID_ENVIRONMENT)
