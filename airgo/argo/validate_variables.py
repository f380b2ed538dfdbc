"""Rules for tags and expressions: every variable exists where it is used, and is there by then.

Argo's own check leaves out expressions, `{{item}}`, and whether a task that is read has run: such a workflow waits for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from airgo.argo.conditions import tags
from airgo.argo.expression_syntax import parse
from airgo.argo.expression_tokens import FUNCTIONS, ExpressionError
from airgo.argo.rules import INVALID_EXPRESSION, ITEM_OUTSIDE_LOOP, OUTPUTS_RESULT, UNKNOWN_TASK, UNKNOWN_VARIABLE, Problem
from airgo.argo.validate_dag import ancestors, direct_upstream
from airgo.argo.validate_model import Node, Workflow, callers, has_loop, mapping, names, word
from airgo.argo.validate_shape import escape, shown

CHECKED_TAG = re.compile(r"(item|steps|inputs|outputs|pod|workflow|tasks)(\.|\Z)")
"""Other tags are text to Argo: Jinja, docker's formats."""

WORKFLOW_VARIABLES = frozenset(
    [
        *("name", "namespace", "uid", "mainEntrypoint", "serviceAccountName", "priority", "status", "failures", "duration"),
        *("creationTimestamp", "scheduledTime", "parameters", "labels", "annotations", "outputs"),
    ]
)
ROOTS = frozenset(
    [
        *("workflow", "tasks", "steps", "inputs", "outputs", "item", "pod", "node", "retries", "lastRetry", "cronworkflow", "sprig"),
        *("status", "payload", "metadata", "data"),
    ]
)
TASK_VARIABLES = frozenset(["id", "name", "status", "startedAt", "finishedAt", "ip", "hostNodeName", "exitCode", "outputs", "message"])
CODE_FIELDS = frozenset(["expression", "fromExpression"])
NESTED_LOOP_TEXT = frozenset(["withItems", "withParam"])
SIMPLE_KEY = re.compile(r"\[\s*['\"]([^'\"]*)['\"]\s*\]")


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be named in a place. `tasks` maps the names that can be read to the templates that they run (None: not known here).

    `all_tasks` are those that exist at all; `reader` says who reads, for messages. `inputs` None: anything.
    """

    workflow: Workflow
    root: str = ""
    tasks: Mapping[str, Node | None] = field(default_factory=dict)
    loops: frozenset[str] = frozenset()
    all_tasks: frozenset[str] = frozenset()
    reader: str = ""
    inputs: Mapping[str, frozenset[str]] | None = None
    item: bool = False


def check_variables(template: Node, pointer: str, workflow: Workflow) -> Iterator[Problem]:
    """All tags and expressions of a template."""
    inputs = {kind: names(mapping(template.get("inputs")).get(kind)) for kind in ("parameters", "artifacts")}
    called = {word(caller.get("name")): workflow.called(caller) for _, caller in callers(template, "")}
    loops = frozenset(word(caller.get("name")) for _, caller in callers(template, "") if has_loop(caller))
    root = "tasks" if "dag" in template else "steps" if "steps" in template else ""
    base = Scope(workflow, root, called, loops, frozenset(called), "", inputs, item=not root)
    rest = {key: value for key, value in template.items() if key not in {"dag", "steps"}}
    yield from check_text(rest, pointer, Scope(workflow, root, called, loops, frozenset(called), "", inputs))
    dag = {key: value for key, value in mapping(template.get("dag")).items() if key != "tasks"}
    yield from check_text(dag, f"{pointer}/dag", base)
    above = ancestors(direct_upstream(template)) if root == "tasks" else {}
    for place, caller in callers(template, pointer):
        name = word(caller.get("name"))
        # A step may read its group's earlier siblings too; only what a DAG's task cannot have waited for is refused.
        readable = {key: value for key, value in called.items() if root == "steps" or key in above[name]}
        scope = Scope(workflow, root, readable, loops, base.all_tasks, name, inputs, item=has_loop(caller))
        yield from _check_caller(caller, place, scope, called)


def _check_caller(caller: Node, pointer: str, scope: Scope, called: Mapping[str, Node | None]) -> Iterator[Problem]:
    """A task's own hooks may read the task itself; an inline template has its own scope."""
    own = {scope.reader: called[scope.reader]}
    hooks = Scope(
        scope.workflow, scope.root, {**scope.tasks, **own}, scope.loops, scope.all_tasks, scope.reader, scope.inputs, item=scope.item
    )
    outside = Scope(scope.workflow, scope.root, scope.tasks, scope.loops, scope.all_tasks, scope.reader, scope.inputs)
    for key, value in caller.items():
        place = f"{pointer}/{key}"
        if key == "inline":
            yield from check_variables(mapping(value), place, scope.workflow)
        elif key in NESTED_LOOP_TEXT:
            yield from check_text(value, place, outside)
        else:
            yield from check_text(value, place, hooks if key == "hooks" else scope, key)


