"""Resource quantities that are known only at run time: Kubernetes' API takes no tags there, so they go into a patch of the pod."""

from __future__ import annotations

import json

from airgo.argo.text import Text, text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower
from airgo.lower.holes import holes_of

PATCHED_TWICE = Rule(
    "AG604",
    "two-pod-patches",
    Severity.ERROR,
    "a pod that is patched, and has quantities known only at run time",
    "Quantities that are filled in at run time need a patch of the pod, and the pod has one already.",
    "write the quantities out",
)


def with_quantities_patched(body: dict[str, object]) -> None:
    """Move a main container's resources into `podSpecPatch` where one of them has a hole. Raises CannotLower."""
    for form in ("container", "script"):
        container = body.get(form)
        if not isinstance(container, dict) or not holes_of(container.get("resources")):
            continue
        if "podSpecPatch" in body:
            raise CannotLower(PATCHED_TWICE, "the pod has a patch already, so its resources must be known before the run")
        patch = {"containers": [{"name": "main", "resources": container.pop("resources")}]}
        body["podSpecPatch"] = _json(patch)


def _json(value: object) -> str | Text:
    """JSON text in which a quantity may be filled in; quantities need no escapes."""
    if isinstance(value, dict):
        pairs = [text(json.dumps(key), ": ", _json(item)) for key, item in value.items()]
        return text("{ ", *_joined(pairs), " }")
    if isinstance(value, list):
        return text("[", *_joined([_json(item) for item in value]), "]")
    if isinstance(value, Text):
        return text('"', value, '"')
    return json.dumps(value)


def _joined(pieces: list[str | Text]) -> list[str | Text]:
    return [part for index, piece in enumerate(pieces) for part in ((", ", piece) if index else (piece,))]
