"""Airflow's template context: what every name means, as an Argo expression or a hole. `MACROS` can be listed.

https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from airgo import ir
from airgo.argo.text import MAP_INDEX, ItemHole, Text
from airgo.macros.dates import CREATED, GIVEN, ISO, SCHEDULED, Moment, RunDates
from airgo.macros.results import Code, Known, Method, NotExact, Pulled, Result, Sourced, Space, Spliced, tight
from airgo.macros.rules import RUN_TIME, UNDEFINED, UNKNOWN_SCHEDULE
from airgo.values import is_plain


@dataclass(frozen=True, slots=True)
class TemplateContext:
    """What a template is rendered for. `parameter` and `conf` give the workflow parameter of a DAG param and of a key of dag_run.conf.

    `conf(key, default)`: `default` is the text that the template falls back to, or None when it has none. `variables`: those known now.
    `macros`: the DAG's user_defined_macros, plain or already a `Result`; `filters`: the names of user_defined_filters.
    """

    dag: ir.Dag
    task: ir.Task | None
    dates: RunDates
    parameter: Callable[[str], str]
    conf: Callable[[str, str | None], str]
    variables: Mapping[str, object]
    macros: Mapping[str, object]
    filters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Macro:
    """One name of the context. `versions`: the Airflow versions that define it; `text` is for lists."""

    text: str
    resolve: Callable[[TemplateContext], Result]
    versions: str = "23"
    instead: str | None = None


def _instant(pick: Callable[[RunDates], Moment]) -> Callable[[TemplateContext], Result]:
    def resolve(context: TemplateContext) -> Result:
        return Code(f"{tight(_code(pick(context.dates)))}.UTC()", "time")

    return resolve


def _code(moment: Moment) -> str:
    if moment.code is None:
        raise NotExact(UNKNOWN_SCHEDULE, moment.reason)
    return moment.code


def _formatted(pick: Callable[[RunDates], Moment], layout: str, days: int = 0) -> Callable[[TemplateContext], Result]:
    def resolve(context: TemplateContext) -> Result:
        moment = f"{tight(_code(pick(context.dates)))}.UTC()"
        if days:
            moment += f".AddDate(0, 0, {days})"
        return Code(f"{moment}.Format('{layout}')", "text", moment=moment if layout in _DAY_LAYOUTS else None)

    return resolve


_DAY_LAYOUTS = ("2006-01-02", "20060102")


def _logical(dates: RunDates) -> Moment:
    return dates.logical


def _following(dates: RunDates) -> Moment:
    return dates.following


def _previous(dates: RunDates) -> Moment:
    return dates.previous


def _run_id(context: TemplateContext) -> Result:
    return Code(_code(context.dates.run_id), "text")


def _space(name: str) -> Callable[[TemplateContext], Result]:
    return lambda _context: Space(name)


def _never(words: str) -> Callable[[TemplateContext], Result]:
    def resolve(_context: TemplateContext) -> Result:
        raise NotExact(RUN_TIME, words)

    return resolve


def _task_key(context: TemplateContext) -> Result:
    task = _task(context)
    day = f"{tight(_code(context.dates.logical))}.UTC().Format('20060102')"
    return Code(f"'{context.dag.id}__{task.id}__' + {day}", "text")


def _task(context: TemplateContext) -> ir.Task:
    if context.task is None:
        raise NotExact(RUN_TIME, "the template does not belong to one task")
    return context.task


_NO_HISTORY = "it reads an earlier run, and Argo keeps no history that a run could read"
_IN_TWO = "2"

MACROS: Mapping[str, Macro] = {
    "ds": Macro("the logical date as 2024-01-31", _formatted(_logical, "2006-01-02")),
    "ds_nodash": Macro("the logical date as 20240131", _formatted(_logical, "20060102")),
    "ts": Macro("the logical date as 2024-01-31T00:00:00+00:00", _formatted(_logical, "2006-01-02T15:04:05-07:00")),
    "ts_nodash": Macro("the logical date as 20240131T000000", _formatted(_logical, "20060102T150405")),
    "ts_nodash_with_tz": Macro("the logical date as 20240131T000000+0000", _formatted(_logical, "20060102T150405-0700")),
    "logical_date": Macro("the logical date", _instant(_logical)),
    "execution_date": Macro("the logical date", _instant(_logical), _IN_TWO, "logical_date"),
    "data_interval_start": Macro("the start of the data interval", _instant(lambda dates: dates.start)),
    "data_interval_end": Macro("the end of the data interval", _instant(lambda dates: dates.end)),
    "next_ds": Macro("the next logical date as 2024-02-01", _formatted(_following, "2006-01-02"), _IN_TWO, "data_interval_end | ds"),
    "next_ds_nodash": Macro(
        "the next logical date as 20240201", _formatted(_following, "20060102"), _IN_TWO, "data_interval_end | ds_nodash"
    ),
    "next_execution_date": Macro("the next logical date", _instant(_following), _IN_TWO, "data_interval_end"),
    "prev_ds": Macro("the previous logical date as 2024-01-30", _formatted(_previous, "2006-01-02"), _IN_TWO),
    "prev_ds_nodash": Macro("the previous logical date as 20240130", _formatted(_previous, "20060102"), _IN_TWO),
    "prev_execution_date": Macro("the previous logical date", _instant(_previous), _IN_TWO),
    "yesterday_ds": Macro("the day before ds", _formatted(_logical, "2006-01-02", -1), _IN_TWO, "macros.ds_add(ds, -1)"),
    "yesterday_ds_nodash": Macro("the day before ds, as 20240130", _formatted(_logical, "20060102", -1), _IN_TWO),
    "tomorrow_ds": Macro("the day after ds", _formatted(_logical, "2006-01-02", 1), _IN_TWO, "macros.ds_add(ds, 1)"),
    "tomorrow_ds_nodash": Macro("the day after ds, as 20240201", _formatted(_logical, "20060102", 1), _IN_TWO),
    "run_id": Macro("scheduled__, manual__ or backfill__ and the run's date", _run_id),
    "task_instance_key_str": Macro("dag_id__task_id__ds_nodash", _task_key),
    "params": Macro("workflow parameters", _space("params")),
    "dag_run": Macro("run_id, logical_date, run_type, start_date, conf …", _space("dag_run")),
    "dag": Macro("dag_id, owner, description", _space("dag")),
    "task": Macro("task_id, dag_id, owner and plain arguments", _space("task")),
    "ti": Macro("xcom_pull(), task_id, dag_id, run_id, try_number without retries", _space("ti")),
    "task_instance": Macro("the same as ti", _space("ti")),
    "var": Macro("Variables: var.value.x, var.json.x.y, get()", _space("var")),
    "conn": Macro("fields of connections: conn.x.host", _space("conn")),
    "macros": Macro("ds_add, ds_format, timedelta, datetime, dateutil.relativedelta", _space("macros")),
    "conf": Macro("Airflow's settings: conf.get(section, key)", _space("conf"), _IN_TWO),
    "test_mode": Macro("False", lambda _context: Known(False), _IN_TWO),
    "prev_data_interval_start_success": Macro("not exact", _never(_NO_HISTORY)),
    "prev_data_interval_end_success": Macro("not exact", _never(_NO_HISTORY)),
    "prev_start_date_success": Macro("not exact", _never(_NO_HISTORY)),
    "prev_end_date_success": Macro("not exact", _never(_NO_HISTORY)),
    "prev_execution_date_success": Macro("not exact", _never(_NO_HISTORY), _IN_TWO),
    "inlets": Macro("not exact", _never("inlets are objects of Airflow's")),
    "outlets": Macro("not exact", _never("outlets are objects of Airflow's")),
    "inlet_events": Macro("not exact", _never("asset events are kept by Airflow")),
    "outlet_events": Macro("not exact", _never("asset events are kept by Airflow")),
    "triggering_dataset_events": Macro("not exact", _never("dataset events are kept by Airflow"), _IN_TWO),
    "triggering_asset_events": Macro("not exact", _never("asset events are kept by Airflow"), "3"),
    "expanded_ti_count": Macro("not exact", _never("the number of mapped instances is known to Airflow only"), _IN_TWO),
    "map_index_template": Macro("not exact", _never("it names instances in Airflow's pages")),
    "templates_dict": Macro("not exact", _never("templates_dict is rendered together with this template")),
    "task_reschedule_count": Macro("not exact", _never("Airflow counts reschedules, Argo does not"), "3"),
}
"""Every name of Airflow's context. `versions` without "3": the name is gone in Airflow 3, where reading it fails the task."""


