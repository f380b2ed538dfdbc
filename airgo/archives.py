"""Zip files of DAGs: Airflow puts an archive itself on the import path and loads the modules at its root (Airflow, "Packaging dags").

Only Python files of an archive are seen, as modules: what a program opens by path does not exist inside a zip file.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

SUFFIX = ".zip"
MARK = SUFFIX + "/"
MAXIMUM_MEMBERS = 20_000


class BrokenArchive(Exception):
    """A zip file, or a member of one, that cannot be read. The message says why."""


def split(path: str) -> tuple[str, str] | None:
    """The path of the archive and the path inside it; None for a path that leads into none."""
    archive, mark, inner = path.partition(MARK)
    return (archive + SUFFIX, inner.rstrip("/")) if mark else None


def members(archive: Path) -> Mapping[str, int]:
    """The Python files of an archive with their sizes. Raises BrokenArchive."""
    try:
        with zipfile.ZipFile(archive) as opened:
            found = opened.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise BrokenArchive(f"it is no zip file that can be read: {error}") from error
    if len(found) > MAXIMUM_MEMBERS:
        raise BrokenArchive(f"it has {len(found)} members; airgo looks into archives of at most {MAXIMUM_MEMBERS}")
    return {one.filename: one.file_size for one in found if one.filename.endswith(".py") and ".." not in one.filename.split("/")}


def content(archive: Path, name: str, maximum: int) -> bytes:
    """The bytes of a member, at most `maximum`. Raises BrokenArchive."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(name) as member:
            data = member.read(maximum + 1)
    except (OSError, EOFError, KeyError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        # an encrypted member is a RuntimeError, an unknown way of compression a NotImplementedError, which is one, too
        raise BrokenArchive(f"{name} cannot be unpacked: {error}") from error
    if len(data) > maximum:
        raise BrokenArchive(f"{name} has more than {maximum} bytes")
    return data
