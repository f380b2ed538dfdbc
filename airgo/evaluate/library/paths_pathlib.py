"""pathlib: paths are plain PurePosixPath values, whose methods read the project; a path from outside keeps its symbolic text."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import PurePosixPath

from airgo.discovery import DEPLOYED_ROOT
from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.library.environment import value_of
from airgo.evaluate.library.file_trees import below, folder, matches
from airgo.evaluate.library.open_files import opened, read_project_file
from airgo.evaluate.library.paths_os import ask_files, basename, dirname
from airgo.evaluate.library.plain_texts import joined
from airgo.evaluate.library.project_paths import SymbolicText, absolute, join_paths, path_text, project_path
from airgo.evaluate.models import METHODS, MODELS, MODULES, methods, models, pure_methods
from airgo.evaluate.objects import Call, Iterator, Native
from airgo.values import MISSING, Operation, Unknown

MODULES.add("pathlib")
NAMES = tuple(f"pathlib.{name}" for name in ("Path", "PurePath", "PosixPath", "PurePosixPath"))
for _name in NAMES:
    plain_type(_name, PurePosixPath)

pure_methods(PurePosixPath, "with_name", "with_suffix", "with_stem", "as_posix", "match", "is_absolute")
pure_methods(PurePosixPath, "is_relative_to", "relative_to", "as_uri")


class SymbolicPath(SymbolicText):
    """A path whose text is not wholly known."""

    __slots__ = ()

    def get_attribute(self, name: str, call: Call) -> object:
        """Parts of the path, and the methods of paths."""
        if name == "parent":
            return as_path(dirname(text_call(call, self.text, "os.path.dirname")))
        if name == "name":
            return basename(text_call(call, self.text, "os.path.basename"))
        if name in ("stem", "suffix"):
            found = basename(text_call(call, self.text, "os.path.basename"))
            return getattr(PurePosixPath(found), name) if isinstance(found, str) else Operation(f".{name}", (self.text,), call.place)
        if name in ("__str__", "as_posix", "__fspath__"):
            return Native(name, lambda inner: self.text)
        method = METHODS[PurePosixPath].get(name)
        if method is None or name in UNBUILT:
            return MISSING
        return Native(f".{name}", lambda inner: method(Call(inner.machine, f".{name}", (self, *inner.args), inner.kwargs, inner.place)))

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`path / name`."""
        if operator != "/":
            return MISSING
        return as_path(join_paths(call, [other, self] if reflected else [self, other]))


UNBUILT = frozenset({"with_name", "with_suffix", "with_stem", "match", "relative_to", "as_uri", "is_relative_to"})


def text_call(call: Call, text: object, name: str) -> Call:
    """A call of a function of os.path over a text."""
    return Call(call.machine, name, (text,), {}, call.place)


def as_path(text: object) -> object:
    """A path of a text: plain where the text is."""
    if isinstance(text, str):
        return PurePosixPath(text)
    return text if isinstance(text, Unknown | PurePosixPath | SymbolicPath) else SymbolicPath(text)


@models(*NAMES)
def path_(call: Call) -> object:
    """`Path(*parts)`."""
    if len(call.args) == 1:
        return as_path(path_text(call.args[0]))
    return as_path(join_paths(call, list(call.args))) if call.args else PurePosixPath()


@models("pathlib.Path.cwd")
def cwd(call: Call) -> object:
    """`Path.cwd()`: the project root, as if Airflow had been started there."""
    return PurePosixPath(DEPLOYED_ROOT)


@models("pathlib.Path.home")
def home(call: Call) -> object:
    """`Path.home()` of the deployment."""
    return as_path(value_of(call, "HOME"))


@methods(PurePosixPath)
def joinpath(call: Call) -> object:
    """`path.joinpath(*parts)`."""
    return as_path(join_paths(call, list(call.args)))


@methods(PurePosixPath)
def resolve(call: Call) -> object:
    """`path.resolve()`: symbolic links are not looked at."""
    path = call.args[0]
    return PurePosixPath(absolute(str(path))) if isinstance(path, PurePosixPath) else path


@methods(PurePosixPath)
def absolute_(call: Call) -> object:
    """`path.absolute()`."""
    path = call.args[0]
    return PurePosixPath(posixpath.join(DEPLOYED_ROOT, str(path))) if isinstance(path, PurePosixPath) else path


@methods(PurePosixPath)
def expanduser(call: Call) -> object:
    """`path.expanduser()`."""
    return as_path(MODELS["os.path.expanduser"](text_call(call, path_text(call.args[0]), "os.path.expanduser")))


def question(name: str) -> Callable[[Call], object]:
    """A method that asks something of the file."""
    return lambda call: ask_files(call, call.args[0], name)


@methods(PurePosixPath)
def exists(call: Call) -> object:
    """`path.exists()`."""
    return ask_files(call, call.args[0], "exists")


for _question in ("is_file", "is_dir", "is_symlink", "is_mount"):
    METHODS[PurePosixPath][_question] = question(_question)


@methods(PurePosixPath)
def read_text(call: Call) -> object:
    """`path.read_text()`."""
    return read_project_file(call, call.args[0])


@methods(PurePosixPath)
def read_bytes(call: Call) -> object:
    """`path.read_bytes()`."""
    return read_project_file(call, call.args[0], binary=True)


@methods(PurePosixPath)
def open_(call: Call) -> object:
    """`path.open(mode)`."""
    return opened(call, call.args[0], call.argument(1, "mode", "r"))


@methods(PurePosixPath)
def iterdir(call: Call) -> object:
    """`path.iterdir()`, sorted."""
    path = folder(call, call.args[0])
    if isinstance(path, Unknown):
        return path
    return Iterator(entry(call.args[0], name) for name in call.machine.files.listing(path))


def entry(parent: object, name: str) -> object:
    """A path below another."""
    text = path_text(parent)
    return PurePosixPath(text) / name if isinstance(text, str) else as_path(joined((text, "/", name)))


@methods(PurePosixPath)
def glob(call: Call) -> object:
    """`path.glob(pattern)`, sorted."""
    return globbed(call, [])


@methods(PurePosixPath)
def rglob(call: Call) -> object:
    """`path.rglob(pattern)`, sorted."""
    return globbed(call, ["**"])


def globbed(call: Call, start: list[str]) -> object:
    """The paths below a folder that match a pattern; hidden files match too, as pathlib has it."""
    pattern = call.args[1]
    path = project_path(call, call.args[0])
    if not isinstance(pattern, str) or not isinstance(path, str):
        return path if isinstance(path, Unknown) else Unknown("the files that match a pattern outside the project", call.place)
    found = sorted(matches(call, path, [*start, *[part for part in pattern.split("/") if part]]))
    folders_only = pattern.rpartition("/")[2] == "**"
    names = [name for name in found if not folders_only or call.machine.files.is_dir(below(path, name))]
    return Iterator(entry(call.args[0], name) for name in names)


@methods(PurePosixPath)
def write_text(call: Call) -> object:
    """Changes to the file system are not made."""
    return None


for _change in ("mkdir", "write_bytes", "touch", "unlink", "rmdir", "chmod", "rename"):
    METHODS[PurePosixPath][_change] = write_text


@methods(PurePosixPath)
def stat(call: Call) -> object:
    """Times and owners of files differ from deployment to deployment."""
    return Unknown("what stat() says differs from deployment to deployment", call.place)
