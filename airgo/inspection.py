"""The IR as JSON: what `airgo inspect` prints (contracts, section 2)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
DEEPEST = 60
"""Nesting of values; the IR holds less."""


def file_as_json(file: File, diagnostics: Iterable[Diagnostic] = ()) -> dict[str, Json]:
    """One file: its status, its DAGs, and what was found on the way."""
    values = Values()
    return {
        "path": file.path,
        "status": file.status,
        "dags": [dag_as_json(dag, values) for dag in file.dags],
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


def dag_as_json(dag: Dag, values: Values) -> dict[str, Json]:
    """One DAG."""
    return {
        "dag_id": dag.id,
        "line": dag.span.line,
        "airflow_version": dag.airflow_version,
        "schedule": schedule_as_json(dag.schedule, values),
        "timezone": dag.timezone,
        "start_date": date_as_json(dag.start_date, values),
        "end_date": date_as_json(dag.end_date, values),
        "catchup": values(dag.catchup),
        "max_active_runs": values(dag.max_active_runs),
        "max_active_tasks": values(dag.max_active_tasks),
        "dagrun_timeout": values(dag.dagrun_timeout),
        "tags": [values(tag) for tag in dag.tags],
        "params": {one.name: {"default": values(one.default), "schema": values(dict(one.schema))} for one in dag.params},
        "groups": [{"id": one.id, "parent": one.parent, "mapped": one.expand is not None} for one in dag.groups],
        "guard": guard_as_json(dag.guard, values),
        "tasks": [task_as_json(task, dag.airflow_version, values) for task in dag.tasks],
    }


def date_as_json(value: object, values: Values) -> Json:
    """A date of a DAG in UTC."""
    return value.astimezone(datetime.UTC).isoformat() if isinstance(value, datetime.datetime) else values(value)


def schedule_as_json(schedule: Schedule, values: Values) -> dict[str, Json]:
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
        found["expression"] = values(schedule.expression)
    if schedule.kind == "timetable":
        found |= {"class": schedule.class_name, "arguments": values(dict(schedule.arguments))}
    if schedule.kind == "unknown":
        found |= {"reason": schedule.reason, "choices": [schedule_as_json(choice, values) for choice in schedule.choices]}
    return found


def task_as_json(task: Task, version: str, values: Values) -> dict[str, Json]:
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
        "retries": values(task.retries),
        "retry_delay": values(task.retry_delay),
        "execution_timeout": values(task.execution_timeout),
        "pool": values(task.pool),
        "depends_on_past": task.depends_on_past,
        "mapped": task.mapped,
        "setup": task.setup,
        "teardown": task.teardown,
        "guard": guard_as_json(task.guard, values),
        "opaque": task.opaque,
        "arguments": arguments_as_json(task, version, values),
        "expand": expand_as_json(task.expand, values),
    }


def arguments_as_json(task: Task, version: str, values: Values) -> dict[str, Json]:
    """What reached the constructors, with what they hand on to those of their bases.

    A class of the project with a behaviour of its own is what runs, so its own arguments count first.
    """
    own = {name: given for name, given in task.written.items() if name != "default_args"}
    merged: Mapping[str, Argument] = {**task.arguments, **own} if task.overrides_execute else {**own, **task.arguments}
    if not task.mapped:
        merged = {**task.passed, **merged}
    found = {name: argument_as_json(argument, values) for name, argument in merged.items() if name not in ("task_id", "default_args")}
    return found | {name: values(value) for name, value in handed_on(task, version).items() if name not in found}


def argument_as_json(argument: Argument, values: Values) -> Json:
    """A value; a template file's name stands for its text, which Airflow puts in its place when it loads the DAG."""
    return values(argument.value if argument.file_text is None else argument.file_text)


def expand_as_json(expand: Expand | None, values: Values) -> Json:
    """What a task is expanded over."""
    if expand is None:
        return None
    if expand.kind == "expand":
        return {"kind": expand.kind, "arguments": {name: values(one.value) for name, one in expand.arguments.items()}}
    return {"kind": expand.kind, "kwargs": values(expand.kwargs_list.value if expand.kwargs_list is not None else None)}


def guard_as_json(guard: Guard | None, values: Values) -> Json:
    """Under which test something exists."""
    return None if guard is None else {"test": values(guard.test), "polarity": guard.polarity, "line": guard.span.line}


