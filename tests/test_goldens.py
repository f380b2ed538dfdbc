"""Manifests of the fixtures are the same as yesterday; `pytest --update` rewrites them, and the diff is to be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from airgo import configuration, discovery, pipeline
from airgo.reading import Run

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CASES = sorted(path.parent.name for path in FIXTURES.glob("*/expected"))


def texts(case: str) -> dict[str, str]:
    """What airgo writes for a fixture, without the report."""
    root = FIXTURES / case
    config = configuration.load(root)
    run = Run(discovery.discover([root], root, source_roots=config.source_roots), config, strict=True)
    return dict(pipeline.convert(run).texts)


@pytest.mark.parametrize("case", CASES)
def test_manifests_are_the_same(case: str, request: pytest.FixtureRequest) -> None:
    """The parsed documents are equal first, because that tells more; then the texts are, to the letter."""
    written = texts(case)
    folder = FIXTURES / case / "expected"
    if request.config.getoption("--update"):
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            path.unlink()
        for path, text in written.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    expected = {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}
    assert sorted(written) == sorted(expected)
    for path, text in expected.items():
        if path.endswith(".yaml"):
            assert list(yaml.safe_load_all(written[path])) == list(yaml.safe_load_all(text)), path
        assert written[path] == text, path
