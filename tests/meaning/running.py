"""Runs DAGs of a folder on both engines and says where they differ: task states, tries, values and the run's own state."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airgo import discovery, pipeline
from airgo.argo.names import task_name
from airgo.config import Config
from airgo.diagnostics import Diagnostic
from airgo.lower.result import Lowered
from airgo.reading import Run as Reading
from tests.engines.argo_engine import Node, Outcome, Run

SKIPPED_ITSELF = "the task skips itself"
"""What a task that skips itself prints; its state is exported only where a condition reads it."""

SHOW = "SHOW "
"""A line of a task's log with this start holds, as JSON, what the task also returns: values that no other task reads."""

PHASES = {
    "success": {"Succeeded"},
    "failed": {"Failed", "Error"},
    "skipped": {"Skipped"},
    "upstream_failed": {"Omitted"},
    "removed": {"Skipped"},
}
"""The invariant of the conversion: Airflow's final states and Argo's phases."""


@dataclass(frozen=True)
class Converted:
    """A folder of DAGs, converted once."""

    texts: Mapping[str, str]
    lowered: Mapping[str, Lowered]
    diagnostics: tuple[Diagnostic, ...]
    edges: Mapping[str, tuple[tuple[str, str], ...]]

    def manifests(self, dag_id: str) -> str:
        """All that one DAG's workflow needs."""
        return "\n---\n".join([self.own(dag_id), *(text for path, text in sorted(self.texts.items()) if path.startswith("shared/"))])

    def own(self, dag_id: str) -> str:
        """The manifests of one DAG, without what all DAGs share."""
        return "\n---\n".join(self.texts[path] for path in sorted(manifest.path for manifest in self.lowered[dag_id].manifests))

    def template(self, dag_id: str) -> str:
        """The name of a DAG's WorkflowTemplate."""
        for manifest in self.lowered[dag_id].manifests:
            for document in manifest.documents:
                if document["kind"] == "WorkflowTemplate":
                    return str(document["metadata"]["name"])  # type: ignore[index]
        raise LookupError(dag_id)

    def workflow(self, dag_id: str, logical_date: str) -> str:
        """The manifest of a run of the DAG, to be submitted as it is."""
        spec = {"workflowTemplateRef": {"name": self.template(dag_id)}}
        arguments = {"parameters": [{"name": "logical-date", "value": logical_date}]}
        made = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": f"of-{self.template(dag_id)}"}}
        return json.dumps({**made, "spec": {**spec, "arguments": arguments}})

    def run(self, dag_id: str, parameters: Mapping[str, str] | None = None, **more: Any) -> Run:
        """The run to ask of the engine."""
        return Run(self.manifests(dag_id), self.template(dag_id), parameters or {}, **more)


def convert(folder: Path, config: Config) -> Converted:
    """Convert a project; a mistake of ours is raised."""
    run = Reading(discovery.discover([folder], folder), config, strict=True)
    result = pipeline.convert(run)
    edges = {dag.dag_id: dag.edges for dag in result.dags}
    return Converted(result.texts, {one.dag_id: one for one in result.lowered}, result.diagnostics, edges)


def differences(truth: Mapping[str, Any], told: Outcome, lowered: Lowered) -> list[str]:
    """Where Argo's end is not Airflow's, one line each."""
    found = []
    if told.stuck or told.timed_out:
        found.append(f"the workflow is {'stuck' if told.stuck else 'out of time'} ({told.phase} {told.message})")
    if {"success": "Succeeded"}.get(truth["state"], "Failed") != {"Error": "Failed"}.get(told.phase, told.phase):
        found.append(f"run: Airflow {truth['state']}, Argo {told.phase} {told.message}")
    nodes = {one.task_id: one.node for one in lowered.tasks}
    for task_id, instances in sorted(truth["tasks"].items()):
        if task_id not in nodes:
            found.append(f"{task_id}: Argo has no such task")
        elif instances[0]["map_index"] < 0 or len(instances) == 0:
            found += task_differences(task_id, instances[0], told, nodes[task_id], truth["xcoms"].get(task_id, {}))
        else:
            found += mapped_differences(task_id, instances, told, nodes[task_id])
    return found


def disorder(edges: Sequence[tuple[str, str]], told: Outcome, lowered: Lowered) -> list[str]:
    """Edges of the DAG along which a pod started before one above it had ended."""
    nodes = {one.task_id: one.node for one in lowered.tasks}
    found = []
    for above, below in edges:
        ends = [at for at, what in pod_events(told, nodes[above]) if what != "pod started"]
        starts = [at for at, what in pod_events(told, nodes[below]) if what == "pod started"]
        if ends and starts and max(ends) > min(starts):
            found.append(f"{below}: it started before {above} had ended")
    return found


def pod_events(told: Outcome, name: str) -> list[tuple[int, str]]:
    """When the pods of a task started and ended, as places in the order of events."""
    own = re.compile(rf"\.{re.escape(name)}(\(\d+(:.*)?\))*$")
    return [(at, what) for at, (node, what) in enumerate(told.events) if what.startswith("pod ") and own.search(node)]


