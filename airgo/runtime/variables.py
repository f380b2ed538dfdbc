"""Airflow's Variables, read from the environment as Airflow's own environment backend does: AIRFLOW_VAR_<KEY>."""

import json
import os
from typing import Any

NO_DEFAULT = object()


class Variable:
    """Reads Variables when the task runs."""

    @staticmethod
    def get(key: str, default_var: Any = NO_DEFAULT, deserialize_json: bool = False, default: Any = NO_DEFAULT) -> Any:
        """The value of a Variable; `default_var` is the default's name in Airflow 2, `default` in Airflow 3."""
        text = os.environ.get("AIRFLOW_VAR_" + key.upper())
        if text is None:
            if default is NO_DEFAULT:
                default = default_var
            if default is NO_DEFAULT:
                raise KeyError(f"Variable {key} does not exist")
            return default
        return json.loads(text) if deserialize_json else text
