"""What changes in meaning between two sets of manifests: tasks are matched by name, and the order of keys and tasks is no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from airgo.source import Span

Object = Mapping[str, object]
COSMETIC = frozenset({"airgo/source"})
"""Annotations that move with the source and change nothing about a run."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. kind: added · removed · changed. `what` is a path in the words of the manifests; `span` the Python line, when known."""

    dag: str
    kind: str
    what: str
    before: object = None
    after: object = None
    span: Span | None = None


def compare(before: Sequence[Object], after: Sequence[Object], origins: Mapping[str, Span]) -> tuple[Change, ...]:
    """Changes between two lists of documents, DAG by DAG. `origins` maps `kind/name` and `kind/name/task` to Python lines."""
    old, new = by_identity(before), by_identity(after)
    changes: list[Change] = []
    for identity in sorted(old.keys() | new.keys()):
        name = "/".join(identity)
        if identity not in new:
            changes.append(Change(identity[1], "removed", name))
        elif identity not in old:
            changes.append(Change(identity[1], "added", name, span=origins.get(name)))
        else:
            changes += document_changes(identity, old[identity], new[identity], origins)
    return tuple(changes)


def by_identity(documents: Sequence[Object]) -> dict[tuple[str, str], Object]:
    """Documents by kind and name."""
    found: dict[tuple[str, str], Object] = {}
    for document in documents:
        metadata = document.get("metadata")
        if isinstance(metadata, Mapping):
            found[str(document.get("kind")), str(metadata.get("name") or metadata.get("generateName"))] = document
    return found


def document_changes(identity: tuple[str, str], old: Object, new: Object, origins: Mapping[str, Span]) -> Iterator[Change]:
    """Changes within one document."""
    name = "/".join(identity)
    for path, before, after in differences(meaning(old), meaning(new)):
        task = path[1] if len(path) > 1 and path[0] == "tasks" else None
        span = origins.get(f"{name}/{task}") or origins.get(name)
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield Change(identity[1], kind, ".".join(path), before, after, span)


def meaning(document: Object) -> Object:
    """A document as what it means: tasks by name with their templates in their place, other lists of named things as mappings."""
    spec = document.get("spec")
    metadata = document.get("metadata")
    kept: dict[str, object] = {"metadata": labels(metadata if isinstance(metadata, Mapping) else {})}
    if not isinstance(spec, Mapping) or "templates" not in spec:
        return {**kept, **{str(key): named(value) for key, value in document.items() if key not in ("metadata", "apiVersion", "kind")}}
    templates = {str(t.get("name")): t for t in as_list(spec.get("templates")) if isinstance(t, Mapping)}
    entry = templates.get(str(spec.get("entrypoint")), {})
    used = {str(spec.get("entrypoint"))}
    kept["tasks"] = dag_tasks(entry, templates, used)
    kept["spec"] = named({key: value for key, value in spec.items() if key not in ("templates", "entrypoint")})
    kept["entry"] = named({key: value for key, value in entry.items() if key not in ("name", "dag")})
    kept["other-templates"] = {name: named(template) for name, template in templates.items() if name not in used}
    return kept


def dag_tasks(entry: Object, templates: Mapping[str, Object], used: set[str]) -> dict[str, object]:
    """The tasks of a DAG template by name; what a task runs stands in its place, so that renaming a template changes nothing."""
    dag = entry.get("dag")
    tasks: dict[str, object] = {}
    for task in as_list(dag.get("tasks")) if isinstance(dag, Mapping) else []:
        if not isinstance(task, Mapping):
            continue
        reference = str(task.get("template"))
        body = {key: value for key, value in task.items() if key not in ("name", "template")}
        if reference in templates and reference not in used | {str(entry.get("name"))}:
            body["runs"] = runs(templates[reference], templates)
        tasks[str(task.get("name"))] = named(body)
    referenced = {str(t.get("template")) for t in (as_list(dag.get("tasks")) if isinstance(dag, Mapping) else []) if isinstance(t, Mapping)}
    used |= referenced
    return tasks


def runs(template: Object, templates: Mapping[str, Object]) -> Object:
    """What a template runs: itself without its name; an inner DAG with its own tasks."""
    body = {key: value for key, value in template.items() if key not in ("name", "annotations", "metadata", "dag")}
    if "dag" in template:
        body["tasks"] = dag_tasks(template, templates, {str(template.get("name"))})
    return body


def labels(metadata: Object) -> Object:
    """Labels and annotations that mean something."""
    kept: dict[str, object] = {}
    for key in ("labels", "annotations"):
        table = metadata.get(key)
        if isinstance(table, Mapping):
            kept[key] = {name: value for name, value in table.items() if name not in COSMETIC}
    return kept


def as_list(value: object) -> list[object]:
    """A list, or an empty one."""
    return list(value) if isinstance(value, list | tuple) else []


def named(value: object) -> object:
    """Lists of mappings that all have a unique `name` become mappings by it: their order means nothing."""
    if isinstance(value, Mapping):
        return {str(key): named(item) for key, item in value.items() if key != "annotations" or not only_cosmetic(item)}
    if isinstance(value, list | tuple):
        names = [item.get("name") if isinstance(item, Mapping) else None for item in value]
        if value and all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return {str(item["name"]): named({k: v for k, v in item.items() if k != "name"}) for item in value}
        return [named(item) for item in value]
    return value


def only_cosmetic(annotations: object) -> bool:
    """Do annotations hold nothing but places in the source?"""
    return isinstance(annotations, Mapping) and set(annotations) <= COSMETIC


def differences(old: object, new: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """(path, before, after) of the smallest parts that differ; None stands for absent."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key), new.get(key), (*path, str(key)))
    elif old != new or type(old) is not type(new):
        yield path, old, new
