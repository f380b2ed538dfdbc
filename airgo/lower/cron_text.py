"""Crons and periods of Airflow as the crons of Argo (robfig/cron `ParseStandard`), with the same ticks, or not at all.

robfig reads five fields; it knows no 7, no range that wraps round, no `L`, `#` or seconds. What no cron can say becomes a cron with more
ticks and a `when` on the day: https://argo-workflows.readthedocs.io/en/latest/cron-workflows/
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from itertools import pairwise
from math import gcd
from zoneinfo import ZoneInfo

from airgo.macros.cron_fields import MONTHS, PRESETS, WEEKDAYS, BadCron, Cron, parse_cron
from airgo.macros.cron_steps import day_test, longest_gap, on_day
from airgo.macros.zones import UTC_NAMES, zone

DAY = 86400
_PLAIN = {
    "minute": re.compile(r"[0-9*,/-]+\Z"),
    "hour": re.compile(r"[0-9*,/-]+\Z"),
    "day": re.compile(r"[0-9*,/-]+\Z"),
    "month": re.compile(r"[0-9A-Za-z*,/-]+\Z"),
    "weekday": re.compile(r"[0-6A-Za-z*,/-]+\Z"),
}
_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}
_WRAPS = re.compile(r"(?P<low>[0-9A-Za-z]+)-(?P<high>[0-9A-Za-z]+)")


Following = Callable[[datetime], datetime | None]


@dataclass(frozen=True, slots=True)
class Ticks:
    """Crons of Argo, the test that a tick must pass besides (an expression, without braces), and the longest time between ticks.

    `following` gives the first tick after an instant; None when there is none any more.
    """

    schedules: tuple[str, ...]
    period_seconds: int
    following: Following = field(compare=False)
    when: str | None = None


def ticks_of_cron(text: str, timezone: str) -> Ticks:
    """One cron of Airflow's. Raises BadCron, with a message in the user's words."""
    cron = parse_cron(text)
    if cron.seconds != (0,):
        raise BadCron(f"{text!r} has ticks within a minute; Argo's crons have minutes")
    period = cron.period_seconds or longest_gap(cron) * DAY
    if cron.last_day or cron.nth:
        return Ticks((_candidates(cron),), period, partial(next_tick, cron, timezone), day_test(cron, _now(timezone)))
    return Ticks((_written(text, cron),), period, partial(next_tick, cron, timezone))


def _now(timezone: str) -> str:
    return "now().UTC()" if timezone in UTC_NAMES else f"now().In(timezone('{timezone}'))"


def _written(text: str, cron: Cron) -> str:
    """The cron with every field as it was written, where robfig reads it as croniter does."""
    fields = PRESETS.get(text.strip().lower(), text).split()[:5]
    sets = {"minute": cron.minutes, "hour": cron.hours, "day": cron.days, "month": cron.months, "weekday": cron.weekdays}
    return " ".join(_field(field, name, values) for field, (name, values) in zip(fields, sets.items(), strict=True))


def _field(field: str, name: str, values: tuple[int, ...]) -> str:
    low, high = _RANGES[name]
    if len(values) == high - low + 1:
        return "*"  # a full field written otherwise is a restriction to robfig, and days are alternatives then
    plain = _PLAIN[name].match(field) is not None and not any(_wraps(match) for match in _WRAPS.finditer(field))
    return field if plain and "7" not in (field if name == "weekday" else "") and _steps_are_plain(field) else _listed(values)


def _wraps(match: re.Match[str]) -> bool:
    """Does the range end before it starts, or mix names and numbers?"""
    low, high = match["low"].lower(), match["high"].lower()
    if low.isdigit() and high.isdigit():
        return int(low) > int(high)
    names = MONTHS if low in MONTHS else WEEKDAYS
    return low not in names or high not in names or names.index(low) > names.index(high)


def _steps_are_plain(field: str) -> bool:
    """robfig reads `5/15` as croniter does, but a reader may not: a step follows `*` or a range."""
    return all("/" not in item or item.startswith("*/") or "-" in item for item in field.split(","))


def _listed(values: Iterable[int]) -> str:
    """Values as a field: a step over a range where they are evenly spaced, ranges and single values else."""
    numbers = list(values)
    gaps = {after - before for before, after in pairwise(numbers)}
    if len(numbers) > 2 and len(gaps) == 1:
        gap = gaps.pop()
        return f"{numbers[0]}-{numbers[-1]}" + (f"/{gap}" if gap > 1 else "")
    pieces: list[str] = []
    start = previous = numbers[0]
    for number in [*numbers[1:], None]:
        if number is not None and number == previous + 1:
            previous = number
            continue
        pieces += [str(start)] if start == previous else [str(start), str(previous)] if previous == start + 1 else [f"{start}-{previous}"]
        if number is not None:
            start = previous = number
    return ",".join(pieces)


def _candidates(cron: Cron) -> str:
    """A cron whose days include all that an `L` or a `#` could mean."""
    days = set(cron.days) if not cron.any_day_of_month else set()
    if cron.last_day:
        days |= set(range(28, 32))
    for _, number in cron.nth:
        days |= set(range(22, 32)) if number == -1 else set(range(7 * number - 6, min(7 * number, 31) + 1))
    weekday = "*" if cron.nth or cron.any_weekday else _listed(cron.weekdays)
    month = "*" if len(cron.months) == 12 else _listed(cron.months)
    hour = "*" if len(cron.hours) == 24 else _listed(cron.hours)
    minute = "*" if len(cron.minutes) == 60 else _listed(cron.minutes)
    return f"{minute} {hour} {_listed(sorted(days))} {month} {weekday}"


def ticks_of_period(seconds: float, anchor: datetime | None) -> Ticks:
    """A timedelta from `anchor` (midnight UTC when there is none), in UTC. Raises BadCron."""
    if seconds <= 0 or seconds % 60:
        raise BadCron(f"a period of {seconds:g} seconds has no ticks at full minutes; Argo's crons have minutes")
    period = int(seconds)
    start = int((anchor or datetime(1970, 1, 1, tzinfo=UTC)).timestamp()) // 60 * 60

    def following(after: datetime) -> datetime:
        return datetime.fromtimestamp(start + (int(after.timestamp() - start) // period + 1) * period, UTC)

    if DAY % period == 0:
        return Ticks(_of_minutes([second // 60 for second in range(start % period, DAY, period)]), period, following)
    if period == 7 * DAY:
        first = datetime.fromtimestamp(start, UTC)
        return Ticks((f"{first.minute} {first.hour} * * {first.isoweekday() % 7}",), period, following)
    if anchor is None:
        raise BadCron(f"a period of {seconds:g} seconds needs a start_date to count from")
    tick = gcd(period, DAY)
    schedules = _of_minutes([second // 60 for second in range(start % tick, DAY, tick)])
    when = f"int((now().Unix() - {start}) / {tick}) % {period // tick} == 0"
    return Ticks(schedules, period, following, when)


def _of_minutes(minutes: list[int]) -> tuple[str, ...]:
    """Crons for these minutes of every day: one for each minute of the hour, or one for all where all hours are alike."""
    hours: dict[int, list[int]] = {}
    for minute in minutes:
        hours.setdefault(minute % 60, []).append(minute // 60)
    if all(len(found) == 24 for found in hours.values()):
        return (f"{_step_field(sorted(hours), 60)} * * * *",)
    if len({tuple(found) for found in hours.values()}) == 1:
        return (f"{_listed(sorted(hours))} {_step_field(next(iter(hours.values())), 24)} * * *",)
    return tuple(f"{minute} {_step_field(found, 24)} * * *" for minute, found in sorted(hours.items()))


def _step_field(values: list[int], size: int) -> str:
    """Values as a field, `*/n` where they start at 0 and go through the whole field."""
    if len(values) == size:
        return "*"
    if len(values) > 1 and values == list(range(0, size, values[1])) and size % values[1] == 0:
        return f"*/{values[1]}"
    return _listed(values)


def ticks_of_months(months: int, anchor: datetime | None) -> Ticks:
    """A relativedelta of whole months from `anchor`, in UTC. Raises BadCron."""
    if anchor is None:
        raise BadCron("a period of months needs a start_date to count from")
    first = anchor.astimezone(UTC)
    if first.day > 28:
        raise BadCron(f"a period of months from the {first.day}th drifts to earlier days in Airflow; no cron does")
    if months <= 0 or 12 % months:
        raise BadCron(f"a period of {months} months does not divide the year; no cron counts it")
    listed = sorted((first.month - 1 + step) % 12 + 1 for step in range(0, 12, months))
    month = "*" if months == 1 else str(listed[0]) if months == 12 else f"*/{months}" if listed[0] == 1 else _listed(listed)

    def following(after: datetime) -> datetime:
        distance = (after.year - first.year) * 12 + after.month - first.month
        count = next(step for step in range(distance // months - 1, distance // months + 2) if _months_after(first, step * months) > after)
        return _months_after(first, count * months)

    return Ticks((f"{first.minute} {first.hour} {first.day} {month} *",), months * 31 * DAY, following)


def _months_after(first: datetime, months: int) -> datetime:
    """The same day and time of another month; the day is one that every month has."""
    number = first.year * 12 + first.month - 1 + months
    return first.replace(year=number // 12, month=number % 12 + 1)


def ticks_of_dates(moments: Iterable[datetime]) -> Ticks:
    """Single instants: a cron for each, and a `when` on the year. Raises BadCron."""
    stamps = sorted({moment.astimezone(UTC) for moment in moments})
    if not stamps:
        raise BadCron("the timetable has no events")
    if len(stamps) > MAX_EVENTS:
        raise BadCron(f"the timetable has {len(stamps)} events; more than {MAX_EVENTS} are not written as crons")
    if any(stamp.second for stamp in stamps):
        raise BadCron("the timetable has events within a minute; Argo's crons have minutes")
    schedules = tuple(dict.fromkeys(f"{stamp.minute} {stamp.hour} {stamp.day} {stamp.month} *" for stamp in stamps))
    listed = ", ".join(f"'{stamp:%Y-%m-%dT%H:%M}'" for stamp in stamps)

    def following(after: datetime) -> datetime | None:
        return next((stamp for stamp in stamps if stamp > after), None)

    return Ticks(schedules, 366 * DAY, following, f"now().UTC().Format('2006-01-02T15:04') in [{listed}]")


MAX_EVENTS = 50
"""How many events of an EventsTimetable become crons."""


def next_tick(cron: Cron, timezone: str, after: datetime) -> datetime | None:
    """Airflow's first tick after an instant, on the clocks of `timezone`; None when there is none within nine years."""
    info = zone(timezone)
    local = after.astimezone(info).replace(tzinfo=None)
    calm = (after - _MOST_CHANGE).astimezone(info).utcoffset() == (after + _MOST_CHANGE).astimezone(info).utcoffset()
    margin = timedelta() if calm else _MOST_CHANGE
    day = (local - margin).date()
    for _ in range(9 * 366):
        found: datetime | None = None
        for tick in _ticks_of_day(cron, day, local - margin) if on_day(cron, day) else ():
            if found is not None and tick > found.astimezone(info).replace(tzinfo=None) + margin:
                break
            instants = [instant for instant in _instants(tick, info, len(cron.hours) == 24) if instant > after]
            found = min([*instants, *([found] if found else [])], default=None)
        if found is not None:
            return found
        day += timedelta(days=1)
    return None


