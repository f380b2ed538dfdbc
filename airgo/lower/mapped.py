"""Mapped tasks: an inner DAG template that fans out, so that the task itself can be skipped as Airflow skips it.

A `when` on a task with withParam leaves a group that succeeded (watched); on the task around it, one that was skipped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from airgo.argo.names import template_name
from airgo.argo.text import Expression, Input, ItemHole, Part, Simple, Text, text
from airgo.lower.dag_tasks import artifact_arguments, by_kind, dag_task
from airgo.lower.draft import Expansion, Leaf, Node, WorkflowDraft
from airgo.lower.items import items_list
from airgo.lower.parameters_of_xcom import output_parameter
from airgo.lower.references import safe_output
from airgo.lower.sharing import of_task

ITEMS = "items"
SAME_IN_JSON = re.compile(r'[^"\\<>&\x00-\x1f\u2028\u2029]*')
"""Text that Go's JSON encoder writes as it is."""


def mapped(draft: WorkflowDraft) -> None:
    """Wrap every mapped task's template in one that fans out over it."""
    taken = {str(template["name"]) for template in draft.templates} | {draft.name, "airgo-end"}
    wrapped: list[dict[str, object]] = []
    for node in draft.nodes.values():
        if node.expansion is not None and node.expansion.items != ():
            wrapped.append(_inner(node, node.expansion, _free_name(node, taken), draft))
        elif node.expansion is not None:
            _never(node)
    for group_id, inner in draft.inner.items():
        wrapped.append(_group_template(draft.nodes[group_id], inner))
    draft.templates[:0] = wrapped


def _group_template(node: Node, inner: WorkflowDraft) -> dict[str, object]:
    """The inner DAG of one element of a mapped group."""
    assert node.draft is not None
    template: dict[str, object] = {"name": node.instance_template}
    inputs = [*node.draft.arguments, *inner.borrowed]
    if inputs:
        template["inputs"] = {"parameters": [{"name": name} for name in inputs]}
    template["dag"] = {"failFast": False, "tasks": [dag_task(one) for one in inner.nodes.values()]}
    outputs = []
    for name, (task_id, key) in sorted(inner.exports.items()):
        read = safe_output(inner.nodes[task_id].name, output_parameter(key))
        outputs.append({"name": name, "valueFrom": {"expression": read}})
    if outputs:
        template["outputs"] = {"parameters": outputs}
    return template


def _never(node: Node) -> None:
    """A task mapped over nothing is skipped; its template's inputs are given anything."""
    node.arguments = {name: "" if of_task(leaf) else leaf for name, leaf in node.arguments.items()}


def _free_name(node: Node, taken: set[str]) -> str:
    name = template_name(f"{node.name}-mapped")
    while name in taken:
        name = template_name(f"{name}-mapped")
    taken.add(name)
    return name


