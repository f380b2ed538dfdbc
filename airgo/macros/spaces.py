"""The parts of Airflow's context that have members: params, dag_run.conf, var, conn, macros, ti.xcom_pull, conf."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jinja2 import nodes

from airgo.argo.names import KEYWORDS
from airgo.argo.text import Text, XComHole, text
from airgo.macros import sources
from airgo.macros.context import TemplateContext, dag_member, dag_run_member, task_member, ti_member
from airgo.macros.formats import NoLayout, layout_of, strftime
from airgo.macros.operators import chosen
from airgo.macros.results import Code, Known, Method, NotExact, Pulled, Result, Sourced, Space, Spliced, tight
from airgo.macros.rules import RUN_TIME, UNDEFINED, UNKNOWN_TASK
from airgo.macros.texts import text_code
from airgo.macros.times import shift_of
from airgo.values import ParamValue, is_plain

EXPRESSION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = frozenset(["not", "in", "and", "or", "matches", "contains", "startsWith", "endsWith", "let", "if", "else", "true", "false", "nil"])


def member(space: Space, key: object, context: TemplateContext, fallback: Result | None = None) -> Result:
    """`space.key` or `space[key]`. Raises NotExact."""
    if space.name == "params":
        return _params_member(str(key), context) if key != "get" else Method("get", space)
    if space.name == "param":
        return _below_param(space, key, context)
    if space.name == "dag_run.conf":
        return Method("get", space) if key == "get" and fallback is None else conf_value(str(key), context, fallback)
    if space.name in _MEMBERS:
        return _MEMBERS[space.name](str(key), context)
    if space.name in ("conf", "macros.datetime", "macros.relativedelta"):
        return Method(str(key), space)
    raise NotExact(RUN_TIME, f"{space.name}.{key} is known to Airflow only")


def parameter_reference(name: str) -> str:
    """An expression that reads the workflow parameter of this name."""
    return f"workflow.parameters.{name}" if EXPRESSION_NAME.match(name) and name not in KEYWORDS else f"workflow.parameters['{name}']"


def _params_member(key: str, context: TemplateContext) -> Result:
    own = _task_params(context)
    if key in own:
        given = own[key]
        value = given.default if isinstance(given, ParamValue) else given
        if is_plain(value):
            return Known(value)
        raise NotExact(RUN_TIME, f"params.{key} of the task holds a value that is not known now")
    param = next((param for param in context.dag.params if param.name == key), None)
    if param is None:
        names = [*own, *(param.name for param in context.dag.params)]
        near = difflib.get_close_matches(key, names, 1)
        raise NotExact(UNDEFINED, f"params has no {key}" + (f"; did you mean {near[0]}?" if near else ""))
    return _typed(parameter_reference(context.parameter(key)), f"workflow.parameters.{context.parameter(key)}", param.default, (key,))


def _task_params(context: TemplateContext) -> dict[str, object]:
    value = context.task.value("params") if context.task is not None else None
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def _typed(code: str, simple: str | None, default: object, path: tuple[object, ...]) -> Result:
    """A workflow parameter, or a value below one, as what Jinja prints for it; its type is that of the default."""
    if isinstance(default, bool):
        return Code(f"lower({code}) == 'true'" if simple else f"{tight(code)} == true", "truth")
    if isinstance(default, int):
        return Code(f"int({code})", "integer", simple=simple)
    if isinstance(default, float):
        return Code(f"string({code})", "number", simple=simple)
    if isinstance(default, str):
        return Code(code, "text", simple=simple)
    if isinstance(default, dict | list | tuple):
        return Space("param", (simple, code, path, default))
    if default is None and simple is not None:
        return Code(f"{code} == 'null' ? 'None' : {code}", "printed", optional=code)
    if not is_plain(default):
        return Code(code, "text", simple=simple)  # whoever starts the workflow gives it, as text
    raise NotExact(RUN_TIME, f"params.{'.'.join(str(part) for part in path)} has a default of a type that a workflow parameter cannot hold")


def _below_param(space: Space, key: object, context: TemplateContext) -> Result:
    simple, code, path, default = space.path
    if isinstance(default, dict) and key in ("get", "items", "keys", "values") and key not in default:
        return Method(str(key), space)
    try:
        below = default[key]  # type: ignore[index]  # a dict or list, see _typed
    except (LookupError, TypeError):
        raise NotExact(UNDEFINED, f"params.{'.'.join(str(part) for part in (*path, key))} is not among the param's values") from None  # type: ignore[misc]
    opened = f"fromJSON({code})" if simple else str(code)
    index = f"[{key}]" if isinstance(key, int) else f"['{key}']"
    return _typed(opened + index, None, below, (*path, key))  # type: ignore[misc]


def conf_value(key: str, context: TemplateContext, fallback: Result | None) -> Result:
    """`dag_run.conf[key]`: the DAG's param of that name, else a workflow parameter of its own."""
    param = next((param for param in context.dag.params if param.name == key), None)
    known = str(fallback.value) if isinstance(fallback, Known) else "" if fallback is not None else None
    name = context.conf(key, known)
    if param is not None:
        return _typed(parameter_reference(name), f"workflow.parameters.{name}", param.default, (key,))
    given = Code(parameter_reference(name), "text", simple=f"workflow.parameters.{name}")
    if fallback is None or isinstance(fallback, Known):
        return given
    return chosen(f"{given.code} != ''", given, fallback)


