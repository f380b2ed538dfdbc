"""The ids of a DAG's tasks and groups, and the next free number behind a name that is taken."""

from __future__ import annotations

import re

NUMBERED = re.compile(r"(.*)__(\d+)", re.DOTALL)


class UsedIds:
    """Full ids. `known` holds all of them; the highest number of each `name__N` is kept, so that asking does not look at all."""

    __slots__ = ("_highest", "known")

    def __init__(self) -> None:
        self.known: set[str] = set()
        self._highest: dict[str, int] = {}

    def add(self, full: object) -> None:
        """Take an id; one that is not known text is passed over."""
        if not isinstance(full, str):
            return
        self.known.add(full)
        found = NUMBERED.fullmatch(full)
        if found is not None:
            self._highest[found[1]] = max(self._highest.get(found[1], 0), int(found[2]))

    def highest(self, name: str) -> int | None:
        """The highest N of the ids `name__N`; None when there is none."""
        return self._highest.get(name)


def without_number(name: str) -> str:
    """`name` of `name__N`."""
    return re.split(r"__\d+$", name)[0]
