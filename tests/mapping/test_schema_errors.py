"""What a mapping file must not say: every mistake is an error with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgo.mapping.checking import problems
from airgo.mapping.registry import Registry
from airgo.mapping.schema import MappingError

HEAD = "operator: corp.operators.CopyOperator\n"
EMIT = "emit:\n  container: {image: a, command: [run], args: ['<%= source %>']}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param(HEAD + "argument: {}\n", 2, "unknown key 'argument'; did you mean 'arguments'?", id="a key that does not exist"),
        pytest.param("operater: corp.A\n", 1, "unknown key 'operater'; did you mean 'operator'?", id="no operator"),
        pytest.param("operator: two words\n", 1, "must be a qualified name", id="an operator that is no name"),
        pytest.param(HEAD + "support: ful\n", 2, "'ful' is none of full, partial, manual; did you mean 'full'?", id="support of no kind"),
        pytest.param(HEAD + "support: partial\n" + EMIT, 2, "needs a reason", id="partial without a reason"),
        pytest.param(HEAD + "arguments:\n  source: {require: true}\n" + EMIT, 3, "did you mean 'required'?", id="an argument's key"),
        pytest.param(
            HEAD + "arguments:\n  source: {}\n  log: {ignored: ''}\n" + EMIT, 4, "ignored needs a reason", id="ignored without a reason"
        ),
        pytest.param(
            HEAD + "arguments:\n  log: {ignored: a, unsupported: b}\n" + EMIT, 3, "can be only one of", id="two fates of one argument"
        ),
        pytest.param(HEAD + EMIT, 3, "'source' is neither an argument of CopyOperator nor a function", id="an undeclared name"),
        pytest.param(HEAD + "arguments:\n  sorce: {}\n" + EMIT, 5, "did you mean 'sorce'?", id="a misspelled name"),
        pytest.param(HEAD + "arguments:\n  source: {ignored: no}\n" + EMIT, 3, "must be a text", id="a reason that YAML reads as false"),
        pytest.param(HEAD + "arguments:\n  source: {ignored: never}\n" + EMIT, 5, "is used here", id="an ignored argument that is used"),
        pytest.param(
            HEAD + "arguments:\n  source: {}\n  target: {}\n" + EMIT, 4, "target reaches nothing", id="an argument that reaches nothing"
        ),
        pytest.param(HEAD + "strategy: basch\n", 2, "did you mean 'bash'?", id="a strategy that does not exist"),
        pytest.param(HEAD + "strategy: empty\nemit: {container: {}}\n", 1, "either emit or strategy", id="a strategy and a template"),
        pytest.param(HEAD + "emit: {container: {}, script: {}}\n", 2, "exactly one of", id="two kinds of template"),
        pytest.param(HEAD + "emit: {form: script, container: {}}\n", 2, "exactly one of", id="a form that is not there"),
        pytest.param(HEAD + "arguments: {a: {}, a: {}}\n", 2, "given twice", id="a repeated key"),
        pytest.param(HEAD + "arguments: {on: {}}\nemit: {container: {}}\n", 2, "is not a text", id="a key that YAML reads as true"),
        pytest.param(HEAD + "emit:\n  container: [\n", 4, "is not valid YAML", id="broken YAML"),
        pytest.param(
            HEAD + "arguments:\n  source: {}\nemit:\n  container: {image: <%= source ~ 'a' %>}\n",
            5,
            "would turn values into text",
            id="tilde",
        ),
        pytest.param(
            HEAD + "arguments:\n  source: {}\nemit:\n  container: {image: <%= source | upper %>}\n", 5, "no filter", id="a filter of Jinja"
        ),
        pytest.param(
            HEAD + "arguments:\n  source: {}\nemit:\n  container: {image: <%= source. %>}\n", 5, "cannot be read", id="broken expression"
        ),
        pytest.param(HEAD + "extends: corp.operators.Other\n", 2, "there is no mapping for", id="a parent that does not exist"),
        pytest.param(HEAD + EMIT + "examples: [{emits: {}}]\n", 4, "needs `dag`", id="an example without a call"),
    ],
)
def test_a_mistake_is_refused_with_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    """The message names the file, the line of the mistake, and what is wrong."""
    file = tmp_path / "copy.yaml"
    file.write_text(text)
    with pytest.raises(MappingError) as caught:
        Registry.load([tmp_path])
    assert words in caught.value.message
    assert (caught.value.path, caught.value.line) == (f"{tmp_path.name}/copy.yaml", line)


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """--mappings with a wrong path is an error, not an empty registry."""
    with pytest.raises(MappingError, match="no such file or folder"):
        Registry.load([tmp_path / "nowhere"])


def test_mappings_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    """A circle ends in an error, not in a recursion."""
    (tmp_path / "a.yaml").write_text("operator: corp.A\nextends: corp.B\n")
    with pytest.raises(MappingError, match=r"no mapping for corp\.B"):
        Registry.load([tmp_path])


@pytest.mark.parametrize(
    ("example", "words"),
    [
        pytest.param("dag: CopyOperator(target=1)", "lacks source", id="a required argument is missing"),
        pytest.param("dag: CopyOperator(source='a', speed=1)", "gives speed", id="an argument the mapping does not name"),
        pytest.param("dag: CopyOperator('a')", "by name", id="a positional argument"),
        pytest.param("{dag: CopyOperator(source='a'), emits: {container: {args: [b]}}}", "should be 'b', and is 'a'", id="another result"),
    ],
)
def test_an_example_that_does_not_hold_is_a_problem(example: str, words: str, tmp_path: Path) -> None:
    """`airgo mappings check` renders each example and compares."""
    arguments = "arguments:\n  source: {required: true}\n  target: {ignored: no reason}\n"
    (tmp_path / "copy.yaml").write_text(HEAD + arguments + EMIT + f"examples:\n  - {example}\n")
    assert [words in problem for problem in problems(tmp_path)] == [True]


def test_a_sound_mapping_has_no_problems(tmp_path: Path) -> None:
    """Nothing is found where nothing is wrong."""
    (tmp_path / "copy.yaml").write_text(HEAD + "arguments: {source: {}}\n" + EMIT + "examples: [{dag: CopyOperator(source='a')}]\n")
    assert problems(tmp_path) == []
