"""Data between tasks: who reads what from whom, checked, and written as expressions that read safely.

Values travel as JSON text in output parameters, never as `outputs.result` (a skipped producer would hang the workflow).
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from airgo.argo.names import parameter_name
from airgo.argo.text import MAP_INDEX, Expression, Input, ItemHole, Part, Text, XComHole, map_text, text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Leaf, Node, Source, WorkflowDraft
from airgo.lower.ledger import TASK, Fate, account_xcom, mapped
from airgo.lower.manual import make_manual
from airgo.lower.order import waits_for
from airgo.lower.parameters_of_xcom import output_parameter
from airgo.lower.references import safe_output
from airgo.lower.trigger_rules import ALIASES, PLAIN_RULES
from airgo.lower.xcom_files import candidates, note_forms, taken_out
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
LOST_VALUES = Rule(
    "AG407",
    "values-of-failed-mapping",
    Severity.WARNING,
    "a task that may run after a mapped task failed, and reads its instances' values",
    "Where one instance failed, Airflow gives the values of the others. Argo has no outputs of a DAG that failed, so that the "
    "list is empty.",
    "let the instances catch their errors and return what the reader can tell apart",
)
BRANCH_VALUE = Rule(
    "AG408",
    "value-of-a-branch",
    Severity.WARNING,
    "the return value of a branch, read by another task",
    "Airflow 3 does not keep the return value of a branch that skipped a task: who reads it gets None. Here the reader gets what "
    "the function returned, as in Airflow 2.",
    "nothing, unless the reader relies on None",
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
    "and a number such as 1.0 becomes 1. Instances that failed or were skipped are left out.",
    "nothing, unless the difference between 1 and 1.0 matters",
)


@dataclass(frozen=True, slots=True)
class Producer:
    """A task whose value is read. `waits_on`: the node whose end hands it on (a mapped group, for a task inside one). `many`: the values of
    all instances are read as one list. `outside`: the value comes into an inner DAG from around it.
    """

    node: Node
    waits_on: str
    many: bool
    outside: bool = False


_WIRE = "replace(replace({}, '{{' + '{{', '{{\\\\u007b'), '$', '\\\\u0024')"
"""JSON text with the braces that Argo reads and the dollars that Kubernetes reads written as JSON's escapes."""


def xcom(draft: WorkflowDraft) -> None:
    """Mark every output that somebody reads. A task that reads what it cannot have becomes `manual`."""
    for one in draft.every_draft():
        ended = waits_for(one)
        for node in one.nodes.values():
            _check_node(node, ended, one)
    for one in draft.every_draft():
        ended = waits_for(one)
        for node in one.nodes.values():
            _choose_files(node, one)
            for hole in node.files.values():
                _mark(hole, node, one, as_file=True)
            for hole in xcom_holes(node):
                _mark(hole, node, one)
            for source in _sources(node):
                _mark_items(node, source, one)
            if node.draft is not None and node.draft.reads_everything:
                _mark_everything(ended[node.task.id], one)
    if draft.config.xcom == "artifacts":
        note_forms(draft, *_forms(draft))


def _sources(node: Node) -> list[Source]:
    return list(node.expansion.sources.values()) if node.expansion is not None else []


def _choose_files(node: Node, draft: WorkflowDraft) -> None:
    """What one Python task has of another travels as a file, if artifacts are asked for and both stand in one DAG template."""
    if draft.config.xcom == "artifacts":
        node.files = {name: hole for name, hole in candidates(node).items() if _hands_on_files(hole, draft)}


def _hands_on_files(hole: XComHole, draft: WorkflowDraft) -> bool:
    producer = producer_of(hole.task_ids[0], draft)
    here = producer is not None and not producer.outside and producer.waits_on == hole.task_ids[0]
    if producer is None or not here or producer.many or producer.node.strategy != "slice":
        return False
    return producer.node.draft is not None and hole.key in producer.node.draft.outputs and pushes(producer.node)


def _forms(draft: WorkflowDraft) -> tuple[list[str], list[str]]:
    """Who hands whom a file, and who a parameter."""
    files: dict[str, None] = {}
    others: dict[str, None] = {}
    for node in draft.every_node():
        files |= {f"{hole.task_ids[0]} to {node.task.id}": None for hole in node.files.values()}
        above = [one for hole in xcom_holes(node) for one in hole.task_ids] + [source.task_id for source in _sources(node)]
        others |= {f"{one} to {node.task.id}": None for one in above}
    return list(files), list(others)


def producer_of(task_id: str, draft: WorkflowDraft) -> Producer | None:
    """Who hands on the value of a task, seen from this draft."""
    if task_id in draft.nodes and task_id not in draft.inner:
        node = draft.nodes[task_id]
        return Producer(node, task_id, node.task.mapped)
    for group_id, inner in draft.inner.items():
        if task_id in inner.nodes:
            return Producer(inner.nodes[task_id], group_id, draft.nodes[group_id].expansion is not None)
    found = producer_of(task_id, draft.outer) if draft.outer is not None else None
    return None if found is None else replace(found, outside=True)


