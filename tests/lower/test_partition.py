"""Graphs are cut into parts of a bounded size that can run one after the other."""

from __future__ import annotations

from random import Random

import pytest

from airgo.lower.partition import Graph, Partition, partition


def cut(graph: Graph, capacity: int) -> Partition:
    """The graph cut, with every task of weight one."""
    return partition(graph, dict.fromkeys(graph, 1), capacity)


@pytest.mark.parametrize("seed", range(30))
def test_every_task_is_in_one_place_and_no_part_needs_a_later_one(seed: int) -> None:
    """Whatever the graph: places cover it once, are small enough, and have no circle among them."""
    random = Random(seed)
    names = [f"t{number}" for number in range(random.randint(5, 60))]
    graph = {name: random.sample(names[:number], min(number, random.randint(0, 3))) for number, name in enumerate(names)}
    found = cut(graph, 8)
    assert sorted([*found.hubs, *(one for part in found.parts for one in part)]) == sorted(names)
    assert all(len(part) <= 8 for part in found.parts)
    place = {one: number for number, part in enumerate(found.parts) for one in part} | {one: f"hub {one}" for one in found.hubs}
    above = {
        place[one]: {place[up] for other in names if place[other] == place[one] for up in graph[other]} - {place[one]} for one in names
    }
    while above:
        ready = [one for one, needed in above.items() if not needed & above.keys()]
        assert ready, f"a circle among {above}"
        above = {one: needed for one, needed in above.items() if one not in ready}


def test_what_hangs_together_stays_together() -> None:
    """Independent chains are never cut, and fill as few parts as they can."""
    graph = {f"{chain}{step}": [f"{chain}{step - 1}"] if step else [] for chain in "abcdef" for step in range(3)}
    found = cut(graph, 7)
    assert found.hubs == ()
    assert found.parts == (("a0", "a1", "a2", "b0", "b1", "b2"), ("c0", "c1", "c2", "d0", "d1", "d2"), ("e0", "e1", "e2", "f0", "f1", "f2"))


def test_a_first_and_a_last_task_stand_beside_the_parts() -> None:
    """What ties all chains together is in no part, so that no chain waits for another."""
    middle = {f"m{number}": ["first"] for number in range(12)}
    graph: Graph = {"first": [], **middle, "last": list(middle)}
    found = partition(graph, dict.fromkeys(graph, 1), 5, dict.fromkeys(graph, "first"))
    assert found.hubs == ("first", "last")
    assert [len(part) for part in found.parts] == [4, 4, 4]  # and room for the step that asks how the first one ended


def test_what_comes_before_a_hub_and_what_comes_after_it_share_no_part() -> None:
    """A part could not wait for itself."""
    before = {f"b{number}": [] for number in range(6)}
    found = cut({**before, "hub": list(before), **{f"a{number}": ["hub"] for number in range(6)}}, 8)
    assert found.hubs == ("hub",)
    assert {frozenset(name[0] for name in part) for part in found.parts} == {frozenset("b"), frozenset("a")}
