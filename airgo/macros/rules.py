"""What can be wrong with a template of Airflow's: the diagnostics of this package."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity

SYNTAX = Rule(
    "AG420",
    "template-syntax",
    Severity.ERROR,
    summary="The text is not valid Jinja",
    why="Airflow renders the argument with Jinja, which refuses this text: the task fails in Airflow as well.",
    remedy="Correct the template",
)
UNDEFINED = Rule(
    "AG421",
    "undefined-name",
    Severity.ERROR,
    summary="The template reads a name that Airflow does not define",
    why="Airflow renders with StrictUndefined: a name that is not in the context fails the task.",
    remedy="Correct the name, or give it in params or user_defined_macros",
)
RUN_TIME = Rule(
    "AG422",
    "run-time-template",
    Severity.ERROR,
    summary="The template can only be rendered by Airflow's Jinja while the task runs",
    why="Argo substitutes values and evaluates expressions, but has no loops over run-time values, no user functions and no Airflow "
    "objects. What cannot be said exactly in an Argo expression is not guessed.",
    remedy="Compute the value in a Python task and read it by xcom_pull, or write it with dates of the run, params and Variables only",
)
UNKNOWN_TASK = Rule(
    "AG424",
    "unknown-task-in-xcom-pull",
    Severity.ERROR,
    summary="A template pulls from a task that the DAG does not have",
    why="Airflow gives None for a task that does not exist; in Argo the workflow would wait for ever.",
    remedy="Correct the task id; tasks in a group carry the group's id as prefix",
)
UNKNOWN_SCHEDULE = Rule(
    "AG345",
    "date-of-unknown-schedule",
    Severity.ERROR,
    summary="A date of the run follows from a schedule that airgo cannot express",
    why="The data interval and, in Airflow 2, the logical date are computed from the schedule.",
    remedy="Use a cron or timedelta schedule, or pass the date as a param",
)
