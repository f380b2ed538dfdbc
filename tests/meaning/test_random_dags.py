"""Random DAGs end on the real Argo as they end on Airflow. AIRGO_RANDOM_DAGS=5000 runs more of them, AIRGO_RANDOM_FROM=… others."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from airgo.config import Config
from airgo.diagnostics import Severity
from tests.engines.airflow_oracle import airflow_3
from tests.engines.airflow_runs import Asked, run_all
from tests.engines.argo_engine import ArgoEngine, Outcome
from tests.meaning.random_dags import Task
from tests.meaning.random_ends import End, above, decide, ends, in_turns, together
from tests.meaning.random_features import FEATURES, RANGE, generate
from tests.meaning.random_source import source
from tests.meaning.running import Converted, convert, group_of, named, pods_of

TRUTH = json.loads((Path(__file__).parents[1] / "lower" / "data" / "trigger_rules.json").read_text())["rules"]
COUNT, FIRST = int(os.environ.get("AIRGO_RANDOM_DAGS", "200")), int(os.environ.get("AIRGO_RANDOM_FROM", "0"))
AT_ONCE = 100
WATCHED, WATCHED_OF_EACH = 40, 8
"""How many plain ones, and of each feature, are run by the real Airflow, too: it takes seconds for each."""
SAID = frozenset({"AG318"})
"""Codes that say that a task may end otherwise than in Airflow: it and those below it are not compared."""

STATES = {"Succeeded": "success", "Failed": "failed", "Error": "failed", "Skipped": "skipped", "Omitted": "upstream_failed"}


@pytest.mark.parametrize(
    ("rule", "states", "expected"),
    [(rule, states, end) for rule, table in TRUTH.items() if rule != "all_done_setup_success" for states, end in table.items()],
)
def test_the_reference_is_airflow(rule: str, states: str, expected: str) -> None:
    """For every rule and all upstream states, the reference says what the real Airflow did; where the order matters, one of the two."""
    parts = states.split("+")
    found = {decide(rule, Counter(parts), len(parts))}
    found |= {decide(rule, Counter([part]), len(parts)) for part in parts}
    assert {"run": "success"}.get(expected, expected) in {"success" if one == "run" else one for one in found}


def test_the_reference_runs_dags_as_airflow_does(tmp_path: Path) -> None:
    """`dag.test()` ends every plain DAG as the reference says for its order: all that can run, then the scheduler looks. The others end as
    the reference says for some order: expansions, and tasks that wait for more than their upstream tasks, take looks of their own.
    """
    others = [feature * RANGE + number for feature in range(1, len(FEATURES)) for number in range(WATCHED_OF_EACH)]
    dags = {f"random_{seed}": generate(seed) for seed in [*range(WATCHED), *others]}
    for name, tasks in dags.items():
        (tmp_path / f"{name}.py").write_text(source(name, tasks))
    truths = run_all(airflow_3(), tmp_path, [Asked(name, f"{name}.py") for name in dags])
    told = {name: airflow_end(truth) for name, truth in zip(dags, truths, strict=True)}
    plain = [f"random_{seed}" for seed in range(WATCHED)]
    assert {name: told[name] for name in plain} == {name: in_turns(dags[name]) for name in plain}
    assert [name for name, tasks in dags.items() if told[name] not in ends(tasks)] == []


def airflow_end(truth: Mapping[str, Any]) -> End:
    """The end of a real run."""
    ended = {task.rpartition(".")[2]: together([one["state"] for one in instances]) for task, instances in truth["tasks"].items()}
    return (("", truth["state"]), *sorted(ended.items()))


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, AT_ONCE))
def test_random_dags(first: int, engine: ArgoEngine, tmp_path: Path) -> None:
    """Each end is one that Airflow reaches under some order of finishing. What fails is shrunk to the smallest DAG that still does."""
    dags = {f"random_{seed}": generate(seed) for seed in range(first, min(first + AT_ONCE, FIRST + COUNT))}
    wrong = failing(dags, engine, tmp_path / "all")
    shrunk = {name: shrink(dags[name], engine, tmp_path / name) for name in sorted(wrong)[:3]}
    words = [f"{name}: {wrong[name]}\n{source(name, shrunk[name])}" for name in shrunk]
    assert not wrong, f"{len(wrong)} of {len(dags)} differ: {sorted(wrong)}\n" + "\n".join(words)


def failing(dags: dict[str, Sequence[Task]], engine: ArgoEngine, folder: Path) -> dict[str, str]:
    """The DAGs that end on Argo as they cannot on Airflow, and what differs from the nearest end."""
    (folder / "dags").mkdir(parents=True)
    for name, tasks in dags.items():
        (folder / "dags" / f"{name}.py").write_text(source(name, tasks))
    project = convert(folder, Config(airflow_version="3"))
    assert [d.message for d in project.diagnostics if d.severity is Severity.ERROR] == []
    said = {(d.subject.partition(".")[0], d.subject.rpartition(".")[2]) for d in project.diagnostics if d.code in SAID}
    outcomes = engine.run_all([project.run(name, timeout=120) for name in dags])
    wrong = {}
    for (name, tasks), first in zip(dags.items(), outcomes, strict=True):
        # a machine under load looks idle; who is really stuck is so again
        told = engine.run(project.run(name, timeout=120)) if first.stuck or first.timed_out else first
        words = difference(tasks, argo_end(name, tasks, told, project), uncertain(tasks, {task for dag, task in said if dag == name}))
        if words:
            wrong[name] = words
    return wrong


def uncertain(tasks: Sequence[Task], said: set[str]) -> set[str]:
    """The tasks that a diagnostic speaks of, and all below them; with a task that may decide the run among them, the run as well."""
    found = said | {task.name for task in tasks if said & above(task.name, tasks)}
    inner = {up for task in tasks if not task.teardown for up in task.upstream}
    return found | ({""} if found - inner else set())


def difference(tasks: Sequence[Task], end: End, ignored: set[str]) -> str:
    """How an end differs from the nearest one that Airflow reaches; empty if it is one of them."""
    told = kept(end, ignored)
    reached = {kept(one, ignored) for one in ends(tasks)}
    if told in reached or told in {kept(one, ignored) for one in ends(tasks, orders=1500)}:
        return ""
    nearest = min(reached, key=lambda one: sum(a != b for a, b in zip(one, told, strict=True)))
    return ", ".join(f"{task or 'run'}: Airflow {a}, Argo {b}" for (task, a), (_, b) in zip(nearest, told, strict=True) if a != b)


def kept(end: End, ignored: set[str]) -> End:
    """An end without some tasks."""
    return tuple((name, state) for name, state in end if name not in ignored)


def argo_end(name: str, tasks: Sequence[Task], told: Outcome, project: Converted) -> End:
    """The end of a workflow in Airflow's words; of a task that the engine does not know, the phase itself."""
    nodes = {one.task_id: named(told, one.node) for one in project.lowered[name].tasks}
    states = {}
    for task in tasks:
        node = nodes[task.id] or group_of(told, task.id)
        if node is not None and task.items and (pods := pods_of(told, node.display_name)):
            states[task.name] = together([STATES.get(pod.phase, pod.phase) for pod in pods])
            continue
        states[task.name] = "absent" if node is None else STATES.get(node.phase, node.phase)
        if node is not None and task.kind in ("skip", "passed") and node.phase == "Succeeded":
            states[task.name] = "skipped"  # exit code 99 became a good end: its children say whether they know
    run = "stuck" if told.stuck else {"Error": "failed"}.get(told.phase, STATES.get(told.phase, told.phase))
    return (("", run), *sorted(states.items()))


