"""`airgo rules`: every code that airgo can report."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from airgo.cli.exits import CLEAN, UsageProblem


def command(
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, json or markdown.")] = "text",
) -> int:
    """List every code with its severity and summary."""
    from airgo.codes import FAMILIES, all_rules

    rules = all_rules()
    if form == "json":
        fields = ("code", "name", "severity", "summary", "why", "remedy")
        print(json.dumps([{field: str(getattr(rule, field)) for field in fields} for rule in rules.values()], indent=2, ensure_ascii=False))
    elif form == "markdown":
        print("| code | name | severity | meaning |\n| --- | --- | --- | --- |")
        for rule in rules.values():
            print(f"| {rule.code} | {rule.name} | {rule.severity} | {rule.summary} |")
    elif form == "text":
        for family, title in FAMILIES.items():
            print(f"{family} {title}")
            for rule in rules.values():
                if rule.code.startswith(family):
                    print(f"  {rule.code}  {rule.severity:7}  {rule.name:32} {rule.summary}")
    else:
        raise UsageProblem(f"--format {form}: choose text, json or markdown")
    return CLEAN