def check_text(value: object, pointer: str, scope: Scope, key: str = "") -> Iterator[Problem]:
    """The tags in all texts of a value, and the expressions in its expression fields."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from check_text(item, f"{pointer}/{escape(str(name))}", scope, str(name))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from check_text(item, f"{pointer}/{number}", scope)
    elif isinstance(value, str):
        if key in CODE_FIELDS and value and "{{" not in value:
            yield from check_expression(value, pointer, scope)
        for tag in tags(value) if "{{" in value else ():
            if tag.is_expression:
                yield from check_expression(tag.text, pointer, scope)
            elif CHECKED_TAG.match(tag.text):
                yield from check_path(_split(tag.text), pointer, scope, shown_as=f"{{{{{tag.text}}}}}")


def _split(name: str) -> tuple[str, ...]:
    """`a.b['c'].d` as its parts."""
    return tuple(part for part in SIMPLE_KEY.sub(lambda found: f".{found[1]}", name).split(".") if part)


def check_expression(code: str, pointer: str, scope: Scope) -> Iterator[Problem]:
    """An expression can be read, and names only what is there."""
    try:
        used = parse(code)
    except ExpressionError as error:
        yield Problem(pointer, f"the expression {shown(code.strip())} cannot be read: {error}", INVALID_EXPRESSION)
        return
    for function in used.functions:
        if function not in FUNCTIONS:
            yield Problem(pointer, f"there is no function {function}", INVALID_EXPRESSION)
    for path in used.paths:
        if path[0] not in ROOTS:
            # A task's parameters stand in an output's expression as they are; anything else has no value.
            yield Problem(pointer, f"there is no variable {path[0]}", UNKNOWN_VARIABLE)
        else:
            yield from check_path(path, pointer, scope, shown_as=".".join(path))


def check_path(path: tuple[str, ...], pointer: str, scope: Scope, *, shown_as: str) -> Iterator[Problem]:
    """One variable, by its parts."""
    root, rest = path[0], path[1:]
    if root == "workflow":
        yield from _workflow(rest, pointer, scope, shown_as)
    elif root == "inputs":
        yield from _inputs(rest, pointer, scope, shown_as)
    elif root == "item" and not scope.item:
        yield Problem(pointer, f"{shown_as} stands outside a loop", ITEM_OUTSIDE_LOOP)
    elif root in {"tasks", "steps"}:
        yield from _task(root, rest, pointer, scope, shown_as)


def _workflow(rest: tuple[str, ...], pointer: str, scope: Scope, shown_as: str) -> Iterator[Problem]:
    if rest and rest[0] not in WORKFLOW_VARIABLES:
        yield Problem(pointer, f"there is no variable {shown_as}", UNKNOWN_VARIABLE)
    if len(rest) != 2 or rest[0] != "parameters" or rest[1] == "json":
        return
    declared = names(mapping(scope.workflow.spec.get("arguments")).get("parameters"))
    if scope.workflow.declares_all and rest[1] not in declared:
        yield Problem(pointer, f"the workflow has no parameter {rest[1]}", UNKNOWN_VARIABLE)


def _inputs(rest: tuple[str, ...], pointer: str, scope: Scope, shown_as: str) -> Iterator[Problem]:
    if scope.inputs is None:
        return
    if rest and rest[0] not in scope.inputs:
        yield Problem(pointer, f"there is no variable {shown_as}", UNKNOWN_VARIABLE)
    elif len(rest) > 1 and rest[1] not in scope.inputs[rest[0]]:
        kind = rest[0].removesuffix("s")
        yield Problem(pointer, f"the template has no input {kind} {rest[1]}", UNKNOWN_VARIABLE)


def _task(root: str, rest: tuple[str, ...], pointer: str, scope: Scope, shown_as: str) -> Iterator[Problem]:
    if not rest or rest == ("name",):
        return
    name = rest[0]
    if root != scope.root or name not in scope.all_tasks:
        yield Problem(pointer, f"there is no {root.removesuffix('s')} {name} in this template", UNKNOWN_TASK)
    elif name not in scope.tasks:
        yield Problem(pointer, f"{scope.reader} reads {name}, which is not upstream of it", UNKNOWN_TASK)
    elif len(rest) > 1:
        yield from _task_variable(name, rest[1:], pointer, scope, shown_as)


def _task_variable(name: str, rest: tuple[str, ...], pointer: str, scope: Scope, shown_as: str) -> Iterator[Problem]:
    if rest[0] not in TASK_VARIABLES:
        yield Problem(pointer, f"there is no variable {shown_as}", UNKNOWN_VARIABLE)
    elif rest[:2] == ("outputs", "result"):
        yield Problem(pointer, f"{shown_as} never comes when {name} is skipped or its pod does not report", OUTPUTS_RESULT)
    elif rest[0] == "outputs" and len(rest) > 2 and (template := scope.tasks[name]) is not None:
        declared = names(mapping(template.get("outputs")).get(rest[1]))
        if rest[2] not in declared:
            yield Problem(pointer, f"{name} has no output {rest[1].removesuffix('s')} {rest[2]}", UNKNOWN_VARIABLE)
