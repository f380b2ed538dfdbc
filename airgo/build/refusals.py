"""Values that Airflow refuses while it loads a file: params of scheduled DAGs, missing start dates, and settings of tasks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from airgo.diagnostics import Collector, Rule, Severity
from airgo.ir import Argument, Dag, Param, Task
from airgo.values import MISSING, Symbolic

PARAM_WITHOUT_VALUE = Rule(
    "AG121",
    "param-without-value",
    Severity.ERROR,
    summary="A scheduled DAG has a param whose default is missing or breaks its schema",
    why="Nobody gives values to a scheduled run, so Airflow refuses a DAG with a schedule unless every param has a valid default.",
    remedy='Give the param a default that fits its schema (None needs the type ["null", ...]), or take the schedule away',
)
REFUSED_SETTING = Rule(
    "AG122",
    "refused-setting",
    Severity.ERROR,
    summary="An argument of a task has a value that Airflow refuses",
    why="The operator's constructor raises an error for it, so the file does not load in Airflow; what was meant cannot be known.",
    remedy="Give the argument a value of the kind that the message names",
)
NO_START_DATE = Rule(
    "AG123",
    "no-start-date",
    Severity.ERROR,
    summary="A scheduled DAG of Airflow 2 has no start date",
    why="Airflow 2 raises an error for a DAG that has a schedule and a start_date neither of its own nor in its default_args.",
    remedy="Give the DAG a start_date",
)
JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}


def positive(value: object) -> bool:
    """A whole number above 0, or nothing that is known."""
    return not isinstance(value, int) or value >= 1


def duration(value: object) -> bool:
    """No bare number: a timedelta, None, or something that is not known."""
    return not isinstance(value, int | float | str)


def whole(value: object) -> bool:
    """What `int()` takes."""
    if not isinstance(value, str):
        return not isinstance(value, list | tuple | dict | set | datetime.timedelta)
    try:
        int(value)
    except ValueError:
        return False
    return True


def one_of(*words: str) -> Callable[[object], bool]:
    """One of some words, or something that is no text."""
    return lambda value: not isinstance(value, str) or value in words


SETTINGS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "execution_timeout": (duration, "a timedelta"),
    "pool_slots": (positive, "at least 1"),
    "retries": (whole, "a whole number"),
}
"""Arguments that every operator has: which values pass, and what the message says of them."""
OF_SENSORS: Mapping[str, tuple[Callable[[object], bool], str]] = {"mode": (one_of("poke", "reschedule"), "'poke' or 'reschedule'")}
OF_AIRFLOW_2: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "weight_rule": (one_of("downstream", "upstream", "absolute"), "'downstream', 'upstream' or 'absolute'")
}


def check_refusals(dag: Dag, collector: Collector) -> None:
    """Report what Airflow would refuse of a DAG's values."""
    written = {"schedule", "schedule_interval", "timetable"} & {name for name, one in dag.arguments.items() if given(one.value)}
    start = dag.arguments.get("start_date") or dag.default_args.get("start_date")
    if dag.airflow_version == "2" and written and dag.schedule.kind != "unknown" and (start is None or start.value is None):
        collector.add(NO_START_DATE.at(dag.span, f"{dag.id} has a schedule and no start_date", subject=dag.id))
    if dag.schedule.kind not in ("none", "unknown"):
        for param in dag.params:
            problem = invalid(param)
            if problem is not None:
                words = f"{dag.id} has a schedule, and its param {param.name} {problem}"
                collector.add(PARAM_WITHOUT_VALUE.at(dag.span, words, subject=dag.id))
    for task in dag.tasks:
        check_settings(task, dag, collector)


def given(value: object) -> bool:
    """Is it a schedule? An empty one, like None, is none."""
    return value not in (None, "", MISSING)


def check_settings(task: Task, dag: Dag, collector: Collector) -> None:
    """Report the arguments of a task that its constructor refuses."""
    sensor = "Sensor" in task.operator.rpartition(".")[2]
    table = {**SETTINGS, **(OF_SENSORS if sensor else {}), **(OF_AIRFLOW_2 if dag.airflow_version == "2" else {})}
    for name, (passes, words) in table.items():
        argument: Argument | None = task.arguments.get(name)
        if argument is not None and argument.value is not None and not passes(argument.value):
            message = f"{name} of {task.id} is {argument.value!r}; Airflow takes {words} only"
            collector.add(REFUSED_SETTING.at(argument.span, message, subject=f"{dag.id}.{task.id}"))


def invalid(param: Param) -> str | None:
    """What is wrong with a param's default, as far as its type and enumeration say; None when nothing is."""
    if param.default is MISSING:
        return "has no default"
    if not isinstance(param.default, str | int | float | list | dict | type(None)):
        return None  # it depends on something that is not known
    kinds, allowed = param.schema.get("type"), param.schema.get("enum")
    names = [str(kind) for kind in ([kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list | tuple) else [])]
    if names and JSON_TYPES.keys() >= set(names) and not any(fits(param.default, name) for name in names):
        return f"has the default {param.default!r}, which is no {' or '.join(names)}"
    if isinstance(allowed, list | tuple) and not any(isinstance(one, Symbolic) for one in allowed) and param.default not in allowed:
        return f"has the default {param.default!r}, which its enum does not hold"
    return None


def fits(value: object, name: str) -> bool:
    """Is a value of a type of JSON schema? True and False are no numbers there."""
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and name == "integer":
        return value.is_integer()
    return isinstance(value, JSON_TYPES[name])
