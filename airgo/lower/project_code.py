"""Modules of the project beside a Python task's script: in a ConfigMap of the DAG, or in an image that holds the project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from airgo.callables.files import ModuleFile
from airgo.callables.slicing import Slice
from airgo.discovery import DEPLOYED_ROOT
from airgo.lower.draft import WorkflowDraft

VOLUME = "airgo-code"
LARGEST = 900_000
"""Characters that one ConfigMap may hold; Kubernetes allows a megabyte for the whole object."""


def in_image(code: Slice, draft: WorkflowDraft) -> bool:
    """Must the image hold the project for this code? So it must, too, when the DAG's ConfigMap would grow too large."""
    whole = draft.code_files | {file.path: file.text for file in code.files}
    return code.in_image or sum(map(len, whole.values())) > LARGEST


def with_code(body: dict[str, object], code: Slice, draft: WorkflowDraft) -> dict[str, object]:
    """The body of a script template with the files that its script imports, and the path on which Python finds them."""
    if not code.files and not code.in_image:
        return body
    script = body["script"]
    assert isinstance(script, dict)
    roots = search_path(code.files)
    if roots:
        script["env"] = [*script.get("env", []), {"name": "PYTHONPATH", "value": ":".join(roots)}]
    if in_image(code, draft):
        draft.needs_project = True
        return body
    draft.code_files |= {file.path: file.text for file in code.files}
    script["volumeMounts"] = [{"name": VOLUME, "mountPath": DEPLOYED_ROOT}]
    items = [{"key": key(file.path), "path": file.path} for file in code.files]
    return {**body, "volumes": [{"name": VOLUME, "configMap": {"name": name(draft), "items": items}}]}


def search_path(files: Iterable[ModuleFile]) -> list[str]:
    """The folders from which the modules' names count."""
    roots: dict[str, None] = {}
    for file in files:
        path = PurePosixPath(file.path)
        parts = path.parent.parts if path.name == "__init__.py" else (*path.parent.parts, path.stem)
        roots[str(PurePosixPath(DEPLOYED_ROOT, *parts[: len(parts) - len(file.module.split("."))]))] = None
    return list(roots)


def key(path: str) -> str:
    """The key of a file in the ConfigMap, which allows no slashes; the volume gives it its path again."""
    return re.sub(r"[^-._a-zA-Z0-9]", "_", path.replace("/", "."))


def name(draft: WorkflowDraft) -> str:
    """The ConfigMap of the DAG."""
    return f"{draft.name}-code"


def code_data(files: Mapping[str, str]) -> dict[str, str]:
    """What the ConfigMap holds."""
    return {key(path): text for path, text in sorted(files.items())}
