"""report.md: for a pull request or a wiki."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from airgo.report.model import DagReport, Report
from airgo.report.summary import summary_lines

SUFFIX = "md"


def render(report: Report) -> str:
    """The report as Markdown."""
    parts = ["# Airflow to Argo: migration report", "```\n" + "\n".join(summary_lines(report)) + "\n```"]
    parts += ["## DAGs", table(("DAG", "grade", "tasks", "source"), [dag_row(dag) for dag in report.dags])]
    if report.diagnostics:
        rows = [(d.code, str(d.severity), f"`{d.span.path}:{d.span.line}`", d.message) for d in report.diagnostics]
        parts += ["## Findings", table(("code", "severity", "where", "what"), rows)]
    needed = [(kind, f"`{item.key}`", ", ".join(item.used_at)) for kind, items in report.inputs.items() for item in items]
    if needed:
        parts += ["## What the deployment must provide", table(("kind", "key", "used at"), needed)]
    for dag in report.dags:
        parts += dag_section(dag)
    return "\n\n".join(parts) + "\n"


def dag_row(dag: DagReport) -> tuple[str, ...]:
    """One line of the overview."""
    return (dag.dag_id, dag.grade, str(len(dag.tasks)), f"`{dag.file}:{dag.line}`")


def dag_section(dag: DagReport) -> list[str]:
    """One DAG: its tasks, and what did not end as mapped."""
    tasks = [(f"`{t.task_id}`", t.operator.rsplit(".", 1)[-1], t.strategy, t.template, t.why_not_better or "") for t in dag.tasks]
    parts = [f"## {dag.dag_id}", table(("task", "operator", "strategy", "template", "why not better"), tasks)]
    code = [(f"`{t.task_id}`", "; ".join(t.carries), ", ".join(t.image_needs)) for t in dag.tasks if t.carries]
    if code:
        parts.append(table(("task", "code that travels", "what its image must hold"), code))
    rest = [
        (f"`{entry.subject}`", f"{entry.kind} `{entry.name}`", entry.outcome, entry.reason or entry.code or "")
        for entry in dag.ledger
        if entry.outcome != "mapped"
    ]
    mapped = len(dag.ledger) - len(rest)
    parts.append(f"{mapped} of {len(dag.ledger)} things that the author wrote are mapped exactly" + ".")
    if rest:
        parts.append(table(("subject", "what", "outcome", "why"), rest))
    return parts


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [row(head), row(["---"] * len(head)), *(row(cells) for cells in rows)]
    return "\n".join(lines)


def row(cells: Sequence[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
