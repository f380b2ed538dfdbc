"""Where a change of a zone's clocks makes Airflow and Argo run a cron at different times.

Airflow (`CronMixin`): a tick on the clock that a change skips comes an hour later, one that comes twice is one run; a cron of all hours is
counted on in elapsed time from the tick before. Argo (robfig/cron): the clock alone decides, so nothing runs at a time that does not exist,
and a time that comes twice has two runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airgo.macros.cron_fields import Cron
from airgo.macros.cron_steps import on_day
from airgo.macros.zones import Change, changes

HOUR = timedelta(hours=1)


def clock_change(cron: Cron, timezone: str) -> str | None:
    """What differs at a change of the zone's clocks, in words; None where nothing does."""
    of_all_hours = len(cron.hours) == 24
    for change in changes(timezone):
        if of_all_hours and not _counted_alike(cron, change):
            return f"the first run after the clocks of {timezone} change comes an hour off in Airflow, which counts on in elapsed time"
        lost = None if of_all_hours else _disturbed(cron, change)
        if lost is not None:
            return f"{lost:%H:%M} is skipped or repeated when the clocks of {timezone} change; so are the runs in Argo"
    return None


def _counted_alike(cron: Cron, change: Change) -> bool:
    """Does counting from the tick before meet the clock again? Where there are ticks on both sides, and the clocks move by full hours."""
    around = on_day(cron, (change.before - timedelta(seconds=1)).date()) and on_day(cron, change.after.date())
    return around and (change.after - change.before) % HOUR == timedelta()


def _disturbed(cron: Cron, change: Change) -> datetime | None:
    """The first tick that the change skips or repeats."""
    first, last = sorted((change.before, change.after))
    for day in dict.fromkeys((first.date(), last.date())):
        for hour, minute in cron.times if on_day(cron, day) else ():
            tick = datetime(day.year, day.month, day.day, hour, minute)
            if first <= tick < last:
                return tick
    return None
