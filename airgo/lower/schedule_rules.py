"""What can be wrong or different about when a DAG runs: the diagnostics of schedules."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity

NO_CRON = Rule(
    "AG330",
    "schedule-without-cron",
    Severity.ERROR,
    summary="The schedule cannot be written as crons of Argo",
    why="A CronWorkflow starts runs at the ticks of five-field crons and may test each tick; these runs are at other times.",
    remedy="Choose a period that divides the hour, the day or the year, or start the workflow by other means",
)
SUSPENDED = Rule(
    "AG333",
    "suspended-schedule",
    Severity.WARNING,
    summary="Whether the DAG is scheduled depends on the deployment",
    why="The DAG file chooses between schedules by a value that airgo.toml does not give. The CronWorkflow has the one with times "
    "and `suspend: true`: a patch of that field (kustomize) turns it on where it belongs.",
    remedy="Give the value in airgo.toml ([variables], [env]), or patch `suspend`",
)
CATCHUP = Rule(
    "AG334",
    "catchup",
    Severity.WARNING,
    summary="Missed runs are not made up for",
    why="With catchup=True Airflow runs every interval since start_date that has no run yet. A CronWorkflow runs at most the last one that "
    "it missed.",
    remedy="Run the past intervals once with `airgo backfill`",
)
CATCHUP_DEFAULT = Rule(
    "AG335",
    "catchup-by-default",
    Severity.NOTE,
    summary="Airflow 2 makes up for missed runs when the DAG does not say otherwise",
    why="In Airflow 2 catchup is on by default. A CronWorkflow runs at most the last run it missed.",
    remedy="Run the past intervals once with `airgo backfill`, if they are wanted; catchup=False in the DAG says they are not",
)
BOUND = Rule(
    "AG336",
    "start-or-end-date",
    Severity.NOTE,
    summary="start_date or end_date is tested when a tick starts a run",
    why="A CronWorkflow has no first or last day: its `when` is evaluated at each tick.",
    remedy="Nothing; delete the test when the date has passed",
)
MOVING_START = Rule(
    "AG337",
    "moving-start-date",
    Severity.NOTE,
    summary="start_date moves with the clock",
    why="Airflow evaluates it anew each time it loads the file. A CronWorkflow starts runs from when it is applied.",
    remedy="Nothing; a fixed start_date says the same more clearly",
)
CLOCK_CHANGE = Rule(
    "AG338",
    "clock-change",
    Severity.WARNING,
    summary="A run falls into the hour that a change of clocks skips or repeats",
    why="Airflow runs such a tick once, an hour later or at the second of the two times. Argo skips a time that does not exist and runs "
    "twice at one that comes twice. Where Airflow counts a cron of all hours in elapsed time over the change, its next run is an hour off.",
    remedy="Move the schedule out of that hour, or use UTC",
)
ASSETS = Rule(
    "AG339",
    "asset-schedule",
    Severity.ERROR,
    summary="The DAG runs when assets (datasets) are updated",
    why="Airflow's scheduler knows which task updated which asset. In Argo, the producing workflow or an event must start this one.",
    remedy="Start the workflow from the producer's last task, or write an Argo Events Sensor for it",
)
CONTINUOUS = Rule(
    "AG340",
    "continuous-schedule",
    Severity.WARNING,
    summary="@continuous has no counterpart",
    why="A CronWorkflow starts at times, not when the run before has ended.",
    remedy="Use a short period with max_active_runs=1, or let the workflow submit its successor",
)
ONCE = Rule(
    "AG341",
    "once-schedule",
    Severity.NOTE,
    summary="@once becomes a Workflow that runs when it is applied",
    why="Airflow starts one run by itself. A Workflow manifest is that run.",
    remedy="Nothing; leave workflow.yaml out if the run has been",
)
TESTED_TICKS = Rule(
    "AG342",
    "tested-ticks",
    Severity.NOTE,
    summary="The schedule has more ticks than runs; `when` tests each tick",
    why="No cron says exactly these times. The test reads the clock at each tick, so a tick that the controller misses while it is down is "
    "not made up for afterwards, as the last one is with a plain cron.",
    remedy="Nothing, unless the controller is down for a day at a time",
)
ANCHOR = Rule(
    "AG343",
    "period-anchor",
    Severity.NOTE,
    summary="What the periods of a timedelta schedule without catchup are counted from is assumed",
    why="Without catchup, Airflow counts such periods from when the scheduler first sees the DAG, or from 1970-01-01 where the timetable "
    "has data intervals. A CronWorkflow's times of day are fixed.",
    remedy="Write a cron if the times matter",
)
ASSETS_OR_TIME = Rule(
    "AG344",
    "asset-or-time-schedule",
    Severity.WARNING,
    summary="The DAG runs at times and when assets are updated; only the times are converted",
    why="Airflow's scheduler knows which task updated which asset. In Argo, the producing workflow or an event must start this one.",
    remedy="Start the workflow from the producer's last task as well, or write an Argo Events Sensor for it",
)
UNKNOWN_ZONE = Rule(
    "AG346",
    "unknown-time-zone",
    Severity.ERROR,
    summary="The schedule's time zone is not known",
    why="Argo reads crons in a zone of the IANA database.",
    remedy="Name a zone such as Europe/Amsterdam",
)
