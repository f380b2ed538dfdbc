"""Which mapping is in force for an operator."""

from __future__ import annotations

from pathlib import Path

from airgo.mapping.registry import Registry

BASH = "airflow.providers.standard.operators.bash.BashOperator"


def write(folder: Path, name: str, text: str) -> None:
    """A mapping file."""
    (folder / name).write_text(text)


def test_a_company_factory_can_be_mapped(tmp_path: Path) -> None:
    """The operator of a mapping is any qualified callable."""
    write(tmp_path, "corp.yaml", "operator: corp_airflow.python_operator\nstrategy: empty\n")
    found = Registry.load([tmp_path]).find("corp_airflow.python_operator")
    assert found is not None
    assert found.strategy == "empty"


def test_a_folder_overrides_shipped_mappings_by_operator(tmp_path: Path) -> None:
    """The user's document replaces the shipped one, under every name of the operator."""
    write(tmp_path, "bash.yaml", f"operator: {BASH}\nstrategy: empty\n")
    registry = Registry.load([tmp_path])
    for name in (BASH, "airflow.operators.bash_operator.BashOperator"):
        found = registry.find(name)
        assert found is not None
        assert (found.strategy, found.path) == ("empty", f"{tmp_path.name}/bash.yaml")
    assert [mapping.strategy for mapping in registry.all() if mapping.operator == BASH] == ["empty"]


def test_a_mapping_can_extend_the_one_it_overrides(tmp_path: Path) -> None:
    """`extends` of the own operator means the shipped document: a small change needs few lines."""
    write(tmp_path, "bash.yaml", f"operator: {BASH}\nextends: {BASH}\narguments: {{team: {{ignored: bookkeeping}}}}\n")
    found = Registry.load([tmp_path]).find(BASH)
    assert found is not None
    assert found.strategy == "bash"
    assert {"team", "bash_command"} <= set(found.arguments)


def test_a_mapping_can_extend_one_of_another_file(tmp_path: Path) -> None:
    """An operator of the company takes over what its base's mapping says, and changes options by key."""
    write(tmp_path, "corp.yaml", f"operator: corp.CorpBash\nextends: {BASH}\noptions: {{image: corp/bash}}\n")
    found = Registry.load([tmp_path]).find("corp.CorpBash")
    assert found is not None
    assert found.options["image"] == "corp/bash"
    assert "env" in found.options


def test_aliases_find_the_mapping(tmp_path: Path) -> None:
    """A name under `aliases` is as good as the operator's own."""
    write(tmp_path, "corp.yaml", "operator: corp.New\naliases:\n  - corp.Old\n  - corp.Older\nstrategy: empty\n")
    registry = Registry.load([tmp_path])
    assert registry.find("corp.Old") is registry.find("corp.Older") is registry.find("corp.New") is not None


def test_a_file_is_read_when_one_of_its_operators_is_asked_for() -> None:
    """Start-up does not parse the shipped mappings."""
    registry = Registry.load()
    sources = {id(source): source for source in registry._sources.values()}.values()
    assert all(source.loaded is None for source in sources)
    registry.find(BASH)
    assert [source.shown for source in sources if source.loaded is not None] == ["mappings/bash.yaml"]
