"""`airgo inputs` says what the deployment decides, never a secret, and adds to the user's settings without changing them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from airgo.cli.app import run

DAG = """\
import os
from datetime import datetime
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator

stage = Variable.get("stage", default_var="dev")
token = Variable.get("api_token", default_var="hunter2")

with DAG("etl", start_date=datetime(2024, 1, 1), schedule="@daily", catchup=False) as dag:
    BashOperator(task_id="always", bash_command=f"echo {token} {os.environ['REGION']}")
    if stage == "prod":
        BashOperator(task_id="prod_only", bash_command="true")
"""
SETTINGS = """\
# ours
argo-version = "3.7"  # the oldest cluster

[variables]
bucket = 's3://data'     # production's

# what we do not look at
[lint]
ignore = ["AG305"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose shape depends on a Variable."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "etl.py").write_text(DAG)
    (tmp_path / "airgo.toml").write_text(SETTINGS)
    return tmp_path


def task_ids(project: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The tasks that `airgo inspect` sees."""
    capsys.readouterr()
    run(["inspect", "--no-cache", str(project / "dags")])
    document = json.loads(capsys.readouterr().out)
    return [task["task_id"] for dag in document["files"][0]["dags"] for task in dag["tasks"]]


def test_a_secret_is_never_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the default in the code nor the value in the settings of a secret is repeated, printed or written."""
    (project / "airgo.toml").write_text(SETTINGS.replace("[variables]", '[variables]\napi_token = "s3cr3t"'))
    assert run(["inputs", str(project / "dags")]) == 0
    printed = capsys.readouterr()
    assert run(["inputs", "--write", str(project / "dags")]) == 0
    written = (project / "airgo.toml").read_text()
    assert "api_token" in printed.out
    for text in (printed.out, printed.err, written):
        assert "hunter2" not in text
    assert "s3cr3t" not in printed.out


def test_what_only_decides_is_listed_with_the_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Variable that no task reads, but a test does, has its default, where it is read and what hangs on it; the whole is valid TOML."""
    assert run(["inputs", str(project / "dags")]) == 0
    text = capsys.readouterr().out
    assert '# used at dags/etl.py:7\n# decides what is built at dags/etl.py:12\n# "stage" = "dev"\n' in text
    assert tomllib.loads(text) == {"variables": {}, "env": {}}


def test_what_is_written_keeps_every_line(project: Path) -> None:
    """The old lines stay in order, byte for byte; comments come at the end of their table; a second run adds nothing."""
    assert run(["inputs", "--write", str(project / "dags")]) == 0
    first = (project / "airgo.toml").read_text()
    lines = first.splitlines()
    old = SETTINGS.splitlines()
    assert [line for line in lines if line and line in old] == [line for line in old if line]
    assert lines.index('# "stage" = "dev"') < lines.index("# what we do not look at")
    assert tomllib.loads(first)["variables"] == {"bucket": "s3://data"}
    assert run(["inputs", "--write", str(project / "dags")]) == 0
    assert (project / "airgo.toml").read_text() == first


def test_a_value_filled_in_decides(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Write, take out the #, give the value: the branch is taken, and the key is no longer missing."""
    assert task_ids(project, capsys) == ["always"]
    run(["inputs", "--write", str(project / "dags")])
    settings = project / "airgo.toml"
    settings.write_text(settings.read_text().replace('# "stage" = "dev"', '"stage" = "prod"'))
    assert task_ids(project, capsys) == ["always", "prod_only"]
    before = settings.read_text()
    run(["inputs", "--write", str(project / "dags")])
    assert settings.read_text() == before


@pytest.mark.parametrize("settings", ['variables = {bucket = "x"}\n', 'variables.bucket = "x"\n', 'x = """\n[variables]\n"""\n'])
def test_settings_without_a_place_are_left_alone(project: Path, settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A table in one line, dotted keys, or a value that looks like a table: one sentence, exit 2, and not a byte changed."""
    path = project / "airgo.toml"
    path.write_text(settings)
    assert run(["inputs", "--write", str(project / "dags")]) == 2
    assert capsys.readouterr().err.startswith("airgo: ")
    assert path.read_text() == settings


def test_pyproject_and_new_files(project: Path) -> None:
    """Settings in pyproject.toml are added to there; without any, airgo.toml is made; Windows' line ends stay."""
    (project / "airgo.toml").unlink()
    (project / "pyproject.toml").write_bytes(b'[tool.airgo]\r\nargo-version = "4.0"\r\n\r\n[tool.ruff]\r\nline-length = 99\r\n')
    assert run(["inputs", "--write", str(project / "dags")]) == 0
    content = (project / "pyproject.toml").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert b"[tool.airgo.variables]" in content
    assert tomllib.loads(content.decode())["tool"]["ruff"] == {"line-length": 99}
    (project / "pyproject.toml").unlink()
    assert run(["inputs", "--write", "--project", str(project), str(project / "dags")]) == 0
    assert (project / "airgo.toml").read_text().startswith("[variables]")
    assert [path.name for path in project.iterdir() if path.name.startswith(".")] == []


def test_what_decides_a_schedule_is_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value that is needed only when the DAG is registered decides, too."""
    wanted = "CronTriggerTimetable(Variable.get('cron', default_var='0 3 * * *'), timezone='UTC')"
    text = DAG.replace('"@daily"', wanted).replace(
        "import os\n", "import os\nfrom airflow.timetables.trigger import CronTriggerTimetable\n"
    )
    (project / "dags" / "etl.py").write_text(text)
    assert run(["inputs", str(project / "dags")]) == 0
    assert '# decides what is built at dags/etl.py:11\n# "cron" = "0 3 * * *"' in capsys.readouterr().out
