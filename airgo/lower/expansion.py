"""Dynamic mapping: what a mapped task fans out over, and the holes that stand for one element in its template.

`expand` crosses its lists, the last varying fastest; `expand_kwargs` takes one dict for each instance.
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product

from airgo import ir
from airgo.argo.text import ItemHole, Text, map_text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Expansion, Leaf, Node, TemplateDraft, WorkflowDraft
from airgo.lower.ledger import TASK, account_expansion, mapped
from airgo.lower.rules import UNMAPPED_ARGUMENT
from airgo.lower.values import lower_value
from airgo.mapping.schema import OperatorMapping
from airgo.mapping.wire import escaped
from airgo.values import XComRef, is_plain

MAX_ITEMS = 1024
"""Airflow's own bound (`[core] max_map_length`)."""

CODE_STRATEGIES = frozenset({"python", "branch", "short-circuit", "python-sensor"})
"""Strategies whose template carries the user's own code: strategy `slice` in the report."""

INEXACT_EXPANSION = Rule(
    "AG405",
    "inexact-expansion",
    Severity.ERROR,
    "a mapped task whose instances Argo cannot make exactly",
    "A mapped task fans out over one list: one written in the DAG, or one that a task of the same DAG returns. "
    "Other forms have no exact counterpart.",
    "compute the list in one task, and expand over what it returns",
)


def expand(node: Node, mapping: OperatorMapping, draft: WorkflowDraft) -> dict[str, object]:
    """Set the node's expansion, and give the values of its mapped arguments: holes for one element. Raises CannotLower."""
    mapping_of = node.task.expand
    if mapping_of is None:
        return {}
    if mapping_of.kind == "expand_kwargs":
        return _expand_kwargs(node, mapping_of, mapping, draft)
    outside = {name: argument for name, argument in mapping_of.arguments.items() if isinstance(argument.value, XComRef)}
    literal = {name: argument for name, argument in mapping_of.arguments.items() if name not in outside}
    if len(outside) > 1 or (outside and any(_length(argument) != 1 for argument in literal.values())):
        raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} is expanded over several lists, not all of them known", node.task.span)
    lists = {name: _elements(name, argument, mapping, node.task, draft) for name, argument in literal.items()}
    for name in mapping_of.arguments:
        account_expansion(draft, node.task, name, mapped(TASK))
    if not outside:
        return _crossed(node, lists, mapping)
    (name, argument), *_ = outside.items()
    reference = argument.value
    assert isinstance(reference, XComRef)
    node.expansion = Expansion(source=_source(reference, node, argument, draft), key=reference.key, name=name, may_be_empty=True)
    return {name: _hole(name, mapping), **{other: elements[0] for other, elements in lists.items()}}


def encode_items(node: Node, made: TemplateDraft) -> None:
    """Write the elements that are known as the texts that the template's holes want. Raises CannotLower."""
    if node.expansion is None or node.expansion.items is None:
        return
    json_names = _json_names(made)
    node.expansion.items = tuple(
        {name: _item_text(node, name, value, name in json_names) for name, value in row.items()} for row in node.expansion.items
    )


def _json_names(made: TemplateDraft) -> set[str]:
    names: set[str] = set()

    def look(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Text):
            names.update(hole.name for hole in leaf.holes() if isinstance(hole, ItemHole) and hole.json)
        return leaf

    map_text([made.body, dict(made.arguments)], look)
    return names


def _item_text(node: Node, name: str, value: object, as_json: bool) -> Leaf:
    if as_json:
        return _json_text(node, value)
    if isinstance(value, str | Text):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise CannotLower(INEXACT_EXPANSION, f"{name} of {node.task.id} is expanded over values that are no texts", node.task.span)


def _json_text(node: Node, value: object) -> Leaf:
    """JSON text in the wire format."""
    if not is_plain(value) or isinstance(value, Text):
        raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} is expanded over values that are known only when it runs", node.task.span)
    try:
        return escaped(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError) as error:
        words = f"{node.task.id} is expanded over a value that JSON cannot carry: {error}"
        raise CannotLower(INEXACT_EXPANSION, words, node.task.span) from error


def _crossed(node: Node, lists: Mapping[str, list[object]], mapping: OperatorMapping) -> dict[str, object]:
    """The cross product of lists that are known: each instance gets one element of each."""
    items = tuple(dict(zip(lists, combination, strict=True)) for combination in product(*lists.values()))
    if len(items) > MAX_ITEMS:
        raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} has {len(items)} instances; Airflow allows {MAX_ITEMS}", node.task.span)
    node.expansion = Expansion(items=items, may_be_empty=not items)
    return {name: _hole(name, mapping) for name in lists}


def _expand_kwargs(node: Node, expansion: ir.Expand, mapping: OperatorMapping, draft: WorkflowDraft) -> dict[str, object]:
    argument = expansion.kwargs_list
    if argument is None:
        raise CannotLower(INEXACT_EXPANSION, f"what {node.task.id} is expanded over could not be read", node.task.span)
    account_expansion(draft, node.task, "expand_kwargs", mapped(TASK))
    if isinstance(argument.value, XComRef):
        source = _source(argument.value, node, argument, draft)
        node.expansion = Expansion(source=source, key=argument.value.key, name="", may_be_empty=True)
        return {}
    rows = argument.value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} is expanded over keyword arguments that are not known", argument.span)
    keys = list(rows[0]) if rows else []
    if any(set(row) != set(keys) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"the instances of {node.task.id} are given different arguments", argument.span)
    items = tuple({key: _element(key, row[key], argument, mapping, node.task, draft) for key in keys} for row in rows)
    node.expansion = Expansion(items=items, may_be_empty=not items)
    return {key: _hole(key, mapping) for key in keys}


def _elements(name: str, argument: ir.Argument, mapping: OperatorMapping, task: ir.Task, draft: WorkflowDraft) -> list[object]:
    """The elements of a literal list or dict (a dict gives pairs), lowered one by one."""
    value = argument.value
    if isinstance(value, dict):
        value = [list(pair) for pair in value.items()]
    if not isinstance(value, list | tuple):
        raise CannotLower(INEXACT_EXPANSION, f"{name} of {task.id} is expanded over a value that is not known", argument.span)
    return [_element(name, item, argument, mapping, task, draft) for item in value]


def _element(name: str, value: object, argument: ir.Argument, mapping: OperatorMapping, task: ir.Task, draft: WorkflowDraft) -> object:
    spec = mapping.arguments.get(name)
    if spec is None and mapping.strategy is None:
        raise CannotLower(UNMAPPED_ARGUMENT, f"{name} of {mapping.name} is not known to its mapping", argument.span)
    return lower_value(ir.Argument(value, argument.span, argument.origin), name, spec is None or spec.template, task, draft)


def _hole(name: str, mapping: OperatorMapping) -> Text:
    """What stands for the element in the template; code that travels reads JSON, a mapping's template text."""
    return Text((ItemHole(name, json=mapping.strategy in CODE_STRATEGIES),))


def _length(argument: ir.Argument) -> int | None:
    return len(argument.value) if isinstance(argument.value, list | tuple | dict) and is_plain(argument.value) else None


def _source(reference: XComRef, node: Node, argument: ir.Argument, draft: WorkflowDraft) -> str:
    if reference.task_id not in draft.nodes:
        raise CannotLower(
            INEXACT_EXPANSION, f"{node.task.id} is expanded over {reference.task_id}, which is no task of the DAG", argument.span
        )
    return reference.task_id
