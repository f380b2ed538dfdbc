"""Airflow's `days_ago`."""

import datetime as airgo_dates

from airgo.runtime.moments import DateTime


def days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> DateTime:
    """The beginning of the day `n` days ago, in UTC, or that time of it."""
    today = DateTime.now(airgo_dates.timezone.utc).at(hour, minute, second, microsecond)
    return today.subtract(days=n)
