"""Values of expressions in code that travels, where they are known without running it: literals, and constants of the module."""

from __future__ import annotations

import ast

import libcst as cst

from airgo.callables.modules import Source, small_statements
from airgo.values import MISSING

NOT_LITERAL = (cst.Call, cst.Attribute, cst.Subscript, cst.Lambda, cst.BaseComp, cst.FormattedString, cst.Comparison, cst.BooleanOperation)
"""Expressions that are never literals: writing them out only to find that costs more than all else in a slice."""


def constant(node: cst.BaseExpression | None, source: Source | None, local: frozenset[str] = frozenset()) -> object:
    """The value of an expression made of texts, numbers, lists and constants of its module; MISSING when it is not known."""
    if isinstance(node, cst.List | cst.Tuple):
        values = [constant(element.value, source, local) for element in node.elements]
        return MISSING if MISSING in values else values
    if isinstance(node, cst.Name) and source is not None and node.value not in local and node.value not in ("None", "True", "False"):
        return of_module(source, node.value)
    if node is None:
        return MISSING
    return literal_value(node)


def of_module(source: Source, name: str) -> object:
    """The value of a name of a module: as evaluation found it, else of the one literal that it is bound to."""
    value = source.namespace.get(name, MISSING)
    if isinstance(value, str | int | float | list | tuple):
        return value
    known = source.bound.get(name, [])
    small = [one for leaf in known for one in small_statements(leaf.statement)]
    if len(known) == 1 and len(small) == 1 and isinstance(small[0], cst.Assign | cst.AnnAssign) and small[0].value is not None:
        return literal_value(small[0].value)
    return MISSING


def literal_value(node: cst.BaseExpression) -> object:
    """The value of a literal; MISSING for anything else."""
    if isinstance(node, NOT_LITERAL):
        return MISSING
    try:
        return ast.literal_eval(cst.Module([]).code_for_node(node))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return MISSING
