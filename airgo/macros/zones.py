"""Time zones by name: which exist, their clock changes, and their constant offset when they have none.

Clock changes are looked up for the years 2024 to 2037, the span for which zone files list them.
"""

from __future__ import annotations

from collections.abc import Iterable
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


@lru_cache(maxsize=256)
def days_of_change(name: str) -> tuple[date, ...]:
    """The days on which the clocks of the zone change."""
    info = zone(name)
    if info is None or name in UTC_NAMES:
        return ()
    found = []
    day = datetime(_YEARS[0], 1, 1, tzinfo=UTC)
    before = day.astimezone(info).utcoffset()
    while day.year in _YEARS:
        day += timedelta(days=1)
        after = day.astimezone(info).utcoffset()
        if after != before:
            found.extend([(day - timedelta(days=1)).astimezone(info).date(), day.astimezone(info).date()])
            before = after
    return tuple(dict.fromkeys(found))


def offset_seconds(name: str) -> int | None:
    """The zone's distance from UTC when its clocks never change, else None."""
    info = zone(name)
    if info is None or days_of_change(name):
        return None
    offset = datetime(_YEARS[0], 1, 1, tzinfo=info).utcoffset()
    return None if offset is None else int(offset.total_seconds())


def offset_within_hour(name: str) -> int:
    """The seconds by which the zone's full hours differ from those of UTC."""
    info = zone(name)
    offset = datetime(_YEARS[0], 1, 1, tzinfo=info).utcoffset() if info else None
    return 0 if offset is None else int(offset.total_seconds()) % 3600


def disturbed(name: str, times: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """The first of these times of day that a change of clocks skips or repeats, or None."""
    info = zone(name)
    if info is None:
        return None
    for hour, minute in times:
        for day in days_of_change(name):
            early = datetime(day.year, day.month, day.day, hour, minute, tzinfo=info)
            if early.utcoffset() != early.replace(fold=1).utcoffset():
                return hour, minute
    return None
