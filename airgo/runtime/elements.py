"""What an instance of a mapped task reads of its element: the value, or what the making of it raised."""

import json
from typing import Any

from airgo.runtime.exceptions import AirflowSkipException

AIRGO_JINJA = ("{" * 2, "{%", "{#")


def airgo_arguments(arguments: Any) -> Any:
    """Arguments of a dict that a task returned. Airflow would render templates in them, which nobody can do here."""
    if isinstance(arguments, dict):
        for value in arguments.values():
            airgo_arguments(value)
    elif isinstance(arguments, list):
        for value in arguments:
            airgo_arguments(value)
    elif isinstance(arguments, str) and any(mark in arguments for mark in AIRGO_JINJA):
        raise ValueError(f"Airflow would render the template {arguments!r}, which a task returned for expand_kwargs")
    return arguments


def airgo_element(text: str) -> Any:
    """The value of an element; a function that made it and skipped or failed does so here, in the instance that it is for."""
    mark, _, rest = text.partition(" ")
    if mark == "!skip":
        raise AirflowSkipException(rest)
    if mark == "!fail":
        raise RuntimeError(f"the element could not be made: {rest}")
    return tuple(json.loads(rest)) if mark == "!tuple" else json.loads(text)
