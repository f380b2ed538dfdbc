"""The timetables that both engines are asked about: every form of schedule, as the DAG file writes it, and the file that holds them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

CRONS = (
    "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@midnight", "@annually",
    "0 3 * * *", "30 2 * * *", "30 1 * * *", "15 6,18 * * *", "0 9-17 * * 1-5", "*/15 * * * *", "*/7 * * * *", "5/20 * * * *",
    "0 */6 * * *", "0 */5 * * *", "30 */2 * * *", "0 0-23 * * *", "0 0-23/1 * * 2", "0 5 * * 7", "0 5 * * 5-7", "0 5 * * 0-7",
    "0 12 * * fri-mon", "0 12 * * FRI-MON", "30 6 * * MON-FRI", "30 6 * * mon,wed,FRI", "0 22-2 * * *", "50-10 4 * * *",
    "0 0 1-31 * 1", "0 0 */1 * 1", "0 0 13 * 5", "0 0 ? * 1", "0 0 1,15 * 3", "0 0 * nov-feb *", "0 0 1 JAN,apr,Jul,OCT *",
    "0 0 28-3/2 * *", "0 0 */2 * *", "0 0 */2 * 1", "0 0 * * */2", "0 0 29 2 *", "0 0 31 * *", "0 0 30 * *",
    "15,45 8-18/2 * * 1-5", "0 0 1 */3 *", "0 9 * * 1,7", "0 0 3 1 * 0", "0 0 L * *", "30 12 L * *", "0 9 * * fri#2", "0 9 * * 5#1,3#3",
    "0 9 * * L5", "0 9 * * 1#5", "0 0 * * 0 0", "0 6 l 2 *", "0 0 1,L * *", "0 8,20 L * *", "59 23 31 12 *", "* * * * *",
)  # fmt: skip
"""Cron texts that Airflow takes."""

REFUSED_CRONS = ("*/15 * * * * *", "0 0 * * * 30", "0 0 * * * */10")
"""Cron texts with ticks within a minute, which no cron of Argo's says."""

DELTAS = (
    "timedelta(hours=1)", "timedelta(hours=6)", "timedelta(hours=7)", "timedelta(minutes=5)", "timedelta(minutes=45)",
    "timedelta(minutes=90)", "timedelta(minutes=25)", "timedelta(days=1)", "timedelta(days=2)", "timedelta(days=3, hours=12)",
    "timedelta(weeks=1)", "timedelta(weeks=2)", "relativedelta(months=1)", "relativedelta(months=3)", "relativedelta(days=2)",
    "relativedelta(weeks=1)", "relativedelta(hours=8)", "relativedelta(years=1)", "relativedelta(months=5)",
    "relativedelta(months=1, days=1)", "timedelta(seconds=90)",
)  # fmt: skip
"""Periods."""

EVENTS = (
    'EventsTimetable([pendulum.datetime(2027, 3, 28, 1, 30), pendulum.datetime(2027, 5, 1, 6, tz="Europe/Amsterdam"), '
    "pendulum.datetime(2029, 5, 1, 4), pendulum.datetime(2028, 12, 31, 23, 59)])"
)
TIMETABLES = (
    'CronTriggerTimetable("0 4 * * 1-5", timezone="{zone}")',
    'CronTriggerTimetable("30 6 * * *", timezone="{zone}", interval=timedelta(hours=6))',
    'CronDataIntervalTimetable("0 4 * * 1-5", timezone="{zone}")',
    "DeltaTriggerTimetable(timedelta(hours=8))",
    "DeltaDataIntervalTimetable(timedelta(hours=8))",
    EVENTS,
)
"""Timetables that both lines of Airflow have."""
TIMETABLES_OF_3 = (
    'MultipleCronTriggerTimetable("0 4 * * *", "30 16 * * 1-5", timezone="{zone}")',
    'MultipleCronTriggerTimetable("0 0 L * *", "0 0 1 * *", timezone="{zone}")',
)

STARTS = {
    "UTC": ("2024-01-31T10:30",),
    "Europe/Amsterdam": ("2024-10-24T02:00", "2027-03-26T00:00"),
    "America/New_York": ("2024-03-07T10:30", "2027-11-05T13:45"),
}
"""Start dates on each zone's clocks: before and after 2026, before both changes of clocks."""
LONG_PAST, SEEN = "2024-03-05T01:30", datetime(2026, 6, 12, 8, 17, 30, tzinfo=UTC)
"""A start date, and when a scheduler first sees the DAG that does not catch up."""
ENDS = ("2027-02-03T04:00", "2027-02-20T00:00")
"""A start date and an end date."""

