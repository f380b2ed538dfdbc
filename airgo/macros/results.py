"""What a Jinja expression of Airflow can stand for once it is read: a known value, an Argo expression, or a hole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from airgo.argo.text import Expression, Part, Simple, Text, XComHole, text
from airgo.diagnostics import Rule
from airgo.macros import sources

Type = Literal["text", "integer", "number", "truth", "time", "date", "duration", "printed", "run type"]
"""What an Argo expression yields. `time` is an instant, `date` a day; `printed` is the text of a value that is not always a text, which can
only be printed; `run type` is a member of Airflow 3's enumeration, which equals its value and prints its name."""


class NotExact(Exception):
    """The expression has no exact counterpart in Argo. `rule` is what to report; the message is in the user's words."""

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


@dataclass(frozen=True, slots=True)
class Known:
    """A plain value that is known now."""

    value: object


@dataclass(frozen=True, slots=True)
class Code:
    """An Argo expression (expr-lang over workflow-wide variables) and what it yields.

    `simple`: the tag that yields the same text without an expression. `moment`: for a text made from a day, the expression of the
    instant it was formatted from, so that day arithmetic needs no parsing. `optional`: the workflow parameter that holds `null` for None.
    """

    code: str
    type: Type
    simple: str | None = None
    moment: str | None = None
    optional: str | None = None


@dataclass(frozen=True, slots=True)
class Spliced:
    """Text with holes that no expression can read, such as an environment variable."""

    text: Text


@dataclass(frozen=True, slots=True)
class Pulled:
    """What another task handed on."""

    hole: XComHole


@dataclass(frozen=True, slots=True)
class Sourced:
    """A Variable (kind "variable", "json" for var.json) or connection, or what lies at `path` below it: an environment variable."""

    kind: Literal["variable", "json", "connection"]
    key: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """A part of Airflow's context that has members, such as `dag_run` or `var.value`; `path` is what was read below it."""

    name: str
    path: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """Something callable: a member of `receiver`, or a function of Airflow's when there is none."""

    name: str
    receiver: Result | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A time difference: whole days and months move the calendar, the rest the clock. From timedelta, relativedelta or keywords."""

    years: int = 0
    months: int = 0
    days: int = 0
    seconds: int = 0
    fixed: Mapping[str, int] = field(default_factory=dict)

    def __neg__(self) -> Shift:
        return Shift(-self.years, -self.months, -self.days, -self.seconds, self.fixed)

    def __hash__(self) -> int:
        return hash((self.years, self.months, self.days, self.seconds, tuple(self.fixed)))


Result = Known | Code | Spliced | Pulled | Sourced | Space | Method | Shift


def tight(code: str) -> str:
    """`code` in a form that a method call, an index or an operator may follow: in parentheses unless it is one already."""
    return code if _is_one_chain(code) else f"({code})"


def _is_one_chain(code: str) -> bool:
    """Is `code` a name followed only by members, indexes and calls, without an operator outside brackets?"""
    depth, quoted = 0, False
    for position, character in enumerate(code):
        if quoted:
            quoted = character != "'" or code[position - 1] == "\\"
        elif character == "'":
            quoted = True
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif depth == 0 and not (character.isalnum() or character in "._?"):
            return False
    return not code.startswith("let ")


def quoted(value: str) -> str:
    """A text literal of an Argo expression, in single quotes. Raises ValueError where the expression could not hold it."""
    if "}}" in value:
        raise ValueError("an Argo expression cannot hold }}")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f"'{escaped}'"


def parts_of(result: Result, rule: Rule) -> Text | str:
    """The text that Jinja prints for `result`. Raises NotExact for what has no text of its own."""
    if isinstance(result, Known):
        return str(result.value)
    if isinstance(result, Spliced):
        return result.text
    if isinstance(result, Pulled):
        return text(result.hole)
    if isinstance(result, Code):
        return text(_part_of_code(result))
    if isinstance(result, Sourced):
        return _sourced_text(result, rule)
    raise NotExact(rule, f"{describe(result)} is printed as a whole, which only Airflow can do")


def _sourced_text(result: Sourced, rule: Rule) -> Text | str:
    if result.kind == "connection":
        return text(sources.connection(result.key, result.path)) if result.path else result.key
    if result.kind == "json" and not result.path:
        raise NotExact(rule, f"{describe(result)} is printed as a whole, as Python writes it; `| tojson` has a counterpart")
    return text(sources.variable(result.key, result.path))


def _part_of_code(code: Code) -> Part:
    if code.simple is not None:
        return Simple(code.simple)
    return Expression(as_text(code))


def as_text(code: Code) -> str:
    """An expression that yields the text Python's `str()` gives for the value."""
    if code.type == "truth":
        return f"{code.code} ? 'True' : 'False'"
    if code.type == "time":
        return f"{tight(code.code)}.Format('2006-01-02 15:04:05-07:00')"
    if code.type == "date":
        return f"{tight(code.code)}.Format('2006-01-02')"
    if code.type == "run type":
        return f"'DagRunType.' + upper({code.code})"
    return code.code


def describe(result: Result) -> str:
    """`result` in a user's words."""
    if isinstance(result, Space):
        if result.name == "param":  # its path is how Argo reads it
            return f"the param {str(result.path[0]).removeprefix('workflow.parameters.')}"
        return ".".join(str(part) for part in (result.name, *result.path))
    if isinstance(result, Sourced):
        kind = "the connection" if result.kind == "connection" else "the Variable"
        return f"{kind} {'.'.join(str(part) for part in (result.key, *result.path))}"
    if isinstance(result, Pulled):
        return f"what {', '.join(result.hole.task_ids)} handed on"
    if isinstance(result, Method):
        return f"{result.name}()"
    if isinstance(result, Shift):
        return "a time difference"
    return "the value"
