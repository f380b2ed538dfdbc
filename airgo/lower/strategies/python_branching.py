"""Branches: what the user's function chose, as a JSON list of ids. An id that the DAG does not have fails the task, as in Airflow."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from airgo import ir
from airgo.callables.constants import constant
from airgo.callables.names import SCOPES, bindings, parameters, parts
from airgo.callables.slicing import Slice
from airgo.lower.strategies.python_outputs import Outputs, Result, free_name, hand_on
from airgo.lower.strategies.python_script import FOLDER, Script
from airgo.values import MISSING


def branch_lines(dag: ir.Dag) -> Outputs:
    """The lines for a branch of this DAG."""
    known = sorted({task.id for task in dag.tasks} | {group.id for group in dag.groups})

    def write(script: Script, read: frozenset[str], result: Result) -> None:
        """The call, and what it chose."""
        name = free_name(script, "chosen")
        chosen = f"[{name}] if isinstance({name}, str) else list({name} or [])"
        script.lines.append(result.call(f"{name} = "))
        if not chooses_only(script.code, frozenset(known)):
            script.modules.add("sys")
            unknown = free_name(script, "unknown")
            script.lines += [
                f"{unknown} = set({chosen}) - {set_of(known)}",
                f"if {unknown}:",
                f'    sys.exit(f"the branch chose what the DAG does not have: {{sorted({unknown})}}")',
            ]
        hand_on(script, [key for key in result.files if key in read], name, result)
        if "airgo-branch" in read:
            script.modules.update(("json", "os"))
            script.lines += [
                f'os.makedirs("{FOLDER}", exist_ok=True)',
                f'with open("{FOLDER}/airgo-branch", "w") as file:',
                f"    json.dump({chosen}, file)",
            ]

    return write


def set_of(ids: list[str]) -> str:
    """A set of texts as source."""
    return "{" + ", ".join(repr(one) for one in ids) + "}"


def chooses_only(code: Slice, known: frozenset[str]) -> bool:
    """Does every `return` of the function name tasks of the DAG, as one can see?"""
    entry = code.entry
    if entry is None or not isinstance(entry.node, cst.FunctionDef):
        return False
    local = frozenset([*bindings(entry.node.body), *(one.name.value for one in parameters(entry.node.params))])
    for value in returned(entry.node.body):
        found = constant(value, entry.source, local)
        ids = [found] if isinstance(found, str) else found
        if found is MISSING or (ids is not None and not (isinstance(ids, list | tuple) and all(one in known for one in ids))):
            return False
    return True


def returned(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """The expressions that a function's own `return` statements give; both sides of `a if test else b`."""
    if isinstance(node, cst.Return) and node.value is not None:
        yield from sides(node.value)
    for child in parts(node):
        if not isinstance(child, SCOPES):
            yield from returned(child)


def sides(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The values that an expression may have."""
    if isinstance(value, cst.IfExp):
        yield from sides(value.body)
        yield from sides(value.orelse)
    else:
        yield value
