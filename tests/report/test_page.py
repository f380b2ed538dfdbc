"""The HTML report opens in a real browser without network or script, and holds what the report says."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from airgo.lower.result import Input, LedgerEntry, TaskOutcome
from airgo.report.formats import render_all
from airgo.report.model import DagReport, Report
from airgo.source import Span
from tests.engines.required import absent

HOSTILE = "<script>document.title='taken over'</script>"


def report() -> Report:
    """A report with one DAG, whose texts try to break the page."""
    span = Span("dags/etl.py", 3, 1, 3, 9)
    tasks = (
        TaskOutcome("extract", span, "a.BashOperator", "native", "extract", "extract"),
        TaskOutcome(HOSTILE, span, "b.Odd", "manual", "odd", "odd", "nobody knows it"),
    )
    ledger = (LedgerEntry("etl.extract", "argument", "bash_command", "mapped", target="dags/etl/workflow-template.yaml#/spec"),)
    dag = DagReport(
        dag_id="etl",
        file="dags/etl.py",
        line=1,
        grade="manual",
        outputs=("dags/etl/workflow-template.yaml",),
        tasks=tasks,
        ledger=ledger,
        diagnostics=(),
        edges=(("extract", HOSTILE),),
        sources={task.task_id: (3, HOSTILE) for task in tasks},
        templates={"extract": "name: extract\n"},
    )
    return Report("3.7", 1, (dag,), (), (), {"variables": (Input("variables", "bucket", ("dags/etl.py:7",)),)})


@pytest.fixture(scope="module")
def browser() -> str:
    """Chromium, from wherever the system keeps it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        absent("no Chromium on this machine (Debian: apt-get install chromium)")
    return found


def test_the_page_refers_to_nothing_outside() -> None:
    """No address, script, style sheet or image outside the file itself."""
    page = render_all(report())["report.html"]
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "<script" not in page
    assert not re.search(r"https?://|@import|url\(", page)


def test_a_browser_shows_the_report(browser: str, tmp_path: Path) -> None:
    """The page loads: the graph is drawn with one box a task, and the user's text stays text."""
    page = tmp_path / "report.html"
    page.write_text(render_all(report())["report.html"])
    with tempfile.TemporaryDirectory() as profile:
        flags = (
            "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
        )
        command = [browser, *flags.split(), f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    dom = done.stdout
    assert "<title>airgo migration report</title>" in dom, done.stderr[-2000:]
    assert dom.count("<rect ") == 2
    assert dom.count("<path ") == 1
    assert "nobody knows it" in dom
    assert "<script>" not in dom


def test_formats_agree() -> None:
    """JSON, Markdown and the page are written from the same report."""
    texts = render_all(report())
    assert sorted(texts) == ["report.html", "report.json", "report.md"]
    for text in texts.values():
        assert "nobody knows it" in text
        assert text.endswith("\n")
        assert "bucket" in text
