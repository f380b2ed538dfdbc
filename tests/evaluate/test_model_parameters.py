"""Models of plain functions take their arguments by the names that the real functions give them."""

from __future__ import annotations

import importlib
import inspect

import pytest

from airgo.evaluate import models

OTHERWISE = {
    "calendar.timegm": "nobody names the argument, and its name is a type's",
    "inspect.cleandoc": "shares a model with textwrap.dedent",
    "pendulum.naive": "takes any number of parts of the clock",
    "pkg_resources.parse_version": "shares a model with packaging.version.parse",
    "textwrap.indent": "the predicate is a function of the program",
}
"""Models that do not know all names, and why."""


def real(name: str) -> object:
    """The real function of a dotted name; None when it is not installed, or does not exist in this Python."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found
    return None


def names(function: object) -> tuple[list[str], bool]:
    """The parameters that may be given by name, and whether any other may."""
    found = inspect.signature(function).parameters.values()  # type: ignore[arg-type]  # a callable
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [one.name for one in found if one.kind in kinds], any(one.kind is inspect.Parameter.VAR_KEYWORD for one in found)


def modelled() -> list[str]:
    """The names of models over plain values."""
    models.load_library()
    ours = (name for name, model in models.MODELS.items() if hasattr(model, "__wrapped__") and not name.startswith("airflow."))
    return sorted(name for name in ours if name not in OTHERWISE)


@pytest.mark.parametrize("name", modelled())
def test_arguments_have_their_own_names(name: str) -> None:
    """A call that names its arguments reaches the model's parameters."""
    function = real(name)
    if function is None or not callable(function):
        return  # not installed here, or of another Python
    try:
        wanted, _ = names(function)
    except ValueError:
        return  # written in C, without a signature
    known, everything = names(models.MODELS[name].__wrapped__)  # type: ignore[attr-defined]  # made by `lift`
    assert everything or set(wanted) - {"self", "cls"} <= set(known)


def test_written_in_c() -> None:
    """Functions without a signature are checked by hand: their documentation names the arguments."""
    models.load_library()
    assert names(models.MODELS["datetime.datetime.combine"].__wrapped__)[0] == ["date", "time", "tzinfo"]  # type: ignore[attr-defined]
