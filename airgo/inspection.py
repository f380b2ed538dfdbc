"""The IR as JSON: what `airgo inspect` prints (contracts, section 2)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from airgo import catalogue
from airgo.constructors import handed_on
from airgo.diagnostics import Diagnostic
from airgo.discovery import DEPLOYED_ROOT
from airgo.ir import Argument, Dag, Expand, File, Guard, Schedule, Task
from airgo.values import (
    MISSING,
    Choice,
    CodeRef,
    Extern,
    ExternCall,
    Operation,
    ParamValue,
    Symbol,
    Symbolic,
    Template,
    Unknown,
    XComConcat,
    XComMap,
    XComRef,
    XComZip,
)

Json = object


def file_as_json(file: File, diagnostics: Iterable[Diagnostic] = ()) -> dict[str, Json]:
    """One file: its status, its DAGs, and what was found on the way."""
    return {
        "path": file.path,
        "status": file.status,
        "dags": [dag_as_json(dag) for dag in file.dags],
        "diagnostics": [diagnostic_as_json(one) for one in diagnostics],
    }


def diagnostic_as_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """One finding."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "subject": diagnostic.subject,
    }


def dag_as_json(dag: Dag) -> dict[str, Json]:
    """One DAG."""
    return {
        "dag_id": dag.id,
        "line": dag.span.line,
        "airflow_version": dag.airflow_version,
        "schedule": schedule_as_json(dag.schedule),
        "timezone": dag.timezone,
        "start_date": date_as_json(dag.start_date),
        "end_date": date_as_json(dag.end_date),
        "catchup": value_as_json(dag.catchup),
        "max_active_runs": value_as_json(dag.max_active_runs),
        "max_active_tasks": value_as_json(dag.max_active_tasks),
        "dagrun_timeout": value_as_json(dag.dagrun_timeout),
        "tags": [value_as_json(tag) for tag in dag.tags],
        "params": {one.name: {"default": value_as_json(one.default), "schema": value_as_json(dict(one.schema))} for one in dag.params},
        "groups": [{"id": one.id, "parent": one.parent, "mapped": one.expand is not None} for one in dag.groups],
        "guard": guard_as_json(dag.guard),
        "tasks": [task_as_json(task, dag.airflow_version) for task in dag.tasks],
    }


def date_as_json(value: object) -> Json:
    """A date of a DAG in UTC."""
    return value.astimezone(datetime.UTC).isoformat() if isinstance(value, datetime.datetime) else value_as_json(value)


def schedule_as_json(schedule: Schedule) -> dict[str, Json]:
    """When a DAG runs."""
    found: dict[str, Json] = {"kind": schedule.kind}
    if schedule.kind in ("cron", "assets") and schedule.crons:
        found |= {"cron": schedule.crons[0]} if len(schedule.crons) == 1 else {"crons": list(schedule.crons)}
        found |= {"timezone": schedule.timezone, "interval": schedule.interval}
    if schedule.trigger_interval_seconds is not None:
        found["trigger_interval"] = schedule.trigger_interval_seconds
    if schedule.kind == "delta":
        found |= {"seconds": schedule.seconds} if schedule.relativedelta is None else {"relativedelta": dict(schedule.relativedelta)}
        found |= {"timezone": schedule.timezone, "interval": schedule.interval}
    if schedule.expression is not None:
        found["expression"] = value_as_json(schedule.expression)
    if schedule.kind == "timetable":
        found |= {"class": schedule.class_name, "arguments": value_as_json(dict(schedule.arguments))}
    if schedule.kind == "unknown":
        found |= {"reason": schedule.reason, "choices": [schedule_as_json(choice) for choice in schedule.choices]}
    return found


def task_as_json(task: Task, version: str) -> dict[str, Json]:
    """One task."""
    return {
        "task_id": task.id,
        "line": task.span.line,
        "operator": task.operator,
        "class": task.class_name,
        "same_as": list(task.same_as),
        "group": task.group,
        "upstream": list(task.upstream),
        "trigger_rule": task.trigger_rule,
        "retries": value_as_json(task.retries),
        "retry_delay": value_as_json(task.retry_delay),
        "execution_timeout": value_as_json(task.execution_timeout),
        "pool": value_as_json(task.pool),
        "depends_on_past": task.depends_on_past,
        "mapped": task.mapped,
        "setup": task.setup,
        "teardown": task.teardown,
        "guard": guard_as_json(task.guard),
        "opaque": task.opaque,
        "arguments": arguments_as_json(task, version),
        "expand": expand_as_json(task.expand),
    }


def arguments_as_json(task: Task, version: str) -> dict[str, Json]:
    """What reached the constructors, with what they hand on to those of their bases.

    A class of the project with a behaviour of its own is what runs, so its own arguments count first.
    """
    own = {name: given for name, given in task.written.items() if name != "default_args"}
    merged: Mapping[str, Argument] = {**task.arguments, **own} if task.overrides_execute else {**own, **task.arguments}
    found = {name: argument_as_json(argument) for name, argument in merged.items() if name not in ("task_id", "default_args")}
    return found | {name: value_as_json(value) for name, value in handed_on(task, version).items() if name not in found}


def argument_as_json(argument: Argument) -> Json:
    """A value; a template file's name stands for its text, which Airflow puts in its place when it loads the DAG."""
    return value_as_json(argument.value if argument.file_text is None else argument.file_text)


def expand_as_json(expand: Expand | None) -> Json:
    """What a task is expanded over."""
    if expand is None:
        return None
    if expand.kind == "expand":
        return {"kind": expand.kind, "arguments": {name: value_as_json(one.value) for name, one in expand.arguments.items()}}
    return {"kind": expand.kind, "kwargs": value_as_json(expand.kwargs_list.value if expand.kwargs_list is not None else None)}


