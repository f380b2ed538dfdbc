"""What the README says is so: its tables are generated, its commands exist, and the two commands at its head are the first blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airgo.cli.app import run
from airgo.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GENERATED = re.compile(r"(<!-- airgo ([^>]+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def test_generated_tables_are_fresh(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """A table between markers is what the command in the marker prints; --update writes it."""

    def printed(match: re.Match[str]) -> str:
        assert run(match[2].split()) == 0
        return match[1] + capsys.readouterr().out + match[4]

    text = README.read_text(encoding="utf-8")
    fresh = GENERATED.sub(printed, text)
    if request.config.getoption("--update"):
        README.write_text(fresh, encoding="utf-8")
    assert README.read_text(encoding="utf-8") == fresh


def test_every_command_is_documented() -> None:
    """Each command stands in the README."""
    text = README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`airgo {name}" not in text] == []


def test_the_first_two_blocks_are_the_two_commands() -> None:
    """.ci/run takes the second `sh` block; both are one line that installs what it needs."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block, word in zip(blocks, ("airgo convert", "pytest"), strict=True):
        assert block.count("\n") == 1
        assert "-m pip install" in block
        assert word in block


def test_links_lead_somewhere() -> None:
    """Every relative link of the README is a file or folder of the repository, or a heading of the page."""
    text = README.read_text(encoding="utf-8")
    headings = {"#" + heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not link.startswith("http") and link not in headings and not (ROOT / link).exists()] == []
