"""Members and methods of Airflow's dates (pendulum) and of time differences, as Argo expressions over Go times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from airgo.macros.cron_steps import go_duration
from airgo.macros.formats import NoLayout, pendulum_format, strftime
from airgo.macros.results import Code, Known, NotExact, Result, Shift, tight
from airgo.macros.rules import RUN_TIME
from airgo.macros.zones import UTC_NAMES, zone

Arguments = Sequence[Result]
Keywords = Mapping[str, Result]

ATTRIBUTES: Mapping[str, str] = {
    "year": "{t}.Year()",
    "month": "int({t}.Month())",
    "day": "{t}.Day()",
    "hour": "{t}.Hour()",
    "minute": "{t}.Minute()",
    "second": "{t}.Second()",
    "day_of_year": "{t}.YearDay()",
    "int_timestamp": "{t}.Unix()",
    "days_in_month": "{t}.AddDate(0, 1, -{t}.Day()).Day()",
    "quarter": "int((int({t}.Month()) + 2) / 3)",
}
"""Numbers of a date. pendulum's `day_of_week` and `weekday()` are among the methods: versions 2 and 3 count differently."""

FORMATS: Mapping[str, str] = {
    "isoformat": "2006-01-02T15:04:05-07:00",
    "to_date_string": "2006-01-02",
    "to_time_string": "15:04:05",
    "to_datetime_string": "2006-01-02 15:04:05",
    "to_iso8601_string": "2006-01-02T15:04:05Z07:00",
    "to_rfc3339_string": "2006-01-02T15:04:05-07:00",
    "to_atom_string": "2006-01-02T15:04:05-07:00",
    "to_w3c_string": "2006-01-02T15:04:05-07:00",
    "to_formatted_date_string": "Jan 02, 2006",
    "to_day_datetime_string": "Mon, Jan 2, 2006 3:04 PM",
    "to_rfc822_string": "Mon, 02 Jan 06 15:04:05 -0700",
    "to_rfc2822_string": "Mon, 02 Jan 2006 15:04:05 -0700",
}
"""Methods without arguments that format a date."""

FORMATS_OF_DATES: Mapping[str, str] = {
    "isoformat": "2006-01-02",
    "to_date_string": "2006-01-02",
    "to_formatted_date_string": "Jan 02, 2006",
}
"""The same of a day."""

_UNITS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_STARTS: Mapping[str, str] = {
    "hour": "{t}.Add(duration(string(-{t}.Minute() * 60 - {t}.Second()) + 's'))",
    "day": "date({t}.Format('2006-01-02'), '2006-01-02', '{zone}')",
    "month": "date({t}.Format('2006-01') + '-01', '2006-01-02', '{zone}')",
    "year": "date({t}.Format('2006') + '-01-01', '2006-01-02', '{zone}')",
    "week": "date({t}.AddDate(0, 0, -((int({t}.Weekday()) + 6) % 7)).Format('2006-01-02'), '2006-01-02', '{zone}')",
}


def time_member(instant: Code, key: str) -> Result | None:
    """`instant.key` for a member that is no method; None when there is none."""
    if key in ATTRIBUTES:
        return Code(ATTRIBUTES[key].format(t=tight(instant.code)), "integer")
    return None


def call_time_method(instant: Code, method: str, arguments: Arguments, keywords: Keywords) -> Result:
    """`instant.method(…)`. Raises NotExact."""
    formats = FORMATS_OF_DATES if instant.type == "date" else FORMATS
    if method in formats and not arguments and not keywords:
        return Code(f"{tight(instant.code)}.Format('{formats[method]}')", "text", moment=_moment(instant, formats[method]))
    handler = _METHODS.get(method)
    if handler is None or (instant.type == "date" and method not in _OF_DATES):
        raise NotExact(RUN_TIME, f"{method}() of a date is known to Airflow only")
    try:
        return handler(instant, [plain(argument) for argument in arguments], {key: plain(value) for key, value in keywords.items()})
    except NoLayout as error:
        raise NotExact(RUN_TIME, f"{error} has no counterpart in Argo") from error


