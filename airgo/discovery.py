"""The project on disk: its root, its import roots, which files hold DAGs, and reading confined to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Refused(Exception):
    """A path that airgo does not read: outside the project, not a regular file, too large, or not text. The message says which."""


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Reads files below `root` (an absolute, resolved path); symbolic links that leave it are refused.

    Paths in and out are relative to the root with slashes ("dags/etl.py"); "" is the root itself.
    `source_roots` are the import roots, best first, relative; "" among them is the root.
    """

    root: Path
    source_roots: tuple[str, ...] = ("",)

    def read(self, path: str) -> str:
        """The text of a file (UTF-8, at most 5 MB). Raises Refused."""
        raise NotImplementedError

    def exists(self, path: str) -> bool:
        """Is there a file or folder of this path inside the project?"""
        raise NotImplementedError

    def is_file(self, path: str) -> bool:
        """Is it a regular file inside the project?"""
        raise NotImplementedError

    def is_dir(self, path: str) -> bool:
        """Is it a folder inside the project?"""
        raise NotImplementedError

    def listing(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted; empty when it is none."""
        raise NotImplementedError

    def relative(self, path: str) -> str | None:
        """A path that the evaluated program uses (absolute under the deployment's or this project's root, or relative), as a project path; None when outside."""
        raise NotImplementedError
