"""The report as data, fed by everything a conversion knows; every format is written from it (contracts, section 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airgo import __version__
from airgo.diagnostics import Diagnostic, Severity
from airgo.lower.result import Input, LedgerEntry, Lowered, Rename, TaskOutcome

SCHEMA = 1
GRADES = ("automatic", "review", "manual")
STRATEGIES = ("native", "slice", "airflow-image", "manual")
INPUT_KINDS = ("variables", "connections", "env", "pools", "images")


@dataclass(frozen=True, slots=True)
class DagReport:
    """What became of one DAG. `edges` are (upstream, downstream) task ids; `lines` the source lines of each task by id."""

    dag_id: str
    file: str
    line: int
    grade: str
    outputs: tuple[str, ...]
    tasks: tuple[TaskOutcome, ...]
    ledger: tuple[LedgerEntry, ...]
    diagnostics: tuple[Diagnostic, ...]
    edges: tuple[tuple[str, str], ...]
    sources: Mapping[str, tuple[int, str]]
    templates: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """One conversion. `files` counts the files read; `missing` are DAGs that were seen and not converted."""

    argo_version: str
    files: int
    dags: tuple[DagReport, ...]
    diagnostics: tuple[Diagnostic, ...]
    renames: tuple[Rename, ...]
    inputs: Mapping[str, tuple[Input, ...]]
    missing: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """The counts of `summary` in report.json."""
        tasks = [task for dag in self.dags for task in dag.tasks]
        grades = Counter(dag.grade for dag in self.dags)
        strategies = Counter(str(task.strategy) for task in tasks)
        severities = Counter(str(d.severity) for d in self.diagnostics)
        return {
            "files": self.files,
            "dags": len(self.dags),
            "tasks": len(tasks),
            "dags_by_grade": {grade: grades[grade] for grade in GRADES},
            "tasks_by_strategy": {strategy: strategies[strategy] for strategy in STRATEGIES},
            "diagnostics": {str(severity): severities[str(severity)] for severity in Severity},
        }


def grade(ledger: Sequence[LedgerEntry], tasks: Sequence[TaskOutcome], diagnostics: Sequence[Diagnostic]) -> str:
    """automatic: every entry mapped or ignored and nothing above a note · manual: an error or a manual task · review: all between."""
    worst = max((d.severity.rank for d in diagnostics), default=0)
    if worst == Severity.ERROR.rank or any(task.strategy == "manual" for task in tasks):
        return "manual"
    if worst == Severity.WARNING.rank or any(entry.outcome not in ("mapped", "ignored") for entry in ledger):
        return "review"
    return "automatic"


def dag_diagnostics(one: Lowered, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics about a DAG or its tasks, and those about its file as a whole."""
    mine = (one.dag_id, *(f"{one.dag_id}.{task.task_id}" for task in one.tasks))
    subjects = frozenset(mine)
    return tuple(d for d in diagnostics if d.subject in subjects or (not d.subject and d.span.path == one.path))


def merge_inputs(lowered: Sequence[Lowered]) -> dict[str, tuple[Input, ...]]:
    """The inputs of all DAGs, by kind: one entry for each key, with every place that uses it."""
    merged: dict[tuple[str, str], Input] = {}
    for found in (item for one in lowered for item in one.inputs):
        key = (found.kind, found.key)
        known = merged.get(key)
        places = tuple(dict.fromkeys((*(known.used_at if known else ()), *found.used_at)))
        default = known.default if known and known.default is not None else found.default
        merged[key] = Input(found.kind, found.key, tuple(sorted(places)), found.secret or bool(known and known.secret), default)
    return {kind: tuple(item for _, item in sorted(merged.items()) if item.kind == kind) for kind in INPUT_KINDS}


def diagnostic_as_json(diagnostic: Diagnostic, *, with_file: bool = True) -> dict[str, object]:
    """A diagnostic as `inspect` and the report print it."""
    span = diagnostic.span
    place: dict[str, object] = {"file": span.path} if with_file else {}
    return {
        "code": diagnostic.code,
        "name": diagnostic.rule.name,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        **place,
        "line": span.line,
        "column": span.column,
        "subject": diagnostic.subject,
        "effort": diagnostic.effort,
        "remedy": diagnostic.rule.remedy,
        "notes": [{"file": note.span.path, "line": note.span.line, "message": note.words} for note in diagnostic.notes],
    }


def as_json(report: Report) -> dict[str, object]:
    """The whole report in the form of the contract."""
    return {
        "airgo": __version__,
        "schema": SCHEMA,
        "argo_version": report.argo_version,
        "summary": report.summary(),
        "dags": [dag_as_json(dag) for dag in report.dags],
        "diagnostics": [diagnostic_as_json(d) for d in report.diagnostics],
        "renames": [{"kind": r.kind, "dag_id": r.dag_id, "id": r.id, "name": r.name} for r in report.renames],
        "inputs": {kind: [input_as_json(item) for item in items] for kind, items in report.inputs.items()},
        "not_converted": list(report.missing),
    }


def dag_as_json(dag: DagReport) -> dict[str, object]:
    """One DAG of the report."""
    return {
        "dag_id": dag.dag_id,
        "file": dag.file,
        "line": dag.line,
        "grade": dag.grade,
        "outputs": list(dag.outputs),
        "tasks": [
            {
                "task_id": task.task_id,
                "line": task.span.line,
                "operator": task.operator,
                "strategy": task.strategy,
                "template": task.template,
                "node": task.node,
                "why_not_better": task.why_not_better,
                "carries": list(task.carries),
                "image_needs": list(task.image_needs),
            }
            for task in dag.tasks
        ],
        "ledger": [ledger_as_json(entry) for entry in dag.ledger],
    }


def ledger_as_json(entry: LedgerEntry) -> dict[str, object]:
    """What became of one thing the author wrote."""
    names = ("subject", "kind", "name", "outcome", "code", "reason", "target")
    return {name: getattr(entry, name) for name in names}


def input_as_json(item: Input) -> dict[str, object]:
    """One input; a secret's default is left out."""
    document: dict[str, object] = {"key": item.key, "used_at": list(item.used_at), "secret": item.secret}
    if item.default is not None and not item.secret and isinstance(item.default, str | int | float | bool):
        document["default"] = item.default
    return document
