"""What the evaluated program reads from its deployment, where it does so, and which decisions hang on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from airgo.evaluate.objects import Caller
from airgo.source import Place
from airgo.values import MISSING, Choice, Operation, Symbol, Symbolic, Template

STATE = "deployment.reads"
MOST_PARTS = 200
"""Parts of a test that are looked at for what it depends on."""
KINDS = ("variable", "env", "connection", "config")


@dataclass(slots=True)
class Read:
    """One key: the places (by node) that read it, the default that the code falls back to, and those whose decision depends on it."""

    used_at: dict[int, Place] = field(default_factory=dict)
    default: object = MISSING
    decides: dict[int, Place] = field(default_factory=dict)


def reads_of(state: dict[str, object]) -> dict[tuple[str, str], Read]:
    """Every key read so far, by kind and key."""
    return state.setdefault(STATE, {})  # type: ignore[return-value]  # only this file uses the key


def note_read(machine: Caller, kind: str, key: str, place: Place, default: object = MISSING) -> None:
    """The program reads a key, whether airgo was given its value or not."""
    read = reads_of(machine.state).setdefault((kind, key), Read())
    read.used_at.setdefault(id(place.node), place)
    if read.default is MISSING:
        read.default = default


def note_decision(machine: Caller, value: object, place: Place | None) -> None:
    """The program needs the value now: every key inside decides what is built. Behind the program (`place` is None): where it is read."""
    for symbol in symbols_in(value):
        where = place or symbol.place
        if symbol.kind in KINDS and where is not None:
            reads_of(machine.state).setdefault((symbol.kind, symbol.key), Read()).decides.setdefault(id(where.node), where)


def symbols_in(value: object) -> Iterator[Symbol]:
    """The symbols that a symbolic value is made of."""
    stack, left = [value], MOST_PARTS
    while stack and left:
        left -= 1
        current = stack.pop()
        if isinstance(current, Symbol):
            yield current
        elif isinstance(current, Operation):
            stack.extend(current.operands)
        elif isinstance(current, Template):
            stack.extend(part for part in current.parts if isinstance(part, Symbolic))
        elif isinstance(current, Choice):
            stack += (current.test, current.then, current.orelse)
