"""Checks of mappings that go beyond loading: every example is a call of its operator, and renders to what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path

from airgo import catalogue
from airgo.mapping.registry import Registry
from airgo.mapping.rendering import RenderError, render
from airgo.mapping.schema import Example, MappingError, OperatorMapping
from airgo.values import Extern, ExternCall

KNOWN_CALLS = {"timedelta": timedelta, "datetime": datetime, "time": time}


class NotACall(ValueError):
    """The text of an example is no operator call that can be read; the message says why."""


def problems(folder: Path) -> list[str]:
    """What is wrong with the mappings of a folder of the user's: `file:line: message` for each problem."""
    try:
        registry = Registry.load([folder])
    except MappingError as error:
        return [str(error)]
    prefix = f"{folder.name}/" if folder.is_dir() else folder.name
    return [problem for mapping in registry.all() if mapping.path.startswith(prefix) for problem in problems_of(mapping)]


def problems_of(mapping: OperatorMapping) -> Iterator[str]:
    """What is wrong with one mapping beyond its schema."""
    for name in unnamed_arguments(mapping):
        yield f"{mapping.path}:{mapping.line}: {mapping.name} takes {name}, which the mapping does not name"
    if not mapping.examples:
        yield f"{mapping.path}:{mapping.line}: {mapping.name} has no example"
    for example in mapping.examples:
        problem = example_problem(mapping, example)
        if problem is not None:
            yield f"{mapping.path}:{example.line}: {problem}"


def unnamed_arguments(mapping: OperatorMapping) -> list[str]:
    """Parameters of the real constructor that the mapping does not name; those that every operator has are handled elsewhere."""
    facts = catalogue.operator(mapping.operator)
    if facts is None or mapping.support == "manual":
        return []
    common = catalogue.COMMON_PARAMETERS | (catalogue.SENSOR_PARAMETERS if facts.is_sensor else frozenset())
    names = dict.fromkeys([*facts.parameters, *sorted(facts.removed_in_3)])
    return [name for name in names if name not in mapping.arguments and name not in common]


def example_problem(mapping: OperatorMapping, example: Example) -> str | None:
    """Why an example does not hold, or None."""
    try:
        values = call_arguments(example.dag)
    except NotACall as error:
        return f"the example is not an operator call: {error}"
    missing = [name for name, spec in mapping.arguments.items() if spec.required and name not in values]
    if missing:
        return f"the example lacks {', '.join(missing)}"
    common = catalogue.COMMON_PARAMETERS | catalogue.SENSOR_PARAMETERS
    unknown = [name for name in values if name not in mapping.arguments and name not in common]
    if unknown and mapping.support != "manual":
        return f"the example gives {', '.join(unknown)}, which the mapping does not name"
    if mapping.support == "manual":
        return None
    try:
        rendered = render(mapping, values, {"python": "python:3.12-slim", "bash": "debian:stable-slim"})
    except RenderError as error:
        return f"the example does not render: {error}"
    if mapping.emit is not None and example.emits is not None:
        return difference(example.emits, rendered.body, "emits")
    if example.options is not None:
        return difference(example.options, rendered.options, "options")
    return None


def difference(expected: object, actual: object, where: str) -> str | None:
    """Where `actual` does not hold `expected`; a mapping may hold more keys than are expected."""
    if isinstance(expected, Mapping):
        if not isinstance(actual, Mapping):
            return f"{where} should be a mapping, and is {actual!r}"
        found = (difference(item, actual.get(key), f"{where}.{key}") for key, item in expected.items())
        return next((problem for problem in found if problem is not None), None)
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        found = (difference(item, actual[index], f"{where}.{index}") for index, item in enumerate(expected))
        return next((problem for problem in found if problem is not None), None)
    return None if expected == actual else f"{where} should be {expected!r}, and is {actual!r}"


def call_arguments(call: str) -> dict[str, object]:
    """The keyword arguments of an operator call, as data: literals, calls of outside classes, and names. Raises NotACall."""
    try:
        tree = ast.parse(call.strip(), mode="eval").body
    except SyntaxError as error:
        raise NotACall(str(error)) from error
    if not isinstance(tree, ast.Call) or tree.args:
        raise NotACall("it must be one call with arguments by name")
    return {keyword.arg or "": value_of(keyword.value) for keyword in tree.keywords}


def value_of(node: ast.expr) -> object:
    """The value of an expression in an example."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        arguments = [value_of(item) for item in node.args]
        named = {keyword.arg or "": value_of(keyword.value) for keyword in node.keywords}
        known = KNOWN_CALLS.get(name.rpartition(".")[2])
        return known(*arguments, **named) if known else ExternCall(name, tuple(arguments), named)
    if isinstance(node, ast.Dict):
        return {value_of(key): value_of(item) for key, item in zip(node.keys, node.values, strict=True) if key is not None}
    if isinstance(node, ast.List | ast.Tuple):
        return [value_of(item) for item in node.elts]
    if isinstance(node, ast.Name | ast.Attribute):
        return Extern(ast.unparse(node))
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise NotACall(f"{ast.unparse(node)} is not plain data") from error


__all__ = ["NotACall", "call_arguments", "problems", "problems_of", "unnamed_arguments"]
