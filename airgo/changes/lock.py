"""The lock file `airgo.lock.json`: hashes of what was read and written, so that a file that a person changed is seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from airgo import __version__

NAME = "airgo.lock.json"
SCHEMA = 1


class LockProblem(Exception):
    """A lock file that airgo cannot read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Hashes (SHA-256) by path: `sources` relative to the project, `outputs` relative to the output folder."""

    sources: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The file's content: sorted, one trailing newline."""
        document = {
            "airgo": __version__,
            "schema": SCHEMA,
            "sources": dict(sorted(self.sources.items())),
            "outputs": dict(sorted(self.outputs.items())),
        }
        return json.dumps(document, indent=2) + "\n"


def digest(text: str) -> str:
    """The hash of a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_lock(folder: Path) -> Lock:
    """The lock of an output folder; empty when there is none. Raises LockProblem when it cannot be understood."""
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Lock()  # nothing was ever written here; a folder that cannot be one is the writer's to report
    except (OSError, ValueError) as error:
        raise LockProblem(f"{folder / NAME} cannot be read ({error}); restore it, or delete it and use --force") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise LockProblem(f"{folder / NAME} is of another version of airgo; delete it and use --force")
    return Lock(document.get("sources", {}), document.get("outputs", {}))
