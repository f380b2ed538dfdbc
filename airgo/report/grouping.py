"""Findings for people: equal ones once, with their places, the most harmful and the most frequent first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from airgo.diagnostics import Diagnostic

MOST_PLACES = 4
TASK = "\0"
"""Stands for the names of a finding's own task and DAG, which do not make it another finding."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of several places: code and words are equal but for the names of tasks and DAGs. In order of places."""

    members: tuple[Diagnostic, ...]

    @property
    def first(self) -> Diagnostic:
        """The one whose words and source lines are shown."""
        return self.members[0]

    def elsewhere(self) -> str:
        """The other places, the first of them by name; empty when there is none."""
        places = list(dict.fromkeys(f"{one.span.path}:{one.span.line}" for one in self.members[1:]))
        here = f"{self.first.span.path}:{self.first.span.line}"
        shown = [place for place in places if place != here]
        more = len(shown) - MOST_PLACES
        return ", ".join(shown[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")


def grouped(diagnostics: Iterable[Diagnostic]) -> list[Group]:
    """Groups by damage: errors before warnings before notes, then by how often, then by place."""
    found: dict[tuple[str, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        found.setdefault((diagnostic.code, general_words(diagnostic)), []).append(diagnostic)
    groups = [Group(tuple(sorted(members, key=lambda one: one.span))) for members in found.values()]
    return sorted(groups, key=lambda group: (-group.first.severity.rank, -len(group.members), group.first.span, group.first.code))


def general_words(diagnostic: Diagnostic) -> str:
    """The message without the names of its own task and DAG."""
    words = diagnostic.message
    for name in names_in(diagnostic.subject):
        if name in words:
            words = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", TASK, words)
    return words


def names_in(subject: str) -> Sequence[str]:
    """The names that a subject may stand for, longest first: dag.group.task holds a DAG, a task, and the task without its group."""
    parts = subject.split(".")
    names = {
        ".".join(parts[start:end])
        for start in range(len(parts))
        for end in (range(start + 1, len(parts) + 1) if start == 0 else [len(parts)])
    }
    return sorted(names - {""}, key=lambda name: (-len(name), name))
