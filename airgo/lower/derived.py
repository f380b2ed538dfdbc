"""Lists that are made of what tasks return: `xcom.map(function)`, `xcom.zip(…)`, `xcom.concat(…)`, and what is known of their elements.

https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html#transforming-expanding-data
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from airgo.callables.returned_values import returned
from airgo.values import MISSING, CodeRef, XComConcat, XComMap, XComRef, XComZip

Derived = XComMap | XComZip | XComConcat


def leaves(value: object) -> Iterator[object]:
    """What a list is made of, in order: results, as far as the DAG is right."""
    if isinstance(value, XComMap):
        yield from leaves(value.source)
    elif isinstance(value, XComZip | XComConcat):
        for source in value.sources:
            yield from leaves(source)
    else:
        yield value


def references(value: object) -> Iterator[XComRef]:
    """The results that a list is made of."""
    return (one for one in leaves(value) if isinstance(one, XComRef))


def functions(value: object) -> Iterator[object]:
    """What `.map` is given, innermost first: functions of the project, and what is none."""
    if isinstance(value, XComMap):
        yield from functions(value.source)
        yield value.function
    elif isinstance(value, XComZip | XComConcat):
        for source in value.sources:
            yield from functions(source)


def written(value: object, read: Callable[[XComRef], str], name: Callable[[object], str], fill: Callable[[object], str]) -> str:
    """The expression of the list. `read`: of what a task returned; `name`: of a function; `fill`: of a fill value."""
    if isinstance(value, XComMap):
        return f"airgo_mapped({written(value.source, read, name, fill)}, {name(value.function)})"
    if isinstance(value, XComZip):
        zipped = ", ".join(written(source, read, name, fill) for source in value.sources)
        return f"airgo_zipped([{zipped}])" if value.fillvalue is MISSING else f"airgo_zipped([{zipped}], {fill(value.fillvalue)})"
    if isinstance(value, XComConcat):
        # a dict that is joined to lists counts for its keys
        lists = [
            f"airgo_elements(list({read(one)}))" if isinstance(one, XComRef) else written(one, read, name, fill) for one in value.sources
        ]
        return " + ".join(lists)
    assert isinstance(value, XComRef)
    return f"airgo_elements({read(value)})"


def nothing(value: object, empty: Callable[[XComRef], str]) -> str:
    """The expression for a list being empty, from those for the results that it is made of."""
    if isinstance(value, XComMap):
        return nothing(value.source, empty)
    if isinstance(value, XComZip) and value.fillvalue is MISSING:
        return _either(" || ", [nothing(source, empty) for source in value.sources])
    if isinstance(value, XComZip | XComConcat):
        return _either(" && ", [nothing(source, empty) for source in value.sources])
    assert isinstance(value, XComRef)
    return empty(value)


def _either(sign: str, tests: list[str]) -> str:
    kept = list(dict.fromkeys(tests))
    return kept[0] if len(kept) == 1 else f"({sign.join(kept)})"


def keys_of(value: object, producer: Callable[[str], object]) -> list[str] | None:
    """The keys that every element has, as far as the code that makes them shows; None where it does not.

    `producer` gives the function of a task.
    """
    keys = [_dict_keys(one) for one in _made(value, producer)]
    first = keys[0] if keys else None
    return list(first) if first is not None and all(one is not None and set(one) == set(first) for one in keys) else None


def length_of(value: object, producer: Callable[[str], object]) -> int | None:
    """How long the list is that every element is, as far as the code shows."""
    lengths = {
        len(one.elements) if isinstance(one, cst.List | cst.Tuple) and all(isinstance(each, cst.Element) for each in one.elements) else 0
        for one in _made(value, producer)
    }
    return lengths.pop() or None if len(lengths) == 1 else None


def _made(value: object, producer: Callable[[str], object]) -> list[cst.BaseExpression | None]:
    """The expressions that make the elements; None for one that is not seen."""
    if isinstance(value, XComConcat):
        return [one for source in value.sources for one in _made(source, producer)]
    if isinstance(value, XComMap):
        return [*_returned(value.function)]
    if isinstance(value, XComRef):
        return [element for one in _returned(producer(value.task_id)) for element in _elements(one)]
    return [None]


def _returned(code: object) -> Iterator[cst.BaseExpression | None]:
    node = code.node if isinstance(code, CodeRef) else None
    if isinstance(node, cst.Lambda):
        yield node.body
    elif isinstance(node, cst.FunctionDef):
        yield from (one.value for one in returned(node.body))


def _elements(value: cst.BaseExpression | None) -> Iterator[cst.BaseExpression | None]:
    """The elements of a list that is written out."""
    if isinstance(value, cst.List):
        yield from (one.value if isinstance(one, cst.Element) else None for one in value.elements)
    else:
        yield value.elt if isinstance(value, cst.ListComp) else None


def _dict_keys(value: cst.BaseExpression | None) -> list[str] | None:
    if not isinstance(value, cst.Dict):
        return None
    keys = [one.key.evaluated_value for one in value.elements if isinstance(one, cst.DictElement) and isinstance(one.key, cst.SimpleString)]
    return [str(key) for key in keys] if len(keys) == len(value.elements) and keys else None
