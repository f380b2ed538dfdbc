"""Makes the report's model from what a conversion gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airgo.argo.yaml import dump
from airgo.config import Config
from airgo.diagnostics import Diagnostic
from airgo.discovery import ProjectFiles, Refused
from airgo.lower.result import Lowered
from airgo.report.model import DagReport, Report, dag_diagnostics, grade, merge_inputs
from airgo.source import Span

LONGEST = 40
"""Source lines shown for one task."""


def build_report(
    files_read: int,
    edges: Mapping[str, tuple[tuple[str, str], ...]],
    lowered: Sequence[Lowered],
    diagnostics: Sequence[Diagnostic],
    config: Config,
    files: ProjectFiles,
) -> Report:
    """The report of one conversion. `edges`: (upstream, downstream) pairs by DAG id, for every DAG that was read."""
    texts = Sources(files)
    reports = tuple(dag_report(one, edges[one.dag_id], diagnostics, texts) for one in lowered)
    missing = tuple(sorted(edges.keys() - {one.dag_id for one in lowered}))
    renames = tuple(rename for one in lowered for rename in one.renames)
    return Report(config.argo_version, files_read, reports, tuple(diagnostics), renames, merge_inputs(lowered), missing)


def dag_report(one: Lowered, edges: tuple[tuple[str, str], ...], diagnostics: Sequence[Diagnostic], texts: Sources) -> DagReport:
    """One DAG of the report."""
    mine = dag_diagnostics(one, diagnostics)
    return DagReport(
        dag_id=one.dag_id,
        file=one.path,
        line=one.span.line,
        grade=grade(one.ledger, one.tasks, mine),
        outputs=tuple(manifest.path for manifest in one.manifests),
        tasks=one.tasks,
        ledger=one.ledger,
        diagnostics=mine,
        edges=edges,
        sources={task.task_id: (task.span.line, texts.lines(task.span)) for task in one.tasks},
        templates=template_texts(one),
    )


def template_texts(one: Lowered) -> Mapping[str, str]:
    """The YAML of each template of a DAG's WorkflowTemplate, by name."""
    found: dict[str, str] = {}
    for manifest in one.manifests:
        for document in manifest.documents:
            spec = document.get("spec")
            templates = spec.get("templates") if isinstance(spec, Mapping) else None
            for template in templates or ():
                found[str(template["name"])] = dump((template,), None)
    return found


class Sources:
    """Lines of the user's files, each file read once."""

    def __init__(self, files: ProjectFiles) -> None:
        self.files = files
        self._lines: dict[str, list[str]] = {}

    def lines(self, span: Span) -> str:
        """The lines of a span; empty when the file cannot be read."""
        if span.path not in self._lines:
            try:
                self._lines[span.path] = self.files.read(span.path).splitlines()
            except Refused:
                self._lines[span.path] = []
        last = min(max(span.end_line, span.line), span.line + LONGEST - 1)
        return "\n".join(self._lines[span.path][span.line - 1 : last])
