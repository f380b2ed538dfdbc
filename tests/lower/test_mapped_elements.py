"""A mapped task whose list holds what another task returns fails closed: its elements are not known when the manifest is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo import discovery, pipeline
from airgo.config import Config
from airgo.reading import Run

DAG = """\
from datetime import datetime
from airflow.decorators import dag, task

@dag(schedule=None, start_date=datetime(2024, 1, 1))
def etl():
    @task
    def first():
        return "a"

    @task
    def use(value):
        print(value)

    use.expand(value={elements})

etl()
"""


@pytest.mark.parametrize("elements", ["[first()]", "[first(), 'b']", "['b', [first()]]"])
def test_a_list_with_a_result_in_it_is_manual(tmp_path: Path, elements: str) -> None:
    """The task is a template that fails, with an error; nothing of airgo's own goes wrong."""
    (tmp_path / "etl.py").write_text(DAG.replace("{elements}", elements))
    result = pipeline.convert(Run(discovery.discover([tmp_path], tmp_path), Config(airflow_version="2"), strict=True))
    strategies = {task.task_id: task.strategy for one in result.lowered for task in one.tasks}
    assert strategies["use"] == "manual"
    assert any(d.subject == "etl.use" and d.severity == "error" for d in result.diagnostics)
