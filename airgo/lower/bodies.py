"""The final bodies of templates: with the code for outputs that are read, inputs in place of other tasks' values, and env entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from airgo.argo.names import parameter_name
from airgo.argo.text import EnvRef, Expression, Input, ItemHole, Simple, Text, XComHole, map_text, text
from airgo.argo.text_rendering import UNPROTECTABLE, Unprotectable, realise
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Leaf, Node, WorkflowDraft
from airgo.lower.holes import holes_of, text_of
from airgo.lower.inputs import env_entries
from airgo.lower.landing import FIELD, inputs_of, landings_of, written
from airgo.lower.manual import make_manual
from airgo.lower.quantities import with_quantities_patched
from airgo.lower.xcom import filled
from airgo.macros.rules import RUN_TIME
from airgo.macros.sources import is_secret

_WITH_CONTAINERS = frozenset({"container", "script", "initContainers", "sidecars"})
_EXPANDED = frozenset({"env", "command", "args", "source"})
"""Where Kubernetes expands `$(NAME)` (and the source, which has no holes)."""

ATTEMPT = re.compile(r"(?<![\w.'])retries\b")
"""Argo's variable for the attempts before this one."""

ENV_OUTSIDE = Rule(
    "AG603",
    "deployment-value-outside-containers",
    Severity.ERROR,
    "a value of the deployment where only a container could read it",
    "Variables and connections reach a task as environment variables of its container; Kubernetes fills them into "
    "env, command and args only.",
    "give the value in airgo.toml, so that it is known when the manifest is written",
)


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
        except CannotLower as problem:
            make_manual(node, problem.rule, problem.message, problem.span, draft)
            finish(node, draft)


def _finish_group(node: Node, inner: WorkflowDraft, draft: WorkflowDraft) -> None:
    """A mapped group is given one element, and what its tasks read from outside."""
    assert node.draft is not None
    node.arguments = dict(node.draft.arguments)
    for name, hole in inner.borrowed.items():
        node.arguments[name] = filled(text_of(hole), draft)


def finish(node: Node, draft: WorkflowDraft) -> None:
    """Finish one node's body, and what its DAG task passes. Raises CannotLower."""
    made = node.draft
    assert made is not None, "the templates pass gives every node a draft"
    if made.finish is not None:
        made.body = made.finish(frozenset(node.outputs_read))
    used = _used_inputs(made.body)
    names = _HoleNames({*made.arguments})
    body = cast(dict[str, object], map_text(made.body, names.place))
    arguments = {name: leaf for name, leaf in made.arguments.items() if name in used}
    _check_attempts(arguments, node)
    arguments |= {name: text(hole) for name, hole in names.holes()}
    body = _add_env(body, arguments, draft)
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


def containers(body: dict[str, object]) -> list[dict[str, object]]:
    """The containers of a template's body: the main one first."""
    found = [body[form] for form in ("container", "script") if isinstance(body.get(form), dict)]
    for several in ("initContainers", "sidecars"):
        extra = body.get(several)
        found.extend(one for one in extra if isinstance(one, dict)) if isinstance(extra, list) else None
    return cast(list[dict[str, object]], found)


def _add_env(body: dict[str, object], arguments: dict[str, Leaf], draft: WorkflowDraft) -> dict[str, object]:
    """Give every container the variables of the deployment that its texts name; they come first, because Kubernetes expands in order.

    Where Kubernetes expands nothing, a workflow parameter that is filled from the ConfigMap takes the variable's place.
    """
    body = {key: value if key in _WITH_CONTAINERS else _by_parameters(value, draft) for key, value in body.items()}
    for container in containers(body):
        for key, value in container.items():
            if key not in _EXPANDED:
                container[key] = _by_parameters(value, draft)
        passed = [arguments[hole.name] for hole in holes_of(container) if isinstance(hole, Input) and hole.name in arguments]
        present = cast(list[dict[str, object]], container.get("env") or [])
        known = {entry.get("name") for entry in present}
        entries = [entry for entry in env_entries(_env_refs([container, passed]), draft) if entry["name"] not in known]
        if entries:
            container["env"] = [*entries, *present]
    return body


def _by_parameters(value: object, draft: WorkflowDraft) -> object:
    return map_text(value, lambda leaf: _by_parameter(leaf, draft))


def _by_parameter(leaf: Leaf, draft: WorkflowDraft) -> Leaf:
    if not isinstance(leaf, Text):
        return leaf
    return text(*(_parameter_of(part, draft) if isinstance(part, EnvRef) else part for part in leaf.parts))


def _parameter_of(reference: EnvRef, draft: WorkflowDraft) -> Simple:
    """A workflow parameter with the value of a variable. Raises CannotLower for secrets, which parameters would show."""
    if is_secret(reference.source):
        raise CannotLower(ENV_OUTSIDE, f"{reference.source[1]} is secret, and is read where no container can fill it in")
    (entry,) = env_entries([reference], draft)
    name = reference.name.lower().replace("_", "-")
    draft.parameters.setdefault(name, {"valueFrom": entry["valueFrom"], "description": f"the deployment's {reference.source[1]}"})
    return Simple(f"workflow.parameters.{name}")


def _env_refs(value: object) -> list[EnvRef]:
    return [hole for hole in holes_of(value) if isinstance(hole, EnvRef)]
