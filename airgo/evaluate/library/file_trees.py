"""Listing folders of the project: os.listdir, os.walk, glob. Always sorted, so that the result does not depend on a file system."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator as Elements

from airgo.evaluate.library.project_paths import path_text, project_path
from airgo.evaluate.models import PythonError, models, pure
from airgo.evaluate.objects import Call, Iterator, Modelled, Native
from airgo.values import MISSING, Symbolic, Unknown

MOST_FILES = 50_000
"""Entries that one listing may look at."""


def missing_folder(text: object) -> PythonError:
    """What listing a folder that is not there raises."""
    return PythonError("FileNotFoundError", f"[Errno 2] No such file or directory: '{text}'")


def folder(call: Call, value: object) -> str | Unknown:
    """The project path of a folder that must exist."""
    path = project_path(call, value)
    if path is None:
        return Unknown(f"the files of {path_text(value)}, a folder outside the project", call.place)
    if isinstance(path, str) and not call.machine.files.is_dir(path):
        raise missing_folder(path_text(value))
    return path


def below(path: str, name: str) -> str:
    """The project path of an entry of a folder."""
    return f"{path}/{name}" if path else name


@models("os.listdir")
def listdir(call: Call) -> object:
    """`os.listdir(path)`."""
    path = folder(call, call.argument(0, "path", "."))
    return path if isinstance(path, Unknown) else list(call.machine.files.listing(path))


class Entry(Modelled):
    """An entry of `os.scandir`."""

    __slots__ = ("path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    def get_attribute(self, name: str, call: Call) -> object:
        """Its name, its path, and what it is."""
        if name in ("path", "name"):
            return self.text if name == "path" else posixpath.basename(self.text)
        if name in ("is_file", "is_dir"):
            return Native(f"DirEntry.{name}", lambda inner: getattr(inner.machine.files, name)(self.path))
        return MISSING


@models("os.scandir")
def scandir(call: Call) -> object:
    """`os.scandir(path)`."""
    value = call.argument(0, "path", ".")
    path = folder(call, value)
    if isinstance(path, Unknown):
        return path
    text = str(path_text(value))
    return Iterator(Entry(below(path, name), posixpath.join(text, name)) for name in call.machine.files.listing(path))


@models("os.walk")
def walk(call: Call) -> object:
    """`os.walk(top)`, top down; a folder that is not there yields nothing."""
    value = call.argument(0, "top")
    path = project_path(call, value)
    if not isinstance(path, str):
        return path if isinstance(path, Unknown) else Unknown(f"the files of {path_text(value)}, a folder outside the project", call.place)
    text = path_text(value)
    return Iterator(walk_below(call, path, text if isinstance(text, str) else path))


def walk_below(call: Call, path: str, text: str) -> Elements[object]:
    """Folders from the top; the program may take names out of the list of folders to skip them."""
    files = call.machine.files
    if not files.is_dir(path):
        return
    names = files.listing(path)
    folders: list[object] = [name for name in names if files.is_dir(below(path, name))]
    yield text, folders, [name for name in names if name not in folders]
    for name in folders:
        if isinstance(name, str):
            yield from walk_below(call, below(path, name), posixpath.join(text, name))


def matches(call: Call, path: str, pattern: list[str]) -> Elements[str]:
    """Paths below `path` (relative to it) that match the components of a glob pattern; `**` is any number of folders."""
    seen = 0
    stack: list[tuple[str, list[str]]] = [("", pattern)]
    found: set[str] = set()
    while stack:
        inner, rest = stack.pop()
        if not rest:
            if inner and inner not in found:
                found.add(inner)
                yield inner
            continue
        here = posixpath.join(path, inner) if inner else path
        names = call.machine.files.listing(here)
        seen += len(names)
        if seen > MOST_FILES:
            raise PythonError("MemoryError", f"more than {MOST_FILES} files to look at")
        following: list[tuple[str, list[str]]] = []
        for name in names:
            step = f"{inner}/{name}" if inner else name
            is_folder = call.machine.files.is_dir(below(here, name))
            if rest[0] == "**":
                if len(rest) == 1:
                    following.append((step, []))
                if is_folder and not name.startswith("."):
                    following.append((step, rest))
            elif fnmatch.fnmatchcase(name, rest[0]) and (is_folder or len(rest) == 1) and hidden_wanted(name, rest[0]):
                following.append((step, rest[1:]))
        if rest[0] == "**":
            following.insert(0, (inner, rest[1:]))
        stack.extend(reversed(following))


def hidden_wanted(name: str, pattern: str) -> bool:
    """Names with a leading dot match only patterns with one."""
    return not name.startswith(".") or pattern.startswith(".")


def magic(component: str) -> bool:
    """Does a component of a path hold a wildcard?"""
    return any(sign in component for sign in "*?[")


@models("glob.glob", "glob.iglob")
def glob_(call: Call) -> object:
    """`glob.glob(pattern, recursive=…)`."""
    text = path_text(call.argument(0, "pathname"))
    if isinstance(text, Symbolic) or not isinstance(text, str):
        return Unknown("the files that match a pattern that is not known", call.place, text if isinstance(text, Unknown) else None)
    root = call.kwargs.get("root_dir")
    parts = text.split("/")
    first = next((index for index, part in enumerate(parts) if magic(part)), len(parts) - 1)
    start = "/".join(parts[:first])
    base = start or ("/" if text.startswith("/") else (path_text(root) if root is not None else "."))
    path = project_path(call, base)
    if not isinstance(path, str):
        return path if isinstance(path, Unknown) else Unknown(f"the files of {base}, a folder outside the project", call.place)
    pattern = [part for part in parts[first:] if part]
    if call.machine.truth(call.kwargs.get("recursive", False)) is not True:
        pattern = ["*" if part == "**" else part for part in pattern]
    found = sorted(matches(call, path, pattern))
    names: list[object] = [f"{start}/{name}" if start or text.startswith("/") else name for name in found]
    return names if call.name.endswith(".glob") else Iterator(names)


@pure("fnmatch.fnmatch", "fnmatch.fnmatchcase")
def fnmatch_(name: str, pat: str) -> object:
    """`fnmatch.fnmatch(name, pattern)`."""
    return fnmatch.fnmatchcase(name, pat)


@pure("fnmatch.filter")
def fnmatch_filter(names: list[str], pat: str) -> object:
    """`fnmatch.filter(names, pattern)`."""
    return [name for name in names if fnmatch.fnmatchcase(name, pat)]


@pure("glob.escape")
def escape(pathname: str) -> object:
    """`glob.escape(path)`."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in pathname)
