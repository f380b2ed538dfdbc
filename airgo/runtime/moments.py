"""Points in time with the methods of pendulum's DateTime that tasks use, for images without pendulum.

Same results as pendulum 3; what is not here raises AttributeError, and what pendulum would word in a language raises TypeError.
"""

import calendar
import datetime as airgo_dates
import re
from typing import Any, Callable, Dict, Optional

AIRGO_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
AIRGO_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
AIRGO_TOKEN = re.compile(
    r"\[([^\[]*)\]|\\(.)|(Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|eo?|E{1,4}|w[o|w]?|W[o|W]?|Qo?|YYYY|YY|Y|gg(ggg?)?|GG(GGG?)?"
    r"|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|LTS|LT|LL?L?L?)"
)


class Interval(airgo_dates.timedelta):
    """The time between two moments. `same_offset`: both stand in zones with one offset from UTC, so that a day has 24 hours."""

    same_offset = True

    def total_minutes(self) -> float:
        """All of it in minutes."""
        return self.total_seconds() / 60

    def total_hours(self) -> float:
        """All of it in hours."""
        return self.total_seconds() / 3600

    def total_days(self) -> float:
        """All of it in days."""
        return self.total_seconds() / 86400

    def in_seconds(self) -> int:
        """Whole seconds."""
        return int(self.total_seconds())

    def in_minutes(self) -> int:
        """Whole minutes."""
        return int(self.total_minutes())

    def in_hours(self) -> int:
        """Whole hours."""
        return int(self.total_hours())

    def in_days(self) -> int:
        """Whole days, towards zero as pendulum counts them."""
        if not self.same_offset:
            raise TypeError("the days between two zones or across a change of clocks are not counted without pendulum")
        return int(self.total_days())

    @property
    def days(self) -> int:
        """Whole days."""
        return self.in_days()

    def __str__(self) -> str:
        """Pendulum words an interval ("2 days 3 hours"); this class does not."""
        raise TypeError("an interval between two dates of the context has no text without pendulum: use total_seconds()")


