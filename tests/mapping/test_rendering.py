"""Values in, values out: how a mapping and arguments become a template body."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.argo.text import EnvRef, Expression, Text
from airgo.mapping.registry import Registry
from airgo.mapping.rendering import Rendered, RenderError, render
from airgo.mapping.schema import MappingError
from airgo.values import ExternCall

DAY = Text(("day-", Expression("workflow.name")))


def rendered(tmp_path: Path, body: str, **values: object) -> Rendered:
    """A mapping with the arguments a, b and c, rendered."""
    (tmp_path / "one.yaml").write_text("operator: corp.One\narguments: {a: {}, b: {}, c: {}}\n" + body)
    mapping = Registry.load([tmp_path]).find("corp.One")
    assert mapping is not None
    return render(mapping, values, {"bash": "corp/bash:1"})


def emitted(tmp_path: Path, leaf: str, **values: object) -> object:
    """What one leaf becomes."""
    uses = "[<%= a | default(omit) %>, <%= b | default(omit) %>, <%= c | default(omit) %>]"
    result = rendered(tmp_path, f"emit:\n  container:\n    image: x\n    ports: {uses}\n    args: {leaf}\n", **values)
    container = result.body["container"]
    assert isinstance(container, dict)
    return container.get("args", "left out")


@pytest.mark.parametrize("value", ["1e3", "[1, 2]", "{{ ds }}", "<%= b %>", "yes", "a\nb\n", "'", "", 7, 1.5, True, ["x", {"y": None}]])
def test_a_single_expression_keeps_its_value(value: object, tmp_path: Path) -> None:
    """No value is read again as YAML, Jinja or Python, whatever it looks like."""
    assert emitted(tmp_path, '"<%= a %>"', a=value) == value


def test_holes_survive_alone_and_inside_text(tmp_path: Path) -> None:
    """A Text passes through as it is; inside longer text its literal parts and holes are joined."""
    assert emitted(tmp_path, '"<%= a %>"', a=DAY) is DAY
    assert emitted(tmp_path, '"in/<%= a %>.csv"', a=DAY) == Text(("in/day-", Expression("workflow.name"), ".csv"))
    assert emitted(tmp_path, '"<%= a %>/<%= b %>"', a=DAY, b=1) == Text(("day-", Expression("workflow.name"), "/1"))


def test_blocks_choose_text(tmp_path: Path) -> None:
    """Statements of Jinja work in text."""
    leaf = "'<% if b %>-v <% endif %><%= a %>'"
    assert emitted(tmp_path, leaf, a="x", b=True) == "-v x"
    assert emitted(tmp_path, leaf, a="x", b=False) == "x"


@pytest.mark.parametrize("value", [True, None, ["a"], {"a": 1}])
def test_what_is_not_text_cannot_stand_inside_text(value: object, tmp_path: Path) -> None:
    """A list, dict, boolean or None inside longer text would be Python's idea of it."""
    with pytest.raises(RenderError, match="cannot stand inside text"):
        emitted(tmp_path, '"x<%= a %>"', a=value)


def test_an_argument_that_is_not_given_is_an_error_that_names_it(tmp_path: Path) -> None:
    """Undefined is never empty."""
    with pytest.raises(RenderError, match="a is not given") as caught:
        emitted(tmp_path, '"<%= a %>"')
    assert caught.value.argument == "a"
    with pytest.raises(RenderError):
        emitted(tmp_path, '"x-<%= a %>"')


def test_omit_drops_keys_items_and_what_is_left_empty(tmp_path: Path) -> None:
    """A key whose value is omitted goes; so does a mapping or list that holds nothing else."""
    body = "emit:\n  container: {image: x, env: [<%= a | default(omit) %>], resources: {limits: {cpu: <%= b | default(omit) %>}}}\n"
    body += "  metadata: {labels: {}, annotations: <%= c | default(omit) %>}\n"
    assert rendered(tmp_path, body).body == {"container": {"image": "x"}, "metadata": {"labels": {}}}


def test_targets_say_where_each_given_argument_went(tmp_path: Path) -> None:
    """JSON pointers into the body, with list positions as they are after items were left out."""
    body = "emit:\n  container: {image: <%= b %>, args: [<%= a | default(omit) %>, 'x<%= b %>'], 'x/y': <%= c | default(omit) %>}\n"
    result = rendered(tmp_path, body, b="v", c="w")
    assert result.targets == {"b": ("/container/image", "/container/args/0"), "c": ("/container/x~1y",)}


def test_an_argument_that_shaped_the_body_without_standing_in_it_targets_the_whole(tmp_path: Path) -> None:
    """Every given argument that is used has a target."""
    body = "emit:\n  container: {image: x, args: '<%= [a, b] if c else omit %>'}\n"
    assert rendered(tmp_path, body, a=1, b=2, c=False).targets == {"a": ("",), "b": ("",), "c": ("",)}


