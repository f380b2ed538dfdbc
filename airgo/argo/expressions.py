"""Builds expressions that read safely whatever became of a task, and conditions for `depends` and `when`.

Observed on the real controller: a safe read never hangs; `outputs.result` does when its producer is skipped, and names with a dash
must stand in single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from airgo.argo.names import KEYWORDS

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
STATUSES = ("Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "{": "\\u007b", "}": "\\u007d"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def tag(code: str) -> str:
    """`{{=code}}`. Raises ValueError for code with two closing braces, which would end the tag: `quote` writes them apart."""
    if "}}" in code:
        raise ValueError(f"an expression cannot hold two closing braces: {code}")
    return f"{{{{={code}}}}}"


def quote(text: str) -> str:
    """Text as a string literal of expr-lang, safe inside `{{=…}}`: braces that come in pairs are written as escapes."""
    paired = re.sub(r"\{(?=\{)|(?<=\{)\{|\}(?=\})|(?<=\})\}", lambda found: _ESCAPES[found.group()], _escaped(text, "'\\\n\r\t"))
    return "'" + _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", paired) + "'"


def quote_condition(text: str) -> str:
    """Text as a string literal of govaluate, the language of `when`. Raises ValueError for text with tags, which Argo would look into."""
    if "{{" in text:
        raise ValueError(f"a condition cannot hold two opening braces: {text}")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def member(root: str, *names: str, optional: bool = False) -> str:
    """`root.a['b-c']`, or `root?.a?.['b-c']`, which is nil where something on the way is missing."""
    code = root
    for name in names:
        plain = NAME.fullmatch(name) and name not in KEYWORDS
        if optional:
            code += f"?.{name}" if plain else f"?.[{quote(name)}]"
        else:
            code += f".{name}" if plain else f"[{quote(name)}]"
    return code


def read_output(task: str, parameter: str, default: str = "null") -> str:
    """An output parameter of a task of the same DAG, or `default` when the task failed, was skipped or never told: never hangs.

    The task must be an ancestor (in `depends`), else the workflow waits for ever. The task itself is read without `?.`: a DAG that
    another one calls is read once before its tasks run, and would take the default then (observed).
    """
    return f"{member('tasks', task)}.outputs?.parameters?.[{quote(parameter)}] ?? {quote(default)}"


def status_in(task: str, *statuses: str) -> str:
    """A `when` condition: the task ended in one of these phases."""
    unknown = [status for status in statuses if status not in STATUSES]
    if unknown or not statuses:
        raise ValueError(f"no phase of Argo: {unknown}")
    if len(statuses) == 1:
        return f"'{{{{tasks.{task}.status}}}}' == '{statuses[0]}'"
    return f"'{{{{tasks.{task}.status}}}}' in ({', '.join(repr(status) for status in statuses)})"


def all_of(conditions: Iterable[str]) -> str:
    """Conditions of `when` or `depends`, joined by `&&`; those with `||` get parentheses."""
    return _join(list(conditions), " && ", "||")


def any_of(conditions: Iterable[str]) -> str:
    """Conditions joined by `||`; those with `&&` get parentheses, for the reader."""
    return _join(list(conditions), " || ", "&&")


def _join(parts: list[str], operator: str, looser: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return operator.join(f"({part})" if _has_operator(part, looser) else part for part in parts)


def _has_operator(condition: str, operator: str) -> bool:
    """Does the operator stand outside quotes, tags and parentheses?"""
    bare = re.sub(r"\{\{.*?\}\}|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "", condition, flags=re.DOTALL)
    while (inner := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = inner
    return operator in bare


def _escaped(text: str, characters: str) -> str:
    return "".join(_ESCAPES[char] if char in characters else char for char in text)
