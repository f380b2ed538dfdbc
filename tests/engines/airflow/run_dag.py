"""Runs inside an Airflow 3 environment, never in airgo's own process: runs DAGs with `dag.test()` and prints what became of them.

usage: python run_dag.py FOLDER < REQUESTS

REQUESTS and answers are JSON: a list of {"dag_id", "logical_date", "conf"}, and a list of {"state", "order": [[task_id, map_index]],
"tasks": {task_id: [{"map_index", "state", "tries"}]}, "xcoms": {task_id: {key: [[map_index, value]]}}}.
"""

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
    answers = [run(bag.dags[one["dag_id"]], one) for one in requests]
    with os.fdopen(printed, "w") as out:
        json.dump(answers, out, default=str)


def run(dag, asked):
    from airflow.sdk import timezone

    started = time.monotonic()
    moment = timezone.parse(asked.get("logical_date") or "2024-01-01T00:00:00Z")
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
