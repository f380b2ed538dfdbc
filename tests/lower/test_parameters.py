"""Workflow parameters: the logical date, params, and keys of dag_run.conf."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo import ir
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.lower.draft import WorkflowDraft
from airgo.lower.parameters import conf_parameter, encoding, parameter_of, parameters
from airgo.values import ParamValue, Symbol, Unknown
from tests.lower.building import REGISTRY, dag, task

CRON = ir.Schedule("cron", ("0 0 * * *",), "UTC", True)


def drafted(*params: ir.Param, schedule: ir.Schedule | None = None) -> WorkflowDraft:
    """A draft of a DAG with these params, after the pass."""
    made = dag(task("a"), params={param.name: param.default for param in params})
    fields = {name: getattr(made, name) for name in made.__slots__}
    read = ir.Dag(**{**fields, "params": params, "schedule": schedule or made.schedule})
    draft = WorkflowDraft(read, Config(), REGISTRY, ProjectFiles(Path("/nowhere/shop")), Collector(), "d")
    parameters(draft)
    return draft


def codes(draft: WorkflowDraft) -> list[str]:
    """The codes reported."""
    return [found.code for found in draft.collector]


def test_a_dag_without_params_has_the_logical_date_alone() -> None:
    """Every workflow can be started for a date."""
    assert list(drafted().parameters) == ["logical-date"]
    assert drafted().parameters["logical-date"]["value"] == ""


@pytest.mark.parametrize(
    ("default", "value", "how"),
    [("mon", "mon", "text"), (5, "5", "json"), (True, "true", "json"), (None, "null", "json"), ({"a": ["é"]}, '{"a": ["é"]}', "json")],
)
def test_a_text_stays_text_and_anything_else_is_json(default: object, value: str, how: str) -> None:
    """What a parameter holds can be told from the param's default."""
    param = ir.Param("x", default)
    assert drafted(param).parameters["x"] == {"value": value}
    assert encoding(param) == how


def test_the_schema_becomes_description_and_enum() -> None:
    """Argo knows a parameter's description and the values it may have."""
    param = ir.Param("day", ParamValue("mon", {"enum": ["mon", "tue"]}), {"enum": ["mon", "tue"], "description": "which day"})
    assert drafted(param).parameters["day"] == {"value": "mon", "description": "which day", "enum": ["mon", "tue"]}


def test_names_that_argo_does_not_allow_are_renamed_and_recorded() -> None:
    """A param called like the logical date, or with a dot, gets another name; no other name changes."""
    draft = drafted(ir.Param("logical-date", "x"), ir.Param("a.b", "y"), ir.Param("a-b", "z"))
    assert parameter_of("a-b", draft) == "a-b"
    assert parameter_of("a.b", draft) not in ("a.b", "a-b")
    assert parameter_of("logical-date", draft) != "logical-date"
    assert {rename.id for rename in draft.renames} == {"a.b", "logical-date"}


@pytest.mark.parametrize("default", [Unknown("a read of the network"), Symbol("variable", "x")])
def test_a_default_that_is_not_known_has_no_value_and_a_warning(default: object) -> None:
    """Whoever starts the workflow must give it."""
    draft = drafted(ir.Param("x", default))
    assert ("value" in draft.parameters["x"], codes(draft)) == (False, ["AG432"])


def test_a_key_of_conf_is_a_parameter_of_its_own() -> None:
    """The default that a template falls back to is the parameter's."""
    draft = drafted(ir.Param("day", "mon"))
    assert conf_parameter("mode", "full", None, draft) == "mode"
    assert conf_parameter("day", "mon", None, draft) == "day"
    assert draft.parameters["mode"]["value"] == "full"
    assert draft.parameters["day"]["value"] == "mon"
    assert codes(draft) == []


def test_a_key_of_conf_that_is_a_param_is_never_absent() -> None:
    """A default other than the param's, or none in a scheduled run, is not what the workflow takes."""
    draft = drafted(ir.Param("day", "mon"))
    conf_parameter("day", None, None, draft)
    assert codes(draft) == []
    conf_parameter("day", "tue", None, draft)
    assert (draft.parameters["day"]["value"], codes(draft)) == ("mon", ["AG325"])
    scheduled = drafted(ir.Param("day", "mon"), schedule=CRON)
    conf_parameter("day", None, None, scheduled)
    assert codes(scheduled) == ["AG325"]


def test_a_scheduled_run_has_no_conf() -> None:
    """Reading a key without a default in a scheduled DAG is warned of; a DAG started by hand is given it."""
    draft = drafted(schedule=CRON)
    conf_parameter("mode", None, None, draft)
    assert codes(draft) == ["AG425"]
    by_hand = drafted()
    conf_parameter("mode", None, None, by_hand)
    assert codes(by_hand) == []


def test_two_defaults_of_one_key_are_warned_of() -> None:
    """A parameter has one default."""
    draft = drafted()
    conf_parameter("mode", "full", None, draft)
    conf_parameter("mode", "part", None, draft)
    assert (draft.parameters["mode"]["value"], codes(draft)) == ("full", ["AG426"])
