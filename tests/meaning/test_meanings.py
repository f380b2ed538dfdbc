"""Every meaning in meanings.toml is held by a scenario, a test or a diagnostic; the table is printed (`-s` shows it)."""

from __future__ import annotations

import ast
import fnmatch
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parents[1]
MEANINGS: list[dict[str, Any]] = tomllib.loads((TESTS / "meaning" / "meanings.toml").read_text())["meaning"]
SCENARIOS = frozenset(path.stem for path in (TESTS.parent / "fixtures" / "meaning" / "dags").glob("*.py"))
CODES = frozenset(rule["code"] for rule in json.loads((TESTS.parent / "airgo" / "data" / "rules.json").read_text()))
SECTIONS = 13
LEAST = 120
"""How many scenarios there are at least."""


@cache
def functions(path: str) -> frozenset[str]:
    """The tests of a file."""
    file = TESTS / path
    if not file.exists():
        return frozenset()
    return frozenset(node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef))


def missing(meaning: dict[str, Any]) -> list[str]:
    """What a meaning names that does not exist."""
    tests = [name for name in meaning.get("tests", ()) if name.partition("::")[2] not in functions(name.partition("::")[0])]
    scenarios = [name for name in meaning.get("scenarios", ()) if "*" not in name and name not in SCENARIOS]
    return [*scenarios, *tests, *sorted(set(meaning.get("codes", ())) - CODES)]


@pytest.mark.parametrize("meaning", MEANINGS, ids=[f"{one['section']}: {one['says'][:40]}" for one in MEANINGS])
def test_every_meaning_is_held(meaning: dict[str, Any]) -> None:
    """It names at least one scenario, test or code, and all that it names exist."""
    assert missing(meaning) == []
    found = [name for pattern in meaning.get("scenarios", ()) for name in fnmatch.filter(SCENARIOS, pattern)]
    assert found or meaning.get("tests") or meaning.get("codes")


def test_the_table() -> None:
    """It has every section, in order; printed, one line each."""
    for one in MEANINGS:
        print(f"{one['section']}: {one['says']} -> {' '.join([*one.get('scenarios', ()), *one.get('tests', ()), *one.get('codes', ())])}")
    numbers = [int(one["section"].split()[0]) for one in MEANINGS]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, SECTIONS + 1))


def test_no_scenario_is_forgotten() -> None:
    """Each stands in the table; there are enough of them."""
    named = {found for one in MEANINGS for name in one.get("scenarios", ()) for found in fnmatch.filter(SCENARIOS, name)}
    assert sorted(SCENARIOS - named) == []
    assert len(SCENARIOS) >= LEAST
