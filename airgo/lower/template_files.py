"""Template files: an argument that ends in one of its operator's extensions names a file, whose text takes its place.

Airflow looks in the DAG file's folder and in the DAG's template_searchpath (`BaseOperator.resolve_template_files`).
"""

from __future__ import annotations

import posixpath

from airgo import ir
from airgo.catalogue import operator
from airgo.diagnostics import Rule, Severity
from airgo.discovery import Refused
from airgo.lower.draft import WorkflowDraft
from airgo.macros import NotExact

MISSING_FILE = Rule(
    "AG428",
    "missing-template-file",
    Severity.ERROR,
    summary="An argument names a template file that is not in the project",
    why="Airflow reads an argument with this ending as the name of a file in the DAG's folder or template_searchpath, and fails without "
    "it.",
    remedy="Add the file, correct template_searchpath, or end the text in a space if it is not a file name",
)


def template_file(value: str, task: ir.Task | None, draft: WorkflowDraft) -> str | None:
    """The text of the file that `value` names; None when it names none. Raises NotExact when the file is missing."""
    if task is None or not value.endswith(extensions(task)):
        return None
    for folder in folders_of(draft):
        path = posixpath.normpath(posixpath.join(folder, value))
        known = draft.files.relative(path) if value.startswith("/") or folder.startswith("/") else path
        if known is None or known.startswith("../") or not draft.files.is_file(known):
            continue
        try:
            return draft.files.read(known)
        except Refused as refusal:
            raise NotExact(MISSING_FILE, f"{value}: {refusal}") from refusal
    raise NotExact(MISSING_FILE, f"{value} is neither in {posixpath.dirname(draft.dag.path) or 'the project'} nor in template_searchpath")


def extensions(task: ir.Task) -> tuple[str, ...]:
    """The endings of file names among the task's templated arguments."""
    facts = operator(task.operator)
    return facts.template_ext if facts is not None else ()


def folders_of(draft: WorkflowDraft) -> list[str]:
    """The project folders that Airflow looks for template files in."""
    argument = draft.dag.arguments.get("template_searchpath")
    value = argument.value if argument is not None else None
    found = [value] if isinstance(value, str) else [str(item) for item in value] if isinstance(value, list | tuple) else []
    return [posixpath.dirname(draft.dag.path), *found]
