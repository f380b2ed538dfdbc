"""Schedules on both engines: where airgo says nothing, the CronWorkflow starts runs at the very instants at which Airflow does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from airgo import discovery, ir, pipeline, reading
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.lower.backfill import CannotBackfill, logical_dates
from airgo.macros.cron_fields import parse_cron
from airgo.macros.zones import days_of_change
from tests.engines.airflow_oracle import Airflow, NoAirflow, airflow_2, airflow_3
from tests.engines.argo_clock import ArgoClock
from tests.engines.required import absent
from tests.meaning.timetables import REFUSED_CRONS, Case, all_cases, file_of, schedules

COUNT = 50
SECOND = timedelta(seconds=1)
FAR = 2090
"""Argo's cron reader looks five years ahead, so from 2096 to 2104 it finds no 29th of February."""
CLOCK_CHANGE, ANCHOR = "AG338", "AG343"
OF_THE_PAST = {"AG334", "AG335"}
"""What is missed before the workflow is applied is not made up for: said, and no matter of ticks."""


@dataclass(frozen=True, repr=False)  # a failure shows the case, not all of them
class Line:
    """One line of Airflow: the cases it was asked about, what it answered, and what airgo makes of the same file."""

    version: str
    cases: list[Case]
    answers: Mapping[str, Any]
    crons: Mapping[str, Mapping[str, Any] | None]
    said: Mapping[str, Mapping[str, str]]
    dags: Mapping[str, ir.Dag]


@pytest.fixture(scope="module")
def clock() -> Iterator[ArgoClock]:
    """The real Argo's clock."""
    with ArgoClock() as asked:
        yield asked


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    """Both lines of Airflow, asked once about everything."""
    try:
        return {"2": line(airflow_2(), tmp_path_factory.mktemp("two")), "3": line(airflow_3(), tmp_path_factory.mktemp("three"))}
    except NoAirflow as reason:
        absent(f"no Airflow 2.11: {reason}")


def line(airflow: Airflow, folder: Path) -> Line:
    """One line of Airflow and airgo over the same DAG file."""
    cases = all_cases(airflow.line)
    path = folder / "dags" / "timetables.py"
    path.parent.mkdir()
    path.write_text(file_of(airflow.line, cases))
    question = {"count": COUNT, "now": {case.dag_id: case.now.isoformat() for case in cases if case.now}}
    answers = airflow.ask("timetable_ticks.py", path.parent, path, question=question)
    crons, said, dags = converted(path, airflow.line)
    return Line(airflow.line, cases, answers, crons, said, dags)


def converted(path: Path, version: str) -> tuple[dict[str, Mapping[str, Any] | None], dict[str, dict[str, str]], dict[str, ir.Dag]]:
    """By DAG: the CronWorkflow's spec, what airgo says, by code, and the DAG as airgo reads it."""
    begun = reading.begin(reading.Run(discovery.discover([path], path.parent), Config(airflow_version=version), strict=True))
    collector = Collector()
    crons: dict[str, Mapping[str, Any] | None] = {}
    dags = {dag.id: dag for dag in reading.read_file(begun, "timetables.py", collector).dags}
    for dag in dags.values():
        lowered = pipeline.lower_one(dag, begun, collector)
        assert lowered is not None
        documents = [document for manifest in lowered.manifests for document in manifest.documents]
        crons[dag.id] = next((document["spec"] for document in documents if document["kind"] == "CronWorkflow"), None)
    said: dict[str, dict[str, str]] = {dag_id: {} for dag_id in crons}
    for found in collector:
        said[found.subject][found.code] = found.message
    return crons, said, dags


def parameters() -> list[Any]:
    """Each schedule of each line, once: the zone's name is left out of those that are written with it."""
    return [pytest.param(version, text, id=f"{version} {text}") for version in "23" for text in schedules(version, "{zone}")]


@pytest.mark.parametrize(("version", "text"), parameters())
def test_ticks_are_airflows(lines: dict[str, Line], clock: ArgoClock, version: str, text: str) -> None:
    """Fifty runs from several start dates, in three zones, over both changes of clocks: the same instants, or a diagnostic."""
    line = lines[version]
    cases = [case for case in line.cases if case.schedule == text.replace("{zone}", case.zone)]
    assert cases
    for case in cases:
        compare(case, line, clock)


