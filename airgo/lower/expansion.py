"""Dynamic mapping: what a mapped task fans out over, and the holes that stand for one element in its template.

`expand` crosses its lists, the last varying fastest; `expand_kwargs` takes one dict for each instance.
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from airgo import ir
from airgo.argo.text import ItemHole, Text
from airgo.callables.names import parameters
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Expansion, Node, Source, WorkflowDraft
from airgo.lower.ledger import TASK, account_expansion, mapped
from airgo.lower.rules import UNMAPPED_ARGUMENT
from airgo.lower.values import lower_value
from airgo.mapping.schema import OperatorMapping
from airgo.values import CodeRef, XComRef

MAX_ITEMS = 1024
"""Airflow's own bound (`[core] max_map_length`)."""

CODE_STRATEGIES = frozenset({"python", "branch", "short-circuit", "python-sensor"})
"""Strategies whose template carries the user's own code: strategy `slice` in the report."""

JSON_STRATEGIES = CODE_STRATEGIES | {"airflow-image"}
"""Strategies whose tasks are given each element as JSON, under the argument's own name."""

INEXACT_EXPANSION = Rule(
    "AG405",
    "inexact-expansion",
    Severity.ERROR,
    "a mapped task whose instances Argo cannot make exactly",
    "A mapped task fans out over lists that are written in the DAG, or that tasks of the same DAG return. Other "
    "forms have no exact counterpart.",
    "compute the list in one task, and expand over what it returns",
)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A mapped task on its way: its operator's mapping and the draft it is part of."""

    node: Node
    mapping: OperatorMapping
    draft: WorkflowDraft

    @property
    def id(self) -> str:
        """The task's id, for messages."""
        return self.node.task.id

    @property
    def carries_code(self) -> bool:
        """Does the template hold the user's function, whose parameters are mapped by their names?"""
        return self.mapping.strategy in CODE_STRATEGIES

    @property
    def renders(self) -> bool:
        """Does Airflow itself render the templates among the elements?"""
        return self.mapping.strategy == "airflow-image"

    def hole(self, name: str) -> Text:
        """What stands for the element in the template: code that travels reads JSON, a mapping's template text."""
        return Text((ItemHole(name, json=self.mapping.strategy in JSON_STRATEGIES),))


def expand(node: Node, mapping: OperatorMapping, draft: WorkflowDraft) -> dict[str, object]:
    """Set the node's expansion, and give the values of its mapped arguments: holes for one element. Raises CannotLower."""
    written = node.task.expand
    if written is None:
        return {}
    task = _Mapped(node, mapping, draft)
    for name in written.arguments if written.kind == "expand" else ("expand_kwargs",):
        account_expansion(draft, node.task, name, mapped(TASK))
    if written.kind == "expand_kwargs":
        return _expand_kwargs(task, written)
    single = next(iter(written.arguments)) if len(written.arguments) == 1 else None
    if task.carries_code and single in ("op_args", "op_kwargs"):
        return _expand_call(task, str(single), written.arguments[str(single)])
    return _expand_lists(task, written.arguments)


def _expand_lists(task: _Mapped, arguments: Mapping[str, ir.Argument]) -> dict[str, object]:
    sources = {name: _source(argument, task) for name, argument in arguments.items() if isinstance(argument.value, XComRef)}
    lists = {name: _elements(name, argument, task) for name, argument in arguments.items() if name not in sources}
    if not sources:
        return _rows(task, [dict(zip(lists, row, strict=True)) for row in product(*lists.values())])
    if any(not elements for elements in lists.values()):
        return _rows(task, [])
    task.node.expansion = Expansion(sources=sources, lists=lists, order=tuple(arguments), may_be_empty=True)
    return {name: task.hole(name) for name in arguments}


