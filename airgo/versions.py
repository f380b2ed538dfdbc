"""Which Airflow a project is written for: 2.x and 3.x give the same text different meanings."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.discovery import ProjectFiles
from airgo.spelling import majority, pinned, spelling

DEFAULT = "2"


def infer_version(files: ProjectFiles, texts: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The project's line of Airflow, "2" or "3", and that of each file whose spellings say otherwise.

    Requirements, constraints and Dockerfiles count first, then the spellings in the DAG files; without evidence it is 2.
    """
    spelled = {path: found for path, text in texts.items() if (found := spelling(text)) is not None}
    project = pinned(files.text) or majority(spelled.values()) or DEFAULT
    return project, {path: found for path, found in spelled.items() if found != project}
