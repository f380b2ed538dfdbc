"""`airgo validate`: the validator alone, on any Argo manifest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from airgo.cli.exits import CLEAN, FINDINGS, UsageProblem
from airgo.cli.options import say


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML files, folders, or - (standard input).", show_default=False)],
    argo_version: Annotated[str, typer.Option(metavar="VERSION", help="The oldest Argo that must accept them: 3.7, 4.0 or 4.1.")] = "3.7",
) -> int:
    """Check manifests as Argo would, and what Argo's own lint misses."""
    if argo_version not in ("3.7", "4.0", "4.1"):
        raise UsageProblem(f"--argo-version {argo_version}: choose 3.7, 4.0 or 4.1")
    from airgo.argo.validate import validate
    from airgo.argo.yaml import ManifestError, load_all

    found = 0
    documents: list[tuple[str, object]] = []
    for name, text in texts(files):
        try:
            documents += [(name, document) for document in load_all(text) if document is not None]
        except ManifestError as error:
            print(f"{name}: {error}")
            found += 1
    checked = [document for _, document in documents if isinstance(document, dict)]
    for name, document in documents:
        if not isinstance(document, dict):
            print(f"{name}: a manifest is a mapping, not {type(document).__name__}")
            found += 1
            continue
        for problem in validate([document], argo_version, known=checked):
            print(f"{name}: {document.get('kind')}/{label(document)}{problem.pointer}: {problem.rule.code} {problem.message}")
            found += 1
    say(f"airgo: {len(documents)} documents, {found} problems")
    return FINDINGS if found else CLEAN


def label(document: dict[str, object]) -> str:
    """The name of an object, or ?."""
    metadata = document.get("metadata")
    return str(metadata.get("name") or metadata.get("generateName") or "?") if isinstance(metadata, dict) else "?"


def texts(files: list[Path]) -> list[tuple[str, str]]:
    """Names and texts of the files; folders give their *.yaml and *.yml. Raises UsageProblem."""
    found: list[tuple[str, str]] = []
    for file in files:
        if str(file) == "-":
            found.append(("standard input", sys.stdin.read()))
            continue
        if not file.exists():
            raise UsageProblem(f"{file} does not exist")
        inside = sorted(p for p in file.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file()) if file.is_dir() else [file]
        for path in inside:
            try:
                found.append((str(path), path.read_text(encoding="utf-8")))
            except (OSError, UnicodeDecodeError) as error:
                raise UsageProblem(f"{path} cannot be read: {error}") from error
    return found
