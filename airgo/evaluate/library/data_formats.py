"""json, yaml, csv, configparser and tomllib: reading and writing data that is wholly known."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable
from typing import Any

import yaml

from airgo.evaluate import limits
from airgo.evaluate.library.builtins_iteration import elements
from airgo.evaluate.library.open_files import Reader
from airgo.evaluate.library.plain_texts import attribute_or_missing, known
from airgo.evaluate.library.texts_with_holes import HoleElsewhere, read_with_holes
from airgo.evaluate.library.yaml_documents import yaml_documents
from airgo.evaluate.models import ORDINARY_ERRORS, PythonError, constant, models
from airgo.evaluate.objects import Call, Class, Instance, Iterator
from airgo.values import MISSING, Operation, Symbolic, Template, Unknown


def content_of(call: Call, value: object) -> object:
    """The text that a function reading `value` sees: of an open file, or the value itself."""
    return value.rest() if isinstance(value, Reader) else value


def not_text(call: Call, value: object, what: str) -> object:
    """What reading a value that is no known text gives."""
    if isinstance(value, Unknown):
        return Unknown(f"{what} that is not known", call.place, value)
    if isinstance(value, Symbolic):
        return Operation(call.name, (value,), call.place)
    raise PythonError("TypeError", f"{what} must be a text, not {type(value).__name__}")


@models("json.loads", "json.load", "ujson.loads", "simplejson.loads")
def json_loads(call: Call) -> object:
    """`json.loads(text)`, `json.load(file)`; hooks are called for every object."""
    text = content_of(call, call.argument(0, "s", call.kwargs.get("fp")))
    found = document(call, text, "JSON text", one_json)
    if isinstance(found, Symbolic):
        return found
    hook = call.kwargs.get("object_hook")
    return found if hook is None else hooked(call, found, hook)


def document(call: Call, text: object, what: str, read: Callable[[str | bytes], object]) -> object:
    """What is read of a text, which may have holes; a symbolic value when that cannot be known."""
    if isinstance(text, str | bytes):
        return read(text)
    if isinstance(text, Template):
        try:
            return read_with_holes(text, read)
        except (HoleElsewhere, PythonError):
            return not_text(call, text, what)
    return not_text(call, text, what)


def one_json(text: str | bytes) -> object:
    """A JSON text. Raises the program's JSONDecodeError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PythonError("json.decoder.JSONDecodeError", str(error)) from error


def one_yaml(text: str | bytes) -> object:
    """A YAML text of at most one document. Raises the program's YAMLError."""
    found = yaml_documents(text)
    if len(found) > 1:
        raise PythonError("yaml.YAMLError", "expected a single document in the stream")
    return found[0] if found else None


def hooked(call: Call, value: object, hook: object) -> object:
    """A JSON value with a hook called for every object, innermost first."""
    if isinstance(value, list):
        return [hooked(call, item, hook) for item in value]
    if isinstance(value, dict):
        return call.machine.call(hook, ({key: hooked(call, item, hook) for key, item in value.items()},))
    return value


@models("json.dumps", "ujson.dumps", "simplejson.dumps")
def json_dumps(call: Call) -> object:
    """`json.dumps(value, indent=…, sort_keys=…, default=…)`."""
    value = call.args[0] if call.args else call.kwargs["obj"]
    default = call.kwargs.get("default")
    if default is None and isinstance(call.kwargs.get("cls"), Class):
        default = attribute_or_missing(call, call.machine.call(call.kwargs["cls"]), "default")
    value = json_ready(call, value, None if default is MISSING else default)
    options: dict[str, Any] = {name: call.kwargs[name] for name in JSON_OPTIONS if name in call.kwargs}
    if not known(call, [value, list(options.values())]):
        if not isinstance(value, Unknown):
            return Operation(" ".join([call.name, *(f"{name}=" for name in options)]), (value, *options.values()), call.place)
        return Unknown("JSON of a value that is not known", call.place, value)
    try:
        return json.dumps(value, **options)
    except (ValueError, TypeError, RecursionError) as error:
        raise PythonError(type(error).__name__, str(error)) from error


JSON_OPTIONS = ("indent", "sort_keys", "ensure_ascii", "separators", "skipkeys", "allow_nan")


def json_ready(call: Call, value: object, default: object) -> object:
    """The value with objects of the project, and what `default` stands in for, as JSON would see them."""
    if isinstance(value, dict):
        return {json_ready(call, key, None): json_ready(call, item, default) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(call, item, default) for item in value]
    if isinstance(value, Instance):
        if value.key is not None:
            return json_ready(call, value.key, default)
        if isinstance(value.native, dict | list | tuple):
            return json_ready(call, value.native, default)
    if isinstance(value, Symbolic | str | int | float | None):
        return value
    if default is not None:
        return json_ready(call, call.machine.call(default, (value,)), default)
    if isinstance(value, Instance):
        raise PythonError("TypeError", f"Object of type {value.cls.name} is not JSON serializable")
    return value


