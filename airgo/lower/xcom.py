"""Data between tasks: who reads what from whom, checked, and written as expressions that read safely.

Values travel as JSON text in output parameters, never as `outputs.result` (a skipped producer would hang the workflow).
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
"""

from __future__ import annotations

from collections.abc import Iterator

from airgo.argo.text import Expression, Part, Text, XComHole, map_text, text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Leaf, Node, WorkflowDraft
from airgo.lower.ledger import TASK, Fate, account_xcom, mapped
from airgo.lower.manual import make_manual
from airgo.lower.order import waits_for
from airgo.lower.parameters_of_xcom import output_parameter
from airgo.lower.references import safe_output
from airgo.values import truth

NOT_HANDED_ON = Rule(
    "AG400",
    "xcom-not-handed-on",
    Severity.ERROR,
    "a value that the other task does not hand on",
    "The task reads an XCom of another task whose template writes no such value, or that has not surely ended when the task starts. "
    "Argo has no store of past values to look in.",
    "return the value from the other task, and make this one depend on it",
)
AS_TEXT = Rule(
    "AG401",
    "xcom-as-text",
    Severity.NOTE,
    "a value of another task put into text",
    "Airflow writes a value into text as Python prints it, Argo as JSON: texts, numbers, True, False and None come out the same, "
    "lists and dicts do not. Text that holds Argo tags ({{workflow.name}}) is replaced by Argo.",
    "hand on texts or numbers where a template reads them",
)
AGGREGATE = Rule(
    "AG402",
    "mapped-values",
    Severity.NOTE,
    "the values of all instances of a mapped task, read as one list",
    "Argo puts the instances' values into one list. If all of them are objects or lists it reads and writes them again, "
    "and a number such as 1.0 becomes 1.",
    "nothing, unless the difference between 1 and 1.0 matters",
)


def xcom(draft: WorkflowDraft) -> None:
    """Mark every output that somebody reads. A task that reads what it cannot have becomes `manual`."""
    ended = waits_for(draft)
    for node in draft.nodes.values():
        try:
            for hole in xcom_holes(node):
                _check(hole, node, ended[node.task.id], draft)
            _check_expansion(node, ended[node.task.id], draft)
        except CannotLower as problem:
            _account_failed(node, problem.rule, draft)
            make_manual(node, problem.rule, problem.message, problem.span, draft)
    for node in draft.nodes.values():
        for hole in xcom_holes(node):
            _mark(hole, node, draft)
        for source in node.expansion.sources.values() if node.expansion is not None else ():
            _mark_items(node, source.task_id, source.key, draft)
        if node.draft is not None and node.draft.reads_everything:
            for producer in ended[node.task.id]:
                above = draft.nodes[producer]
                above.outputs_read.update(above.draft.outputs if above.draft else ())


def xcom_holes(node: Node) -> list[XComHole]:
    """Every value of another task that the node's template or its arguments read, in order."""
    if node.draft is None:
        return []
    found: list[XComHole] = []

    def look(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Text):
            found.extend(hole for hole in leaf.holes() if isinstance(hole, XComHole))
        return leaf

    map_text(node.draft.body, look)
    map_text(dict(node.draft.arguments), look)
    for item in node.expansion.items or () if node.expansion else ():
        map_text(item, look)
    return found


def _check(hole: XComHole, node: Node, ended: frozenset[str], draft: WorkflowDraft) -> None:
    for task_id in hole.task_ids:
        _check_producer(task_id, hole.key, node, ended, draft)
    mapped_ids = [task_id for task_id in hole.task_ids if draft.nodes[task_id].task.mapped]
    if mapped_ids and (not hole.json or hole.path):
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} puts the values of all instances of {mapped_ids[0]} into text")


def _check_producer(task_id: str, key: str, node: Node, ended: frozenset[str], draft: WorkflowDraft) -> None:
    producer = draft.nodes.get(task_id)
    if producer is None:
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads a value of {task_id}, which is no task of the DAG")
    if task_id not in ended:
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads a value of {task_id} but does not wait for it")
    if producer.strategy == "manual" or producer.draft is None or key in producer.draft.outputs:
        return
    if not pushes(producer):
        return
    named = "its return value" if key == "return_value" else f"a value under the key {key}"
    raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads {named} from {task_id}, whose template does not hand it on")


