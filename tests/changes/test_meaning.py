"""A change in meaning is seen, and anything else is not."""

from __future__ import annotations

import copy

from airgo.changes.meaning import compare

BASE = {
    "kind": "WorkflowTemplate",
    "metadata": {"name": "etl", "annotations": {"airgo/source": "dags/etl.py:1"}},
    "spec": {
        "entrypoint": "etl",
        "templates": [
            {
                "name": "etl",
                "dag": {"tasks": [{"name": "a", "template": "run"}, {"name": "b", "template": "run", "depends": "a"}]},
            },
            {
                "name": "run",
                "container": {"image": "x", "command": ["true"], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            },
        ],
    },
}


def changed(change) -> list[tuple[str, str]]:
    """(kind, what) of each change after `change` edited a copy of BASE."""
    after = copy.deepcopy(BASE)
    change(after)
    return [(c.kind, c.what) for c in compare([BASE], [after], {})]


def test_order_and_places_are_no_change() -> None:
    """The order of tasks, templates and environment, names of templates, and source lines mean nothing."""

    def shuffle(document: dict) -> None:
        document["metadata"]["annotations"]["airgo/source"] = "dags/etl.py:9"
        templates = document["spec"]["templates"]
        templates[0]["dag"]["tasks"].reverse()
        templates[1]["container"]["env"].reverse()
        for task in templates[0]["dag"]["tasks"]:
            task["template"] = "renamed"
        templates[1]["name"] = "renamed"
        templates.reverse()

    assert changed(shuffle) == []


def test_a_changed_edge_is_seen() -> None:
    """Another `depends` is a change of that task."""
    assert changed(lambda d: d["spec"]["templates"][0]["dag"]["tasks"][1].update(depends="a.Failed")) == [("changed", "tasks.b.depends")]


def test_a_changed_command_is_seen_at_each_task_that_runs_it() -> None:
    """A template's change shows at the tasks that use it."""
    found = changed(lambda d: d["spec"]["templates"][1]["container"].update(image="y"))
    assert found == [("changed", "tasks.a.runs.container.image"), ("changed", "tasks.b.runs.container.image")]


def test_added_and_removed_documents_are_seen() -> None:
    """A document on one side only is added or removed."""
    cron = {"kind": "CronWorkflow", "metadata": {"name": "etl"}, "spec": {"schedules": ["0 0 * * *"]}}
    assert [(c.kind, c.what) for c in compare([BASE], [BASE, cron], {})] == [("added", "CronWorkflow/etl")]
    assert [(c.kind, c.what) for c in compare([BASE, cron], [BASE], {})] == [("removed", "CronWorkflow/etl")]


def test_true_is_not_one() -> None:
    """A value of another type is a change, even where Python would call it equal."""
    assert changed(lambda d: d["spec"].update(suspend=True)) == [("added", "spec.suspend")]
    first, second = {**BASE, "spec": {"x": 1}}, {**BASE, "spec": {"x": True}}
    assert [c.what for c in compare([first], [second], {})] == ["spec.x"]
