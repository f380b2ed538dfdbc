"""Runs inside an Airflow environment, never in airgo's own process: when Airflow's own scheduler would run each DAG of a file.

usage: python timetable_ticks.py FILE < QUESTION     QUESTION: {"count": N, "now": {dag id: instant}}. Answer, as one JSON document on
standard output: {dag id: [{"logical_date", "start", "end", "run_after"}, …] or {"error": words}}.

A DAG is serialized and read back, as the scheduler has it. With catchup, all runs are due at once; without, the scheduler looks for the
first time at the DAG's instant in "now", and then whenever a run is due.
"""

import datetime
import json
import logging
import os
import runpy
import sys


def main(path, question):
    printed = os.dup(1)
    os.dup2(2, 1)
    logging.disable(50)
    answers = {}
    for dag in dags_of(path):
        try:
            answers[dag.dag_id] = ticks(serialized(dag), question["count"], question["now"].get(dag.dag_id))
        except Exception as error:  # the answer for this DAG is the error
            answers[dag.dag_id] = {"error": f"{type(error).__name__}: {error}"}
    with os.fdopen(printed, "w") as out:
        json.dump(answers, out)


def dags_of(path):
    names = runpy.run_path(path)
    return names["dags"]


def serialized(dag):
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization
    return Serialization.from_dict(Serialization.to_dict(dag))


class Clock:
    """A clock that is set by hand, in place of Airflow's."""

    def __init__(self):
        self.now = None

    def utcnow(self):
        return self.now

    def time(self):
        return self.now.timestamp()

    def stop(self):
        from airflow.timetables import events, interval, trigger

        interval.utcnow = trigger.utcnow = self.utcnow
        events.timezone = Replaced(events.timezone, utcnow=self.utcnow)
        if hasattr(trigger, "time"):
            trigger.time = self


class Replaced:
    """A module with some of its names replaced."""

    def __init__(self, module, **names):
        self.__dict__.update(vars(module))
        self.__dict__.update(names)


CLOCK = Clock()


def ticks(dag, count, now):
    from airflow.timetables.base import DataInterval

    restriction = dag._time_restriction
    instant = datetime.datetime.fromisoformat(now) if now else None
    runs, last = [], None
    while len(runs) < count:
        set_clock(instant)
        info = dag.timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if info is None:
            break
        # the database gives every instant back in UTC
        last = DataInterval(info.data_interval.start.in_timezone("UTC"), info.data_interval.end.in_timezone("UTC"))
        dates = {"logical_date": info.logical_date, "start": last.start, "end": last.end, "run_after": info.run_after}
        runs.append({name: written(moment) for name, moment in dates.items()})
        if instant is not None:
            instant = max(instant, datetime.datetime.fromisoformat(runs[-1]["run_after"])) + datetime.timedelta(seconds=1)
    return runs


def set_clock(instant):
    import pendulum

    CLOCK.now = pendulum.instance(instant) if instant is not None else pendulum.datetime(2100, 1, 1)


def written(instant):
    return instant.in_timezone("UTC").isoformat()


if __name__ == "__main__":
    CLOCK.stop()
    main(os.path.abspath(sys.argv[1]), json.load(sys.stdin))