class DateTime(airgo_dates.datetime):
    """A moment with a time zone."""

    def to_date_string(self) -> str:
        """2024-01-02."""
        return self.strftime("%Y-%m-%d")

    def to_time_string(self) -> str:
        """03:04:05."""
        return self.strftime("%H:%M:%S")

    def to_datetime_string(self) -> str:
        """2024-01-02 03:04:05."""
        return self.to_date_string() + " " + self.to_time_string()

    def to_iso8601_string(self) -> str:
        """ISO 8601, with Z for UTC."""
        text = self.isoformat()
        return text[: -len("+00:00")] + "Z" if self.timezone_name == "UTC" else text

    def to_rfc3339_string(self) -> str:
        """RFC 3339."""
        return self.isoformat()

    def to_atom_string(self) -> str:
        """RFC 3339 without microseconds."""
        return self.replace(microsecond=0).isoformat()

    def __format__(self, spec: str) -> str:
        """Of strftime where there is a percent sign, else of pendulum's tokens."""
        if not spec:
            return str(self)
        return self.strftime(spec) if "%" in spec else self.format(spec)

    def format(self, spec: str) -> str:
        """Text by pendulum's tokens, in English."""
        return AIRGO_TOKEN.sub(lambda found: found[1] or found[2] or airgo_format(self, found[0]), spec)

    def add(self, years: int = 0, months: int = 0, weeks: int = 0, days: int = 0, hours: int = 0, **smaller: Any) -> "DateTime":
        """A later moment: years to days on the calendar of its zone, hours and smaller units in real time."""
        number = self.year * 12 + self.month - 1 + years * 12 + months
        year, month = divmod(number, 12)
        day = min(self.day, calendar.monthrange(year, month + 1)[1])
        dated = airgo_plain(self).replace(year=year, month=month + 1, day=day) + airgo_dates.timedelta(weeks=weeks, days=days)
        return airgo_later(dated, airgo_dates.timedelta(hours=hours, **smaller))

    def subtract(self, **amounts: Any) -> "DateTime":
        """An earlier moment."""
        return self.add(**{unit: -amount for unit, amount in amounts.items()})

    def astimezone(self, tz: Any = None) -> "DateTime":
        """The same moment in another zone, as datetime has it."""
        return airgo_dated(airgo_plain(self).astimezone(tz))

    def in_timezone(self, tz: Any) -> "DateTime":
        """The same moment in another zone."""
        return self.astimezone(airgo_zone(tz))

    in_tz = in_timezone

    def set(self, **parts: Any) -> "DateTime":
        """With other parts."""
        return self.replace(**parts)

    def at(self, hour: int, minute: int = 0, second: int = 0, microsecond: int = 0) -> "DateTime":
        """At another time of the day."""
        return self.replace(hour=hour, minute=minute, second=second, microsecond=microsecond)

    def on(self, year: int, month: int, day: int) -> "DateTime":
        """On another day."""
        return self.replace(year=year, month=month, day=day)

    def naive(self) -> "DateTime":
        """Without its zone."""
        return self.replace(tzinfo=None)

    def start_of(self, unit: str) -> "DateTime":
        """The first moment of the second, minute, hour, day, week, month or year that it is in."""
        parts = ("microsecond", "second", "minute", "hour", "day", "month")
        kept = {"second": 1, "minute": 2, "hour": 3, "day": 4, "week": 4, "month": 5, "year": 6}[unit]
        first = self.subtract(days=self.weekday()) if unit == "week" else self
        smallest: Dict[str, Any] = {part: 1 if part in ("day", "month") else 0 for part in parts[:kept]}
        return first.replace(**smallest)

    def end_of(self, unit: str) -> "DateTime":
        """The last moment of such a unit."""
        following = self.start_of(unit).naive().add(**{unit + "s": 1})
        return following.subtract(microseconds=1).replace(tzinfo=self.tzinfo)

    @property
    def int_timestamp(self) -> int:
        """Whole seconds since 1970."""
        return int(self.timestamp() // 1)

    @property
    def float_timestamp(self) -> float:
        """Seconds since 1970."""
        return self.timestamp()

    @property
    def day_of_week(self) -> int:
        """Monday is 0."""
        return self.weekday()

    @property
    def day_of_year(self) -> int:
        """The first of January is 1."""
        return self.timetuple().tm_yday

    @property
    def week_of_year(self) -> int:
        """ISO's number of the week."""
        return self.isocalendar()[1]

    @property
    def quarter(self) -> int:
        """The quarter of the year, from 1."""
        return (self.month + 2) // 3

    @property
    def days_in_month(self) -> int:
        """How many days its month has."""
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def timezone_name(self) -> Optional[str]:
        """The name of its zone."""
        return getattr(self.tzinfo, "key", None) or self.tzname()

    def diff(self, other: Any, absolute: bool = True) -> Interval:
        """The time to another moment."""
        between = airgo_interval(other, self)
        return airgo_interval(self, other) if absolute and between.total_seconds() < 0 else between

    def __add__(self, other: Any) -> Any:
        """A later moment, in real time."""
        return airgo_later(self, other) if isinstance(other, airgo_dates.timedelta) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        """The time since another moment, or an earlier moment."""
        if isinstance(other, airgo_dates.timedelta):
            return airgo_later(self, -other)
        return airgo_interval(self, other)


def airgo_interval(one: Any, other: Any) -> Interval:
    """The real time from the other moment to the one."""
    ends = [airgo_plain(moment) for moment in (one, other)]
    if one.tzinfo is not None and other.tzinfo is not None:
        ends = [moment.astimezone(airgo_dates.timezone.utc) for moment in ends]
    interval = Interval(0, 0, (ends[0] - ends[1]) // airgo_dates.timedelta(microseconds=1))
    interval.same_offset = one.utcoffset() == other.utcoffset()
    return interval


def airgo_zone(tz: Any) -> Any:
    """A time zone by its name."""
    if not isinstance(tz, str):
        return tz
    if tz == "UTC":
        return airgo_dates.timezone.utc
    import zoneinfo  # noqa: PLC0415  # new in Python 3.9; only named zones need it

    return zoneinfo.ZoneInfo(tz)


def airgo_plain(moment: Any) -> airgo_dates.datetime:
    """The same as a plain datetime, whose arithmetic is that of the wall."""
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond)
    return airgo_dates.datetime(*parts, tzinfo=moment.tzinfo, fold=moment.fold)


def airgo_dated(moment: Any) -> DateTime:
    """A datetime with pendulum's methods."""
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond)
    return DateTime(*parts, tzinfo=moment.tzinfo, fold=moment.fold)