def compare(case: Case, line: Line, clock: ArgoClock) -> None:
    """One DAG on both engines."""
    said, spec, answer = line.said[case.dag_id], line.crons[case.dag_id], line.answers[case.dag_id]
    if spec is None:
        assert said.keys() - OF_THE_PAST, f"{case}: no CronWorkflow, and nothing is said"
        return
    assert isinstance(answer, list), f"{case}: {answer}"
    wanted = [moment for run in answer if (moment := datetime.fromisoformat(run["run_after"])).year < FAR]
    if case.now is not None:
        wanted = [tick for tick in wanted if tick > case.now]  # the run that is due when a DAG is first seen is the past's
    got = [tick for tick in argo_ticks(case, spec, wanted, clock) if tick.year < FAR]
    if ANCHOR in said and "from when it first sees" in said[ANCHOR]:
        in_months = "months" in case.schedule or "years" in case.schedule
        assert distances(wanted, in_months) == distances(got, in_months), case  # which moments these are is up to Airflow's deployment
        return
    if CLOCK_CHANGE in said:
        wanted, got = calm(wanted, case.zone, wanted + got), calm(got, case.zone, wanted + got)
        wanted, got = wanted[: len(got)], got[: len(wanted)]
    assert said.keys() <= {CLOCK_CHANGE, ANCHOR, *OF_THE_PAST, *NOTES}, f"{case}: {said}"
    assert got == wanted, f"{case}\n{spec}\n{said}\nfirst difference: {difference(got, wanted)}"


NOTES = {"AG336", "AG342"}
"""What is said of ticks that are as Airflow's."""


def argo_ticks(case: Case, spec: Mapping[str, Any], wanted: list[datetime], clock: ArgoClock) -> list[datetime]:
    """As many ticks of Argo's: from before a start date that it knows of, else from the first run on; beyond the last run where it ends."""
    start = datetime.fromisoformat(f"{case.start}+00:00")
    if not wanted:
        return clock.ticks(spec, start - timedelta(days=10), 1, until=start + timedelta(days=400))
    if case.now is not None:
        return clock.ticks(spec, case.now, len(wanted))
    margin = timedelta(days=2) + 3 * max((after - before for before, after in pairwise(wanted)), default=timedelta(days=400))
    after = min(wanted[0], start) - margin if "now().Unix() >=" in spec.get("when", "") else wanted[0] - SECOND
    return clock.ticks(spec, after, COUNT, until=wanted[-1] + margin if len(wanted) < COUNT else None)


def calm(ticks: list[datetime], zone: str, all_ticks: list[datetime]) -> list[datetime]:
    """The ticks away from changes of clocks: neither on a day around one, nor on the day of the first tick after one."""
    restless: set[date] = set()
    for change in days_of_change(zone):
        after = [day for tick in all_ticks if (day := tick.astimezone(ZoneInfo(zone)).date()) > change]
        restless |= {change + timedelta(days=distance) for distance in (-1, 0, 1)} | set(sorted(after)[:1])
    return [tick for tick in ticks if tick.astimezone(ZoneInfo(zone)).date() not in restless]


def distances(ticks: list[datetime], in_months: bool) -> list[float]:
    """How far apart the ticks are."""
    return [
        (after.year - before.year) * 12 + after.month - before.month if in_months else (after - before).total_seconds()
        for before, after in pairwise(ticks)
    ]


def difference(got: list[datetime], wanted: list[datetime]) -> str:
    """Where two lists part."""
    for index, (mine, theirs) in enumerate(zip(got, wanted, strict=False)):
        if mine != theirs:
            return f"[{index}] Argo {mine}, Airflow {theirs}"
    return f"Argo has {len(got)}, Airflow {len(wanted)}; last {got[-1:]} {wanted[-1:]}"


@pytest.mark.parametrize(("version", "text"), parameters())
def test_backfilled_dates_are_airflows(lines: dict[str, Line], version: str, text: str) -> None:
    """`airgo backfill` runs for the logical dates of Airflow's runs, also over changes of clocks, or says that it cannot."""
    line = lines[version]
    for case in line.cases:
        answer = line.answers[case.dag_id]
        if case.schedule != text.replace("{zone}", case.zone) or case.now is not None or not isinstance(answer, list) or not answer:
            continue
        wanted = [moment for run in answer if (moment := datetime.fromisoformat(run["logical_date"])).year < FAR]
        try:
            got = logical_dates(line.dags[case.dag_id], wanted[0], wanted[-1])
        except CannotBackfill:
            continue
        crons = line.dags[case.dag_id].schedule.crons
        if CLOCK_CHANGE in line.said[case.dag_id] and len(parse_cron(crons[0]).hours) == 24:  # Airflow is off after a change of clocks
            wanted, got = calm(wanted, case.zone, wanted), tuple(calm(list(got), case.zone, wanted))
        assert list(got) == wanted, f"{case}\nfirst difference: {difference(list(got), wanted)}"


@pytest.mark.parametrize("text", REFUSED_CRONS)
def test_ticks_within_a_minute_are_refused(lines: dict[str, Line], text: str) -> None:
    """No cron of Argo's says them, so there is no CronWorkflow, and an error."""
    for line in lines.values():
        for case in line.cases:
            if case.schedule == repr(text):
                assert (line.crons[case.dag_id], "AG330" in line.said[case.dag_id]) == (None, True), case


def test_schedules_are_asked_once() -> None:
    """No schedule is in the tables twice: a failure names one of them."""
    for version in "23":
        written = sorted(schedules(version, "UTC"))
        assert [text for text, found in groupby(written) if len(list(found)) > 1] == []
