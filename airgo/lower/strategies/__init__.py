"""The named strategies: how a task becomes a template where a mapping's `emit` block cannot say it.

A strategy is a function in a file of this folder, registered with `@strategy("name")` and named by mappings.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft

Strategy = Callable[[Node, Mapping[str, object], Mapping[str, object], WorkflowDraft], TemplateDraft]
"""`(node, values, options, draft)`: `values` are the lowered arguments that the author gave and the mapping's defaults,
`options` the rendered options of the mapping. Raises `CannotLower` (airgo.lower.draft) when the task cannot be converted."""

STRATEGIES: dict[str, Strategy] = {}


def strategy(name: str) -> Callable[[Strategy], Strategy]:
    """Register a strategy under the name that mappings use."""

    def register(function: Strategy) -> Strategy:
        if name in STRATEGIES:
            raise ValueError(f"strategy {name!r} is declared twice")
        STRATEGIES[name] = function
        return function

    return register


def find(name: str) -> Strategy | None:
    """The strategy of this name; every file of the folder is loaded first."""
    load()
    return STRATEGIES.get(name)


@cache
def load() -> None:
    """Load every file of the folder, once."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