def task_differences(
    task_id: str, instance: Mapping[str, Any], told: Outcome, name: str, xcoms: Mapping[str, Sequence[Sequence[Any]]]
) -> list[str]:
    """One unmapped task."""
    node = named(told, name) or group_of(told, task_id)
    if node is None:
        return [f"{task_id}: Airflow {instance['state']}, Argo has no node {name}"]
    found = []
    if not agrees(instance["state"], node, told):
        found.append(
            f"{task_id}: Airflow {instance['state']}, Argo {node.phase} {node.message} {dict(node.outputs)} {last_words(told, node)}"
        )
    tries = attempts(told, node)
    if instance["state"] in ("success", "failed") and tries and tries != instance["tries"]:
        found.append(f"{task_id}: Airflow took {instance['tries']} tries, Argo {tries}")
    for key, rows in xcoms.items():
        found += value_differences(task_id, key, rows[0][1], node, told)
    return found


def agrees(state: str, node: Node, told: Outcome) -> bool:
    """Does a phase mean a state? A task that skips itself says so in an output and in its log."""
    skipped_itself = node.outputs.get("airgo-state") == "skipped" or SKIPPED_ITSELF in last_words(told, node)
    if state == "skipped":
        return node.phase == "Skipped" or (node.phase == "Succeeded" and skipped_itself)
    return node.phase in PHASES.get(state, set()) and not (state == "success" and skipped_itself)


def mapped_differences(task_id: str, instances: Sequence[Mapping[str, Any]], told: Outcome, name: str) -> list[str]:
    """A mapped task, or one of a mapped group: as many instances, with these ends, in the order of their indexes."""
    states = [instance["state"] for instance in instances]
    pods = pods_of(told, name)
    same = len(pods) == len(states) and all(agrees(state, node, told) for state, node in zip(states, pods, strict=True))
    around = named(told, name) or group_of(told, task_id)
    if not pods and around is not None:
        same = all(agrees(state, around, told) for state in states)  # it never fanned out
    return [] if same else [f"{task_id}: Airflow {states}, Argo {[node.phase + ' ' + node.message for node in pods]}"]


def pods_of(told: Outcome, name: str) -> list[Node]:
    """The instances of a mapped task, in the order of their indexes."""
    pods = [node for node in told.nodes.values() if instance_of(node, name) and not is_attempt(told, node)]
    return sorted(pods, key=lambda node: [int(index) for index in INDEX.findall(node.name)])


INDEX = re.compile(r"\((\d+)[:)]")
"""The place of an instance in a node's name."""


def instance_of(node: Node, name: str) -> bool:
    """Is the node an instance of the mapped task, or the task in an instance of a group?"""
    return node.display_name.startswith(f"{name}(") or (node.display_name == name and INDEX.search(node.name) is not None)


def named(told: Outcome, name: str) -> Node | None:
    """The node of a task, by its display name; of a mapped task's two, the outer."""
    found = [node for node in told.nodes.values() if node.display_name == name and not is_attempt(told, node)]
    return min(found, key=lambda node: len(node.name), default=None)


def group_of(told: Outcome, task_id: str) -> Node | None:
    """The node of the mapped group that a task is in, where the group as a whole did not run."""
    found = named(told, task_name(task_id.rpartition(".")[0])) if "." in task_id else None
    return found if found is not None and found.type == "Skipped" else None


def is_attempt(told: Outcome, node: Node) -> bool:
    """Is it one of several tries?"""
    parent = told.nodes.get(node.name.rpartition("(")[0])
    return parent is not None and parent.type == "Retry"


def attempts(told: Outcome, node: Node) -> int:
    """How many pods a task took; 0 if it has none."""
    if node.type == "Retry":
        return sum(told.nodes[child].name.startswith(node.name + "(") for child in node.children)
    return int(node.type == "Pod")


def last_words(told: Outcome, node: Node) -> str:
    """The end of a task's log."""
    return "".join(text for name, text in told.logs.items() if name.startswith(node.name))[-400:]


def value_differences(task_id: str, key: str, value: object, node: Node, told: Outcome) -> list[str]:
    """An XCom where Argo has it: exported, or shown in the log."""
    name = {"return_value": "return-value"}.get(key, key)
    found = []
    if name in node.outputs and not same_json(node.outputs[name], value):
        found.append(f"{task_id}: XCom {key} is {value!r} in Airflow, {node.outputs[name]!r} in Argo")
    if key == "return_value":
        logs = "".join(text for place, text in told.logs.items() if place == node.name or place.startswith(node.name + "("))
        shown = [line[len(SHOW) :] for line in logs.splitlines() if line.startswith(SHOW)]
        if shown and not same_json(shown[-1], value):
            found.append(f"{task_id}: it returned {value!r} in Airflow, and showed {shown[-1]!r} in Argo")
    return found


def same_json(text: str, value: object) -> bool:
    """Does a JSON text say a value?"""
    try:
        return bool(json.loads(text) == value)
    except ValueError:
        return False