def xcom_holes(node: Node) -> list[XComHole]:
    """Every value of another task that the node's template or its arguments read, in order."""
    if node.draft is None:
        return []
    found: list[XComHole] = []

    def look(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Text):
            found.extend(hole for hole in leaf.holes() if isinstance(hole, XComHole))
        return leaf

    body, arguments = taken_out(node)
    map_text(body, look)
    map_text(dict(arguments), look)
    if node.expansion is not None and node.expansion.lists_step is not None and node.expansion.lists_step.draft is not None:
        map_text(dict(node.expansion.lists_step.draft.arguments), look)
    for item in node.expansion.items or () if node.expansion else ():
        map_text(item, look)
    return found


def _check_node(node: Node, ended: Mapping[str, frozenset[str]], draft: WorkflowDraft) -> None:
    around = waits_for(draft.outer)[draft.group] if draft.outer is not None else frozenset()
    try:
        for hole in xcom_holes(node):
            _check(hole, node, ended[node.task.id] | around, draft)
        _check_expansion(node, ended[node.task.id] | around, draft)
    except CannotLower as problem:
        for hole in xcom_holes(node):
            for task_id in hole.task_ids:
                account_xcom(draft, node.task, f"{task_id}.{hole.key}", Fate("unsupported", problem.rule.code))
        make_manual(node, problem.rule, problem.message, problem.span, draft)


def _check(hole: XComHole, node: Node, ended: frozenset[str], draft: WorkflowDraft) -> None:
    producers = [_checked(task_id, hole.key, node, ended, draft) for task_id in hole.task_ids]
    several = [producer for producer in producers if producer.many]
    if several and (not hole.json or hole.path):
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} puts the values of all instances of {several[0].node.task.id} into text")
    if len({producer.outside for producer in producers}) > 1:
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads values from inside and outside of its mapped group as one list")


def _checked(task_id: str, key: str, node: Node, ended: frozenset[str], draft: WorkflowDraft) -> Producer:
    """The producer of a value that is surely there. Raises CannotLower."""
    producer = producer_of(task_id, draft)
    if producer is None:
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads a value of {task_id}, which is no task of the DAG")
    if producer.waits_on not in ended:
        raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads a value of {task_id} but does not wait for it")
    made = producer.node.draft
    if producer.node.strategy == "manual" or made is None or key in made.outputs or not pushes(producer.node):
        return producer
    named = "its return value" if key == "return_value" else f"a value under the key {key}"
    raise CannotLower(NOT_HANDED_ON, f"{node.task.id} reads {named} from {task_id}, whose template does not hand it on")


def _check_expansion(node: Node, ended: frozenset[str], draft: WorkflowDraft) -> None:
    for source in _sources(node):
        producer = _checked(source.task_id, source.key, node, ended, draft)
        made = producer.node.draft
        if producer.waits_on != source.task_id or producer.outside:
            raise CannotLower(NOT_HANDED_ON, f"{node.task.id} is expanded over a task of a mapped group")
        if made is None or producer.many or "items" in made.outputs:
            continue
        words = f"{node.task.id} is expanded over {source.task_id}, whose template cannot write a list of elements"
        raise CannotLower(NOT_HANDED_ON, words)


def pushes(producer: Node) -> bool:
    """Does the task push XComs at all? `do_xcom_push=False` makes every read of it None."""
    return truth(producer.task.value("do_xcom_push", True)) is not False


def _mark(hole: XComHole, node: Node, draft: WorkflowDraft, *, as_file: bool = False) -> None:
    for task_id in hole.task_ids:
        producer = producer_of(task_id, draft)
        assert producer is not None, "checked before"
        if producer.node.draft is not None and hole.key in producer.node.draft.outputs and pushes(producer.node):
            (producer.node.files_read if as_file else producer.node.outputs_read).add(hole.key)
            _export(producer, task_id, hole.key, draft)
        account_xcom(draft, node.task, f"{task_id}.{hole.key}", mapped(TASK + "/arguments"))
        if (
            hole.key == "return_value"
            and draft.dag.airflow_version == "3"
            and producer.node.draft is not None
            and producer.node.draft.branch
        ):
            words = f"{node.task.id} reads what {task_id} chose; Airflow 3 keeps it only if nothing was skipped"
            draft.report(BRANCH_VALUE.at(node.task.span, words, subject=draft.subject(node.task)))
        if producer.many:
            words = f"{node.task.id} reads the values of all instances of {task_id} as one list"
            draft.report(AGGREGATE.at(node.task.span, words, subject=draft.subject(node.task)))
            if ALIASES.get(node.task.trigger_rule, node.task.trigger_rule) not in PLAIN_RULES:
                words = f"{node.task.id} can run after an instance of {task_id} failed, and then reads an empty list"
                draft.report(LOST_VALUES.at(node.task.span, words, subject=draft.subject(node.task)))
    if not hole.json:
        words = f"{node.task.id} puts what {' and '.join(hole.task_ids)} hands on into text; lists and dicts look different there"
        draft.report(AS_TEXT.at(node.task.span, words, subject=draft.subject(node.task)))


