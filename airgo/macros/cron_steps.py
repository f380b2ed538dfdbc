"""Argo expressions that step along a cron: the tick before one, the tick after one, and the last tick at or before an instant.

All are over Go's times (https://pkg.go.dev/time): `AddDate` moves the calendar in the time's zone, `Add` the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from airgo.macros.cron_fields import Cron
from airgo.macros.results import tight
from airgo.macros.zones import UTC_NAMES, offset_seconds, offset_within_hour

DAY = 86400
_FEW_TIMES = 12
_MINUTE_LAYOUT = "'2006-01-02 15:04'"


@dataclass(frozen=True, slots=True)
class Steps:
    """Three ways from an expression of an instant to another; `back` and `forward` start at a tick."""

    back: Callable[[str], str]
    forward: Callable[[str], str]
    floor: Callable[[str], str]


def cron_steps(cron: Cron, timezone: str) -> Steps:
    """How to step along `cron`, whose fields are read on the clocks of `timezone`."""
    offset = 0 if timezone in UTC_NAMES else offset_seconds(timezone)
    period = cron.period_seconds
    if period is not None and offset is not None:
        return fixed_steps(period, _phase(cron) - offset)
    if period is not None and period <= 3600:
        return fixed_steps(period, _phase(cron) - offset_within_hour(timezone))
    return _wall_clock_steps(cron, timezone)


def fixed_steps(period: int, phase: int | None) -> Steps:
    """Steps of a constant length. `phase`: seconds after Monday midnight UTC of some tick; None: every instant is a tick."""
    length = go_duration(period)

    def floor(instant: str) -> str:
        if phase is None:
            return instant
        shift = phase % period
        if shift == 0:
            return f"{tight(instant)}.Truncate(duration('{length}'))"
        return (
            f"{tight(instant)}.Add(duration('-{go_duration(shift)}')).Truncate(duration('{length}')).Add(duration('{go_duration(shift)}'))"
        )

    return Steps(
        back=lambda tick: f"{tight(tick)}.Add(duration('-{length}'))",
        forward=lambda tick: f"{tight(tick)}.Add(duration('{length}'))",
        floor=floor,
    )


def go_duration(seconds: int) -> str:
    """A duration as Go writes it: `24h`, `1h30m`, `45s`."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    written = "".join(f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if value)
    return sign + (written or "0s")


def _phase(cron: Cron) -> int:
    """Seconds after Monday midnight of the cron's first tick in a week, on its own clocks."""
    hour, minute = cron.times[0]
    weekday = 0 if cron.any_weekday else (cron.weekdays[0] - 1) % 7
    return weekday * DAY + hour * 3600 + minute * 60


def _wall_clock_steps(cron: Cron, timezone: str) -> Steps:
    zoned = _in_zone(timezone)
    minutes = [hour * 60 + minute for hour, minute in cron.times]

    def step(tick: str, direction: int) -> str:
        if len(minutes) == 1:
            return _other_day(cron, zoned(tick), direction)
        edge, comparison = (minutes[0], ">") if direction < 0 else (minutes[-1], "<")
        within = _at(_neighbour(cron, "t", direction), "t", timezone)
        outside = _at(_clock(minutes[-1] if direction < 0 else minutes[0]), _other_day(cron, "t", direction), timezone)
        return f"(let t = {zoned(tick)}; t.Format('15:04') {comparison} {_clock(edge)} ? {within} : {outside})"

    def floor(instant: str) -> str:
        found = (
            f"find(0..{longest_gap(cron)}, {day_test(cron, 't.AddDate(0, 0, -#)')} && (# > 0 || t.Format('15:04') >= {_clock(minutes[0])}))"
        )
        if len(minutes) == 1:
            return f"(let t = {zoned(instant)}; let d = t.AddDate(0, 0, -{found}); {_at(_clock(minutes[0]), 'd', timezone)})"
        latest = _neighbour(cron, "t", -1, inclusive=True)
        when = f"d.Format('2006-01-02') == t.Format('2006-01-02') ? {latest} : {_clock(minutes[-1])}"
        return f"(let t = {zoned(instant)}; let d = t.AddDate(0, 0, -{found}); {_at(f'({when})', 'd', timezone)})"

    return Steps(back=lambda tick: step(tick, -1), forward=lambda tick: step(tick, 1), floor=floor)


def _in_zone(timezone: str) -> Callable[[str], str]:
    if timezone in UTC_NAMES:
        return lambda instant: f"{tight(instant)}.UTC()"
    return lambda instant: f"{tight(instant)}.In(timezone('{timezone}'))"


def _at(clock: str, day: str, timezone: str) -> str:
    """The instant at `clock` (an expression of a text 15:04) on the day of `day`."""
    zone = "UTC" if timezone in UTC_NAMES else timezone
    return f"date({tight(day)}.Format('2006-01-02') + ' ' + {clock}, {_MINUTE_LAYOUT}, '{zone}')"


def _clock(minute: int) -> str:
    return f"'{minute // 60:02d}:{minute % 60:02d}'"