@dataclass(slots=True)
class Values:
    """Values of one file as JSON: plain data as it is, `{"$…": …}` for what is none. What tasks share is turned once, and stays shared."""

    _known: dict[int, tuple[object, Json]] = field(default_factory=dict)

    def __call__(self, value: object, depth: int = 0) -> Json:
        """The JSON of a value."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return text_as_json(value)
        known = self._known.get(id(value))
        if known is None:
            if depth > DEEPEST:
                return {"$unknown": "a value nested too deeply"}
            known = self._known[id(value)] = (value, self._anew(value, depth + 1))
        return known[1]

    def _anew(self, value: object, depth: int) -> Json:
        if isinstance(value, dict):
            return self.mapping(value, depth)
        if isinstance(value, list | tuple):
            return [self(item, depth) for item in value]
        if isinstance(value, set | frozenset):
            return sorted((self(item, depth) for item in value), key=repr)
        for kind, plain in PLAIN.items():
            if isinstance(value, kind):
                return plain(value)
        for kind, symbolic in SYMBOLIC.items():
            if isinstance(value, kind):
                return symbolic(self, value, depth)
        return {"$unknown": f"a {type(value).__name__}"}

    def mapping(self, value: Mapping[object, object], depth: int) -> Json:
        """A dict; one with a key that is not known is shown as its pairs."""
        if any(isinstance(key, Symbolic) for key in value):
            pairs = [[self(key, depth), self(item, depth)] for key, item in value.items()]
            return {"$operation": {"name": "dict", "operands": pairs}}
        return {key if isinstance(key, str) else str(self(key)): self(item, depth) for key, item in value.items()}


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


def symbol_as_json(values: Values, value: Symbol, depth: int) -> Json:
    """Something that comes from outside."""
    found: dict[str, Json] = {"kind": value.kind, "key": value.key}
    if value.path:
        found["path"] = list(value.path)
    if value.default is not MISSING:
        found["default"] = values(value.default, depth)
    return {"$symbol": found}


def call_as_json(values: Values, value: ExternCall, depth: int) -> Json:
    """A call of something from outside, or an object of the project."""
    kwargs = {name: values(item, depth) for name, item in value.kwargs.items()}
    return {"$extern": {"name": value.name, "args": [values(item, depth) for item in value.args], "kwargs": kwargs}}


def extern_as_json(value: Extern) -> Json:
    """A name from outside; a member of a provider's enumeration is its value."""
    known = catalogue.member(value.name)
    return {"$extern": {"name": value.name, "args": None, "kwargs": None}} if known is MISSING else known


def code_as_json(values: Values, value: CodeRef, depth: int) -> Json:
    """A function to ship."""
    found: dict[str, Json] = {"module": value.module, "name": value.name, "line": value.place.span.line}
    if value.args:
        found["args"] = values(list(value.args), depth)
    if value.kwargs:
        found["kwargs"] = values(dict(value.kwargs), depth)
    return {"$code": found}


def xcom_as_json(values: Values, value: object, depth: int) -> Json:
    """An XCom, or what is derived from some."""
    if isinstance(value, XComRef):
        return {"$xcom": {"task_id": value.task_id, "key": value.key}}
    if isinstance(value, XComMap):
        return {"$xcom": {"map": values(value.source, depth), "function": values(value.function, depth)}}
    if isinstance(value, XComZip):
        return {"$xcom": {"zip": values(list(value.sources), depth)}}
    assert isinstance(value, XComConcat)
    return {"$xcom": {"concat": values(list(value.sources), depth)}}


PLAIN: Mapping[type, Callable[[Any], Json]] = {
    datetime.datetime: lambda value: {"$datetime": value.isoformat()},
    datetime.date: lambda value: {"$date": value.isoformat()},
    datetime.time: lambda value: {"$time": value.isoformat()},
    datetime.timedelta: lambda value: {"$timedelta": value.total_seconds()},
    datetime.tzinfo: lambda value: {"$unknown": f"the timezone {value}"},
    PurePath: lambda value: {"$path": text_as_json(str(value))},
    bytes: lambda value: {"$bytes": value.hex()},
}
SYMBOLIC: Mapping[type, Callable[[Values, Any, int], Json]] = {
    Symbol: symbol_as_json,
    Template: lambda values, value, depth: {"$template": [values(part, depth) for part in value.parts]},
    Choice: lambda values, value, depth: {
        "$choice": {
            "test": values(value.test, depth),
            "then": values(value.then, depth),
            "else": values(value.orelse, depth),
        }
    },
    ExternCall: call_as_json,
    Extern: lambda values, value, depth: extern_as_json(value),
    CodeRef: code_as_json,
    Operation: lambda values, value, depth: {
        "$operation": {"name": value.name, "operands": [values(one, depth) for one in value.operands]}
    },
    ParamValue: lambda values, value, depth: {
        "$param": {"default": values(value.default, depth), "schema": values(dict(value.schema), depth)}
    },
    Unknown: lambda values, value, depth: {"$unknown": value.root().reason},
    XComRef: xcom_as_json,
    XComMap: xcom_as_json,
    XComZip: xcom_as_json,
    XComConcat: xcom_as_json,
}
