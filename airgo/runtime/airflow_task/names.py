"""Finds things by name: Airflow's own, wherever the installed version has them, and the project's."""

from importlib import import_module
from typing import Any


def first(*places: str) -> Any:
    """The first of several `module:name` that exists. Raises ImportError when this Airflow has none of them."""
    for place in places:
        module, _, name = place.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError("this Airflow has none of " + ", ".join(places))


def imported(name: str) -> Any:
    """What a dotted name stands for: its longest beginning that is a module, and attributes below it.

    Raises ImportError when there is no such module; what a module raises while it is loaded is raised as it is.
    """
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:cut])
        try:
            found = import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not (module + ".").startswith(error.name + "."):
                raise
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise ImportError("the image has no module of " + name)


def one_of(names: Any) -> Any:
    """What the first of several dotted names that exists stands for; classes of Airflow's move between versions."""
    candidates = [names] if isinstance(names, str) else list(names)
    for candidate in candidates[:-1]:
        try:
            return imported(candidate)
        except (ImportError, AttributeError):
            continue
    return imported(candidates[-1])


def is_airflow_3() -> bool:
    """Is it Airflow 3 (or newer)?"""
    return int(import_module("airflow").__version__.split(".")[0]) >= 3
