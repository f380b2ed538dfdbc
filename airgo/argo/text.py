"""Text on its way into a manifest: literal parts that Argo must not touch, and holes that Argo or Kubernetes fills.

Lowering builds `Text`; the holes are realised where the text lands (a DAG task's argument, a template's input, an env value).
A value without holes is a plain `str`; a leaf of a template body is `str | int | float | bool | None | Text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expression:
    """An Argo expression over workflow-wide variables (`workflow.…`), without its braces: rendered `{{=code}}`."""

    code: str


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple tag such as `workflow.name` or `workflow.parameters.day`, without its braces: rendered `{{name}}`."""

    name: str


@dataclass(frozen=True, slots=True)
class Input:
    """An input parameter of the template that the text stands in: rendered `{{inputs.parameters.name}}`."""

    name: str


@dataclass(frozen=True, slots=True)
class EnvRef:
    """The value of an environment variable, expanded by Kubernetes as `$(NAME)` in `env[].value`, `command` and `args` only.

    `source` says where the container's env takes it from: ("variable", key), ("connection", id), ("env", name).
    `default` is what the code falls back to; it only fills the ConfigMap's entry.
    """

    name: str
    source: tuple[str, str]
    default: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class XComHole:
    """The value that another task of the DAG handed on, read when the task starts; lowering turns it into an input parameter.

    `task_ids`: one id, or several (the value is then a list). `path`: keys and indexes read below the value.
    `json`: the hole stands for JSON text (wire format); otherwise for the value's text as Airflow's Jinja would render it.
    """

    task_ids: tuple[str, ...]
    key: str = "return_value"
    path: tuple[str | int, ...] = ()
    many: bool = False
    json: bool = False


@dataclass(frozen=True, slots=True)
class ItemHole:
    """The element of a mapped task that this instance was given. `name`: the mapped argument, or MAP_INDEX."""

    name: str
    json: bool = False


MAP_INDEX = "map-index"
"""The name under which an instance is told its number: no argument can have it."""

Hole = Expression | Simple | Input | EnvRef | XComHole | ItemHole
Part = str | Hole


@dataclass(frozen=True, slots=True)
class Text:
    """Literal parts (as the user wrote them, unescaped) and holes, in order; at least one hole. Build with `text()`."""

    parts: tuple[Part, ...]

    def holes(self) -> Iterator[Hole]:
        """The holes, in order."""
        return (part for part in self.parts if not isinstance(part, str))


@dataclass(frozen=True, slots=True)
class JsonText(Text):
    """A text that stands for JSON: whoever reads it decodes it, instead of taking it as it is."""


def text(*parts: Part | Text) -> str | Text:
    """Join parts; neighbouring literals merge; a `str` when no hole is left."""
    flat: list[Part] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            elif piece != "":
                flat.append(piece)
    if all(isinstance(part, str) for part in flat):
        return "".join(part for part in flat if isinstance(part, str))
    return Text(tuple(flat))


def map_text(value: object, change: object) -> object:
    """`value` (a nested dict/list of leaves) with every `str` and `Text` leaf replaced by `change(leaf)`; keys stay."""
    assert callable(change)
    if isinstance(value, dict):
        return {key: map_text(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [map_text(item, change) for item in value]
    if isinstance(value, str | Text):
        return change(value)
    return value
