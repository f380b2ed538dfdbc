"""With `xcom = "artifacts"` values between Python tasks travel as files, and every DAG does what it does on Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from airgo.config import Config
from tests.engines.airflow_oracle import airflow_3
from tests.engines.airflow_runs import Asked, run_all
from tests.engines.argo_engine import ArgoEngine, Outcome
from tests.meaning.running import Converted, convert, differences
from tests.meaning.test_scenarios import CONFIG, DATE, PROJECT, run_of, unexplained
from tests.meaning.test_splitting import cut_small

LARGE = PROJECT.parent / "artifacts"
SETTINGS = replace(CONFIG, xcom="artifacts")
TRAVELLING = (
    *("branch_over_data", "branch_value", "group_reused", "map_group", "map_group_of_failures", "map_group_over_result"),
    *("map_group_with_outside", "python_bash", "python_branches", "python_decorated_elsewhere", "python_generators"),
    *("python_partials", "python_pulls", "python_sensors", "python_setups", "python_task_kinds", "python_templates", "python_wrapped"),
    *("retry_with_values", "run_if_and_skip_if", "sensor_of_python", "setup_context", "short_circuit_goes_on"),
    *("short_circuit_in_the_middle", "skip_in_the_middle", "xcom_large", "xcom_lists_of_tasks", "xcom_multiple_outputs"),
    *("xcom_nested_arguments", "xcom_of_failed", "xcom_of_nobody", "xcom_push_and_pull", "xcom_shapes", "xcom_template_text"),
)
"""Scenarios in which a value travels as a file: those that were there when files were."""

Ran = tuple[Converted, dict[str, Outcome]]


def has_files(name: str, project: Converted) -> bool:
    """Does the workflow of a DAG hand files on?"""
    return 'from: "{{tasks.' in project.own(name)


@cache
def converted() -> Converted:
    """All scenarios, with artifacts."""
    return convert(PROJECT, SETTINGS)


def ran(project: Converted, engine: ArgoEngine) -> Ran:
    """The scenarios with files, run side by side."""
    return project, dict(zip(TRAVELLING, engine.run_all([run_of(name, project) for name in TRAVELLING]), strict=True))


@pytest.fixture(scope="module", params=["whole", "in parts"])
def outcomes(engine: ArgoEngine, request: pytest.FixtureRequest) -> Iterator[Ran]:
    """The scenarios as they are, and cut into small parts that hand each other files."""
    if request.param == "whole":
        yield ran(converted(), engine)
        return
    with pytest.MonkeyPatch.context() as patch:
        cut_small(patch)
        project = convert(PROJECT, SETTINGS)
    yield ran(project, engine)


def test_the_scenarios_hand_files_on() -> None:
    """What is run shows files on their way."""
    assert [name for name in TRAVELLING if not has_files(name, converted())] == []


@pytest.mark.parametrize("name", TRAVELLING)
def test_the_same_as_airflow(name: str, outcomes: Ran) -> None:
    """States, tries and values are Airflow's; no value is lost on its way through files."""
    project, told = outcomes
    assert unexplained(name, project, told[name]) == []


def test_values_larger_than_an_environment_variable(engine: ArgoEngine) -> None:
    """400 kB reach a task, the instances of a mapped task and `ti.xcom_pull`; as parameters they reach none of them."""
    (truth,) = run_all(airflow_3(), LARGE / "dags", [Asked("large_values", "large_values.py", DATE)])
    files, parameters = (convert(LARGE, Config(airflow_version="3", xcom=form)) for form in ("artifacts", "parameters"))
    told, refused = engine.run_all([one.run("large_values", {"logical-date": DATE}) for one in (files, parameters)])
    assert differences(truth, told, files.lowered["large_values"]) == []
    assert refused.phase in ("Failed", "Error")
