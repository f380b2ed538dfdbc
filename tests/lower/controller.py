"""What the Argo controller makes of `depends` and `when`: a small model of its rules, for the tests of dependencies.

A task's `depends` is looked at when every task it names has ended: false makes it Omitted. Then `when`: false makes it Skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

STATES = {
    "Succeeded": {"Succeeded"},
    "Failed": {"Failed"},
    "Errored": {"Error"},
    "Skipped": {"Skipped"},
    "Omitted": {"Omitted"},
}
REFERENCE = re.compile(r"[A-Za-z][-A-Za-z0-9]*(\.[A-Z][a-z]+)?")
STATUS = re.compile(r"'\{\{tasks\.([-A-Za-z0-9]+)\.status\}\}'")
EXPRESSION = re.compile(r"\{\{=(.*?)\}\}")
SELF_STATE = re.compile(r"\(tasks(?:\.|\[')([-A-Za-z0-9]+)(?:'\])?\.outputs\?\.parameters\?\.\['airgo-state'\] \?\? ''\)")


def outcome(depends: str | None, when: str | None, phases: Mapping[str, str], says: Mapping[str, str] | None = None) -> str:
    """`Omitted`, `Skipped` or `runs`. `phases` of the other tasks; `says`: their airgo-state."""
    if depends is not None and not holds(depends, phases):
        return "Omitted"
    if when is not None and not decide(when, phases, says or {}):
        return "Skipped"
    return "runs"


def holds(depends: str, phases: Mapping[str, str]) -> bool:
    """Does a `depends` expression hold? A bare name means Succeeded or Skipped."""

    def value(found: re.Match[str]) -> str:
        name, _, state = found.group().partition(".")
        good = {"Succeeded", "Skipped"} if not state else STATES[state]
        return str(phases[name] in good)

    return bool(eval(_python(REFERENCE.sub(value, depends))))


def decide(when: str, phases: Mapping[str, str], says: Mapping[str, str]) -> bool:
    """Does a `when` hold? Expressions over airgo-state are evaluated first, then statuses are put in."""
    text = EXPRESSION.sub(lambda found: str(_expression(found.group(1), phases, says)), when)
    text = STATUS.sub(lambda found: repr(phases[found.group(1)]), text)
    return bool(eval(_python(text)))


def _expression(code: str, phases: Mapping[str, str], says: Mapping[str, str]) -> bool:
    return bool(eval(_python(SELF_STATE.sub(lambda found: repr(says.get(found.group(1), "")), code))))


def _python(text: str) -> str:
    return text.replace("&&", " and ").replace("||", " or ").strip()
