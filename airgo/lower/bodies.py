"""The final bodies of templates: with the code for outputs that are read, inputs in place of other tasks' values, and env entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from airgo.argo.names import parameter_name
from airgo.argo.text import EnvRef, Hole, Input, ItemHole, Simple, Text, XComHole, map_text, text
from airgo.argo.text_rendering import UNPROTECTABLE, Unprotectable, realise
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Leaf, Node, WorkflowDraft
from airgo.lower.inputs import env_entries
from airgo.lower.landing import FIELD, inputs_of, landings_of, written
from airgo.lower.manual import make_manual
from airgo.lower.xcom import filled

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
            _finish(node, draft)
        except CannotLower as problem:
            make_manual(node, problem.rule, problem.message, problem.span, draft)
            _finish(node, draft)


def _finish_group(node: Node, inner: WorkflowDraft, draft: WorkflowDraft) -> None:
    """A mapped group is given one element, and what its tasks read from outside."""
    assert node.draft is not None
    node.arguments = dict(node.draft.arguments)
    for name, hole in inner.borrowed.items():
        node.arguments[name] = filled(text_of(hole), draft)


def _finish(node: Node, draft: WorkflowDraft) -> None:
    made = node.draft
    assert made is not None, "the templates pass gives every node a draft"
    if made.finish is not None:
        made.body = made.finish(frozenset(node.outputs_read))
    used = _used_inputs(made.body)
    names = _HoleNames({*made.arguments})
    body = cast(dict[str, object], map_text(made.body, names.place))
    arguments = {name: leaf for name, leaf in made.arguments.items() if name in used}
    arguments |= {name: text(hole) for name, hole in names.holes()}
    _add_env(body, arguments, draft)
    made.body = body
    node.arguments = {name: filled(leaf, draft) for name, leaf in arguments.items()}
    _try_writing(node)


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


def text_of(hole: Hole) -> Text:
    """A text that is one hole."""
    return Text((hole,))


def holes_of(value: object) -> list[Hole]:
    """Every hole inside nested leaves, in order."""
    found: list[Hole] = []

    def look(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Text):
            found.extend(leaf.holes())
        return leaf

    map_text(value, look)
    return found


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


def _add_env(body: dict[str, object], arguments: dict[str, Leaf], draft: WorkflowDraft) -> None:
    """Give every container the variables of the deployment that its texts name; they come first, because Kubernetes expands in order."""
    seen = 0
    for container in containers(body):
        needed = _env_refs(
            [container, [arguments[hole.name] for hole in holes_of(container) if isinstance(hole, Input) and hole.name in arguments]]
        )
        seen += len(_env_refs(container))
        present = cast(list[dict[str, object]], container.get("env") or [])
        known = {entry.get("name") for entry in present}
        entries = [entry for entry in env_entries(needed, draft) if entry["name"] not in known]
        if entries:
            container["env"] = [*entries, *present]
    if seen < len(_env_refs(body)):
        outside = _env_refs({key: value for key, value in body.items() if key not in ("container", "script")})
        name = outside[0].source[1] if outside else ""
        raise CannotLower(ENV_OUTSIDE, f"{name} is read where no container can fill it in")


def _env_refs(value: object) -> list[EnvRef]:
    return [hole for hole in holes_of(value) if isinstance(hole, EnvRef)]
