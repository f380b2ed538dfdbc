"""dateutil, pytz, calendar and time: zones, parsing, and the calendar."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from datetime import timezone as fixed_zone
from zoneinfo import ZoneInfo

from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.library.dates import zone
from airgo.evaluate.models import constant, pure

FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y", "%b %d %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y%m%dT%H%M%S")


@pure("dateutil.parser.parse", "dateutil.parser.isoparse")
def parse(timestr: str, **options: object) -> object:
    """`dateutil.parser.parse(text)`, where the text is ISO 8601 or says which number is which."""
    try:
        return datetime.fromisoformat(timestr.strip())
    except ValueError:
        for form in FORMS:
            try:
                return datetime.strptime(timestr.strip(), form)
            except ValueError:
                continue
        raise


@pure("dateutil.tz.gettz", "pytz.timezone")
def gettz(name: str) -> object:
    """`dateutil.tz.gettz(name)`, `pytz.timezone(name)`."""
    return ZoneInfo("UTC") if name.upper() == "UTC" else zone(name)


@pure("dateutil.tz.tzutc")
def tzutc() -> object:
    """`dateutil.tz.tzutc()`."""
    return UTC


@pure("dateutil.tz.tzoffset")
def tzoffset(name: str | None, offset: object) -> object:
    """`dateutil.tz.tzoffset(name, seconds)`."""

    return fixed_zone(offset if isinstance(offset, timedelta) else timedelta(seconds=float(str(offset))))


constant("dateutil.tz.UTC", UTC)
constant("pytz.utc", ZoneInfo("UTC"))
constant("pytz.UTC", ZoneInfo("UTC"))
plain_type("pytz.tzinfo.BaseTzInfo", ZoneInfo)


@pure("calendar.monthrange")
def monthrange(year: int, month: int) -> object:
    """`calendar.monthrange(year, month)`."""
    first, days = calendar.monthrange(year, month)
    return int(first), days


@pure("calendar.isleap")
def isleap(year: int) -> object:
    """`calendar.isleap(year)`."""
    return calendar.isleap(year)


@pure("calendar.timegm")
def timegm(parts: tuple[int, ...]) -> object:
    """`calendar.timegm(struct)`."""
    return calendar.timegm(parts)


for _name in ("day_name", "day_abbr", "month_name", "month_abbr"):
    constant(f"calendar.{_name}", tuple(getattr(calendar, _name)))
for _number, _name in enumerate(("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")):
    constant(f"calendar.{_name}", _number)
