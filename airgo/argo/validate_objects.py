"""Rules for any object: names, labels, size; and for the objects beside workflows: schedules, ConfigMaps, roles, sensors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from airgo.argo.fields import KINDS
from airgo.argo.names import CRON_LIMIT, OBJECT_LIMIT
from airgo.argo.rules import (
    CONFLICTING_FIELDS,
    DUPLICATE_NAME,
    INVALID_CRON,
    INVALID_LABEL,
    INVALID_NAME,
    INVALID_VALUE,
    MISSING_FIELD,
    TOO_LARGE,
    UNKNOWN_VARIABLE,
    Problem,
)
from airgo.argo.validate_model import Node, mapping, names, nodes, strings, word
from airgo.argo.validate_shape import escape, shown

MAX_BYTES = 1024 * 1024
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
LIMITS = {"Workflow": OBJECT_LIMIT, "WorkflowTemplate": OBJECT_LIMIT, "ClusterWorkflowTemplate": OBJECT_LIMIT, "CronWorkflow": CRON_LIMIT}
CRON_WORD = r"[A-Za-z0-9*,/?-]+"
CRON_PATTERN = re.compile(
    r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)"
    r"|@every\s+([0-9]+(ns|us|µs|ms|s|m|h))+"
    rf"|({CRON_WORD}\s+){{4}}{CRON_WORD}"
)
MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
WEEKDAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
CRON_FIELDS: tuple[tuple[str, int, int, Mapping[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, MONTHS),
    ("weekday", 0, 6, WEEKDAYS),
)
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
OPERATIONS = frozenset(["submit", "submit-from", "resubmit", "resume", "retry", "suspend", "terminate", "stop"])
TRIGGER_SETTINGS = frozenset(["name", "conditions", "conditionsReset"])


def check_metadata(document: Node) -> Iterator[Problem]:
    """Name, labels and annotations of an object, its apiVersion, and its size."""
    kind = word(document.get("kind"))
    metadata = mapping(document.get("metadata"))
    version = word(document.get("apiVersion"))
    good = KINDS.get(kind, version)
    # Kustomize reads every version of its own file.
    if version and version != good and not (kind == "Kustomization" and version.startswith("kustomize.config.k8s.io/")):
        yield Problem("/apiVersion", f"{kind} has apiVersion {good}", INVALID_VALUE)
    name = metadata.get("name")
    if isinstance(name, str):
        yield from _object_name(name, kind)
    elif kind and kind != "Kustomization" and not metadata.get("generateName"):
        yield Problem("/metadata", "name is missing", MISSING_FIELD)
    yield from check_labels(metadata, "/metadata")
    size = len(json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        yield Problem("", f"the object has {size} bytes; Kubernetes stores about {MAX_BYTES}", TOO_LARGE)


def _object_name(name: str, kind: str) -> Iterator[Problem]:
    limit = LIMITS.get(kind, 253)
    if not SUBDOMAIN.fullmatch(name):
        yield Problem("/metadata/name", f"{shown(name)} is no name of Kubernetes: lower-case letters, digits and dashes", INVALID_NAME)
    elif len(name) > limit:
        yield Problem("/metadata/name", f"the name of a {kind} has at most {limit} characters, not {len(name)}", INVALID_NAME)


def check_labels(metadata: Node, pointer: str) -> Iterator[Problem]:
    """Labels and annotations of something; values with tags are looked at when they run."""
    for field in ("labels", "annotations"):
        for key, value in mapping(metadata.get(field)).items():
            place = f"{pointer}/{field}/{escape(str(key))}"
            if not _is_label_key(str(key)):
                yield Problem(place, f"{shown(key)} is no key of a label or annotation", INVALID_LABEL)
            if field == "labels" and isinstance(value, str) and "{{" not in value and not LABEL_VALUE.fullmatch(value):
                yield Problem(place, f"{shown(value)} is no value of a label", INVALID_LABEL)


def _is_label_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    good_prefix = not slash or (len(prefix) <= 253 and SUBDOMAIN.fullmatch(prefix) is not None)
    return good_prefix and bool(name) and LABEL_VALUE.fullmatch(name) is not None


def check_cron(spec: Node) -> Iterator[Problem]:
    """Schedules, time zone and policies of a CronWorkflow."""
    schedules = strings(spec.get("schedules"))
    if not schedules and not spec.get("schedule"):
        yield Problem("/spec", "schedules is missing or empty", MISSING_FIELD)
    places = [(f"/spec/schedules/{number}", text) for number, text in enumerate(schedules)]
    for place, text in [*places, ("/spec/schedule", word(spec.get("schedule")))]:
        if text and (reason := cron_problem(text)):
            yield Problem(place, reason, INVALID_CRON)
    zone = spec.get("timezone")
    if isinstance(zone, str) and zone and not ZONE.fullmatch(zone):
        yield Problem("/spec/timezone", f"{shown(zone)} is no name of a time zone", INVALID_CRON)
    if spec.get("concurrencyPolicy") not in {None, "", "Allow", "Forbid", "Replace"}:
        yield Problem("/spec/concurrencyPolicy", f"{shown(spec.get('concurrencyPolicy'))} is none of Allow, Forbid, Replace", INVALID_VALUE)
    for field in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        value = spec.get(field)
        if isinstance(value, int) and value < 0:
            yield Problem(f"/spec/{field}", f"{field} is not negative", INVALID_VALUE)


def cron_problem(text: str) -> str | None:
    """Why Argo cannot read a schedule; None if it can (the CRD's pattern, then robfig/cron's standard parser)."""
    if text.startswith(("CRON_TZ=", "TZ=")):
        return "the time zone stands in timezone, not in the schedule"
    if not CRON_PATTERN.fullmatch(text):
        return f"{shown(text)} is no schedule: five fields, or @daily and the like"
    if text.startswith("@"):
        return None
    for part, (what, low, high, words) in zip(text.split(), CRON_FIELDS, strict=True):
        for entry in part.split(","):
            if not _cron_entry(entry, low, high, words):
                return f"{shown(entry)} is no {what} of a schedule ({low} to {high})"
    return None


def _cron_entry(entry: str, low: int, high: int, words: Mapping[str, int]) -> bool:
    span, slash, step = entry.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    if span in {"*", "?"}:
        return True
    first, dash, last = span.partition("-")
    start, end = _cron_number(first, words), _cron_number(last, words) if dash else None
    if start is None or not low <= start <= high:
        return False
    return not dash or (end is not None and start <= end <= high)


def _cron_number(text: str, words: Mapping[str, int]) -> int | None:
    return int(text) if text.isdigit() else words.get(text.lower())


def check_config_map(document: Node) -> Iterator[Problem]:
    """Keys of a ConfigMap or Secret."""
    for field in ("data", "binaryData", "stringData"):
        for key in mapping(document.get(field)):
            if not CONFIG_KEY.fullmatch(str(key)):
                words = f"{shown(key)} is no key: letters, digits, dashes, dots and underscores"
                yield Problem(f"/{field}/{escape(str(key))}", words, INVALID_NAME)


def check_sensor(spec: Node) -> Iterator[Problem]:
    """Dependencies and triggers of a Sensor, which only its controller checks."""
    for field in ("dependencies", "triggers"):
        if spec.get(field) == []:
            yield Problem(f"/spec/{field}", f"a sensor has at least one of {field}", MISSING_FIELD)
    dependencies = names(spec.get("dependencies"))
    yield from duplicates(spec.get("dependencies"), "/spec/dependencies", "dependency")
    seen: set[str] = set()
    for pointer, trigger in nodes(spec.get("triggers"), "/spec/triggers"):
        template = mapping(trigger.get("template"))
        place = f"{pointer}/template"
        if (name := word(template.get("name"))) in seen:
            yield Problem(f"{place}/name", f"two triggers are called {name}", DUPLICATE_NAME)
        seen.add(name)
        actions = sorted(set(template) - TRIGGER_SETTINGS)
        if len(actions) != 1:
            yield Problem(place, f"a trigger does one thing, not {' and '.join(actions) or 'nothing'}", CONFLICTING_FIELDS)
        for used in re.findall(r"[^\s&|!()]+", word(template.get("conditions"))):
            if used not in dependencies:
                yield Problem(f"{place}/conditions", f"there is no dependency {used}", UNKNOWN_VARIABLE)
        operation = mapping(template.get("argoWorkflow")).get("operation")
        if "argoWorkflow" in template and operation is not None and operation not in OPERATIONS:
            words = f"{shown(operation)} is none of {', '.join(sorted(OPERATIONS))}"
            yield Problem(f"{place}/argoWorkflow/operation", words, INVALID_VALUE)


def duplicates(value: object, pointer: str, what: str) -> Iterator[Problem]:
    """Names that several of a list's mappings have."""
    seen: set[str] = set()
    for place, item in nodes(value, pointer):
        name = word(item.get("name"))
        if name and name in seen:
            yield Problem(f"{place}/name", f"two of one name: {what} {name}", DUPLICATE_NAME)
        seen.add(name)
