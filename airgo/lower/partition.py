"""Cutting a graph of tasks into parts of a bounded size that can be run one after the other: no part needs what comes after it.

What hangs together stays together where it can: parts are whole components, after the few tasks that tie everything together (a first
task, a last one) have been taken out. Only where that does not help is the order of the tasks itself cut.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

Graph = Mapping[str, Collection[str]]
"""The ids of the tasks directly above each task, in the DAG's order."""

MOST_HUBS = 40
"""As many tasks are taken out to find components; more would be a graph without any."""


@dataclass(frozen=True, slots=True)
class Partition:
    """`hubs` stand beside the parts; every other task is in one part. Parts are in an order in which each may need those before it."""

    hubs: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]


def partition(graph: Graph, weights: Mapping[str, int], capacity: int, asks: Mapping[str, Hashable] | None = None) -> Partition:
    """The graph in parts whose weights are at most `capacity`; one task alone may be heavier.

    `asks`: what each task waits for; tasks below a hub that ask the same share the step that asks, which takes room, too.
    """
    found = _by_components(graph, weights, capacity, asks or {})
    return found if found is not None else Partition((), _slices(_in_order(graph), weights, capacity // 2))


def _by_components(graph: Graph, weights: Mapping[str, int], capacity: int, asks: Mapping[str, Hashable]) -> Partition | None:
    near = _neighbours(graph)
    hubs: list[str] = []
    while True:
        components = _components(graph, near, set(hubs))
        heaviest = max(components, key=lambda ids: sum(weights[one] for one in ids), default=())
        if sum(weights[one] for one in heaviest) <= capacity:
            break
        if len(hubs) >= MOST_HUBS:
            return None
        hubs.append(max(heaviest, key=lambda one: len(near[one] - set(hubs))))
    kept = tuple(one for one in graph if one in hubs)
    steps = {one: asks.get(one, one) for one, above in graph.items() if set(kept) & set(above)}
    found = Partition(kept, _packed(components, graph, near, kept, weights, capacity, steps))
    return found if _can_run(found, graph) else None


def _neighbours(graph: Graph) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {one: set(above) & graph.keys() for one, above in graph.items()}
    for one, above in graph.items():
        for up in above:
            if up in near:
                near[up].add(one)
    return near


def _components(graph: Graph, near: Mapping[str, set[str]], without: set[str]) -> list[tuple[str, ...]]:
    """What hangs together once some tasks are left out, in the order of the graph."""
    place: dict[str, int] = {}
    count = 0
    for start in graph:
        if start in without or start in place:
            continue
        stack = [start]
        while stack:
            one = stack.pop()
            if one not in place and one not in without:
                place[one] = count
                stack.extend(near[one])
        count += 1
    members: list[list[str]] = [[] for _ in range(count)]
    for one in graph:
        if one in place:
            members[place[one]].append(one)
    return [tuple(ids) for ids in members]


def _packed(
    components: Sequence[tuple[str, ...]],
    graph: Graph,
    near: Mapping[str, set[str]],
    hubs: Collection[str],
    weights: Mapping[str, int],
    capacity: int,
    steps: Mapping[str, Hashable],
) -> tuple[tuple[str, ...], ...]:
    """Components in as few parts as can be; only those between the same hubs share one, so that nobody waits for what is not his."""
    tied = set(hubs)
    by_hubs: dict[tuple[frozenset[str], frozenset[str]], list[tuple[str, ...]]] = {}
    for ids in components:
        above = frozenset(up for one in ids for up in graph[one] if up in tied)
        below = frozenset(other for one in ids for other in near[one] & tied if one in graph[other])
        by_hubs.setdefault((above, below), []).append(ids)
    return tuple(part for alike in by_hubs.values() for part in _filled(alike, weights, capacity, steps))


def _filled(
    pieces: Sequence[tuple[str, ...]], weights: Mapping[str, int], capacity: int, steps: Mapping[str, Hashable]
) -> list[tuple[str, ...]]:
    """Pieces in order, as many in each part as fit, with the steps that they need before them."""
    parts: list[tuple[str, ...]] = []
    room, known = 0, set[Hashable]()
    for piece in pieces:
        weight = sum(weights[one] for one in piece)
        needed = {steps[one] for one in piece if one in steps}
        if not parts or weight + len(needed - known) > room:
            parts.append(())
            room, known = capacity, set()
        parts[-1] += piece
        room -= weight + len(needed - known)
        known |= needed
    return parts


def _slices(order: Sequence[str], weights: Mapping[str, int], capacity: int) -> tuple[tuple[str, ...], ...]:
    return tuple(_filled([(one,) for one in order], weights, capacity, {}))


def _in_order(graph: Graph) -> list[str]:
    """Every task after those above it, what belongs together close together."""
    done: list[str] = []
    seen: set[str] = set()
    stack = [(one, False) for one in reversed(list(graph))]
    while stack:
        one, expanded = stack.pop()
        if expanded:
            done.append(one)
        elif one not in seen:
            seen.add(one)
            stack.append((one, True))
            stack.extend((up, False) for up in reversed(list(graph[one])) if up in graph)
    return done


def _can_run(found: Partition, graph: Graph) -> bool:
    """Is there no circle among the parts and hubs?"""
    place = {one: number for number, part in enumerate(found.parts) for one in part}
    place |= {one: len(found.parts) + number for number, one in enumerate(found.hubs)}
    edges: dict[str, set[str]] = {str(number): set() for number in range(len(found.parts) + len(found.hubs))}
    for one, above in graph.items():
        edges[str(place[one])] |= {str(place[up]) for up in above if up in place and place[up] != place[one]}
    ready = _in_order(edges)
    position = {one: number for number, one in enumerate(ready)}
    return all(position[up] < position[one] for one, above in edges.items() for up in above)
