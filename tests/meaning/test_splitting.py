"""DAGs that are cut into parts end as they would in one piece: random ones as on Airflow, a large one as its uncut self."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from airgo.config import Config
from airgo.diagnostics import Severity
from tests.engines.argo_engine import ArgoEngine, Outcome
from tests.meaning.random_dags import Task
from tests.meaning.random_ends import ends
from tests.meaning.random_features import generate
from tests.meaning.random_source import source
from tests.meaning.running import Converted, convert
from tests.meaning.test_random_dags import COUNT, FIRST, argo_end, failing
from tests.meaning.test_random_dags import SAID as RANDOM_SAID
from tests.meaning.test_scenarios import CONFIG, DIFFERS, PROJECT, SCENARIOS, run_of, unexplained

CUT = min(COUNT, 60)


def cut_small(patch: pytest.MonkeyPatch) -> None:
    """Anything of more than three tasks is cut into parts of at most four."""
    patch.setattr(sys.modules["airgo.lower.assemble"], "SPLIT_ABOVE", 3)
    patch.setattr(sys.modules["airgo.lower.assemble"], "CAPACITY", 4)


def test_random_dags_in_parts(engine: ArgoEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a DAG is cut, and wherever its templates are, its end is one that Airflow reaches."""
    cut_small(monkeypatch)
    dags = {f"random_{seed}": generate(seed) for seed in range(FIRST, FIRST + CUT)}
    wrong = failing(dags, engine, tmp_path)
    assert not wrong, "\n".join(f"{name}: {words}\n{source(name, dags[name])}" for name, words in sorted(wrong.items())[:5])


def test_a_thousand_tasks(engine: ArgoEngine, tmp_path: Path) -> None:
    """A DAG of a thousand tasks below one first task is cut, Argo takes it, and every piece ends as Airflow's rules let it end."""
    pieces: list[list[Task]] = []
    while sum(map(len, pieces)) < 999:
        pieces.append([renamed(one, f"p{len(pieces)}") for one in generate(FIRST + len(pieces))])
    roots = [one.name for piece in pieces for one in piece if not one.upstream and one.rule == "all_success"]
    tasks = [Task("first", "ok", "all_success", ()), *(one for piece in pieces for one in piece)]
    (tmp_path / "dags").mkdir()
    text = source("thousand", tasks) + f"    first >> [{', '.join(roots)}]\n"
    (tmp_path / "dags" / "thousand.py").write_text(text)
    project = convert(tmp_path, Config(airflow_version="3"))
    assert [d.message for d in project.diagnostics if d.severity is Severity.ERROR] == []
    told = engine.run_all([project.run("thousand", timeout=500)])[0]
    assert not told.stuck
    said = {d.subject.partition(".")[2].partition("t")[0] for d in project.diagnostics if d.code in RANDOM_SAID}
    for number, piece in enumerate(pieces):
        end = argo_end("thousand", piece, told, project)[1:]
        assert f"p{number}" in said or any(end in {one[1:] for one in ends(piece, orders)} for orders in (60, 1500))


def renamed(one: Task, prefix: str) -> Task:
    """The task under names of its own piece."""
    ups, chosen = (tuple(f"{prefix}{name}" for name in names) for names in (one.upstream, one.chosen))
    return replace(one, name=f"{prefix}{one.name}", upstream=ups, chosen=chosen)


@pytest.fixture(scope="module")
def in_parts(engine: ArgoEngine) -> tuple[Converted, dict[str, Outcome]]:
    """The scenarios, cut small, as Argo ran them."""
    with pytest.MonkeyPatch.context() as patch:
        cut_small(patch)
        project = convert(PROJECT, CONFIG)
    names = [name for name in SCENARIOS if name in project.lowered]
    return project, dict(zip(names, engine.run_all([run_of(name, project) for name in names]), strict=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_in_parts(name: str, in_parts: tuple[Converted, dict[str, Outcome]]) -> None:
    """States, tries and values of the small DAGs are Airflow's when they are cut, too; and no error is told of the parts."""
    project, outcomes = in_parts
    assert unexplained(name, project, outcomes[name]) == DIFFERS.get(name, [])
