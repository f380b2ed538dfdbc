"""Runs inside an Airflow environment, never in airgo's own process: loads a folder with the real DagBag and prints what it sees.

usage: python load_dags.py FOLDER [--examples]     FOLDER is the DAGs folder; facts go to standard output as one JSON document.
"""

import json
import logging
import os
import sys


def main(folder):
    printed = os.dup(1)
    os.dup2(2, 1)  # DAG files print; only the JSON may reach standard output
    logging.disable(50)
    try:
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(folder)
    except ImportError:
        from airflow.models.dagbag import DagBag

        bag = DagBag(folder, include_examples=False)
    dags = [dag_facts(dag, folder) for _, dag in sorted(bag.dags.items())]
    errors = {os.path.relpath(path, folder): str(error).strip().splitlines()[-1] for path, error in bag.import_errors.items()}
    with os.fdopen(printed, "w") as out:
        json.dump({"dags": dags, "errors": errors}, out, default=str)


def dag_facts(dag, folder):
    return {
        "dag_id": dag.dag_id,
        "file": os.path.relpath(dag.fileloc, folder),
        "schedule": schedule_facts(dag),
        "catchup": bool(dag.catchup),
        "tasks": sorted((task_facts(task) for task in dag.tasks), key=lambda facts: facts["task_id"]),
    }


def schedule_facts(dag):
    timetable = dag.timetable
    kind = type(timetable).__name__
    cron = getattr(timetable, "_expression", None) or getattr(timetable, "expression", None)
    if cron:
        return ["cron", cron, str(getattr(timetable, "_timezone", None) or getattr(timetable, "timezone", ""))]
    delta = getattr(timetable, "_delta", None) or getattr(timetable, "delta", None)
    if hasattr(delta, "total_seconds"):
        return ["delta", delta.total_seconds()]
    simple = {"NullTimetable": "none", "OnceTimetable": "once", "ContinuousTimetable": "continuous"}
    return [simple.get(kind, "assets" if "Asset" in kind or "Dataset" in kind else "timetable")]


def task_facts(task):
    mapped = bool(getattr(task, "is_mapped", False)) or "Mapped" in type(task).__name__
    return {
        "task_id": task.task_id,
        "upstream": sorted(task.upstream_task_ids),
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "mapped": mapped,
        "retries": getattr(task, "retries", None) or 0,
        "class": task.task_type,
    }


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
