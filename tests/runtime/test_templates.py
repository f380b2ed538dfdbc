"""Templates rendered where a task runs, as Airflow renders them."""

from __future__ import annotations

import datetime

import jinja2
import pytest

from airgo.runtime.moments import airgo_moment
from airgo.runtime.templates import AIRGO_FILTERS, AirgoMacros, AirgoVar, airgo_renderer

MOMENT = airgo_moment("2024-01-02T03:04:05+00:00")


def test_a_template_is_rendered_with_its_context_and_filters() -> None:
    """Statements, filters of the DAG and of Airflow's, and names of the context."""
    render = airgo_renderer({"loud": str.upper}, who="me", day=MOMENT)
    assert render("{% for n in [1, 2] %}{{ who | loud }}{{ n }} {% endfor %}{{ day | ds }}") == "ME1 ME2 2024-01-02"
    with pytest.raises(jinja2.UndefinedError):
        render("{{ nobody }}")


def test_dates_are_printed_by_airflows_filters() -> None:
    """Each filter has Airflow's format."""
    printed = {name: print_moment(MOMENT) for name, print_moment in AIRGO_FILTERS.items()}
    assert printed == {
        "ds": "2024-01-02",
        "ds_nodash": "20240102",
        "ts": "2024-01-02T03:04:05+00:00",
        "ts_nodash": "20240102T030405",
        "ts_nodash_with_tz": "20240102T030405+0000",
    }


def test_macros_calculate_with_dates() -> None:
    """ds_add and ds_format do what Airflow's do; modules and classes are Python's own."""
    assert (AirgoMacros.ds_add("2024-02-28", 2), AirgoMacros.ds_add("2024-02-28", 0)) == ("2024-03-01", "2024-02-28")
    assert AirgoMacros.ds_format("2024-02-28", "%Y-%m-%d", "%d/%m") == "28/02"
    assert AirgoMacros.timedelta is datetime.timedelta


def test_variables_are_read_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As text or JSON; get() has a default."""
    monkeypatch.setenv("AIRFLOW_VAR_A", "[1]")
    render = airgo_renderer({}, var=AirgoVar)
    assert render("{{ var.value.a }} {{ var.json.a[0] + 1 }} {{ var.value.get('b', 'c') }}") == "[1] 2 c"
