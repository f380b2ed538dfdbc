"""The defaults of Airflow's settings."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from airgo import catalogue
from tests.engines.config_defaults import settings
from tests.engines.required import absent


def test_table_is_what_the_script_makes() -> None:
    """The table has the defaults that the installed Airflow ships, and none that depend on the deployment or are secret."""
    if find_spec("airflow") is None:
        absent("Airflow is not installed")
    import airflow  # noqa: PLC0415 - installed for tests only

    found = settings(Path(airflow.__file__).parents[1])
    assert found == {name: catalogue.setting(name, "3") for name in found}
    assert found["kubernetes_executor.namespace"] == "default"
    assert {"core.fernet_key", "logging.base_log_folder", "database.sql_alchemy_conn"}.isdisjoint(found)


@pytest.mark.parametrize(("name", "two", "three"), [("core.no_such", None, None), ("core.parallelism", "32", "32")])
def test_lines(name: str, two: str | None, three: str | None) -> None:
    """Each line of Airflow has its own defaults."""
    assert (catalogue.setting(name, "2"), catalogue.setting(name, "3")) == (two, three)