def _expand_kwargs(task: _Mapped, written: ir.Expand) -> dict[str, object]:
    argument = written.kwargs_list
    if argument is None or isinstance(argument.value, XComRef):
        raise CannotLower(INEXACT_EXPANSION, f"which arguments the instances of {task.id} are given is known only when it runs")
    rows = argument.value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"{task.id} is expanded over keyword arguments that are not known", argument.span)
    keys = _same_keys(task, rows, argument)
    if task.carries_code and keys in (["op_args"], ["op_kwargs"]):
        return _expand_call(task, keys[0], ir.Argument([row[keys[0]] for row in rows], argument.span))
    return _rows(task, [{key: _element(key, row[key], argument, task) for key in keys} for row in rows])


def _expand_call(task: _Mapped, name: str, argument: ir.Argument) -> dict[str, object]:
    """op_args or op_kwargs of each instance: their elements by the names of the function's parameters."""
    rows = argument.value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict if name == "op_kwargs" else list | tuple) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"{name} of {task.id} is expanded over values that are not known", argument.span)
    if name == "op_args":
        rows = [_named(task, row, argument) for row in rows]
    keys = _same_keys(task, rows, argument)
    return _rows(task, [{key: _element(name, row[key], argument, task) for key in keys} for row in rows])


def _named(task: _Mapped, values: list[object] | tuple[object, ...], argument: ir.Argument) -> dict[str, object]:
    code = task.node.task.value("python_callable")
    node = getattr(code.node, "params", None) if isinstance(code, CodeRef) else None
    names = [one.name.value for one in parameters(node)] if node is not None else []
    if len(names) < len(values):
        raise CannotLower(INEXACT_EXPANSION, f"the parameters that op_args of {task.id} fills are not known", argument.span)
    return dict(zip(names, values, strict=False))


def _same_keys(task: _Mapped, rows: list[dict[str, object]] | tuple[dict[str, object], ...], argument: ir.Argument) -> list[str]:
    keys = list(rows[0]) if rows else []
    if any(set(row) != set(keys) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"the instances of {task.id} are given different arguments", argument.span)
    return keys


def _rows(task: _Mapped, rows: list[dict[str, object]]) -> dict[str, object]:
    """The instances are known: one row for each."""
    if len(rows) > MAX_ITEMS:
        raise CannotLower(INEXACT_EXPANSION, f"{task.id} has {len(rows)} instances; Airflow allows {MAX_ITEMS}")
    task.node.expansion = Expansion(items=tuple(rows), may_be_empty=not rows)
    names = rows[0] if rows else (task.node.task.expand.arguments if task.node.task.expand else ())
    return {name: task.hole(name) for name in names}


def _elements(name: str, argument: ir.Argument, task: _Mapped) -> tuple[object, ...]:
    """The elements of a literal list or dict (a dict gives pairs), lowered one by one."""
    value = argument.value
    if isinstance(value, dict):
        value = [list(pair) for pair in value.items()]
    if not isinstance(value, list | tuple):
        raise CannotLower(INEXACT_EXPANSION, f"{name} of {task.id} is expanded over a value that is not known", argument.span)
    return tuple(_element(name, item, argument, task) for item in value)


def _element(name: str, value: object, argument: ir.Argument, task: _Mapped) -> object:
    spec = task.mapping.arguments.get(name)
    if spec is None and task.mapping.strategy not in JSON_STRATEGIES:
        raise CannotLower(UNMAPPED_ARGUMENT, f"{name} of {task.mapping.name} is not known to its mapping", argument.span)
    one = ir.Argument(value, argument.span, argument.origin)
    return lower_value(one, name, not task.renders and (spec is None or spec.template), task.node.task, task.draft)


def _source(argument: ir.Argument, task: _Mapped) -> Source:
    reference = argument.value
    assert isinstance(reference, XComRef)
    if reference.task_id not in task.draft.nodes:
        raise CannotLower(INEXACT_EXPANSION, f"{task.id} is expanded over {reference.task_id}, which is no task of the DAG", argument.span)
    if reference.key != "return_value":
        raise CannotLower(
            INEXACT_EXPANSION, f"{task.id} is expanded over a value under a key of its own, which Airflow refuses", argument.span
        )
    return Source(reference.task_id, reference.key)