def plain(result: Result) -> object:
    """The plain value, or the Shift, of an argument that must be known now. Raises NotExact."""
    if isinstance(result, Known):
        return result.value
    if isinstance(result, Shift):
        return result
    raise NotExact(RUN_TIME, "a date's method is given a value that is known only while the task runs")


def _moment(instant: Code, layout: str) -> str | None:
    return instant.code if layout == "2006-01-02" else None


def _strftime(instant: Code, arguments: list[object], keywords: dict[str, object]) -> Result:
    pattern = str((arguments or [*keywords.values()])[0])
    written = strftime(instant.code, pattern)
    return Code(written, "text", moment=instant.code if pattern in ("%Y-%m-%d", "%Y%m%d", "%F") else None)


def _format(instant: Code, arguments: list[object], keywords: dict[str, object]) -> Result:
    if len(arguments) != 1 or keywords:
        raise NotExact(RUN_TIME, "format() of a date with a locale is known to Airflow only")
    return Code(pendulum_format(instant.code, str(arguments[0])), "text")


def _shifted(sign: int) -> Callable[[Code, list[object], dict[str, object]], Result]:
    def method(instant: Code, arguments: list[object], keywords: dict[str, object]) -> Result:
        named = dict(zip(_UNITS, arguments, strict=False)) | keywords
        shift = shift_of(named)
        return shifted(instant, shift if sign > 0 else -shift)

    return method


def shift_of(named: Mapping[str, object]) -> Shift:
    """A time difference from keywords of timedelta, relativedelta or pendulum's add. Raises NotExact."""
    values: dict[str, float] = {}
    for key, value in named.items():
        if key not in _UNITS or isinstance(value, bool) or not isinstance(value, int | float):
            raise NotExact(RUN_TIME, f"a time difference with {key}={value!r} is known to Airflow only")
        values[key] = value
    days = values.get("days", 0) + 7 * values.get("weeks", 0)
    seconds = values.get("hours", 0) * 3600 + values.get("minutes", 0) * 60 + values.get("seconds", 0)
    seconds += (days - int(days)) * 86400
    if seconds != int(seconds) or values.get("months", 0) % 1 or values.get("years", 0) % 1:
        raise NotExact(RUN_TIME, "a time difference of parts of a second is known to Airflow only")
    return Shift(int(values.get("years", 0)), int(values.get("months", 0)), int(days), int(seconds))


def shifted(instant: Code, shift: Shift) -> Code:
    """The instant moved; a day that the target month lacks becomes its last day, as pendulum and relativedelta do."""
    code = tight(instant.code)
    months = shift.months + 12 * shift.years
    if months:
        code = (
            f"(let a = {code}; let b = a.AddDate(0, 0, 1 - a.Day()).AddDate(0, {months}, 0); "
            "b.AddDate(0, 0, min(a.Day(), b.AddDate(0, 1, -1).Day()) - 1))"
        )
    if instant.type == "date" and shift.seconds:
        raise NotExact(RUN_TIME, "a day is moved by hours, which Python rounds in one direction or the other")
    if shift.days:
        code += f".AddDate(0, 0, {shift.days})"
    if shift.seconds:
        code += f".Add(duration('{go_duration(shift.seconds)}'))"
    return Code(code, instant.type)


def _in_timezone(instant: Code, arguments: list[object], _keywords: dict[str, object]) -> Result:
    name = str(arguments[0]) if arguments else ""
    if name in UTC_NAMES:
        return Code(f"{tight(instant.code)}.UTC()", "time")
    if zone(name) is None:
        raise NotExact(RUN_TIME, f"{name!r} is not a time zone that airgo knows")
    return Code(f"{tight(instant.code)}.In(timezone('{name}'))", "time")


