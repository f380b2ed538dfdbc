"""What the example DAGs that ship with Airflow's providers import from Airflow's own test helpers."""

from __future__ import annotations

from airgo.evaluate.library.airflow_operators import construct
from airgo.evaluate.library.airflow_taskflow import KINDS
from airgo.evaluate.models import models
from airgo.evaluate.objects import Call
from airgo.evaluate.task_drafts import Given, TaskDraft, XComHandle
from airgo.values import Extern

WATCHER = "tests_common.test_utils.watcher.watcher"


@models(WATCHER)
def watcher(call: Call) -> XComHandle:
    """`list(dag.tasks) >> watcher()`: a task that fails the run when any other task failed, so that teardowns do not hide it."""
    task = TaskDraft(KINDS[""], KINDS[""], None, call.place)
    task.fields = ()
    arguments = {
        "task_id": "watcher",
        "trigger_rule": "one_failed",
        "retries": 0,
        "op_args": [],
        "op_kwargs": {},
        "multiple_outputs": False,
    }
    task.written = {name: Given(value, call.place) for name, value in arguments.items()}
    construct(task, {**arguments, "python_callable": Extern(WATCHER)}, call)
    return XComHandle(task)


@models("tests_common.test_utils.system_tests.get_test_run", "tests_common.test_utils.system_tests.get_test_env_id")
def test_run(call: Call) -> None:
    """How a test runner would start the DAG; nothing of the DAG itself."""
    return
