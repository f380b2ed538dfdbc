"""Runs inside an Airflow environment, never in airgo's own process: what Airflow renders for templates in runs of each DAG of a file.

usage: python render_macros.py FILE < QUESTION
QUESTION: {dag id: {"templates": […], "count": N, "backfilled": N, "by_hand": [instants]}}.
Answer, as one JSON document on standard output: {dag id: [{"kind", "run_after", "logical_date", "texts"}, …]}; a text is a list of one
error where the template fails. The dates are those of the DAG's own timetable; the contexts and the environment are Airflow's.
"""

import datetime
import json
import logging
import os
import sys
import uuid

from timetable_ticks import dags_of, serialized


def main(path, question):
    printed = os.dup(1)
    os.dup2(2, 1)
    logging.disable(50)
    answers = {dag.dag_id: runs_of(dag, question[dag.dag_id]) for dag in dags_of(path) if dag.dag_id in question}
    with os.fdopen(printed, "w") as out:
        json.dump(answers, out)


def runs_of(dag, asked):
    timetable = serialized(dag).timetable
    task = dag.tasks[0]
    environment = dag.get_template_env()
    templates = [compiled(environment, text) for text in asked["templates"]]
    answers = []
    for run in [*scheduled(serialized(dag), timetable, asked), *by_hand(timetable, asked["by_hand"])]:
        context = context_of(task, run)
        texts = [rendered(template, context) for template in templates]
        names = {name: str(run[name]) for name in ("kind", "run_id")}
        dates = {name: run[name].isoformat() for name in ("run_after", "logical_date")}
        answers.append({**names, **dates, "texts": texts})
    return answers


def compiled(environment, text):
    try:
        return environment.from_string(text)
    except Exception as error:  # what is no template renders as its error
        return error


def rendered(template, context):
    if isinstance(template, Exception):
        return [f"{type(template).__name__}: {template}"]
    try:
        return template.render(context)
    except Exception as error:  # the error is the answer
        return [f"{type(error).__name__}: {error}"]


def scheduled(dag, timetable, asked):
    """The first runs of the schedule, and some of the same dates as a backfill makes them."""
    from airflow.timetables.base import DataInterval

    last, runs = None, []
    while len(runs) < asked["count"]:
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=dag._time_restriction)
        if info is None:
            break
        last = DataInterval(utc(info.data_interval.start), utc(info.data_interval.end))
        dates = {"logical_date": utc(info.logical_date), "run_after": utc(info.run_after), "interval": last}
        runs.append({"kind": "scheduled", "run_id": run_id(timetable, "SCHEDULED", dates), **dates})
    again = [{**run, "kind": "backfill", "run_id": backfill_id(run)} for run in runs[: asked["backfilled"]]]
    return [*runs, *again]


def by_hand(timetable, instants):
    """Runs that a person starts, whose logical date is the moment of starting."""
    import pendulum

    runs = []
    for text in instants:
        instant = pendulum.instance(datetime.datetime.fromisoformat(text))
        interval = timetable.infer_manual_data_interval(run_after=instant)
        dates = {"logical_date": instant, "run_after": instant, "interval": interval}
        runs.append({"kind": "manual", "run_id": run_id(timetable, "MANUAL", dates), **dates})
    return runs


def utc(instant):
    return instant.in_timezone("UTC")


def run_id(timetable, kind, dates):
    from airflow.utils.types import DagRunType

    named = {"run_type": DagRunType[kind], "data_interval": dates["interval"]}
    try:
        return timetable.generate_run_id(**named, run_after=dates["run_after"])
    except TypeError:
        return timetable.generate_run_id(**named, logical_date=dates["logical_date"])


def backfill_id(run):
    from airflow.models.dagrun import DagRun
    from airflow.utils.types import DagRunType

    try:
        return DagRun.generate_run_id(run_type=DagRunType.BACKFILL_JOB, logical_date=run["logical_date"], run_after=run["run_after"])
    except TypeError:
        return DagRun.generate_run_id(DagRunType.BACKFILL_JOB, run["logical_date"])


def context_of(task, run):
    try:
        import airflow.sdk.execution_time.task_runner  # noqa: F401
    except ImportError:
        return context_of_2(task, run)
    return context_of_3(task, run)


def context_of_2(task, run):
    from airflow.models import DagRun, TaskInstance

    dag_run = DagRun(
        dag_id=task.dag_id,
        run_id=run["run_id"],
        execution_date=run["logical_date"],
        start_date=run["run_after"],
        external_trigger=run["kind"] == "manual",
        run_type=run["kind"],
        data_interval=tuple(run["interval"]),
        conf={},
    )
    instance = TaskInstance(task, run_id=run["run_id"])
    instance.dag_run = dag_run
    instance.try_number = 1  # as the scheduler counts before it starts a task
    return instance.get_template_context()


def context_of_3(task, run):
    from airflow.sdk.api.datamodels._generated import DagRun, TIRunContext
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    dag_run = DagRun(
        dag_id=task.dag_id,
        run_id=run["run_id"],
        logical_date=run["logical_date"],
        data_interval_start=run["interval"].start,
        data_interval_end=run["interval"].end,
        run_after=run["run_after"],
        start_date=run["run_after"],
        end_date=None,
        run_type=run["kind"],
        state="running",
        conf={},
        consumed_asset_events=[],
        partition_key=None,
    )
    instance = RuntimeTaskInstance.model_construct(
        id=uuid.UUID(int=0),
        task_id=task.task_id,
        dag_id=task.dag_id,
        run_id=run["run_id"],
        try_number=1,
        map_index=-1,
        max_tries=0,
        task=task,
        start_date=run["run_after"],
    )
    instance._ti_context_from_server = TIRunContext(dag_run=dag_run, max_tries=0)
    return instance.get_template_context()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), json.load(sys.stdin))
