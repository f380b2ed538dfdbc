"""The writer: every string arrives as that string in every YAML reader; and the text reads well."""

from __future__ import annotations

import random

import pytest
import yaml as pyyaml

from airgo.argo.text import Input, text
from airgo.argo.text_rendering import Unprotectable
from airgo.argo.yaml import dump, is_plain, load_all
from tests.engines.argo_server import ArgoValidator

TRAPS = [
    *(
        "y",
        "n",
        "Y",
        "N",
        "yes",
        "No",
        "ON",
        "off",
        "true",
        "FALSE",
        "null",
        "Null",
        "~",
        "",
        "none",
        "nil",
        "=",
        "<<",
        "nan",
        ".nan",
        "-.INF",
        "inf",
    ),
    *(
        "1",
        "-1",
        "+1",
        "1.5",
        ".5",
        "1e3",
        "1E3",
        "1_000",
        "0o14",
        "0x1F",
        "0b11",
        "012",
        "08",
        "12:30:45",
        "1:2",
        "2024-01-01",
        "1.0.0",
        "5e",
        "_1",
    ),
    *(
        "2024-01-01 00:00:00",
        "2024-01-01T00:00:00Z",
        "- a",
        "-",
        "--- a",
        "...",
        "? a",
        ": a",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
    ),
    *(
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'a",
        '"a',
        "[a]",
        "{a}",
        "{{a}}",
        "x {{a}}",
        " a",
        "a ",
        "\ta",
        "a\t",
        "a\tb",
        "\x07",
        "\x85",
        "\u2028",
        "\ufeff",
    ),
    *("é", "数", "😀", "\\", "a\\b", "it's", 'say "hi"', "a\r\nb", "-x", "-1x", "a,b", "$(date)"),
]
TEXTS = [
    "a\nb\n",
    "a\nb",
    "a\n\n\n",
    "\na\n",
    "  a\nb\n",
    "\ta\n",
    "a  \nb\n",
    "a\n  \nb\n",
    "a\n ",
    "\n",
    "\n\n",
    "---\na\n",
    "#!/bin/sh\nx: y\n",
    "a\x07\nb",
]


@pytest.mark.parametrize("value", [*TRAPS, *TEXTS])
def test_a_string_stays_that_string(value: str) -> None:
    """As a value, in a list, in a list of lists and as a key, read by PyYAML and by airgo's own reader."""
    document = {"value": value, "list": [value, [value]], value + "k": "key", value: {"deep": value}}
    written = dump([document])
    assert list(pyyaml.safe_load_all(written)) == [document]
    assert load_all(written) == [document]


def test_go_reads_what_was_written(argo: ArgoValidator) -> None:
    """Argo's own YAML reader gets back every trap."""
    document = {"kind": "Traps", "values": [*TRAPS, *TEXTS], "keys": {key: key for key in TRAPS}}
    answer = argo.check(dump([document]), echo=True)
    assert [one["value"] for one in answer] == [document]


def test_random_documents_come_back(argo: ArgoValidator) -> None:
    """Strings made of everything that means something to YAML come back from both readers."""
    random.seed(1)
    pieces = [*TRAPS, " ", "\n", "\n  ", ":", "#", "-"]
    for _ in range(40):
        strings = ["".join(random.choices(pieces, k=random.randint(0, 5))) for _ in range(60)]
        document = {"kind": "Random", "list": strings, "nested": [[strings[0], {"k": strings[1]}]]}
        written = dump([document])
        assert load_all(written) == [document]
        assert argo.check(written, echo=True)[0]["value"] == document


@pytest.mark.parametrize(
    "value", ["A", "0 0 * * *", "python:3.12-slim", "B && C", "5m", "Etc/UTC", "dags/diamond.py:14", "-c", "--week", "a_b", "echo $HOME"]
)
def test_plain_words_stay_plain(value: str) -> None:
    """No quotes where no reader can misunderstand."""
    assert is_plain(value)


def test_quotes_are_the_ones_with_fewer_escapes() -> None:
    """JSON in single quotes, apostrophes in double ones."""
    assert dump([{"a": '{"x": 1}', "b": "it's: so"}]) == 'a: \'{"x": 1}\'\nb: "it\'s: so"\n'


def test_the_layout_is_that_of_kubernetes() -> None:
    """Lists stand at their key's column, scripts are literal blocks, a command of plain words is one line."""
    template = {
        "name": "a",
        "script": {"command": ["python"], "source": "import os\n\n\nprint(1)\n"},
        "steps": [[{"name": "x"}]],
        "empty": {},
        "none": [],
    }
    assert dump([{"templates": [template]}, {"b": 1.5, "c": None, "d": True}], "Generated.\n\nBy us.") == (
        "# Generated.\n#\n# By us.\n"
        "templates:\n- name: a\n  script:\n    command: [python]\n    source: |\n      import os\n\n\n      print(1)\n"
        "  steps:\n  - - name: x\n  empty: {}\n  none: []\n---\nb: 1.5\nc: null\nd: true\n"
    )


def test_long_lines_are_not_folded() -> None:
    """A long sentence stays on its line."""
    assert dump([{"a": "word " * 100 + "end"}]).count("\n") == 1


def test_shared_values_get_no_anchors() -> None:
    """A list that stands in two places is written twice."""
    shared = ["x y"]
    assert "&" not in dump([{"a": shared, "b": shared}])


@pytest.mark.parametrize("value", [object(), float("inf"), float("nan"), b"x", {1, 2}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    """A mistake of ours shows at once, not in the cluster."""
    with pytest.raises(TypeError):
        dump([{"a": value}])


def test_numbers_are_numbers_to_every_reader() -> None:
    """PyYAML takes an exponent without a dot for text."""
    document = {"a": [1e20, 1e-7, -0.5, 10**20, 0]}
    assert list(pyyaml.safe_load_all(dump([document]))) == [document] == load_all(dump([document]))


def test_text_with_holes_is_written_with_tags() -> None:
    """A leaf that is filled in later is written as Argo's tag, and text that Argo would change is refused."""
    assert dump([{"image": text("repo:", Input("tag"))}]) == 'image: "repo:{{inputs.parameters.tag}}"\n'
    with pytest.raises(Unprotectable):
        dump([{"image": text("{{workflow.name}}", Input("tag"))}])
