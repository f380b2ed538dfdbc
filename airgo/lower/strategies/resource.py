"""Kubernetes objects: a resource template that creates one and waits for its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from airgo.argo.text import Text
from airgo.argo.yaml import ManifestError, load_all
from airgo.lower.draft import CannotLower, Leaf, Node, TemplateDraft, WorkflowDraft
from airgo.lower.manifest_text import ManifestText
from airgo.lower.rules import UNRENDERABLE
from airgo.lower.strategies import strategy


@strategy("resource")
def resource(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """The template for a manifest: YAML text of the user's, kept as it is, or data."""
    manifest = options.get("manifest")
    writer = ManifestText()
    if isinstance(manifest, Mapping):
        written: Leaf = writer.write(_placed(manifest, options))
        kind = manifest.get("kind")
    elif isinstance(manifest, str | Text):
        written, kind = _text(manifest, options, node, writer)
    else:
        raise CannotLower(UNRENDERABLE, f"the manifest of {node.task.id} is not known")
    body: dict[str, object] = {"action": options.get("action") or "create", "setOwnerReference": True}
    if body["action"] != "create":
        del body["setOwnerReference"]
    conditions = _conditions(options, str(kind), node)
    body |= {key: value for key, value in conditions.items() if value is not None}
    body["manifest"] = written
    made = TemplateDraft({"resource": body}, node.name, node.task.span)
    made.arguments = dict(writer.arguments)
    return made


def _text(manifest: str | Text, options: Mapping[str, object], node: Node, writer: ManifestText) -> tuple[Leaf, object]:
    """A manifest given as text. It is kept word for word unless its name or namespace has to be set."""
    literal = manifest if isinstance(manifest, str) else "".join(part if isinstance(part, str) else "hole" for part in manifest.parts)
    try:
        documents = [document for document in load_all(literal) if document is not None]
    except ManifestError as error:
        raise CannotLower(UNRENDERABLE, f"the manifest of {node.task.id} is not YAML: {error}") from error
    if len(documents) != 1 or not isinstance(documents[0], Mapping):
        raise CannotLower(UNRENDERABLE, f"the manifest of {node.task.id} holds {len(documents)} objects; a resource template takes one")
    document = cast(Mapping[str, object], documents[0])
    changed = _placed(document, options)
    if changed == document:
        return manifest, document.get("kind")
    if isinstance(manifest, Text):
        raise CannotLower(UNRENDERABLE, f"the name or namespace of {node.task.id} cannot be set in a manifest with values of the run in it")
    return writer.write(changed), document.get("kind")


def _placed(manifest: Mapping[str, object], options: Mapping[str, object]) -> dict[str, object]:
    """The manifest with the name and namespace that the operator gives it."""
    metadata = dict(cast(Mapping[str, object], manifest.get("metadata") or {}))
    for key in ("name", "namespace"):
        if options.get(key) is not None:
            metadata[key] = options[key]
    if options.get("name") is not None:
        metadata.pop("generateName", None)
    return {key: metadata if key == "metadata" else value for key, value in {**manifest, "metadata": metadata}.items()}


def _conditions(options: Mapping[str, object], kind: str, node: Node) -> dict[str, object]:
    kinds = options.get("kinds")
    if isinstance(kinds, Mapping):
        found = kinds.get(kind)
        if not isinstance(found, Mapping):
            raise CannotLower(UNRENDERABLE, f"{node.task.id} makes a {kind}, whose end the mapping knows no condition for")
        return {"successCondition": found.get("success"), "failureCondition": found.get("failure")}
    return {"successCondition": options.get("success_condition"), "failureCondition": options.get("failure_condition")}
