"""Looking into nested values for the holes of their texts."""

from __future__ import annotations

from airgo.argo.text import Hole, Text, map_text
from airgo.lower.draft import Leaf


def text_of(hole: Hole) -> Text:
    """A text that is one hole."""
    return Text((hole,))


def holes_of(value: object) -> list[Hole]:
    """Every hole inside nested leaves, in order."""
    found: list[Hole] = []

    def look(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Text):
            found.extend(leaf.holes())
        return leaf

    map_text(value, look)
    return found
