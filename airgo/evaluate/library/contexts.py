"""contextlib.ExitStack; `suppress` and `contextmanager` are the machine's own."""

from __future__ import annotations

from airgo.evaluate.models import models
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Unknown


class ExitStack(Modelled):
    """`contextlib.ExitStack()`: the managers entered are left in reverse order."""

    __slots__ = ("entered",)

    def __init__(self) -> None:
        self.entered: list[Modelled] = []

    def enter(self, call: Call) -> object:
        """`with ExitStack() as stack`."""
        return self

    def get_attribute(self, name: str, call: Call) -> object:
        """`enter_context` and `close`."""
        if name in ("enter_context", "enter_async_context"):
            return Native("ExitStack.enter_context", self.enter_context)
        if name in ("callback", "push", "close", "pop_all"):
            return Native(f"ExitStack.{name}", lambda inner: None)
        return MISSING

    def enter_context(self, call: Call) -> object:
        """Enter another manager until the stack is left."""
        manager = call.args[0]
        if not isinstance(manager, Modelled):
            return Unknown("a context manager that is not modelled, in an ExitStack", call.place)
        found = manager.enter(call)
        self.entered.append(manager)
        return found

    def leave(self, call: Call) -> None:
        """Leave all that was entered, the last first."""
        while self.entered:
            self.entered.pop().leave(call)


@models("contextlib.ExitStack", "contextlib.AsyncExitStack")
def exit_stack(call: Call) -> object:
    """`ExitStack()`."""
    return ExitStack()
