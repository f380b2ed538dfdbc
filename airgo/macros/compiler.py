"""Reads Airflow's Jinja with jinja2's own parser and writes it as text with holes; nothing of it is ever run.

What is known now is computed now (constants, user_defined_macros that are plain data); the rest becomes Argo expressions, environment
variables or values of other tasks; what is none of these raises NotExact. The handlers of jinja2's nodes are in `statements` and
`expressions`, registered by class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from airgo.argo.text import Text, text
from airgo.macros.context import TemplateContext
from airgo.macros.results import Known, NotExact, Result, Sourced, describe
from airgo.macros.rules import RUN_TIME, SYNTAX, UNDEFINED

MAX_TEMPLATE = 1_000_000
MAX_OUTPUT = 1_000_000
ENVIRONMENT_OPTIONS = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
)
"""The jinja_environment_kwargs that change how a text is read."""

N = TypeVar("N", bound=nodes.Node)
Statement = Callable[["Compiler", nodes.Node], "str | Text"]
Expression = Callable[["Compiler", nodes.Node], Result]
STATEMENTS: dict[type[nodes.Node], Statement] = {}
EXPRESSIONS: dict[type[nodes.Node], Expression] = {}


def statement(cls: type[N]) -> Callable[[Callable[[Compiler, N], str | Text]], Callable[[Compiler, N], str | Text]]:
    """Register what statements of this class print."""

    def register(handler: Callable[[Compiler, N], str | Text]) -> Callable[[Compiler, N], str | Text]:
        STATEMENTS[cls] = cast(Statement, handler)
        return handler

    return register


def expression(*classes: type[nodes.Node]) -> Callable[[Callable[[Compiler, N], Result]], Callable[[Compiler, N], Result]]:
    """Register what expressions of these classes stand for."""

    def register(handler: Callable[[Compiler, N], Result]) -> Callable[[Compiler, N], Result]:
        for cls in classes:
            EXPRESSIONS[cls] = cast(Expression, handler)
        return handler

    return register


def environment(options: Mapping[str, object]) -> ImmutableSandboxedEnvironment:
    """A parser as Airflow's: `options` are the plain ones of the DAG's jinja_environment_kwargs."""
    known = {key: options[key] for key in ENVIRONMENT_OPTIONS if key in options}
    return ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"], **known)


@dataclass(slots=True)
class Compiler:
    """One template being read: its context, and the names that the template itself sets."""

    context: TemplateContext
    parser: ImmutableSandboxedEnvironment
    expressions: int = 0
    local: dict[str, Result] = field(default_factory=dict)

    def render(self, source: str) -> str | Text:
        """The text of a template. Raises NotExact."""
        return self.printed(self._parsed(source).body)

    def render_native(self, source: str) -> Result | str | Text:
        """What a template of one expression stands for; the text of any other. Raises NotExact."""
        tree = self._parsed(source)
        if len(tree.body) == 1 and isinstance(tree.body[0], nodes.Output) and len(tree.body[0].nodes) == 1:
            (node,) = tree.body[0].nodes
            if not isinstance(node, nodes.TemplateData):
                return self.value(node)
        return self.printed(tree.body)

    def _parsed(self, source: str) -> nodes.Template:
        if len(source) > MAX_TEMPLATE:
            raise NotExact(RUN_TIME, "the template is larger than a megabyte")
        try:
            return self.parser.parse(source)
        except jinja2.TemplateSyntaxError as error:
            raise NotExact(SYNTAX, f"{error.message} (line {error.lineno} of the template)") from error

    def printed(self, body: Sequence[nodes.Node]) -> str | Text:
        """What a list of statements prints."""
        parts: list[str | Text] = []
        for statement in body:
            parts.append(self._statement(statement))
            if sum(len(part) for part in parts if isinstance(part, str)) > MAX_OUTPUT:
                raise NotExact(RUN_TIME, "the template prints more than a megabyte")
        return text(*parts)

    def _statement(self, statement: nodes.Node) -> str | Text:
        handler = STATEMENTS.get(type(statement))
        if handler is None:
            raise NotExact(RUN_TIME, f"a {type(statement).__name__.lower()} statement of Jinja's has no counterpart in Argo")
        return handler(self, statement)

    def value(self, node: nodes.Node) -> Result:
        """What an expression stands for."""
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            raise NotExact(RUN_TIME, f"a {type(node).__name__.lower()} of Jinja's has no counterpart in Argo")
        return handler(self, node)

    def operand(self, node: nodes.Node) -> Result:
        """What an expression stands for where its value is needed: a Variable that is known now is its value."""
        value = self.value(node)
        if not isinstance(value, Sourced) or value.kind == "connection":
            return value
        return _settled(value, self.context.variables)


def _settled(source: Sourced, variables: Mapping[str, object]) -> Result:
    if source.key not in variables:
        raise NotExact(RUN_TIME, f"{describe(source)} decides what the template prints, and its value is not in airgo.toml")
    value = variables[source.key]
    if source.kind == "json" and isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise NotExact(UNDEFINED, f"{describe(source)} is not JSON") from None
    for part in source.path:
        try:
            value = value[part]  # type: ignore[index]  # a wrong index is the template's own
        except (LookupError, TypeError):
            raise NotExact(UNDEFINED, f"{describe(source)} is not in the value that airgo.toml gives") from None
    return Known(value)
