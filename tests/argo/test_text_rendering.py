"""Text in its place: what the author wrote arrives, whatever Argo and Kubernetes make of braces and dollars."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from airgo.argo.text import EnvRef, Expression, Input, ItemHole, Simple, text
from airgo.argo.text_rendering import Place, Unprotectable, realise

VARIABLE = EnvRef("AIRGO_VAR", ("variable", "x"))


@pytest.mark.parametrize(
    "literal",
    [
        *("{{workflow.name}}", "{{ inputs.parameters.x }}", "a {{=1+1}} b", "{{item}}", "{{ item }}", "{{item.x}}", "{{retries}}"),
        *(
            "{{pod.name}}",
            "{{tasks.a.status}}",
            "{{lastRetry.exitCode}}",
            "{{node.name}}",
            "echo {{",
            "{{ a }} then {{ b",
            "{{workflow.name",
        ),
    ],
)
@pytest.mark.parametrize("place", ["env", "command", "argument", "source", "field"])
def test_text_that_argo_would_change_is_refused(literal: str, place: Place) -> None:
    """No place protects such text, so it is never written."""
    with pytest.raises(Unprotectable):
        realise(literal, place=place)


@pytest.mark.parametrize(
    "literal", ["{{ ds }}", "{{.Names}}", "docker ps --format '{{.ID}}'", "}}", "{ {", "{{ =x}}", "{{items}}", "{{retries_left}}"]
)
def test_text_that_argo_leaves_alone_is_kept(literal: str) -> None:
    """Other braces are nobody's business."""
    assert realise(literal, place="source") == literal


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(text("{{ a ", Input("x")), id="a hole inside braces"),
        pytest.param(text("{", Input("x"), "}"), id="a brace in front of a hole"),
        pytest.param(text("a", Expression("{'a': {'b': 1}}")), id="an expression with closing braces"),
    ],
)
def test_braces_that_run_into_a_hole_are_refused(leaf: str) -> None:
    """Argo would read another tag than the one that was meant."""
    with pytest.raises(Unprotectable):
        realise(leaf, place="env")


@pytest.mark.parametrize("hole", [Input("x"), Simple("workflow.name"), Expression("1"), VARIABLE])
def test_no_hole_in_a_script(hole: Input) -> None:
    """What a hole brings in would break the script's own quoting."""
    with pytest.raises(Unprotectable):
        realise(text("x = ", hole), place="source")


@pytest.mark.parametrize("place", ["argument", "field"])
def test_env_references_only_where_kubernetes_expands(place: Place) -> None:
    """`$(NAME)` elsewhere would stay text."""
    with pytest.raises(Unprotectable):
        realise(text("x", VARIABLE), place=place)


def test_holes_of_lowering_do_not_get_this_far() -> None:
    """An item or XCom that was not made an input is a mistake of ours."""
    with pytest.raises(TypeError):
        realise(text("x", ItemHole("y")), place="argument")


def test_holes_become_tags() -> None:
    """Each kind in its notation."""
    leaf = text("a ", Simple("workflow.name"), " ", Input("day"), " ", Expression("1 + 1"), " ", VARIABLE)
    assert realise(leaf, place="env") == "a {{workflow.name}} {{inputs.parameters.day}} {{=1 + 1}} $(AIRGO_VAR)"


def expand(value: str, env: Mapping[str, str]) -> str:
    """Kubernetes' expansion of `$(NAME)` and `$$`, for the tests."""

    def one(found: re.Match[str]) -> str:
        whole = found.group()
        return "$" if whole == "$$" else env.get(whole[2:-1], whole)

    return re.sub(r"\$\$|\$\([^)]*\)", one, value)


@pytest.mark.parametrize(
    "literal",
    ["$", "$$", "$$$", "$(A)", "$$(A)", "$$$(A)", "$(date)", "$((1+1))", "$(", "$(A", "cost $5", "a$", "$(NEAR)$$", "$(K8S_SERVICE_HOST)"],
)
def test_dollars_survive_kubernetes(literal: str) -> None:
    """Written, then expanded by Kubernetes, a text is itself again; alone, and in front of a value that is filled in."""
    env = {"A": "expanded", "K8S_SERVICE_HOST": "10.0.0.1"}
    for place in ("env", "command", "argument"):
        assert expand(realise(literal, place=place, env_names={"A"}), env) == literal
    for data in ("", "$", "(A)", "A)", "x"):
        written = realise(text(literal, Input("x")), place="env", env_names={"A"})
        assert expand(written.replace("{{inputs.parameters.x}}", data), env) == literal + expand(data, env)


def test_command_substitution_stays_readable() -> None:
    """`$(date)` is only escaped where a variable of that name may exist."""
    assert realise("echo $(date) $HOME", place="command", env_names={"A"}) == "echo $(date) $HOME"
    assert realise("echo $(date)", place="command", env_names=None) == "echo $$(date)"


def test_a_dollar_in_front_of_a_reference() -> None:
    """`$` and then the value: not an escaped reference."""
    assert realise(text("US$", VARIABLE), place="env") == "US$$$(AIRGO_VAR)"


def test_fields_keep_their_dollars() -> None:
    """Kubernetes expands nothing in other fields, nor in a script."""
    assert realise("$$ $(A)", place="field", env_names={"A"}) == "$$ $(A)" == realise("$$ $(A)", place="source", env_names={"A"})