def whole_conf(context: TemplateContext) -> Space:
    """All of dag_run.conf, as the JSON of a workflow parameter of its own. Raises NotExact where a param has that name."""
    if any(param.name == "conf" for param in context.dag.params):
        raise NotExact(RUN_TIME, "dag_run.conf is read as a whole, and the DAG has a param of the name conf")
    name = context.conf("conf", "{}")
    return Space("param", (f"workflow.parameters.{name}", parameter_reference(name), ("conf",), {}))


def conf_key(node: nodes.Node, value: Callable[[nodes.Node], Result]) -> str | None:
    """The key, when the expression reads one of dag_run.conf."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get" and len(node.args) == 1:
        receiver, key = node.node.node, node.args[0]
    elif isinstance(node, nodes.Getattr) and node.attr != "get":
        receiver, key = node.node, nodes.Const(node.attr)
    elif isinstance(node, nodes.Getitem):
        receiver, key = node.node, node.arg
    else:
        return None
    if not isinstance(receiver, nodes.Getattr) or receiver.attr != "conf" or not isinstance(key, nodes.Const):
        return None
    return str(key.value) if value(receiver) == Space("dag_run.conf") else None


def _var_member(key: str, _context: TemplateContext) -> Result:
    if key in ("value", "json"):
        return Space(f"var.{key}")
    raise NotExact(UNDEFINED, f"var has value and json, no {key}")


def _variable(key: str, _context: TemplateContext) -> Result:
    return Method("get", Space("var.value")) if key == "get" else Sourced("variable", key)


def _json_variable(key: str, _context: TemplateContext) -> Result:
    return Method("get", Space("var.json")) if key == "get" else Sourced("json", key)


def _connection(key: str, _context: TemplateContext) -> Result:
    return Method("get", Space("conn")) if key == "get" else Sourced("connection", key)


def _macros_member(key: str, _context: TemplateContext) -> Result:
    if key in ("ds_add", "ds_format", "timedelta"):
        return Method(key, Space("macros"))
    if key in ("datetime", "dateutil"):
        return Space(f"macros.{key}")
    if key == "relativedelta":
        return Space("macros.relativedelta")
    raise NotExact(RUN_TIME, f"macros.{key} runs code of Airflow's or of a plugin")


def call(function: Method, arguments: Sequence[Result], keywords: Mapping[str, Result], context: TemplateContext) -> Result:
    """A call of a member of the context. Raises NotExact."""
    space = function.receiver.name if isinstance(function.receiver, Space) else ""
    handler = _CALLS.get((space, function.name))
    if handler is None:
        raise NotExact(RUN_TIME, f"{space}.{function.name}() is known to Airflow only")
    return handler(arguments, keywords, context)


def _known_text(arguments: Sequence[Result], position: int, words: str) -> str:
    argument = arguments[position] if position < len(arguments) else None
    if not isinstance(argument, Known):
        raise NotExact(RUN_TIME, f"{words} is given a value that is known only while the task runs")
    return str(argument.value)


def _get(space: str) -> Callable[[Sequence[Result], Mapping[str, Result], TemplateContext], Result]:
    def handler(arguments: Sequence[Result], keywords: Mapping[str, Result], context: TemplateContext) -> Result:
        key = _known_text(arguments, 0, f"{space}.get()")
        fallback = arguments[1] if len(arguments) > 1 else keywords.get("default_var", keywords.get("default"))
        if space == "params":
            declared = key in _task_params(context) or any(param.name == key for param in context.dag.params)
            return _params_member(key, context) if declared else fallback or Known(None)
        if space == "dag_run.conf":
            return conf_value(key, context, fallback or Known(None))
        if space == "var.value" and fallback is not None:
            return _with_default(key, fallback)
        return member(Space(space), key, context)

    return handler


def _with_default(key: str, fallback: Result) -> Result:
    """`var.value.get(key, default)`: the default goes into the ConfigMap's entry, where it can be changed."""
    if isinstance(fallback, Known):
        return Spliced(Text((replace(sources.variable(key), default=str(fallback.value)),)))
    raise NotExact(RUN_TIME, f"the default of the Variable {key} is known only while the task runs")


