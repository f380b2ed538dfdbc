"""`airgo mappings`: the operators that airgo knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airgo.cli.exits import CLEAN, FINDINGS, UsageProblem

if TYPE_CHECKING:
    from airgo.mapping.registry import Registry

app = typer.Typer(help="The operators that airgo knows, and what becomes of their arguments.", no_args_is_help=True, rich_markup_mode=None)
Folders = Annotated[list[Path] | None, typer.Option("--mappings", metavar="DIR", help="A folder with mappings of your own.")]


def load(folders: list[Path] | None) -> Registry:
    """The registry with the user's folders. Raises UsageProblem for a mapping that cannot be used."""
    from airgo.mapping.registry import Registry
    from airgo.mapping.schema import MappingError

    try:
        return Registry.load(folders or [])
    except MappingError as error:
        raise UsageProblem(str(error)) from error


@app.command("list")
def list_all(
    mappings: Folders = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or markdown.")] = "text",
) -> int:
    """List every mapped operator."""
    found = sorted(load(mappings).all(), key=lambda mapping: mapping.operator)
    if form == "markdown":
        print("| operator | support | becomes |\n| --- | --- | --- |")
        for mapping in found:
            print(f"| `{mapping.operator}` | {mapping.support} | {mapping.strategy or mapping.form} |")
    else:
        for mapping in found:
            print(f"{mapping.support:8} {mapping.strategy or mapping.form:14} {mapping.operator}")
    return CLEAN


@app.command("show")
def show(operator: Annotated[str, typer.Argument(metavar="OPERATOR", show_default=False)], mappings: Folders = None) -> int:
    """Show what becomes of one operator's arguments."""
    from difflib import get_close_matches

    registry = load(mappings)
    by_name = {mapping.operator.rsplit(".", 1)[-1]: mapping for mapping in registry.all()}
    mapping = registry.find(operator) or by_name.get(operator)
    if mapping is None:
        near = get_close_matches(operator.rsplit(".", 1)[-1], by_name, n=1)
        raise UsageProblem(f"no mapping of {operator}" + (f"; did you mean {near[0]}?" if near else "; `airgo mappings list` lists them"))
    print(f"{mapping.operator} ({mapping.support}; {mapping.strategy or mapping.form})")
    if mapping.doc:
        print(mapping.doc)
    for name, argument in mapping.arguments.items():
        if argument.ignored:
            words = f"ignored: {argument.ignored}"
        elif argument.unsupported:
            words = f"unsupported: {argument.unsupported}"
        else:
            words = ", ".join(word for word, said in (("required", argument.required), ("template", argument.template)) if said) or "used"
        print(f"  {name:28} {words}")
    return CLEAN


@app.command("check")
def check(folders: Annotated[list[Path], typer.Argument(metavar="DIR...", show_default=False)]) -> int:
    """Check mappings of your own: the schema, and that every example renders."""
    from airgo.mapping.checking import problems

    found = [problem for folder in folders for problem in problems(folder)]
    for problem in found:
        print(problem)
    print(f"{len(found)} problems")
    return FINDINGS if found else CLEAN
