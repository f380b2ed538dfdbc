"""What airgo tells people: rules, diagnostics, and the collector that stages add to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from airgo.source import Span

FAMILIES = {
    "AG1": "reading Python",
    "AG2": "operators and arguments",
    "AG3": "schedule, time, dependencies",
    "AG4": "data between tasks",
    "AG5": "Python code that travels",
    "AG6": "target limits and validity",
    "AG9": "internal",
}


class Severity(StrEnum):
    """error: the workflow would be wrong or absent; warning: it behaves differently; note: an assumption."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """2 for errors, 1 for warnings, 0 for notes."""
        return ("note", "warning", "error").index(self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing airgo can find. Declared once, next to the code that reports it; constructing it registers it.

    `name` reads well after "allow ..."; `why` is what `airgo explain CODE` prints; `remedy` is what the user does about it.
    Codes are append-only: `airgo/codes.py` lists those given out.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    remedy: str

    def __post_init__(self) -> None:
        known = RULES.get(self.code)
        if known is not None and known != self:
            raise ValueError(f"code {self.code} is declared twice: {known.name}, {self.name}")
        if self.code[:3] not in FAMILIES or any(r.name == self.name and r.code != self.code for r in RULES.values()):
            raise ValueError(f"{self.code} {self.name}: unknown family or name given out before")
        RULES[self.code] = self

    def at(self, span: Span, message: str, *, subject: str = "", notes: Iterable[tuple[Span, str]] = (), effort: str = "S") -> Diagnostic:
        """An occurrence of this rule. `message` is in the user's words, without a full stop; `effort` is S, M or L."""
        return Diagnostic(self, message, span, subject, tuple(Note(where, words) for where, words in notes), effort)


RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Note:
    """A related place, with its own words."""

    span: Span
    words: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One occurrence of a rule. `subject` is "dag_id" or "dag_id.task_id", or empty for a file."""

    rule: Rule
    message: str
    span: Span
    subject: str = ""
    notes: tuple[Note, ...] = ()
    effort: str = "S"

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code

    @property
    def severity(self) -> Severity:
        """The rule's severity."""
        return self.rule.severity


@dataclass(slots=True)
class Collector:
    """Gathers diagnostics in the order found; the same finding at the same place counts once."""

    _found: dict[tuple[str, Span, str, str], Diagnostic] = field(default_factory=dict)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic."""
        key = (diagnostic.code, diagnostic.span, diagnostic.subject, diagnostic.message)
        self._found.setdefault(key, diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several diagnostics."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All diagnostics by file, line, column, code and subject."""
        return tuple(sorted(self, key=lambda d: (d.span, d.code, d.subject, d.message)))
