"""`sys.path`: the folders of the project that a program puts on its import path, and what it asks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airgo.evaluate.library.builtins_iteration import elements
from airgo.evaluate.library.project_paths import project_path
from airgo.evaluate.models import VALUE_RESOLVERS, models
from airgo.evaluate.objects import Call, Modelled
from airgo.values import MISSING, Extern, Operation

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


class SearchPath(Modelled):
    """The list itself. Its elements outside the project are not known."""

    __slots__ = ()

    def get_attribute(self, name: str, call: Call) -> object:
        """A method of the list."""
        return Extern(f"sys.path.{name}")

    def contains(self, key: object, call: Call) -> object:
        """`folder in sys.path`: told for folders of the project; imports look into these whichever way the program goes on."""
        found = project_path(call, key)
        if not isinstance(found, str):
            return Operation("in", (key, Extern("sys.path")), call.place)
        return found in (*getattr(call.machine, "import_roots", ()), *call.machine.files.source_roots)

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`sys.path += [...]`."""
        if operator not in ("+", "+="):
            return MISSING
        add_folders(call, elements(call, other) or [], first=reflected)
        return self

    def truth(self) -> bool | None:
        """It is never empty."""
        return True


def resolve(machine: Machine, name: str) -> object:
    """The value of `sys.path`."""
    return SearchPath() if name == "sys.path" else MISSING


def add_folders(call: Call, values: list[object], *, first: bool) -> None:
    """Folders of the project that the program adds to its import path are looked into by later imports."""
    add = getattr(call.machine, "add_import_root", None)
    for value in values:
        found = project_path(call, value)
        if callable(add) and isinstance(found, str) and call.machine.files.is_dir(found):
            add(found, first)


@models("sys.path.append", "sys.path.insert", "sys.path.extend", "site.addsitedir")
def sys_path(call: Call) -> object:
    """`sys.path.append(folder)`, `.insert(0, folder)`, `.extend(folders)`."""
    values = elements(call, call.args[0]) or [] if call.name.endswith("extend") else list(call.args[-1:])
    add_folders(call, values, first=call.name.endswith("insert"))
    return None


@models("sys.path.remove", "sys.path.pop", "sys.path.clear")
def sys_path_remove(call: Call) -> object:
    """Folders stay on the path: what is found there is found a little longer."""
    return None


VALUE_RESOLVERS.append(resolve)
