"""Time zones by name: which exist, their clock changes, and their constant offset when they have none.

Clock changes are looked up for the years 2024 to 2037, the span for which zone files list them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC_NAMES = frozenset({"UTC", "Etc/UTC", "utc", "Z", "GMT", "Etc/GMT", "UCT", "Etc/UCT", "Zulu", "Universal", "Etc/Universal", "Etc/Zulu"})
_YEARS = range(2024, 2038)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """The zone of this name; None when there is none."""
    if name in UTC_NAMES:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """What the clocks of a zone show at the instant of a change: before it, and after it."""

    before: datetime
    after: datetime


@lru_cache(maxsize=256)
def changes(name: str) -> tuple[Change, ...]:
    """Every change of the zone's clocks, in order."""
    info = zone(name)
    if info is None or name in UTC_NAMES:
        return ()
    found = []
    day = datetime(_YEARS[0], 1, 1, tzinfo=UTC)
    while day.year in _YEARS:
        following = day + timedelta(days=1)
        if day.astimezone(info).utcoffset() != following.astimezone(info).utcoffset():
            found.append(_change(info, day, following))
        day = following
    return tuple(found)


def _change(info: ZoneInfo, early: datetime, late: datetime) -> Change:
    """The change between two instants, found by halving."""
    before, after = early.astimezone(info).utcoffset() or timedelta(), late.astimezone(info).utcoffset() or timedelta()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if middle.astimezone(info).utcoffset() == before else (early, middle)
    instant = late.replace(tzinfo=None)
    return Change(instant + before, instant + after)


def days_of_change(name: str) -> tuple[date, ...]:
    """The days on which the clocks of the zone change."""
    return tuple(dict.fromkeys(moment.date() for change in changes(name) for moment in (change.before, change.after)))


def offset_seconds(name: str) -> int | None:
    """The zone's distance from UTC when its clocks never change, else None."""
    info = zone(name)
    if info is None or changes(name):
        return None
    offset = datetime(_YEARS[0], 1, 1, tzinfo=info).utcoffset()
    return None if offset is None else int(offset.total_seconds())


def offset_within_hour(name: str) -> int:
    """The seconds by which the zone's full hours differ from those of UTC."""
    info = zone(name)
    offset = datetime(_YEARS[0], 1, 1, tzinfo=info).utcoffset() if info else None
    return 0 if offset is None else int(offset.total_seconds()) % 3600
