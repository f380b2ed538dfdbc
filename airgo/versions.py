"""Which Airflow a project is written for: 2.x and 3.x give the same text different meanings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from airgo.discovery import ProjectFiles, Refused

DEFAULT = "2"
PINNED = re.compile(
    r"apache[-_]airflow(?:\[[^\]]*\])?\s*(?:==|~=|>=|===)\s*[\"']?([123])\b|apache/airflow:(?:slim-)?([123])\.|astro-runtime:([0-9]+)"
)
RANGED = re.compile(r"apache-airflow\"?\s*=\s*[\"'{^~>=\s]*(?:version\s*=\s*[\"'][^0-9]*)?([123])\.")
CANDIDATES = (
    "requirements.txt",
    "constraints.txt",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Dockerfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "Pipfile",
    "requirements.in",
    "dags/requirements.txt",
    "airflow/requirements.txt",
    "airflow/Dockerfile",
    "docker/Dockerfile",
    "requirements/requirements.txt",
)
SPELLED_3 = re.compile(r"^\s*(?:from|import)\s+airflow\.sdk\b", re.MULTILINE)
SPELLED_2 = re.compile(
    r"\bschedule_interval\s*=|\bfrom airflow\.contrib\b|\bairflow\.(?:operators|sensors)\.\w+_(?:operator|sensor)\b"
    r"|\bairflow\.operators\.(?:subdag|dummy)\b|\bfrom airflow\.utils\.dates\b|\bairflow\.hooks\.\w+_hook\b"
    r"|\bprovide_context\s*=|\bfrom airflow\.operators import\b|\bsla_miss_callback\s*="
)


def infer_version(files: ProjectFiles, texts: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The project's line of Airflow, "2" or "3", and that of each file whose spellings say otherwise.

    Requirements, constraints and Dockerfiles count first, then the spellings in the DAG files; without evidence it is 2.
    """
    spelled = {path: found for path, text in texts.items() if (found := spelling(text)) is not None}
    project = from_requirements(files) or majority(spelled.values()) or DEFAULT
    return project, {path: found for path, found in spelled.items() if found != project}


def spelling(text: str) -> str | None:
    """The line of Airflow that only one file can be written for; None when it says nothing."""
    if SPELLED_3.search(text):
        return "3"
    return "2" if SPELLED_2.search(text) else None


def majority(found: Iterable[str]) -> str | None:
    """What most files say; a draw is 2."""
    votes = list(found)
    if not votes:
        return None
    return "3" if votes.count("3") > votes.count("2") else "2"


def from_requirements(files: ProjectFiles) -> str | None:
    """The line that a requirements file or an image pins."""
    for path in CANDIDATES:
        if not files.is_file(path):
            continue
        try:
            text = files.read(path)
        except Refused:
            continue
        found = PINNED.search(text)
        if found is not None:
            if found[3] is not None:
                return "3" if "3." in text[found.start(3) : found.start(3) + 2] else "2"
            return "3" if (found[1] or found[2]) == "3" else "2"
        ranged = RANGED.search(text) if path.endswith((".toml", "Pipfile")) else None
        if ranged is not None:
            return "3" if ranged[1] == "3" else "2"
    return None