_MOST_CHANGE = timedelta(hours=3)
"""Clocks change by less."""


def _ticks_of_day(cron: Cron, day: date, earliest: datetime) -> Iterator[datetime]:
    """What the clocks show at the ticks of a day, from `earliest` on."""
    times = _times(cron)
    first = bisect_left(times, (earliest.hour, earliest.minute)) if day == earliest.date() else 0
    return (datetime(day.year, day.month, day.day, hour, minute) for hour, minute in times[first:])


@lru_cache(maxsize=256)
def _times(cron: Cron) -> tuple[tuple[int, int], ...]:
    return cron.times


def _instants(tick: datetime, info: ZoneInfo | None, of_all_hours: bool) -> list[datetime]:
    """When clocks that show `tick` are: a time that does not exist comes later, of one that comes twice Airflow takes the second.

    A cron of all hours is counted in elapsed time, so there a time that comes twice is two ticks, and one that does not exist none.
    """
    early, late = tick.replace(tzinfo=info), tick.replace(tzinfo=info, fold=1)
    if early.utcoffset() == late.utcoffset():
        return [early.astimezone(UTC)]
    exists = early.astimezone(UTC).astimezone(info).replace(tzinfo=None) == tick
    if of_all_hours:
        return [early.astimezone(UTC), late.astimezone(UTC)] if exists else []
    return [late.astimezone(UTC) if exists else early.astimezone(UTC)]
