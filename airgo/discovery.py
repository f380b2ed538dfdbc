"""The project on disk: its root, its import roots, which files hold DAGs, and reading confined to it."""

from __future__ import annotations

import fnmatch
import os
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath

from airgo import archives
from airgo.ignoring import BY_LINE, NAME, IgnoreRules, configured_syntax
from airgo.spelling import majority, pinned, spelling

MAXIMUM_BYTES = 5_000_000
DEPLOYED_ROOT = "/airgo-project"
"""Where the evaluated program believes the project lies: `__file__` of dags/etl.py is /airgo-project/dags/etl.py.

No deployment has such a folder, so a path that reaches an argument of a task can be recognised and is never stated as a known value.
"""
DEPLOYMENT_PREFIXES = ("/opt/airflow", "/usr/local/airflow", "/home/airflow/gcs", "/home/airflow", "/root/airflow", "/var/lib/airflow")
"""Folders that well-known deployments mount a project at; used to find data files that code names by an absolute path."""
ROOT_MARKERS = ("airgo.toml", ".git")
HOME_SIGNS = ("plugins", "config", "include", "airflow.cfg", "airflow_settings.yaml")
"""What stands beside `dags/` in the folder that a deployment has as AIRFLOW_HOME (include/ and airflow_settings.yaml: Astronomer's)."""
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
    _kinds: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _archives: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def read(self, path: str) -> str:
        """The text of a file (UTF-8, at most 5 MB). Raises Refused."""
        try:
            return self.read_bytes(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(f"{path} is not UTF-8 (byte {error.start})") from error

    def read_bytes(self, path: str) -> bytes:
        """The content of a file (at most 5 MB). Raises Refused."""
        inside = archives.split(path)
        found = self._resolve(path if inside is None else inside[0])
        if found is None:
            raise Refused(f"{path} is not in the project")
        if inside is not None and found.is_file():
            return self._member(found, inside[1])
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
        return self._resolve(path) is not None or self.is_file(path) or self.is_dir(path)

    def is_file(self, path: str) -> bool:
        """Is it a regular file inside the project?"""
        found = self._resolve(path)
        if found is None and archives.MARK in path:
            return path in self._members(path)
        return found is not None and stat.S_ISREG(self._kind(path, found))

    def is_dir(self, path: str) -> bool:
        """Is it a folder inside the project?"""
        found = self._resolve(path)
        if found is None and archives.MARK in path:
            return any(name.startswith(path.rstrip("/") + "/") for name in self._members(path))
        return found is not None and stat.S_ISDIR(self._kind(path, found))

    def listing(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted; empty when it is none."""
        found = self._resolve(path)
        if found is None and archives.MARK in path:
            start = path.rstrip("/") + "/"
            return tuple(sorted({name[len(start) :].partition("/")[0] for name in self._members(path) if name.startswith(start)}))
        if found is None or not found.is_dir():
            return ()
        try:
            return tuple(sorted(entry.name for entry in os.scandir(found)))
        except OSError:
            return ()

    def text(self, path: str) -> str | None:
        """The text of a file, None where there is none that can be read."""
        try:
            return self.read(path) if self.is_file(path) else None
        except Refused:
            return None

    def _members(self, path: str) -> frozenset[str]:
        """The Python files of the archive that a path leads into, as project paths; none when it leads into none."""
        archive = (archives.split(path) or ("", ""))[0]
        if archive not in self._archives:
            found = self._resolve(archive) if archive else None
            try:
                names = archives.members(found) if found is not None and found.is_file() else {}
            except archives.BrokenArchive:
                names = {}
            self._archives[archive] = frozenset(f"{archive}/{name}" for name in names)
        return self._archives[archive]

    def _member(self, archive: Path, name: str) -> bytes:
        """The content of a Python file in an archive. Raises Refused."""
        try:
            return archives.content(archive, name, MAXIMUM_BYTES)
        except archives.BrokenArchive as broken:
            raise Refused(f"{archive.name}: {broken}") from broken

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

    def _kind(self, path: str, found: Path) -> int:
        """What a path is, as `stat` has it; 0 when it is gone."""
        if path not in self._kinds:
            try:
                self._kinds[path] = found.stat().st_mode
            except OSError:
                self._kinds[path] = 0
        return self._kinds[path]

    def _resolve(self, path: str) -> Path | None:
        """The real path, or None when there is nothing, or when it lies outside the root."""
        if path not in self._inside:
            self._inside[path] = self._resolve_anew(path)
        return self._inside[path]

    def _resolve_anew(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        try:
            os.stat(f"{self.root}/{path}")  # most paths asked for do not exist, and this says so in one call of the system
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
    """The project folder: the nearest ancestor of the first path with airgo.toml, `[tool.airgo]` or .git; without one, the folder
    in which the path's `dags` stands beside other parts of an Airflow deployment, else that path."""
    start = paths[0].resolve()
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in ROOT_MARKERS) or has_tool_table(candidate / "pyproject.toml"):
            return candidate
    dags = (candidate for candidate in (folder, *folder.parents) if candidate.name == "dags")
    return next((one.parent for one in dags if any((one.parent / sign).exists() for sign in HOME_SIGNS)), folder)


def has_tool_table(path: Path) -> bool:
    """Does a pyproject.toml hold `[tool.airgo]`? False when it is missing or broken."""
    try:
        return "airgo" in tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return False


def discover(
    paths: Sequence[Path],
    root: Path,
    *,
    source_roots: Sequence[str] = (),
    exclude: Sequence[str] = (),
    airflow_version: str | None = None,
) -> Discovered:
    """Find the DAG files below `paths`. A file named on the command line is read even without Airflow's safe-mode words.

    `airflow_version` ("2" or "3") decides how .airflowignore is read, where no file of the deployment does; by default it is inferred.
    Raises NoSuchPath for a path that does not exist or lies outside `root`.
    """
    root = root.resolve()
    files = ProjectFiles(root)

    @cache
    def syntax() -> str:
        return configured_syntax(files.text) or BY_LINE[airflow_version or pinned(files.text) or spelled_line(root, paths)]

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
            named = resolved.relative_to(root).as_posix()
            found.update(dict.fromkeys(packed(resolved, named) if named.endswith(archives.SUFFIX) else [named]))
        else:
            found.update(dict.fromkeys(walk(root, resolved, exclude, syntax)))
    dag_files = tuple(sorted(found))
    roots = tuple(source_roots) or guess_source_roots(root, dag_files, paths)
    return Discovered(ProjectFiles(root, tuple(clean_root(r) for r in roots)), dag_files, tuple(searched))


def clean_root(source_root: str) -> str:
    """A configured import root as a project path: "." is the root."""
    return "" if source_root in (".", "./") else source_root.strip("/").removeprefix("./")


def walk(root: Path, folder: Path, exclude: Sequence[str], syntax: Callable[[], str]) -> Iterator[str]:
    """Python files below a folder, and in its zip files, that Airflow would look into, relative to the root."""
    above = [parent for parent in reversed([folder, *folder.parents]) if root in (parent, *parent.parents)]
    ignored = [IgnoreRules.read(parent, syntax) for parent in above]
    for current, folders, names in os.walk(folder):
        here = Path(current)
        if here != folder and NAME in names:
            ignored.append(IgnoreRules.read(here, syntax))
        folders[:] = sorted(f for f in folders if f not in IGNORED_FOLDERS and not any(r.ignores(here / f, folder=True) for r in ignored))
        for name in sorted(names):
            path = here / name
            relative = path.relative_to(root).as_posix()
            if not name.endswith((".py", archives.SUFFIX)) or any(fnmatch.fnmatchcase(relative, g) for g in exclude):
                continue
            if any(r.ignores(path) for r in ignored) or not path.is_file():
                continue
            if name.endswith(archives.SUFFIX):
                yield from packed(path, relative)
            elif may_hold_dags(path):
                yield relative


def packed(archive: Path, relative: str) -> Iterator[str]:
    """The modules at the root of a zip file that may hold DAGs; the archive itself when it is broken, so that this is reported."""
    try:
        for name in sorted(archives.members(archive)):
            if "/" not in name and named_words(archives.content(archive, name, MAXIMUM_BYTES)):
                yield f"{relative}/{name}"
    except archives.BrokenArchive:
        yield relative


def spelled_line(root: Path, paths: Sequence[Path]) -> str:
    """The line of Airflow that most Python files below the paths are written for; without any evidence "2"."""
    files = (found for path in paths for found in ([path] if path.is_file() else sorted(path.rglob("*.py"))))
    inside = (found for found in files if found.is_file() and root in found.resolve().parents and not IGNORED_FOLDERS & set(found.parts))
    texts = (found.read_text(encoding="utf-8", errors="replace") for found in inside)
    return majority(line for text in texts if (line := spelling(text)) is not None) or "2"


def may_hold_dags(path: Path) -> bool:
    """Airflow's safe mode, on a file: see `named_words`."""
    try:
        return named_words(path.read_bytes())
    except OSError:
        return True


def named_words(content: bytes) -> bool:
    """Airflow's safe mode: only a file whose text holds "airflow" and one of "dag" and "asset", in any case, is loaded."""
    words = content.lower()
    return b"airflow" in words and (b"dag" in words or b"asset" in words)


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
