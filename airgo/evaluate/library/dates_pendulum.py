"""pendulum: its datetimes are plain aware datetimes with a zone of the IANA database, its durations timedeltas."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.library.dates import in_zone, zone
from airgo.evaluate.library.not_reproducible import clock
from airgo.evaluate.models import METHODS, MODULES, constant, lift, models, pure
from airgo.evaluate.objects import Call, PythonError
from airgo.values import ExternCall

MODULES.add("pendulum")
NAMES = {"DateTime": datetime, "Date": date, "Time": time, "Duration": timedelta, "Timezone": ZoneInfo}
for _name, _type in NAMES.items():
    plain_type(f"pendulum.{_name}", _type)
plain_type("pendulum.datetime.DateTime", datetime)
plain_type("pendulum.tz.timezone.Timezone", ZoneInfo)
constant("pendulum.UTC", ZoneInfo("UTC"))
for _number, _day in enumerate(("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")):
    constant(f"pendulum.{_day}", _number)


def as_zone(tz: object) -> tzinfo | None:
    """A zone given by name, by offset in hours, or as itself."""
    if isinstance(tz, str):
        return ZoneInfo("UTC") if tz.upper() == "UTC" else zone(tz)
    return tz if isinstance(tz, tzinfo) else None


@pure("pendulum.timezone", "pendulum.tz.timezone")
def timezone(name: str) -> object:
    """`pendulum.timezone(name)`."""
    return as_zone(name)


@pure("pendulum.tz.timezone.Timezone", "pendulum.Timezone")
def timezone_class(key: str) -> object:
    """`pendulum.Timezone(name)`."""
    return as_zone(key)


@pure("pendulum.datetime", "pendulum.create", "pendulum.DateTime", "pendulum.datetime.DateTime")
def datetime_(year: int, month: int = 1, day: int = 1, *rest: object, **parts: object) -> object:
    """`pendulum.datetime(...)`: UTC unless a zone is given."""
    given = {**dict(zip(CLOCK_PARTS, rest, strict=False)), **parts}
    tz = given.pop("tzinfo", None) or given.pop("tz", "UTC")
    numbers = {name: value for name, value in given.items() if isinstance(value, int)}
    if len(numbers) != len(given):
        raise TypeError("parts of a time that are no numbers")
    return datetime(year, month, day, tzinfo=as_zone(tz), **numbers)


CLOCK_PARTS = ("hour", "minute", "second", "microsecond", "tz")


@pure("pendulum.naive")
def naive(year: int, month: int, day: int, *rest: int) -> object:
    """`pendulum.naive(...)`."""
    return datetime(year, month, day, **dict(zip(CLOCK_PARTS, rest, strict=False)))  # type: ignore[arg-type]  # numbers


@pure("pendulum.date", "pendulum.Date")
def date_(year: int, month: int, day: int) -> object:
    """`pendulum.date(...)`."""
    return date(year, month, day)


@pure("pendulum.time", "pendulum.Time")
def time_(hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> object:
    """`pendulum.time(...)`."""
    return time(hour, minute, second, microsecond)


@models("pendulum.duration", "pendulum.Duration")
def duration(call: Call) -> object:
    """`pendulum.duration(...)`: a timedelta; with years or months, data as `relativedelta` is."""
    if call.kwargs.get("years") or call.kwargs.get("months"):
        return ExternCall("dateutil.relativedelta.relativedelta", call.args, dict(call.kwargs), call.place)
    return DURATION(call)


DURATION = lift(timedelta, "datetime.timedelta")


@models("pendulum.now", "pendulum.today", "pendulum.yesterday", "pendulum.tomorrow", "pendulum.DateTime.now", "pendulum.DateTime.utcnow")
def now(call: Call) -> object:
    """The clock of the machine that would load the file."""
    return clock(call, call.name)


@pure("pendulum.parse")
def parse(text: str, tz: object = "UTC", strict: bool = True, **options: object) -> object:
    """`pendulum.parse(text)`: ISO 8601; UTC unless the text or `tz` says otherwise."""
    if options.get("exact") is True and len(text) == len("2024-01-01"):
        return date.fromisoformat(text)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise PythonError("pendulum.parsing.exceptions.ParserError", str(error)) from error
    return found if found.tzinfo else found.replace(tzinfo=as_zone(tz))


@pure("pendulum.instance")
def instance(obj: datetime, tz: object = "UTC") -> object:
    """`pendulum.instance(dt)`."""
    return obj if obj.tzinfo else obj.replace(tzinfo=as_zone(tz))


@pure("pendulum.from_timestamp")
def from_timestamp(timestamp: float, tz: object = "UTC") -> object:
    """`pendulum.from_timestamp(s)`."""
    return datetime.fromtimestamp(timestamp, UTC).astimezone(as_zone(tz))


def months_later(moment: datetime, months: int) -> datetime:
    """The same day some months later, or the last day of that month."""
    count = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(count, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def add(moment: datetime, years: int = 0, months: int = 0, weeks: int = 0, days: int = 0, **clock_parts: float) -> datetime:
    """`dt.add(...)`: days and more by the calendar, hours and less by the clock."""
    found = months_later(moment, years * 12 + months) + timedelta(weeks=weeks, days=days)
    exact = timedelta(**clock_parts)
    if not exact or found.tzinfo is None:
        return found + exact
    return (found.astimezone(UTC) + exact).astimezone(found.tzinfo)


def subtract(moment: datetime, **amounts: int) -> datetime:
    """`dt.subtract(...)`."""
    return add(moment, **{name: -amount for name, amount in amounts.items()})


def start_of(moment: datetime, unit: str) -> datetime:
    """`dt.start_of(unit)`."""
    if unit == "week":
        return start_of(moment, "day") - timedelta(days=moment.weekday())
    order = ("year", "month", "day", "hour", "minute", "second")
    if unit not in order:
        raise ValueError(f"invalid unit {unit!r} for start_of()")
    starts = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    return moment.replace(**{name: value for name, value in starts.items() if name not in order[: order.index(unit) + 1]})  # type: ignore[arg-type]


def end_of(moment: datetime, unit: str) -> datetime:
    """`dt.end_of(unit)`."""
    start = start_of(moment, unit)
    following = add(start, **{f"{unit}s": 1})
    return following - timedelta(microseconds=1)


def in_timezone(moment: datetime, tz: object = None) -> datetime:
    """`dt.in_timezone(name)`."""
    return in_zone(moment, as_zone(tz))


def without_zone(moment: datetime) -> datetime:
    """`dt.naive()`."""
    return moment.replace(tzinfo=None)


def at(moment: datetime, hour: int, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    """`dt.at(hour, …)`."""
    return moment.replace(hour=hour, minute=minute, second=second, microsecond=microsecond)


def on(moment: datetime, year: int, month: int, day: int) -> datetime:
    """`dt.on(year, month, day)`."""
    return moment.replace(year=year, month=month, day=day)


def set_(moment: datetime, tz: object = None, **parts: int) -> datetime:
    """`dt.set(hour=…)`."""
    changed = moment.replace(**parts)  # type: ignore[arg-type]  # the program's own parts
    return changed.replace(tzinfo=as_zone(tz)) if tz is not None else changed


TOKENS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def form(moment: datetime, tokens: str) -> str:
    """`dt.format("YYYY-MM-DD")`: the numeric tokens."""
    rest = tokens
    for token, directive in TOKENS.items():
        rest = rest.replace(token, directive)
    if any(sign.isalpha() for sign in "".join(rest.split("%Y")).translate(str.maketrans("", "", "ymdHMST"))):
        raise ValueError(f"the format {tokens!r} is not modelled")
    return moment.strftime(rest)


DATETIME_METHODS: dict[str, Callable[..., object]] = {
    "add": add,
    "subtract": subtract,
    "start_of": start_of,
    "end_of": end_of,
    "in_timezone": in_timezone,
    "in_tz": in_timezone,
    "naive": without_zone,
    "at": at,
    "on": on,
    "set": set_,
    "format": form,
    "to_date_string": lambda moment: moment.strftime("%Y-%m-%d"),
    "to_datetime_string": lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"),
    "to_time_string": lambda moment: moment.strftime("%H:%M:%S"),
    "to_iso8601_string": lambda moment: moment.isoformat().replace("+00:00", "Z"),
}
for _name, _function in DATETIME_METHODS.items():
    METHODS[datetime][_name] = lift(_function, f".{_name}")


def zone_datetime(tz: tzinfo, year: int, month: int, day: int, *rest: int) -> datetime:
    """`pendulum.timezone(name).datetime(...)`."""
    return datetime(year, month, day, tzinfo=tz, **dict(zip(CLOCK_PARTS, rest, strict=False)))


def localize(tz: tzinfo, moment: datetime, is_dst: object = False) -> datetime:
    """`pytz.timezone(name).localize(dt)`."""
    return moment.replace(tzinfo=tz)


def normalize(tz: tzinfo, moment: datetime) -> datetime:
    """`pytz.timezone(name).normalize(dt)`, `pendulum.timezone(name).convert(dt)`."""
    return moment.astimezone(tz) if moment.tzinfo else moment.replace(tzinfo=tz)


ZONE_METHODS: dict[str, Callable[..., object]] = {
    "datetime": zone_datetime,
    "localize": localize,
    "normalize": normalize,
    "convert": normalize,
}
for _name, _zone_function in ZONE_METHODS.items():
    METHODS[ZoneInfo][_name] = lift(_zone_function, f".{_name}")
    METHODS[type(UTC)][_name] = lift(_zone_function, f".{_name}")
