"""Cron texts as Airflow reads them (croniter), taken apart into sets of minutes, hours, days, months and weekdays.

https://github.com/kiorky/croniter: names, ranges, steps, lists, `?`, 7 for Sunday, `L`, `FRI#2`, a sixth field of seconds at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6), "second": (0, 59)}
_STARS = ("*", "?")
_EVERY_DAY = tuple(range(1, 32))
_EVERY_WEEKDAY = tuple(range(7))
_ITEM = re.compile(r"(?P<low>[^/-]+)(?:-(?P<high>[^/-]+))?(?:/(?P<step>\d+))?\Z")


class BadCron(ValueError):
    """Not a cron text that Airflow accepts, or one with a part that no set of times can say. The message names the part."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron as sets of field values, sorted. A day matches `days` and `weekdays` if either is full, else `days` or `weekdays`.

    `last_day`: the last day of the month is among the days. `nth`: (weekday, n-th in the month; -1 for the last). `seconds`: of the
    sixth field, (0,) when there is none.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    last_day: bool = False
    nth: tuple[tuple[int, int], ...] = ()
    seconds: tuple[int, ...] = (0,)

    @property
    def any_day_of_month(self) -> bool:
        """Is the day of the month free?"""
        return len(self.days) == 31

    @property
    def any_weekday(self) -> bool:
        """Is the weekday free?"""
        return len(self.weekdays) == 7 and not self.nth

    @property
    def every_day(self) -> bool:
        """Does it run on each day of the year?"""
        return self.any_day_of_month and self.any_weekday and len(self.months) == 12

    @property
    def times(self) -> tuple[tuple[int, int], ...]:
        """The times of a day, sorted: (hour, minute)."""
        return tuple((hour, minute) for hour in self.hours for minute in self.minutes)

    @property
    def period_seconds(self) -> int | None:
        """The constant distance of its ticks in a zone without clock changes, when it has one: a divisor of a day, a day, or a week."""
        if self.last_day or self.nth or len(self.months) < 12 or not self.any_day_of_month or self.seconds != (0,):
            return None
        if not self.any_weekday:
            return 7 * 86400 if len(self.weekdays) == 1 and len(self.times) == 1 else None
        minutes = [hour * 60 + minute for hour, minute in self.times]
        gaps = {(after - before) % 1440 or 1440 for before, after in zip(minutes, [*minutes[1:], minutes[0]], strict=True)}
        return gaps.pop() * 60 if len(gaps) == 1 else None


@lru_cache(maxsize=1024)
def parse_cron(text: str) -> Cron:
    """Take a preset or a cron of five or six fields apart. Raises BadCron."""
    fields = PRESETS.get(text.strip().lower(), text).split()
    if len(fields) not in (5, 6):
        raise BadCron(f"{text!r} has {len(fields)} fields; a cron has 5, or 6 with seconds last")
    minute, hour, day, month, weekday = (field.lower() for field in fields[:5])
    days, last_day = _days(day, text)
    weekdays, nth = _weekdays(weekday, text)
    if nth and (weekdays or day not in _STARS):
        raise BadCron(f"{text!r} mixes the n-th weekday of a month with other days")
    if day not in _STARS and weekday not in _STARS and (len(days) == 31 or len(weekdays) == 7):
        days, weekdays = _EVERY_DAY, _EVERY_WEEKDAY  # two written fields are alternatives, and one of them is met each day
    return Cron(
        text,
        _values(minute, "minute", text),
        _values(hour, "hour", text),
        days,
        _values(month, "month", text),
        weekdays,
        last_day,
        nth,
        _values(fields[5].lower(), "second", text) if len(fields) == 6 else (0,),
    )


def _days(field: str, text: str) -> tuple[tuple[int, ...], bool]:
    items = field.split(",")
    plain = [item for item in items if item not in ("l", "last")]
    return (_values(",".join(plain), "day", text) if plain else ()), len(plain) < len(items)


def _weekdays(field: str, text: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    plain, nth = [], []
    for item in field.split(","):
        if "#" in item:
            name, _, number = item.partition("#")
            if number not in ("1", "2", "3", "4", "5", "l"):
                raise BadCron(f"{item!r} in {text!r}: a weekday occurs at most five times a month")
            nth.append((_number(name, "weekday", text), -1 if number == "l" else int(number)))
        elif len(item) > 1 and item[0] == "l":
            nth.append((_number(item[1:], "weekday", text), -1))
        else:
            plain.append(item)
    return (_values(",".join(plain), "weekday", text) if plain else ()), tuple(nth)


def _values(field: str, name: str, text: str) -> tuple[int, ...]:
    low, high = _RANGES[name]
    found: set[int] = set()
    for item in field.split(","):
        match = _ITEM.match(item)
        if match is None:
            raise BadCron(f"{item!r} in {text!r} is not a value, range or step of a {name}")
        step = int(match["step"] or 1)
        if step == 0:
            raise BadCron(f"{item!r} in {text!r} has a step of 0")
        if match["low"] in ("*", "?"):
            if match["high"]:
                raise BadCron(f"{item!r} in {text!r} is not a range")
            found.update(range(low, high + 1, step))
            continue
        first = _number(match["low"], name, text)
        if match["high"] is None and match["step"] is None:
            found.add(first)
            continue
        found.update(_range(first, match["high"], step, name, text))
    return tuple(sorted(found))


def _range(first: int, last_text: str | None, step: int, name: str, text: str) -> list[int]:
    """The values of `first-last/step`; a range whose end lies before its start wraps round, `first/step` goes to the end."""
    low, high = _RANGES[name]
    if last_text is None:
        return list(range(first, high + 1, step))
    seven = name == "weekday" and last_text == "7"
    last = high if seven else _number(last_text, name, text)
    if seven:
        return [value % 7 for value in range(first, 8, step)]
    if first <= last:
        return list(range(first, last + 1, step))
    around = [*range(first, high + 1), *range(low, last + 1)]
    return around[::step]


def _number(item: str, name: str, text: str) -> int:
    names = MONTHS if name == "month" else WEEKDAYS if name == "weekday" else ()
    if item in names:
        return names.index(item) + (1 if name == "month" else 0)
    low, high = _RANGES[name]
    if not item.isdigit():
        raise BadCron(f"{item!r} in {text!r} is not a {name}")
    value = int(item)
    if name == "weekday" and value == 7:
        return 0
    if not low <= value <= high:
        raise BadCron(f"{item!r} in {text!r} is out of range for a {name} ({low} to {high})")
    return value
