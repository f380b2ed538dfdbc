"""Airflow's `airflow.utils.timezone`, with UTC as the default time zone."""

import datetime as airgo_dates
from typing import Any

from airgo.runtime.moments import airgo_dated, airgo_moment, airgo_zone


class airgo_timezone:  # noqa: N801  # stands for a module
    """The module's functions."""

    utc = airgo_dates.timezone.utc

    @staticmethod
    def utcnow() -> Any:
        """Now, in UTC."""
        return airgo_dates.datetime.now(airgo_dates.timezone.utc)

    @staticmethod
    def utc_epoch() -> Any:
        """The beginning of 1970."""
        return airgo_dates.datetime(1970, 1, 1, tzinfo=airgo_dates.timezone.utc)

    @staticmethod
    def is_localized(value: Any) -> bool:
        """Has it a time zone?"""
        return value.utcoffset() is not None

    @staticmethod
    def is_naive(value: Any) -> bool:
        """Has it none?"""
        return value.utcoffset() is None

    @staticmethod
    def make_aware(value: Any, timezone: Any = None) -> Any:
        """Give it a time zone."""
        if not value:
            return None
        if value.utcoffset() is not None:
            raise ValueError(f"make_aware expects a naive datetime, got {value}")
        return value.replace(fold=1, tzinfo=timezone or airgo_dates.timezone.utc)

    @staticmethod
    def make_naive(value: Any, timezone: Any = None) -> Any:
        """Take its time zone away."""
        if value.utcoffset() is None:
            raise ValueError("make_naive() cannot be applied to a naive datetime")
        moved = value.astimezone(timezone or airgo_dates.timezone.utc)
        return airgo_dates.datetime(moved.year, moved.month, moved.day, moved.hour, moved.minute, moved.second, moved.microsecond)

    @staticmethod
    def convert_to_utc(value: Any) -> Any:
        """The same moment in UTC."""
        if value is None:
            return None
        aware = value if value.utcoffset() is not None else value.replace(tzinfo=airgo_dates.timezone.utc)
        return airgo_dated(aware.astimezone(airgo_dates.timezone.utc))

    @staticmethod
    def coerce_datetime(value: Any, tz: Any = None) -> Any:
        """With the methods of the context's dates, and a time zone."""
        if value is None:
            return None
        return airgo_dated(value if value.tzinfo else value.replace(tzinfo=tz or airgo_dates.timezone.utc))

    @staticmethod
    def from_timestamp(timestamp: Any, tz: Any = "UTC") -> Any:
        """The moment so many seconds after the beginning of 1970."""
        return airgo_dated(airgo_dates.datetime.fromtimestamp(timestamp, tz=airgo_zone(tz)))

    @staticmethod
    def datetime(*args: Any, **kwargs: Any) -> Any:
        """A datetime, in UTC unless it is said otherwise."""
        kwargs.setdefault("tzinfo", airgo_dates.timezone.utc)
        return airgo_dates.datetime(*args, **kwargs)

    @staticmethod
    def parse(string: str) -> Any:
        """A moment from ISO 8601 text; pendulum's other notations are a ValueError."""
        return airgo_moment(string)
