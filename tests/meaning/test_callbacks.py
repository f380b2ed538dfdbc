"""Callbacks of DAGs are called by the exit handler on the real engine: the right ones, once, and without a say in the run's state."""

from __future__ import annotations

import pytest

from tests.engines.argo_engine import ArgoEngine
from tests.meaning.test_scenarios import DATE, converted


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
    assert {node.display_name: node.phase for node in told.nodes.values() if node.display_name.startswith("airgo-on-")} == {
        step: "Failed" if phase == "Failed" else "Succeeded",
        "airgo-on-success" if step == "airgo-on-failure" else "airgo-on-failure": "Skipped",
    }
    assert said in "".join(text for place, text in told.logs.items() if place.endswith(step))
