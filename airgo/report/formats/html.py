"""report.html: one self-contained page, no network and no script."""

from __future__ import annotations

from collections import Counter

import jinja2

from airgo import __version__
from airgo.report.graph import draw
from airgo.report.model import DagReport, Report

SUFFIX = "html"
OUTCOMES = ("mapped", "approximated", "ignored", "unsupported", "unknown")


def page_environment() -> jinja2.Environment:
    """Jinja for pages: everything is escaped. (The environment of the mappings is another one, and never mixed with this.)"""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("airgo.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )


def render(report: Report) -> str:
    """The report as a page."""
    template = page_environment().get_template("page.html.j2")
    dags = [(dag, draw([(task.task_id, task.strategy) for task in dag.tasks], dag.edges), outcomes(dag)) for dag in report.dags]
    return template.render(report=report, summary=report.summary(), dags=dags, version=__version__)


def outcomes(dag: DagReport) -> list[tuple[str, int]]:
    """How many ledger entries ended how, in the order of OUTCOMES."""
    count = Counter(str(entry.outcome) for entry in dag.ledger)
    return [(outcome, count[outcome]) for outcome in OUTCOMES if count[outcome]]
