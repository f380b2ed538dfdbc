"""The table of codes is what the rules say, and no code changes its meaning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from airgo.codes import FAMILIES, all_rules

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "airgo" / "data" / "rules.json"


def test_the_table_is_fresh(request: pytest.FixtureRequest) -> None:
    """airgo/data/rules.json equals what the declared rules give; --update writes it."""
    command = [sys.executable, "-c", "import sys; from airgo.codes import declared; sys.stdout.write(declared())"]
    made = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    if request.config.getoption("--update"):
        TABLE.write_text(made, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == made


def test_every_code_has_a_family_and_words() -> None:
    """A code belongs to a family; its texts say something, and its name could follow "allow"."""
    for code, rule in all_rules().items():
        assert code[:3] in FAMILIES
        assert len(code) == 5
        assert rule.name == rule.name.lower().replace(" ", "-"), code
        for text in (rule.summary, rule.why, rule.remedy):
            assert len(text) >= 8, code
            assert not text.endswith("!"), code
        assert not rule.summary.endswith("."), code