def _neighbour(cron: Cron, instant: str, direction: int, *, inclusive: bool = False) -> str:
    """The time of day before or after `instant`'s among the cron's, as a text 15:04."""
    comparison = ("<" if direction < 0 else ">") + ("=" if inclusive else "")
    minutes = [hour * 60 + minute for hour, minute in cron.times]
    if len(minutes) <= _FEW_TIMES:
        # a chain of conditions: `filter` over texts trips over expr-lang's optimiser in `text + last(filter(...))`
        *tested, otherwise = [_clock(minute) for minute in (reversed(minutes) if direction < 0 else minutes)]
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[comparison]
        return "(" + "".join(f"{instant}.Format('15:04') {turned} {time} ? {time} : " for time in tested) + otherwise + ")"
    return _minute_search(cron, instant, comparison)


def _minute_search(cron: Cron, instant: str, comparison: str) -> str:
    """The same for many times: the minutes of the day are searched, away from now. (`findLast` breaks the stack of expr-lang's machine.)"""
    sign, end = ("-", "n") if comparison[0] == "<" else ("+", "1439 - n")
    test = f"(n {sign} #) % 60 in {list(cron.minutes)} && int((n {sign} #) / 60) in {list(cron.hours)}"
    found = f"find({int(len(comparison) == 1)}..{end}, {test})"
    minute = f"(let n = {instant}.Hour() * 60 + {instant}.Minute(); n {sign} {found})"
    return f"date('2024-01-01').Add(duration(string({minute}) + 'm')).Format('15:04')"


def _other_day(cron: Cron, instant: str, direction: int) -> str:
    """The same time of day on the neighbouring day that the cron names; `instant` stands in the cron's zone, on such a day."""
    sign = "-" if direction < 0 else ""
    if cron.every_day:
        return f"{tight(instant)}.AddDate(0, 0, {sign}1)"
    months = _constant_months(cron)
    if months is not None:
        return f"{tight(instant)}.AddDate(0, {sign}{months}, 0)"
    weekly = cron.any_day_of_month and len(cron.months) == 12 and not cron.nth
    gaps = _weekday_gaps(cron.weekdays, direction) if weekly else ()
    if len(set(gaps)) == 1:
        return f"{tight(instant)}.AddDate(0, 0, {sign}{gaps[0]})"
    body = (
        f"t.AddDate(0, 0, {sign}{list(gaps)}[int(t.Weekday())])"
        if weekly
        else f"t.AddDate(0, 0, {sign}find(1..{longest_gap(cron)}, {day_test(cron, f't.AddDate(0, 0, {sign}#)')}))"
    )
    return body if instant == "t" else f"(let t = {instant}; {body})"


def _constant_months(cron: Cron) -> int | None:
    """The distance of the cron's days in months, when they are one day of equally spaced months that every month has."""
    if len(cron.days) != 1 or cron.last_day or not cron.any_weekday or cron.days[0] > 28:
        return None
    gaps = {(after - before) % 12 or 12 for before, after in zip(cron.months, [*cron.months[1:], cron.months[0]], strict=True)}
    return gaps.pop() if len(gaps) == 1 else None


def _weekday_gaps(weekdays: Sequence[int], direction: int) -> tuple[int, ...]:
    """For each weekday, Sunday first: how many days to the nearest of `weekdays` before or after it."""
    return tuple(next(gap for gap in range(1, 8) if (weekday + direction * gap) % 7 in weekdays) for weekday in range(7))


def day_test(cron: Cron, day: str) -> str:
    """A test whether the day of the expression `day` is one of the cron's."""
    tests = []
    if len(cron.months) < 12:
        tests.append(f"int({day}.Month()) in {list(cron.months)}")
    of_month = [f"{day}.Day() in {list(cron.days)}"] if cron.days and not cron.any_day_of_month else []
    if cron.last_day:
        of_month.append(f"{day}.AddDate(0, 0, 1).Day() == 1")
    of_week = [f"int({day}.Weekday()) in {list(cron.weekdays)}"] if cron.weekdays and not cron.any_weekday else []
    of_week += [_nth_test(day, weekday, number) for weekday, number in cron.nth]
    alternatives = [*of_month, *of_week]
    if alternatives:
        tests.append(alternatives[0] if len(alternatives) == 1 else f"({' || '.join(alternatives)})")
    return " && ".join(tests) or "true"


def _nth_test(day: str, weekday: int, number: int) -> str:
    if number == -1:
        return f"(int({day}.Weekday()) == {weekday} && {day}.AddDate(0, 0, 7).Day() <= 7)"
    return f"(int({day}.Weekday()) == {weekday} && {day}.Day() in {7 * number - 6}..{7 * number})"


def on_day(cron: Cron, day: date) -> bool:
    """Does the cron run on this day?"""
    if day.month not in cron.months:
        return False
    weekday = day.isoweekday() % 7
    last = cron.last_day and (day + timedelta(days=1)).day == 1
    nth = any(
        weekday == w and ((day + timedelta(days=7)).month != day.month if n == -1 else (day.day - 1) // 7 + 1 == n) for w, n in cron.nth
    )
    if cron.nth:
        return nth
    if cron.any_weekday:
        return day.day in cron.days or last
    if cron.any_day_of_month:
        return weekday in cron.weekdays
    return day.day in cron.days or last or weekday in cron.weekdays


@lru_cache(maxsize=1024)
def longest_gap(cron: Cron) -> int:
    """The greatest number of days between two days of the cron, over the 28 years after which weekdays repeat."""
    start = date(2001, 1, 1)
    days = [offset for offset in range(28 * 366 + 8) if on_day(cron, start + timedelta(days=offset))]
    return max((after - before for before, after in pairwise(days)), default=366)
