"""DAGs over Argo's bound: parts, what they hand each other, and how the run ends."""

from __future__ import annotations

from airgo import ir
from tests.lower.building import EMPTY, dag, lowered, task


def chains(count: int, length: int, **given: object) -> list[ir.Task]:
    """Tasks in chains that have nothing to do with each other."""
    return [
        task(f"c{chain}-{step}", EMPTY, upstream=(f"c{chain}-{step - 1}",) if step else (), **given)
        for chain in range(count)
        for step in range(length)
    ]


def test_two_hundred_tasks_stay_in_one_piece() -> None:
    """A DAG that Argo takes is written as it is."""
    done = lowered(dag(*chains(50, 4)))
    assert len(done.tasks) == 200
    assert done.codes == []


def test_independent_chains_become_parts_that_wait_for_nobody() -> None:
    """Parts of a plain DAG need no step of airgo's own, and nothing is said."""
    done = lowered(dag(*chains(100, 3)))
    assert [(name, entry.get("depends")) for name, entry in done.tasks.items()] == [("airgo-part-1", None), ("airgo-part-2", None)]
    assert [len(done.templates[name]["dag"]["tasks"]) for name in done.tasks] == [183, 117]
    assert done.templates["airgo-part-1"].keys() == {"name", "dag"}
    assert done.codes == []


def test_tasks_between_a_first_and_a_last_one_hand_on_how_they_ended() -> None:
    """Parts get the state of what they wait for; the last task asks for the states of all, and the run fails where it cannot run."""
    middle = [task(f"m{number}", EMPTY, upstream=("first",)) for number in range(250)]
    done = lowered(dag(task("first", EMPTY), *middle, task("last", EMPTY, upstream=tuple(one.id for one in middle))))
    assert done.tasks["airgo-part-1"]["depends"] == "(first.Succeeded || first.Failed || first.Errored || first.Omitted)"
    assert done.tasks["last"]["depends"] == "airgo-before-last.Succeeded"
    assert done.tasks["airgo-before-last"]["depends"] == "airgo-part-1 && airgo-part-2"
    assert done.tasks["airgo-failed"]["when"] == "'{{tasks.last.status}}' in ('Failed', 'Error', 'Omitted')"
    assert done.codes == []


def test_a_dag_that_stops_at_its_first_failure_is_not_cut() -> None:
    """failFast of one part would not stop the others: the error says that the DAG is too large."""
    done = lowered(dag(*chains(100, 3), fail_stop=True))
    assert "AG602" in done.codes
    assert len(done.tasks) == 300


def test_a_chain_that_must_be_cut_waits_for_no_task_of_another() -> None:
    """The order of a chain is kept by its parts, and no task waits for more than in Airflow."""
    done = lowered(dag(*chains(1, 300)))
    assert done.codes == []
    assert len(done.templates) < 10


def test_a_graph_without_hubs_says_that_tasks_start_later() -> None:
    """Where a part waits for tasks that one of its own does not depend on, AG608 names both."""
    rows = [
        task(f"r{row}-{column}", EMPTY, upstream=tuple(f"r{row - 1}-{(column + step) % 100}" for step in (0, 1, 7)) if row else ())
        for row in range(5)
        for column in range(100)
    ]
    assert lowered(dag(*rows)).codes == ["AG608"]


def test_templates_over_the_bound_are_in_objects_of_the_parts() -> None:
    """A task's own template stands beside its part; what several parts run is in the workflow's object."""
    tasks = [task(f"t{number}", bash_command=f"echo {number}", retries=number % 100) for number in range(250)]
    done = lowered(dag(*tasks, task("e", EMPTY)))
    objects = {manifest.documents[0]["metadata"]["name"]: manifest.documents[0]["spec"]["templates"] for manifest in done.lowered.manifests}  # type: ignore[index]
    assert [*objects] == ["d", "d-airgo-part-1", "d-airgo-part-2"]
    assert max(len(templates) for templates in objects.values()) <= 200
    assert done.tasks["airgo-part-1"]["templateRef"] == {"name": "d-airgo-part-1", "template": "airgo-part-1"}
    assert done.codes == []