def test_the_settings_name_images(tmp_path: Path) -> None:
    """airgo.toml's image wins over the mapping's default; an image with neither is an error."""
    uses = "[<%= a | default(omit) %>, <%= b | default(omit) %>, <%= c | default(omit) %>]"
    body = (
        f'emit: {{container: {{ports: {uses}, image: \'<%= image("bash", "debian") %>\', args: [\'<%= image("psql", "postgres") %>\']}}}}\n'
    )
    assert rendered(tmp_path, body).body == {"container": {"image": "corp/bash:1", "args": ["postgres"]}}
    with pytest.raises(RenderError, match=r"airgo\.toml"):
        rendered(tmp_path, f"emit: {{container: {{ports: {uses}, image: '<%= image(\"psql\") %>'}}}}\n")


def test_a_connection_is_a_hole(tmp_path: Path) -> None:
    """A connection's content is never in the manifest; only where to find it."""
    assert emitted(tmp_path, '"<%= connection(a) %>"', a="db") == Text((EnvRef("AIRFLOW_CONN_DB", ("connection", "db")),))
    with pytest.raises(RenderError, match="must be known"):
        emitted(tmp_path, '"<%= connection(a) %>"', a=DAY)


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param("<%= a.__class__ %>", id="attributes with underscores"),
        pytest.param("<%= a.append(1) %>", id="changing a value"),
        pytest.param("<%= a.parts %>", id="looking into a text with holes"),
    ],
)
def test_expressions_are_sandboxed(leaf: str, tmp_path: Path) -> None:
    """An expression reaches nothing but values."""
    with pytest.raises((RenderError, MappingError)):
        emitted(tmp_path, f'"{leaf}"', a=DAY)


def test_a_symbolic_value_is_never_taken_for_true(tmp_path: Path) -> None:
    """A call of something outside has no truth: the task becomes manual."""
    with pytest.raises(RenderError):
        emitted(tmp_path, "\"<%= 'x' if a else 'y' %>\"", a=ExternCall("corp.make"))


def test_a_refused_argument_makes_the_task_manual(tmp_path: Path) -> None:
    """Unless its value changes nothing."""
    (tmp_path / "one.yaml").write_text(
        "operator: corp.Two\narguments: {check: {refused: it is code, harmless: [[]]}}\nemit: {container: {image: x}}\n"
    )
    mapping = Registry.load([tmp_path]).find("corp.Two")
    assert mapping is not None
    with pytest.raises(RenderError, match="check has no counterpart: it is code") as caught:
        render(mapping, {"check": "f"}, {})
    assert caught.value.argument == "check"
    for harmless in (None, []):
        assert render(mapping, {"check": harmless}, {}).body == {"container": {"image": "x"}}


def test_notices_come_when_their_condition_holds(tmp_path: Path) -> None:
    """And only then."""
    body = "emit: {container: {image: x, args: [<%= a %>, <%= b | default(omit) %>, <%= c | default(omit) %>]}}\n"
    body += "notices: [{when: <%= a == 'odd' %>, argument: a, message: odd things}]\n"
    assert rendered(tmp_path, body, a="even").notices == ()
    (notice,) = rendered(tmp_path, body, a="odd").notices
    assert (notice.message, notice.argument, notice.severity) == ("odd things", "a", "warning")


def test_older_spellings_stand_for_the_argument(tmp_path: Path) -> None:
    """`same_as` gives the value another name; a default stands in when neither is given."""
    (tmp_path / "one.yaml").write_text(
        "operator: corp.Three\narguments: {old: {same_as: new, default: d}, new: {}}\nemit: {container: {image: <%= new %>}}\n"
    )
    mapping = Registry.load([tmp_path]).find("corp.Three")
    assert mapping is not None
    assert render(mapping, {}, {}).body == {"container": {"image": "d"}}
    assert render(mapping, {"old": "o"}, {}).targets == {"old": ("/container/image",)}
    assert render(mapping, {"new": "n"}, {}).body == {"container": {"image": "n"}}


def test_structured_values_travel_beside_their_holes() -> None:
    """JSON in one variable, each text with holes in its own; what fills a hole cannot break the JSON."""
    mapping = Registry.load().find("airflow.providers.http.operators.http.HttpOperator")
    assert mapping is not None
    body = render(mapping, {"data": {"day": DAY, "raw": "{{x}}"}}, {}).body
    script = body["script"]
    assert isinstance(script, dict)
    assert script["env"][-2:] == [
        {"name": "AIRGO_DATA", "value": '{"day": {"$env": "AIRGO_DATA_1"}, "raw": "{\\u007bx}}"}'},
        {"name": "AIRGO_DATA_1", "value": DAY},
    ]
