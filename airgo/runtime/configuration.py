"""Airflow's configuration, read from the environment as Airflow does: AIRFLOW__SECTION__KEY."""

import json
import os
from typing import Any

from airgo.runtime.exceptions import AirflowConfigException

AIRGO_NO_FALLBACK = object()


class AirgoConfiguration:
    """What of AirflowConfigParser can be read without airflow.cfg and Airflow's own defaults."""

    def get(self, section: str, key: str, fallback: Any = AIRGO_NO_FALLBACK, **_: Any) -> Any:
        """A setting's text."""
        name = f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"
        if name in os.environ:
            return os.environ[name]
        if fallback is AIRGO_NO_FALLBACK:
            raise AirflowConfigException(f"section/key [{section}/{key}] not found in config; set {name}")
        return fallback

    def getboolean(self, section: str, key: str, **options: Any) -> bool:
        """A setting that is true or false."""
        text = str(self.get(section, key, **options)).lower().partition("#")[0].strip()
        if text not in ("t", "true", "1", "f", "false", "0"):
            raise AirflowConfigException(f"the setting {section}.{key} is {text}, which is neither true nor false")
        return text in ("t", "true", "1")

    def getint(self, section: str, key: str, **options: Any) -> int:
        """A whole number."""
        number = self.airgo_number(section, key, options)
        if number != int(number):
            raise AirflowConfigException(f"the setting {section}.{key} is {number}, which is no whole number")
        return int(number)

    def getfloat(self, section: str, key: str, **options: Any) -> float:
        """A number."""
        return self.airgo_number(section, key, options)

    def airgo_number(self, section: str, key: str, options: Any) -> float:
        """A number, or the error that Airflow raises."""
        try:
            return float(self.get(section, key, **options))
        except (TypeError, ValueError) as error:
            raise AirflowConfigException(f"the setting {section}.{key} is no number: {error}") from error

    def getjson(self, section: str, key: str, fallback: Any = None, **options: Any) -> Any:
        """A setting that is JSON."""
        text = self.get(section, key, fallback=None, **options)
        return json.loads(text) if text else fallback

    def has_option(self, section: str, option: str, **_: Any) -> bool:
        """Is there such a setting?"""
        return self.get(section, option, fallback=None) is not None


airgo_conf = AirgoConfiguration()
