"""`airgo explain`: one rule, in full."""

from __future__ import annotations

from typing import Annotated

import typer

from airgo.cli.exits import CLEAN, UsageProblem


def command(code: Annotated[str, typer.Argument(metavar="CODE", help="A code, such as AG204.", show_default=False)]) -> int:
    """Explain a code: what it means, why it matters, what to do."""
    from difflib import get_close_matches
    from textwrap import fill

    from airgo.codes import all_rules

    rules = all_rules()
    rule = rules.get(code.upper()) or next((r for r in rules.values() if r.name == code), None)
    if rule is None:
        near = get_close_matches(code.upper(), rules, n=1) or get_close_matches(code, [r.name for r in rules.values()], n=1)
        raise UsageProblem(f"there is no code {code}" + (f"; did you mean {near[0]}?" if near else "; `airgo rules` lists them"))
    print(f"{rule.code} {rule.name} ({rule.severity})\n")
    print(rule.summary + ".\n")
    print(fill(rule.why, 100) + "\n")
    print("What to do: " + fill(rule.remedy, 100, subsequent_indent="  ") + ".")
    return CLEAN
