"""Every Python script that airgo writes for the projects of the repository compiles, finds its imports, and has no undefined name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airgo import pipeline
from airgo.config import Config
from airgo.discovery import discover
from airgo.reading import Run
from tests.scripts import problems, scripts

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("import pandas\n", ["import of pandas"], id="a package that is not listed"),
        pytest.param("def f():\n    return missing\n", ["undefined missing"], id="a name inside a function"),
        pytest.param("print([x for x in y])\n", ["undefined y"], id="a name in a comprehension"),
        pytest.param("class A:\n    b = c\n", ["undefined c"], id="a name in a class"),
        pytest.param("def f():\n    global g\n    g = 1\ndef h():\n    return g\n", [], id="a name that a function makes global"),
        pytest.param("def f():\n    x: Missing = 1\n    return x\n", [], id="the annotation of a local variable"),
        pytest.param("from google.cloud import storage\nprint(storage)\n", [], id="a part of a namespace package"),
        pytest.param("import sys\nsys.modules['a.b'] = 1\nfrom a.b import c\nprint(c, __file__)\n", [], id="a registered module"),
        pytest.param("import yaml, google.cloud.storage as s\nprint(yaml, s)\n", [], id="packages that are listed"),
        pytest.param("from lib.x import y\nprint(y)\n", [], id="a module beside the script"),
    ],
)
def test_the_analysis_sees_what_would_fail(source: str, found: list[str]) -> None:
    """What is not there is found, and what is there is not."""
    assert problems(source, frozenset({"PyYAML", "google-cloud-storage"}), frozenset({"lib"})) == found


@pytest.mark.parametrize("name", ["meaning", "quickstart"])
def test_emitted_scripts_can_run(name: str) -> None:
    """No script of the project fails before the user's function is called."""
    folder = ROOT / "fixtures" / name
    result = pipeline.convert(Run(discover([folder], folder), Config(), strict=True))
    text = result.texts.get("images/requirements.txt", "")
    inventory = frozenset(re.findall(r"^([A-Za-z0-9._-]+)", text, re.MULTILINE))
    every = list(scripts(result.texts))
    assert len(every) > 1
    assert [f"{where}: {one}" for where, source, beside in every for one in problems(source, inventory, beside)] == []