def _ds_add(arguments: Sequence[Result], _keywords: Mapping[str, Result], _context: TemplateContext) -> Result:
    days = arguments[1] if len(arguments) > 1 else None
    if isinstance(days, Code) and days.type == "integer":
        moved = f"{_moment(arguments[0], 'macros.ds_add()')}.AddDate(0, 0, {days.code})"
        return Code(f"{moved}.Format('2006-01-02')", "text", moment=moved)
    if not isinstance(days, Known) or not isinstance(days.value, int) or not arguments:
        raise NotExact(RUN_TIME, "macros.ds_add() is given a value that is known only while the task runs")
    day = arguments[0]
    if isinstance(day, Known):
        try:
            return Known((datetime.strptime(str(day.value), "%Y-%m-%d") + timedelta(days=days.value)).strftime("%Y-%m-%d"))
        except ValueError as error:
            raise NotExact(UNDEFINED, f"macros.ds_add() fails: {error}") from error
    moment = _moment(day, "macros.ds_add()") + (f".AddDate(0, 0, {days.value})" if days.value else "")
    return Code(f"{moment}.Format('2006-01-02')", "text", moment=moment)


def _moment(day: Result, words: str) -> str:
    """The instant that a text such as ds was formatted from."""
    if isinstance(day, Code) and day.type == "text":
        return tight(day.moment) if day.moment else f"date({day.code}, '2006-01-02', 'UTC')"
    raise NotExact(RUN_TIME, f"{words} is given a value that no expression can read")


def _ds_format(arguments: Sequence[Result], _keywords: Mapping[str, Result], _context: TemplateContext) -> Result:
    day = arguments[0] if arguments else Known("")
    read, write = _known_text(arguments, 1, "macros.ds_format()"), _known_text(arguments, 2, "macros.ds_format()")
    if isinstance(day, Known):
        try:
            return Known(datetime.strptime(str(day.value), read).strftime(write))
        except ValueError as error:
            raise NotExact(UNDEFINED, f"macros.ds_format() fails: {error}") from error
    code = text_code(day) if isinstance(day, Code) else None
    if code is None:
        raise NotExact(RUN_TIME, "macros.ds_format() is given a value that no expression can read")
    try:
        by_day = isinstance(day, Code) and day.moment and not re.search(r"%-?[HIMSpsTRzfcXZ]", write)
        instant = day.moment if by_day and isinstance(day, Code) and day.moment else f"date({code}, '{layout_of(read)}', 'UTC')"
        return Code(strftime(instant, write), "text", moment=instant if write == "%Y-%m-%d" else None)
    except NoLayout as error:
        raise NotExact(RUN_TIME, f"{error} has no counterpart in Argo") from error


