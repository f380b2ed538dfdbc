"""Parts of Airflow that ask its database or API server, which a container of the image runs without."""

from __future__ import annotations

import ast
from collections.abc import Iterator

DATABASE = (
    "airflow.api",
    "airflow.api_connexion",
    "airflow.cli",
    "airflow.jobs",
    "airflow.models.dag.DagModel",
    "airflow.models.DagBag",
    "airflow.models.dagbag",
    "airflow.models.DagModel",
    "airflow.models.DagRun",
    "airflow.models.dagrun",
    "airflow.models.log",
    "airflow.models.Log",
    "airflow.models.Pool",
    "airflow.models.pool",
    "airflow.models.serialized_dag",
    "airflow.models.SlaMiss",
    "airflow.models.TaskFail",
    "airflow.models.TaskInstance",
    "airflow.models.taskinstance.TaskInstance",
    "airflow.models.TaskReschedule",
    "airflow.models.XCom",
    "airflow.models.xcom.XCom",
    "airflow.sdk.execution_time",
    "airflow.settings",
    "airflow.utils.db",
    "airflow.utils.session",
)
"""Modules and classes; what lies below them counts, too."""


def asks_database(source: str) -> str | None:
    """The first part of Airflow that a source imports and that needs the database; None when there is none."""
    return next((name for name in imported_names(source) if any((name + ".").startswith(one + ".") for one in DATABASE)), None)


def imported_names(source: str) -> Iterator[str]:
    """Every dotted name of Airflow that a source imports, at its top or inside functions."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] == "airflow")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "airflow":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
