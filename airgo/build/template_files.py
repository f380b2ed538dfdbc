"""Template files: an argument such as `sql="load.sql"` names a file whose text Airflow puts in its place when it loads the DAG."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from airgo.discovery import ProjectFiles, Refused
from airgo.ir import Argument


def with_files(
    arguments: Mapping[str, Argument], fields: Sequence[str], endings: Sequence[str], folders: Sequence[str], files: ProjectFiles
) -> dict[str, Argument]:
    """The arguments, those that name template files with the text of the files.

    `fields` are the operator's template fields, `endings` its template_ext, `folders` the project folders that Airflow looks in.
    """
    found = dict(arguments)
    for name in fields if endings else ():
        argument = found.get(name)
        text = None if argument is None else text_of(argument.value, tuple(endings), folders, files)
        if argument is not None and text is not None:
            found[name] = replace(argument, file_text=text)
    return found


def text_of(value: object, endings: tuple[str, ...], folders: Sequence[str], files: ProjectFiles) -> object:
    """The text of the file that a value names, or of each file of a list; None when it names none."""
    if isinstance(value, str) and value.endswith(endings):
        return read(value, folders, files)
    if isinstance(value, list):
        texts = [text_of(item, endings, folders, files) if isinstance(item, str) else None for item in value]
        return [item if text is None else text for item, text in zip(value, texts, strict=True)] if any(texts) else None
    return None


def read(name: str, folders: Sequence[str], files: ProjectFiles) -> str | None:
    """The text of the first file of this name, as Jinja's loader finds it; None when there is none."""
    if ".." in name.split("/"):
        return None
    for folder in folders:
        path = posixpath.join(folder, name.lstrip("/")) if folder else name.lstrip("/")
        path = posixpath.normpath(path)
        if files.is_file(path):
            try:
                return files.read(path)
            except Refused:
                return None
    return None


def search_folders(path: str, searchpath: object, files: ProjectFiles) -> list[str]:
    """The project folders that Airflow looks in: the DAG file's, then template_searchpath."""
    given = [searchpath] if isinstance(searchpath, str) else searchpath if isinstance(searchpath, list | tuple) else []
    found = [files.relative(one) for one in given if isinstance(one, str)]
    return [posixpath.dirname(path), *(one for one in found if one is not None)]
