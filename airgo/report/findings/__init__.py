"""One file for each form in which diagnostics are printed; each has `render(findings) -> str`. Data only: nothing here knows a terminal."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from airgo.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Findings:
    """Diagnostics to print, sorted, and the lines of the files they stand in."""

    diagnostics: Sequence[Diagnostic]
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    colour: bool = False


def formats() -> dict[str, Callable[[Findings], str]]:
    """Every form by name."""
    found = sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    return {module.name: importlib.import_module(f"{__name__}.{module.name}").render for module in found}
