"""Airflow's Jinja templates, rendered where a task runs: what its arguments hold besides dates, params and XComs that are known before."""

import datetime as airgo_dates
import json
import random
import time
import uuid
from typing import Any

import jinja2
import jinja2.sandbox

from airgo.runtime.variables import Variable


class AirgoVariables:
    """`var.value` and `var.json`."""

    def __init__(self, as_json: bool) -> None:
        self.airgo_json = as_json

    def __getattr__(self, key: str) -> Any:
        """A Variable by its name."""
        return Variable.get(key, deserialize_json=self.airgo_json)

    def get(self, key: str, default_var: Any = None) -> Any:
        """A Variable, or what is said instead."""
        return Variable.get(key, default_var, deserialize_json=self.airgo_json)


class AirgoVar:
    """`var`."""

    value = AirgoVariables(False)
    json = AirgoVariables(True)


class AirgoMacros:
    """`macros`."""

    datetime = airgo_dates.datetime
    timedelta = airgo_dates.timedelta
    time = time
    uuid = uuid
    random = random
    json = json

    @staticmethod
    def ds_add(ds: str, days: int) -> str:
        """The date so many days later."""
        return (airgo_dates.datetime.strptime(str(ds), "%Y-%m-%d") + airgo_dates.timedelta(days)).strftime("%Y-%m-%d") if days else str(ds)

    @staticmethod
    def ds_format(ds: str, input_format: str, output_format: str) -> str:
        """The date in another format."""
        return airgo_dates.datetime.strptime(str(ds), input_format).strftime(output_format)


AIRGO_FILTERS = {
    "ds": lambda moment: moment.strftime("%Y-%m-%d"),
    "ds_nodash": lambda moment: moment.strftime("%Y%m%d"),
    "ts": lambda moment: moment.isoformat(),
    "ts_nodash": lambda moment: moment.strftime("%Y%m%dT%H%M%S"),
    "ts_nodash_with_tz": lambda moment: moment.isoformat().replace("-", "").replace(":", ""),
}


def airgo_renderer(filters: Any, **context: Any) -> Any:
    """A function that renders a text as Airflow does. `filters`: those of the DAG."""
    environment = jinja2.sandbox.SandboxedEnvironment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    environment.filters.update({**AIRGO_FILTERS, **filters})
    return lambda text: environment.from_string(text).render(context)
