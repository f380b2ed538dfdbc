"""Does a TaskFlow function say that it returns a mapping? Airflow then hands on each of its keys as an XCom of its own."""

from __future__ import annotations

from airgo.evaluate.objects import Call, Class, Function, Partial
from airgo.values import Extern

MAPPINGS = frozenset(
    {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "DefaultDict", "Counter", "ChainMap", "TypedDict"}
)


def returns_mapping(function: object, call: Call) -> bool:
    """Is the return annotation a mapping class? Unions and names that cannot be resolved are none, as Airflow decides it.

    A wrapper that `functools.wraps` made has the annotations of what it wraps.
    """
    while isinstance(function, Partial) or (isinstance(function, Function) and "__wrapped__" in function.attributes):
        function = function.function if isinstance(function, Partial) else function.attributes["__wrapped__"]
    if not isinstance(function, Function):
        return False
    annotation = getattr(getattr(function.node, "returns", None), "annotation", None)
    return is_mapping(annotation, function, call)


def is_mapping(annotation: object, function: Function, call: Call) -> bool:
    """Is this annotation a mapping: `dict`, `dict[str, int]`, `Mapping[...]`, a TypedDict of the project, or one of these as text?"""
    kind = type(annotation).__name__
    if kind == "Subscript":
        return is_mapping(annotation.value, function, call)  # type: ignore[attr-defined]  # a node of the syntax tree
    if kind == "SimpleString":
        return str(annotation.evaluated_value).split("[")[0].rpartition(".")[2] in MAPPINGS  # type: ignore[attr-defined]  # as above
    if kind == "Attribute":
        return str(annotation.attr.value) in MAPPINGS  # type: ignore[attr-defined]  # as above
    if kind != "Name":
        return False
    name = annotation.value  # type: ignore[attr-defined]  # as above
    found = function.scope.lookup(name)
    if isinstance(found, Class):
        return any(isinstance(base, Extern) and base.name.rpartition(".")[2] in MAPPINGS for base in found.mro)
    if isinstance(found, Extern):
        return found.name.rpartition(".")[2] in MAPPINGS
    return bool(name == "dict")