@models("json.dump", "yaml.emitter.dump")
def json_dump(call: Call) -> object:
    """`json.dump(value, file)`: written to a file, which is not kept."""
    return None


@models("yaml.safe_load", "yaml.load", "yaml.full_load")
def yaml_load(call: Call) -> object:
    """`yaml.safe_load(text_or_file)`; other loaders read the same documents, tags of their own are an error."""
    return document(call, content_of(call, call.argument(0, "stream")), "YAML text", one_yaml)


@models("yaml.safe_load_all", "yaml.load_all", "yaml.full_load_all")
def yaml_load_all(call: Call) -> object:
    """`yaml.safe_load_all(text_or_file)`."""
    text = content_of(call, call.argument(0, "stream"))
    found = document(call, text, "YAML text", yaml_documents)
    return Iterator(found) if isinstance(found, list) else found


YAML_OPTIONS = (
    "default_flow_style",
    "sort_keys",
    "indent",
    "width",
    "allow_unicode",
    "explicit_start",
    "explicit_end",
    "default_style",
    "line_break",
)


@models("yaml.dump", "yaml.safe_dump")
def yaml_dump(call: Call) -> object:
    """`yaml.dump(value, sort_keys=…)`."""
    value = call.argument(0, "data")
    if len(call.args) > 1 or call.kwargs.get("stream") is not None:
        return None
    options: dict[str, Any] = {name: call.kwargs[name] for name in YAML_OPTIONS if name in call.kwargs}
    if not known(call, [value, list(options.values())]):
        if isinstance(value, Unknown):
            return Unknown("YAML of a value that is not known", call.place, value)
        return Operation(" ".join([call.name, *(f"{name}=" for name in options)]), (value, *options.values()), call.place)
    try:
        return str(yaml.safe_dump(value, **options))
    except (yaml.YAMLError, *ORDINARY_ERRORS) as error:
        raise PythonError("yaml.YAMLError", str(error)) from error


def known_lines(call: Call, source: object) -> list[str] | None:
    """The lines of a text that is known; None when some line is not."""
    found = elements(call, source)
    return [line for line in found if isinstance(line, str)] if found is not None and all(isinstance(line, str) for line in found) else None


CSV_OPTIONS = ("delimiter", "quotechar", "escapechar", "doublequote", "skipinitialspace", "quoting", "lineterminator", "strict")


@models("csv.reader", "csv.DictReader")
def csv_reader(call: Call) -> object:
    """`csv.reader(lines)`, `csv.DictReader(lines, fieldnames)`."""
    lines = known_lines(call, call.args[0])
    if lines is None:
        return Unknown("CSV lines that are not known", call.place, call.args[0] if isinstance(call.args[0], Unknown) else None)
    options: dict[str, Any] = {name: call.kwargs[name] for name in CSV_OPTIONS if name in call.kwargs}
    try:
        rows = list(csv.reader(lines, **options))
    except (csv.Error, TypeError, ValueError) as error:
        raise PythonError("_csv.Error", str(error)) from error
    limits.check_elements(sum(len(row) for row in rows))
    if call.name.endswith(".reader"):
        return Iterator(rows)
    names = elements(call, call.argument(1, "fieldnames")) if call.argument(1, "fieldnames") is not None else None
    rows = [row for row in rows if row]
    header: list[object] = names if names is not None else list(rows[0]) if rows else []
    return Iterator(dict_row(header, row) for row in (rows if names is not None else rows[1:]))


def dict_row(header: list[object], row: list[str]) -> dict[object, object]:
    """One row of a DictReader."""
    found: dict[object, object] = dict(zip(header, row, strict=False))
    if len(row) > len(header):
        found[None] = row[len(header) :]
    return found | dict.fromkeys(header[len(row) :])


@models("tomllib.loads", "tomllib.load", "tomli.loads", "tomli.load", "toml.loads", "toml.load")
def toml_load(call: Call) -> object:
    """`tomllib.load(file)`."""
    text = content_of(call, call.args[0])
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if not isinstance(text, str):
        return not_text(call, text, "TOML text")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PythonError("tomllib.TOMLDecodeError", str(error)) from error


constant("csv.QUOTE_ALL", csv.QUOTE_ALL)
constant("csv.QUOTE_MINIMAL", csv.QUOTE_MINIMAL)
constant("csv.QUOTE_NONE", csv.QUOTE_NONE)
constant("csv.QUOTE_NONNUMERIC", csv.QUOTE_NONNUMERIC)
