"""Where texts land in a manifest: what must be escaped differs between env values, commands, arguments and other fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from airgo.argo.text import Expression, Input, Simple, Text
from airgo.argo.text_rendering import Place, realise

_INPUT = re.compile(r"\binputs\.parameters\['([^']+)'\]")
_CONTAINERS = frozenset({"container", "script", "initContainers", "sidecars"})
_PLACES: Mapping[str, Place] = {"env": "env", "command": "command", "args": "command", "source": "source", "valueFrom": "field"}


@dataclass(frozen=True, slots=True)
class Landing:
    """A place, and the names of the env of the container that it is in."""

    place: Place = "field"
    env_names: frozenset[str] = frozenset()


FIELD = Landing()
Landings = Mapping[tuple[str, str], Landing]
"""By template and input parameter: where the parameter's value ends."""


def written(template: Mapping[str, object], landings: Landings) -> dict[str, object]:
    """A template with every text written out for the place it stands in. Raises Unprotectable."""
    done = cast(dict[str, object], _written({key: value for key, value in template.items() if key != "dag"}, FIELD))
    dag = template.get("dag")
    if not isinstance(dag, Mapping):
        return done
    tasks = [_task(task, landings) for task in cast(Sequence[Mapping[str, object]], dag["tasks"])]
    return {key: {**dag, "tasks": tasks} if key == "dag" else done[key] for key in template}


def plain(document: Mapping[str, object]) -> dict[str, object]:
    """A document outside templates with its texts written out; Kubernetes expands nothing there."""
    return cast(dict[str, object], _written(document, FIELD))


def landings_of(templates: Sequence[Mapping[str, object]]) -> dict[tuple[str, str], Landing]:
    """Where the input parameters of all templates land; those of an inner DAG land where its tasks pass them to."""
    found: dict[tuple[str, str], Landing] = {}
    for template in templates:
        for leaf, landing in _leaves({key: value for key, value in template.items() if key != "dag"}, FIELD):
            for name in inputs_of(leaf):
                _note(found, (str(template["name"]), name), landing)
    for template in templates:
        for task in _tasks_of(template):
            for argument in _arguments(task):
                for name in inputs_of(argument["value"]):
                    inner = found.get((str(task["template"]), str(argument["name"])), FIELD)
                    _note(found, (str(template["name"]), name), inner)
    return found


def argument_landing(landing: Landing) -> Landing:
    """Where a literal must be escaped to arrive at `landing` by way of an input parameter."""
    return replace(landing, place="argument") if landing.place in ("env", "command") else landing


def _note(found: dict[tuple[str, str], Landing], key: tuple[str, str], landing: Landing) -> None:
    known = found.get(key)
    if known is None or known.place == "field":
        found[key] = argument_landing(landing)


def _tasks_of(template: Mapping[str, object]) -> list[Mapping[str, object]]:
    dag = template.get("dag")
    return list(cast(Sequence[Mapping[str, object]], dag["tasks"])) if isinstance(dag, Mapping) else []


def _arguments(task: Mapping[str, object]) -> list[Mapping[str, object]]:
    arguments = cast(Mapping[str, Sequence[Mapping[str, object]]], task.get("arguments", {}))
    return list(arguments.get("parameters", ()))


def _task(task: Mapping[str, object], landings: Landings) -> dict[str, object]:
    """A DAG task: each argument as its place wants it, and the elements of a list as the argument that they become."""
    places = {str(argument["name"]): landings.get((str(task["template"]), str(argument["name"])), FIELD) for argument in _arguments(task)}
    items = next((places[str(a["name"])] for a in _arguments(task) if _takes_item(a["value"]) and places[str(a["name"])] != FIELD), FIELD)
    done: dict[str, object] = {}
    for key, value in task.items():
        if key == "arguments":
            parameters = [{**a, "value": _written(a["value"], places[str(a["name"])])} for a in _arguments(task)]
            done[key] = {**cast(Mapping[str, object], value), **({"parameters": parameters} if parameters else {})}
        else:
            done[key] = _written(value, items if key == "withItems" else FIELD) if key in ("withItems", "withParam") else value
    return done


def _takes_item(value: object) -> bool:
    return isinstance(value, Text) and any(isinstance(hole, Simple) and hole.name.startswith("item") for hole in value.holes())


def inputs_of(leaf: object) -> list[str]:
    """The input parameters that a leaf reads: by tags of their own, or inside expressions."""
    if not isinstance(leaf, Text):
        return []
    return [*(hole.name for hole in leaf.holes() if isinstance(hole, Input)), *inputs_in_expressions(leaf)]


def inputs_in_expressions(leaf: object) -> list[str]:
    """The input parameters that expressions of a leaf read."""
    if not isinstance(leaf, Text):
        return []
    return [name for hole in leaf.holes() if isinstance(hole, Expression) for name in _INPUT.findall(hole.code)]


def _written(value: object, landing: Landing) -> object:
    if isinstance(value, Mapping):
        return {key: _written(item, _enter(key, item, landing)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item, _enter("", item, landing)) for item in value]
    if isinstance(value, Text) or (isinstance(value, str) and landing.place != "field"):
        return realise(value, place=landing.place, env_names=landing.env_names)
    return value


def _leaves(value: object, landing: Landing) -> Iterator[tuple[object, Landing]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, _enter(key, item, landing))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, _enter("", item, landing))
    else:
        yield value, landing


def _enter(key: str, value: object, landing: Landing) -> Landing:
    """The landing of what stands below a key. A container is known by its env; its fields are where Kubernetes expands."""
    if isinstance(value, Mapping) and ("image" in value or key in _CONTAINERS):
        entries = value.get("env")
        names = (
            frozenset(str(entry.get("name")) for entry in entries if isinstance(entry, Mapping))
            if isinstance(entries, list)
            else frozenset()
        )
        return Landing("field", names)
    if key in _PLACES:
        return replace(landing, place=_PLACES[key])
    return landing
