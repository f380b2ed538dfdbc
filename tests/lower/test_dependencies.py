"""Dependencies of whole DAGs: branches, short circuits, setups, and how a run ends."""

from __future__ import annotations

import dataclasses

import pytest

from airgo import ir
from airgo.lower.setups import effective_leaves, indirect_setups
from tests.lower.building import BASH, EMPTY, LATEST_ONLY, dag, lowered, span, task
from tests.lower.controller import outcome

BRANCH = "airflow.providers.standard.operators.branch.BaseBranchOperator"


def test_a_plain_dag_has_no_condition_and_no_end_task() -> None:
    """Where nothing can be skipped, tasks have their names in `depends` and nothing else."""
    done = lowered(dag(task("a"), task("b", upstream=("a",)), task("c", upstream=("a",)), task("d", upstream=("b", "c"))))
    assert {name: (entry.get("depends"), entry.get("when")) for name, entry in done.tasks.items()} == {
        "a": (None, None),
        "b": ("a", None),
        "c": ("a", None),
        "d": ("b && c", None),
    }
    assert "airgo-end" not in done.templates
    assert done.spec["templates"][0]["dag"]["failFast"] is False


@pytest.mark.parametrize("rule", ["none_failed", "none_failed_min_one_success", "none_failed_or_skipped"])
def test_rules_that_mean_all_success_here_are_written_as_it(rule: str) -> None:
    """Rules about skipped tasks are plain where no task can be skipped."""
    done = lowered(dag(task("a"), task("b", upstream=("a",), trigger_rule=rule)))
    assert done.tasks["b"]["depends"] == "a"
    assert "airgo-end" not in done.tasks


def test_a_rule_that_is_not_the_default_ends_the_dag_with_a_task_of_its_own() -> None:
    """airgo-end depends on the leaves, so that a handled failure does not fail the run and a leaf's does."""
    done = lowered(dag(task("a"), task("b", upstream=("a",), trigger_rule="all_done"), task("c", upstream=("a",))))
    assert done.tasks["airgo-end"] == {"name": "airgo-end", "depends": "b && c", "template": "airgo-end"}
    assert done.templates["airgo-end"] == {"name": "airgo-end", "suspend": {"duration": "0"}}


def test_an_unknown_trigger_rule_is_an_error() -> None:
    """A rule that Airflow does not have is reported, not guessed."""
    done = lowered(dag(task("a"), task("b", upstream=("a",), trigger_rule="most_done")))
    assert "AG315" in done.codes


def test_a_rule_that_airflow_decides_early_is_noted() -> None:
    """one_success over several tasks waits for all of them in Argo."""
    done = lowered(dag(task("a"), task("b"), task("c", upstream=("a", "b"), trigger_rule="one_success")))
    assert done.codes == ["AG317"]


def test_latest_only_of_a_dag_without_ticks_skips_nothing() -> None:
    """Runs by hand let everything through."""
    done = lowered(dag(task("latest", LATEST_ONLY), task("after", upstream=("latest",))))
    assert done.tasks["after"].get("when") is None
    assert done.templates["latest"]["suspend"] == {"duration": "0"}


def test_latest_only_of_an_interval_schedule_asks_the_clock() -> None:
    """The tasks after it ask whether the run's next interval is still open, and only direct ones do."""
    read = dag(task("latest", LATEST_ONLY), task("after", upstream=("latest",)), task("last", upstream=("after",)))
    done = lowered(dataclasses.replace(read, schedule=ir.Schedule("cron", ("0 3 * * *",), "UTC", True, written=True)))
    assert "now()" in done.tasks["after"]["when"]
    assert done.tasks["last"]["when"] == "'{{tasks.after.status}}' == 'Succeeded'"
    assert done.tasks["airgo-end"]["depends"] == "last"


@pytest.mark.parametrize(("version", "strategy"), [("3", "native"), ("2", "manual")])
def test_latest_only_of_a_trigger_schedule(version: str, strategy: str) -> None:
    """Airflow 3 looks whether the next tick has come; what Airflow 2 does depends on the version of its providers."""
    read = dag(task("latest", LATEST_ONLY), task("after", upstream=("latest",)))
    ticks = ir.Schedule("cron", ("0 3 * * *",), "UTC", False, written=True)
    done = lowered(dataclasses.replace(read, schedule=ticks, airflow_version=version))
    assert ("now()" in str(done.tasks["after"].get("when"))) == (version == "3")
    assert ("AG223" in done.codes) == (strategy == "manual")


