"""Findings that a project has accepted: what makes two findings the same although lines moved, and the file that lists them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airgo import __version__
from airgo.diagnostics import Diagnostic

SCHEMA = 1
LINE = re.compile(r"(?<=\.py):\d+(:\d+)?")
"""A place inside a message: it moves when lines are added above."""
Identity = tuple[str, str, str, str]
"""File, code, subject, and the message without places."""


class BaselineProblem(Exception):
    """A baseline file that cannot be used. The message is for the user."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings beside a baseline: those that are new, how many it accepts, and how many of its own are gone."""

    new: tuple[Diagnostic, ...]
    accepted: int
    gone: int


def identity(diagnostic: Diagnostic) -> Identity:
    """What a finding is, wherever in its file it stands."""
    return diagnostic.span.path, diagnostic.code, diagnostic.subject, LINE.sub("", diagnostic.message)


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """One text for each finding, no two alike: equal findings of a file are told apart by their order, never by their lines."""
    seen: Counter[Identity] = Counter()
    found = []
    for diagnostic in diagnostics:
        what = identity(diagnostic)
        seen[what] += 1
        found.append(hashlib.sha256(json.dumps([*what, seen[what]]).encode()).hexdigest()[:32])
    return found


def baseline_text(diagnostics: Sequence[Diagnostic]) -> str:
    """The baseline that accepts all these findings: sorted, one entry for equal ones, without lines."""
    count = Counter(identity(diagnostic) for diagnostic in diagnostics)
    rows = [dict(zip(("file", "code", "subject", "message"), what, strict=True), count=number) for what, number in sorted(count.items())]
    return json.dumps({"airgo": __version__, "schema": SCHEMA, "findings": rows}, indent=2, ensure_ascii=False) + "\n"


def read_baseline(text: str, name: str) -> Counter[Identity]:
    """How many findings of each kind a baseline accepts. Raises BaselineProblem."""
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise BaselineProblem(
                f"{name} has schema {document['schema']}, this airgo reads {SCHEMA}: write it again with --write-baseline"
            )
        return Counter({entry_of(row): int(row["count"]) for row in document["findings"]})
    except (ValueError, KeyError, TypeError) as error:
        raise BaselineProblem(f"{name} is no baseline of airgo's: {type(error).__name__}: {error}") from error


def entry_of(row: Mapping[str, object]) -> Identity:
    """The identity that a row of the file names."""
    return str(row["file"]), str(row["code"]), str(row["subject"]), str(row["message"])


def compare(diagnostics: Sequence[Diagnostic], baseline: Counter[Identity]) -> Compared:
    """Each entry accepts as many findings as it counts, in their order; what is beyond is new."""
    left = Counter(baseline)
    new = []
    for diagnostic in diagnostics:
        what = identity(diagnostic)
        if left[what] > 0:
            left[what] -= 1
        else:
            new.append(diagnostic)
    return Compared(tuple(new), len(diagnostics) - len(new), sum(left.values()))
