"""Each small DAG of fixtures/meaning does on the real Argo what it does on the real Airflow."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from airgo.config import Config
from airgo.diagnostics import Severity
from tests.engines.airflow_oracle import airflow_3
from tests.engines.airflow_runs import Asked, run_all
from tests.engines.argo_engine import ArgoEngine, Outcome, Run
from tests.meaning.running import Converted, convert, differences, disorder

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "meaning"
SCENARIOS = sorted(path.stem for path in (PROJECT / "dags").glob("*.py"))
VARIABLES = {"region": "eu", "limits": '{"rows": 10, "names": ["a", "b"]}', "odd": 'it\'s {{ "quoted" }} $HOME'}
ENVIRONMENT = {f"AIRFLOW_VAR_{name.upper()}": value for name, value in VARIABLES.items()}
CONFIG = Config(airflow_version="3", variables=VARIABLES, pools={"narrow": 1})
"""What both engines are given."""

CONF: dict[str, dict[str, object]] = {"conf_in_tasks": {"table": "it's {{ ds }} $HOME", "limit": 3, "mode": 'odd "mode"'}}
"""What the run of a scenario is given."""

DIFFERS = {
    "fail_fast": [
        "run: Airflow success, Argo Failed ",
        "below: Airflow skipped, Argo Omitted omitted: depends condition not met {} ",
        "end: Airflow skipped, Argo Omitted omitted: depends condition not met {} ",
    ]
}
"""What differs, word for word, where a diagnostic says so of a whole run."""

WITHOUT_ORDER = frozenset(
    {
        "rule_always",
        "map_group",
        "map_group_with_outside",
        "map_group_over_result",
        "map_group_over_functions",
        "map_group_of_failures",
        "map_group_below_skip",
    }
)
"""Scenarios in which a task waits for nobody, or for the task above it in its own element's group only."""

SAID = frozenset({"AG318", "AG407", "AG408"})
"""Codes that say of a task that it may end otherwise, or get other values, than in Airflow."""

DATE = "2024-01-01T00:00:00Z"
YESTERDAY = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}T00:00:00Z"
DATES = {"latest_only_current": YESTERDAY, "latest_only_trigger_current": f"{datetime.now(UTC):%Y-%m-%d}T00:00:00Z"}
"""The logical dates of runs, where it is not DATE."""

SCHEDULED = frozenset(name for name in SCENARIOS if name.startswith("latest_only_"))
"""Scenarios whose run is the schedule's own, not one by hand."""

OTHERS = {"external_task": ("external_task_good", "external_task_bad")}
"""DAGs of the scenario's file that have runs of the same date beside it."""


@cache
def converted() -> Converted:
    """All scenarios, converted."""
    return convert(PROJECT, CONFIG)


@cache
def truths() -> dict[str, dict[str, Any]]:
    """All scenarios, run by Airflow in one process."""
    asked = [
        Asked(name, f"{name}.py", DATES.get(name, DATE), CONF.get(name), name in SCHEDULED, OTHERS.get(name, ())) for name in SCENARIOS
    ]
    return dict(zip(SCENARIOS, run_all(airflow_3(), PROJECT / "dags", asked, ENVIRONMENT), strict=True))


@pytest.fixture(scope="module")
def outcomes(engine: ArgoEngine) -> dict[str, Outcome]:
    """All scenarios that were converted, run by Argo side by side."""
    names = [name for name in SCENARIOS if name in converted().lowered]
    return dict(zip(names, engine.run_all([run_of(name, converted()) for name in names]), strict=True))


def run_of(name: str, project: Converted) -> Run:
    """The run of a scenario, with the runs of other DAGs that it looks at."""
    date = DATES.get(name, DATE)
    conf = {key: value if isinstance(value, str) else json.dumps(value) for key, value in CONF.get(name, {}).items()}
    run = project.run(name, {"logical-date": date, **conf}, timeout=240)
    others = [part for other in OTHERS.get(name, ()) for part in (project.own(other), project.workflow(other, date))]
    return replace(run, manifests="\n---\n".join([*others, run.manifests]))


def unexplained(name: str, project: Converted, told: Outcome) -> list[str]:
    """Where the run of a scenario is not Airflow's and no diagnostic says so; and errors, which no scenario has."""
    said = [d for d in project.diagnostics if Path(d.span.path).stem == name]
    known = {d.subject.partition(".")[2] for d in said if d.code in SAID}
    found = differences(truths()[name], told, project.lowered[name])
    errors = [f"{d.code} {d.message}" for d in said if d.severity is Severity.ERROR]
    return errors + [line for line in found if line.partition(":")[0] not in known]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_on_both(name: str, outcomes: dict[str, Outcome]) -> None:
    """Final states, tries, values and the run's state are Airflow's, where no diagnostic says otherwise; none is an error."""
    assert name in outcomes, "not converted"
    assert unexplained(name, converted(), outcomes[name]) == DIFFERS.get(name, [])


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in WITHOUT_ORDER])
def test_order(name: str, outcomes: dict[str, Outcome]) -> None:
    """No pod starts before the pods of the tasks above it have ended."""
    assert disorder(converted().edges[name], outcomes[name], converted().lowered[name]) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_scenario_says_what_it_shows(name: str) -> None:
    """The first line of each file is a sentence, and the DAG is called as the file is."""
    said = ast.get_docstring(ast.parse((PROJECT / "dags" / f"{name}.py").read_text())) or ""
    assert said.splitlines()[0].endswith(".")
    assert name in truths()
