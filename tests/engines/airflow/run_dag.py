"""Runs inside an Airflow 3 environment, never in airgo's own process: runs DAGs with `dag.test()` and prints what became of them.

usage: python run_dag.py FOLDER < REQUESTS

REQUESTS and answers are JSON: a list of {"dag_id", "logical_date", "conf", "scheduled", "after"}, and a list of
{"state", "order": [[task_id, map_index]], "tasks": {task_id: [{"map_index", "state", "tries"}]},
"xcoms": {task_id: {key: [[map_index, value]]}}}.
"scheduled": the run is the schedule's own, not one by hand. "after": DAGs that have a run of the same date before.
"""

import contextlib
import json
import logging
import os
import sys
import time


def main(folder):
    printed = os.dup(1)
    os.dup2(2, 1)  # tasks print; only the JSON may reach standard output
    logging.disable(50)
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(folder)
    if bag.import_errors:
        raise SystemExit("\n".join(bag.import_errors.values()))
    sync_bag_to_db(bag, "dags-folder", None)
    # Otherwise every run loads the whole folder again.
    DagBundlesManager.get_all_dag_bundles = lambda self: iter(())
    requests = json.load(sys.stdin)
    answers = []
    for one in requests:
        for other in one.get("after") or ():
            run(bag.dags[other], {"dag_id": other, "logical_date": one["logical_date"]})
        answers.append(run(bag.dags[one["dag_id"]], one))
    with os.fdopen(printed, "w") as out:
        json.dump(answers, out, default=str)


def run(dag, asked):
    from airflow.sdk import timezone

    started = time.monotonic()
    moment = timezone.parse(asked.get("logical_date") or "2024-01-01T00:00:00Z")
    with scheduled() if asked.get("scheduled") else contextlib.nullcontext():
        run = dag.test(logical_date=moment, run_conf=asked.get("conf"))
    tasks, order = {}, []
    for ti in run.get_task_instances():
        tasks.setdefault(ti.task_id, []).append({"map_index": ti.map_index, "state": str(ti.state), "tries": ti.try_number})
        if ti.start_date is not None:
            order.append((ti.start_date, ti.task_id, ti.map_index))
    for instances in tasks.values():
        instances.sort(key=lambda one: one["map_index"])
    return {
        "dag_id": dag.dag_id,
        "state": str(run.state),
        "tasks": tasks,
        "xcoms": xcoms(run),
        "order": [[task_id, index] for _, task_id, index in sorted(order)],
        "seconds": round(time.monotonic() - started, 1),
    }


@contextlib.contextmanager
def scheduled():
    """dag.test() makes runs by hand: here they become the schedule's, with the interval that begins at the logical date."""
    from airflow.models import dagrun
    from airflow.timetables.base import TimeRestriction
    from airflow.utils.types import DagRunType

    make = dagrun.get_or_create_dagrun

    def made(*, dag, logical_date, session, **others):
        restriction = TimeRestriction(earliest=logical_date, latest=None, catchup=True)
        info = dag.timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
        run = make(dag=dag, logical_date=logical_date, session=session, **{**others, "data_interval": info.data_interval})
        run.run_type = DagRunType.SCHEDULED
        session.commit()
        return run

    dagrun.get_or_create_dagrun = made
    try:
        yield
    finally:
        dagrun.get_or_create_dagrun = make


def xcoms(run):
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    found = {}
    with create_session() as session:
        rows = session.query(XComModel).filter(XComModel.dag_id == run.dag_id, XComModel.run_id == run.run_id)
        for row in rows.order_by(XComModel.task_id, XComModel.key, XComModel.map_index):
            if row.key == "skipmixin_key":
                continue  # Airflow's own note of what a branch chose
            value = row.value
            found.setdefault(row.task_id, {}).setdefault(row.key, []).append([row.map_index, value])
    return found


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
