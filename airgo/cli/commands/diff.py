"""`airgo diff`: what would change in meaning if the manifests were generated again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airgo.cli.exits import CLEAN, FINDINGS, UsageProblem
from airgo.cli.options import Paths, open_project, project_options

if TYPE_CHECKING:
    from airgo.pipeline import Result
    from airgo.source import Span


@project_options
def command(
    paths: Paths,
    against: Annotated[Path, typer.Option("--against", metavar="DIR", help="The folder with the present manifests.", show_default=False)],
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, markdown or json.")] = "text",
    *,
    settings: dict[str, Any],
) -> int:
    """Regenerate in memory and show what changes in meaning; exit 1 if anything does."""
    from airgo import pipeline
    from airgo.changes.meaning import compare
    from airgo.report.changes import formats

    forms = formats()
    if form not in forms:
        raise UsageProblem(f"--format {form}: choose one of {', '.join(forms)}")
    if not against.is_dir():
        raise UsageProblem(f"{against} is no folder; `airgo convert -o {against}` makes it")
    result = pipeline.convert(open_project(paths, settings))
    changes = compare(documents(against), after_yaml(result), origins(result))
    sys.stdout.write(forms[form](changes))
    return FINDINGS if changes else CLEAN


def after_yaml(result: Result) -> list[dict[str, object]]:
    """The new documents as they will be read back from YAML."""
    return [d for path, text in result.texts.items() if path.endswith(".yaml") and path != "kustomization.yaml" for d in load(text, path)]


def documents(folder: Path) -> list[dict[str, object]]:
    """Every document below a folder but kustomization.yaml. Raises UsageProblem for a file that is no YAML."""
    found = []
    for path in sorted(folder.rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            found += load(path.read_text(encoding="utf-8", errors="replace"), str(path))
    return found


def load(text: str, name: str) -> list[dict[str, object]]:
    """The mappings in a YAML stream."""
    from airgo.argo.yaml import ManifestError, load_all

    try:
        return [document for document in load_all(text) if isinstance(document, dict)]
    except ManifestError as error:
        raise UsageProblem(f"{name}: {error}") from error


def origins(result: Result) -> dict[str, Span]:
    """Python lines by `kind/name` and `kind/name/task`."""
    spans: dict[str, Span] = {}
    for one in result.lowered:
        for manifest in one.manifests:
            for document in manifest.documents:
                metadata = document.get("metadata")
                name = metadata.get("name") if isinstance(metadata, dict) else None
                spans[f"{document.get('kind')}/{name}"] = one.span
                spans |= {f"{document.get('kind')}/{name}/{task.node}": task.span for task in one.tasks}
    return spans
