"""chain, chain_linear, cross_downstream, and labels of edges."""

from __future__ import annotations

from itertools import pairwise

from airgo.evaluate.models import models
from airgo.evaluate.objects import Call, PythonError
from airgo.evaluate.relations import Label, Node, nodes_in
from airgo.evaluate.task_drafts import XComHandle
from airgo.values import MISSING


def is_list(value: object) -> bool:
    """Does Airflow take the value for several nodes?"""
    return isinstance(value, list | tuple)


@models("airflow.sdk.bases.operator.chain")
def chain(call: Call) -> object:
    """`chain(a, [b, c], [d, e], f)`: lists of equal length are joined pairwise."""
    for before, after in zip(call.args, call.args[1:], strict=False):
        if is_list(before) and is_list(after):
            if len(before) != len(after):  # type: ignore[arg-type]  # both are lists
                message = f"Chain not supported for different length Iterable. Got {len(before)} and {len(after)}."  # type: ignore[arg-type]
                raise PythonError("AirflowException", message)
            for one, other in zip(before, after, strict=True):  # type: ignore[call-overload]  # as above
                link(nodes_in(one, call), nodes_in(other, call), call)
        else:
            link(nodes_in(before, call), nodes_in(after, call), call)
    return None


def link(before: list[Node], after: list[Node], call: Call) -> None:
    """Each of `before` before each of `after`."""
    for node in before:
        node.link(after, False, call)


@models("airflow.sdk.bases.operator.chain_linear", "airflow.models.baseoperator.chain_linear", "airflow.sdk.chain_linear")
def chain_linear(call: Call) -> object:
    """`chain_linear([a, b], [c, d])`: each of one list before each of the next; empty lists are left out."""
    steps = [nodes_in(value, call) for value in call.args if not (is_list(value) and not value)]
    for before, after in pairwise(steps):
        link(before, after, call)
    return None


@models("airflow.sdk.bases.operator.cross_downstream", "airflow.models.baseoperator.cross_downstream")
def cross_downstream(call: Call) -> object:
    """`cross_downstream([a, b], [c, d])`."""
    link(nodes_in(call.argument(0, "from_tasks"), call), nodes_in(call.argument(1, "to_tasks"), call), call)
    return None


@models("airflow.sdk.definitions.edges.Label")
def label(call: Call) -> Label:
    """`Label("text")`."""
    return Label(call.argument(0, "label"))


@models("airflow.sdk.definitions.xcom_arg.XComArg")
def xcom_arg(call: Call) -> object:
    """`XComArg(task, key=...)`."""
    tasks = [task for node in nodes_in(call.argument(0, "operator"), call) for task in node.first_tasks(call)]
    key = call.argument(1, "key", MISSING)
    if not tasks:
        return MISSING
    return XComHandle(tasks[0]) if key is MISSING else XComHandle(tasks[0], key)
