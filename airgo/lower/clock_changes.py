"""Where a change of a zone's clocks makes Airflow and Argo run a cron at different times.

Airflow (`CronMixin`): a tick on the clock that a change skips comes an hour later, one that comes twice is one run; a cron of all hours is
counted on in elapsed time from the tick before. Argo (robfig/cron): the clock alone decides, so nothing runs at a time that does not exist,
and a time that comes twice has two runs.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from airgo.macros.cron_fields import Cron
from airgo.macros.cron_steps import on_day
from airgo.macros.zones import Change, changes

HOUR = timedelta(hours=1)


def clock_change(cron: Cron, timezone: str) -> str | None:
    """What differs at a change of the zone's clocks, in words; None where nothing does."""
    of_all_hours = len(cron.hours) == 24
    for change in changes(timezone):
        if _loses_a_day(cron, change):
            return f"a change of the clocks of {timezone} skips midnight or moves by half an hour; runs of that day are lost in Argo"
        if of_all_hours and not _counted_alike(cron, change):
            return f"the first run after the clocks of {timezone} change comes an hour off in Airflow, which counts on in elapsed time"
        lost = None if of_all_hours else _disturbed(cron, change)
        if lost is not None:
            return f"{lost:%H:%M} is skipped or repeated when the clocks of {timezone} change; so are the runs in Argo"
    return None


def _loses_a_day(cron: Cron, change: Change) -> bool:
    """robfig/cron looks for a day at its midnight, and for an hour in steps of one (`SpecSchedule.Next`)."""
    no_midnight = change.before.time() == time() and change.after > change.before and not cron.every_day
    return (no_midnight or (change.after - change.before) % HOUR != timedelta()) and on_day(cron, change.after.date())


def _counted_alike(cron: Cron, change: Change) -> bool:
    """Does counting from the tick before meet the clock again? Where there are ticks on both sides."""
    return on_day(cron, (change.before - timedelta(seconds=1)).date()) and on_day(cron, change.after.date())


def _disturbed(cron: Cron, change: Change) -> datetime | None:
    """The first tick that the change skips or repeats, or that stands in an hour which it cuts."""
    first, last = sorted((change.before, change.after))
    first, last = first.replace(minute=0), (last + HOUR - timedelta(seconds=1)).replace(minute=0, second=0)
    for day in dict.fromkeys((first.date(), last.date())):
        for hour, minute in cron.times if on_day(cron, day) else ():
            tick = datetime(day.year, day.month, day.day, hour, minute)
            if first <= tick < last:
                return tick
    return None
