"""Members and calls in Jinja expressions: what `a.b`, `a['b']` and `a.b(…)` stand for in Airflow's context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from airgo.macros import spaces
from airgo.macros.context import TemplateContext
from airgo.macros.results import Code, Known, Method, NotExact, Pulled, Result, Shift, Sourced, Space, describe, tight
from airgo.macros.rules import RUN_TIME, UNDEFINED
from airgo.macros.texts import call_text_method
from airgo.macros.times import call_time_method, known_instant, shift_of, time_member

_MAX_RANGE = 10_000
_TEXT_NOW = frozenset(
    [
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "title",
        "capitalize",
        "split",
        "rsplit",
        "replace",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "join",
        "count",
        "find",
        "isdigit",
        "isalpha",
        "zfill",
        "splitlines",
        "swapcase",
        "partition",
        "rpartition",
    ]
)
_DICT_NOW = frozenset({"get", "keys", "values", "items"})
_CONNECTION_NAMES = {"extra_dejson": "extra", "conn_id": "conn_id", "get_uri": "uri"}


def member(receiver: Result, key: object, context: TemplateContext, *, item: bool = False, fallback: Result | None = None) -> Result:
    """`receiver.key`, or `receiver[key]` when `item`; `fallback` is what a template falls back to when there is none."""
    if isinstance(receiver, Space):
        return spaces.member(receiver, key, context, fallback)
    if isinstance(receiver, Known):
        return _known_member(receiver.value, key)
    if isinstance(receiver, Pulled):
        return _pulled_member(receiver, key, item)
    if isinstance(receiver, Sourced):
        return _sourced_member(receiver, key)
    if isinstance(receiver, Code) and isinstance(key, str) and not item:
        if receiver.type == "time":
            return time_member(receiver, key) or Method(key, receiver)
        return Method(key, receiver)
    if isinstance(receiver, Code) and receiver.type == "text" and isinstance(key, int) and item:
        return Code(f"{tight(receiver.code)}[{key}:{'' if key == -1 else key + 1}]", "text")
    raise NotExact(RUN_TIME, f"{describe(receiver)}.{key} is known only while the task runs")


def _known_member(value: object, key: object) -> Result:
    if value is None and key == "range":
        return Method("range")
    if isinstance(value, dict):
        if key in value:
            return Known(value[key])
        if key in _DICT_NOW:
            return Method(str(key), Known(value))
        raise NotExact(UNDEFINED, f"{key!r} is not in a dict that the template reads")
    if isinstance(value, list | tuple | str) and isinstance(key, int):
        if -len(value) <= key < len(value):
            return Known(value[key])
        raise NotExact(UNDEFINED, f"the index {key} is beyond the end of a value that the template reads")
    if isinstance(value, str) and key in _TEXT_NOW:
        return Method(str(key), Known(value))
    if isinstance(value, datetime) and isinstance(key, str):
        return _instant_member(value, key)
    if isinstance(value, date | timedelta) and isinstance(key, str) and key in ("days", "seconds", "year", "month", "day"):
        return Known(getattr(value, key))
    raise NotExact(RUN_TIME, f"{key} of {value!r} has no counterpart in Argo")


def _instant_member(value: datetime, key: str) -> Result:
    if key in ("year", "month", "day", "hour", "minute", "second"):
        return Known(getattr(value, key))
    return Method(key, Known(value))


def _pulled_member(receiver: Pulled, key: object, item: bool) -> Result:
    if isinstance(key, int | str) and (item or not str(key).startswith("_")):
        if not item and key in ("get", "items", "keys", "values", "split", "strip", "replace", "upper", "lower", "format", "join"):
            return Method(str(key), receiver)
        return Pulled(replace(receiver.hole, path=(*receiver.hole.path, key)))
    raise NotExact(RUN_TIME, f"{key} of {describe(receiver)} is known only while the task runs")


def _sourced_member(receiver: Sourced, key: object) -> Result:
    if not isinstance(key, str | int):
        raise NotExact(RUN_TIME, f"{key} of {describe(receiver)} is known only while the task runs")
    if receiver.kind == "variable":
        return Method(str(key), receiver)
    if receiver.kind == "json":
        if key == "get":
            return Method("get", receiver)
        return replace(receiver, path=(*receiver.path, key))
    if key in ("get_uri", "get_password"):
        return Method(str(key), receiver)
    if key == "conn_id":
        return Known(receiver.key)
    if not receiver.path and key not in (
        "host",
        "login",
        "password",
        "schema",
        "port",
        "conn_type",
        "extra",
        "extra_dejson",
        "description",
    ):
        raise NotExact(UNDEFINED, f"{describe(receiver)} has no field {key}")
    if key == "get":
        return Method("get", receiver)
    return replace(receiver, path=(*receiver.path, _CONNECTION_NAMES.get(str(key), key)))


def call(function: Result, arguments: Sequence[Result], keywords: Mapping[str, Result], context: TemplateContext) -> Result:
    """`function(…)`. Raises NotExact."""
    if not isinstance(function, Method):
        raise NotExact(RUN_TIME, f"a call of {describe(function)} has no counterpart in Argo")
    receiver = function.receiver
    if isinstance(receiver, Space) or (receiver is None and function.name != "range"):
        return spaces.call(function, arguments, keywords, context)
    if isinstance(receiver, Sourced):
        return _call_sourced(function.name, receiver, arguments)
    if isinstance(receiver, Code):
        if receiver.type in ("time", "date"):
            return call_time_method(receiver, function.name, arguments, keywords)
        return call_text_method(receiver, function.name, arguments)
    if isinstance(receiver, Pulled):
        return _call_pulled(function.name, receiver, arguments)
    return _call_now(function, arguments, keywords)


def _call_sourced(name: str, receiver: Sourced, arguments: Sequence[Result]) -> Result:
    if name == "get" and len(arguments) == 1 and isinstance(arguments[0], Known):
        return member(receiver, arguments[0].value, _NO_CONTEXT)
    if name == "get_password" and not arguments:
        return replace(receiver, path=("password",))
    if name == "get_uri" and not arguments:
        return replace(receiver, path=("uri",))
    raise NotExact(RUN_TIME, f"{name}() of {describe(receiver)} is known only while the task runs")


def _call_pulled(name: str, receiver: Pulled, arguments: Sequence[Result]) -> Result:
    if name == "get" and len(arguments) == 1 and isinstance(arguments[0], Known) and isinstance(arguments[0].value, str):
        return Pulled(replace(receiver.hole, path=(*receiver.hole.path, arguments[0].value)))
    raise NotExact(RUN_TIME, f"{name}() of {describe(receiver)} is known only while the task runs")


def _call_now(function: Method, arguments: Sequence[Result], keywords: Mapping[str, Result]) -> Result:
    """A method of a plain value, over plain values: one of a short list, so nothing of the user's runs."""
    plain = [argument.value for argument in arguments if isinstance(argument, Known)]
    if len(plain) != len(arguments) or (keywords and not all(isinstance(value, Known) for value in keywords.values())):
        raise NotExact(RUN_TIME, f"{function.name}() with a value that is known only while the task runs")
    receiver = function.receiver.value if isinstance(function.receiver, Known) else None
    try:
        if function.name == "range":
            numbers = range(*(int(str(value)) for value in plain))
            if len(numbers) > _MAX_RANGE:
                raise NotExact(RUN_TIME, f"a range of {len(numbers)} numbers")
            return Known(list(numbers))
        if isinstance(receiver, datetime):
            instant = known_instant(receiver)
            assert instant is not None
            return call_time_method(instant, function.name, arguments, keywords)
        if isinstance(receiver, dict) and function.name == "get":
            return Known(receiver.get(*plain))
        if isinstance(receiver, str | dict) and not keywords:
            made = getattr(receiver, function.name)(*plain)
            return Known(made if isinstance(made, str | int | bool | tuple) else list(made))
    except (TypeError, ValueError, LookupError) as error:
        raise NotExact(UNDEFINED, f"{function.name}() fails: {error}") from error
    raise NotExact(RUN_TIME, f"{function.name}() has no counterpart in Argo")


def time_difference(keywords: Mapping[str, Result]) -> Shift:
    """`timedelta(…)` or `relativedelta(…)` from keywords. Raises NotExact."""
    named = {}
    for key, value in keywords.items():
        if not isinstance(value, Known):
            raise NotExact(RUN_TIME, f"a time difference of {key} that is known only while the task runs")
        named[key] = value.value
    return shift_of(named)


_NO_CONTEXT: TemplateContext = None  # type: ignore[assignment]  # members of sources need no context
