"""Text with holes: f-strings, `%` and `str.format`, by a formatter of our own, over plain and symbolic values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from string import Formatter
from typing import TYPE_CHECKING

from airgo.evaluate import attributes, limits
from airgo.evaluate.branches import choose, is_large, leaves
from airgo.evaluate.models import MODELS, ORDINARY_ERRORS
from airgo.evaluate.objects import Call, Class, Function, Instance, Modelled, Module, PythonError
from airgo.evaluate.operations import unwrap
from airgo.values import MISSING, Choice, Operation, Symbolic, Template, Unknown, XComRef, is_plain

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

PERCENT = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[#0\- +]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+))?[hlL]?(?P<kind>.)", re.DOTALL
)
FORMATTED = (str, int, float, bool, complex, bytes, type(None), date, time, timedelta)
"""Plain types whose `format()` looks at nothing but the value."""


def template(parts: Iterable[object]) -> object:
    """Text made of parts in order: `str` when all are plain, a Choice of texts when one part is a choice, else a Template."""
    flat: list[object] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Template) else (part,):
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            elif piece != "" or isinstance(piece, Symbolic):
                flat.append(piece)
    limits.check_text(sum(len(piece) for piece in flat if isinstance(piece, str)))
    if not flat:
        return ""
    if len(flat) == 1 and isinstance(flat[0], str):
        return flat[0]
    choices = [index for index, piece in enumerate(flat) if isinstance(piece, Choice)]
    if len(choices) == 1 and leaves(flat[choices[0]]) <= limits.CHOICE_LEAVES:
        return over_choice(flat, choices[0])
    return Unknown("a text of too many parts that are not known") if is_large(*flat) else Template(tuple(flat))


def over_choice(flat: list[object], index: int) -> object:
    """The choice between the texts, in place of a text with a choice in it."""
    choice = flat[index]
    assert isinstance(choice, Choice)
    then, orelse = (
        template([*flat[:index], leaf if isinstance(leaf, Symbolic | str) else str(leaf), *flat[index + 1 :]])
        for leaf in (choice.then, choice.orelse)
    )
    return choose(choice.test, then, orelse)


def hole(machine: Machine, value: object, conversion: str | None, spec: object) -> object:
    """What `{value!conversion:spec}` puts into a text: a `str` or a symbolic value."""
    if isinstance(value, Choice):
        then, orelse = hole(machine, value.then, conversion, spec), hole(machine, value.orelse, conversion, spec)
        return choose(value.test, then, orelse, machine.place)
    if conversion in {"r", "a"}:
        value = as_repr(machine, value)
    elif conversion == "s" or spec == "":
        value = as_text(machine, value)
    if isinstance(spec, Symbolic):
        return Unknown("a text with a format that is not known", machine.place, spec if isinstance(spec, Unknown) else None)
    if spec == "":
        return value
    return with_spec(machine, value, str(spec))


def as_text(machine: Machine, value: object) -> object:
    """`str(value)` as a part of a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, XComRef | Template | Unknown):
        return value
    if isinstance(value, FORMATTED):
        return str(value)
    if isinstance(value, Symbolic) and not isinstance(value, Modelled):
        return value  # a hole holds the text of the value by itself
    if isinstance(value, Modelled) and value.get_attribute("__str__", machine.new_call("__str__")) is MISSING:
        return value  # such as the result of a task, whose text Airflow's own template gives
    model = MODELS.get("builtins.str")
    if model is not None:
        return model(Call(machine, "builtins.str", (value,), {}, machine.place))
    return str(value) if is_plain(value) and not is_object(value) else Unknown("the text of an object", machine.place)


def is_object(value: object) -> bool:
    """Is this an object of the project?"""
    return isinstance(value, Instance | Class | Function | Module)


def as_repr(machine: Machine, value: object) -> object:
    """`repr(value)` as a part of a text."""
    if isinstance(value, FORMATTED):
        return repr(value)
    model = MODELS.get("builtins.repr")
    if model is not None:
        return model(Call(machine, "builtins.repr", (value,), {}, machine.place))
    return Operation("repr", (value,), machine.place)


def with_spec(machine: Machine, value: object, spec: str) -> object:
    """`format(value, spec)`."""
    if isinstance(value, Instance):
        method = attributes.class_method(machine, value, "__format__")
        if method is not MISSING:
            return machine.call(method, (spec,))
        value = unwrap(value)
    if isinstance(value, Unknown):
        return Unknown("the text of a value that is not known", machine.place, value)
    if isinstance(value, Symbolic):
        return Operation("format", (value, spec), machine.place)
    if not isinstance(value, FORMATTED):
        return Unknown("a format of an object", machine.place)
    check_widths(spec)
    try:
        return format(value, spec)
    except ORDINARY_ERRORS as error:
        raise attributes.data_error(error) from error


def check_widths(spec: str) -> None:
    """Refuse widths and precisions that make a text too long."""
    for digits in re.findall(r"\d+", spec):
        limits.check_text(int(digits) if len(digits) < 12 else limits.TEXT + 1)


def format_method(call: Call) -> object:
    """`text.format(*args, **kwargs)`: `call.args[0]` is the text."""
    machine: Machine = call.machine  # type: ignore[assignment]  # the machine is the one Caller
    text = call.args[0]
    if not isinstance(text, str):
        return Operation(".format", (*call.args, *call.kwargs.values()), call.place)
    return format_text(machine, text, call.args[1:], call.kwargs, Numbering(), call.unseen)


