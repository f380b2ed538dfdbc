"""Reads what another task handed on: from an environment variable, or from a file where Argo brought one."""

import json
import os
from typing import Any

AIRGO_INPUTS = "/tmp/airgo-inputs"


def handed_on(name: str) -> Any:
    """One value; None where the other task handed nothing on."""
    if name in os.environ:
        return json.loads(os.environ[name])
    path = os.path.join(AIRGO_INPUTS, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)