def name(identifier: str, context: TemplateContext) -> Result:
    """The meaning of a name in a template. Raises NotExact: undefined, or known to Airflow only."""
    if identifier in context.macros:
        return _user_macro(identifier, context.macros[identifier])
    macro = MACROS.get(identifier)
    if macro is None:
        near = difflib.get_close_matches(identifier, [*MACROS, *context.macros], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise NotExact(UNDEFINED, f"{identifier} is not defined in templates{hint}")
    if context.dag.airflow_version not in macro.versions:
        hint = f"; {macro.instead} takes its place" if macro.instead else ""
        raise NotExact(UNDEFINED, f"{identifier} is not defined in Airflow {context.dag.airflow_version}{hint}")
    return macro.resolve(context)


def _user_macro(identifier: str, value: object) -> Result:

    if isinstance(value, Known | Code | Spliced | Pulled | Sourced):
        return value
    if is_plain(value):
        return Known(value)
    raise NotExact(RUN_TIME, f"{identifier} comes from user_defined_macros and is code or a value that is not known now")


def dag_run_member(key: str, context: TemplateContext) -> Result:
    """`dag_run.key`."""
    _require(key, _DAG_RUN_VERSIONS, "dag_run", context)
    if key in ("logical_date", "execution_date"):
        return MACROS["logical_date"].resolve(context)
    if key in ("data_interval_start", "data_interval_end"):
        return MACROS[key].resolve(context)
    simple: Mapping[str, Callable[[], Result]] = {
        "run_id": lambda: _run_id(context),
        "dag_id": lambda: Known(context.dag.id),
        "conf": lambda: Space("dag_run.conf"),
        "run_type": lambda: Code(context.dates.run_type, "run type" if context.dag.airflow_version == "3" else "text"),
        "external_trigger": lambda: Code(f"{GIVEN} == '' && workflow?.scheduledTime == nil", "truth"),
        "start_date": lambda: Code(f"date({CREATED}).UTC()", "time"),
        "queued_at": lambda: Code(f"date({CREATED}).UTC()", "time"),
        "run_after": lambda: _instant(lambda dates: dates.run_after)(context),
    }
    if key not in simple:
        raise NotExact(RUN_TIME, f"dag_run.{key} is known to Airflow only")
    return simple[key]()


_DAG_RUN_VERSIONS: Mapping[str, str] = {"execution_date": "2", "external_trigger": "2", "queued_at": "2", "run_after": "3"}
_TI_VERSIONS: Mapping[str, str] = dict.fromkeys(("logical_date", "execution_date", "dag_run", "_try_number", "prev_attempted_tries"), "2")
"""Members that one line of Airflow has; the others are in both."""


def _require(key: str, versions: Mapping[str, str], of: str, context: TemplateContext) -> None:
    if context.dag.airflow_version not in versions.get(key, "23"):
        raise NotExact(UNDEFINED, f"{of} has no {key} in Airflow {context.dag.airflow_version}")


def dag_member(key: str, context: TemplateContext) -> Result:
    """`dag.key`."""
    _require(key, {"safe_dag_id": "2"}, "dag", context)
    if key in ("dag_id", "dag_display_name", "safe_dag_id"):
        return Known(context.dag.id.replace(".", "__dot__") if key == "safe_dag_id" else context.dag.id)
    if key == "owner":
        owners = {str(_owner(task)) for task in context.dag.tasks}
        return Known(", ".join(sorted(owners)))
    return _plain_argument("dag", key, context.dag.arguments)


def task_member(key: str, context: TemplateContext) -> Result:
    """`task.key`."""
    task = _task(context)
    if key in ("task_id", "label"):
        return Known(task.id if key == "task_id" else task.id.rpartition(".")[2])
    if key == "dag_id":
        return Known(context.dag.id)
    if key == "owner":
        return Known(_owner(task))
    if key == "dag":
        return Space("dag")
    if key in ("task_type", "operator_name"):
        return Known(task.class_name.rpartition(".")[2])
    return _plain_argument("task", key, task.arguments)


def _owner(task: ir.Task) -> object:
    return task.value("owner", "airflow")


def _plain_argument(of: str, key: str, arguments: Mapping[str, ir.Argument]) -> Result:

    argument = arguments.get(key)
    if argument is None or not is_plain(argument.value):
        raise NotExact(RUN_TIME, f"{of}.{key} is known to Airflow only")
    return Known(argument.value)


def ti_member(key: str, context: TemplateContext) -> Result:
    """`ti.key` and `task_instance.key`."""
    _require(key, _TI_VERSIONS, "ti", context)
    if key == "xcom_pull":
        return Method("xcom_pull", Space("ti"))
    if key in ("task_id", "dag_id"):
        return task_member(key, context)
    if key in ("run_id", "logical_date", "execution_date"):
        return dag_run_member(key, context)
    if key in ("dag_run", "task"):
        return Space(key)
    if key == "start_date":
        return Code("now().UTC()", "time")  # a pod's texts are made when it starts
    task = _task(context)
    if key == "map_index":
        return Spliced(Text((ItemHole(MAP_INDEX),))) if context.dag.fans_out(task) else Known(-1)
    if key in ("try_number", "_try_number", "prev_attempted_tries") and task.retries == 0:
        return Known(1)
    if key == "try_number" and isinstance(task.retries, int) and task.retries > 0:
        return Code("asInt(retries) + 1", "integer")  # Argo counts the attempts of a template that has a retryStrategy
    if key == "max_tries" and isinstance(task.retries, int):
        return Known(task.retries)
    reason = (
        "the task has retries, and the attempt's number is not known where its text is made"
        if key == "try_number"
        else "it is known to Airflow only"
    )
    raise NotExact(RUN_TIME, f"ti.{key}: {reason}")


__all__ = ["ISO", "MACROS", "SCHEDULED", "Macro", "TemplateContext", "dag_member", "dag_run_member", "name", "task_member", "ti_member"]
