"""Lists that are made of what tasks returned, and what instances read of them, as Airflow makes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airgo.runtime import mapping
from airgo.runtime.elements import airgo_arguments, airgo_element
from airgo.runtime.exceptions import AirflowSkipException
from airgo.runtime.mapping import airgo_elements, airgo_fan_out, airgo_mapped, airgo_rows, airgo_zipped

Written = Callable[..., Any]


@pytest.fixture
def fan_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Writes a list, and reads what was written."""
    monkeypatch.setattr(mapping, "AIRGO_ITEMS", str(tmp_path / "deep" / "items"))

    def write(*groups: dict[str, list[Any]], plain: tuple[str, ...] = (), index: str = "", lenient: bool = True) -> Any:
        airgo_fan_out(list(groups), list(plain), index, lenient)
        return json.loads((tmp_path / "deep" / "items").read_text())

    return write


def fails(value: object) -> object:
    """A user's function that raises."""
    if value == "skip":
        raise AirflowSkipException("{" * 2 + " $it")
    return 1 / int(str(value))


@pytest.mark.parametrize("value", [None, "text", 3])
def test_only_lists_and_dicts_are_mapped_over(value: object) -> None:
    """Anything else fails, as it fails in Airflow."""
    with pytest.raises(ValueError, match=type(value).__name__):
        airgo_elements(value)


def test_an_element_is_its_json_or_its_text(fan_out: Written) -> None:
    """Types are kept where JSON is read, and nothing in it is a tag or a variable."""
    elements = airgo_elements(["{" * 2 + "a}} $", None, [1]])
    assert [json.loads(text) for text in fan_out({"x": elements})] == ["{" * 2 + "a}} $", None, [1]]
    assert not any("{" * 2 in text or "$" in text for text in fan_out({"x": elements}))
    assert fan_out({"x": elements}, plain=("x",)) == ["{" * 2 + "a}} $", "None", "[1]"]


def test_the_product_changes_its_last_argument_fastest_and_is_numbered(fan_out: Written) -> None:
    """Airflow's order of map indexes."""
    found = fan_out({"x": airgo_elements([1, 2])}, {"y": airgo_elements(["a", "b"])}, plain=("y",), index="map-index")
    assert [(row["x"], row["y"], row["map-index"]) for row in found] == [
        ("1", "a", "0"),
        ("1", "b", "1"),
        ("2", "a", "2"),
        ("2", "b", "3"),
    ]


def test_what_a_function_raises_reaches_its_instance_alone(fan_out: Written) -> None:
    """An instance skips or fails by what it reads; the others have their values."""
    skipped, failed, good = fan_out({"x": airgo_mapped(airgo_elements(["skip", "0", "2"]), fails)})
    assert airgo_element(good) == 0.5
    assert "{" * 2 not in skipped
    assert "$" not in skipped
    with pytest.raises(AirflowSkipException, match="it"):
        airgo_element(skipped)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        airgo_element(failed)


@pytest.mark.parametrize(("value", "error"), [("skip", AirflowSkipException), ("0", ZeroDivisionError)])
def test_what_a_function_raises_stops_the_step_where_no_instance_could_read_it(fan_out: Written, value: str, error: type) -> None:
    """No list is written, so that nothing runs with it."""
    with pytest.raises(error):
        fan_out({"x": airgo_mapped(airgo_elements([value]), fails)}, lenient=False)


def test_zip_is_as_long_as_the_shortest_or_filled_up(fan_out: Written) -> None:
    """Instances get tuples where they read what was raised, too; else lists."""
    lists = [airgo_elements([1, 2]), airgo_elements(["a"])]
    assert [airgo_element(text) for text in fan_out({"x": airgo_zipped(lists)})] == [(1, "a")]
    assert [airgo_element(text) for text in fan_out({"x": airgo_zipped(lists, None)})] == [(1, "a"), (2, None)]
    assert fan_out({"x": airgo_zipped(lists)}, lenient=False) == ['[1, "a"]']
    of_dict = airgo_zipped([airgo_elements({"k": 1}), airgo_elements(["a"])])
    assert fan_out({"x": of_dict})[0].startswith("!fail KeyError")


def test_rows_have_the_keys_that_the_manifest_was_written_for(fan_out: Written) -> None:
    """Each argument is told apart; a dict with other keys, or none at all, fails."""
    elements = airgo_elements([{"a": 1, "b": "x"}])
    keys = {"a": "a", "m_b": "b"}
    assert fan_out(airgo_rows(elements, keys, True), plain=("a", "m_b")) == [{"a": "1", "m_b": "x"}]
    for row in ({"a": 1}, ["a", "b"], "ab"):
        with pytest.raises(ValueError, match="must be given a, b"):
            fan_out(airgo_rows(airgo_elements([row]), keys, True), lenient=False)


def test_lists_have_the_length_that_the_manifest_was_written_for(fan_out: Written) -> None:
    """Airflow renders no templates in what `expand` is given."""
    places = {"m_0": 0, "m_1": 1}
    rows = [["{" * 2 + " ds }}", 1], ["b", 2]]
    found = fan_out(airgo_rows(airgo_elements(rows), places, False), plain=("m_0", "m_1"))
    assert found == [{"m_0": "{" * 2 + " ds }}", "m_1": "1"}, {"m_0": "b", "m_1": "2"}]
    with pytest.raises(ValueError, match="must be given 0, 1"):
        fan_out(airgo_rows(airgo_elements([["a"]]), places, False), lenient=False)


@pytest.mark.parametrize("template", ["{" * 2 + " ds }}", "{% if x %}", "{# note #}"])
def test_arguments_with_templates_fail(template: str) -> None:
    """Airflow renders templates in what tasks return for expand_kwargs; a text that is passed on unrendered would be another value."""
    assert airgo_arguments({"a": ["{ }", 1]}) == {"a": ["{ }", 1]}
    with pytest.raises(ValueError, match="Airflow would render"):
        airgo_arguments({"a": [1, template]})
