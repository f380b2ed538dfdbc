"""The elements that a mapped task fans out over, made of what tasks returned: `map`, `zip` and `concat`, and dicts of arguments.

Airflow makes an element only in the instance that it is for, so that a function that fails or skips concerns that instance alone:
elements are callables here, and what their call raised is handed on to the instance.
"""

import json
import os
import sys
import traceback
from functools import partial
from itertools import product
from operator import getitem
from typing import Any, Dict, List

from airgo.runtime.elements import airgo_arguments
from airgo.runtime.exceptions import AirflowSkipException

AIRGO_ITEMS = "/tmp/airgo/items"


def airgo_elements(value: Any) -> List[Any]:
    """The elements of what a task returned. Airflow looks a dict up by the index, too, which seldom is one of its keys."""
    if not isinstance(value, (list, dict)):
        raise ValueError(f"a list or dict is mapped over, not {type(value).__name__}")
    return [partial(getitem, value, index) for index in range(len(value))]


def airgo_mapped(elements: List[Any], function: Any) -> List[Any]:
    """`.map(function)`."""
    return [partial(airgo_applied, function, element) for element in elements]


def airgo_applied(function: Any, element: Any) -> Any:
    """The function's value for one element."""
    return function(element())


def airgo_zipped(lists: List[List[Any]], *fill: Any) -> List[Any]:
    """`.zip(...)`: as many tuples as the shortest list has elements; with a fill value, as the longest."""
    lengths = [len(elements) for elements in lists]
    return [partial(airgo_together, lists, index, *fill) for index in range(max(lengths) if fill else min(lengths))]


def airgo_together(lists: List[List[Any]], index: int, *fill: Any) -> Any:
    """The elements of one index. Airflow also fills in for those whose making raises one of these errors."""
    found = []
    for elements in lists:
        try:
            found.append(elements[index]())
        except (IndexError, KeyError):
            if not fill:
                raise
            found.append(fill[0])
    return tuple(found)


def airgo_rows(elements: List[Any], places: Dict[str, Any], rendered: bool) -> Dict[str, List[Any]]:
    """Dicts, or lists, as a list for each of their places: `places` has their keys, or indexes, by the names that they are given.

    `rendered`: Airflow would render templates in them.
    """
    keys = list(places.values())
    return {name: [partial(airgo_part, element, keys, key, rendered) for element in elements] for name, key in places.items()}


def airgo_part(element: Any, keys: List[Any], key: Any, rendered: bool) -> Any:
    """One part of a dict or list, which must have the shape that the manifest was written for."""
    row = element()
    found = list(row) if isinstance(row, dict) else list(range(len(row))) if isinstance(row, (list, tuple)) else None
    if found is None or set(found) != set(keys):
        raise ValueError(f"each instance must be given {', '.join(map(str, keys))}, not {row!r}")
    return airgo_arguments(row[key]) if rendered else row[key]


def airgo_fan_out(groups: List[Dict[str, List[Any]]], plain: List[str], index: str, lenient: bool) -> None:
    """Write the list that Argo fans out over: the product of the groups of arguments, the last changing fastest.

    One argument is a text of its own; several are an object. `plain`: those that are given as text, not as JSON. `index`: the name
    under which an instance is told its number, if it is. `lenient`: what the making of an element raises is handed on.
    """
    found: List[Any] = []
    for places in product(*(range(len(next(iter(group.values())))) for group in groups)):
        row = {}
        for number, group in enumerate(groups):
            row.update({name: airgo_text(elements[places[number]], name in plain, lenient) for name, elements in group.items()})
        if index:
            row[index] = str(len(found))
        found.append(row if len(row) > 1 else next(iter(row.values())))
    os.makedirs(os.path.dirname(AIRGO_ITEMS), exist_ok=True)
    with open(AIRGO_ITEMS, "w") as file:
        json.dump(found, file)


def airgo_text(element: Any, plain: bool, lenient: bool) -> str:
    """What an instance is given for an argument: its text or JSON; where `lenient`, a tuple keeps its type, and errors are handed on.

    No JSON text starts with an exclamation mark.
    """
    try:
        value = element()
        if plain:
            return value if isinstance(value, str) else str(value)
        text = json.dumps(value).replace("{" * 2, "{\\u007b").replace("$", "\\u0024")
        return "!tuple " + text if lenient and isinstance(value, tuple) else text
    except AirflowSkipException as skipped:
        if not lenient:
            raise
        return airgo_raised("!skip ", skipped)
    except Exception as error:  # the user's code may raise anything
        if not lenient:
            raise
        return airgo_raised("!fail ", error)


def airgo_raised(mark: str, error: Exception) -> str:
    """What was raised, without what Argo or Kubernetes would read something into."""
    traceback.print_exc(file=sys.stdout)
    return mark + f"{type(error).__name__}: {error}".replace("{" * 2, "{ {").replace("$", "")
