"""The report's summary for a terminal: a few lines that say what there is and what needs a person."""

from __future__ import annotations

from airgo.lower.airflow.rules import NO_IMAGE
from airgo.report.model import Report

WORDS = {
    "automatic": "convert as they are",
    "review": "convert, with differences to read about",
    "manual": "hold a task or an error that needs a person",
}


MOST_LINES = 10
"""DAGs of one sort that are named."""


def summary_lines(report: Report) -> list[str]:
    """Counts first, then the DAGs that need a person, then what the deployment must provide."""
    counts = report.summary()
    grades, strategies, found = counts["dags_by_grade"], counts["tasks_by_strategy"], counts["diagnostics"]
    assert isinstance(grades, dict)
    assert isinstance(strategies, dict)
    assert isinstance(found, dict)
    lines = [f"{number(counts['files'], 'file')}, {number(counts['dags'], 'DAG')}, {number(counts['tasks'], 'task')}"]
    lines += [f"  {grades[grade]:4}  {grade:10} {words}" for grade, words in WORDS.items()]
    lines.append("  tasks: " + ", ".join(f"{count} {strategy}" for strategy, count in strategies.items() if count))
    lines.append("  found: " + ", ".join(number(count, severity) for severity, count in found.items()))
    lines += first([f"  needs a person: {dag.dag_id} ({dag.file}:{dag.line})" for dag in report.dags if dag.grade == "manual"])
    lines += first([f"  not converted: {dag_id}" for dag_id in report.missing])
    waiting = len({found.subject for found in report.diagnostics if found.code == NO_IMAGE.code})
    if waiting:
        lines.append(
            f'  an Airflow image could run tasks of {number(waiting, "DAG")}: [images] airflow = "registry/image:tag" in airgo.toml'
        )
    needed = {kind: [item.key for item in items] for kind, items in report.inputs.items() if items}
    lines += [f"  to provide: {kind} {', '.join(keys)}" for kind, keys in needed.items()]
    return lines


def first(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - MOST_LINES
    return lines if more <= 1 else [*lines[:MOST_LINES], f"    and {more} more"]


def number(count: object, word: str) -> str:
    """ "1 file", "2 files"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
