"""The project on disk: its root, its import roots, which files hold DAGs, and reading confined to it."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

MAXIMUM_BYTES = 5_000_000
DEPLOYED_ROOT = "/airgo-project"
"""Where the evaluated program believes the project lies: `__file__` of dags/etl.py is /airgo-project/dags/etl.py.

No deployment has such a folder, so a path that reaches an argument of a task can be recognised and is never stated as a known value.
"""
DEPLOYMENT_PREFIXES = ("/opt/airflow", "/usr/local/airflow", "/home/airflow/gcs", "/home/airflow", "/root/airflow", "/var/lib/airflow")
"""Folders that well-known deployments mount a project at; used to find data files that code names by an absolute path."""
ROOT_MARKERS = ("airgo.toml", ".git")
IGNORED_FOLDERS = frozenset(
    {"__pycache__", "node_modules", "site-packages", ".git", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".eggs"}
)


class Refused(Exception):
    """A path that airgo does not read: outside the project, not a regular file, too large, or not text. The message says which."""


class NoSuchPath(Exception):
    """A path on the command line that does not exist, or lies outside the project. The message is for the user."""


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Reads files below `root` (an absolute, resolved path); symbolic links that leave it are refused.

    Paths in and out are relative to the root with slashes ("dags/etl.py"); "" is the root itself.
    `source_roots` are the import roots, best first, relative; "" among them is the root.
    """

    root: Path
    source_roots: tuple[str, ...] = ("",)
    _inside: dict[str, Path | None] = field(default_factory=dict, repr=False, compare=False)

    def read(self, path: str) -> str:
        """The text of a file (UTF-8, at most 5 MB). Raises Refused."""
        try:
            return self.read_bytes(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(f"{path} is not UTF-8 (byte {error.start})") from error

    def read_bytes(self, path: str) -> bytes:
        """The content of a file (at most 5 MB). Raises Refused."""
        found = self._resolve(path)
        if found is None:
            raise Refused(f"{path} is not in the project")
        try:
            status = found.stat()
            if not stat.S_ISREG(status.st_mode):
                raise Refused(f"{path} is not a regular file")
            if status.st_size > MAXIMUM_BYTES:
                raise Refused(f"{path} has {status.st_size} bytes; airgo reads files of at most {MAXIMUM_BYTES}")
            return found.read_bytes()
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror}") from error

    def exists(self, path: str) -> bool:
        """Is there a file or folder of this path inside the project?"""
        return self._resolve(path) is not None

    def is_file(self, path: str) -> bool:
        """Is it a regular file inside the project?"""
        found = self._resolve(path)
        return found is not None and found.is_file()

    def is_dir(self, path: str) -> bool:
        """Is it a folder inside the project?"""
        found = self._resolve(path)
        return found is not None and found.is_dir()

    def listing(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted; empty when it is none."""
        found = self._resolve(path)
        if found is None or not found.is_dir():
            return ()
        try:
            return tuple(sorted(entry.name for entry in os.scandir(found)))
        except OSError:
            return ()

    def relative(self, path: str) -> str | None:
        """A path that the evaluated program uses, as a project path; None when it lies outside.

        Known roots are DEPLOYED_ROOT, the project's own root, and DEPLOYMENT_PREFIXES where the rest of the path exists in the project.
        A relative path counts from the project root.
        """
        normal = str(PurePosixPath(os.path.normpath(path)))
        if not normal.startswith("/"):
            return None if normal.startswith("..") else ("" if normal == "." else normal)
        for known in (DEPLOYED_ROOT, str(self.root)):
            if normal == known or normal.startswith(known + "/"):
                return normal[len(known) :].lstrip("/")
        return self._deployed(normal)

    def _deployed(self, path: str) -> str | None:
        """An absolute path of a well-known deployment, if such a file is in the project (also below one of the import roots)."""
        for prefix in DEPLOYMENT_PREFIXES:
            if not path.startswith(prefix + "/"):
                continue
            rest = path[len(prefix) + 1 :]
            parts = rest.split("/")
            # the repository may be mounted below the dags folder: dags/repo/config/x.yml
            tails = ["/".join(parts[skipped:]) for skipped in range(min(3, len(parts)))]
            for tail in tails:
                for root in ("", *self.source_roots):
                    candidate = f"{root}/{tail}".lstrip("/")
                    if self.exists(candidate):
                        return candidate
        return None

    def _resolve(self, path: str) -> Path | None:
        """The real path, or None when there is nothing, or when it lies outside the root."""
        if path not in self._inside:
            self._inside[path] = self._resolve_anew(path)
        return self._inside[path]

    def _resolve_anew(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        try:
            found = (self.root / path).resolve(strict=True)
        except (OSError, RuntimeError):
            return None
        return found if found == self.root or self.root in found.parents else None


@dataclass(frozen=True, slots=True)
class Discovered:
    """What the PATHs of a command stand for: the project, its DAG files (relative, sorted), and where they were looked for."""

    files: ProjectFiles
    dag_files: tuple[str, ...]
    searched: tuple[str, ...]


def find_root(paths: Sequence[Path]) -> Path:
    """The project folder: the nearest ancestor of the first path with airgo.toml, `[tool.airgo]` or .git, else that path."""
    start = paths[0].resolve()
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in ROOT_MARKERS) or has_tool_table(candidate / "pyproject.toml"):
            return candidate
    return folder


def has_tool_table(path: Path) -> bool:
    """Does a pyproject.toml hold `[tool.airgo]`? False when it is missing or broken."""
    try:
        return "airgo" in tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return False


def discover(paths: Sequence[Path], root: Path, *, source_roots: Sequence[str] = (), exclude: Sequence[str] = ()) -> Discovered:
    """Find the DAG files below `paths`. A file named on the command line is read even without Airflow's safe-mode words.

    Raises NoSuchPath for a path that does not exist or lies outside `root`.
    """
    root = root.resolve()
    found: dict[str, None] = {}
    searched = []
    for path in paths:
        resolved = path.resolve()
        if not resolved.exists():
            raise NoSuchPath(f"{path} does not exist")
        if resolved != root and root not in resolved.parents:
            raise NoSuchPath(f"{path} lies outside the project {root.name}; name its folder with --project")
        searched.append(resolved.relative_to(root).as_posix())
        if resolved.is_file():
            found[resolved.relative_to(root).as_posix()] = None
        else:
            found.update(dict.fromkeys(walk(root, resolved, exclude)))
    dag_files = tuple(sorted(found))
    roots = tuple(source_roots) or guess_source_roots(root, dag_files, paths)
    return Discovered(ProjectFiles(root, tuple(clean_root(r) for r in roots)), dag_files, tuple(searched))


def clean_root(source_root: str) -> str:
    """A configured import root as a project path: "." is the root."""
    return "" if source_root in (".", "./") else source_root.strip("/").removeprefix("./")


def walk(root: Path, folder: Path, exclude: Sequence[str]) -> Iterator[str]:
    """Python files below a folder that Airflow would look into, relative to the root."""
    above = [parent for parent in reversed([folder, *folder.parents]) if root in (parent, *parent.parents)]
    ignored = [IgnoreRules.read(parent) for parent in above]
    for current, folders, names in os.walk(folder):
        here = Path(current)
        rules = ignored if here == folder else [*ignored, *(IgnoreRules.read(p) for p in between(folder, here))]
        folders[:] = sorted(f for f in folders if f not in IGNORED_FOLDERS and not any(r.ignores(here / f, folder=True) for r in rules))
        for name in sorted(names):
            path = here / name
            relative = path.relative_to(root).as_posix()
            if not name.endswith(".py") or any(r.ignores(path) for r in rules) or any(fnmatch.fnmatchcase(relative, g) for g in exclude):
                continue
            if path.is_file() and may_hold_dags(path):
                yield relative


def between(top: Path, below: Path) -> Iterator[Path]:
    """The folders under `top` down to and including `below`."""
    parts = below.relative_to(top).parts
    for count in range(1, len(parts) + 1):
        yield top.joinpath(*parts[:count])


def may_hold_dags(path: Path) -> bool:
    """Airflow's safe mode: only a file whose text holds both words, "dag" and "airflow", in any case, is loaded."""
    try:
        content = path.read_bytes().lower()
    except OSError:
        return True
    return b"dag" in content and b"airflow" in content


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """One .airflowignore: regular expressions (Airflow 2's default) or globs (3's); a line counts if either reading of it matches a path.

    Lines that are no valid regular expression, or hold `**`, are globs; others are searched for in the path below the file's folder.
    """

    folder: Path
    expressions: tuple[re.Pattern[str], ...] = ()
    globs: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> IgnoreRules:
        """The rules of a folder; none when it has no such file."""
        try:
            lines = (folder / ".airflowignore").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return cls(folder)
        expressions, globs = [], []
        for line in (re.sub(r"\s*#.*", "", line).strip() for line in lines):
            if not line:
                continue
            try:
                expressions.append(re.compile(line))
            except re.error:
                globs.append(line)
            if "*" in line:
                globs.append(line)
        return cls(folder, tuple(expressions), tuple(dict.fromkeys(globs)))

    def ignores(self, path: Path, *, folder: bool = False) -> bool:
        """Is the path left out by these rules?"""
        if (not self.expressions and not self.globs) or self.folder not in path.parents:
            return False
        relative = path.relative_to(self.folder).as_posix()
        if any(expression.search(relative) for expression in self.expressions):
            return True
        names = (relative, path.name, *((relative + "/",) if folder else ()))
        return any(fnmatch.fnmatchcase(name, glob.strip("/").replace("**/", "*")) for name in names for glob in self.globs)


def guess_source_roots(root: Path, dag_files: Iterable[str], paths: Sequence[Path]) -> tuple[str, ...]:
    """Import roots as Airflow would have them: each folder named `dags` above a DAG file with its siblings plugins and config,
    the folders named on the command line, then the project root."""
    roots: dict[str, None] = {}
    for path in dag_files:
        parts = PurePosixPath(path).parent.parts
        if "dags" in parts:
            roots["/".join(parts[: parts.index("dags") + 1])] = None
    for resolved in (path.resolve() for path in paths):
        if resolved.is_dir() and root in resolved.parents:
            roots[resolved.relative_to(root).as_posix()] = None
    siblings = [f"{PurePosixPath(r).parent}/{name}".removeprefix("./") for r in roots for name in ("plugins", "config")]
    present = [s for s in (*siblings, "plugins", "config") if (root / s).is_dir()]
    return tuple(dict.fromkeys([*roots, *present, ""]))
