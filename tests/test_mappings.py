"""The shipped mappings: each loads, names every argument of its operator, and has examples that render to what they promise."""

from __future__ import annotations

import ast

import pytest

from airgo import catalogue
from airgo.mapping.checking import problems_of
from airgo.mapping.registry import OPERATOR, Registry, shipped_folder, yaml_files
from airgo.mapping.schema import OperatorMapping

MAPPINGS = Registry.load().all()


def names(mapping: OperatorMapping) -> str:
    """The id of a test."""
    return mapping.operator


@pytest.mark.parametrize("mapping", MAPPINGS, ids=names)
def test_a_mapping_is_complete_and_its_examples_hold(mapping: OperatorMapping) -> None:
    """Every argument of the real signature is named, there is an example, and every example renders to what it promises."""
    assert list(problems_of(mapping)) == []


@pytest.mark.parametrize("mapping", MAPPINGS, ids=names)
def test_a_mapping_is_of_a_class_that_exists_under_its_current_name(mapping: OperatorMapping) -> None:
    """The operator is known to the catalogue, and is not an old name of another."""
    facts = catalogue.operator(mapping.operator)
    assert facts is not None
    assert catalogue.canonical(mapping.operator) == mapping.operator


@pytest.mark.parametrize("mapping", MAPPINGS, ids=names)
def test_template_flags_are_those_of_airflow(mapping: OperatorMapping) -> None:
    """An argument is marked `template` exactly if Airflow renders it, in either major version."""
    facts = catalogue.operator(mapping.operator)
    assert facts is not None
    rendered = {*facts.fields("2"), *facts.fields("3")}
    marked = {name for name, spec in mapping.arguments.items() if spec.template}
    used = {name for name, spec in mapping.arguments.items() if spec.used and not spec.approximated and not spec.refused}
    assert mapping.extends or marked - rendered == set()
    assert (rendered & used) - marked == set()


@pytest.mark.parametrize("mapping", MAPPINGS, ids=names)
def test_required_flags_are_those_of_airflow(mapping: OperatorMapping) -> None:
    """An argument without which Airflow's constructor fails is marked `required`."""
    facts = catalogue.operator(mapping.operator)
    assert facts is not None
    given_by_taskflow = {"task_id", "bash_command", "sql", "command", "op_args", "op_kwargs"} if facts.kind == "decorator" else set()
    required = {name for name, parameter in facts.parameters.items() if parameter.required} - given_by_taskflow
    used = {name for name, spec in mapping.arguments.items() if spec.used and not spec.refused and not spec.approximated}
    assert {name for name in required & used if not mapping.arguments[name].required} == set()


@pytest.mark.parametrize("mapping", MAPPINGS, ids=names)
def test_examples_call_the_operator_they_are_of(mapping: OperatorMapping) -> None:
    """The call in an example names the mapping's class, or the decorator that makes it."""
    for example in mapping.examples:
        tree = ast.parse(example.dag.strip(), mode="eval").body
        assert isinstance(tree, ast.Call)
        called = ast.unparse(tree.func)
        assert called == mapping.name or (called.startswith("task") and "decorators" in mapping.operator)


def test_names_found_without_loading_are_those_that_load() -> None:
    """The registry finds operators by looking at the texts; each file describes just those."""
    seen = sorted(match for file in yaml_files(shipped_folder()) for match in OPERATOR.findall(file.read_text(encoding="utf-8")))
    assert seen == sorted(mapping.operator for mapping in MAPPINGS)


def test_an_old_import_path_finds_the_mapping() -> None:
    """Names of Airflow 1.10 and 2 lead to the mapping of the class of today."""
    registry = Registry.load()
    for old in ("airflow.operators.bash_operator.BashOperator", "airflow.operators.dummy.DummyOperator"):
        found = registry.find(old)
        assert found is not None
        assert found.operator == catalogue.canonical(old)


def test_what_is_not_mapped_is_not_found() -> None:
    """An operator without a mapping has none, however near its name is to one that has."""
    assert Registry.load().find("corp.operators.BashOperator") is None
