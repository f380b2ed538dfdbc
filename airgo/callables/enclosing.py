"""The functions around a piece of code, and the statements by which they bind names."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from airgo.callables.modules import Source, leaves, small_statements, touches
from airgo.callables.names import bindings, parts


@lru_cache(maxsize=200)
def functions_around(tree: cst.Module) -> dict[int, tuple[cst.FunctionDef, ...]]:
    """For every node of a module that stands inside functions, by id: those functions, outermost first."""
    found: dict[int, tuple[cst.FunctionDef, ...]] = {}
    stack: list[tuple[cst.CSTNode, tuple[cst.FunctionDef, ...]]] = [(tree, ())]
    while stack:
        node, around = stack.pop()
        if around:
            found[id(node)] = around
        inside = (*around, node) if isinstance(node, cst.FunctionDef) else around
        stack.extend((child, inside) for child in parts(node))
    return found


def enclosing(tree: cst.Module, node: cst.CSTNode) -> tuple[cst.FunctionDef, ...]:
    """The functions around a node, outermost first."""
    return functions_around(tree).get(id(node), ())


def local_statement(tree: cst.Module, node: cst.CSTNode, name: str) -> cst.SimpleStatementLine | None:
    """The one assignment by which the innermost enclosing function that knows `name` binds it, if nothing else changes it there."""
    for function in reversed(enclosing(tree, node)):
        found = [(leaf, around) for leaf, around in leaves(function.body.body, ()) if name in set(bindings(leaf))]
        if not found:
            continue
        leaf, around = found[0]
        if len(found) > 1 or not all(isinstance(outer, cst.With) for outer in around) or not isinstance(leaf, cst.SimpleStatementLine):
            return None
        small = list(small_statements(leaf))
        if len(small) != 1 or not isinstance(small[0], cst.Assign | cst.AnnAssign):
            return None
        changed = any(name in set(touches(other)) for other, _ in leaves(function.body.body, ()))
        return None if changed else leaf
    return None


def assigned_name(source: Source, call: cst.Call) -> str | None:
    """The name of a module's own assignment whose value is this very call."""
    for name, known in source.bound.items():
        for leaf in known:
            small = list(small_statements(leaf.statement))
            if len(small) == 1 and isinstance(small[0], cst.Assign | cst.AnnAssign) and small[0].value is call:
                return name
    return None
