"""The step of a mapped task that makes the list to fan out over, where no expression of Argo can: a script with the user's functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airgo import ir
from airgo.argo.names import template_name
from airgo.argo.text import MAP_INDEX
from airgo.callables.literals import NoLiteral, literal
from airgo.diagnostics import Rule, Severity
from airgo.lower.derived import functions, references, written
from airgo.lower.draft import CannotLower, Expansion, Node, WorkflowDraft
from airgo.lower.strategies.python_outputs import FAILING
from airgo.lower.strategies.python_script import Script, call
from airgo.lower.strategies.python_task import PythonTask
from airgo.values import CodeRef, Extern, XComRef, is_plain

MAP_FUNCTION = Rule(
    "AG410",
    "map-function",
    Severity.ERROR,
    "a function given to .map() that cannot do in Argo what it does in Airflow",
    "Airflow calls the function in each instance of the mapped task. Here a step before the instances calls it, and hands on what it "
    "returned or raised to instances that run the user's Python code; instances of other operators cannot skip or fail by it.",
    "compute the list in a task, and expand over what it returns; leave elements out there instead of skipping them",
)


@dataclass(frozen=True, slots=True)
class Column:
    """Mapped arguments, or parts of one, that change together. `value`: what their list is made of, or its elements.

    `keys`: each element is a dict or list, and these are the keys or indexes of what the names stand for. `rendered`: Airflow would
    render templates in it.
    """

    names: tuple[str, ...]
    value: object
    keys: tuple[str | int, ...] = ()
    rendered: bool = False

    def known(self) -> bool:
        """Are the elements written in the DAG?"""
        return isinstance(self.value, tuple)


def lists_step(node: Node, expansion: Expansion, columns: Sequence[Column], draft: WorkflowDraft) -> Node:
    """Make the step; the expansion then says whether an instance may be skipped by it. Raises CannotLower."""
    given = list(dict.fromkeys(one for column in columns for one in functions(column.value)))
    foreign = [one for one in given if not isinstance(one, CodeRef) or one.args or one.kwargs]
    if foreign:
        raise CannotLower(MAP_FUNCTION, f"{node.task.id} is expanded over .map() of something that is no function of the project's")
    stand_in = ir.Task(node.task.id, "", "", node.task.span, {}, {}, upstream=node.task.upstream)
    step = Node(stand_in, template_name(f"{node.name}-items"), strategy="slice")
    first = given[0] if given else Extern("builtins.list")
    task = PythonTask(step, {"python_callable": first, "op_args": given[1:]}, {"context": False, "by_file": False}, draft)
    _check(task, node, expansion)
    refs = dict.fromkeys(ref for column in columns for ref in references(column.value))
    reads = {ref: task.carried.expression(ref.task_id, ref, None) for ref in refs}
    groups = [_group(column, task, reads) for column in columns]
    step.draft = task.template(lambda script, _read, _result: _lines(script, groups, expansion))
    step.outputs_read = {"items"}
    return step


def _check(task: PythonTask, node: Node, expansion: Expansion) -> None:
    """What a function of `.map` may do. Raises CannotLower."""
    replaced = task.code.replaced
    if task.use.current:
        raise CannotLower(MAP_FUNCTION, f"a function that {node.task.id} is mapped by asks for the context of the running task")
    if any(one in FAILING for one in replaced):
        raise CannotLower(MAP_FUNCTION, f"a function that {node.task.id} is mapped by may fail the instance for good")
    expansion.may_skip = "AirflowSkipException" in replaced
    if expansion.may_skip and not expansion.lenient:
        raise CannotLower(MAP_FUNCTION, f"a function that {node.task.id} is mapped by may skip the instance")


def _group(column: Column, task: PythonTask, reads: Mapping[XComRef, str]) -> str:
    """The source of one group of arguments: by name, the elements."""
    if isinstance(column.value, tuple):
        code = f"airgo_elements({_literal(list(column.value))})"
    else:
        code = written(column.value, reads.__getitem__, lambda one: _name(one, task), _literal)
    if column.keys:
        return f"airgo_rows({code}, {json.dumps(dict(zip(column.names, column.keys, strict=True)))}, {column.rendered!r})"
    return f"{{{json.dumps(column.names[0])}: {code}}}"


def _name(function: object, task: PythonTask) -> str:
    assert isinstance(function, CodeRef)
    return task.code.call if function is task.values["python_callable"] else task.carried.code(function)


def _literal(value: object) -> str:
    try:
        return literal(value) if is_plain(value) else _unknown()
    except NoLiteral:
        return _unknown()


def _unknown() -> str:
    raise CannotLower(MAP_FUNCTION, "an element, or fillvalue, is known only when the task runs")


def _lines(script: Script, groups: Sequence[str], expansion: Expansion) -> None:
    """The line that writes the list: which arguments are texts, and whether instances have numbers, is known by the end."""
    script.runtime["mapping"] = None
    plain = [name for name in expansion.order if name not in expansion.json_names]
    index = MAP_INDEX if expansion.indexed else ""
    script.lines.append(
        call("airgo_fan_out", ["[" + ", ".join(groups) + "]", json.dumps(plain), json.dumps(index), repr(expansion.lenient)])
    )
