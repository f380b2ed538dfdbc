"""The keys of Airflow's context, what kind of object each is, and what a task was found to read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airgo.callables.problems import Problem

CONTEXT, TI, RUN, DAG, TASK, CONF, MOMENT, VALUE = "context", "ti", "dag_run", "dag", "task", "conf", "moment", "value"
FOLLOWED = frozenset({CONTEXT, TI, RUN, DAG, TASK, CONF})
"""Kinds of objects that must not get out of sight."""

MOMENTS = frozenset(
    [
        "logical_date",
        "execution_date",
        "data_interval_start",
        "data_interval_end",
        "next_execution_date",
        "prev_execution_date",
        "start_date",
        "queued_at",
    ]
)
KEYS: Mapping[str, str] = {
    **dict.fromkeys(MOMENTS - {"start_date", "queued_at"}, MOMENT),
    **dict.fromkeys(
        [
            "ds",
            "ds_nodash",
            "ts",
            "ts_nodash",
            "ts_nodash_with_tz",
            "next_ds",
            "next_ds_nodash",
            "prev_ds",
            "prev_ds_nodash",
            "yesterday_ds",
            "yesterday_ds_nodash",
            "tomorrow_ds",
            "tomorrow_ds_nodash",
            "run_id",
            "task_instance_key_str",
            "params",
            "templates_dict",
            "test_mode",
            "var",
            "conn",
            "macros",
            "conf",
            "inlets",
            "outlets",
            "inlet_events",
            "outlet_events",
            "prev_data_interval_start_success",
            "prev_data_interval_end_success",
            "prev_start_date_success",
            "prev_end_date_success",
            "prev_execution_date_success",
            "triggering_dataset_events",
            "triggering_asset_events",
            "expanded_ti_count",
            "map_index_template",
            "task_reschedule_count",
        ],
        VALUE,
    ),
    "ti": TI,
    "task_instance": TI,
    "dag_run": RUN,
    "dag": DAG,
    "task": TASK,
}
"""Every key of the context, in both major versions, and what kind of object it is."""

DATETIME = frozenset(
    [
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "microsecond",
        "tzinfo",
        "date",
        "time",
        "timestamp",
        "isoformat",
        "strftime",
        "replace",
        "astimezone",
        "timetuple",
        "utctimetuple",
        "utcoffset",
        "weekday",
        "isoweekday",
        "isocalendar",
        "toordinal",
        "timetz",
    ]
)
"""What datetime has with the same meaning as pendulum's DateTime."""
LIKE_PENDULUM = frozenset(
    [
        "to_date_string",
        "to_time_string",
        "to_datetime_string",
        "to_iso8601_string",
        "to_rfc3339_string",
        "to_atom_string",
        "format",
        "int_timestamp",
        "float_timestamp",
        "day_of_week",
        "day_of_year",
        "week_of_year",
        "quarter",
        "days_in_month",
        "timezone_name",
        "diff",
    ]
)
"""What airgo's own DateTime has of pendulum's besides."""
MOVING = frozenset(["add", "subtract", "in_timezone", "in_tz", "set", "at", "on", "naive", "start_of", "end_of", "replace", "astimezone"])
"""Methods of pendulum's DateTime that give another one; airgo's has them all."""


ANY_KEY = ""
"""`xcom_pull(key=None)` of Airflow 2: the XCom that the task pushed last, whatever its key."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One `xcom_pull` with known ids and key, or ANY_KEY; `many`: it was asked for a list."""

    task_ids: tuple[str, ...]
    key: str
    many: bool = False


@dataclass(slots=True)
class ContextUse:
    """What a task asks for. `paths`: ("ds",), ("dag_run", "run_id"), ("dag_run", "conf", "day"), ("ti", "task_id") …

    `filled`: parameters of the callable that the context fills. `catch_all`: its `**` parameter takes the rest of the context.
    `current`: get_current_context is called. `pushes`: keys of xcom_push; `pushes_unknown`: also under computed keys.
    `like_pendulum`: its dates must have methods of pendulum's.
    """

    paths: dict[tuple[str, ...], None] = field(default_factory=dict)
    filled: dict[str, None] = field(default_factory=dict)
    catch_all: bool = False
    pulls: dict[Pull, None] = field(default_factory=dict)
    pushes: dict[str, None] = field(default_factory=dict)
    pushes_unknown: bool = False
    current: bool = False
    like_pendulum: bool = False
    problems: list[Problem] = field(default_factory=list)

    def keywords(self) -> list[str]:
        """The keys that the callable's `**` parameter must hold."""
        return [key for key in self.read_keys() if key not in self.filled] if self.catch_all else []

    def read_keys(self) -> list[str]:
        """The keys of the context that are read, in the order met."""
        return list(dict.fromkeys(path[0] for path in self.paths))
