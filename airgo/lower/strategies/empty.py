"""Steps that run nothing: no pod is started for them."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft
from airgo.lower.strategies import strategy


@strategy("empty")
def empty(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A suspend that ends at once: the controller passes it without a pod (watched)."""
    return TemplateDraft({"suspend": {"duration": "0"}}, "empty", node.task.span)
