"""The text of a piece of the user's code: as it is written, dedented, with the comments that stand directly above it."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from airgo.callables.modules import Leaf
from airgo.callables.names import dotted_name


@lru_cache(maxsize=10_000)
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


def is_type_checking(leaf: Leaf) -> bool:
    """Does a statement stand under `if TYPE_CHECKING:`, where it never runs?"""
    return any(
        isinstance(outer, cst.If) and (dotted_name(outer.test) or "").rpartition(".")[2] == "TYPE_CHECKING" and outer.orelse is None
        for outer in leaf.around
    )
