"""The strict reader: what Argo would read, and a sentence with a line for what it would not."""

from __future__ import annotations

import pytest

from airgo.argo.yaml import ManifestError, load_all, read
from tests.engines.argo_server import ArgoValidator

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "the key 'a' is given twice", 3, id="duplicate key"),
        pytest.param("a:\n  x: 1\n  x: 2\n", "given twice", 3, id="duplicate key below"),
        pytest.param("1: a\n'1': b\n", "given twice", 2, id="a number and its text are one key"),
        pytest.param(BOMB, "aliases are written out", 6, id="alias bomb"),
        pytest.param("a: &a [*a]\n", "stands in", 1, id="an anchor in itself"),
        pytest.param("a: *b\n", "", 1, id="an alias of nothing"),
        pytest.param("[" * 200 + "]" * 200, "levels deep", 1, id="too deep"),
        pytest.param("a: [\n", "", 2, id="unfinished"),
        pytest.param("a: !!python/object:os.system x\n", "is not read", 1, id="a tag of Python"),
        pytest.param("a: !x {}\n", "is not read", 1, id="a tag of one's own"),
        pytest.param("a: !!int x\n", "cannot be read", 1, id="no integer"),
        pytest.param("? [a]\n: b\n", "a key is text, not a list", 1, id="a list as key"),
        pytest.param("<<: 3\n", "<< wants a mapping", 1, id="a merged number"),
        pytest.param("a: \ud800", "surrogate", 0, id="half a character"),
    ],
)
def test_what_argo_would_refuse_is_refused(text: str, words: str, line: int) -> None:
    """Each mistake is named where it stands; nothing is executed and nothing explodes."""
    with pytest.raises(ManifestError) as error:
        load_all(text)
    assert words in error.value.message
    assert error.value.line == line


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        *[(word, True) for word in ("y", "Yes", "ON", "true")],
        *[(word, False) for word in ("n", "No", "off", "FALSE")],
        *[("1_000", 1000), ("0o14", 12), ("014", 12), ("0x1F", 31), ("0b11", 3), ("1e3", 1000.0), ("08", 8.0), ("-5", -5), (".5", 0.5)],
        *[
            ("12:30:45", "12:30:45"),
            ("2024-01-01", "2024-01-01"),
            ("yEs", "yEs"),
            ("~", None),
            ("_1", "_1"),
            ("1.2.3", "1.2.3"),
            ("=", "="),
        ],
    ],
)
def test_plain_scalars_are_what_argo_takes_them_for(argo: ArgoValidator, plain: str, value: object) -> None:
    """The real reader agrees on each."""
    text = f"kind: Test\nvalue: {plain}\n"
    assert load_all(text) == [{"kind": "Test", "value": value}]
    assert argo.check(text, echo=True)[0]["value"] == {"kind": "Test", "value": value}


def test_keys_become_text() -> None:
    """JSON knows no other keys: `on:` is the key `true`."""
    assert load_all("on: 1\n2: b\n1.5: c\n") == [{"true": 1, "2": "b", "1.5": "c"}]


def test_aliases_and_merges_are_written_out() -> None:
    """A merged key gives way to one's own, wherever it stands."""
    assert load_all("base: &b {x: 1, y: 2}\nuse:\n  y: 3\n  <<: *b\n") == [{"base": {"x": 1, "true": 2}, "use": {"true": 3, "x": 1}}]


def test_lines_are_known_by_pointer() -> None:
    """A problem found at a pointer can be shown at its line; `/` in a key is escaped."""
    (document,) = read("a:\n- b: 1\n  c/d: 2\n")
    assert document.lines["/a/0/c~1d"] == 3
    assert document.lines["/a/0"] == 2


def test_empty_documents_are_left_out() -> None:
    """Separators and comments alone are no documents."""
    assert load_all("---\n# nothing\n---\na: 1\n---\n") == [{"a": 1}]
