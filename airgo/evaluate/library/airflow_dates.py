"""airflow.utils.timezone and airflow.utils.dates: datetimes in UTC, and dates that count from the clock."""

from __future__ import annotations

import datetime

from airgo.evaluate.models import constant, models, pure
from airgo.evaluate.objects import Call
from airgo.values import Operation, Symbol

constant("airflow.sdk.timezone.utc", datetime.UTC)


@pure("airflow.sdk.timezone.datetime")
def utc_datetime(*args: int, **kwargs: int) -> object:
    """`timezone.datetime(2024, 1, 1)`: in UTC unless a zone is given."""
    return datetime.datetime(*args, **{"tzinfo": datetime.UTC, **kwargs})  # type: ignore[arg-type]  # whatever datetime takes


@pure("airflow.sdk.timezone.parse")
def parse(string: str, timezone: object = None, *, strict: bool = False) -> object:
    """`timezone.parse("2024-01-01")`: in UTC unless the text says otherwise."""
    found = datetime.datetime.fromisoformat(string)
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


@pure("airflow.sdk.timezone.make_aware", "airflow.sdk.timezone.convert_to_utc", "airflow.sdk.timezone.coerce_datetime")
def aware(value: datetime.datetime | None, timezone: datetime.tzinfo | None = None) -> object:
    """`timezone.make_aware(dt)`: a naive datetime is taken in UTC unless a zone is given."""
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=timezone or datetime.UTC)


@pure("airflow.sdk.timezone.make_naive")
def naive(value: datetime.datetime, timezone: datetime.tzinfo | None = None) -> object:
    """`timezone.make_naive(dt)`."""
    return value.astimezone(timezone or datetime.UTC).replace(tzinfo=None)


@pure("airflow.sdk.timezone.is_naive")
def is_naive(value: datetime.datetime) -> bool:
    """`timezone.is_naive(dt)`."""
    return value.tzinfo is None


@models("airflow.sdk.timezone.utcnow")
def utcnow(call: Call) -> Symbol:
    """`timezone.utcnow()`: the clock."""
    return Symbol("now", "utcnow", place=call.place)


@models("airflow.utils.dates.days_ago")
def days_ago(call: Call) -> object:
    """`days_ago(n)`: midnight, n days before the file is read; never a known value."""
    return Operation("days_ago", (Symbol("now", "today", place=call.place), call.argument(0, "n")), call.place)
