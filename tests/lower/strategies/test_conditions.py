"""run_if and skip_if: asked by the script where they can be, else the task is not converted."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.config import Config
from airgo.diagnostics import Severity
from tests.meaning.running import Converted, convert

SOURCE = """
from airflow.sdk import dag, task
from operator import truth


def wanted(context):
    return context["run_id"] != ""


def about_state(context):
    return context["ti"].hostname == "x"


@dag(schedule=None)
def d():
{decorators}
    @task
    def runs():
        return 1

    runs()


d()
"""


def converted(folder: Path, *decorators: str) -> Converted:
    """A DAG of one task below these decorators."""
    (folder / "dags").mkdir()
    (folder / "dags" / "d.py").write_text(SOURCE.replace("{decorators}", "\n".join(f"    {one}" for one in decorators)))
    return convert(folder, Config(airflow_version="3"))


@pytest.mark.parametrize(
    "decorators",
    [
        pytest.param(("@task.run_if(wanted)", "@task.skip_if(wanted)"), id="two conditions"),
        pytest.param(("@task.run_if(truth)",), id="a function of a library"),
        pytest.param(("@task.run_if(about_state)",), id="a condition on what a pod does not know"),
    ],
)
def test_a_condition_that_cannot_be_asked_converts_nothing(decorators: tuple[str, ...], tmp_path: Path) -> None:
    """The task fails with the reason, instead of running whatever the condition says."""
    project = converted(tmp_path, *decorators)
    assert [d.code for d in project.diagnostics if d.severity is Severity.ERROR]
    assert project.lowered["d"].tasks[0].strategy == "manual"


def test_a_condition_is_asked_before_the_function(tmp_path: Path) -> None:
    """The script ends, skipped, before the function is called; nothing is reported, and the ledger knows where the condition went."""
    project = converted(tmp_path, "@task.run_if(wanted, skip_message='no')")
    source = project.manifests("d")
    assert source.index("holds = wanted(") < source.index("sys.exit()") < source.rindex("runs()")
    assert "if not holds:" in source
    assert [d.code for d in project.diagnostics] == []