def _check_expansion(node: Node, ended: frozenset[str], draft: WorkflowDraft) -> None:
    for source in node.expansion.sources.values() if node.expansion is not None else ():
        _check_producer(source.task_id, source.key, node, ended, draft)
        producer = draft.nodes[source.task_id]
        if producer.draft is None or producer.strategy == "manual" or producer.task.mapped or "items" in producer.draft.outputs:
            continue
        words = f"{node.task.id} is expanded over {producer.task.id}, whose template cannot write a list of elements"
        raise CannotLower(NOT_HANDED_ON, words)


def pushes(producer: Node) -> bool:
    """Does the task push XComs at all? `do_xcom_push=False` makes every read of it None."""
    return truth(producer.task.value("do_xcom_push", True)) is not False


def _mark(hole: XComHole, node: Node, draft: WorkflowDraft) -> None:
    for task_id in hole.task_ids:
        producer = draft.nodes[task_id]
        if producer.draft is not None and hole.key in producer.draft.outputs and pushes(producer):
            producer.outputs_read.add(hole.key)
        account_xcom(draft, node.task, f"{task_id}.{hole.key}", mapped(TASK + "/arguments"))
        if producer.task.mapped:
            words = f"{node.task.id} reads the values of all instances of {task_id} as one list"
            draft.report(AGGREGATE.at(node.task.span, words, subject=draft.subject(node.task)))
    if not hole.json:
        words = f"{node.task.id} puts what {' and '.join(hole.task_ids)} hands on into text; lists and dicts look different there"
        draft.report(AS_TEXT.at(node.task.span, words, subject=draft.subject(node.task)))


def _mark_items(node: Node, source: str, key: str, draft: WorkflowDraft) -> None:
    producer = draft.nodes[source]
    producer.outputs_read.add("return_value" if producer.task.mapped else "items")
    account_xcom(draft, node.task, f"{source}.{key}", mapped(TASK + "/arguments"))


def _account_failed(node: Node, rule: Rule, draft: WorkflowDraft) -> None:
    for hole in xcom_holes(node):
        for task_id in hole.task_ids:
            account_xcom(draft, node.task, f"{task_id}.{hole.key}", Fate("unsupported", rule.code))


def reading(hole: XComHole, draft: WorkflowDraft) -> Expression:
    """The expression that a DAG task's argument has for a value of other tasks."""
    reads = [_read_json(task_id, hole.key, draft) for task_id in hole.task_ids]
    code = reads[0] if len(reads) == 1 and not hole.many else "'[' + " + " + ',' + ".join(f"({read})" for read in reads) + " + ']'"
    path = "".join(f"[{part}]" if isinstance(part, int) else "['" + part.replace("'", "\\'") + "']" for part in hole.path)
    if hole.json:
        return Expression(f"toJson(fromJSON({code}){path})" if path else code)
    return Expression(as_text(f"toJson(fromJSON({code}){path})" if path else code))


def as_text(json_code: str) -> str:
    """The expression for a value's text, from the expression of its JSON text: Python's names for true, false and null.

    No `let`: Argo takes the names it binds for variables that are missing.
    """
    words = "{'true': 'True', 'false': 'False', 'null': 'None'}"
    return f"map([{json_code}], # startsWith '\"' ? fromJSON(#) : ({words}[#] ?? #))[0]"


def _read_json(task_id: str, key: str, draft: WorkflowDraft) -> str:
    producer = draft.nodes[task_id]
    name = output_parameter(key, mapped=producer.task.mapped)
    if not producer.task.mapped:
        return safe_output(producer.name, name)
    read = safe_output(producer.name, name, "[]")
    return f"'[' + join(map(fromJSON({read}), type(#) == 'string' ? # : toJson(#)), ',') + ']'"


def filled(leaf: Leaf, draft: WorkflowDraft) -> Leaf:
    """A DAG task's argument with every value of another task as the expression that reads it."""
    if not isinstance(leaf, Text):
        return leaf
    parts: Iterator[Part] = (reading(part, draft) if isinstance(part, XComHole) else part for part in leaf.parts)
    return text(*parts)
