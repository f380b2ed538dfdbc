"""Which of the nodes that failed are tasks of the DAG that failed for good, and that a failing callback changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airgo.runtime.failures import airgo_failures, airgo_tell

PLAIN = {"mapped": False, "retried": False, "ti": {"task_id": "t"}, "task": {"owner": "me"}}


def failures(tasks: dict[str, Any], *names: str) -> list[Any]:
    """What is found among nodes of these names, the later ones having ended first."""
    nodes = [{"displayName": name, "message": f"of {name}", "finishedAt": f"2024-01-0{9 - n}T00:00:00Z"} for n, name in enumerate(names)]
    return airgo_failures(json.dumps(json.dumps(nodes)), tasks)


@pytest.mark.parametrize("text", ['"null"', "null", "[]"])
def test_nothing_failed(text: str) -> None:
    """Argo's list of nothing is null."""
    assert airgo_failures(text, {"t": PLAIN}) == []


@pytest.mark.parametrize(
    ("task", "name"),
    [
        pytest.param(PLAIN, "other", id="a step of airgo's own"),
        pytest.param({**PLAIN, "retried": True}, "t(0)", id="an attempt"),
        pytest.param({**PLAIN, "mapped": True}, "t", id="what holds the instances"),
        pytest.param({**PLAIN, "mapped": True, "retried": True}, "t(0:a)(1)", id="an attempt of an instance"),
        pytest.param({**PLAIN, "mapped": True, "retried": True}, "t(0)(1)", id="an attempt of an instance of structure"),
    ],
)
def test_what_is_no_failed_task_is_left_out(task: dict[str, Any], name: str) -> None:
    """Nobody is told of it."""
    assert failures({"t": task}, name) == []


def test_a_failed_task_comes_with_what_is_known_of_it() -> None:
    """The tasks come in the order in which they ended; the exception has Argo's message."""
    found = failures({"t": PLAIN, "u": {**PLAIN, "ti": {"task_id": "u"}}}, "t", "u")
    assert [one["ti"] for one in found] == [{"task_id": "u", "map_index": -1}, {"task_id": "t", "map_index": -1}]
    assert found[0]["task"] == {"owner": "me"}
    assert str(found[0]["exception"]) == "of u"


@pytest.mark.parametrize(("name", "index"), [("t(12:a (b))", 12), ("t(3)", 3), ("t(0:line\nline)", 0)])
@pytest.mark.parametrize("retried", [True, False])
def test_an_instance_has_its_number(name: str, index: int, retried: bool) -> None:
    """It stands in the node's name, before the element."""
    (found,) = failures({"t": {**PLAIN, "mapped": True, "retried": retried}}, name)
    assert found["ti"]["map_index"] == index


def test_a_callback_that_fails_is_counted_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """It stops nothing."""
    assert airgo_tell(lambda: None) == 0
    assert airgo_tell(lambda: {}["x"]) == 1
    assert "KeyError" in capsys.readouterr().out
