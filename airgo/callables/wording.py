"""The text of a piece of the user's code: as it is written, dedented, with the comments that stand directly above it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

import libcst as cst

from airgo.callables.importing import imports_in
from airgo.callables.modules import Leaf, absolute_module
from airgo.callables.names import dotted_name


@lru_cache(maxsize=10_000)
def code_of(tree: cst.Module, node: cst.CSTNode) -> str:
    """The code of a statement, definition or expression; blank lines and detached comments above it are left out."""
    lines = getattr(node, "leading_lines", None)
    if lines:
        node = node.with_changes(leading_lines=attached(lines))
    return tree.code_for_node(node)


def attached(lines: object) -> list[cst.EmptyLine]:
    """The comment lines that stand directly above, without a blank line between."""
    kept: list[cst.EmptyLine] = []
    for line in reversed(list(lines) if isinstance(lines, list | tuple) else []):
        if line.comment is None:
            break
        kept.insert(0, line)
    return kept


def travelling_code(tree: cst.Module, node: cst.CSTNode, package: str) -> str:
    """The code of a piece that leaves its package: relative imports, which have no meaning in a script, name their module."""
    nested, others = imports_in(node)
    if not any(isinstance(one, cst.ImportFrom) and one.relative for one in (*nested, *others)):
        return code_of(tree, node)
    changed = node.visit(AbsoluteImports(package))
    assert isinstance(changed, cst.CSTNode)
    return code_of(tree, changed)


Node = TypeVar("Node", bound=cst.CSTNode)


def with_defaults(node: Node, texts: Mapping[str, str]) -> Node:
    """A function whose parameters of these names have other defaults."""
    return node.with_changes(params=changed_defaults(node.params, texts)) if texts and hasattr(node, "params") else node


def changed_defaults(params: cst.Parameters, texts: Mapping[str, str]) -> cst.Parameters:
    """Parameters with other defaults."""
    kinds = ("posonly_params", "params", "kwonly_params")
    return params.with_changes(
        **{
            kind: [
                one.with_changes(default=cst.parse_expression(texts[one.name.value])) if one.name.value in texts else one
                for one in getattr(params, kind)
            ]
            for kind in kinds
        }
    )


class AbsoluteImports(cst.CSTTransformer):
    """Writes `from .x import y` as `from package.x import y`."""

    def __init__(self, package: str) -> None:
        super().__init__()
        self.package = package

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:  # noqa: N802  # libcst's name
        """One import; one that leads above all packages fails in Airflow, too, and stays."""
        name = absolute_module(original_node, self.package)
        if not original_node.relative or not name:
            return updated_node
        module = cst.parse_expression(name)
        assert isinstance(module, cst.Name | cst.Attribute)
        return updated_node.with_changes(relative=(), module=module)


def is_type_checking(leaf: Leaf) -> bool:
    """Does a statement stand under `if TYPE_CHECKING:`, where it never runs?"""
    return any(
        isinstance(outer, cst.If) and (dotted_name(outer.test) or "").rpartition(".")[2] == "TYPE_CHECKING" and outer.orelse is None
        for outer in leaf.around
    )
