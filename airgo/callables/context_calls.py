"""Calls in code that is given Airflow's context: which argument goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import libcst as cst

from airgo.callables.context_keys import ANY_KEY, Pull
from airgo.callables.local_values import LocalValues, Possible
from airgo.callables.names import parameters
from airgo.callables.slicing import Carried
from airgo.values import MISSING


def bound(target: Carried, position: int, argument: cst.Arg) -> str | None:
    """The parameter that an argument of a call goes to."""
    if argument.star:
        return None
    if argument.keyword is not None:
        name = argument.keyword.value
        return name if any(one.name.value == name for one in parameters(target.node.params)) else None
    plain = [*target.node.params.posonly_params, *target.node.params.params]
    return plain[position].name.value if position < len(plain) else None


def handed(target: Carried, node: cst.Call, values: LocalValues | None) -> LocalValues:
    """The values that a call hands to a function, where the values of the caller's names are known."""
    found: dict[str, object] = {}
    complete = True
    for position, argument in enumerate(node.args):
        where = bound(target, position, argument)
        if where is not None:
            found[where] = MISSING if values is None else values.one(argument.value)
        elif argument.star == "**" and values is not None and values.is_keywords(argument.value):
            found |= {name: value for name, value in values.given.items() if name not in found}
            complete = complete and values.complete
        else:
            complete = False
    keywords = target.node.params.star_kwarg
    name = keywords.name.value if isinstance(keywords, cst.Param) else None
    return LocalValues(target.source, target.node, found, name, complete)


def pulls_of(node: cst.Call, possible: Callable[[cst.BaseExpression], Possible | None]) -> list[Pull] | str:
    """What an `xcom_pull` may pull, given what its arguments may be; or why that cannot be listed."""
    given = arguments(node, ("task_ids", "dag_id", "key", "include_prior_dates"))
    if given.keys() & {"dag_id", "include_prior_dates", "run_id", "map_indexes"}:
        return "the XCom comes from another DAG, another run, or one instance of a mapped task"
    tasks = possible(given["task_ids"]) if "task_ids" in given else None
    keys = possible(given["key"]) if "key" in given else ("return_value",)
    if not tasks or not all(are_ids(one) for one in tasks) or not keys or not all(key is None or isinstance(key, str) for key in keys):
        return "which task's XCom is pulled, or under which key, is computed when the task runs"
    return [
        Pull(
            tuple(ids) if isinstance(ids, list | tuple) else (str(ids),),
            ANY_KEY if key is None else str(key),
            isinstance(ids, list | tuple),
        )
        for ids, key in product(tasks, keys)
    ]


def are_ids(value: object) -> bool:
    """Is it the id of a task, or a list of such?"""
    return isinstance(value, str) or (isinstance(value, list | tuple) and bool(value) and all(isinstance(one, str) for one in value))


def arguments(node: cst.Call, names: Sequence[str]) -> dict[str, cst.BaseExpression]:
    """The arguments of a call by name; `names` are those of its positional parameters."""
    found = {}
    for position, argument in enumerate(node.args):
        if argument.keyword is not None:
            found[argument.keyword.value] = argument.value
        elif not argument.star and position < len(names):
            found[names[position]] = argument.value
    return found
