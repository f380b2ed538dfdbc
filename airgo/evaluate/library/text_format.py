"""`str.format` and `format_map`: our own formatter, so that `{0.name}` goes through the machine's attributes and holes stay holes."""

from __future__ import annotations

import string
from collections.abc import Mapping

from airgo.evaluate.library.builtins_basic import formatted
from airgo.evaluate.library.plain_texts import joined, known, repr_of, text_of
from airgo.evaluate.models import PythonError, methods, unwrap
from airgo.evaluate.objects import Call, Modelled
from airgo.values import Operation, Symbolic, Unknown

PARSER = string.Formatter()
CONVERSIONS = {"s": text_of, "r": repr_of, "a": repr_of}


@methods(str)
def format_(call: Call) -> object:
    """`text.format(*args, **kwargs)`."""
    text = call.args[0]
    if not isinstance(text, str):
        return Operation(".format", (*call.args, *call.kwargs.values()), call.place)
    return fill(call, text, call.args[1:], call.kwargs)


@methods(str)
def format_map(call: Call) -> object:
    """`text.format_map(mapping)`."""
    text, mapping = call.args
    if not isinstance(text, str) or not isinstance(mapping, dict | Modelled):
        return Operation(".format_map", call.args, call.place)
    return fill(call, text, (), mapping)


def fill(call: Call, text: str, args: tuple[object, ...], names: Mapping[str, object] | Modelled) -> object:
    """The text with its fields filled in."""
    fields = Fields(call, args, names)
    try:
        pieces = [piece for literal, *field in PARSER.parse(text) for piece in (literal, fields.value(*field))]
    except ValueError as error:
        raise PythonError("ValueError", str(error)) from error
    unknown = next((piece for piece in pieces if isinstance(piece, Unknown)), None)
    return joined(pieces) if unknown is None else Unknown("a text with a value that is not known", call.place, unknown)


class Fields:
    """Looks up the fields of one format string, numbering those without a name."""

    def __init__(self, call: Call, args: tuple[object, ...], names: Mapping[str, object] | Modelled) -> None:
        self.call = call
        self.args = args
        self.names = names
        self.next_number = 0

    def value(self, name: str | None, spec: str | None, conversion: str | None) -> object:
        """The text of one field."""
        if name is None:
            return ""
        found = self.look_up(name)
        if spec and "{" in spec:
            filled = joined(piece for literal, *field in PARSER.parse(spec) for piece in (literal, self.value(*field)))
            if not isinstance(filled, str):
                return Operation("format", (found, filled), self.call.place)
            spec = filled
        if conversion is not None:
            found = CONVERSIONS[conversion](self.call, found) if conversion in CONVERSIONS else found
        return shown(self.call, found, spec or "")

    def look_up(self, name: str) -> object:
        """The value of a field such as `0.name[key]`."""
        first, rest = name_parts(name)
        if first == "":
            first, self.next_number = self.next_number, self.next_number + 1
        found = self.argument(first)
        for is_attribute, key in rest:
            found = self.call.machine.attribute(found, str(key)) if is_attribute else self.call.machine.item(found, key)
        return found

    def argument(self, key: int | str) -> object:
        """An argument by number or name."""
        if isinstance(key, int):
            if key >= len(self.args):
                raise PythonError("IndexError", f"Replacement index {key} out of range for positional args tuple")
            return self.args[key]
        if isinstance(self.names, Modelled) or (type(self.names) is not dict and key not in self.names):
            return self.call.machine.item(self.names, key)
        if key not in self.names:
            if self.call.unseen:
                return Unknown(f"the argument {key} comes from a value that is not known", self.call.place)
            raise PythonError("KeyError", key)
        return self.names[key]


def name_parts(name: str) -> tuple[int | str, list[tuple[bool, int | str]]]:
    """The parts of a field name: its first, then attributes (True) and keys (False)."""
    end = min((index for index in (name.find("."), name.find("[")) if index >= 0), default=len(name))
    rest: list[tuple[bool, int | str]] = []
    position = end
    while position < len(name):
        if name[position] == "[":
            close = name.find("]", position)
            if close < 0:
                raise PythonError("ValueError", "Missing ']' in format string")
            rest.append((False, number_or_text(name[position + 1 : close])))
            position = close + 1
        else:
            stop = min((index for index in (name.find(".", position + 1), name.find("[", position + 1)) if index >= 0), default=len(name))
            rest.append((True, name[position + 1 : stop]))
            position = stop
    return number_or_text(name[:end]), rest


def number_or_text(text: str) -> int | str:
    """A number where the text is one."""
    return int(text) if text.isdigit() else text


def shown(call: Call, value: object, spec: str) -> object:
    """`format(value, spec)`."""
    value = unwrap(value)
    if spec == "":
        return text_of(call, value)
    if isinstance(value, Unknown):
        return Unknown("a text with a value that is not known", call.place, value)
    if isinstance(value, Symbolic):
        return Operation("format", (value, spec), call.place)
    if known(call, value):
        return formatted(value, spec)
    return Unknown("the text of an object of the project in a format of its own", call.place)
