"""Settings are read strictly, and flags win over files."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.config import Config
from airgo.configuration import ConfigurationError, load, override


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('argo-versoin = "3.7"', "did you mean argo-version", id="a misspelled key"),
        pytest.param('argo-version = "2.9"', "must be one of 3.7, 4.0, 4.1", id="a value out of the list"),
        pytest.param("[pools]\nfast = 0", "whole number of at least 1", id="a pool of no size"),
        pytest.param("[lint]\nselct = []", "did you mean select", id="a misspelled key of lint"),
        pytest.param("[connections.x]\nhots = 'a'", "a URI or a table", id="a connection with an unknown field"),
        pytest.param('plugins = ["spork"]', "some of spark, pytorch, ray, volcano", id="a plugin that nobody knows"),
        pytest.param("a = [", "airgo.toml", id="no TOML at all"),
        pytest.param("catchup-by-default = 1", "true or false", id="a number for a truth"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, words: str) -> None:
    """A mistake in airgo.toml ends in a sentence that names it."""
    (tmp_path / "airgo.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=words):
        load(tmp_path)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """No configuration is the default configuration, also beside a pyproject.toml without a table for airgo."""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert load(tmp_path) == Config()


def test_every_table_is_read(tmp_path: Path) -> None:
    """Tables, lists and words arrive under the names of `Config`."""
    text = 'source-roots = ["src"]\n[variables]\nbucket = "b"\nflags = {a = [1]}\n[env]\nDEBUG = true\n[lint]\nignore = ["AG305"]\n'
    (tmp_path / "airgo.toml").write_text(text)
    config = load(tmp_path)
    assert config.source_roots == ("src",)
    assert config.variables == {"bucket": "b", "flags": {"a": [1]}}
    assert config.env == {"DEBUG": "true"}
    assert config.ignore == ("AG305",)


def test_flags_win_and_tables_merge() -> None:
    """A flag replaces a word and adds to a table; a flag not given changes nothing."""
    config = Config(argo_version="4.0", variables={"a": "1", "b": "2"})
    merged = override(config, {"argo-version": None, "variables": {"b": "3"}, "plugins": "spark, ray"})
    assert merged.argo_version == "4.0"
    assert merged.variables == {"a": "1", "b": "3"}
    assert merged.plugins == ("spark", "ray")
