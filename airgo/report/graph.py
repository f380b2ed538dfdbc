"""Draws a DAG: tasks in columns by their depth, edges as curves. Numbers only; the page's template writes the SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 168, 34, 56, 14, 8
LONGEST_LABEL = 22
SWEEPS = 4
"""How often the rows are put in order by their neighbours: more changes little for graphs that people write."""


@dataclass(frozen=True, slots=True)
class Box:
    """One task: its corner, its label (shortened), and its strategy for the colour."""

    task_id: str
    label: str
    x: int
    y: int
    strategy: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing: boxes, the paths of the edges, and its size in pixels."""

    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    width: int
    height: int


def draw(tasks: Sequence[tuple[str, str]], edges: Sequence[tuple[str, str]]) -> Graph:
    """Lay out (task id, strategy) pairs and (upstream, downstream) pairs. Edges of unknown tasks are left out."""
    ids = [task_id for task_id, _ in tasks]
    known = [(a, b) for a, b in edges if a in set(ids) and b in set(ids)]
    columns = order_rows(depths(ids, known), known)
    place = {task_id: (column, row) for column, members in enumerate(columns) for row, task_id in enumerate(members)}
    tallest = max((len(members) for members in columns), default=0)
    strategies = dict(tasks)
    corner = {task_id: corner_of(column, row, len(columns[column]), tallest) for task_id, (column, row) in place.items()}
    boxes = tuple(Box(i, short(i), *corner[i], strategies[i]) for i in ids)
    paths = tuple(curve(corner[a], corner[b]) for a, b in known)
    width = 2 * MARGIN + len(columns) * (WIDTH + GAP_X) - GAP_X if columns else 0
    return Graph(boxes, paths, width, 2 * MARGIN + tallest * (HEIGHT + GAP_Y) - GAP_Y if tallest else 0)


def depths(ids: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Tasks by the length of the longest way to them; a cycle's members stay where they were found."""
    depth = dict.fromkeys(ids, 0)
    for _ in ids:
        changed = False
        for upstream, downstream in edges:
            if depth[downstream] <= depth[upstream] < len(ids):
                depth[downstream] = depth[upstream] + 1
                changed = True
        if not changed:
            break
    used = sorted(set(depth.values()))
    return [[task_id for task_id in ids if depth[task_id] == level] for level in used]


def order_rows(columns: list[list[str]], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Put each column in the order of its neighbours' mean row, so that few edges cross."""
    neighbours: dict[str, list[str]] = {}
    for upstream, downstream in edges:
        neighbours.setdefault(upstream, []).append(downstream)
        neighbours.setdefault(downstream, []).append(upstream)
    for _ in range(SWEEPS):
        rows = {task_id: row for members in columns for row, task_id in enumerate(members)}
        for members in columns:
            members.sort(key=lambda i: sum(rows[n] for n in neighbours.get(i, [i])) / len(neighbours.get(i, [i])))
    return columns


def corner_of(column: int, row: int, count: int, tallest: int) -> tuple[int, int]:
    """The top left corner of a box; short columns stand in the middle."""
    offset = (tallest - count) * (HEIGHT + GAP_Y) // 2
    return MARGIN + column * (WIDTH + GAP_X), MARGIN + offset + row * (HEIGHT + GAP_Y)


def curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    """An SVG path from the right of one box to the left of another."""
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = end[0], end[1] + HEIGHT // 2
    bend = max(24, (x2 - x1) // 2)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def short(label: str) -> str:
    """A label that fits its box; the end of an id says most."""
    return label if len(label) <= LONGEST_LABEL else "…" + label[-(LONGEST_LABEL - 1) :]
