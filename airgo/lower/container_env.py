"""The values of the deployment that a template's texts read: entries of its containers' `env`, or workflow parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from airgo.argo.text import EnvRef, Input, Simple, Text, map_text, text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Leaf, WorkflowDraft
from airgo.lower.holes import holes_of
from airgo.lower.inputs import env_entries
from airgo.macros.sources import is_secret

_WITH_CONTAINERS = frozenset({"container", "script", "initContainers", "sidecars"})
_EXPANDED = frozenset({"env", "command", "args", "source"})
"""Where Kubernetes expands `$(NAME)` (and the source, which has no holes)."""

ENV_OUTSIDE = Rule(
    "AG603",
    "deployment-value-outside-containers",
    Severity.ERROR,
    "a value of the deployment where only a container could read it",
    "Variables and connections reach a task as environment variables of its container; Kubernetes fills them into "
    "env, command and args only.",
    "give the value in airgo.toml, so that it is known when the manifest is written",
)

Entry = dict[str, object]


def with_env(body: dict[str, object], arguments: dict[str, Leaf], draft: WorkflowDraft) -> dict[str, object]:
    """Give every container the variables of the deployment that its texts name; they come first, because Kubernetes expands in order.

    A variable that has the name of one of the task's own is read under another name, in the body and in `arguments`, which are
    changed. Where Kubernetes expands nothing, a workflow parameter that is filled from the ConfigMap takes the variable's place.
    """
    body = {key: value if key in _WITH_CONTAINERS else _by_parameters(value, draft) for key, value in body.items()}
    found = containers(body)
    for container in found:
        for key, value in container.items():
            if key not in _EXPANDED:
                container[key] = _by_parameters(value, draft)
        if "env" in container:
            container["env"] = [_as_reference(entry, draft) for entry in _entries(container)]
    other_names = _other_names(found, [*found, *arguments.values()], draft)
    for name, leaf in arguments.items():
        arguments[name] = _renamed(leaf, other_names)
    for container in found:
        _add_entries(container, arguments, other_names, draft)
    return body


def containers(body: dict[str, object]) -> list[dict[str, object]]:
    """The containers of a template's body: the main one first."""
    found = [body[form] for form in ("container", "script") if isinstance(body.get(form), dict)]
    for several in ("initContainers", "sidecars"):
        extra = body.get(several)
        found.extend(one for one in extra if isinstance(one, dict)) if isinstance(extra, list) else None
    return cast(list[dict[str, object]], found)


def _entries(container: Mapping[str, object]) -> list[Entry]:
    return cast(list[Entry], container.get("env") or [])


def _as_reference(entry: Entry, draft: WorkflowDraft) -> Entry:
    """An own variable that is nothing but the deployment's of the same name takes its value from there: its text would name itself."""
    value = entry.get("value")
    if isinstance(value, Text) and value.parts and all(isinstance(part, EnvRef) for part in value.parts):
        (*others, reference) = cast(tuple[EnvRef, ...], value.parts)
        if not others and reference.name == entry["name"]:
            return env_entries([reference], draft)[0]
    return entry


def _other_names(found: list[dict[str, object]], readers: list[object], draft: WorkflowDraft) -> dict[str, str]:
    """By the name of a variable that a container sets itself, the name under which the deployment's of that name is read."""
    entries = [entry for container in found for entry in _entries(container)]
    taken = {str(entry["name"]) for entry in entries}
    wanted = {one.name: _source(env_entries([one], draft)[0]) for one in _env_refs(readers)}
    other_names = {}
    for name in sorted({str(entry["name"]) for entry in entries if _source(entry) != wanted.get(str(entry["name"]), _source(entry))}):
        other = first = f"AIRGO_{name}"
        number = 2
        while other in taken:
            other, number = f"{first}_{number}", number + 1
        other_names[name] = other
    return other_names


def _source(entry: Entry) -> tuple[object, object]:
    """The object and the key that an entry takes its value from; none where it is written down."""
    origin = cast(Mapping[str, Mapping[str, object]], entry.get("valueFrom") or {})
    reference = origin.get("configMapKeyRef") or origin.get("secretKeyRef") or {}
    return reference.get("name"), reference.get("key")


def _renamed(value: object, other_names: Mapping[str, str]) -> Leaf:
    def look(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Text):
            return leaf
        return text(*(_under(part, other_names) if isinstance(part, EnvRef) else part for part in leaf.parts))

    return cast(Leaf, map_text(value, look))


def _under(reference: EnvRef, other_names: Mapping[str, str]) -> EnvRef:
    return replace(reference, name=other_names.get(reference.name, reference.name))


def _add_entries(container: dict[str, object], arguments: Mapping[str, Leaf], other_names: Mapping[str, str], draft: WorkflowDraft) -> None:
    originals = {_under(one, other_names).name: one for one in _env_refs(container)}
    passed = [arguments[hole.name] for hole in holes_of(container) if isinstance(hole, Input) and hole.name in arguments]
    back = {other: name for name, other in other_names.items()}
    for one in _env_refs(passed):
        originals.setdefault(one.name, replace(one, name=back.get(one.name, one.name)))
    for key in _EXPANDED & container.keys():
        container[key] = _renamed(container[key], other_names)
    present = _entries(container)
    known = {entry.get("name") for entry in present}
    entries = [{**env_entries([one], draft)[0], "name": name} for name, one in originals.items() if name not in known]
    if entries:
        container["env"] = [*entries, *present]


def _by_parameters(value: object, draft: WorkflowDraft) -> object:
    return map_text(value, lambda leaf: _by_parameter(leaf, draft))


def _by_parameter(leaf: Leaf, draft: WorkflowDraft) -> Leaf:
    if not isinstance(leaf, Text):
        return leaf
    return text(*(_parameter_of(part, draft) if isinstance(part, EnvRef) else part for part in leaf.parts))


def _parameter_of(reference: EnvRef, draft: WorkflowDraft) -> Simple:
    """A workflow parameter with the value of a variable. Raises CannotLower for secrets, which parameters would show."""
    if is_secret(reference.source):
        raise CannotLower(ENV_OUTSIDE, f"{reference.source[1]} is secret, and is read where no container can fill it in")
    (entry,) = env_entries([reference], draft)
    made = {"valueFrom": entry["valueFrom"], "description": f"the deployment's {reference.source[1]}"}
    wanted = name = reference.name.lower().replace("_", "-")
    number = 2
    while draft.parameters.setdefault(name, made) != made:  # the DAG has a param of that name
        name, number = f"{wanted}-{number}", number + 1
    return Simple(f"workflow.parameters.{name}")


def _env_refs(value: object) -> Iterator[EnvRef]:
    return (hole for hole in holes_of(value) if isinstance(hole, EnvRef))
