"""Tasks that wait for their own past: depends_on_past and wait_for_downstream."""

from __future__ import annotations

from collections.abc import Iterator

from airgo import ir
from airgo.checks import check
from airgo.diagnostics import Diagnostic, Rule, Severity
from airgo.values import truth

DEPENDS_ON_PAST = Rule(
    "AG302",
    "depends-on-past",
    Severity.WARNING,
    "a task that waits for the run before",
    "With depends_on_past a task starts only if it succeeded in the run before; with wait_for_downstream also the tasks below it. "
    "A workflow of Argo knows nothing of the one before it.",
    "set max_active_runs=1, so that runs do not overlap, and look at failed runs before the next one",
)


@check
def depends_on_past(dag: ir.Dag) -> Iterator[Diagnostic]:
    """Every task that looks at its past; what default_args say is said once."""
    for task in dag.tasks:
        for name in ("depends_on_past", "wait_for_downstream"):
            argument = task.arguments.get(name)
            if argument is None or truth(argument.value) is False:
                continue
            if argument.origin == "default_args":
                yield DEPENDS_ON_PAST.at(argument.span, f"{name}: tasks do not look at the run before", subject=dag.id)
            else:
                yield DEPENDS_ON_PAST.at(argument.span, f"{name}: {task.id} does not look at the run before", subject=f"{dag.id}.{task.id}")
