"""Reads the arguments of the task: JSON, with objects such as {"$timedelta": 60} for what JSON has no form for."""

import base64
import datetime
import functools
import json
import os
import sys
import types
from typing import Any, Callable, Dict

from .names import first, imported, is_airflow_3, one_of

ResolveMixin: Any = first("airflow.sdk.definitions._internal.mixins:ResolveMixin", "airflow.utils.mixins:ResolveMixin")


class Late(ResolveMixin):  # type: ignore[misc]  # which class it is depends on the version of Airflow
    """A value that Airflow puts in while it renders the arguments: what is in it is no template itself."""

    def __init__(self, value: Callable[[Any], Any]) -> None:
        self.airgo_value = value

    def iter_references(self) -> Any:
        """No other task has to be waited for."""
        return iter(())

    def resolve(self, context: Any, *_: Any, **__: Any) -> Any:
        """The value."""
        return self.airgo_value(context)


def decode(value: Any) -> Any:
    """The value that a piece of JSON stands for."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    for tag, read in TAGS.items():
        if tag in value:
            return read(value)
    return {key: decode(item) for key, item in value.items()}


def pairs(value: Any) -> Any:
    """A dict whose keys are no texts, or could be taken for tags."""
    return {decode(key): decode(item) for key, item in value["$dict"]}


def moment(value: Any) -> Any:
    """A point in time: pendulum's when it has a time zone, as Airflow's own are."""
    found = datetime.datetime.fromisoformat(value["$datetime"])
    if found.tzinfo is None:
        return found
    made = first("pendulum:instance")(found)
    return made.in_timezone(value["zone"]) if value.get("zone") else made


def called(value: Any) -> Any:
    """What a call gives."""
    return one_of(value["$call"])(*decode(value.get("args", [])), **decode(value.get("kwargs", {})))


def function(value: Any) -> Any:
    """A function of the project, by the module and name that the image has it under; some of its arguments may be fixed."""
    found = imported(value["$callable"].replace(":", "."))
    if type(found).__name__.endswith("TaskDecorator"):
        found = found.function  # of a function with @task the module has the decorator's object
    return fixed(found, value)


def code(value: Any) -> Any:
    """A function whose source travels."""
    name = "airgo_code_" + str(sum(known.startswith("airgo_code_") for known in sys.modules))
    module = types.ModuleType(name)
    sys.modules[name] = module
    module.__dict__.update({known: first(*PLACES[known]) for known in value.get("airflow", ())})
    exec(compile(value["$source"], name, "exec"), module.__dict__)
    return fixed(eval(value["name"], module.__dict__), value)


def fixed(found: Any, value: Any) -> Any:
    """The function with the arguments that functools.partial fixed."""
    args, kwargs = decode(value.get("args", [])), decode(value.get("kwargs", {}))
    return functools.partial(found, *args, **kwargs) if args or kwargs else found


def from_json(value: Any) -> Any:
    """The value of an environment variable that holds JSON."""
    return json.loads(os.environ[value["$json"]])


def handed_on(value: Any) -> Any:
    """What another task handed on: as Airflow does, it is put in when the arguments are rendered."""
    found = json.loads(os.environ[value["$xcom"]])
    return Late(lambda _: found)


def given(value: Any) -> Any:
    """A text that follows from the run."""
    found = os.environ[value["$given"]]
    return Late(lambda _: found)


def joined(value: Any) -> Any:
    """A text of several parts."""
    parts = [decode(part) for part in value["$join"]]
    if not any(isinstance(part, Late) for part in parts):
        return "".join(map(str, parts))
    return Late(lambda context: "".join(str(part.resolve(context) if isinstance(part, Late) else part) for part in parts))


def variable(value: Any) -> Any:
    """An Airflow Variable that the DAG file reads, or what lies below it."""
    more = {"default" if is_airflow_3() else "default_var": decode(value["default"])} if "default" in value else {}
    kind = first("airflow.sdk:Variable", "airflow.models:Variable")
    return below(kind.get(value["$variable"], deserialize_json=bool(value.get("json")), **more), value)


def connection(value: Any) -> Any:
    """A connection that the DAG file reads, or a field of it."""
    hook = first("airflow.sdk.bases.hook:BaseHook", "airflow.hooks.base:BaseHook")
    return below(hook.get_connection(value["$connection"]), value)


def environ(value: Any) -> Any:
    """A variable of the environment that the DAG file reads."""
    name = value["$environ"]
    return os.environ.get(name, decode(value["default"])) if "default" in value else os.environ[name]


def below(found: Any, value: Any) -> Any:
    """What the path leads to: members, keys and indexes."""
    for part in value.get("path", ()):
        if part == "uri":
            found = found.get_uri()
        else:
            found = getattr(found, part) if isinstance(part, str) and hasattr(found, part) else found[part]
    return found


def param(value: Any) -> Any:
    """A param of the DAG, as this run has it."""
    return Late(lambda context: context["params"][value["$param"]])


PLACES: Dict[str, Any] = {
    "Variable": ("airflow.sdk:Variable", "airflow.models:Variable"),
    "BaseHook": ("airflow.sdk.bases.hook:BaseHook", "airflow.hooks.base:BaseHook"),
    "Connection": ("airflow.sdk:Connection", "airflow.models:Connection"),
    "PokeReturnValue": ("airflow.sdk.bases.sensor:PokeReturnValue", "airflow.sensors.base:PokeReturnValue"),
    "get_current_context": ("airflow.sdk:get_current_context", "airflow.operators.python:get_current_context"),
    **{
        name: ("airflow.sdk.exceptions:" + name, "airflow.exceptions:" + name)
        for name in ("AirflowException", "AirflowFailException", "AirflowNotFoundException", "AirflowSkipException")
    },
}
"""Where the names of Airflow's are that sources use without importing them."""

TAGS: Dict[str, Callable[[Any], Any]] = {
    "$dict": pairs,
    "$tuple": lambda value: tuple(decode(value["$tuple"])),
    "$set": lambda value: set(decode(value["$set"])),
    "$bytes": lambda value: base64.b64decode(value["$bytes"]),
    "$float": lambda value: float(value["$float"]),
    "$datetime": moment,
    "$date": lambda value: datetime.date.fromisoformat(value["$date"]),
    "$time": lambda value: datetime.time.fromisoformat(value["$time"]),
    "$timedelta": lambda value: datetime.timedelta(seconds=value["$timedelta"]),
    "$name": lambda value: one_of(value["$name"]),
    "$call": called,
    "$callable": function,
    "$source": code,
    "$env": lambda value: os.environ[value["$env"]],
    "$json": from_json,
    "$xcom": handed_on,
    "$given": given,
    "$param": param,
    "$join": joined,
    "$variable": variable,
    "$connection": connection,
    "$environ": environ,
}