def _export(producer: Producer, task_id: str, key: str, draft: WorkflowDraft) -> None:
    """A mapped group hands on what is read of its tasks from outside."""
    around = draft.outer if producer.outside else draft
    if around is not None and producer.waits_on in around.inner:
        name = export_name(producer.node, key)
        around.inner[producer.waits_on].exports[name] = (task_id, key)
        around.nodes[producer.waits_on].outputs_read.add(name)


def export_name(node: Node, key: str) -> str:
    """The output of a mapped group's inner DAG for a value of one of its tasks."""
    return f"{node.name}-{output_parameter(key)}"


def _mark_items(node: Node, source: Source, draft: WorkflowDraft) -> None:
    producer = draft.nodes[source.task_id]
    producer.outputs_read.add("return_value" if producer.task.mapped else "items")
    account_xcom(draft, node.task, f"{source.task_id}.{source.key}", mapped(TASK + "/arguments"))


def _mark_everything(ended: frozenset[str], draft: WorkflowDraft) -> None:
    for task_id in ended:
        above = draft.nodes[task_id]
        above.outputs_read.update(above.draft.outputs if above.draft else ())


def reading(hole: XComHole, draft: WorkflowDraft) -> Expression | Input:
    """What a DAG task's argument has for a value of other tasks: an expression, or an input of the inner DAG that it stands in."""
    producers = [producer_of(task_id, draft) for task_id in hole.task_ids]
    if any(producer is not None and producer.outside for producer in producers):
        return Input(_borrow(hole, draft))
    reads = [_read_json(task_id, hole.key, draft) for task_id in hole.task_ids]
    code = reads[0] if len(reads) == 1 and not hole.many else "'[' + " + " + ',' + ".join(f"({read})" for read in reads) + " + ']'"
    path = "".join(f"[{part}]" if isinstance(part, int) else "['" + part.replace("'", "\\'") + "']" for part in hole.path)
    if hole.json:
        return Expression(f"toJson(fromJSON({code}){path})" if path else code)
    return Expression(as_text(f"toJson(fromJSON({code}){path})" if path else code))


def _borrow(hole: XComHole, draft: WorkflowDraft) -> str:
    """The input of the inner DAG that carries a value from outside."""
    for name, known in draft.borrowed.items():
        if known == hole:
            return name
    wanted = name = parameter_name("-".join([*hole.task_ids, output_parameter(hole.key), *map(str, hole.path)]))
    number = 2
    while name in draft.borrowed:
        name, number = f"{wanted}-{number}", number + 1
    draft.borrowed[name] = hole
    return name


def escaped_json(code: str) -> str:
    """JSON that any program wrote, in the wire format: without tags of Argo's and dollars that Kubernetes reads; an empty file is null."""
    return f"map([{code}], trim(#) == '' ? 'null' : {_WIRE.format('#')})[0]"


def instance_texts(code: str) -> str:
    """The JSON texts that a mapped task's instances wrote, from the list that Argo makes of them: values, if all are objects or lists.

    An instance that returned None or skipped itself pushed nothing in Airflow, and is left out.
    """
    text = "(type(#) == 'string' ? # : toJson(#))"
    return f"map(filter(fromJSON({code}), # != 'null'), {_WIRE.format(text)})"


def as_text(json_code: str) -> str:
    """The expression for a value's text, from the expression of its JSON text: Python's names for true, false and null.

    No `let`: Argo takes the names it binds for variables that are missing.
    """
    words = "{'true': 'True', 'false': 'False', 'null': 'None'}"
    return f"map([{json_code}], # startsWith '\"' ? fromJSON(#) : ({words}[#] ?? #))[0]"


def _read_json(task_id: str, key: str, draft: WorkflowDraft) -> str:
    producer = producer_of(task_id, draft)
    assert producer is not None, "checked before"
    if key not in producer.node.outputs_read:
        return "'[]'" if producer.many else "'null'"  # it pushes nothing, or cannot run: every read of it is None
    inside = producer.waits_on != task_id
    if not producer.many:
        handing = (draft.nodes[producer.waits_on].name, export_name(producer.node, key)) if inside else None
        read = safe_output(*handing) if handing else safe_output(producer.node.name, output_parameter(key))
        return escaped_json(read) if producer.node.draft is not None and producer.node.draft.raw_outputs else read
    handing_on = draft.nodes[producer.waits_on]
    name = export_name(producer.node, key) if inside else key
    read = safe_output(handing_on.name, output_parameter(name, mapped=True), "[]")
    return f"'[' + join({instance_texts(read)}, ',') + ']'"


def filled(leaf: Leaf, draft: WorkflowDraft) -> Leaf:
    """A DAG task's argument with every value of another task, or element of its mapped group, as what brings it there."""
    if not isinstance(leaf, Text):
        return leaf
    return text(*(_filled(part, draft) for part in leaf.parts))


def _filled(part: Part, draft: WorkflowDraft) -> Part:
    if isinstance(part, XComHole):
        return reading(part, draft)
    if isinstance(part, ItemHole) and draft.outer is not None:
        return Input(part.name) if part.json or part.name == MAP_INDEX else Expression(as_text(f"inputs.parameters['{part.name}']"))
    return part
