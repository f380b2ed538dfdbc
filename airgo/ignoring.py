"""`.airflowignore`: which files Airflow does not look into, in both of its syntaxes, expressions and globs.

Airflow 2 reads the file as regular expressions and Airflow 3 as globs, unless the deployment sets `dag_ignore_file_syntax`
(Airflow, "Module management" and the configuration reference, section core).
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAME = ".airflowignore"
BY_LINE = {"2": "regexp", "3": "glob"}
SETTING = "dag_ignore_file_syntax"
SETTERS = (".env", "Dockerfile", "docker-compose.yml", "docker-compose.yaml", "airflow/Dockerfile", "docker/Dockerfile")
ASSIGNED = re.compile(rf"AIRFLOW__CORE__{SETTING.upper()}[\"']?\s*[=: ]\s*[\"']?(regexp|glob)\b")
COMMENT = re.compile(r"\s*#.*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file. A glob may be negated, anchored at the file's folder, and for folders only."""

    pattern: re.Pattern[str]
    negated: bool = False
    anchored: bool = True
    folders_only: bool = False


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """One .airflowignore and the folder it lies in."""

    folder: Path
    syntax: str
    lines: tuple[Line, ...] = ()

    @classmethod
    def read(cls, folder: Path, syntax: Callable[[], str]) -> IgnoreRules:
        """The rules of a folder; none when it has no such file. `syntax` ("regexp" or "glob") is asked only if there are some."""
        try:
            texts = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return cls(folder, "regexp")
        kept = [line for text in texts if (line := COMMENT.sub("", text)).strip()]
        chosen = syntax() if kept else "regexp"
        made = (expression(line) if chosen == "regexp" else glob(line) for line in kept)
        return cls(folder, chosen, tuple(line for line in made if line is not None))

    def ignores(self, path: Path, *, folder: bool = False) -> bool:
        """Is the path left out by these rules? Any expression that is found in it does; among globs the last one that fits decides."""
        if not self.lines or self.folder not in path.parents:
            return False
        below = path.relative_to(self.folder).as_posix()
        if self.syntax == "regexp":
            return any(line.pattern.search(below) for line in self.lines)
        ignored = False
        for line in self.lines:
            name = (below if line.anchored else path.name) + ("/" if folder else "")
            if (folder or not line.folders_only) and line.pattern.match(name):
                ignored = not line.negated
        return ignored


def expression(line: str) -> Line | None:
    """A line as a regular expression; one that is none is passed over, as Airflow does."""
    try:
        return Line(re.compile(line))
    except re.error:
        return None


def glob(line: str) -> Line | None:
    """A line as a pattern of .gitignore (gitignore(5))."""
    text = line.strip()
    negated = text.startswith("!")
    text = text.removeprefix("!")
    if text.strip("/") == "":
        return None
    anchored = "/" in text.rstrip("/")
    body = translate(text.strip("/"))
    return Line(re.compile(f"{body}(?:/.*)?$", re.DOTALL), negated, anchored, text.endswith("/"))


@cache
def translate(pattern: str) -> str:
    """A glob as a regular expression: `**` spans folders, `*` and `?` do not."""
    made, rest = "", pattern
    while rest:
        token = next(token for token in TOKENS if token[0].match(rest))
        found = token[0].match(rest)
        assert found is not None
        made += token[1](found)
        rest = rest[found.end() :]
    return made


TOKENS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\*\*/"), lambda _: "(?:.*/)?"),
    (re.compile(r"\*\*"), lambda _: ".*"),
    (re.compile(r"\*"), lambda _: "[^/]*"),
    (re.compile(r"\?"), lambda _: "[^/]"),
    (re.compile(r"\[([!^]?)([^\]/]+)\]"), lambda found: f"[{'^' if found[1] else ''}{re.escape(found[2]).replace(chr(92) + '-', '-')}]"),
    (re.compile(r"\\?(.)", re.DOTALL), lambda found: re.escape(found[1])),
)


def configured_syntax(read: Callable[[str], str | None]) -> str | None:
    """The syntax that a deployment's files set: airflow.cfg, or an environment variable in an image or compose file; None without any."""
    for path in ("airflow.cfg", "airflow/airflow.cfg", "config/airflow.cfg"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(read(path) or "")
        except configparser.Error:
            continue
        found = parser.get("core", SETTING, fallback=None)
        if found in BY_LINE.values():
            return found
    for path in SETTERS:
        assigned = ASSIGNED.search(read(path) or "")
        if assigned is not None:
            return assigned[1]
    return None
