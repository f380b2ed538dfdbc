"""What texts say of the line of Airflow they are written for: the spellings of a DAG file, and the pins of a project's own files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

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


def pinned(read: Callable[[str], str | None]) -> str | None:
    """The line that a requirements file or an image pins. `read` gives the text of a file of the project, or None."""
    for path in CANDIDATES:
        text = read(path)
        if text is None:
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