def _start_of(instant: Code, arguments: list[object], _keywords: dict[str, object]) -> Result:
    unit = str(arguments[0]) if arguments else ""
    zone_name = zone_of(instant.code)
    if unit not in _STARTS or zone_name is None:
        raise NotExact(RUN_TIME, f"start_of({unit!r}) of a date is known to Airflow only")
    return Code(_STARTS[unit].format(t=tight(instant.code), zone=zone_name), "time")


def zone_of(code: str) -> str | None:
    """The zone that an expression's instant is shown in: the last one it was put into."""
    position = code.rfind(".In(timezone('")
    if position > code.rfind(".UTC()"):
        start = position + len(".In(timezone('")
        return code[start : code.index("'", start)]
    return "UTC" if ".UTC()" in code else None


def _replace(instant: Code, arguments: list[object], keywords: dict[str, object]) -> Result:
    """`replace(day=1)` and smaller units, in UTC only: there no clock change can come between."""
    if arguments or not keywords or zone_of(instant.code) != "UTC":
        raise NotExact(RUN_TIME, "replace() of a date in another zone is known to Airflow only")
    code = tight(instant.code)
    for key, value in keywords.items():
        if key == "microsecond" and value == 0:
            continue
        if not isinstance(value, int) or key not in ("day", "hour", "minute", "second") or (key == "day" and not 1 <= value <= 28):
            raise NotExact(RUN_TIME, f"replace({key}={value!r}) of a date is known to Airflow only")
        if key == "day":
            code = f"{code}.AddDate(0, 0, {value} - {code}.Day())"
        else:
            code = f"{code}.Add(duration(string({value} - {code}.{key.capitalize()}()) + '{key[0]}'))"
    return Code(code, "time")


def _date(instant: Code, _arguments: list[object], _keywords: dict[str, object]) -> Result:
    return Code(instant.code, "date")


def _weekday(instant: Code, _arguments: list[object], _keywords: dict[str, object]) -> Result:
    return Code(f"(int({tight(instant.code)}.Weekday()) + 6) % 7", "integer")


def _isoweekday(instant: Code, _arguments: list[object], _keywords: dict[str, object]) -> Result:
    return Code(f"(int({tight(instant.code)}.Weekday()) + 6) % 7 + 1", "integer")


def _timestamp(instant: Code, _arguments: list[object], _keywords: dict[str, object]) -> Result:
    return Code(f"string({tight(instant.code)}.Unix()) + '.0'", "number")


_METHODS: Mapping[str, Callable[[Code, list[object], dict[str, object]], Result]] = {
    "strftime": _strftime,
    "format": _format,
    "add": _shifted(1),
    "subtract": _shifted(-1),
    "in_timezone": _in_timezone,
    "in_tz": _in_timezone,
    "astimezone": _in_timezone,
    "start_of": _start_of,
    "replace": _replace,
    "date": _date,
    "weekday": _weekday,
    "isoweekday": _isoweekday,
    "timestamp": _timestamp,
}
_OF_DATES = ("strftime", "weekday", "isoweekday", "format", "add", "subtract")


def method_names() -> tuple[str, ...]:
    """The methods of a date that have an exact expression, sorted."""
    return tuple(sorted({*_METHODS, *FORMATS}))


def shift_from_plain(value: object) -> Shift | None:
    """A timedelta as a Shift."""
    if isinstance(value, timedelta) and value.microseconds == 0:
        return Shift(days=value.days, seconds=value.seconds)
    return None


def known_instant(value: object) -> Code | None:
    """A plain datetime as an expression, so that it can meet dates of the run."""
    if isinstance(value, datetime) and value.microsecond == 0:
        zoned = value.isoformat() if value.tzinfo else value.isoformat() + "+00:00"
        return Code(f"date('{zoned}').UTC()", "time")
    return None


__all__ = [
    "ATTRIBUTES",
    "FORMATS",
    "call_time_method",
    "date",
    "known_instant",
    "method_names",
    "plain",
    "shift_from_plain",
    "shift_of",
    "shifted",
    "time",
    "time_member",
]
