"""Macros on both engines: what Airflow's Jinja renders in a run is what Argo's expressions yield in the run of the same tick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from airgo import discovery, ir, pipeline, reading
from airgo.argo.text import EnvRef, Text
from airgo.argo.text_rendering import Unprotectable, realise
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.lower.draft import CannotLower, WorkflowDraft
from airgo.lower.names import names
from airgo.lower.parameters import parameters
from airgo.lower.runs import runs
from airgo.lower.values import lower_value
from airgo.macros import MACROS
from tests.engines.airflow_oracle import Airflow, NoAirflow, airflow_2, airflow_3
from tests.engines.argo_clock import ArgoClock
from tests.engines.required import absent
from tests.meaning.templates import BY_HAND, EXPRESSIONS, IN_FULL, NAMES, PARTS_OF_THE_CONTEXT, Runs, all_runs, file_of

LABEL = "%Y%m%dT%H%M%SZ"
COUNT, BACKFILLED = 6, 3


@dataclass(frozen=True, repr=False)  # a failure shows the case, not all of them
class Line:
    """One line of Airflow: the DAGs, what it rendered in their runs, and what airgo makes of the same templates."""

    version: str
    dags: list[Runs]
    rendered: Mapping[str, list[dict[str, Any]]]
    written: Mapping[str, Mapping[str, str | None]]
    given: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str | None]


@pytest.fixture(scope="module")
def clock() -> Iterator[ArgoClock]:
    """The real Argo's template engine."""
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
    dags = all_runs(airflow.line)
    path = folder / "dags" / "macros.py"
    path.parent.mkdir()
    path.write_text(file_of(airflow.line, dags))
    question = {
        each.dag_id: {"templates": each.templates, "count": COUNT, "backfilled": BACKFILLED, "by_hand": each.by_hand} for each in dags
    }
    rendered = airflow.ask("render_macros.py", path.parent, path, question=question)
    begun = reading.begin(reading.Run(discovery.discover([path], path.parent), Config(airflow_version=airflow.line), strict=True))
    read = {dag.id: dag for dag in reading.read_file(begun, "macros.py", Collector()).dags}
    drafts = {dag_id: drafted(dag, begun) for dag_id, dag in read.items()}
    written = {each.dag_id: {text: in_argo(text, drafts[each.dag_id]) for text in each.templates} for each in dags}
    given = {dag_id: {name: str(value["value"]) for name, value in draft.parameters.items()} for dag_id, draft in drafts.items()}
    return Line(airflow.line, dags, rendered, written, given, {dag_id: label_of(draft) for dag_id, draft in drafts.items()})


def drafted(dag: ir.Dag, begun: reading.Reading) -> WorkflowDraft:
    """A draft as templates find it."""
    draft = WorkflowDraft(dag, begun.config, pipeline.registry(begun.files, ()), begun.files, Collector())
    for each in (names, parameters, runs):
        each(draft)
    return draft


def in_argo(text: str, draft: WorkflowDraft) -> str | None:
    """airgo's text for a template of the task; None where it refuses."""
    task = draft.dag.tasks[0]
    try:
        lowered = lower_value(ir.Argument(text, task.span), "bash_command", True, task, draft)
        assert isinstance(lowered, str | Text)
        if isinstance(lowered, Text) and any(isinstance(hole, EnvRef) for hole in lowered.holes()):
            return None  # a value of the deployment, which no engine of the tests has
        return realise(lowered, place="field")
    except (CannotLower, Unprotectable):
        return None


def label_of(draft: WorkflowDraft) -> str | None:
    """The expression of the label that says a run's logical date."""
    metadata: Any = draft.spec["workflowMetadata"]
    label = metadata.get("labelsFrom", {}).get("airgo/logical-date")
    return None if label is None else str(label["expression"])


def schedule_names() -> list[Any]:
    """Each DAG of each line by its schedule, zone and start."""
    return [
        pytest.param(version, each.dag_id, id=f"{version} {each.schedule} {each.zone} {each.start[:10]}")
        for version in "23"
        for each in all_runs(version)
    ]


@pytest.mark.parametrize(("version", "dag_id"), schedule_names())
def test_templates_render_as_in_airflow(lines: dict[str, Line], clock: ArgoClock, version: str, dag_id: str) -> None:
    """In scheduled runs, backfilled ones and ones by hand, every template that airgo takes gives Airflow's text, and the label its date."""
    line = lines[version]
    wrong = []
    for run in line.rendered[dag_id]:
        texts = {text: written for text, written in line.written[dag_id].items() if written is not None}
        label = line.labels[dag_id]
        got, labels = filled(run, list(texts.values()), [label] if label else [], line.given[dag_id], clock)
        wanted = dict(zip(next(each for each in line.dags if each.dag_id == dag_id).templates, run["texts"], strict=True))
        here = f"{run['kind']} {run['run_after']}"
        wrong += [
            f"{here}: {text}\n    Airflow {wanted[text]!r}\n    Argo    {mine!r}\n    {texts[text]}"
            for text, mine in zip(texts, got, strict=True)
            if mine != wanted[text]
        ]
        date = datetime.fromisoformat(run["logical_date"]).strftime(LABEL)
        wrong += [f"{here}: the label says {found}, not {date}" for found in labels if found != date]
    assert not wrong, f"{len(wrong)} differ\n" + "\n".join(wrong[:12])


def filled(
    run: Mapping[str, Any], texts: list[str], labels: list[str], given: Mapping[str, str], clock: ArgoClock
) -> tuple[list[str], list[str]]:
    """The texts in Argo's run of the same tick, backfill or moment."""
    moment = datetime.fromisoformat(run["run_after"])
    if run["kind"] == "backfill":
        chosen = {**given, "logical-date": run["logical_date"].replace("+00:00", "Z")}
        return clock.texts(texts, created=datetime.fromisoformat("2030-05-05T05:05:05+00:00"), parameters=chosen, labels=labels)
    scheduled = moment if run["kind"] == "scheduled" else None
    return clock.texts(texts, created=moment, scheduled=scheduled, parameters=given, labels=labels)


def test_listed_names_are_taken(lines: dict[str, Line]) -> None:
    """What the table of names promises for a line of Airflow is not refused under a daily schedule."""
    for version, line in lines.items():
        daily = next(each.dag_id for each in line.dags if each.schedule == "'0 0 * * *'" and each.zone == "UTC")
        promised = [
            "{{ " + name + " }}"
            for name, macro in MACROS.items()
            if version in macro.versions and macro.text != "not exact" and name not in PARTS_OF_THE_CONTEXT
        ]
        assert [text for text in promised if line.written[daily][text] is None] == []


def test_what_airflow_refuses_is_refused(lines: dict[str, Line]) -> None:
    """A template that fails in Airflow is no text in Argo: the failure is told when it is converted."""
    for line in lines.values():
        for each in line.dags:
            run = line.rendered[each.dag_id][0]
            failed = [text for text, said in zip(each.templates, run["texts"], strict=True) if isinstance(said, list)]
            assert [text for text in failed if line.written[each.dag_id][text] is not None] == [], each


def test_most_templates_are_taken(lines: dict[str, Line]) -> None:
    """The comparison is about something: of the templates that Airflow renders alike twice, airgo takes most."""
    for line in lines.values():
        for schedule, zone in IN_FULL:
            dag_id = next(each.dag_id for each in line.dags if (each.schedule, each.zone) == (schedule, zone))
            taken = [text for text, written in line.written[dag_id].items() if written is not None]
            assert len(taken) > 0.6 * len(NAMES + EXPRESSIONS)
    assert len(BY_HAND) == 3
