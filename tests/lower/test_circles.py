"""A DAG that Airflow refuses for a circle is left out, and nothing waits for it."""

from __future__ import annotations

from pathlib import Path

from airgo import discovery, pipeline
from airgo.config import Config
from airgo.reading import Run

TEXT = """
from datetime import datetime
from airflow import DAG
from airflow.operators.empty import EmptyOperator

with DAG("round", start_date=datetime(2024, 1, 1), schedule=None):
    a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
    a >> b >> a
with DAG("straight", start_date=datetime(2024, 1, 1), schedule=None):
    EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")
"""


def test_a_circle_costs_its_own_dag_only(tmp_path: Path) -> None:
    """The DAG with the circle has an error and no manifest; the other one of the file is converted."""
    (tmp_path / "two.py").write_text(TEXT)
    result = pipeline.convert(Run(discovery.discover([tmp_path], tmp_path), Config(airflow_version="2"), strict=True))
    assert [one.dag_id for one in result.lowered] == ["straight"]
    assert [(one.code, one.subject) for one in result.diagnostics if one.severity.value == "error"] == [("AG163", "round")]
