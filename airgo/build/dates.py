"""Dates of DAGs: the timezone that Airflow takes from a start date, and dates written as text."""

from __future__ import annotations

import datetime

from airgo.values import ExternCall, Operation

UTC_NAMES = frozenset({"utc", "UTC", "Etc/UTC", "Z", "+00:00"})


def timezone_name(value: object) -> str | None:
    """The name of a timezone: text, a tzinfo, or a call such as `pendulum.timezone("Europe/Paris")`; None when it is not known."""
    if isinstance(value, str):
        return "UTC" if value in UTC_NAMES else value
    if isinstance(value, ExternCall):
        inner = value.args[0] if value.args else next(iter(value.kwargs.values()), None)
        return timezone_name(inner)
    if isinstance(value, Operation):
        return None
    if not isinstance(value, datetime.tzinfo):
        return None
    for attribute in ("key", "zone", "name"):
        found = getattr(value, attribute, None)
        if isinstance(found, str):
            return "UTC" if found in UTC_NAMES else found
    offset = value.utcoffset(None)
    if offset is None:
        return None
    if not offset:
        return "UTC"
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def as_datetime(value: object) -> object:
    """A date written as text or as a date, as a datetime; anything else as it is."""
    if isinstance(value, str):
        try:
            return datetime.datetime.fromisoformat(value.strip())
        except ValueError:
            return value
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime(value.year, value.month, value.day)
    return value


def timezone_of(start: object, default: str) -> str:
    """The timezone of a DAG: that of its start date, else Airflow's default."""
    if isinstance(start, datetime.datetime) and start.tzinfo is not None:
        return timezone_name(start.tzinfo) or default
    if isinstance(start, ExternCall):
        found = start.kwargs.get("tz", start.kwargs.get("tzinfo"))
        return timezone_name(found) or default
    return default


def in_utc(value: object, timezone: str) -> object:
    """A known date with a timezone; one without is taken in Airflow's default, which is UTC unless the deployment says otherwise."""
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=datetime.UTC)
    return value
