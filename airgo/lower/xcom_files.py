"""Values between Python tasks as files, Argo's artifacts, where `xcom = "artifacts"` asks for them.

The script of such a task reads a value by its name, from a file or from its env, whichever is there: an entry of its env that holds nothing
but one value of another Python task gives way to an input artifact. Whatever else reads a value reads a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from airgo.argo.text import Input, Text, XComHole
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import Leaf, Node, WorkflowDraft
from airgo.lower.parameters_of_xcom import output_parameter

REPOSITORY = Rule(
    "AG650",
    "artifact-repository",
    Severity.NOTE,
    "values between tasks that travel as artifacts",
    "Argo keeps artifacts in the artifact repository of its configuration (S3, GCS, Azure …); without one a task that hands a value on "
    "ends in Error.",
    "configure an artifact repository, or leave `xcom` at its default",
)
STAYS = Rule(
    "AG651",
    "value-stays-parameter",
    Severity.NOTE,
    "a value that travels as a parameter although artifacts are asked for",
    "Conditions, fan-out, texts, containers and the values of mapped tasks and groups need parameters; Python code is given the "
    "values of other Python tasks as files.",
    "nothing, unless the value may be larger than about 100 kB: then read it in a Python task",
)

INPUTS = "/tmp/airgo-inputs"
"""Where the files are; not below /tmp/airgo, which would then belong to root, who makes folders for mounts."""
READABLE = 0o644
"""Argo's executor may run as another user than the task."""
MOST_NAMED = 8


def taken_out(node: Node) -> tuple[dict[str, object], dict[str, Leaf]]:
    """The node's body and arguments without what files bring."""
    made = node.draft
    assert made is not None
    script = made.body.get("script")
    if not node.files or not isinstance(script, dict):
        return made.body, made.arguments
    entries = cast(list[dict[str, object]], script.get("env") or [])
    gone = {name for entry in entries if entry["name"] in node.files for name in _inputs(entry)}
    kept = [entry for entry in entries if entry["name"] not in node.files]
    bare = {key: kept if key == "env" else value for key, value in script.items() if key != "env" or kept}
    return {**made.body, "script": bare}, {name: leaf for name, leaf in made.arguments.items() if name not in gone}


def candidates(node: Node) -> dict[str, XComHole]:
    """The entries of a script's env that hold one value of one other task, by their names."""
    made = node.draft
    script = made.body.get("script") if made is not None else None
    if made is None or not isinstance(script, dict):
        return {}
    found: dict[str, XComHole] = {}
    for entry in cast(list[dict[str, object]], script.get("env") or []):
        if entry["name"] in made.from_tasks:
            leaf = next((made.arguments[name] for name in _inputs(entry)), cast(Leaf, entry["value"]))
            hole = leaf.parts[0] if isinstance(leaf, Text) and len(leaf.parts) == 1 else None
            if isinstance(hole, XComHole) and hole.json and len(hole.task_ids) == 1 and not hole.many and not hole.path:
                found[str(entry["name"])] = hole
    return found


def _inputs(entry: Mapping[str, object]) -> list[str]:
    leaf = entry.get("value")
    return [hole.name for hole in leaf.holes() if isinstance(hole, Input)] if isinstance(leaf, Text) else []


def input_artifacts(node: Node) -> list[dict[str, object]]:
    """The files that a node's template takes. Optional: nobody hands on what was skipped."""
    return [{"name": artifact_name(name), "path": f"{INPUTS}/{name}", "mode": READABLE, "optional": True} for name in node.files]


def artifact_name(variable: str) -> str:
    """The input artifact that takes the place of an entry of the env."""
    return variable.removeprefix("ARG_")


def output_artifacts(node: Node) -> list[dict[str, object]]:
    """The files that a node's template hands on. They are not optional: Argo takes a task for done only when it has them."""
    assert node.draft is not None
    return [
        {"name": output_parameter(key), "path": path, "archive": {"none": {}}}
        for key, path in node.draft.outputs.items()
        if key in node.files_read
    ]


def arguments(node: Node, draft: WorkflowDraft) -> dict[str, str]:
    """What a node's DAG task gives its template: by input artifact, the tag of the output artifact."""
    return {
        artifact_name(name): f"{{{{tasks.{draft.nodes[hole.task_ids[0]].name}.outputs.artifacts.{output_parameter(hole.key)}}}}}"
        for name, hole in node.files.items()
    }


def note_forms(draft: WorkflowDraft, files: list[str], parameters: list[str]) -> None:
    """Say once for each DAG what files need, and what stays a parameter."""
    if files:
        words = f"values of {draft.dag.id} travel as artifacts, which need a repository: {_named(files)}"
        draft.report(REPOSITORY.at(draft.dag.span, words, subject=draft.dag.id))
    if parameters:
        words = f"parameters carry what is not between two Python tasks, or what Argo reads itself: {_named(parameters)}"
        draft.report(STAYS.at(draft.dag.span, words, subject=draft.dag.id))


def _named(ids: list[str]) -> str:
    return ", ".join(ids[:MOST_NAMED]) + (f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else "")