def test_a_task_that_may_skip_itself_is_asked_by_its_direct_children_only() -> None:
    """The state is exported once, the child asks for it, and the grandchild asks for the child's status."""
    done = lowered(dag(task("maybe", bash_command="exit 99"), task("child", upstream=("maybe",)), task("last", upstream=("child",))))
    assert done.tasks["child"]["when"] == "{{= (tasks.maybe.outputs?.parameters?.['airgo-state'] ?? '') != 'skipped' }}"
    assert done.tasks["last"]["when"] == "'{{tasks.child.status}}' == 'Succeeded'"
    (state,) = done.templates["maybe"]["outputs"]["parameters"]
    assert state == {"name": "airgo-state", "valueFrom": {"path": "/tmp/airgo/airgo-state", "default": ""}}


def test_a_task_waits_for_the_setup_of_its_scope_whatever_its_rule() -> None:
    """With all_done a work task still needs its setup to have succeeded."""
    read = dag(
        task("make", setup=True),
        task("work", upstream=("make",)),
        task("more", upstream=("work",), trigger_rule="all_done"),
        task("drop", upstream=("make", "more"), teardown=True, trigger_rule="all_done_setup_success"),
    )
    done = lowered(read)
    entry = done.tasks["more"]
    ends = {phase: outcome(entry["depends"], entry.get("when"), {"make": phase, "work": "Omitted"}) for phase in ("Succeeded", "Failed")}
    assert ends == {"Succeeded": "runs", "Failed": "Omitted"}
    assert indirect_setups(read.tasks[3], read) == []


def test_teardowns_do_not_decide_how_a_run_ends() -> None:
    """The run ends as the work does; a teardown counts only with on_failure_fail_dagrun."""
    work, teardown = task("work"), task("drop", upstream=("work",), teardown=True, trigger_rule="all_done_setup_success")
    assert effective_leaves([work, teardown]) == ["work"]
    strict = task("drop", upstream=("work",), teardown=True, trigger_rule="all_done_setup_success", on_failure_fail_dagrun=True)
    assert effective_leaves([work, strict]) == ["drop"]
    assert lowered(dag(work, teardown)).tasks["airgo-end"]["depends"] == "work && (drop.Succeeded || drop.Failed || drop.Errored)"


def test_renames_are_recorded_and_do_not_collide() -> None:
    """Ids that Argo does not allow get names of their own, and nobody else's changes."""
    done = lowered(dag(task("group.load"), task("group-load"), task("in"), task("airgo-end"), dag_id="My_DAG"))
    assert done.workflow["metadata"]["name"] == "my-dag"
    assert len(set(done.tasks)) == 4
    assert "group-load" in done.tasks
    assert {(one.kind, one.id) for one in done.lowered.renames} == {
        ("dag", "My_DAG"),
        ("task", "group.load"),
        ("task", "in"),
        ("task", "airgo-end"),
    }


def test_empty_steps_share_one_template() -> None:
    """Steps without a pod are all alike."""
    done = lowered(dag(task("start", EMPTY), task("work", BASH, upstream=("start",)), task("stop", EMPTY, upstream=("work",))))
    assert done.tasks["start"]["template"] == done.tasks["stop"]["template"] == "empty"
    assert done.templates["empty"] == {
        "name": "empty",
        "annotations": {"airgo/source": str(span(done_line(done)))},
        "suspend": {"duration": "0"},
    }


def done_line(done: object) -> int:
    """The line of the first empty step."""
    return task("start", EMPTY).span.line


