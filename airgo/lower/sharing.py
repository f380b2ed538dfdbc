"""Templates: tasks that run the same body share one, and what differs between them becomes its input parameters."""

from __future__ import annotations

import re
from typing import cast

from airgo.argo.names import Namer, template_name
from airgo.argo.text import EnvRef, Expression, Input, ItemHole, Text, map_text, text
from airgo.lower.dag_tasks import by_kind
from airgo.lower.draft import Leaf, Node, WorkflowDraft
from airgo.lower.landing import inputs_in_expressions
from airgo.lower.parameters_of_xcom import DEFAULTS, output_parameter
from airgo.lower.result import Rename
from airgo.lower.xcom_files import input_artifacts, output_artifacts

_TASK_DATA = re.compile(r"\b(tasks\??[.\[]|inputs\.)")
"""What only a DAG template can read: its tasks, and its own inputs."""

OWN_OUTPUTS = {"airgo-branch": "/tmp/airgo/airgo-branch", "airgo-state": "/tmp/airgo/airgo-state"}
"""Files that airgo's own outputs come from."""


def sharing(draft: WorkflowDraft) -> None:
    """Give every node its template, in the order of the DAG's tasks; the DAG's own name stays free for its DAG template."""
    groups: dict[str, list[Node]] = {}
    for node in draft.every_node():
        groups.setdefault(_key(node), []).append(node)
    wanted = {_identity(nodes): nodes[0].name if len(nodes) == 1 else _hint(nodes) for nodes in groups.values()}
    wanted |= {f"group {group_id}": name for group_id, name in draft.group_names.items() if group_id in draft.inner}
    names = Namer(template_name, wanted, reserved=(draft.name, "airgo-end"))
    for group_id in draft.inner:
        draft.nodes[group_id].template = draft.nodes[group_id].instance_template = names[f"group {group_id}"]
    for nodes in groups.values():
        template = _template(names[_identity(nodes)], nodes, draft)
        draft.templates.append(template)


def _identity(nodes: list[Node]) -> str:
    return f"task {nodes[0].task.id}" if len(nodes) == 1 else f"tasks {' '.join(node.task.id for node in nodes)}"


def _hint(nodes: list[Node]) -> str:
    made = nodes[0].draft
    assert made is not None
    return made.name_hint


def _key(node: Node) -> str:
    """Nodes of the same key can share a template. A task of its own code is told apart by that code's place."""
    made = node.draft
    assert made is not None
    own = {name: leaf for name, leaf in node.arguments.items() if _reads_env(leaf)}  # only a container's own env can fill these in
    parts = (made.body, own, sorted(node.arguments), sorted(made.json_arguments), _outputs(node), made.retry, made.deadline_seconds)
    return repr(
        (
            *parts,
            list(node.files),
            output_artifacts(node),
            node.synchronization,
            str(made.span) if node.arguments or node.files else "",
            node.strategy == "manual" and node.task.id,
        )
    )


def _reads_env(leaf: Leaf) -> bool:
    return isinstance(leaf, Text) and any(isinstance(hole, EnvRef) for hole in leaf.holes())


def _outputs(node: Node) -> list[dict[str, object]]:
    """The output parameters that somebody reads. A mapped task that only fails stands for all its instances, which have no values."""
    made = node.draft
    assert made is not None
    many = node.strategy == "manual" and node.task.mapped
    files = {**made.outputs, **OWN_OUTPUTS}
    read = [key for key in files if key in node.outputs_read]
    outputs: list[dict[str, object]] = []
    for key in read:
        name = output_parameter(key, mapped=many)
        outputs.append({"name": name, "valueFrom": {"path": files[key], "default": "[]" if many else DEFAULTS.get(key, "null")}})
    return outputs


def _template(name: str, nodes: list[Node], draft: WorkflowDraft) -> dict[str, object]:
    first = nodes[0]
    made = first.draft
    assert made is not None
    fixed = _in_expressions(made.body)
    constants = {key: first.arguments[key] for key in first.arguments if key not in fixed and _constant(key, nodes)}
    parameters = [{"name": key} for key in first.arguments if key not in constants]
    body = cast(dict[str, object], map_text(made.body, lambda leaf: _with_constants(leaf, constants)))
    for node in nodes:
        node.template = node.instance_template = name
        node.arguments = {key: leaf for key, leaf in node.arguments.items() if key not in constants}
    template: dict[str, object] = {"name": name, "annotations": _annotations(nodes)}
    inputs = by_kind(parameters, input_artifacts(first))
    if inputs:
        template["inputs"] = inputs
    if made.retry:
        template["retryStrategy"] = made.retry
    if made.deadline_seconds is not None:
        template["activeDeadlineSeconds"] = int(made.deadline_seconds)
    if first.synchronization:
        template["synchronization"] = {"semaphores": first.synchronization}
    template |= body
    outputs = by_kind(_outputs(first), output_artifacts(first))
    _record_renames(first, draft)
    if outputs:
        template["outputs"] = outputs
    return template


def _record_renames(node: Node, draft: WorkflowDraft) -> None:
    """XCom keys whose parameters have another name."""
    for key in sorted((node.outputs_read | node.files_read) - {"return_value", *DEFAULTS}):
        rename = Rename("xcom", draft.dag.id, key, output_parameter(key))
        if rename.id != rename.name and rename not in draft.renames:
            draft.renames.append(rename)


def _in_expressions(body: dict[str, object]) -> set[str]:
    """Inputs that an expression of the body reads: nothing can be put in their place."""
    found: set[str] = set()

    def look(leaf: Leaf) -> Leaf:
        found.update(inputs_in_expressions(leaf))
        return leaf

    map_text(body, look)
    return found


def _annotations(nodes: list[Node]) -> dict[str, object]:
    made = nodes[0].draft
    assert made is not None
    if len(nodes) == 1:
        return {"airgo/task-id": nodes[0].task.id, "airgo/source": str(nodes[0].task.span)}
    return {"airgo/source": str(made.span)}


def _constant(key: str, nodes: list[Node]) -> bool:
    """Has the argument one value in all tasks, and one that does not come from the DAG's other tasks?"""
    first = nodes[0].arguments[key]
    return not of_task(first) and all(node.arguments[key] == first for node in nodes)


def of_task(leaf: Leaf) -> bool:
    """Can the text be filled in only where the DAG's tasks, or a mapped element, are in reach?"""
    if not isinstance(leaf, Text):
        return False
    return any(
        isinstance(hole, ItemHole | Input) or (isinstance(hole, Expression) and _TASK_DATA.search(hole.code) is not None)
        for hole in leaf.holes()
    )


def _with_constants(leaf: Leaf, constants: dict[str, Leaf]) -> Leaf:
    if not isinstance(leaf, Text):
        return leaf
    return text(*(constants.get(part.name, part) if isinstance(part, Input) else part for part in leaf.parts))
