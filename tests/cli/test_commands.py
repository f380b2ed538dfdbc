"""The commands as a person meets them: exit codes, what goes to which stream, and one sentence for each mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from airgo.cli import commands
from airgo.cli.app import run
from airgo.cli.commands import COMMANDS

GOOD = """\
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("{dag_id}", start_date=datetime(2024, 1, 1), schedule="@daily", catchup=False) as dag:
    BashOperator(task_id="hello", bash_command="echo hello")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one good DAG file."""
    (tmp_path / "airgo.toml").write_text("")
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "good.py").write_text(GOOD.format(dag_id="good"))
    return tmp_path


def ids(text: str) -> list[str]:
    """The DAG ids of `airgo inspect`'s output."""
    return [dag["dag_id"] for file in json.loads(text)["files"] for dag in file["dags"]]


@pytest.mark.parametrize("command", ["convert", "lint", "inspect", "inputs"])
def test_a_missing_path_is_exit_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that does not exist ends in one sentence that names it."""
    assert run([command, "/nowhere/at/all"]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == "airgo: /nowhere/at/all does not exist\n"


def test_an_unknown_option_is_exit_2() -> None:
    """An option that no command has is a mistake of usage."""
    assert run(["convert", "--nonsense"]) == 2


def test_an_unknown_setting_is_exit_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in airgo.toml names the key and suggests the right one."""
    (project / "airgo.toml").write_text('argo-versoin = "3.7"\n')
    assert run(["lint", str(project)]) == 2
    assert "did you mean argo-version?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        pytest.param("syntax.py", b"# airflow dag\nx = (\n", 2, id="not Python"),
        pytest.param("prose.py", b"This is no Python at all, though it says airflow and dag\n", 1, id="prose"),
        pytest.param("latin.py", b"# airflow dag\nx = '\xe9'\n", 1, id="not UTF-8"),
    ],
)
def test_a_bad_file_costs_one_file(project: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, line: int) -> None:
    """A file that cannot be read is one diagnostic at its line; every other file converts; exit 1."""
    (project / "dags" / name).write_bytes(content)
    assert run(["lint", "--format", "json", str(project)]) == 1
    found = [d for d in json.loads(capsys.readouterr().out)["diagnostics"] if d["file"] == f"dags/{name}"]
    assert [(d["severity"], d["line"]) for d in found] == [("error", line)]
    run(["inspect", str(project)])
    assert ids(capsys.readouterr().out) == ["good"]


def test_no_dag_says_where_it_looked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to convert is exit 1 and a sentence with the folder."""
    (tmp_path / "a.py").write_text("x = 1\n")
    assert run(["convert", str(tmp_path)]) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert "no DAG found below" in out.err


def test_two_dags_of_one_id_are_both_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither DAG silently wins: both are errors at their own places, and neither is written."""
    (project / "dags" / "other.py").write_text(GOOD.format(dag_id="good"))
    assert run(["convert", str(project), "-o", str(project / "out")]) == 1
    err = capsys.readouterr().err
    assert "dags/good.py:5:" in err
    assert "dags/other.py:5:" in err
    assert not (project / "out" / "dags").exists()


def test_an_output_folder_that_cannot_be_written_is_a_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in the place of the folder: one sentence, exit 2, nothing half-written."""
    (project / "out").write_text("in the way")
    assert run(["convert", str(project / "dags"), "-o", str(project / "out")]) == 2
    assert "out" in capsys.readouterr().err.splitlines()[-1]
    assert (project / "out").read_text() == "in the way"


def test_without_output_the_manifests_are_on_standard_output(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is YAML and nothing else; the summary is on standard error."""
    assert run(["convert", str(project)]) == 0
    out = capsys.readouterr()
    kinds = [document["kind"] for document in yaml.safe_load_all(out.out)]
    assert {"CronWorkflow", "WorkflowTemplate"} <= set(kinds)
    assert "1 DAG, 1 task" in out.err


def test_dry_run_and_check_write_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run lists what would be written; --check is exit 1 until the folder is up to date."""
    target = project / "out"
    assert run(["convert", str(project / "dags"), "-o", str(target), "--dry-run"]) == 0
    assert "+ dags/good/workflow-template.yaml" in capsys.readouterr().err
    assert run(["convert", str(project / "dags"), "-o", str(target), "--check"]) == 1
    assert not target.exists()
    assert run(["convert", str(project / "dags"), "-o", str(target)]) == 0
    assert run(["convert", str(project / "dags"), "-o", str(target), "--check"]) == 0


def test_a_hand_edit_is_kept_with_a_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest that a person changed is kept, said in one sentence, and --force overwrites it."""
    target = project / "out"
    run(["convert", str(project / "dags"), "-o", str(target)])
    manifest = target / "dags" / "good" / "workflow-template.yaml"
    manifest.write_text(manifest.read_text() + "# mine\n")
    (project / "dags" / "good.py").write_text(GOOD.format(dag_id="good").replace("hello", "goodbye"))
    capsys.readouterr()
    assert run(["convert", str(project / "dags"), "-o", str(target)]) == 1
    assert "dags/good/workflow-template.yaml was changed by hand and is kept; --force overwrites it" in capsys.readouterr().err
    assert manifest.read_text().endswith("# mine\n")
    assert run(["convert", str(project / "dags"), "-o", str(target), "--force"]) == 0
    assert "goodbye" in manifest.read_text()


