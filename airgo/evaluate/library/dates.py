"""datetime and zoneinfo: plain values of Python's own types; the clock stays a symbol."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.library.not_reproducible import clock
from airgo.evaluate.models import METHODS, constant, lift, models, pure, pure_methods
from airgo.evaluate.objects import Call

for _type in (datetime, date, time, timedelta, timezone, tzinfo):
    plain_type(f"datetime.{_type.__name__}", _type)
    constant(f"datetime.{_type.__name__}.min", getattr(_type, "min", None))
    constant(f"datetime.{_type.__name__}.max", getattr(_type, "max", None))
plain_type("zoneinfo.ZoneInfo", zoneinfo.ZoneInfo)
constant("datetime.timezone.utc", UTC)
constant("datetime.UTC", UTC)
constant("datetime.MINYEAR", 1)
constant("datetime.MAXYEAR", 9999)

for _type in (datetime, date, time, timedelta, timezone):
    models(f"datetime.{_type.__name__}")(lift(_type))


pure_methods(timedelta, "total_seconds")
pure_methods(date, "isoformat", "weekday", "isoweekday", "isocalendar", "toordinal", "strftime", "replace", "timetuple", "ctime")
pure_methods(
    datetime,
    "isoformat",
    "strftime",
    "replace",
    "date",
    "time",
    "timetz",
    "utcoffset",
    "dst",
    "tzname",
    "timetuple",
    "utctimetuple",
    "ctime",
)
pure_methods(time, "isoformat", "strftime", "replace", "utcoffset", "dst", "tzname")
pure_methods(timezone, "utcoffset", "tzname", "dst")
pure_methods(zoneinfo.ZoneInfo, "utcoffset", "tzname", "dst")


@models("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today")
def now(call: Call) -> object:
    """The clock of the machine that would load the file."""
    return clock(call, call.name.removeprefix("datetime."))


@pure("datetime.datetime.strptime")
def strptime(text: str, form: str) -> object:
    """`datetime.strptime(text, format)`."""
    return datetime.strptime(text, form)


@pure("datetime.datetime.fromisoformat")
def fromisoformat(text: str) -> object:
    """`datetime.fromisoformat(text)`."""
    return datetime.fromisoformat(text)


@pure("datetime.date.fromisoformat")
def date_fromisoformat(text: str) -> object:
    """`date.fromisoformat(text)`."""
    return date.fromisoformat(text)


@pure("datetime.time.fromisoformat")
def time_fromisoformat(text: str) -> object:
    """`time.fromisoformat(text)`."""
    return time.fromisoformat(text)


@pure("datetime.datetime.fromtimestamp")
def fromtimestamp(seconds: float, tz: tzinfo | None = None) -> object:
    """`datetime.fromtimestamp(s, tz)`; without a zone, the deployment's: Airflow's own default, UTC."""
    return datetime.fromtimestamp(seconds, tz or UTC).replace(tzinfo=tz)


@pure("datetime.datetime.utcfromtimestamp")
def utcfromtimestamp(seconds: float) -> object:
    """`datetime.utcfromtimestamp(s)`."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


@pure("datetime.date.fromordinal", "datetime.datetime.fromordinal")
def fromordinal(number: int) -> object:
    """`date.fromordinal(n)`."""
    return date.fromordinal(number)


@pure("datetime.date.fromisocalendar")
def fromisocalendar(year: int, week: int, day: int) -> object:
    """`date.fromisocalendar(year, week, day)`."""
    return date.fromisocalendar(year, week, day)


@pure("datetime.datetime.combine")
def combine(date: date, time: time, tzinfo: tzinfo | None = None) -> object:
    """`datetime.combine(date, time)`."""
    return datetime.combine(date, time) if tzinfo is None else datetime.combine(date, time, tzinfo)


def epoch_seconds(moment: datetime) -> float:
    """`dt.timestamp()`: a naive time is taken for UTC, as an Airflow deployment's clock is."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def in_zone(moment: datetime, tz: tzinfo | None = None) -> datetime:
    """`dt.astimezone(tz)`; naive times and a missing zone are UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(tz or UTC)


def zone(key: str) -> zoneinfo.ZoneInfo:
    """A zone of the IANA database. Raises ValueError as the program would its ZoneInfoNotFoundError."""
    try:
        return zoneinfo.ZoneInfo(key)
    except (zoneinfo.ZoneInfoNotFoundError, IsADirectoryError) as error:
        raise KeyError(f"No time zone found with key {key}") from error


models("zoneinfo.ZoneInfo", "backports.zoneinfo.ZoneInfo")(lift(zone))

METHODS[datetime]["timestamp"] = lift(epoch_seconds, ".timestamp")
METHODS[datetime]["astimezone"] = lift(in_zone, ".astimezone")
