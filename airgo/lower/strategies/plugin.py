"""Objects that Argo's executor plugins create and wait for, in place of a resource template, where `plugins` asks for them.

What the plugins take is what their own programs read (the plugin directory of Argo Workflows names them): the whole object below the
plugin's name. They find an object again by its name alone and never delete it, so that each attempt of each run needs a name of its own.
https://argo-workflows.readthedocs.io/en/latest/plugin-directory/
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from airgo.argo.text import Simple, Text, text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft
from airgo.lower.rules import OPTION
from airgo.values import nested

EXECUTOR_PLUGIN = Rule(
    "AG652",
    "executor-plugin",
    Severity.WARNING,
    "a task that an executor plugin of Argo runs",
    "The cluster needs the plugin, with rights to make such objects, and a controller with ARGO_EXECUTOR_PLUGINS=true. A plugin does not "
    "delete the object with its workflow, and waits for one whose submission failed until the workflow's deadline.",
    "install the plugin and give the DAG a dagrun_timeout, or leave `plugins` at its default",
)
PLUGINS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "SparkApplication": ("spark", ("spec.executor.instances",)),
    "PyTorchJob": ("pytorch", ("spec.pytorchReplicaSpecs.Master.replicas", "spec.pytorchReplicaSpecs.Worker.replicas")),
    "RayJob": ("ray", ("spec.rayClusterSpec.headGroupSpec",)),
}
"""By the kind of object: the plugin, and fields without which its program breaks off."""
NAME_LENGTH = 22
"""With the id of the run and the number of the attempt a name stays below the 63 letters of a label."""


def by_plugin(node: Node, document: Mapping[str, object], waits: bool, known: bool, draft: WorkflowDraft) -> TemplateDraft | None:
    """The plugin's template for an object; None where a resource template is right, which is said if a plugin was asked for."""
    name, needs = PLUGINS.get(str(document.get("kind")), ("volcano" if _is_volcano(document) else "", ()))
    if name not in draft.config.plugins:
        return None
    reason = _obstacle(node, document, needs, waits) if known else "its manifest is text with values of the run in it"
    if reason is not None:
        words = f"plugins = {name}: {node.task.id} keeps its resource template, because {reason}"
        draft.report(OPTION.at(node.task.span, words, subject=draft.subject(node.task)))
        return None
    words = f"{node.task.id} is run by the executor plugin {name}, which the cluster must have"
    draft.report(EXECUTOR_PLUGIN.at(node.task.span, words, subject=draft.subject(node.task)))
    return TemplateDraft({"plugin": {name: _named(document, node)}}, node.name, node.task.span)


def _is_volcano(document: Mapping[str, object]) -> bool:
    return str(document.get("apiVersion")).startswith("batch.volcano.sh/")


def _obstacle(node: Node, document: Mapping[str, object], needs: tuple[str, ...], waits: bool) -> str | None:
    """Why the plugin would not do what the task does."""
    if _is_volcano(document):
        return "the plugin calls every job of a run by the run's name"
    if any("{{" in one for one in nested(document, str)):
        return "its manifest holds braces that Argo would read"
    if not waits:
        return "the task ends when the object is there, and the plugin waits for the object's end"
    if node.task.expand is not None:
        return "the instances of a mapped task would share one object"
    if node.task.value("execution_timeout") is not None:
        return "nothing stops a plugin after execution_timeout"
    missing = [path for path in needs if _at(document, path) is None]
    return f"the plugin needs {' and '.join(missing)}" if missing else None


def _at(document: Mapping[str, object], path: str) -> object:
    found: object = document
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _named(document: Mapping[str, object], node: Node) -> dict[str, object]:
    """The object with a name of its own for each attempt, in the namespace of the run unless it names one."""
    written = document.get("metadata")
    metadata = {key: value for key, value in written.items() if key not in ("name", "generateName")} if isinstance(written, Mapping) else {}
    attempt = ("-", Simple("retries")) if node.task.retries != 0 else ()
    name = text(f"{_short(node.name.lower())}-", Simple("workflow.uid"), *attempt)
    place = metadata.pop("namespace", None) or Text((Simple("workflow.namespace"),))
    return {**document, "metadata": {"name": name, "namespace": place, **metadata}}


def _short(name: str) -> str:
    """A name that no other task of the DAG has, not longer than it may be."""
    if len(name) <= NAME_LENGTH:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: NAME_LENGTH - 7].rstrip('-')}-{digest}"
