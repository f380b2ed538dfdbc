"""What a function hands on as its XCom, as far as its code shows: tuples, and values that JSON does not have.

The default JSON encoder knows dicts, lists, tuples, texts, numbers, booleans and None: https://docs.python.org/3/library/json.html
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from airgo.callables.importing import bound_by, imports_in
from airgo.callables.modules import Source, small_statements
from airgo.callables.names import bindings, dotted_name, parameters, parts
from airgo.evaluate.syntax import is_generator

BUILTINS = frozenset({"set", "frozenset", "bytes", "bytearray", "complex"})
"""Builtins that make a value which JSON does not have."""
MAKERS = frozenset(
    {
        *(
            f"datetime.datetime{name}"
            for name in ("", ".now", ".utcnow", ".today", ".strptime", ".fromisoformat", ".fromtimestamp", ".combine")
        ),
        *(f"datetime.date{name}" for name in ("", ".today", ".fromisoformat")),
        *("datetime.timedelta", "datetime.time", "decimal.Decimal", "fractions.Fraction", "io.BytesIO", "io.StringIO", "pathlib.Path"),
        *(f"uuid.uuid{version}" for version in (1, 3, 4, 5)),
        *(f"pendulum.{name}" for name in ("now", "today", "datetime", "parse", "duration")),
        *(f"numpy.{name}" for name in ("array", "zeros", "ones", "arange", "linspace", "asarray")),
        *(f"pandas.{name}" for name in ("DataFrame", "Series", "concat", "merge", "to_datetime", "Timestamp")),
        *(
            f"pandas.read_{name}"
            for name in ("csv", "json", "parquet", "excel", "sql", "sql_query", "sql_table", "table", "html", "feather")
        ),
        *(f"polars.{name}" for name in ("DataFrame", "Series", "read_csv", "read_json", "read_parquet", "concat")),
    }
)
"""Calls, by their full names, that give one."""


def returns_tuple(function: cst.FunctionDef | cst.Lambda) -> cst.CSTNode | None:
    """Where a function returns what one can see is a tuple."""
    return next((value for value in returned_values(function) if is_tuple(value)), None)


def returns_no_json(function: cst.FunctionDef | cst.Lambda, source: Source) -> tuple[cst.CSTNode, str] | None:
    """Where a function returns what one can see is nothing that JSON has, and what it is."""
    if isinstance(function, cst.FunctionDef) and is_generator(function):
        return function.name, "a generator"
    for value in returned_values(function):
        words = no_json(value, function, source)
        if words is not None:
            return value, words
    return None


def returned_values(function: cst.FunctionDef | cst.Lambda) -> Iterator[cst.BaseExpression]:
    """The expressions that a function returns."""
    if isinstance(function, cst.Lambda):
        yield function.body
        return
    yield from (one.value for one in returned(function.body) if one.value is not None)


def returned(node: cst.CSTNode) -> Iterator[cst.Return]:
    """A function's own `return` statements."""
    if isinstance(node, cst.Return):
        yield node
    for child in parts(node):
        if not isinstance(child, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            yield from returned(child)


def is_tuple(value: cst.BaseExpression) -> bool:
    """Is it a tuple, or does it hold one in a list or dict that is written there?"""
    if isinstance(value, cst.Tuple):
        return True
    if isinstance(value, cst.Call):
        return isinstance(value.func, cst.Name) and value.func.value == "tuple"
    return any(is_tuple(one) for one in held(value))


def held(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The values in a list, tuple or dict that is written there."""
    if isinstance(value, cst.List | cst.Tuple):
        yield from (element.value for element in value.elements)
    elif isinstance(value, cst.Dict):
        yield from (element.value for element in value.elements if isinstance(element, cst.DictElement))


def no_json(value: cst.BaseExpression, function: cst.FunctionDef | cst.Lambda, source: Source) -> str | None:
    """What a value is that JSON does not have; None for every other."""
    if isinstance(value, cst.Set | cst.SetComp):
        return "a set"
    if isinstance(value, cst.GeneratorExp):
        return "a generator"
    if isinstance(value, cst.Lambda):
        return "a function"
    if isinstance(value, cst.SimpleString) and "b" in value.prefix.lower():
        return "bytes"
    if isinstance(value, cst.Call):
        return call(value, function, source)
    if isinstance(value, cst.Name):
        return local(value.value, function, source)
    return next((words for one in held(value) if (words := no_json(one, function, source)) is not None), None)


def call(value: cst.Call, function: cst.FunctionDef | cst.Lambda, source: Source) -> str | None:
    """A call of a class or function that is known to give no JSON."""
    name = dotted_name(value.func)
    if name is None:
        return None
    first, _, rest = name.partition(".")
    if first in own_names(function):
        return None
    full = imported_as(first, function, source)
    if full is not None:
        full = f"{full}.{rest}" if rest else full
        return f"what {full} gives" if full in MAKERS else None
    known = source.bound.get(first, [])
    if not known:
        return f"what {name} gives" if name in BUILTINS else None
    plain = len(known) == 1 and isinstance(known[0].statement, cst.ClassDef) and not known[0].statement.bases and not rest
    return f"an object of the class {name}" if plain else None


def own_names(function: cst.FunctionDef | cst.Lambda) -> set[str]:
    """The names that a function binds, imports left out."""
    names = {one.name.value for one in parameters(function.params)} | set(bindings(function.body))
    return names - {one.bound for node in imports_in(function)[0] for one in bound_by(node)}


def imported_as(name: str, function: cst.FunctionDef | cst.Lambda, source: Source) -> str | None:
    """The full name of what an import of the function, or of its module, binds to a name."""
    inside = [one for node in imports_in(function)[0] for one in bound_by(node, source.package)]
    around = [
        one
        for leaf in source.bound.get(name, ())
        for small in small_statements(leaf.statement)
        if isinstance(small, cst.Import | cst.ImportFrom)
        for one in bound_by(small, source.package)
    ]
    return next((one.full for one in (*inside, *around) if one.bound == name), None)


def local(name: str, function: cst.FunctionDef | cst.Lambda, source: Source) -> str | None:
    """A local name all of whose values are known to be no JSON."""
    if name not in own_names(function) or list(bindings(function.body)).count(name) != 1:
        return None
    values = [one.value for one in assignments(function.body) for target in one.targets if is_name(target.target, name)]
    return no_json(values[0], function, source) if len(values) == 1 and not is_name(values[0], name) else None


def is_name(node: cst.CSTNode, name: str) -> bool:
    """Is it this name?"""
    return isinstance(node, cst.Name) and node.value == name


def assignments(node: cst.CSTNode) -> Iterator[cst.Assign]:
    """A function's own assignments."""
    if isinstance(node, cst.Assign):
        yield node
    for child in parts(node):
        if not isinstance(child, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            yield from assignments(child)
