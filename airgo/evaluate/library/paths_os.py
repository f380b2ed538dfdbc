"""os.path: functions over paths as text, and questions about files of the project."""

from __future__ import annotations

import posixpath

from airgo.discovery import DEPLOYED_ROOT
from airgo.evaluate.library.environment import value_of
from airgo.evaluate.library.plain_texts import joined
from airgo.evaluate.library.project_paths import absolute, join_paths, path_text, project_path
from airgo.evaluate.models import MODULES, PythonError, constant, lift, models
from airgo.evaluate.objects import Call
from airgo.values import Operation, Symbolic, Template, Unknown

MODULES.update({"os", "os.path", "posixpath"})
for _module in ("os", "os.path", "posixpath"):
    constant(f"{_module}.sep", "/")
    constant(f"{_module}.pardir", "..")
    constant(f"{_module}.curdir", ".")
    constant(f"{_module}.extsep", ".")
    constant(f"{_module}.pathsep", ":")
constant("os.linesep", "\n")
constant("os.name", "posix")
constant("os.devnull", "/dev/null")


def path_names(*functions: str) -> tuple[str, ...]:
    """The dotted names of functions of os.path."""
    return tuple(f"{module}.{function}" for function in functions for module in ("os.path", "posixpath"))


@models(*path_names("join"))
def join(call: Call) -> object:
    """`os.path.join(a, *rest)`."""
    return join_paths(call, list(call.args))


def over_text(call: Call, function: object) -> object:
    """A pure function over texts, of paths given as text or path objects."""
    args = tuple(path_text(value) for value in call.args)
    return function(Call(call.machine, call.name, args, call.kwargs, call.place))  # type: ignore[operator]  # a model


def textual(name: str) -> None:
    """Register a function that only looks at text."""
    lifted = lift(getattr(posixpath, name))
    models(*path_names(name))(lambda call: over_text(call, lifted))


for _name in ("split", "splitext", "normpath", "isabs", "commonprefix", "commonpath", "normcase", "splitdrive"):
    textual(_name)

DIRNAME, BASENAME = lift(posixpath.dirname), lift(posixpath.basename)


@models(*path_names("dirname"))
def dirname(call: Call) -> object:
    """`os.path.dirname(p)`; of a Template, where its last part holds a slash."""
    text = path_text(call.argument(0, "p"))
    if isinstance(text, Template) and isinstance(text.parts[-1], str) and "/" in text.parts[-1].strip("/"):
        return joined((*text.parts[:-1], text.parts[-1].rpartition("/")[0]))
    return DIRNAME(Call(call.machine, call.name, (text,), {}, call.place))


@models(*path_names("basename"))
def basename(call: Call) -> object:
    """`os.path.basename(p)`; of a Template, where its last part holds a slash."""
    text = path_text(call.argument(0, "p"))
    if isinstance(text, Template) and isinstance(text.parts[-1], str) and "/" in text.parts[-1]:
        return text.parts[-1].rpartition("/")[2]
    return BASENAME(Call(call.machine, call.name, (text,), {}, call.place))


@models(*path_names("abspath", "realpath"))
def abspath(call: Call) -> object:
    """`os.path.abspath(p)`: the working directory is the project root; a symbolic path stays as it is."""
    text = path_text(call.argument(0, "path"))
    return absolute(text) if isinstance(text, str) else text


@models(*path_names("relpath"))
def relpath(call: Call) -> object:
    """`os.path.relpath(p, start)`."""
    path, start = path_text(call.args[0]), path_text(call.argument(1, "start", DEPLOYED_ROOT))
    if isinstance(path, str) and isinstance(start, str):
        return posixpath.relpath(absolute(path), absolute(start))
    return Operation(call.name, (path, start), call.place)


@models(*path_names("expanduser"))
def expanduser(call: Call) -> object:
    """`os.path.expanduser(p)`: `~` is the deployment's HOME, which stays a symbol."""
    text = path_text(call.args[0])
    if isinstance(text, str) and (text == "~" or text.startswith("~/")):
        return joined((value_of(call, "HOME"), text[1:]))
    return Operation(call.name, (text,), call.place) if isinstance(text, str) and text.startswith("~") else text


@models(*path_names("expandvars"))
def expandvars(call: Call) -> object:
    """`os.path.expandvars(p)`: `$NAME` and `${NAME}` become the deployment's environment."""
    text = path_text(call.args[0])
    if not isinstance(text, str):
        return Operation(call.name, (text,), call.place)
    pieces: list[object] = []
    while "$" in text:
        before, _, rest = text.partition("$")
        if rest.startswith("{") and "}" in rest:
            name, _, after = rest[1:].partition("}")
        else:
            length = next((i for i, c in enumerate(rest) if not (c.isalnum() or c == "_")), len(rest))
            name, after = rest[:length], rest[length:]
        pieces.extend((before, value_of(call, name) if name.isidentifier() else "$" + rest[: len(rest) - len(after)]))
        text = after
    return joined([*pieces, text])


@models(*path_names("exists", "lexists", "isfile", "isdir", "islink", "ismount"))
def exists(call: Call) -> object:
    """Is there such a file? Only files of the project can be told."""
    return ask_files(call, call.args[0], call.name.rpartition(".")[2])


def ask_files(call: Call, value: object, question: str) -> object:
    """Answer a question about one path."""
    path = project_path(call, value)
    if not isinstance(path, str):
        return path if isinstance(path, Unknown) else Unknown(f"whether {path_text(value)} exists outside the project", call.place)
    files = call.machine.files
    if question in ("isfile", "is_file"):
        return files.is_file(path)
    if question in ("isdir", "is_dir"):
        return files.is_dir(path)
    return False if question in ("islink", "ismount", "is_symlink", "is_mount") else files.exists(path)


@models(*path_names("getsize"))
def getsize(call: Call) -> object:
    """`os.path.getsize(p)` of a text file of the project."""
    path = project_path(call, call.args[0])
    if not isinstance(path, str):
        return path if isinstance(path, Unknown) else Unknown("the size of a file outside the project", call.place)
    if not call.machine.files.is_file(path):
        raise PythonError("FileNotFoundError", f"[Errno 2] No such file or directory: '{path_text(call.args[0])}'")
    return len(call.machine.files.read(path).encode())


@models(*path_names("getmtime", "getctime", "getatime"))
def getmtime(call: Call) -> object:
    """Times of files differ from deployment to deployment."""
    return Unknown("the time at which a file was changed", call.place)


@models("os.fspath", "os.fsdecode")
def fspath(call: Call) -> object:
    """`os.fspath(p)`."""
    return path_text(call.args[0])


@models("os.getcwd")
def getcwd(call: Call) -> object:
    """`os.getcwd()`: the project root, as if Airflow had been started there."""
    return DEPLOYED_ROOT


@models(
    "os.makedirs", "os.mkdir", "os.remove", "os.unlink", "os.rmdir", "os.chmod", "os.chdir", "shutil.rmtree", "os.umask", "os.removedirs"
)
def no_effect(call: Call) -> object:
    """Changes to the file system are not made."""
    return None


@models("os.path.samefile")
def samefile(call: Call) -> object:
    """`os.path.samefile(a, b)`."""
    left, right = (path_text(value) for value in call.args)
    if isinstance(left, Symbolic) or isinstance(right, Symbolic):
        return Operation(call.name, (left, right), call.place)
    return absolute(str(left)) == absolute(str(right))
