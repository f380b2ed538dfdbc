"""Callbacks are called by the exit handler on the real engine: the right ones, once, and without a say in the run's state."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from tests.engines.airflow_oracle import airflow_3
from tests.engines.airflow_runs import Asked, started
from tests.engines.argo_engine import ArgoEngine
from tests.meaning.test_scenarios import DATE, ENVIRONMENT, PROJECT, converted


@pytest.mark.parametrize(
    ("name", "phase", "step", "said"),
    [
        ("callbacks_of_dag", "Failed", "airgo-on-failure", "told callbacks_of_dag True"),
        ("callbacks_of_good_run", "Succeeded", "airgo-on-success", "good 2024-01-01 True"),
    ],
)
def test_the_callback_of_the_run_is_called(name: str, phase: str, step: str, said: str, engine: ArgoEngine) -> None:
    """One step of the exit handler runs and prints what the function prints; the run's state is that of its tasks."""
    told = engine.run_all([converted().run(name, {"logical-date": DATE}, timeout=240)])[0]
    assert told.phase == phase
    ends = {node.display_name: node.phase for node in told.nodes.values() if node.display_name.startswith("airgo-on-")}
    ends.pop("airgo-on-task-failure", None)
    assert ends == {
        step: "Failed" if phase == "Failed" else "Succeeded",
        "airgo-on-success" if step == "airgo-on-failure" else "airgo-on-failure": "Skipped",
    }
    assert said in "".join(text for place, text in told.logs.items() if place.endswith(step))


def test_failed_tasks_are_told_of_as_in_airflow(engine: ArgoEngine) -> None:
    """The same calls with the same context for the same tasks and instances, although at another time."""
    name = "callbacks_of_tasks"
    printed = started(airflow_3(), PROJECT / "dags", [asdict(Asked(name, f"{name}.py", DATE))], ENVIRONMENT).stderr
    told = engine.run_all([converted().run(name, {"logical-date": DATE}, timeout=240)])[0]
    assert told.phase == "Failed"
    assert TOLD.findall(printed)
    assert sorted(TOLD.findall("".join(told.logs.values()))) == sorted(TOLD.findall(printed))
    ends = {node.display_name: node.phase for node in told.nodes.values() if node.display_name.startswith("airgo-on-")}
    assert ends == {"airgo-on-task-failure": "Succeeded", "airgo-on-task-failure-2": "Failed"}


TOLD = re.compile(r"TOLD [\w ,-]+")
"""What a callback of the scenario prints."""
