"""With `groups = "nested"` task groups become DAG templates, and every DAG ends as it does on Airflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from airgo.argo.names import task_name
from airgo.config import Config
from airgo.diagnostics import Severity
from airgo.lower.trigger_rules import PLAIN_RULES
from tests.engines.argo_engine import ArgoEngine, Outcome
from tests.meaning.random_dags import Task
from tests.meaning.random_ends import End
from tests.meaning.random_features import generate
from tests.meaning.random_source import source
from tests.meaning.running import Converted, convert, disorder, named
from tests.meaning.test_random_dags import SAID as RANDOM_SAID
from tests.meaning.test_random_dags import STATES, argo_end, difference, uncertain
from tests.meaning.test_scenarios import CONFIG, PROJECT, run_of, unexplained
from tests.meaning.test_splitting import cut_small

SETTINGS = replace(CONFIG, groups="nested")
NESTED = (
    *("group_default_args", "group_nested", "group_of_failures", "group_of_values", "group_reused", "group_skipped", "order_of_groups"),
)
"""Scenarios of which a group becomes a template."""

Ran = tuple[Converted, dict[str, Outcome]]
SEEDS = range(120)


@cache
def converted() -> Converted:
    """All scenarios, with nested groups."""
    return convert(PROJECT, SETTINGS)


@cache
def flat() -> Converted:
    """All scenarios as they are by default."""
    return convert(PROJECT, CONFIG)


@pytest.fixture(scope="module", params=["whole", "in parts"])
def outcomes(engine: ArgoEngine, request: pytest.FixtureRequest) -> Ran:
    """The scenarios as they are, and cut into small parts that hold groups."""
    project = converted()
    if request.param == "in parts":
        with pytest.MonkeyPatch.context() as patch:
            cut_small(patch)
            project = convert(PROJECT, SETTINGS)
    return project, dict(zip(NESTED, engine.run_all([run_of(name, project) for name in NESTED]), strict=True))


def test_the_scenarios_have_nested_groups() -> None:
    """What is run shows groups as templates."""
    assert [name for name in NESTED if converted().own(name).count("    dag:\n") <= flat().own(name).count("    dag:\n")] == []


@pytest.mark.parametrize("name", NESTED)
def test_the_same_as_airflow(name: str, outcomes: Ran) -> None:
    """States, tries, values and the order are Airflow's."""
    project, told = outcomes
    assert unexplained(name, project, told[name]) == []
    assert disorder(project.edges[name], told[name], project.lowered[name]) == []


def with_groups(seed: int) -> list[Task]:
    """A random DAG in which one or two tasks are groups of several: who waited for the task waits for the last ones of the group."""
    random = Random(seed)
    tasks = [replace(task, group="") for task in generate(seed)]
    wanted = [task.name for task in tasks if task.kind in ("ok", "bad", "flaky") and task.items is None]
    for group, name in zip(("g", "h.i"), random.sample(wanted, min(len(wanted), random.randint(1, 2))), strict=False):
        tasks = grown(next(task for task in tasks if task.name == name), group, tasks, random)
    return tasks


def grown(gone: Task, group: str, tasks: Sequence[Task], random: Random) -> list[Task]:
    """The DAG with a group in the place of a task."""
    inner: list[Task] = []
    for letter in "abcd"[: random.randint(2, 4)]:
        upstream = tuple(sorted(task.name for task in random.sample(inner, random.randint(0, min(len(inner), 2)))))
        kind = random.choice(("ok", "ok", "bad"))
        rule = "all_success" if upstream or gone.rule not in PLAIN_RULES else gone.rule
        inner.append(Task(gone.name + letter, kind, rule, upstream or gone.upstream, group=group))
    firsts = [task.name for task in inner if task.upstream == gone.upstream and not {one.name for one in inner} & {*task.upstream}]
    waited = {up for task in inner for up in task.upstream}
    lasts = [task.name for task in inner if task.name not in waited]
    found: list[Task] = []
    for task in tasks:
        if task.name == gone.name:
            found += inner
            continue
        upstream = [one for up in task.upstream for one in (lasts if up == gone.name else [up])]
        chosen = [one for name in task.chosen for one in (firsts if name == gone.name else [name])]
        found.append(replace(task, upstream=tuple(upstream), chosen=tuple(chosen)))
    return found


def nested_end(name: str, tasks: Sequence[Task], told: Outcome, project: Converted) -> End:
    """The end of a workflow; of tasks in a group that did not run, as the group's."""
    states = dict(argo_end(name, tasks, told, project))
    for task in tasks:
        node = named(told, task_name(task.group)) or named(told, task_name(task.group.partition(".")[0])) if task.group else None
        if states[task.name] == "absent" and node is not None and node.type == "Skipped":
            states[task.name] = STATES.get(node.phase, node.phase)
    return tuple(sorted(states.items()))


def test_random_dags_with_groups(engine: ArgoEngine, tmp_path: Path) -> None:
    """Each end is one that Airflow reaches, and most of the groups are templates."""
    dags = {f"random_{seed}": with_groups(seed) for seed in SEEDS}
    (tmp_path / "dags").mkdir()
    for name, tasks in dags.items():
        (tmp_path / "dags" / f"{name}.py").write_text(source(name, tasks))
    project = convert(tmp_path, Config(airflow_version="3", groups="nested"))
    assert [d.message for d in project.diagnostics if d.severity is Severity.ERROR] == []
    said = {d.subject for d in project.diagnostics if d.code in RANDOM_SAID}
    groups = [name for name in dags if project.own(name).count("    dag:\n") > 1 + sum(task.items is not None for task in dags[name])]
    assert len(groups) >= len(dags) // 4
    wrong = {}
    for (name, tasks), first in zip(dags.items(), engine.run_all([project.run(one, timeout=120) for one in dags]), strict=True):
        told = engine.run(project.run(name, timeout=120)) if first.stuck or first.timed_out else first
        spoken_of = {task.name for task in tasks if any(f"{name}.{task.id}.".startswith(f"{subject}.") for subject in said)}
        words = difference(tasks, nested_end(name, tasks, told, project), uncertain(tasks, spoken_of))
        if words:
            wrong[name] = f"{words}\n{source(name, tasks)}"
    assert not wrong, f"{len(wrong)} differ\n" + "\n".join(list(wrong.values())[:3])
