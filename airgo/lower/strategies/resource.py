"""Kubernetes objects: a resource template that creates one and waits for its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from airgo.argo.text import Text
from airgo.lower.draft import CannotLower, Leaf, Node, TemplateDraft, WorkflowDraft
from airgo.lower.manifest_edits import BadManifest, parsed, with_generated_name
from airgo.lower.manifest_text import ManifestText
from airgo.lower.rules import UNRENDERABLE
from airgo.lower.strategies import strategy
from airgo.lower.strategies.plugin import by_plugin

Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the options change about a manifest."""

    name: object
    keep_name: bool
    namespace: object
    settings: Mapping[str, object]
    unwrap: object


@strategy("resource")
def resource(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """The template for a manifest: YAML text of the user's, kept as it is as far as possible, or data."""
    action = str(options.get("action") or "create")
    wanted = _Wanted(
        options.get("name"),
        options.get("keep_name") is True or action != "create",
        options.get("namespace"),
        cast(Object, options.get("set") or {}),
        options.get("unwrap"),
    )
    writer = ManifestText()
    try:
        written, document = _written(options.get("manifest"), wanted, node, writer)
    except BadManifest as error:
        raise CannotLower(UNRENDERABLE, f"the manifest of {node.task.id} {error}") from error
    if action == "create":
        instead = _by_plugin(options, wanted, node, draft)
        if instead is not None:
            return instead
    body: dict[str, object] = {"action": action}
    if (
        action == "create"
        and options.get("owned") is not False
        and _table(document, "metadata").get("namespace") in (None, draft.config.namespace)
    ):
        body["setOwnerReference"] = True  # an owner in another namespace would have the object collected at once
    body |= _conditions(options, document, node)
    body["manifest"] = written
    made = TemplateDraft({"resource": body}, node.name, node.task.span)
    made.arguments = dict(writer.arguments)
    return made


def _by_plugin(options: Mapping[str, object], wanted: _Wanted, node: Node, draft: WorkflowDraft) -> TemplateDraft | None:
    """The template of an executor plugin, if one is asked for that takes this object."""
    manifest = options.get("manifest")
    document = parsed(manifest) if isinstance(manifest, str | Text) else cast(Object, manifest)
    known = not isinstance(manifest, Text)
    return by_plugin(node, _changed(document, wanted, node), "kinds" in options, known, draft)


def _written(manifest: object, wanted: _Wanted, node: Node, writer: ManifestText) -> tuple[Leaf, Object]:
    """The manifest's text, and what it says."""
    if isinstance(manifest, str | Text):
        document = parsed(manifest)
        untouched = wanted.namespace is None and not wanted.settings and not (wanted.unwrap and wanted.unwrap in document)
        if untouched and wanted.keep_name and wanted.name is None:
            return manifest, document
        edited = with_generated_name(manifest, wanted.name) if untouched and not wanted.keep_name else None
        if edited is not None:
            return edited, document
        if isinstance(manifest, Text):
            raise BadManifest("has values of the run in it, and has to be changed by other arguments as well")
    elif isinstance(manifest, Mapping):
        document = manifest
    else:
        raise BadManifest("is not known")
    changed = _changed(document, wanted, node)
    return writer.write(changed), changed


def _changed(document: Object, wanted: _Wanted, node: Node) -> dict[str, object]:
    """The object with everything that the operator's arguments set in it."""
    if isinstance(wanted.unwrap, str) and isinstance(document.get(wanted.unwrap), Mapping):
        document = cast(Object, document[wanted.unwrap])
    changed = dict(document)
    for path, value in wanted.settings.items():
        if value is not None:
            _set(changed, path.split("."), value)
    metadata = dict(_table(document, "metadata"))
    if wanted.namespace is not None:
        metadata["namespace"] = wanted.namespace
    name = wanted.name if wanted.name is not None else metadata.get("name")
    if wanted.keep_name:
        metadata |= {"name": name} if name is not None else {}
    elif "generateName" not in metadata or wanted.name is not None:
        metadata.pop("name", None)
        metadata = {"generateName": f"{name if isinstance(name, str) else node.name.lower()}-", **metadata}
    return {key: metadata if key == "metadata" else value for key, value in {**changed, "metadata": metadata}.items()}


def _set(table: dict[str, object], path: list[str], value: object) -> None:
    for key in path[:-1]:
        table[key] = dict(_table(table, key))
        table = cast("dict[str, object]", table[key])
    table[path[-1]] = value


def _table(document: Object, key: str) -> Object:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}


def _conditions(options: Mapping[str, object], document: Object, node: Node) -> dict[str, object]:
    """What ends the wait; nothing where the mapping names no kinds: the task ends when the object is there."""
    kinds = options.get("kinds")
    if not isinstance(kinds, Mapping):
        return {}
    kind = document.get("kind")
    found = kinds.get(kind)
    if not isinstance(found, Mapping):
        raise CannotLower(UNRENDERABLE, f"{node.task.id} makes a {kind}, whose end the mapping has no condition for")
    restart = _table(_table(document, "spec"), "restartPolicy").get("type", "Never")
    failure = found.get("failure_when_retried") if restart != "Never" and "failure_when_retried" in found else found.get("failure")
    conditions = {"successCondition": found.get("success"), "failureCondition": failure}
    return {key: value for key, value in conditions.items() if value is not None}
