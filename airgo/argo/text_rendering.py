"""How text is written so that Argo and Kubernetes give it back: tags for holes, escapes for what they would take for their own.

Argo replaces `{{tag}}` in the JSON of a whole template (util/template in Argo Workflows: tags that start with `=`, or that name a
variable). Kubernetes then expands `$(NAME)` in env values, `command` and `args`, and reads `$$` as `$`
(https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from airgo.argo.text import EnvRef, Expression, Hole, Input, Simple, Text
from airgo.diagnostics import Rule, Severity

Place = Literal["env", "command", "argument", "source", "field"]

UNPROTECTABLE = Rule(
    "AG620",
    "unprotectable-text",
    Severity.ERROR,
    summary="Text that Argo would replace cannot be written in this place",
    why="Argo replaces {{…}} that names one of its variables or starts with =, wherever it stands, and nothing keeps such text as it is.",
    remedy="Write the text so that the two braces do not stand together, or read it from a file",
)

VARIABLE = re.compile(r"=|\s*((item|steps|inputs|outputs|pod|workflow|tasks|node|lastRetry|cronworkflow)\.|(item|retries)\s*\Z)")
"""A tag that Argo acts on. `{{.Names}}` of docker or `{{ ds }}` of Jinja it leaves alone."""

SERVICE_VARIABLE = re.compile(r"ARGO_[A-Z_]+|[A-Z_][A-Z0-9_]*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[A-Z0-9_]+)?)")
"""What Argo and Kubernetes put into every container's environment unasked."""

ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
DOLLAR = re.compile(r"\$+")
EXPANDING_PLACES = frozenset(["env", "command", "argument"])


class Unprotectable(Exception):
    """The text cannot stand here without Argo changing it; the message says which part, in the user's words."""


def realise(leaf: str | Text, *, place: Place, env_names: Collection[str] | None = ()) -> str:
    """The string to write into a manifest so that `leaf` arrives there.

    `place`: "env" (a value of `env`), "command" (also `args`), "argument" (of a DAG task or a parameter whose input lands in env or args:
    escaped as there, but without `$(NAME)` of its own), "source" (of a script: no holes), "field" (anything that Kubernetes does
    not expand, and arguments that land there).
    `env_names` are the names of the container's env; None: unknown, so whatever looks like `$(NAME)` is kept from expansion.
    """
    parts = leaf.parts if isinstance(leaf, Text) else (leaf,)
    written: list[str] = []
    holes: set[int] = set()
    position = 0
    for index, part in enumerate(parts):
        if isinstance(part, str):
            last = index == len(parts) - 1
            text = _dollars(part, env_names, before_hole=not last) if place in EXPANDING_PLACES else part
        else:
            text = _hole(part, place)
            if text.startswith("{{"):
                holes.add(position)
        written.append(text)
        position += len(text)
    result = "".join(written)
    _check_tags(result, holes)
    return result


def _hole(hole: Hole, place: Place) -> str:
    if place == "source":
        raise Unprotectable("a value known only when the task runs cannot be put into the text of a script")
    if isinstance(hole, EnvRef):
        if place not in {"env", "command"}:
            raise Unprotectable(f"{hole.name} comes from the environment, which only a container's env, command and args can read")
        return f"$({hole.name})"
    if isinstance(hole, Input):
        return f"{{{{inputs.parameters.{hole.name}}}}}"
    if isinstance(hole, Simple):
        return f"{{{{{hole.name}}}}}"
    if isinstance(hole, Expression):
        if "}}" in hole.code:
            raise Unprotectable("an expression of Argo cannot hold two closing braces")
        return f"{{{{={hole.code}}}}}"
    raise TypeError(f"{type(hole).__name__} becomes an input of the template before text is written")


def _dollars(text: str, env_names: Collection[str] | None, *, before_hole: bool) -> str:
    """Literal text, with dollars doubled where Kubernetes would read them."""

    def escape(found: re.Match[str]) -> str:
        run, rest = found.group(), text[found.end() :]
        if len(run) > 1 or _expands(rest, env_names, before_hole):
            return run * 2
        return run

    return DOLLAR.sub(escape, text)


def _expands(rest: str, env_names: Collection[str] | None, before_hole: bool) -> bool:
    """Would a single `$` in front of `rest` be read as more than a dollar?"""
    if not rest:
        return before_hole
    if not rest.startswith("("):
        return False
    name, closed, _ = rest[1:].partition(")")
    if not closed:
        return before_hole
    if env_names is None:
        return ENV_NAME.fullmatch(name) is not None
    return name in env_names or SERVICE_VARIABLE.fullmatch(name) is not None


def _check_tags(text: str, holes: set[int]) -> None:
    """Every tag that Argo will see is one of our holes, or one that it leaves alone; and it sees every hole."""
    seen: set[int] = set()
    position = text.find("{{")
    while position >= 0:
        end = text.find("}}", position + 2)
        tag = text[position + 2 : end if end >= 0 else None]
        if position in holes:
            seen.add(position)
        elif end < 0:
            raise Unprotectable(f"Argo takes {_shown('{{' + tag)} for the start of a tag that does not end")
        elif VARIABLE.match(tag):
            raise Unprotectable(f"Argo would replace {_shown('{{' + tag + '}}')}")
        position = text.find("{{", end + 2) if end >= 0 else -1
    if seen != holes:
        raise Unprotectable("braces in the text run together with a value that is filled in when the task runs")


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
