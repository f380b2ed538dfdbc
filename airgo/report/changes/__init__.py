"""One file for each form in which changes in meaning are printed; each has `render(changes) -> str`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from json import dumps

from airgo.changes.meaning import Change


def formats() -> dict[str, Callable[[Sequence[Change]], str]]:
    """Every form by name."""
    found = sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    return {module.name: importlib.import_module(f"{__name__}.{module.name}").render for module in found}


def shown(value: object) -> str:
    """A value in one line, or several for text that has them."""
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False, default=str)
