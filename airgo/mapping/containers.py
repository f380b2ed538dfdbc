"""What Docker says of a container, as Kubernetes says it: command lines, users, memory sizes, host names."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Mapping

from airgo.argo.text import ItemHole, Text, XComHole, text
from airgo.mapping.kubernetes import kind_of, or_omit
from airgo.mapping.signals import OMIT, MappingUse

MARK = "\ue001"
"""Stands for a hole while a command line is split into words; a private character that no command holds."""


def as_text(value: object) -> object:
    """A number as text; text as it is."""
    if isinstance(value, str | Text):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise MappingUse(f"{kind_of(value)} where text is expected")


def as_text_list(value: object) -> object:
    """A list of texts, or one text as a list of one; numbers are written out. What a task returned would be the whole list."""
    if isinstance(value, Text) and len(value.parts) == 1 and isinstance(value.parts[0], XComHole | ItemHole):
        raise MappingUse("a list that is known only when the task runs has no place in a template")
    items = value if isinstance(value, list | tuple) else [value]
    return or_omit([as_text(item) for item in items])


def words(value: object) -> object:
    """A command line as its words, split as a shell would; a list (also one written as a Python literal) as it is."""
    if isinstance(value, list | tuple):
        return as_text_list(value)
    if not isinstance(value, str | Text):
        raise MappingUse(f"a command must be text or a list, not {kind_of(value)}")
    if isinstance(value, str) and value.strip().startswith("["):
        return as_text_list(literal_list(value))
    pieces = value.parts if isinstance(value, Text) else (value,)
    holes = [piece for piece in pieces if not isinstance(piece, str)]
    line = "".join(piece if isinstance(piece, str) else MARK for piece in pieces)
    try:
        split = shlex.split(line)
    except ValueError as error:
        raise MappingUse(f"the command cannot be split into words: {error}") from error
    waiting = iter(holes)
    result = []
    for word in split:
        first, *rest = word.split(MARK)
        result.append(text(first, *(part for literal in rest for part in (next(waiting), literal))))
    return or_omit(result)


def literal_list(command: str) -> list[object]:
    """A list written as a Python literal, as the Docker operators accept it."""
    try:
        value = ast.literal_eval(command.strip())
    except (ValueError, SyntaxError) as error:
        raise MappingUse("the command starts like a list, but is not one") from error
    if not isinstance(value, list):
        raise MappingUse("the command starts like a list, but is not one")
    return value


def byte_size(value: object) -> str:
    """Docker's memory sizes (`512m`, `2g`, a number of bytes) as a Kubernetes quantity: `m` is mebibytes here, and milli there."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise MappingUse(f"a memory size must be text or a number, not {kind_of(value)}")
    shown = str(value).strip().lower().removesuffix("b")
    units = {"k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}
    number, unit = (shown[:-1], units[shown[-1]]) if shown and shown[-1] in units else (shown, "")
    if not number.replace(".", "", 1).isdigit():
        raise MappingUse(f"{value!r} is not a memory size")
    return number + unit


def user_id(value: object) -> object:
    """The number of Docker's `user` (`1000`, `"1000:50"`, `root`); Kubernetes knows no names."""
    user = str(value).partition(":")[0] if isinstance(value, int | str) else ""
    if user == "root":
        return 0
    if not user.isdigit():
        raise MappingUse(f"the user {value!r} must be a number: Kubernetes does not look names up in the image")
    return int(user)


def group_id(value: object) -> object:
    """The group's number of Docker's `user`, if there is one."""
    group = str(value).partition(":")[2] if isinstance(value, str) else ""
    if not group:
        return OMIT
    if not group.isdigit():
        raise MappingUse(f"the group of {value!r} must be a number: Kubernetes does not look names up in the image")
    return int(group)


def host_aliases(value: object) -> object:
    """Docker's `extra_hosts` ({name: address}) as a pod's `hostAliases` (names by address)."""
    if not isinstance(value, Mapping):
        raise MappingUse(f"extra_hosts must be a dict, not {kind_of(value)}")
    names: dict[object, list[object]] = {}
    for name, address in value.items():
        names.setdefault(address, []).append(name)
    return or_omit([{"ip": address, "hostnames": found} for address, found in names.items()])
