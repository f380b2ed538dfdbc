"""Values keep what they share, and have an end, whatever the program builds."""

from __future__ import annotations

from airgo.build.values import LARGEST, Freezer
from airgo.evaluate.task_drafts import handles
from airgo.values import Unknown


def test_a_value_without_end_is_unknown() -> None:
    """A list that holds another twice, thirty-five times over, has more elements than any machine has memory."""
    value: object = ["x"]
    for _ in range(35):
        value = [value, value]
    assert Freezer(None).freeze(value) == Unknown(f"a value of more than {LARGEST} elements")
    assert list(handles(value)) == []


def test_a_value_that_holds_itself_has_an_end() -> None:
    """What refers to itself is cut short, once or several times over; the rest of it stays."""
    once: dict[str, object] = {"known": 1}
    once["self"] = once
    frozen = Freezer(None).freeze(once)
    assert isinstance(frozen, dict)
    assert frozen["known"] == 1
    assert "nested too deeply" in str(frozen)
    twice: list[object] = [1]
    twice += [twice, twice]
    assert isinstance(Freezer(None).freeze(twice), Unknown)
    assert list(handles(twice)) == []


def test_shared_parts_stay_shared_and_are_copies() -> None:
    """What two values share is one object afterwards, and no longer the one that the program may change."""
    part = {"a": [1]}
    freezer = Freezer(None)
    first, second = freezer.freeze([part]), freezer.freeze({"x": part})
    assert isinstance(first, list)
    assert isinstance(second, dict)
    assert first[0] is second["x"]
    part["a"].append(2)
    assert first == [{"a": [1]}]


def test_a_part_cut_short_deep_down_is_whole_elsewhere() -> None:
    """How deep a value stood when it was met first does not decide what it is where it stands higher."""
    part: object = "end"
    for _ in range(10):
        part = [part]
    deep: object = part
    for _ in range(35):
        deep = (deep,)
    freezer = Freezer(None)
    assert "nested too deeply" in str(freezer.freeze(deep))
    assert freezer.freeze(part) == part
