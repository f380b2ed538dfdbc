"""configparser: INI files of the project, read into sections of text."""

from __future__ import annotations

import configparser
from collections.abc import Callable

from airgo.evaluate.library.open_files import Reader, read_project_file
from airgo.evaluate.models import PythonError, models
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Unknown

GETTERS = {"get": "get", "getint": "getint", "getfloat": "getfloat", "getboolean": "getboolean"}


class Parser(Modelled):
    """A ConfigParser; once it read something that is not known, it does not know anything."""

    __slots__ = ("parser", "unknown")

    def __init__(self, parser: configparser.RawConfigParser) -> None:
        self.parser = parser
        self.unknown: Unknown | None = None

    def get_attribute(self, name: str, call: Call) -> object:
        """Reading, and asking for sections and options."""
        method = METHODS.get(name)
        if method is None:
            return MISSING
        return Native(f"ConfigParser.{name}", lambda inner: self.asked(method, inner))

    def asked(self, method: Callable[[Parser, Call], object], call: Call) -> object:
        """What a method answers."""
        return method(self, call) if self.unknown is None else self.unknown

    def get_item(self, key: object, call: Call) -> object:
        """`config["section"]`: a dict of its options."""
        if self.unknown is not None:
            return self.unknown
        if not isinstance(key, str) or not self.parser.has_section(key):
            raise PythonError("KeyError", str(key))
        return dict(self.parser.items(key))

    def contains(self, key: object, call: Call) -> object:
        """`"section" in config`."""
        return isinstance(key, str) and self.parser.has_section(key) if self.unknown is None else self.unknown


def read(parser: Parser, call: Call) -> object:
    """`config.read(path)`: files that are not there are passed over."""
    names = call.args[0] if isinstance(call.args[0], list | tuple) else [call.args[0]]
    done = []
    for name in names:
        try:
            text = read_project_file(call, name)
        except PythonError:
            continue
        if not isinstance(text, str):
            parser.unknown = text if isinstance(text, Unknown) else Unknown("a configuration that is not text", call.place)
            return parser.unknown
        take(parser, text)
        done.append(name)
    return done


def take(parser: Parser, text: str) -> None:
    """Read a text. Raises the program's configparser.Error."""
    try:
        parser.parser.read_string(text)
    except configparser.Error as error:
        raise PythonError("configparser.Error", str(error)) from error


def read_text(parser: Parser, call: Call) -> object:
    """`config.read_string(text)`, `config.read_file(file)`."""
    source = call.args[0]
    text = source.rest() if isinstance(source, Reader) else source
    if isinstance(text, str):
        take(parser, text)
    else:
        parser.unknown = Unknown("a configuration that is not known", call.place, text if isinstance(text, Unknown) else None)
    return None


def read_dict(parser: Parser, call: Call) -> object:
    """`config.read_dict(sections)`."""
    if isinstance(call.args[0], dict) and all(isinstance(section, dict) for section in call.args[0].values()):
        parser.parser.read_dict(call.args[0])
    else:
        parser.unknown = Unknown("a configuration that is not known", call.place)
    return None


def get(parser: Parser, call: Call) -> object:
    """`config.get(section, option, fallback=…)`, `getint`, `getboolean`."""
    section, option = call.args[0], call.args[1]
    if not isinstance(section, str) or not isinstance(option, str):
        return Unknown("an option whose name is not known", call.place)
    if not parser.parser.has_option(section, option) and "fallback" in call.kwargs:
        return call.kwargs["fallback"]
    try:
        return getattr(parser.parser, GETTERS[call.name.rpartition(".")[2]])(section, option)
    except (configparser.Error, ValueError) as error:
        raise PythonError(f"configparser.{type(error).__name__}", str(error)) from error


def ask(parser: Parser, call: Call) -> object:
    """`config.sections()`, `has_section`, `has_option`, `options`, `items`."""
    name = call.name.rpartition(".")[2]
    try:
        return getattr(parser.parser, name)(*[str(value) for value in call.args])
    except configparser.Error as error:
        raise PythonError(f"configparser.{type(error).__name__}", str(error)) from error


METHODS: dict[str, Callable[[Parser, Call], object]] = {
    "read": read,
    "read_file": read_text,
    "read_string": read_text,
    "read_dict": read_dict,
    **dict.fromkeys(GETTERS, get),
    **dict.fromkeys(("sections", "has_section", "has_option", "options", "items"), ask),
}


@models("configparser.ConfigParser", "configparser.RawConfigParser", "configparser.SafeConfigParser")
def config_parser(call: Call) -> object:
    """`configparser.ConfigParser()`."""
    raw = call.name.endswith("RawConfigParser") or call.kwargs.get("interpolation", MISSING) is None
    return Parser(configparser.RawConfigParser() if raw else configparser.ConfigParser())
