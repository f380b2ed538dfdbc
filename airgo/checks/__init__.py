"""Checks of what a DAG says, before any of it becomes Argo: one rule for each file, found by itself.

A check is a function over the DAG that yields diagnostics, registered with `@check`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

from airgo import ir
from airgo.diagnostics import Collector, Diagnostic

Check = Callable[[ir.Dag], Iterator[Diagnostic]]

CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Register a check."""
    CHECKS.append(function)
    return function


def check_dag(dag: ir.Dag, collector: Collector) -> None:
    """Run every check over a DAG; every file of the folder is loaded first."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
    for function in sorted(CHECKS, key=lambda found: (found.__module__, found.__name__)):
        collector.extend(function(dag))
