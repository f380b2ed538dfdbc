"""Cron expressions as Airflow (croniter) reads them: presets, and what is no expression."""

from __future__ import annotations

import re

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of week", 0, 7, DAYS),
    ("second", 0, 59, ()),
)
STEP = re.compile(r"^(?P<range>[^/]+)(?:/(?P<step>\d+))?$")


def written_out(cron: str) -> str:
    """A preset as its five fields; any other text with single spaces."""
    return PRESETS.get(cron.strip(), " ".join(cron.split()))


def problem_of(cron: str) -> str | None:
    """Why the text is no cron expression; None when it is one. A sixth field counts seconds."""
    fields = cron.split()
    if len(fields) not in (5, 6):
        return f"it has {len(fields)} field{'' if len(fields) == 1 else 's'} instead of 5"
    for text, (name, lowest, highest, names) in zip(fields, FIELDS, strict=False):
        for part in text.split(","):
            problem = part_problem(part, lowest, highest, list(names), name)
            if problem is not None:
                return problem
    return None


def part_problem(part: str, lowest: int, highest: int, names: list[str], field: str) -> str | None:
    """Why one element of a field's list is wrong."""
    if (
        field == "day of week"
        and re.fullmatch(r"(?i)(l?[0-7]|l?[a-z]{3}|[0-7]#[1-5]|[a-z]{3}#[1-5]|l)", part)
        and ("#" in part or part[:1] in "lL")
    ):
        return None
    if field == "day of month" and part in ("l", "L"):
        return None
    found = STEP.match(part)
    if found is None or found["step"] == "0":
        return f"{part!r} is no value of the {field}"
    body = found["range"]
    if body in ("*", "?"):
        return None
    ends = body.split("-")
    if len(ends) > 2:
        return f"{part!r} is no value of the {field}"
    for end in ends:
        value = number_of(end, lowest, names)
        if value is None or not lowest <= value <= highest:
            return f"{end!r} is no value of the {field}"
    return None


def number_of(text: str, lowest: int, names: list[str]) -> int | None:
    """The number of a value or name."""
    if text.isdigit():
        return int(text)
    return names.index(text.lower()) + lowest if text.lower() in names else None
