"""The final bodies of templates: with the code for outputs that are read, inputs in place of other tasks' values, and env entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from airgo.argo.names import parameter_name
from airgo.argo.text import EnvRef, Expression, Input, ItemHole, Simple, Text, XComHole, map_text, text
from airgo.argo.text_rendering import UNPROTECTABLE, Unprotectable, realise
from airgo.lower.container_env import with_env
from airgo.lower.draft import CannotLower, Leaf, Node, WorkflowDraft
from airgo.lower.holes import holes_of, text_of
from airgo.lower.inputs import note_use
from airgo.lower.landing import FIELD, inputs_of, landings_of, written
from airgo.lower.manual import make_manual
from airgo.lower.quantities import with_quantities_patched
from airgo.lower.xcom import filled
from airgo.lower.xcom_files import arguments as file_arguments
from airgo.lower.xcom_files import taken_out
from airgo.macros.rules import RUN_TIME

ATTEMPT = re.compile(r"(?<![\w.'])retries\b")
"""Argo's variable for the attempts before this one."""


def bodies(draft: WorkflowDraft) -> None:
    """Finish every node's body, and fill its DAG task's arguments."""
    for inner in draft.inner.values():
        _finish_all(inner)
    _finish_all(draft)


def _finish_all(draft: WorkflowDraft) -> None:
    for node in draft.nodes.values():
        if node.task.id in draft.inner:
            _finish_group(node, draft.inner[node.task.id], draft)
            continue
        try:
            finish(node, draft)
            _finish_list(node, draft)
        except CannotLower as problem:
            make_manual(node, problem.rule, problem.message, problem.span, draft)
            finish(node, draft)


def _finish_group(node: Node, inner: WorkflowDraft, draft: WorkflowDraft) -> None:
    """A mapped group is given one element, and what its tasks read from outside."""
    assert node.draft is not None
    _finish_list(node, draft)
    node.arguments = dict(node.draft.arguments)
    for name, hole in inner.borrowed.items():
        node.arguments[name] = filled(text_of(hole), draft)


def _finish_list(node: Node, draft: WorkflowDraft) -> None:
    """The step that makes the list of a mapped task."""
    if node.expansion is not None and node.expansion.lists_step is not None:
        finish(node.expansion.lists_step, draft)


def finish(node: Node, draft: WorkflowDraft) -> None:
    """Finish one node's body, and what its DAG task passes. Raises CannotLower."""
    made = node.draft
    assert made is not None, "the templates pass gives every node a draft"
    if made.finish is not None:
        made.body = made.finish(frozenset(node.outputs_read | node.files_read))
    made.body, made.arguments = taken_out(node)
    node.artifacts = file_arguments(node, draft)
    used = _used_inputs(made.body)
    names = _HoleNames({*made.arguments})
    body = cast(dict[str, object], map_text(made.body, names.place))
    arguments = {name: leaf for name, leaf in made.arguments.items() if name in used}
    _check_attempts(arguments, node)
    arguments |= {name: text(hole) for name, hole in names.holes()}
    for hole in holes_of(body):
        if isinstance(hole, EnvRef) and hole.source[0] == "connection":  # of other values the arguments said where
            note_use(hole, draft, node.task.span)
    body = with_env(body, arguments, draft)
    with_quantities_patched(body)
    made.body = body
    node.arguments = {name: filled(leaf, draft) for name, leaf in arguments.items()}
    _try_writing(node)


def _check_attempts(arguments: Mapping[str, Leaf], node: Node) -> None:
    """The number of an attempt is known in the template that is tried again, not where the DAG passes arguments. Raises CannotLower."""
    for name, leaf in arguments.items():
        if any(isinstance(hole, Expression) and ATTEMPT.search(hole.code) for hole in holes_of(leaf)):
            raise CannotLower(
                RUN_TIME, f"{name} of {node.task.id} reads the number of the attempt, which the function can read as ti.try_number"
            )


def _try_writing(node: Node) -> None:
    """Find out now whether every text of the task can be written, while it can still become `manual`."""
    assert node.draft is not None
    template = {"name": node.name, **node.draft.body}
    landings = landings_of([template])
    try:
        written(template, landings)
        for name, leaf in node.arguments.items():
            landing = landings.get((node.name, name), FIELD)
            parts = leaf.parts if isinstance(leaf, Text) else (leaf,)
            kept = text(*(Simple("item") if isinstance(part, ItemHole | EnvRef) else part for part in parts))
            realise(kept, place=landing.place, env_names=landing.env_names)
    except Unprotectable as error:
        raise CannotLower(UNPROTECTABLE, f"{node.task.id}: {error}") from error


class _HoleNames:
    """Input parameters for the holes of a body that only a DAG task's argument can fill: one for each different hole."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._names: dict[XComHole | ItemHole, str] = {}

    def holes(self) -> Iterator[tuple[str, XComHole | ItemHole]]:
        """The parameters and what fills them, in order of appearance."""
        return ((name, hole) for hole, name in self._names.items())

    def place(self, leaf: Leaf) -> Leaf:
        """The leaf with an input in place of each such hole."""
        if not isinstance(leaf, Text):
            return leaf
        return text(*(Input(self._name(part)) if isinstance(part, XComHole | ItemHole) else part for part in leaf.parts))

    def _name(self, hole: XComHole | ItemHole) -> str:
        if hole not in self._names:
            wanted = name = parameter_name(_wanted(hole))
            number = 2
            while name in self._taken:
                name, number = f"{wanted}-{number}", number + 1
            self._taken.add(name)
            self._names[hole] = name
        return self._names[hole]


def _wanted(hole: XComHole | ItemHole) -> str:
    if isinstance(hole, ItemHole):
        return hole.name or "item"
    parts = ["-".join(hole.task_ids), *([] if hole.key == "return_value" else [hole.key]), *map(str, hole.path)]
    return "-".join(parts)


def _used_inputs(body: dict[str, object]) -> set[str]:
    found: set[str] = set()

    def look(leaf: Leaf) -> Leaf:
        found.update(inputs_of(leaf))
        return leaf

    map_text(body, look)
    return found
