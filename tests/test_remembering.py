"""What was read before is used again only while everything that was looked at is the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airgo import discovery, reading
from airgo.config import Config
from airgo.reading import Inspected, Run
from airgo.remembering import CHANGED, TracedFiles

DAG = """\
from datetime import datetime
import os
from pathlib import Path
from airflow import DAG
from airflow.operators.bash import BashOperator
from helper import COMMAND

with DAG("etl", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    BashOperator(task_id="run", bash_command=COMMAND)
    for name in sorted(path.stem for path in Path(__file__).parent.glob("*.sql")):
        BashOperator(task_id=name, bash_command="true")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a helper and a data file, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    (root / "etl.py").write_text(DAG)
    (root / "helper.py").write_text('COMMAND = "echo one"\n')
    (root / "a.sql").write_text("")
    return root


def look(root: Path, monkeypatch: pytest.MonkeyPatch, config: Config | None = None) -> tuple[Inspected, int]:
    """The one DAG file as inspected, and how many files were really read for it."""
    read = 0
    original = reading.read_file

    def counting(*arguments: object) -> object:
        nonlocal read
        read += 1
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "read_file", counting)
    found = discovery.discover([root], root)
    result = reading.inspect(Run(found, config or Config(airflow_version="2"), remember=True))
    monkeypatch.setattr(reading, "read_file", original)
    return result[0], read


def task_ids(found: Inspected) -> list[str]:
    """The ids of the tasks."""
    return [task["task_id"] for dag in found.document["dags"] for task in dag["tasks"]]  # type: ignore[attr-defined]


def test_an_unchanged_project_is_not_read_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look gives the same document without evaluating anything."""
    first, count = look(project, monkeypatch)
    again, count_again = look(project, monkeypatch)
    assert (count, count_again) == (1, 0)
    assert again.document == first.document
    assert again.worst == first.worst


def test_a_changed_import_is_noticed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper that the DAG file imports counts as much as the file itself."""
    look(project, monkeypatch)
    (project / "helper.py").write_text('COMMAND = "echo two"\n')
    found, count = look(project, monkeypatch)
    assert count == 1
    assert "echo two" in str(found.document)


def test_a_new_file_in_a_listed_folder_is_noticed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that the code lists counts with its names."""
    look(project, monkeypatch)
    (project / "b.sql").write_text("")
    found, count = look(project, monkeypatch)
    assert count == 1
    assert sorted(task_ids(found)) == ["a", "b", "run"]


def test_another_configuration_is_another_entry(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings change what is believed, so they are part of what must be the same."""
    look(project, monkeypatch)
    _, count = look(project, monkeypatch, Config(airflow_version="2", variables={"a": "b"}))
    assert count == 1


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"salt": 1}'])
def test_a_damaged_entry_is_as_good_as_none(project: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    """Half a file, or another program's, is ignored and replaced."""
    look(project, monkeypatch)
    for entry in (project.parent / "cache").rglob("*.json"):
        entry.write_text(damage)
    assert look(project, monkeypatch)[1] == 1
    assert look(project, monkeypatch)[1] == 0


def test_several_processes_give_the_same(project: Path) -> None:
    """--jobs changes the time, not the result."""
    for number in range(30):
        (project / f"etl_{number}.py").write_text(DAG.replace('"etl"', f'"etl_{number}"'))
    found = discovery.discover([project], project)
    documents = [[one.document for one in reading.inspect(Run(found, Config(), jobs=jobs))] for jobs in (1, 2)]
    assert documents[0] == documents[1]


def test_a_run_that_was_killed_leaves_nothing_half(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends in the middle of writing an entry leaves the old entry, or none; the next run reads anew and is right."""
    first, _ = look(project, monkeypatch)
    (project / "helper.py").write_text('COMMAND = "echo two"\n')
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Path, "replace", lambda self, target: os._exit(9))  # killed between writing and renaming
        look(project, monkeypatch)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    found, count = look(project, monkeypatch)
    assert count == 1
    assert "echo two" in found.text
    assert found.text != first.text
    again, count = look(project, monkeypatch)
    assert (again.text, count) == (found.text, 0)
    assert [path.name for path in (project.parent / "cache").rglob("*") if path.is_file() and path.suffix != ".json"] == []


def test_runs_at_the_same_time_do_not_disturb_each_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six processes that look at one changing project at once end well; each result afterwards is that of the files as they are."""
    for number in range(8):
        (project / f"etl_{number}.py").write_text(DAG.replace('"etl"', f'"etl_{number}"'))
    children = []
    for number in range(6):
        child = os.fork()
        if child == 0:
            good = True
            for turn in range(3):
                (project / "helper.py").write_text(f'COMMAND = "echo {(number + turn) % 2}"\n')
                found = discovery.discover([project], project)
                results = reading.inspect(Run(found, Config(airflow_version="2"), remember=True))
                good = good and len(results) == 9 and all(one.document["dags"] for one in results)
            os._exit(0 if good else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    (project / "helper.py").write_text('COMMAND = "echo last"\n')
    found = discovery.discover([project], project)
    remembered = [reading.inspect(Run(found, Config(airflow_version="2"), remember=True)) for _ in range(2)]
    anew = [one.text for one in reading.inspect(Run(found, Config(airflow_version="2")))]
    assert [[one.text for one in results] for results in remembered] == [anew, anew]
    assert "echo last" in anew[0]
    assert [path.name for path in (project.parent / "cache").rglob("*") if path.is_file() and path.suffix != ".json"] == []


def test_a_file_that_changes_under_the_reader_is_not_trusted(project: Path) -> None:
    """What was made of two states of a file holds for neither."""
    files = TracedFiles(project)
    files.read("helper.py")
    (project / "helper.py").write_text("COMMAND = 2\n")
    files.read("helper.py")
    assert files.trace["read", "helper.py"] == CHANGED
