"""A mapping and the values of a task's arguments, as the body of a template or the options of a strategy.

Values are plain data or `airgo.argo.text.Text` (opaque), nested; calls of outside classes are `ExternCall`. YAML was loaded first, each
leaf is rendered on its own, so no value is ever read as YAML or Jinja.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from airgo.argo.text import Text
from airgo.mapping.expressions import EvaluationError, evaluate, has_expression, names_in
from airgo.mapping.functions import FUNCTIONS
from airgo.mapping.kubernetes import kind_of
from airgo.mapping.pods import pod_body, reconciled, with_patch
from airgo.mapping.registry import shipped_folder
from airgo.mapping.schema import FORMS, NoticeSpec, OperatorMapping
from airgo.mapping.signals import OMIT, MappingUse, Omit
from airgo.values import MISSING


class RenderError(Exception):
    """The mapping cannot express these values: the task becomes manual. The message is in the user's words; `argument` may be None."""

    def __init__(self, message: str, argument: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument


@dataclass(frozen=True, slots=True)
class Notice:
    """What the user must know about one task: report it at the argument (or the task); a warning makes the argument `approximated`."""

    message: str
    argument: str | None = None
    severity: Literal["warning", "note"] = "warning"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came out. `body` is empty for strategies, `options` for templates.

    `targets`: by argument that was given and is used, the JSON pointers in `body` of what holds it ("" is the whole body).
    `outputs`: XCom key → the file that holds it.
    """

    body: dict[str, object]
    options: dict[str, object]
    targets: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@dataclass(slots=True)
class Rendering:
    """One rendering: the names that expressions see, and where each argument went."""

    mapping: OperatorMapping
    given: frozenset[str]
    scope: dict[str, object]
    targets: dict[str, list[str]] = field(default_factory=dict)

    def value(self, template: object, pointer: str) -> object:
        """A part of a template; OMIT when it, or all there is in it, is left out."""
        if isinstance(template, Mapping):
            return self.table(template, pointer)
        if isinstance(template, list):
            return self.sequence(template, pointer)
        if isinstance(template, str) and has_expression(template):
            return self.leaf(template, pointer)
        return template

    def table(self, template: Mapping[str, object], pointer: str) -> object:
        """A mapping without the keys that are left out."""
        rendered = {key: self.value(item, f"{pointer}/{escaped(key)}") for key, item in template.items()}
        kept = {key: item for key, item in rendered.items() if not isinstance(item, Omit)}
        return kept if kept or not template else OMIT

    def sequence(self, template: list[object], pointer: str) -> object:
        """A list without the items that are left out."""
        kept: list[object] = []
        for item in template:
            rendered = self.value(item, f"{pointer}/{len(kept)}")
            if not isinstance(rendered, Omit):
                kept.append(rendered)
        return kept if kept or not template else OMIT

    def leaf(self, template: str, pointer: str) -> object:
        """The value of a text with expressions."""
        value = self.evaluate(template)
        if value is None:
            return OMIT
        if isinstance(value, Omit):
            return value
        for name in self.given:
            if name in names_in(template) or self.mapping.arguments[name].same_as in names_in(template):
                self.targets.setdefault(name, []).append(pointer)
        return value

    def evaluate(self, template: str) -> object:
        """`expressions.evaluate`, with the errors of rendering."""
        try:
            return evaluate(template, self.scope)
        except EvaluationError as error:
            known = error.argument if error.argument in self.mapping.arguments else None
            raise RenderError(f"{known}: {error}" if known else str(error), known) from error


def render(mapping: OperatorMapping, values: Mapping[str, object], images: Mapping[str, str]) -> Rendered:
    """Render a mapping for the arguments that were given. Raises RenderError."""
    if mapping.support == "manual":
        raise RenderError(mapping.reason or f"{mapping.name} has no counterpart")
    refuse_arguments(mapping, values)
    used = {name: value for name, value in values.items() if name in mapping.arguments and mapping.arguments[name].used}
    functions = {**FUNCTIONS, "image": image_function(images), "script": script}
    scope = {name: function for name, function in functions.items() if name not in mapping.arguments}
    scope |= defaults_of(mapping) | used | renamed(mapping, used)
    rendering = Rendering(mapping, frozenset(used), scope)
    body, options = {}, {}
    if mapping.emit is not None:
        body = template_body(rendering)
    else:
        options = table_of(rendering.table(mapping.options, ""))
        rendering.targets.clear()
    return Rendered(
        body,
        options,
        {name: tuple(rendering.targets.get(name, [""])) for name in used},
        {key: file for key, file in table_of(rendering.table(mapping.outputs, "")).items() if isinstance(file, str)},
        tuple(notice(spec) for spec in mapping.notices if holds(spec, rendering)),
    )


def defaults_of(mapping: OperatorMapping) -> dict[str, object]:
    """The values of arguments that are not given, also of those that have another name in expressions."""
    defaults = {
        name: spec.default
        for name, spec in mapping.arguments.items()
        if spec.used and spec.default is not MISSING and spec.default is not None
    }
    return defaults | renamed(mapping, defaults)


def renamed(mapping: OperatorMapping, values: Mapping[str, object]) -> dict[str, object]:
    """The values of older spellings, under the names that expressions use; None says nothing."""
    specs = mapping.arguments
    return {str(specs[name].same_as): value for name, value in values.items() if specs[name].same_as is not None and value is not None}


def refuse_arguments(mapping: OperatorMapping, values: Mapping[str, object]) -> None:
    """Raise RenderError for an argument that must not be given, unless its value is harmless."""
    for name, value in values.items():
        spec = mapping.arguments.get(name)
        if spec is not None and spec.refused is not None and not spec.is_harmless(value):
            raise RenderError(f"{name} has no counterpart: {spec.refused}", name)


def template_body(rendering: Rendering) -> dict[str, object]:
    """The emitted template, with the pod under it, and its `podSpec` written out."""
    emit = {key: item for key, item in (rendering.mapping.emit or {}).items() if key != "form"}
    body = table_of(rendering.table(emit, ""))
    try:
        if rendering.mapping.pod is not None:
            pod = rendering.leaf(rendering.mapping.pod, "")
            body = reconciled(pod_body(pod), body) if not isinstance(pod, Omit) else body
        body = with_patch(body)
    except MappingUse as error:
        raise RenderError(str(error), error.argument) from error
    if not any(form in body for form in FORMS):
        raise RenderError(f"nothing is left of the template of {rendering.mapping.name}")
    return body


def table_of(value: object) -> dict[str, object]:
    """A rendered mapping; nothing left counts as empty."""
    return value if isinstance(value, dict) else {}


def holds(spec: NoticeSpec, rendering: Rendering) -> bool:
    """Does the notice apply? A condition is an expression whose value is true."""
    if spec.when is None:
        return True
    value = rendering.evaluate(spec.when)
    if isinstance(value, Text):
        return True
    if not isinstance(value, bool | Omit):
        raise RenderError(f"the condition {spec.when!r} is not true or false, but {kind_of(value)}")
    return value is True


def notice(spec: NoticeSpec) -> Notice:
    """The notice without its condition."""
    return Notice(spec.message, spec.argument, spec.severity)


def escaped(key: str) -> str:
    """A key as part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def image_function(images: Mapping[str, str]) -> Callable[..., str]:
    """`image(name, default)`: the image of that name in airgo.toml, else the default."""

    def image(name: str, default: str | None = None) -> str:
        found = images.get(name, default)
        if found is None:
            raise MappingUse(f"there is no image {name!r}; name one in airgo.toml under [images]")
        return found

    return image


def script(*names: str) -> str:
    """The texts of files in `mappings/scripts/`, one after the other: code that travels inside a manifest."""
    return "\n\n".join(script_file(name) for name in names)


@cache
def script_file(name: str) -> str:
    """The text of one such file."""
    file = shipped_folder() / "scripts" / name
    if "/" in name or not file.is_file():
        raise MappingUse(f"there is no script {name!r}")
    return file.read_text(encoding="utf-8")
