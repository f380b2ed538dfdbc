"""Writes an output folder: all or nothing for each file, never over a person's change, and without leftovers of earlier runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from airgo.changes.lock import NAME, Lock, digest, read_lock


class CannotWrite(Exception):
    """The output folder cannot be written. The message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What writing would do. All paths are relative to the output folder, sorted.

    `kept`: a person changed the file since airgo wrote it (or it was there before airgo), and it would become something else now.
    `stale`: airgo wrote it earlier, nobody changed it, and nothing produces it any more.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Is the folder already what airgo would write?"""
        return not (self.new or self.changed or self.kept or self.stale)


def plan(folder: Path, texts: Mapping[str, str], *, force: bool = False) -> Plan:
    """Compare what airgo would write with what is there. Raises LockProblem, CannotWrite."""
    lock = read_lock(folder)
    found: dict[str, list[str]] = {"new": [], "changed": [], "unchanged": [], "kept": []}
    for path, text in sorted(texts.items()):
        found[state(folder / path, text, lock.outputs.get(path), force)].append(path)
    leftovers = [path for path in sorted(lock.outputs) if path not in texts and (folder / path).is_file()]
    stale = [path for path in leftovers if digest(read(folder / path)) == lock.outputs[path]]
    new, changed, unchanged, kept = (tuple(found[key]) for key in ("new", "changed", "unchanged", "kept"))
    return Plan(new, changed, unchanged, kept, tuple(stale))


def state(path: Path, text: str, locked: str | None, force: bool) -> str:
    """new · changed · unchanged · kept, for one file."""
    if not path.exists():
        return "new"
    there = read(path)
    if there == text:
        return "unchanged"
    return "changed" if force or digest(there) == locked else "kept"


def read(path: Path) -> str:
    """The text of a file that may be anything; what is not UTF-8 is certainly not ours."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise CannotWrite(f"{path}: {error.strerror}") from error


def write(folder: Path, texts: Mapping[str, str], sources: Mapping[str, str], *, force: bool = False) -> Plan:
    """Write what has changed, remove what is stale, and the lock last. Raises LockProblem, CannotWrite; no file is left half-written.

    Everything is first written beside its place under a temporary name: a full disk is met before the first file is replaced.
    """
    todo = plan(folder, texts, force=force)
    prepared: dict[Path, Path] = {}
    try:
        for path in (*todo.new, *todo.changed):
            prepared[folder / path] = prepare(folder / path, texts[path])
        before = read_lock(folder).outputs
        outputs = {path: digest(text) for path, text in texts.items() if path not in todo.kept}
        outputs |= {path: before[path] for path in todo.kept if path in before}
        prepared[folder / NAME] = prepare(folder / NAME, Lock(dict(sources), outputs).text())
        for final, temporary in prepared.items():
            temporary.replace(final)
        remove(folder, todo.stale)
    except OSError as error:
        raise CannotWrite(f"{error.filename or folder}: {error.strerror}") from error
    finally:
        for temporary in prepared.values():
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return todo


def prepare(path: Path, text: str) -> Path:
    """Write a text beside its final place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.airgo-{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def remove(folder: Path, stale: tuple[str, ...]) -> None:
    """Remove files that nothing produces any more, and the folders that are empty then."""
    for path in stale:
        (folder / path).unlink()
        for parent in (folder / path).parents:
            if parent == folder:
                break
            with contextlib.suppress(OSError):
                parent.rmdir()