def guard_as_json(guard: Guard | None) -> Json:
    """Under which test something exists."""
    return None if guard is None else {"test": value_as_json(guard.test), "polarity": guard.polarity, "line": guard.span.line}


def value_as_json(value: object, depth: int = 0) -> Json:
    """A value: JSON for plain data, `{"$…": …}` for what is none."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > 60:
        return {"$unknown": "a value nested too deeply"}
    if isinstance(value, str):
        return text_as_json(value)
    if isinstance(value, dict):
        return mapping_as_json(value, depth + 1)
    if isinstance(value, list | tuple):
        return [value_as_json(item, depth + 1) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((value_as_json(item, depth + 1) for item in value), key=repr)
    for kind, plain in PLAIN.items():
        if isinstance(value, kind):
            return plain(value)
    for kind, symbolic in SYMBOLIC.items():
        if isinstance(value, kind):
            return symbolic(value, depth + 1)
    return {"$unknown": f"a {type(value).__name__}"}


def mapping_as_json(value: Mapping[object, object], depth: int) -> Json:
    """A dict; one with a key that is not known is shown as its pairs."""
    if any(isinstance(key, Symbolic) for key in value):
        pairs = [[value_as_json(key, depth), value_as_json(item, depth)] for key, item in value.items()]
        return {"$operation": {"name": "dict", "operands": pairs}}
    return {key if isinstance(key, str) else str(value_as_json(key)): value_as_json(item, depth) for key, item in value.items()}


def text_as_json(value: str) -> Json:
    """Text; a path of the deployed project is never stated as known, because it differs from deployment to deployment."""
    if DEPLOYED_ROOT not in value:
        return value
    parts: list[Json] = []
    for index, piece in enumerate(value.split(DEPLOYED_ROOT)):
        if index:
            parts.append({"$symbol": {"kind": "path", "key": "project"}})
        if piece:
            parts.append(piece)
    return {"$template": parts}


def symbol_as_json(value: Symbol, depth: int) -> Json:
    """Something that comes from outside."""
    found: dict[str, Json] = {"kind": value.kind, "key": value.key}
    if value.path:
        found["path"] = list(value.path)
    if value.default is not MISSING:
        found["default"] = value_as_json(value.default, depth)
    return {"$symbol": found}


def call_as_json(value: ExternCall, depth: int) -> Json:
    """A call of something from outside, or an object of the project."""
    kwargs = {name: value_as_json(item, depth) for name, item in value.kwargs.items()}
    return {"$extern": {"name": value.name, "args": [value_as_json(item, depth) for item in value.args], "kwargs": kwargs}}


def extern_as_json(value: Extern) -> Json:
    """A name from outside; a member of a provider's enumeration is its value."""
    known = catalogue.member(value.name)
    return {"$extern": {"name": value.name, "args": None, "kwargs": None}} if known is MISSING else known


def code_as_json(value: CodeRef, depth: int) -> Json:
    """A function to ship."""
    found: dict[str, Json] = {"module": value.module, "name": value.name, "line": value.place.span.line}
    if value.args:
        found["args"] = value_as_json(list(value.args), depth)
    if value.kwargs:
        found["kwargs"] = value_as_json(dict(value.kwargs), depth)
    return {"$code": found}


def xcom_as_json(value: object, depth: int) -> Json:
    """An XCom, or what is derived from some."""
    if isinstance(value, XComRef):
        return {"$xcom": {"task_id": value.task_id, "key": value.key}}
    if isinstance(value, XComMap):
        return {"$xcom": {"map": value_as_json(value.source, depth), "function": value_as_json(value.function, depth)}}
    if isinstance(value, XComZip):
        return {"$xcom": {"zip": value_as_json(list(value.sources), depth)}}
    assert isinstance(value, XComConcat)
    return {"$xcom": {"concat": value_as_json(list(value.sources), depth)}}


PLAIN: Mapping[type, Callable[[Any], Json]] = {
    datetime.datetime: lambda value: {"$datetime": value.isoformat()},
    datetime.date: lambda value: {"$date": value.isoformat()},
    datetime.time: lambda value: {"$time": value.isoformat()},
    datetime.timedelta: lambda value: {"$timedelta": value.total_seconds()},
    datetime.tzinfo: lambda value: {"$unknown": f"the timezone {value}"},
    PurePath: lambda value: {"$path": text_as_json(str(value))},
    bytes: lambda value: {"$bytes": value.hex()},
}
SYMBOLIC: Mapping[type, Callable[[Any, int], Json]] = {
    Symbol: symbol_as_json,
    Template: lambda value, depth: {"$template": [value_as_json(part, depth) for part in value.parts]},
    Choice: lambda value, depth: {
        "$choice": {
            "test": value_as_json(value.test, depth),
            "then": value_as_json(value.then, depth),
            "else": value_as_json(value.orelse, depth),
        }
    },
    ExternCall: call_as_json,
    Extern: lambda value, depth: extern_as_json(value),
    CodeRef: code_as_json,
    Operation: lambda value, depth: {"$operation": {"name": value.name, "operands": [value_as_json(one, depth) for one in value.operands]}},
    ParamValue: lambda value, depth: {
        "$param": {"default": value_as_json(value.default, depth), "schema": value_as_json(dict(value.schema), depth)}
    },
    Unknown: lambda value, depth: {"$unknown": value.root().reason},
    XComRef: xcom_as_json,
    XComMap: xcom_as_json,
    XComZip: xcom_as_json,
    XComConcat: xcom_as_json,
}
