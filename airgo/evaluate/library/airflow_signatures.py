"""Which arguments a function under `@task` takes: Airflow binds them when the task is made, keys of the context aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airgo.evaluate.objects import Call, Function, PythonError
from airgo.evaluate.syntax import signature

CONTEXT_KEYS = frozenset(
    [
        "asset_state_store",
        "conf",
        "conn",
        "dag",
        "dag_run",
        "data_interval_end",
        "data_interval_start",
        "ds",
        "ds_nodash",
        "exception",
        "execution_date",
        "expanded_ti_count",
        "inlet_events",
        "inlets",
        "logical_date",
        "macros",
        "map_index_template",
        "next_ds",
        "next_ds_nodash",
        "next_execution_date",
        "outlet_events",
        "outlets",
        "params",
        "partition_date",
        "partition_key",
        "prev_data_interval_end_success",
        "prev_data_interval_start_success",
        "prev_ds",
        "prev_ds_nodash",
        "prev_end_date_success",
        "prev_execution_date",
        "prev_execution_date_success",
        "prev_start_date_success",
        "reason",
        "run_id",
        "task",
        "task_instance",
        "task_instance_key_str",
        "task_reschedule_count",
        "task_state_store",
        "templates_dict",
        "test_mode",
        "ti",
        "tomorrow_ds",
        "tomorrow_ds_nodash",
        "triggering_asset_events",
        "triggering_dataset_events",
        "try_number",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "var",
        "yesterday_ds",
        "yesterday_ds_nodash",
    ]
)
"""Parameters of these names get None when the task is made, and the context's value when it runs (KNOWN_CONTEXT_KEYS of both lines)."""


HANDED_IN: Mapping[str, frozenset[str]] = {"pyspark": frozenset({"spark", "sc"}), "snowpark": frozenset({"session"})}
"""Parameters that the operator behind a kind of decorator gives the function itself."""


def check_binding(function: object, op_args: Sequence[object], op_kwargs: Mapping[str, object], call: Call, kind: str = "") -> None:
    """Raises PythonError("TypeError") where `inspect.signature(function).bind` does; a decorated or unseen signature passes."""
    if not isinstance(function, Function) or call.unseen:
        return
    parameters = signature(function.node)
    positional = (*parameters.positional_only, *parameters.positional)
    if len(op_args) > len(positional) and parameters.star is None:
        raise PythonError("TypeError", "too many positional arguments")
    bound = {*positional[: len(op_args)], *op_kwargs, *function.defaults}
    taken = {*parameters.positional, *parameters.keyword_only}
    for name in op_kwargs:
        if name in positional[: len(op_args)]:
            raise PythonError("TypeError", f"multiple values for argument {name!r}")
        if name not in taken and parameters.double_star is None:
            raise PythonError("TypeError", f"got an unexpected keyword argument {name!r}")
    for name in (*positional, *parameters.keyword_only):
        if name not in bound and name not in CONTEXT_KEYS and name not in HANDED_IN.get(kind, ()):
            raise PythonError("TypeError", f"missing a required argument: {name!r}")
