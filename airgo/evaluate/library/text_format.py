"""`str.format` and `format_map`, by the machine's own formatter, and `string.Template`."""

from __future__ import annotations

import re
import string
import textwrap

from airgo.evaluate import limits, strings
from airgo.evaluate.library.builtins_types import add_all
from airgo.evaluate.library.plain_texts import joined, text_of
from airgo.evaluate.models import METHODS, PythonError, constant, lift, models
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Operation, Unknown

METHODS.setdefault(str, {})["format"] = strings.format_method
METHODS[str]["format_map"] = strings.format_map_method

PLACEHOLDER = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)|\{(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*)\}|(?P<invalid>))")


class TextTemplate(Modelled):
    """`string.Template(text)`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def get_attribute(self, name: str, call: Call) -> object:
        """`substitute`, `safe_substitute` and the text itself."""
        if name == "template":
            return self.text
        if name in ("substitute", "safe_substitute"):
            return Native(f"string.Template.{name}", lambda inner: self.filled(inner, safe=name == "safe_substitute"))
        return MISSING

    def filled(self, call: Call, safe: bool) -> object:
        """The text with its placeholders filled in."""
        values: dict[object, object] = {}
        for source in call.args:
            problem = add_all(call, values, source)
            if problem is not None:
                return Unknown("a template with values that are not known", call.place, problem if isinstance(problem, Unknown) else None)
        values.update(call.kwargs)
        pieces: list[object] = []
        position = 0
        for found in PLACEHOLDER.finditer(self.text):
            pieces += [self.text[position : found.start()], filling(call, found, values, safe)]
            position = found.end()
        return joined([*pieces, self.text[position:]])


def filling(call: Call, found: re.Match[str], values: dict[object, object], safe: bool) -> object:
    """What stands in place of one placeholder."""
    if found["escaped"] is not None:
        return "$"
    name = found["named"] or found["braced"]
    if name is None:
        if safe:
            return found[0]
        raise PythonError("ValueError", f"Invalid placeholder in string at {found.start()}")
    if name in values:
        return text_of(call, values[name])
    if safe:
        return found[0]
    raise PythonError("KeyError", name)


@models("string.Template")
def template(call: Call) -> object:
    """`string.Template(text)`."""
    text = call.argument(0, "template")
    return TextTemplate(text) if isinstance(text, str) else Operation("string.Template", (text,), call.place)


for _name in ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits", "punctuation", "whitespace"):
    constant(f"string.{_name}", getattr(string, _name))


def dedent(text: str) -> str:
    """`textwrap.dedent(text)`."""
    return textwrap.dedent(text)


def indent(text: str, prefix: str) -> str:
    """`textwrap.indent(text, prefix)`."""
    limits.check_text(len(text) + len(prefix) * (text.count("\n") + 1))
    return textwrap.indent(text, prefix)


models("textwrap.dedent", "inspect.cleandoc")(lift(dedent, "textwrap.dedent"))
models("textwrap.indent")(lift(indent))
models("textwrap.shorten")(lift(textwrap.shorten))
models("textwrap.fill")(lift(textwrap.fill))
models("textwrap.wrap")(lift(textwrap.wrap))
models("string.capwords")(lift(string.capwords))
