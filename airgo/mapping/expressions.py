"""The expressions of mappings: Jinja with `<%= … %>` and `<% … %>`, without whatever would turn a value into text behind our back.

A leaf that is one expression keeps its value's type. Any other leaf is text; `Text` values in it keep their holes.
Own filters and functions only (`airgo.mapping.functions`): those of Jinja, `~` and `%` call `str()` on their operands.
Not `NativeEnvironment`, which turns the text "1e3" into a number and lets undefined names pass (evaluator, section 13).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, meta, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from airgo.argo.text import Part, Text, text
from airgo.mapping.functions import FILTERS, FUNCTIONS
from airgo.mapping.signals import MappingUse
from airgo.values import Symbolic, SymbolicUse

SINGLE = re.compile(r"<%=((?:(?!%>).)*)%>", re.DOTALL)
METHODS = frozenset({"get", "items", "keys", "values", "startswith", "endswith", "total_seconds", "lower", "upper", "strip", "split"})
HOLES = "__holes__"
MARK = "\ue000"
"""Stands around the number of a hole while a mixed leaf is rendered; a private character that no mapping writes."""
BUILT_IN_FILTERS = ("default", "d")


class ExpressionError(Exception):
    """An expression is wrong, whatever the values are. The message says why."""


class EvaluationError(Exception):
    """An expression has no value for the given arguments. `argument` is the one it is about, when that is known."""

    def __init__(self, message: str, argument: str | None = None) -> None:
        super().__init__(message)
        self.argument = argument


@pass_context
def finalize(context: Context, value: object) -> str:
    """What an expression inside longer text contributes: text as it is, a hole as its number."""
    if isinstance(value, Undefined):
        return str(value)
    if isinstance(value, Text):
        holes: list[Text] = context[HOLES]
        holes.append(value)
        return f"{MARK}{len(holes) - 1}{MARK}"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise MappingUse(f"a value of type {type(value).__name__} cannot stand inside text")


class Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which values that are not plain data have no attributes at all."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """May an expression read this attribute?"""
        return not isinstance(obj, Text | Symbolic) and super().is_safe_attribute(obj, attr, value)


def environment() -> Environment:
    """The one environment of all mappings."""
    made = Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        undefined=StrictUndefined,
        finalize=finalize,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters = {name: made.filters[name] for name in BUILT_IN_FILTERS} | FILTERS
    made.tests["text_with_holes"] = lambda value: isinstance(value, Text)
    made.globals = {}
    return made


ENVIRONMENT = environment()


def has_expression(leaf: str) -> bool:
    """Does a text of a mapping hold an expression or a block?"""
    return "<%" in leaf


@lru_cache(maxsize=4096)
def names_in(leaf: str) -> frozenset[str]:
    """The names that a leaf uses: arguments and functions. Raises ExpressionError for what the language does not have."""
    if not has_expression(leaf):
        return frozenset()
    try:
        tree = ENVIRONMENT.parse(leaf)
    except TemplateError as error:
        raise ExpressionError(f"the expression cannot be read: {error}") from error
    check(tree)
    return frozenset(meta.find_undeclared_variables(tree))


def check(tree: nodes.Template) -> None:
    """Refuse what would make text of values: `~`, `%`, and filters and methods that are not ours."""
    for kind, symbol in ((nodes.Concat, "~"), (nodes.Mod, "%")):
        if next(tree.find_all(kind), None) is not None:
            raise ExpressionError(f"`{symbol}` would turn values into text; write them next to each other, or use the filter `joined`")
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr not in METHODS:
            raise ExpressionError(f"the method .{call.node.attr}() is not available; these are: {', '.join(sorted(METHODS))}")
    for node in tree.find_all(nodes.Filter):
        if node.name not in ENVIRONMENT.filters:
            raise ExpressionError(f"there is no filter {node.name!r}; these are: {', '.join(sorted(ENVIRONMENT.filters))}")
    if next(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Macro)), None) is not None:
        raise ExpressionError("a mapping cannot include, import or define macros")


@lru_cache(maxsize=4096)
def compiled(leaf: str) -> Callable[..., object]:
    """A leaf as a function of its names."""
    single = SINGLE.fullmatch(leaf)
    try:
        if single is not None:
            return ENVIRONMENT.compile_expression(single.group(1).strip(), undefined_to_none=False)
        return mixed(ENVIRONMENT.from_string(leaf))
    except TemplateError as error:
        raise ExpressionError(f"the expression cannot be read: {error}") from error


def mixed(template: Template) -> Callable[..., object]:
    """A leaf of several pieces: text, with the holes of `Text` values kept."""

    def rendered(scope: Mapping[str, object]) -> object:
        holes: list[Text] = []
        pieces = template.render({**scope, HOLES: holes}).split(MARK)
        parts: list[Part | Text] = [holes[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces)]
        return text(*parts)

    return rendered


def evaluate(leaf: str, scope: Mapping[str, Any]) -> object:
    """The value of a leaf. Raises EvaluationError."""
    if not has_expression(leaf):
        return leaf
    names = names_in(leaf)
    try:
        value = compiled(leaf)({name: scope[name] for name in names if name in scope})
    except MappingUse as error:
        raise EvaluationError(str(error), error.argument or only_argument(names)) from error
    except (TemplateError, SymbolicUse, TypeError, ValueError, LookupError, AttributeError) as error:
        raise EvaluationError(f"{leaf!r} has no value here: {error}", only_argument(names)) from error
    if isinstance(value, Undefined):
        missing = sorted(name for name in names if name not in scope)
        raise EvaluationError(f"{', '.join(missing) or leaf} is not given", missing[0] if missing else None)
    return value


def only_argument(names: frozenset[str]) -> str | None:
    """The one argument that an expression uses, if it is one."""
    arguments = sorted(names - FUNCTIONS.keys())
    return arguments[0] if len(arguments) == 1 else None


__all__ = ["EvaluationError", "ExpressionError", "evaluate", "has_expression", "names_in"]
