"""Commands under another shell than Airflow's, where a mapping of the project names one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airgo import ir
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.lower import lower
from airgo.mapping.registry import Registry
from tests.lower.building import BASH, Done, dag, lowered, task


def under(shell: str, folder: Path, read: ir.Dag) -> Done:
    """The DAG with a mapping of the project's own."""
    (folder / "bash.yaml").write_text(f"operator: {BASH}\nextends: {BASH}\noptions: {{shell: {shell}}}\n")
    collector = Collector()
    return Done(lower(read, Config(), Registry.load([folder]), ProjectFiles(Path("/nowhere/shop")), collector), collector)


def command(done: Done, name: str = "a") -> list[Any]:
    """What the container runs."""
    container = done.templates[name]["container"]
    return [*container["command"], *container["args"]]


def test_bash_runs_commands_by_default() -> None:
    """As in Airflow, and nothing is said."""
    done = lowered(dag(task("a", bash_command="echo hi")))
    assert command(done) == ["bash", "-c", "echo hi"]
    assert done.codes == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("echo hi", ["sh", "-c", "echo hi"], id="as written"),
        pytest.param("echo {{ ds }}", ["sh", "-c", 'sh -c "$AIRGO_COMMAND"'], id="a template"),
    ],
)
def test_another_shell_runs_them_with_a_warning(tmp_path: Path, text: str, expected: list[str]) -> None:
    """The concept table's `command: [sh, -c]`, which is not what Airflow does."""
    done = under("sh", tmp_path, dag(task("a", bash_command=text)))
    assert command(done) == expected
    assert done.codes == ["AG654"]


def test_bash_stays_where_the_output_is_read(tmp_path: Path) -> None:
    """The wrapper around the command is bash's, and so is the command, as in Airflow."""
    read = dag(task("a", bash_command="echo hi"), task("b", bash_command="echo {{ ti.xcom_pull('a') }}", upstream=("a",)))
    done = under("sh", tmp_path, read)
    assert command(done)[:2] == ["bash", "-c"]
    assert [one.subject for one in done.collector if one.code == "AG654"] == ["d.b"]
    assert 'bash -c "$AIRGO_COMMAND"' in command(done)[2]
