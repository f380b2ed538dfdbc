"""The dates of the context, compared with pendulum's own."""

from __future__ import annotations

import datetime
import random
from itertools import pairwise

import pendulum
import pytest

from airgo.runtime.dates import days_ago
from airgo.runtime.moments import AIRGO_FORMATS, DateTime, airgo_dated, airgo_moment

ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata")
TOKENS = (*AIRGO_FORMATS, "S", "SSSSSS", "SSSSSSS", "EE", "w", "W", "GG", "k", "a", "[at]", "\\d", "at")
TEXTS = ("to_date_string", "to_time_string", "to_datetime_string", "to_iso8601_string", "to_rfc3339_string", "to_atom_string", "isoformat")
NUMBERS = ("int_timestamp", "float_timestamp", "day_of_week", "day_of_year", "week_of_year", "quarter", "days_in_month", "timezone_name")
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
AMOUNTS: tuple[dict[str, int], ...] = (
    {"days": 1},
    {"months": 1},
    {"years": -1, "months": 5},
    {"weeks": 2, "hours": 5},
    {"minutes": 90},
    {"seconds": -3},
    {"days": -200},
    {"hours": 4000},
    {"microseconds": 7},
)
DELTAS = (datetime.timedelta(days=1, hours=3), datetime.timedelta(hours=-7))


def pairs(number: int) -> list[tuple[DateTime, pendulum.DateTime]]:
    """Moments of ours and the same of pendulum's."""
    chosen = random.Random(7)
    found = []
    for _ in range(number):
        zone = chosen.choice(ZONES)
        theirs = pendulum.from_timestamp(chosen.randint(0, 2**31), zone).set(microsecond=chosen.choice([0, 5, 123456]))
        found.append((airgo_moment(theirs.in_timezone("UTC").isoformat()).in_timezone(zone), theirs))
    return found


@pytest.mark.parametrize(("ours", "theirs"), pairs(60))
def test_a_date_does_what_pendulums_does(ours: DateTime, theirs: pendulum.DateTime) -> None:
    """Texts, numbers, formats and calculations are equal, over changes of clocks too."""
    assert str(ours) == str(theirs)
    assert f"{ours:YYYY}{ours:%d}{ours}" == f"{theirs:YYYY}{theirs:%d}{theirs}"
    for name in TEXTS:
        assert getattr(ours, name)() == getattr(theirs, name)(), name
    for name in NUMBERS:
        assert getattr(ours, name) == getattr(theirs, name), name
    for token in TOKENS:
        assert ours.format(token) == theirs.format(token), token
    for unit in UNITS:
        assert (str(ours.start_of(unit)), str(ours.end_of(unit))) == (str(theirs.start_of(unit)), str(theirs.end_of(unit)))
    for amount in AMOUNTS:
        assert (str(ours.add(**amount)), str(ours.subtract(**amount))) == (str(theirs.add(**amount)), str(theirs.subtract(**amount)))
    for delta in DELTAS:
        assert [str(one) for one in (ours + delta, delta + ours, ours - delta)] == [str(theirs + delta)] * 2 + [str(theirs - delta)]
    assert str(ours.in_tz("Asia/Tokyo")) == str(theirs.in_timezone("Asia/Tokyo"))
    assert str(ours.at(3, 4)) + str(ours.on(2023, 4, 5)) == str(theirs.at(3, 4)) + str(theirs.on(2023, 4, 5))
    assert str(ours.naive()) + str(ours.set(minute=3)) == str(theirs.naive()) + str(theirs.set(minute=3))
    assert ours.naive().format("Z") == ""
    assert str(ours.naive().add(hours=2)) == str(theirs.naive().add(hours=2))


def test_the_time_between_two_dates_is_counted_as_pendulum_counts_it() -> None:
    """Totals are equal; days are counted where a day has 24 hours, and refused where it may not."""
    moments = pairs(40)
    refused = 0
    for (ours, theirs), (other, their_other) in pairwise(moments):
        mine, their = ours - other, theirs - their_other
        for name in ("total_seconds", "total_minutes", "total_hours", "total_days", "in_seconds", "in_minutes", "in_hours"):
            assert getattr(mine, name)() == getattr(their, name)()
        assert ours.diff(other).total_seconds() == theirs.diff(their_other).total_seconds()
        assert ours.diff(other, absolute=False).total_seconds() == theirs.diff(their_other, False).total_seconds()
        if mine.same_offset:
            assert mine.days == their.days
            continue
        refused += 1
        with pytest.raises(TypeError, match="without pendulum"):
            mine.in_days()
    assert 0 < refused < len(moments)
    assert (moments[0][0].naive() - moments[1][0].naive()).same_offset
    with pytest.raises(TypeError, match="no text"):
        str(moments[0][0] - moments[1][0])
    with pytest.raises(TypeError):
        moments[0][0] + 1  # type: ignore[operator]


def test_moments_are_read_from_iso_text() -> None:
    """Z and nothing mean UTC."""
    assert airgo_moment("2024-01-02T00:00:00Z") == airgo_moment("2024-01-02") == airgo_moment("2024-01-02T01:00:00+01:00")
    zoned = airgo_dated(datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC))
    assert str(zoned.in_timezone(datetime.timezone(datetime.timedelta(hours=-3)))) == "2024-01-01 21:00:00-03:00"
    assert zoned.in_timezone(datetime.timezone(datetime.timedelta(hours=-3))).format("Z") == "-03:00"


def test_days_ago_begins_a_day() -> None:
    """The beginning of a day in UTC, or the time of it that is asked for."""
    today = days_ago(0)
    assert (today.hour, today.minute, today.second, today.microsecond, today.timezone_name) == (0, 0, 0, 0, "UTC")
    assert days_ago(2, hour=3) in (today.subtract(days=2).at(3), today.subtract(days=1).at(3))