def test_diff_is_clean_until_the_meaning_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A comment in the source changes nothing; another command is a change of its task, with the Python line."""
    target = project / "out"
    run(["convert", str(project / "dags"), "-o", str(target)])
    source = project / "dags" / "good.py"
    source.write_text("# a comment\n" + source.read_text())
    capsys.readouterr()
    assert run(["diff", str(project / "dags"), "--against", str(target)]) == 0
    assert capsys.readouterr().out == ""
    source.write_text(source.read_text().replace("echo hello", "echo other"))
    assert run(["diff", str(project / "dags"), "--against", str(target)]) == 1
    out = capsys.readouterr().out
    assert "tasks.hello.runs.container.args" in out
    assert "dags/good.py:7" in out


def test_the_same_input_gives_the_same_bytes(project: Path) -> None:
    """Two runs into two folders write the same files, byte by byte."""
    written = []
    for name in ("one", "two"):
        run(["convert", str(project / "dags"), "-o", str(project / name)])
        written.append({p.relative_to(project / name): p.read_bytes() for p in (project / name).rglob("*") if p.is_file()})
    assert written[0] == written[1]


def test_a_report_names_no_place_of_this_machine(project: Path) -> None:
    """No absolute path stands in anything that is written."""
    run(["convert", str(project / "dags"), "-o", str(project / "out")])
    for path in (project / "out").rglob("*"):
        if path.is_file():
            assert str(project) not in path.read_text(), path


@pytest.mark.parametrize(
    "command", ["backfill", "convert", "diff", "explain", "inputs", "inspect", "lint", "mappings", "rules", "validate"]
)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help of every command is exit 0 and names its options."""
    assert run([command, "--help"]) == 0
    assert "--help" in capsys.readouterr().out


def test_the_table_of_commands_is_the_files() -> None:
    """Every command has its file and its line of help, and an unknown one is exit 2 with the nearest."""
    assert sorted(COMMANDS) == sorted(path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py"))
    assert run(["covnert", "."]) == 2


def test_version() -> None:
    """`airgo --version` is answered by the full command line too."""
    assert run(["--version"]) == 0


def test_explain_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown code is exit 2 with the nearest one; a known one is explained."""
    assert run(["explain", "AG69O"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert run(["explain", "AG690"]) == 0
    assert "duplicate-dag-id" in capsys.readouterr().out


def test_validate_finds_what_argo_would_refuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown field is a problem at its place, exit 1; a good manifest is exit 0."""
    spec = {"entrypoint": "x", "templates": [{"name": "x", "suspend": {}}]}
    good = yaml.safe_dump({"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": {"name": "x"}, "spec": spec})
    (tmp_path / "good.yaml").write_text(good)
    (tmp_path / "bad.yaml").write_text(good.replace("suspend", "suspendd"))
    assert run(["validate", str(tmp_path / "good.yaml")]) == 0
    assert run(["validate", str(tmp_path / "bad.yaml")]) == 1
    assert "suspendd" in capsys.readouterr().out


def test_convert_says_that_an_airflow_image_would_help(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary names the one setting that lets tasks without a mapping run, and is silent once it is given."""
    (project / "dags" / "copy.py").write_text(
        "from airflow import DAG\n"
        "from airflow.providers.amazon.aws.operators.sqs import SqsPublishOperator\n"
        'with DAG("copy", schedule=None):\n'
        '    SqsPublishOperator(task_id="send", sqs_queue="q", message_content="m")\n'
    )
    run(["convert", str(project), "-o", str(project / "out")])
    assert "an Airflow image could run tasks of 1 DAG: [images] airflow" in capsys.readouterr().err
    run(["convert", str(project), "-o", str(project / "out"), "--image", "airflow=mine:1"])
    assert "an Airflow image could run" not in capsys.readouterr().err


def test_convert_shows_a_line_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is the same of several tasks, at the same place, is one line with their number."""
    hook = "from airflow.providers.postgres.hooks.postgres import PostgresHook\n"
    work = "def work():\n    PostgresHook('wh').run('x')\n"
    tasks = "".join(f"    PythonOperator(task_id='t{number}', python_callable=work)\n" for number in range(2))
    operator = "from airflow.operators.python import PythonOperator\n"
    (project / "dags" / "hooks.py").write_text(hook + operator + work + GOOD.format(dag_id="hooks") + tasks)
    assert run(["convert", str(project / "dags"), "-o", str(project / "out")]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if " AG501 " in line]
    assert len(lines) == 1
    assert lines[0].endswith(" (2 times)")