def shrink(tasks: Sequence[Task], engine: ArgoEngine, folder: Path) -> Sequence[Task]:
    """Leave out tasks and edges as long as the DAG still ends wrongly."""
    step = 0
    smaller = True
    while smaller:
        smaller = False
        tries = {f"random_shrunk_{number}": one for number, one in enumerate(without_one(tasks))}
        wrong = failing(tries, engine, folder / str(step)) if tries else {}
        step += 1
        if wrong:
            tasks = tries[min(wrong, key=lambda name: int(name.rpartition("_")[2]))]
            smaller = True
    return tasks


def without_one(tasks: Sequence[Task]) -> list[Sequence[Task]]:
    """All DAGs with one task less."""
    found: list[Sequence[Task]] = []
    for gone in tasks:
        others = [task for task in tasks if task is not gone]
        if others and not any(task.over == gone.name for task in others):
            groups = {task.group for task in others}
            found.append([without(gone.name, task, groups) for task in others])
    return found


def without(gone: str, task: Task, groups: set[str]) -> Task:
    """A task as it is when another is gone."""
    upstream = tuple(up for up in task.upstream if up != gone)
    chosen = tuple(one for one in task.chosen if one != gone)
    return replace(task, upstream=upstream, chosen=chosen, after=task.after if task.after in groups else "")
