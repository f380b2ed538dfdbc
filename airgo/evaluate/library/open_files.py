"""open() and io: reading files of the project; writing has no effect."""

from __future__ import annotations

from collections.abc import Callable

from airgo.discovery import Refused
from airgo.evaluate import limits
from airgo.evaluate.library.builtins_iteration import elements
from airgo.evaluate.library.project_paths import path_text, project_path
from airgo.evaluate.models import PythonError, models
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Unknown


class Reader(Modelled):
    """An open text or binary file, or a StringIO: read from a position on."""

    __slots__ = ("content", "name", "position")

    def __init__(self, content: str | bytes, name: str = "") -> None:
        self.content = content
        self.name = name
        self.position = 0

    def get_attribute(self, name: str, call: Call) -> object:
        """Methods of a file."""
        if name == "name":
            return self.name
        if name == "closed":
            return False
        method = METHODS.get(name)
        return MISSING if method is None else Native(f"file.{name}", lambda inner: method(self, inner))

    def enter(self, call: Call) -> object:
        """`with open(…) as f`."""
        return self

    def elements(self, call: Call) -> list[object] | None:
        """The lines that are left."""
        return list(self.lines())

    def rest(self) -> str | bytes:
        """What is left to read; nothing is left afterwards."""
        found = self.content[self.position :]
        self.position = len(self.content)
        return found

    def lines(self) -> list[str] | list[bytes]:
        """The lines that are left, with their ends (`\\n` alone ends a line in text)."""
        found = self.rest()
        if isinstance(found, bytes):
            return found.splitlines(keepends=True)
        parts = found.split("\n")
        return [f"{line}\n" for line in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def read(reader: Reader, call: Call) -> object:
    """`f.read([size])`."""
    size = call.argument(0, "size", -1)
    if not isinstance(size, int) or size < 0:
        return reader.rest()
    found = reader.content[reader.position : reader.position + size]
    reader.position += len(found)
    return found


def readline(reader: Reader, call: Call) -> object:
    """`f.readline()`."""
    newline = reader.content.find("\n", reader.position) if isinstance(reader.content, str) else reader.content.find(b"\n", reader.position)
    end = len(reader.content) if newline < 0 else newline + 1
    found = reader.content[reader.position : end]
    reader.position = end
    return found


def readlines(reader: Reader, call: Call) -> object:
    """`f.readlines()`."""
    return reader.lines()


def getvalue(reader: Reader, call: Call) -> object:
    """`StringIO.getvalue()`."""
    return reader.content


def seek(reader: Reader, call: Call) -> object:
    """`f.seek(position)`."""
    position = call.args[0] if call.args else 0
    whence = call.argument(1, "whence", 0)
    if isinstance(position, int):
        reader.position = max(0, position + {1: reader.position, 2: len(reader.content)}.get(whence if isinstance(whence, int) else 0, 0))
    return reader.position


def tell(reader: Reader, call: Call) -> object:
    """`f.tell()`."""
    return reader.position


def write(reader: Reader, call: Call) -> object:
    """`f.write(text)`: kept in a StringIO, lost in a file."""
    value = call.args[0]
    if isinstance(value, str) and isinstance(reader.content, str):
        limits.check_text(len(reader.content) + len(value))
        reader.content = reader.content[: reader.position] + value + reader.content[reader.position + len(value) :]
        reader.position += len(value)
        return len(value)
    return Unknown("what was written is not known", call.place)


def writelines(reader: Reader, call: Call) -> object:
    """`f.writelines(lines)`."""
    for line in elements(call, call.args[0]) or []:
        write(reader, Call(call.machine, call.name, (line,), {}, call.place))
    return None


def nothing(reader: Reader, call: Call) -> object:
    """`f.close()`, `f.flush()`."""
    return None


METHODS: dict[str, Callable[[Reader, Call], object]] = {
    "read": read,
    "readline": readline,
    "readlines": readlines,
    "getvalue": getvalue,
    "seek": seek,
    "tell": tell,
    "write": write,
    "writelines": writelines,
    "close": nothing,
    "flush": nothing,
    "truncate": nothing,
    "readable": lambda reader, call: True,
}


def read_project_file(call: Call, value: object, binary: bool = False) -> str | bytes | Unknown:
    """The content of a project file by the path the program uses. Raises what open() would where the file is not there."""
    path = project_path(call, value)
    if path is None:
        return Unknown(f"the content of {path_text(value)}, a file outside the project", call.place)
    if isinstance(path, Unknown):
        return path
    if not call.machine.files.exists(path):
        raise PythonError("FileNotFoundError", f"[Errno 2] No such file or directory: '{path_text(value)}'")
    if call.machine.files.is_dir(path):
        raise PythonError("IsADirectoryError", f"[Errno 21] Is a directory: '{path_text(value)}'")
    try:
        if binary:
            return call.machine.files.read_bytes(path)
        return call.machine.files.read(path).replace("\r\n", "\n").replace("\r", "\n")
    except Refused as refused:
        return Unknown(str(refused), call.place)


@models("builtins.open", "io.open", "codecs.open")
def open_(call: Call) -> object:
    """`open(path, mode)`."""
    return opened(call, call.argument(0, "file"), call.argument(1, "mode", "r"))


def opened(call: Call, path: object, mode: object) -> object:
    """A reader of a project file; what is written goes nowhere."""
    if not isinstance(mode, str):
        return Unknown("a file opened in a mode that is not known", call.place)
    name = str(path_text(path))
    if any(sign in mode for sign in "wax"):
        return Reader(b"" if "b" in mode else "", name)
    content = read_project_file(call, path, binary="b" in mode)
    return content if isinstance(content, Unknown) else Reader(content, name)


@models("io.StringIO", "io.BytesIO")
def stringio(call: Call) -> object:
    """`io.StringIO(text)`."""
    value = call.argument(0, "initial_value", "" if call.name.endswith("StringIO") else b"")
    return Reader(value) if isinstance(value, str | bytes) else Unknown("a text that is not known", call.place)
