"""`airgo lint` in CI: reports that other systems read, and a baseline that lets only new findings fail."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from airgo.cli.app import run

DAG = """\
from datetime import datetime
from airflow import DAG
from corp import CorpOperator

with DAG("etl", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    CorpOperator(task_id="first")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one error."""
    (tmp_path / "airgo.toml").write_text("")
    (tmp_path / "etl.py").write_text(DAG)
    return tmp_path


def test_a_baseline_fails_on_new_findings_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Accepted findings neither show nor fail when lines move; one more does; one fewer is said."""
    baseline = str(project / "baseline.json")
    assert run(["lint", str(project)]) == 1
    assert run(["lint", str(project), "--baseline", baseline, "--write-baseline"]) == 0
    (project / "etl.py").write_text("\n\n\n" + DAG)
    capsys.readouterr()
    assert run(["lint", str(project), "--baseline", baseline]) == 0
    assert capsys.readouterr().out == ""
    (project / "etl.py").write_text(DAG + '    CorpOperator(task_id="second")\n')
    assert run(["lint", str(project), "--baseline", baseline]) == 1
    out = capsys.readouterr().out
    assert "second" in out
    assert "etl.py:6" not in out
    (project / "etl.py").write_text(
        DAG.replace("CorpOperator(task_id=", "from airflow.operators.empty import EmptyOperator; EmptyOperator(task_id=")
    )
    assert run(["lint", str(project), "--baseline", baseline]) == 0
    assert "are gone" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--write-baseline"], ["--baseline", "nothing.json"], ["--baseline", "etl.py"]])
def test_a_baseline_that_cannot_be_used_is_exit_2(project: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No file to write to, a file that is missing, or another file: never taken for an empty baseline."""
    monkeypatch.chdir(project)
    assert run(["lint", ".", *arguments]) == 2


def test_gitlab_gets_its_issues(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each issue has what GitLab requires, and a fingerprint that stays when lines move."""
    run(["lint", str(project), "--format", "gitlab"])
    before = json.loads(capsys.readouterr().out)
    (project / "etl.py").write_text("\n\n" + DAG)
    run(["lint", str(project), "--format", "gitlab"])
    after = json.loads(capsys.readouterr().out)
    assert before
    for issue in before:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["path"] == "etl.py"
    assert [issue["fingerprint"] for issue in before] == [issue["fingerprint"] for issue in after]
    assert len({issue["fingerprint"] for issue in before}) == len(before)
    assert before[-1]["location"]["lines"]["begin"] + 2 == after[-1]["location"]["lines"]["begin"]


def test_junit_counts_failures(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failed case for each error and warning, and counts that agree; no finding is one case that passed."""
    run(["lint", str(project), "--format", "junit"])
    root = ElementTree.fromstring(capsys.readouterr().out)
    assert int(root.get("failures", "0")) == len(root.findall(".//failure")) > 0
    assert int(root.get("tests", "0")) == len(root.findall(".//testcase"))
    run(["lint", str(project), "--format", "junit", "--select", "AG999"])
    root = ElementTree.fromstring(capsys.readouterr().out)
    assert (root.get("failures"), len(root.findall(".//testcase"))) == ("0", 1)
