"""Paths as the evaluated program writes them, and the project files they stand for."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath

from airgo.diagnostics import Rule, Severity
from airgo.discovery import DEPLOYED_ROOT
from airgo.evaluate.library.plain_texts import joined
from airgo.evaluate.models import unwrap
from airgo.evaluate.objects import Call, Modelled
from airgo.values import MISSING, Choice, Symbol, Template, Unknown

JOINED_PATH = Rule(
    "AG131",
    "joined-path",
    Severity.NOTE,
    summary="a path is put together from a part that is only known when the deployment is",
    why="`os.path.join` writes a slash only where the first part does not end in one, and starts anew where a later part begins with one. "
    "For a part that comes from outside airgo writes the slash and takes the part for a plain name.",
    remedy="check that the value neither is empty nor begins or ends with a slash, or give it in airgo.toml",
)
ASSUMED_FOLDER = Rule(
    "AG132",
    "assumed-folder",
    Severity.NOTE,
    summary="a file of the project is found by taking a folder of the deployment for the project's",
    why="Code names its data files by folders of the deployment (AIRFLOW_HOME, the dags folder, a default). "
    "airgo looks for the rest of the path in the project.",
    remedy="give the folder in airgo.toml under [env], or name the file relative to `__file__`",
)
FOLDERS = {
    "AIRFLOW_HOME": "/opt/airflow",
    "core.dags_folder": "/opt/airflow/dags",
    "dags_folder": "/opt/airflow/dags",
    "PWD": DEPLOYED_ROOT,
}
"""Where well-known settings point in Airflow's own container image; only to find project files, never stated as a value."""


def path_text(value: object) -> object:
    """`os.fspath(value)`: text or symbolic text; anything else as it is."""
    value = unwrap(value)
    if isinstance(value, PurePosixPath):
        return str(value)
    return value.text if isinstance(value, SymbolicText) else value


class SymbolicText(Modelled):
    """What has a `text` that is symbolic: a path made from one."""

    __slots__ = ("text",)

    def __init__(self, text: object) -> None:
        self.text = text


def absolute(path: str) -> str:
    """A path without `.` and `..`, from the root; the program's working directory is taken for the project root."""
    return posixpath.normpath(posixpath.join(DEPLOYED_ROOT, path))


def project_path(call: Call, value: object) -> str | Unknown | None:
    """The project path that a path value stands for; None when it is outside the project; Unknown when it is not known."""
    text = path_text(value)
    if isinstance(text, str):
        return call.machine.files.relative(text)
    for assumed in filter(None, map(with_assumed_folder, alternatives(text))):
        found = call.machine.files.relative(assumed)
        if found is not None and call.machine.files.exists(found):
            call.machine.report(
                ASSUMED_FOLDER, f"{found} of the project is read in place of a path that is only known to the deployment", call.place
            )
            return found
    return Unknown("a file whose path is not known", call.place, text if isinstance(text, Unknown) else None)


def alternatives(text: object) -> list[object]:
    """The texts that a path may be: both sides of a choice. The file imports in production, so the one that exists is meant."""
    if isinstance(text, Choice):
        return [*alternatives(text.then), *alternatives(text.orelse)]
    if isinstance(text, Template):
        choice = next((part for part in text.parts if isinstance(part, Choice)), None)
        if choice is not None:
            sides = (joined(side if part is choice else part for part in text.parts) for side in (choice.then, choice.orelse))
            return [found for side in sides for found in alternatives(side)]
    return [text]


def with_assumed_folder(text: object) -> str | None:
    """The text of a path whose symbolic parts have a well-known value or a default; None when one has not."""
    parts = text.parts if isinstance(text, Template) else (text,)
    found = joined(part if isinstance(part, str) else assumed_value(part) for part in parts)
    return found if isinstance(found, str) else None


def assumed_value(part: object) -> object:
    """What a symbol most likely is, for finding a file."""
    if not isinstance(part, Symbol) or part.path:
        return part
    if isinstance(part.default, str):
        return part.default
    return FOLDERS.get(part.key, part) if part.kind in ("env", "config") and part.default in (MISSING, None) else part


def join_paths(call: Call, parts: list[object]) -> object:
    """`os.path.join(*parts)`: text, or a Template with a note."""
    texts = [path_text(part) for part in parts]
    if all(isinstance(text, str) for text in texts):
        return posixpath.join(*[text for text in texts if isinstance(text, str)])
    unknown = next((text for text in texts if isinstance(text, Unknown)), None)
    if unknown is not None:
        return Unknown("a path with a part that is not known", call.place, unknown)
    start = max((index for index, text in enumerate(texts) if starts_anew(text)), default=0)
    pieces: list[object] = []
    for text in texts[start:]:
        if pieces and not ends_in_slash(pieces[-1]):
            pieces.append("/")
        pieces.append(text)
    call.machine.report(
        JOINED_PATH, "a part of this path comes from outside and is taken for a name without a slash at its ends", call.place
    )
    return joined(pieces)


def starts_anew(text: object) -> bool:
    """Does a later part of a join make the earlier ones vanish?"""
    first = text.parts[0] if isinstance(text, Template) else text
    return isinstance(first, str) and first.startswith("/")


def ends_in_slash(text: object) -> bool:
    """Is no slash needed after this part?"""
    last = text.parts[-1] if isinstance(text, Template) else text
    return isinstance(last, str) and (last.endswith("/") or last == "")