def _time_difference(arguments: Sequence[Result], keywords: Mapping[str, Result], _context: TemplateContext) -> Result:
    named = dict(zip(("days", "seconds"), arguments, strict=False)) | dict(keywords)
    plain = {}
    for key, value in named.items():
        if not isinstance(value, Known):
            raise NotExact(RUN_TIME, f"a time difference of {key} that is known only while the task runs")
        plain[key] = value.value
    return shift_of(plain)


def _xcom_pull(arguments: Sequence[Result], keywords: Mapping[str, Result], context: TemplateContext) -> Result:
    named = dict(zip(("task_ids", "dag_id", "key", "include_prior_dates"), arguments, strict=False)) | dict(keywords)
    values: dict[str, object] = {}
    for key, value in named.items():
        if not isinstance(value, Known):
            raise NotExact(RUN_TIME, f"xcom_pull() is given a {key} that is known only while the task runs")
        values[key] = value.value
    if values.get("dag_id") not in (None, context.dag.id):
        raise NotExact(RUN_TIME, f"xcom_pull() reads from the DAG {values['dag_id']}; workflows do not read each other's values")
    if values.get("include_prior_dates"):
        raise NotExact(RUN_TIME, "xcom_pull(include_prior_dates=True) reads earlier runs, and Argo keeps no history that a run could read")
    if values.get("map_indexes") is not None:
        raise NotExact(RUN_TIME, "xcom_pull(map_indexes=…) picks instances of a mapped task")
    task_ids, key = values.get("task_ids"), str(values.get("key") or "return_value")
    ids = [task_ids] if isinstance(task_ids, str) else list(task_ids) if isinstance(task_ids, list | tuple) else []
    if not ids:
        raise NotExact(RUN_TIME, "xcom_pull() without task_ids takes whatever was pushed last; name the task")
    known = [task.id for task in context.dag.tasks]
    for task_id in ids:
        if task_id not in known:
            near = difflib.get_close_matches(str(task_id), known, 1)
            raise NotExact(
                UNKNOWN_TASK,
                f"xcom_pull() reads from {task_id!r}, which is no task of {context.dag.id}"
                + (f"; did you mean {near[0]}?" if near else ""),
            )
    hole = XComHole(tuple(str(task_id) for task_id in ids), key, many=not isinstance(task_ids, str))
    return Pulled(hole)


def _setting(arguments: Sequence[Result], _keywords: Mapping[str, Result], _context: TemplateContext) -> Result:
    section, key = _known_text(arguments, 0, "conf.get()"), _known_text(arguments, 1, "conf.get()")
    joined = text(sources.environment(f"AIRFLOW__{section.upper()}__{key.upper()}"))
    assert isinstance(joined, Text)
    return Spliced(joined)


_MEMBERS: Mapping[str, Callable[[str, TemplateContext], Result]] = {
    "dag_run": dag_run_member,
    "dag": dag_member,
    "task": task_member,
    "ti": ti_member,
    "var": _var_member,
    "var.value": _variable,
    "var.json": _json_variable,
    "conn": _connection,
    "macros": _macros_member,
    "macros.dateutil": _macros_member,
}
"""What has members of its own."""

_CALLS: Mapping[tuple[str, str], Callable[[Sequence[Result], Mapping[str, Result], TemplateContext], Result]] = {
    ("params", "get"): _get("params"),
    ("dag_run.conf", "get"): _get("dag_run.conf"),
    ("var.value", "get"): _get("var.value"),
    ("var.json", "get"): _get("var.json"),
    ("conn", "get"): _get("conn"),
    ("macros", "ds_add"): _ds_add,
    ("macros", "ds_format"): _ds_format,
    ("macros", "timedelta"): _time_difference,
    ("macros.datetime", "timedelta"): _time_difference,
    ("macros.relativedelta", "relativedelta"): _time_difference,
    ("ti", "xcom_pull"): _xcom_pull,
    ("conf", "get"): _setting,
}

__all__ = ["call", "conf_key", "conf_value", "member", "parameter_reference"]
