"""Runs every section of the Markdown files beside this one (see `revealing`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluate import revealing

DOCUMENTS = sorted(Path(__file__).parent.glob("*.md"))
CASES = [
    pytest.param(section, id=f"{document.stem}: {section.title}") for document in DOCUMENTS for section in revealing.sections(document)
]


@pytest.mark.parametrize("section", CASES)
def test_section(section: revealing.Section, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each program reveals and reports exactly what its section says."""
    outcome = revealing.run(section, tmp_path)
    if request.config.getoption("--update", default=False):
        text = section.document.read_text()
        section.document.write_text(text.replace(section.body, revealing.updated(section, outcome)))
    wrong = revealing.differences(section, outcome)
    assert not wrong, "\n".join(wrong)


def test_sections_are_found() -> None:
    """The Markdown files hold programs; a broken fence does not make them vanish."""
    assert len(CASES) > 20
