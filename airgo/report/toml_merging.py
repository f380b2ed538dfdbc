"""What DAGs need, added as comments to the settings that are there: these keep every byte."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from airgo.report.needs import Need
from airgo.report.needs_toml import TITLES, about, entry

HEADER = re.compile(r"^\s*\[\[?(?P<name>[^\[\]]+)\]\]?\s*(#.*)?$")
COMMENTED = re.compile(r'^\s*#\s*(?P<key>"(?:[^"\\]|\\.)*"|[\w-]+)\s*=')


class CannotMerge(Exception):
    """The file's form leaves no place for what is missing. The message is for the user."""


def merged(before: str, needs: Mapping[str, Sequence[Need]], *, prefix: str = "") -> tuple[str, int]:
    """The text with what is missing added as comments, and how many keys that are. `prefix`: "tool.airgo." in pyproject.toml.

    The result is read again and must hold the same settings: a table in braces has no place for a comment, and text that looks like a
    table may stand inside a value. Raises CannotMerge.
    """
    newline = "\r\n" if "\r\n" in before else "\n"
    lines = before.splitlines()
    added = 0
    try:
        settings = tomllib.loads(before)
        for kind, items in needs.items():
            known = {*keys_at(settings, f"{prefix}{kind}"), *commented_keys(lines, f"{prefix}{kind}")}
            missing = [item for item in items if item.key not in known]
            if missing:
                lines = with_comments(lines, f"{prefix}{kind}", TITLES[kind], missing)
                added += len(missing)
        after = newline.join([*lines, ""]) if added else before
        if without_empty(tomllib.loads(after), settings) != settings:
            raise CannotMerge("the settings cannot be added to without changing them; add what `airgo inputs` prints by hand")
    except ValueError as problem:
        raise CannotMerge(f"the settings cannot be added to ({problem}); tables must be written as [{prefix}variables]") from problem
    return after, added


def keys_at(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The table of a dotted name; empty when there is none."""
    found: Any = settings
    for part in name.split("."):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def section_of(lines: Sequence[str], name: str) -> tuple[int, int] | None:
    """The lines of a table, without its header; None when it has none."""
    headers = [(index, found["name"].strip()) for index, line in enumerate(lines) if (found := HEADER.match(line))]
    for number, (index, title) in enumerate(headers):
        if title == name:
            return index + 1, headers[number + 1][0] if number + 1 < len(headers) else len(lines)
    return None


def with_comments(lines: list[str], name: str, title: str, missing: Sequence[Need]) -> list[str]:
    """The lines with keys added at the end of a table, which is made at the end of the file when there is none."""
    comments = [f"# {line}" for item in missing for line in (*about(item), entry(item))]
    section = section_of(lines, name)
    if section is None:
        return [*lines, *([""] if lines and lines[-1].strip() else []), f"[{name}]  # {title}", *comments]
    end = end_of(lines, *section)
    return [*lines[:end], *comments, *lines[end:]]


def end_of(lines: Sequence[str], start: int, end: int) -> int:
    """Behind the last line of a table; a comment that stands right above the next header, after a blank line, is the next table's."""
    last = end
    while end < len(lines) and last > start and lines[last - 1].lstrip().startswith("#"):
        last -= 1
    if last > start and lines[last - 1].strip():
        last = end
    while last > start and not lines[last - 1].strip():
        last -= 1
    return last


def commented_keys(lines: Sequence[str], name: str) -> set[str]:
    """The keys that stand in a table as comments: they were offered before."""
    start, end = section_of(lines, name) or (0, 0)
    found = [commented["key"] for line in lines[start:end] if (commented := COMMENTED.match(line))]
    return {json.loads(key) if key.startswith('"') else key for key in found}


def without_empty(after: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without the tables that were added with nothing but comments in them."""
    return {
        key: without_empty(value, before.get(key, {})) if isinstance(value, dict) else value
        for key, value in after.items()
        if key in before or value != {}
    }