def airgo_later(moment: Any, delta: Any) -> DateTime:
    """A moment so much later in real time; times on the wall that the clocks leave out move on with the clocks."""
    plain = airgo_plain(moment)
    if plain.tzinfo is None:
        return airgo_dated(plain + delta)
    return airgo_dated((plain.astimezone(airgo_dates.timezone.utc) + delta).astimezone(plain.tzinfo))


def airgo_moment(text: str) -> DateTime:
    """A moment from ISO 8601 text."""
    found = DateTime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    return found if found.tzinfo is not None else found.replace(tzinfo=airgo_dates.timezone.utc)


def airgo_ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    return str(number) + ("th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th"))


def airgo_offset(moment: DateTime, separator: str) -> str:
    """+01:00, or nothing for a moment without a zone."""
    offset = moment.utcoffset()
    if offset is None:
        return ""
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return ("-" if offset.total_seconds() < 0 else "+") + f"{hours:02d}{separator}{minutes:02d}"


AIRGO_FORMATS: Dict[str, Callable[[Any], str]] = {
    "YYYY": lambda m: str(m.year),
    "YY": lambda m: str(m.year)[2:],
    "Y": lambda m: str(m.year),
    "Q": lambda m: str(m.quarter),
    "Qo": lambda m: airgo_ordinal(m.quarter),
    "MMMM": lambda m: AIRGO_MONTHS[m.month - 1],
    "MMM": lambda m: AIRGO_MONTHS[m.month - 1][:3],
    "MM": lambda m: f"{m.month:02d}",
    "M": lambda m: str(m.month),
    "Mo": lambda m: airgo_ordinal(m.month),
    "DDDD": lambda m: f"{m.day_of_year:03d}",
    "DDD": lambda m: str(m.day_of_year),
    "DDDo": lambda m: airgo_ordinal(m.day_of_year),
    "DD": lambda m: f"{m.day:02d}",
    "D": lambda m: str(m.day),
    "Do": lambda m: airgo_ordinal(m.day),
    "dddd": lambda m: AIRGO_DAYS[m.weekday()],
    "ddd": lambda m: AIRGO_DAYS[m.weekday()][:3],
    "dd": lambda m: AIRGO_DAYS[m.weekday()][:2],
    "d": lambda m: str(m.isoweekday() % 7),
    "do": lambda m: airgo_ordinal(m.isoweekday() % 7),
    "e": lambda m: str(m.isoweekday() % 7),
    "eo": lambda m: airgo_ordinal(m.isoweekday() % 7 + 1),
    "E": lambda m: str(m.isoweekday()),
    "wo": lambda m: airgo_ordinal(m.week_of_year),
    "HH": lambda m: f"{m.hour:02d}",
    "H": lambda m: str(m.hour),
    "hh": lambda m: f"{m.hour % 12 or 12:02d}",
    "h": lambda m: str(m.hour % 12 or 12),
    "mm": lambda m: f"{m.minute:02d}",
    "m": lambda m: str(m.minute),
    "ss": lambda m: f"{m.second:02d}",
    "s": lambda m: str(m.second),
    "A": lambda m: "PM" if m.hour >= 12 else "AM",
    "X": lambda m: str(m.int_timestamp),
    "x": lambda m: str(m.int_timestamp * 1000 + m.microsecond // 1000),
    "zz": lambda m: m.tzname() or "",
    "z": lambda m: m.timezone_name or "",
    "Z": lambda m: airgo_offset(m, ":"),
    "ZZ": lambda m: airgo_offset(m, ""),
    "LTS": lambda m: m.format("h:mm:ss A"),
    "LT": lambda m: m.format("h:mm A"),
    "L": lambda m: m.format("MM/DD/YYYY"),
    "LL": lambda m: m.format("MMMM D, YYYY"),
    "LLL": lambda m: m.format("MMMM D, YYYY h:mm A"),
    "LLLL": lambda m: m.format("dddd, MMMM D, YYYY h:mm A"),
}


def airgo_format(moment: DateTime, token: str) -> str:
    """What one token prints; pendulum prints those that it does not know."""
    if token in ("S", "SS", "SSS", "SSSS", "SSSSS", "SSSSSS"):
        return f"{moment.microsecond:06d}"[: len(token)]
    return AIRGO_FORMATS[token](moment) if token in AIRGO_FORMATS else token