def format_map_method(call: Call) -> object:
    """`text.format_map(mapping)`."""
    machine: Machine = call.machine  # type: ignore[assignment]  # the machine is the one Caller
    text, mapping = call.args[0], unwrap(call.args[1])
    if not isinstance(text, str) or not isinstance(mapping, dict):
        return Operation(".format_map", call.args, call.place)
    return format_text(machine, text, (), mapping, Numbering())


class Numbering:
    """Counts the `{}` of one text."""

    def __init__(self) -> None:
        self.next = 0

    def take(self) -> int:
        """The next number."""
        self.next += 1
        return self.next - 1


def format_text(
    machine: Machine, text: str, args: tuple[object, ...], kwargs: Mapping[str, object], numbering: Numbering, unseen: bool = False
) -> object:
    """The text with its fields filled in; attributes go through our own look-up, never Python's."""
    parts: list[object] = []
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise PythonError("ValueError", str(error)) from error
    for literal, name, spec, conversion in pieces:
        parts.append(literal)
        if name is None:
            continue
        value = field(machine, name, args, kwargs, numbering, unseen)
        inner = format_text(machine, spec, args, kwargs, numbering, unseen) if spec and "{" in spec else spec or ""
        parts.append(hole(machine, value, conversion, inner))
    return template(parts)


def field(
    machine: Machine, name: str, args: tuple[object, ...], kwargs: Mapping[str, object], numbering: Numbering, unseen: bool
) -> object:
    """The value of `{name.attribute[key]}`."""
    first = re.match(r"[^.\[]*", name)
    head = first[0] if first else ""
    if head == "" or head.isdigit():
        index = int(head[:9]) if head else numbering.take()
        if index >= len(args):
            return unseen_field(
                machine, name, unseen, PythonError("IndexError", f"Replacement index {index} out of range for positional args tuple")
            )
        value = args[index]
    elif head in kwargs:
        value = kwargs[head]
    else:
        return unseen_field(machine, name, unseen, PythonError("KeyError", head))
    for attribute, key in re.findall(r"\.([^.\[]+)|\[([^\]]+)\]", name[len(head) :]):
        value = machine.attribute(value, attribute) if attribute else machine.item(value, int(key[:9]) if key.isdigit() else key)
    return value


def unseen_field(machine: Machine, name: str, unseen: bool, error: PythonError) -> object:
    """A field that no argument fills: an error, unless some arguments could not be seen."""
    if not unseen:
        raise error
    return Unknown(f"the field {name} of a text", machine.place)


def percent_format(machine: Machine, text: str | bytes, values: object) -> object:
    """`text % values`."""
    values = unwrap(values)
    if isinstance(text, bytes):
        return Unknown("% of bytes", machine.place)
    if isinstance(values, Symbolic) and len(PERCENT.findall(text.replace("%%", ""))) != 1:
        return Operation("mod", (text, values), machine.place)
    mapping = values if isinstance(values, dict) else None
    queue = list(values) if isinstance(values, tuple) else [values]
    parts: list[object] = []
    end = 0
    for found in PERCENT.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        parts.append(percent_hole(machine, found, mapping, queue))
    if queue and mapping is None and not (len(queue) == 1 and not isinstance(values, tuple) and isinstance(values, Symbolic)):
        raise PythonError("TypeError", "not all arguments converted during string formatting")
    rest = text[end:]
    if "%" in rest:
        raise PythonError("ValueError", "incomplete format")
    return template([*parts, rest])


def percent_hole(machine: Machine, found: re.Match[str], mapping: dict[object, object] | None, queue: list[object]) -> object:
    """What one `%…` directive puts into the text."""
    if found["kind"] == "%":
        return "%"

    def take() -> object:
        if not queue:
            raise PythonError("TypeError", "not enough arguments for format string")
        return queue.pop(0)

    if found["key"] is not None:
        if mapping is None:
            raise PythonError("TypeError", "format requires a mapping")
        value = machine.item(mapping, found["key"])
    else:
        directive = [take() if found[part] == "*" else found[part] for part in ("width", "precision")]
        value = take()
        if any(isinstance(part, Symbolic) for part in directive):
            return Unknown("a text with a format that is not known", machine.place)
        return converted(machine, value, found["flags"], directive[0], directive[1], found["kind"])
    return converted(machine, value, found["flags"], found["width"], found["precision"], found["kind"])


def converted(machine: Machine, value: object, flags: str, width: object, precision: object, kind: str) -> object:
    """One value by a `%` directive."""
    if kind in {"r", "a"}:
        value = as_repr(machine, value)
    elif kind == "s":
        value = as_text(machine, value)
    if isinstance(value, Choice):
        then, orelse = (converted(machine, leaf, flags, width, precision, kind) for leaf in (value.then, value.orelse))
        return choose(value.test, then, orelse, machine.place)
    directive = (
        "%"
        + flags
        + ("" if width is None else str(width))
        + ("" if precision is None else f".{precision}")
        + (kind if kind not in "ra" else "s")
    )
    value = unwrap(value)
    if isinstance(value, Symbolic):
        return value if directive in {"%s", "%d", "%i"} else Operation("mod", (directive, value), machine.place)
    check_widths(directive)
    try:
        return directive % (value,)
    except ORDINARY_ERRORS as error:
        raise attributes.data_error(error) from error
