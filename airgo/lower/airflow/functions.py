"""Functions among the arguments of a task in the Airflow image: their source travels, or they are imported from the image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airgo.callables.problems import NEEDS_AIRFLOW
from airgo.callables.slicing import Slice, slice_callable
from airgo.diagnostics import Severity
from airgo.lower.airflow.database import imported_names
from airgo.values import CodeRef

if TYPE_CHECKING:
    from airgo.lower.airflow.encoding import Encoder
    from airgo.lower.draft import WorkflowDraft

Json = Any


def function_as_json(encoder: Encoder, code: CodeRef) -> Json:
    """A function: its slice where it has one, else the name by which the image can import it. Raises CannotLower."""
    made = slice_with_airflow(code, encoder.draft)
    encoder.slices.append(made)
    refused = next((one.message for one in made.problems if one.rule is NEEDS_AIRFLOW), None)
    if refused is not None:
        raise encoder.refused(f"the function {code.name} ({refused})")
    if not any(problem.rule.severity is Severity.ERROR for problem in made.problems):
        encoder.modules |= {*made.packages.values(), *(name.rpartition(".")[0] for name in imported_names(made.source))}
        return source_as_json(made)
    if "<" in code.name or code.receiver is not None:
        reason = next(problem.message for problem in made.problems if problem.rule.severity is Severity.ERROR)
        raise encoder.refused(f"the function {code.name} ({reason})")
    encoder.modules.add(code.module)
    named: Json = {"$callable": f"{code.module}:{code.name}"}
    if code.args:
        named["args"] = [encoder.value(item) for item in code.args]
    if code.kwargs:
        named["kwargs"] = {key: encoder.value(item) for key, item in code.kwargs.items()}
    return named


def slice_with_airflow(code: CodeRef, draft: WorkflowDraft) -> Slice:
    """The slice of a function or class for a container that has Airflow; the tasks of a DAG that share one share its slice."""
    known = draft.slices.get(id(code))
    if known is None:
        known = draft.slices[id(code)] = (code, slice_callable(code, draft.files, draft.config, airflow=True))
    return known[1]


def source_as_json(made: Slice) -> Json:
    """The source of a function, the expression that names it, and the names of Airflow's that it uses."""
    source, name = made.source, made.call
    if made.args or made.kwargs:
        source += "\n\nimport functools\n"
        name = f"functools.partial({', '.join([name, *made.args, *(f'{key}={value}' for key, value in made.kwargs)])})"
    found: Json = {"$source": source, "name": name}
    if made.replaced:
        found["airflow"] = sorted(made.replaced)
    return found