def _inner(node: Node, expansion: Expansion, name: str, draft: WorkflowDraft) -> dict[str, object]:
    """The inner DAG template: takes the list and whatever else the instances need from outside."""
    names = len(expansion.items[0]) if expansion.items else len(expansion.order) + expansion.indexed
    inside: dict[str, Leaf] = {}
    outside: dict[str, Leaf] = {}
    for key, leaf in node.arguments.items():
        if _has_item(leaf):
            inside[key] = _item_text(leaf, names, expansion)
        elif of_task(leaf):
            outside[key] = leaf
            inside[key] = Text((Input(key),))
        else:
            inside[key] = leaf
    task: dict[str, object] = {"name": node.name, "template": node.template}
    first: list[dict[str, object]] = []
    if expansion.lists_step is not None:
        step = expansion.lists_step
        _step_template(step, node, draft)
        passed = _without_clash(step.arguments, outside)
        first = [dag_task(replace(step, arguments={key: Text((Input(name),)) for name, (key, _) in passed.items()}))]
        outside |= {name: leaf for name, (_, leaf) in passed.items()}
        task |= {"depends": step.name, "withParam": Text((Simple(f"tasks.{step.name}.outputs.parameters.items"),))}
    elif expansion.items is not None:
        task["withItems"] = [next(iter(row.values())) if len(row) == 1 else dict(row) for row in expansion.items]
    else:
        while ITEMS in outside:
            outside[ITEMS + "-"] = outside.pop(ITEMS)
        outside = {ITEMS: items_list(expansion, draft), **outside}
        task["withParam"] = Text((Input(ITEMS),))
    files = artifact_arguments({one: f"{{{{inputs.artifacts.{one}}}}}" for one in node.artifacts})
    given = by_kind([{"name": key, "value": leaf} for key, leaf in inside.items()], files)
    inputs = by_kind([{"name": key} for key in outside], [{"name": one, "optional": True} for one in node.artifacts])
    template: dict[str, object] = {"name": name}
    if given:
        task["arguments"] = given
    if inputs:
        template["inputs"] = inputs
    limit = node.task.value("max_active_tis_per_dagrun")
    if isinstance(limit, int):
        template["parallelism"] = limit
    template["dag"] = {"failFast": False, "tasks": [*first, task]}
    outputs = [_output(node, key) for key in sorted(node.outputs_read - {ITEMS})]
    if outputs:
        template["outputs"] = {"parameters": outputs}
    node.template = name
    node.arguments = outside
    return template


def _step_template(step: Node, node: Node, draft: WorkflowDraft) -> None:
    """The template of the step that makes the list."""
    assert step.draft is not None
    taken = {str(template["name"]) for template in draft.templates}
    step.template = step.name
    while step.template in taken:
        step.template = template_name(f"{step.template}-list")
    template: dict[str, object] = {"name": step.template, "annotations": {"airgo/source": str(node.task.span)}}
    if step.arguments:
        template["inputs"] = {"parameters": [{"name": name} for name in step.arguments]}
    template |= step.draft.body
    template["outputs"] = {"parameters": [{"name": ITEMS, "valueFrom": {"path": step.draft.outputs[ITEMS], "default": "[]"}}]}
    draft.templates.append(template)


def _without_clash(arguments: Mapping[str, Leaf], taken: Collection[str]) -> dict[str, tuple[str, Leaf]]:
    """The arguments of the step by names that the inner DAG's other inputs do not have."""
    found: dict[str, tuple[str, Leaf]] = {}
    for key, leaf in arguments.items():
        name = key
        while name in taken or name in found:
            name += "-"
        found[name] = (key, leaf)
    return found


def _has_item(leaf: Leaf) -> bool:
    return isinstance(leaf, Text) and any(isinstance(hole, ItemHole) for hole in leaf.holes())


def _item_text(leaf: Leaf, names: int, expansion: Expansion) -> Leaf:
    """The leaf with the element in place of its holes; one of several mapped arguments is a key of the element.

    Argo gives a key's text as it stands in JSON, with its quotes and backslashes escaped (observed).
    """
    assert isinstance(leaf, Text)

    def one(part: Part) -> Part:
        if not isinstance(part, ItemHole):
            return part
        if names == 1:
            return Simple("item")
        if expansion.items and all(SAME_IN_JSON.fullmatch(str(row[part.name])) for row in expansion.items):
            return Simple(f"item.{part.name}")
        return Expression(f"fromJSON('\"' + item['{part.name}'] + '\"')")

    return text(*(one(part) for part in leaf.parts))


def _output(node: Node, key: str) -> dict[str, object]:
    if key == "airgo-state":
        read = safe_output(node.name, "airgo-state", "")
        return {"name": key, "valueFrom": {"expression": f"({read}) contains 'skipped' ? 'skipped' : ''"}}
    return {"name": output_parameter(key, mapped=True), "valueFrom": {"expression": safe_output(node.name, output_parameter(key), "[]")}}
