"""Where things stand in the user's files: spans, and places that become spans only when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a project file. Lines and columns are 1-based (SARIF's convention); the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Locator(Protocol):
    """A parsed file that knows where its syntax nodes stand."""

    def span_of(self, node: object) -> Span:
        """The span of `node`, which must belong to this file's tree."""
        ...


@dataclass(slots=True, eq=False)
class Place:
    """A node of a parsed file; positions cost time, so they are computed only for what is reported.

    Not frozen, though nothing changes it: one is made for every call, and a frozen one takes three times as long to make.
    """

    locator: Locator
    node: object

    @property
    def span(self) -> Span:
        """Where the node stands."""
        return self.locator.span_of(self.node)


def whole_file(path: str) -> Span:
    """The span that stands for a file as a whole: its first line."""
    return Span(path, 1, 1, 1, 1)
