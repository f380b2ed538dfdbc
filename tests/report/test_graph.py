"""The drawing of a DAG: columns by depth, nothing lost, nothing outside."""

from __future__ import annotations

from airgo.report.graph import HEIGHT, WIDTH, draw


def test_an_empty_dag_is_no_drawing() -> None:
    """A DAG without tasks has no size."""
    assert (draw([], []).width, draw([], []).height) == (0, 0)


def test_a_cycle_ends() -> None:
    """A graph with a cycle, which Airflow refuses, is still drawn."""
    assert len(draw([("a", "manual"), ("b", "manual")], [("a", "b"), ("b", "a")]).boxes) == 2


def test_depth_decides_the_column_and_all_lies_inside() -> None:
    """Every downstream task stands to the right of its upstreams, boxes do not overlap, and all lie inside the drawing."""
    tasks = [(name, "native") for name in "abcde"]
    graph = draw(tasks, [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"), ("x", "a")])
    at = {box.task_id: (box.x, box.y) for box in graph.boxes}
    assert at["a"][0] < at["b"][0] == at["c"][0] < at["d"][0]
    assert len(set(at.values())) == 5
    assert len(graph.paths) == 5
    assert all(0 <= x <= graph.width - WIDTH and 0 <= y <= graph.height - HEIGHT for x, y in at.values())
