"""The frame of one running call of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from airgo.evaluate.branches import Pending
from airgo.evaluate.objects import Function, Module
from airgo.evaluate.scope import Scope


@dataclass(slots=True, eq=False)
class Frame:
    """One running call of the program, or a module's body. `pending` are returns, breaks and continues under undecided tests."""

    scope: Scope
    module: Module
    function: Function | None = None
    receiver: object = None
    yields: list[object] | None = None
    on_yield: Callable[[object], object] | None = None
    pending: list[Pending] = field(default_factory=list)