STRANGE_ZONES = {
    "Africa/Cairo": ("2027-04-28T01:30", "2027-10-27T01:30"),
    "Australia/Lord_Howe": ("2027-04-02T01:30", "2027-10-01T01:30"),
    "Asia/Beirut": ("2027-03-26T01:30", "2027-10-29T01:30"),
    "Pacific/Chatham": ("2027-04-02T01:30", "2027-09-24T01:30"),
    "America/Santiago": ("2027-04-02T01:30", "2027-09-03T01:30"),
    "Asia/Kolkata": ("2027-04-02T01:30",),
}
"""Zones whose clocks skip midnight, change by half an hour or within an hour, or stand half an hour off, and start dates before."""
IN_STRANGE_ZONES = (
    "@hourly", "@daily", "0 3 * * *", "30 2 * * *", "*/15 * * * *", "15 6,18 * * *", "0 0 * * */2", "0 0-23/1 * * 2", "0 5 * * 7",
    "0 9 * * 1,7", "0 0 L * *",
)  # fmt: skip

IMPORTS = {
    "2": """\
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.timetables.events import EventsTimetable
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable, DeltaTriggerTimetable
""",
    "3": """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, CronDataIntervalTimetable, CronTriggerTimetable, DeltaDataIntervalTimetable, DeltaTriggerTimetable
from airflow.sdk import MultipleCronTriggerTimetable
from airflow.timetables.events import EventsTimetable  # what airflow.sdk gives cannot be read back in 3.3.2
""",
}
ALWAYS = """\
from datetime import datetime, timedelta

import pendulum
from dateutil.relativedelta import relativedelta
"""


@dataclass(frozen=True)
class Case:
    """One DAG: its schedule as Python text, and the arguments that its dates follow from. `now`: when a scheduler first sees it."""

    dag_id: str
    schedule: str
    zone: str
    start: str
    catchup: bool
    end: str | None = None
    now: datetime | None = None

    @property
    def source(self) -> str:
        """The DAG, as a person writes it."""
        bounds = f"start_date={self._instant(self.start)}" + (f", end_date={self._instant(self.end)}" if self.end else "")
        return (
            f"with DAG({self.dag_id!r}, schedule={self.schedule}, {bounds}, catchup={self.catchup}) as dag:\n"
            '    EmptyOperator(task_id="only")\ndags.append(dag)\n'
        )

    def _instant(self, text: str) -> str:
        moment = datetime.fromisoformat(text)
        parts = ", ".join(str(part) for part in (moment.year, moment.month, moment.day, moment.hour, moment.minute))
        return f"pendulum.datetime({parts}, tz={self.zone!r})"


def file_of(version: str, cases: list[Case]) -> str:
    """A DAG file of all the cases, for one line of Airflow."""
    return "\n".join([ALWAYS + IMPORTS[version] + "\ndags = []\n", *(case.source for case in cases)])


def schedules(version: str, zone: str) -> list[str]:
    """Every schedule as Python text."""
    timetables = [*TIMETABLES, *(TIMETABLES_OF_3 if version == "3" else ())]
    return [*map(repr, (*CRONS, *REFUSED_CRONS)), *DELTAS, *(text.replace("{zone}", zone) for text in timetables)]


def all_cases(version: str) -> list[Case]:
    """Every schedule in every zone from its start dates, and one each that ends, and that does not catch up."""
    cases = []
    for zone, starts in STARTS.items():
        for text in schedules(version, zone):
            for start in starts:
                cases.append(Case(f"d{len(cases)}", text, zone, start, True))
            if zone == "UTC":
                cases.append(Case(f"d{len(cases)}", text, zone, ENDS[0], True, end=ENDS[1]))
            if zone != "America/New_York":
                cases.append(Case(f"d{len(cases)}", text, zone, LONG_PAST, False, now=SEEN))
    for zone, starts in STRANGE_ZONES.items():
        for text in IN_STRANGE_ZONES:
            cases += [Case(f"z{len(cases) + number}", repr(text), zone, start, True) for number, start in enumerate(starts)]
    return cases
