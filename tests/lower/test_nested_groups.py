"""Nested groups: which groups become DAG templates, and what is said of those that stay flat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from airgo.config import Config
from tests.engines.argo_server import ArgoValidator
from tests.meaning.running import Converted, convert

HEAD = """
from airflow.exceptions import AirflowSkipException
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, TaskGroup, task, task_group


def run(task_id, **given):
    return BashOperator(task_id=task_id, bash_command="true", **given)


@task
def make():
    return [1]


@task
def read(*values):
    print(values)


@task
def maybe():
    raise AirflowSkipException()


@task.branch
def choose():
    return "g.a"


with DAG("d", schedule=None):
    start = run("start")
"""


def made(tmp_path: Path, lines: str, groups: str = "nested") -> Converted:
    """The DAG with these further lines."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "d.py").write_text(HEAD + "".join(f"    {line}\n" for line in lines.splitlines()))
    return convert(tmp_path, Config(airflow_version="3", groups=groups))


def templates(project: Converted) -> dict[str, dict[str, Any]]:
    """The templates of the workflow by name."""
    return {one["name"]: one for one in yaml.safe_load(project.texts["dags/d/workflow-template.yaml"])["spec"]["templates"]}


def said(project: Converted) -> list[str]:
    """What is said of groups that stay flat."""
    return [one.message for one in project.diagnostics if one.code == "AG653"]


G = """with TaskGroup("g") as g:
    a = run("a")
    b = run("b")
"""


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(G + "start >> a", "wait for different tasks", id="a first task that waits for more"),
        pytest.param(G + "a >> run('z')", "waits for a part", id="someone waits for one task"),
        pytest.param(G + "g >> run('z', trigger_rule='one_success')", "counts how its tasks ended", id="a rule that counts"),
        pytest.param(G + "a >> run('x', trigger_rule='all_done') >> b", "wait for different tasks", id="a way out and in again"),
        pytest.param('with TaskGroup("g") as g:\n    maybe()', "may be skipped", id="a task that skips itself"),
        pytest.param('with TaskGroup("g") as g:\n    run("a") >> run("b", trigger_rule="all_done")', "trigger rule", id="a rule inside"),
        pytest.param('with TaskGroup("g") as g:\n    read.expand(values=[1])', "is mapped inside", id="a mapped task"),
        pytest.param(G + "choose() >> [a, b]", "chooses among tasks of the group g", id="a branch above"),
        pytest.param(
            G + "x = choose()\nz = run('z')\nx >> [run('y'), z]\nx >> start >> g >> z", "on both sides of the group g", id="a branch around"
        ),
        pytest.param(G + "g >> run('z') << maybe()", "and for others", id="a skip that meets a failure"),
        pytest.param(
            'with TaskGroup("g") as g:\n    a, b = run("a"), run("b", trigger_rule="none_failed")\n    a >> b\nmaybe() >> a',
            "may run where the tasks before it are skipped",
            id="a rule that goes on below a skip",
        ),
        pytest.param(
            'with TaskGroup("g") as g:\n    a, b = run("a"), run("b", trigger_rule="none_failed")\nmaybe() >> [a, b]',
            "different trigger rules",
            id="first tasks of different rules",
        ),
        pytest.param(
            'with TaskGroup("g") as g:\n    m = make()\nr = read.override(trigger_rule="all_done")(m)',
            "may run after the group g failed, and reads a value of it",
            id="a value of what may have failed",
        ),
        pytest.param(
            'with TaskGroup("g") as g:\n    m = make()\nn = read.expand(values=m)', "is expanded over a task of the group g", id="fan-out"
        ),
        pytest.param(G + "start.as_setup() >> g", "setups and teardowns", id="a setup"),
        pytest.param(
            '@task_group\ndef each(x):\n    read(x)\nwith TaskGroup("g") as g:\n    each.expand(x=[1])\n    run("a")',
            "holds a mapped group",
            id="a mapped group inside",
        ),
    ],
)
def test_a_group_that_is_looked_at_task_by_task_stays_flat(tmp_path: Path, lines: str, words: str) -> None:
    """Its tasks are where they are by default, and a note says why."""
    project = made(tmp_path, lines)
    (told,) = said(project)
    assert told.startswith("g stays flat: ")
    assert words in told
    assert "g" not in templates(project)


def test_groups_are_flat_by_default(tmp_path: Path) -> None:
    """Who does not ask gets no templates, and no note."""
    project = made(tmp_path, G + "start >> g", groups="flat")
    assert "g" not in templates(project)
    assert said(project) == []


def test_a_group_is_one_task_of_its_dag(tmp_path: Path, argo: ArgoValidator) -> None:
    """Who waits for its tasks waits for it; its values come in and go out by parameters; the real Argo takes it."""
    lines = 'm = make()\nwith TaskGroup("g") as g:\n    inner = make.override(task_id="a")()\n    read(m, inner)\n'
    lines += 'm >> inner\nread.override(task_id="z")(inner) << g'
    project = made(tmp_path, lines)
    found = templates(project)
    tasks = {one["name"]: one for one in found["d"]["dag"]["tasks"]}
    assert {*tasks} == {"start", "make", "g", "z"}
    assert (tasks["g"]["template"], tasks["z"]["depends"]) == ("g", "g")
    assert [one["name"] for one in found["g"]["dag"]["tasks"]] == ["g-a", "g-read"]
    assert [one["name"] for one in found["g"]["outputs"]["parameters"]] == ["g-a-return-value"]
    assert "tasks.g.outputs?.parameters?.['g-a-return-value']" in tasks["z"]["arguments"]["parameters"][0]["value"]
    assert argo.problems(project.texts["dags/d/workflow-template.yaml"]) == []
    assert said(project) == []


def test_groups_inside_are_flat_in_it_and_tried_where_it_stays_flat(tmp_path: Path) -> None:
    """Of two groups in each other one becomes a template: the outer if it can, else the inner."""
    nested = 'with TaskGroup("o") as o:\n    a = run("a")\n    with TaskGroup("i") as i:\n        run("b") >> run("c")\n'
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    outer = templates(made(tmp_path / "one", nested + "    a >> i"))
    assert [one["name"] for one in outer["o"]["dag"]["tasks"]] == ["o-a", "o-i-b", "o-i-c"]
    assert "o-i" not in outer
    inner = made(tmp_path / "two", nested + "start >> a")
    assert [one["name"] for one in templates(inner)["o-i"]["dag"]["tasks"]] == ["o-i-b", "o-i-c"]
    assert len(said(inner)) == 1


def test_values_across_the_border_of_a_group_are_parameters(tmp_path: Path) -> None:
    """A file would have to pass through the group's DAG template: within it, it is a file; into it and out of it, a parameter."""
    lines = 'm = make()\nwith TaskGroup("g") as g:\n    one = read.override(task_id="a")(m)\n    two = read.override(task_id="b")(one)\n'
    (tmp_path / "dags").mkdir()
    lines += 'read.override(task_id="z")(two)'
    (tmp_path / "dags" / "d.py").write_text(HEAD + "".join(f"    {line}\n" for line in lines.splitlines()))
    found = templates(convert(tmp_path, Config(airflow_version="3", groups="nested", xcom="artifacts")))
    assert {name: [*found[name].get("outputs", {})] for name in ("make", "g-a", "g-b")} == {
        "make": ["parameters"],
        "g-a": ["artifacts"],
        "g-b": ["parameters"],
    }