def test_a_skip_wins_over_what_runs_after_that_which_skips() -> None:
    """What latest-only skips is skipped when it ends; a task below it fails only later, whatever else the skipped one waits for."""
    read = dag(
        task("latest", LATEST_ONLY),
        task("beside"),
        task("skipped", upstream=("latest", "beside"), trigger_rule="none_failed"),
        task("also", upstream=("latest",)),
        task("late", upstream=("also",), trigger_rule="all_done"),
        task("after", upstream=("late", "skipped")),
    )
    entry = lowered(dataclasses.replace(read, schedule=ir.Schedule("cron", ("0 3 * * *",), "UTC", True, written=True))).tasks["after"]
    ends = {phase: outcome(entry["depends"], entry["when"], {"late": phase, "skipped": "Skipped"}) for phase in ("Failed", "Error")}
    assert ends == dict.fromkeys(ends, "Skipped")
    assert outcome(entry["depends"], entry["when"], {"late": "Failed", "skipped": "Succeeded"}) == "Omitted"


def test_a_skip_that_comes_first_wins() -> None:
    """all_success over a skipped task and one below it that runs all the same: skipped, however the other ends (as in Airflow)."""
    read = dag(
        task("g", bash_command="exit 99"),
        task("s", upstream=("g",)),
        task("f", upstream=("s",), trigger_rule="all_done"),
        task("z", upstream=("s", "f")),
    )
    entry = lowered(read).tasks["z"]
    assert entry["depends"] == "(f && s) || s.Skipped"
    ends = {phase: outcome(entry["depends"], entry["when"], {"s": "Skipped", "f": phase}) for phase in ("Succeeded", "Failed", "Error")}
    assert ends == dict.fromkeys(ends, "Skipped")
    assert outcome(entry["depends"], entry["when"], {"s": "Succeeded", "f": "Failed"}) == "Omitted"


def test_a_skip_at_once_wins_over_a_failure_that_has_to_travel() -> None:
    """all_skipped is decided one look after the failure, a task two below it is upstream_failed one look later (as in Airflow)."""
    read = dag(
        task("fails", bash_command="false"),
        task("beside"),
        task("skipped", upstream=("fails",), trigger_rule="all_skipped"),
        task("between", upstream=("fails",)),
        task("distant", upstream=("between", "beside")),
        task("after", upstream=("distant", "skipped")),
    )
    entry = lowered(read).tasks["after"]
    phases = {"fails": "Failed", "between": "Omitted", "beside": "Succeeded", "distant": "Omitted", "skipped": "Skipped"}
    assert outcome(entry["depends"], entry["when"], phases) == "Skipped"
    assert outcome(entry["depends"], entry["when"], {**phases, "beside": "Failed"}) == "Omitted"


def test_a_failure_as_near_as_the_skip_wins() -> None:
    """What the failure reaches in the same look as the skip makes the task below both upstream_failed."""
    read = dag(
        task("fails", bash_command="false"),
        task("skipped", upstream=("fails",), trigger_rule="all_skipped"),
        task("near", upstream=("fails",)),
        task("after", upstream=("near", "skipped")),
    )
    entry = lowered(read).tasks["after"]
    assert outcome(entry["depends"], entry["when"], {"near": "Omitted", "skipped": "Skipped"}) == "Omitted"


def test_a_skip_that_depends_on_single_ends_above_it_is_said() -> None:
    """all_failed is skipped by the first task that did not fail: whether a failure elsewhere comes first is not known."""
    read = dag(
        task("a", bash_command="true"),
        task("b", bash_command="true"),
        task("skipped", upstream=("a", "b"), trigger_rule="all_failed"),
        task("below", upstream=("a",), bash_command="true"),
        task("distant", upstream=("below",), bash_command="true"),
        task("after", upstream=("distant", "skipped")),
    )
    done = lowered(read)
    assert [d.subject for d in done.collector if d.code == "AG318"] == ["d.after"]


def test_a_task_mapped_over_nothing_is_skipped_before_anything_fails() -> None:
    """What comes second in the DAG is seen to fail later than the empty task, which the first look of the scheduler skips."""
    read = dag(
        task("first", bash_command="true"),
        task("second", upstream=("first",), bash_command="false"),
        task("empty", expand=ir.Expand("expand", {"bash_command": ir.Argument([], span(4))})),
        task("after", upstream=("empty", "second")),
    )
    entry = lowered(read).tasks["after"]
    assert outcome(entry["depends"], entry["when"], {"first": "Succeeded", "second": "Failed", "empty": "Skipped"}) == "Skipped"
    assert outcome(entry["depends"], entry["when"], {"first": "Failed", "second": "Omitted", "empty": "Skipped"}) == "Skipped"
