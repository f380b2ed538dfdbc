"""Which Airflow runs the file: the line (2 or 3) is known or inferred (semantics, section 1), the release within it is assumed.

Control flow that asks for the release takes the newest one that airgo knows, with a note that says so (AG100); as data the version stays
a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from airgo.evaluate.models import VALUE_RESOLVERS
from airgo.values import MISSING, Symbol

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

NEWEST: Mapping[str, str] = {"2": "2.11.0", "3": "3.3.2"}
"""The release of each line whose classes the catalogue describes."""
TEXTS = frozenset({"airflow.__version__", "airflow.version.version", "airflow.version.__version__", "airflow.sdk.__version__"})
AT_LEAST = re.compile(r"(?:airflow|tests_common)\.[\w.]*\bAIRFLOW_V_(\d+)_(\d+)(?:_(\d+))?_PLUS")


def resolve(machine: Machine, name: str) -> object:
    """The value of a name that holds Airflow's version, or says whether it is at least some version; MISSING for other names."""
    if "ersion" not in name and "AIRFLOW_V_" not in name:
        return MISSING
    line = machine.config.airflow_version or "2"
    if name in TEXTS:
        return Symbol("airflow", "version", default=NEWEST[line], place=machine.place)
    found = AT_LEAST.fullmatch(name)
    if found is None:
        return MISSING
    wanted = tuple(int(number or 0) for number in found.groups())
    if str(wanted[0]) != line or not any(wanted[1:]):
        return int(line) >= wanted[0]
    newest = tuple(int(number) for number in NEWEST[line].split("."))
    return Symbol("airflow", name.rpartition(".")[2], default=newest >= wanted, place=machine.place)


VALUE_RESOLVERS.append(resolve)
