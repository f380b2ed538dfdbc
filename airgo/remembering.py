"""What was read before: results of `inspect` kept under the user's cache folder, valid while everything that was looked at is unchanged.

An entry holds the trace of one file's evaluation: every file it read (by hash), and every path and folder it asked about. It is used
again only if each of these answers is the same now, so nothing needs to know in advance what a DAG file depends on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import airgo
from airgo.config import Config
from airgo.discovery import ProjectFiles, Refused

Answer = str | bool | list[str] | None
CHANGED = "changed while it was read"
"""In place of a hash: a file was read twice and differed, so what was made of it holds for no state of the project."""


@dataclass(frozen=True, slots=True)
class TracedFiles(ProjectFiles):
    """A project's files that remember what they were asked: ("read", path) → hash, ("exists", path) → bool, ("listing", path) → names."""

    trace: dict[tuple[str, str], Answer] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, files: ProjectFiles) -> TracedFiles:
        """The same project with a trace of its own; where paths lead is found out once for all of them."""
        return cls(files.root, files.source_roots, files._inside, files._kinds, files._archives)

    def read_bytes(self, path: str) -> bytes:
        """As ProjectFiles; the hash is noted, or that it was refused."""
        try:
            content = ProjectFiles.read_bytes(self, path)
        except Refused:
            self.trace["read", path] = None
            raise
        digest = hashlib.sha256(content).hexdigest()
        self.trace["read", path] = digest if self.trace.get(("read", path), digest) == digest else CHANGED
        return content

    def exists(self, path: str) -> bool:
        """As ProjectFiles, noted."""
        return self._note("exists", path, ProjectFiles.exists(self, path))

    def is_file(self, path: str) -> bool:
        """As ProjectFiles, noted."""
        return self._note("is_file", path, ProjectFiles.is_file(self, path))

    def is_dir(self, path: str) -> bool:
        """As ProjectFiles, noted."""
        return self._note("is_dir", path, ProjectFiles.is_dir(self, path))

    def listing(self, path: str) -> tuple[str, ...]:
        """As ProjectFiles, noted."""
        found = ProjectFiles.listing(self, path)
        self.trace["listing", path] = list(found)
        return found

    def _note(self, question: str, path: str, answer: bool) -> bool:
        self.trace[question, path] = answer
        return answer


@dataclass(slots=True)
class Memory:
    """Entries of one project under one configuration. Files are written whole, then renamed: nothing leaves half of one."""

    folder: Path
    files: ProjectFiles
    salt: str
    _answers: dict[tuple[str, str], Answer] = field(default_factory=dict)

    @classmethod
    def open(cls, files: ProjectFiles, config: Config) -> Memory | None:
        """The memory of a project; None where there is no folder to write to."""
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        if not os.path.isabs(base):
            return None
        root = hashlib.sha256(str(files.root).encode()).hexdigest()[:16]
        salt = hashlib.sha256(repr((program(), config, files.source_roots)).encode()).hexdigest()
        folder = Path(base) / "airgo" / root
        sweep(folder)
        return cls(folder, files, salt)

    def recall(self, path: str, version: str) -> Mapping[str, object] | None:
        """What was kept for a DAG file, if it still holds; None otherwise."""
        try:
            entry = json.loads(self._place(path).read_text(encoding="utf-8"))
            if entry["salt"] != self.salt or entry["version"] != version:
                return None
            if all(self._answer(question, asked) == answer for question, asked, answer in entry["trace"]):
                kept: Mapping[str, object] = entry["kept"]
                return kept
        except (OSError, ValueError, KeyError, TypeError):
            return None  # an entry that cannot be read is as good as none
        return None

    def keep(self, path: str, version: str, kept: Mapping[str, object], trace: Mapping[tuple[str, str], Answer]) -> None:
        """Keep a result. Where it cannot be written, the next run is slower, and that is all."""
        rows = [[question, asked, answer] for (question, asked), answer in trace.items()]
        place = self._place(path)
        temporary = place.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps({"salt": self.salt, "version": version, "trace": rows, "kept": kept}), encoding="utf-8")
            temporary.replace(place)

    def _place(self, path: str) -> Path:
        return self.folder / (hashlib.sha256(path.encode()).hexdigest()[:32] + ".json")

    def _answer(self, question: str, path: str) -> Answer:
        key = (question, path)
        if key not in self._answers:
            self._answers[key] = self._ask(question, path)
        return self._answers[key]

    def _ask(self, question: str, path: str) -> Answer:
        if question == "read":
            try:
                return hashlib.sha256(self.files.read_bytes(path)).hexdigest()
            except Refused:
                return None
        if question == "listing":
            return list(self.files.listing(path))
        return {"exists": self.files.exists, "is_file": self.files.is_file, "is_dir": self.files.is_dir}[question](path)


def sweep(folder: Path) -> None:
    """Remove what processes that were ended in the middle of writing left behind: files named after a process that is gone."""
    try:
        left = [name for name in os.listdir(folder) if name.rpartition(".")[2].isdecimal()]
    except OSError:
        return
    for name in left:
        try:
            os.kill(int(name.rpartition(".")[2]), 0)
        except (ProcessLookupError, OverflowError):
            with contextlib.suppress(OSError):
                (folder / name).unlink()
        except OSError:
            continue  # a process of somebody else's


def program() -> str:
    """Which airgo this is: its version, and the sizes and times of its files, so that a changed checkout forgets."""
    root = Path(airgo.__path__[0])
    stats = [(str(p.relative_to(root)), (s := p.stat()).st_size, s.st_mtime_ns) for p in sorted(root.rglob("*.py"))]
    stats += [(str(p.relative_to(root)), (s := p.stat()).st_size, s.st_mtime_ns) for p in sorted((root / "data").iterdir())]
    return hashlib.sha256(repr((airgo.__version__, stats)).encode()).hexdigest()
