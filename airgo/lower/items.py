"""The elements that a mapped task fans out over, as texts: written in the manifest, or made by an expression over what tasks return.

Items lose their JSON type on the way (watched), so each element is a JSON text, or the text that the template wants.
"""

from __future__ import annotations

import json

from airgo.argo.text import MAP_INDEX, Expression, ItemHole, Simple, Text, map_text, text
from airgo.argo.text_rendering import UNPROTECTABLE, Unprotectable, realise
from airgo.lower.draft import CannotLower, Expansion, Leaf, Node, TemplateDraft, WorkflowDraft
from airgo.lower.expansion import INEXACT_EXPANSION
from airgo.lower.holes import holes_of
from airgo.lower.references import safe_output
from airgo.lower.xcom import as_text, instance_texts
from airgo.mapping.wire import escaped
from airgo.values import is_plain


def encode_items(node: Node, made: TemplateDraft) -> None:
    """Write the elements that are known as the texts that the template's holes want. Raises CannotLower."""
    expansion = node.expansion
    if expansion is None:
        return
    expansion.json_names = _json_names(made)
    if expansion.items is not None:
        rows = enumerate(expansion.items)
        expansion.items = tuple({name: _numbered(value, number) for name, value in row.items()} for number, row in rows)
    expansion.indexed = any(isinstance(hole, ItemHole) and hole.name == MAP_INDEX for hole in holes_of([made.body, dict(made.arguments)]))
    if expansion.items is not None:
        expansion.items = tuple({name: _text(node, expansion, name, value) for name, value in row.items()} for row in expansion.items)
    expansion.lists = {name: tuple(_text(node, expansion, name, value) for value in values) for name, values in expansion.lists.items()}
    if expansion.indexed and expansion.items is not None:
        expansion.items = tuple({**row, MAP_INDEX: str(number)} for number, row in enumerate(expansion.items))
    texts = (value for row in expansion.items or () for value in row.values())
    for value in (*texts, *(value for values in expansion.lists.values() for value in values)):
        if isinstance(value, Text):
            raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} is expanded over texts that are known only when it runs")
        try:
            realise(str(value), place="field")
        except Unprotectable as error:
            raise CannotLower(UNPROTECTABLE, f"{node.task.id} is expanded over text that cannot be written: {error}") from error


def _numbered(value: object, number: int) -> object:
    """An element whose text holds the number of its instance."""
    if not isinstance(value, Text):
        return value
    return text(*(str(number) if isinstance(part, ItemHole) and part.name == MAP_INDEX else part for part in value.parts))


def _json_names(made: TemplateDraft) -> frozenset[str]:
    names: set[str] = set()

    def look(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Text):
            names.update(hole.name for hole in leaf.holes() if isinstance(hole, ItemHole) and hole.json)
        return leaf

    map_text([made.body, dict(made.arguments)], look)
    return frozenset(names)


def _text(node: Node, expansion: Expansion, name: str, value: object) -> Leaf:
    if name in expansion.json_names:
        return _json_text(node, value)
    if isinstance(value, str | Text):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise CannotLower(INEXACT_EXPANSION, f"{name} of {node.task.id} is expanded over values that are no texts")


def _json_text(node: Node, value: object) -> Leaf:
    """JSON text in the wire format."""
    if not is_plain(value) or isinstance(value, Text):
        raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} is expanded over values that are known only when it runs")
    try:
        return escaped(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError) as error:
        raise CannotLower(INEXACT_EXPANSION, f"{node.task.id} is expanded over a value that JSON cannot carry: {error}") from error


def items_list(expansion: Expansion, draft: WorkflowDraft) -> Leaf:
    """The JSON list to fan out over, as the argument of the outer DAG's task."""
    if len(expansion.order) == 1 and not expansion.indexed:
        return _single(expansion, draft)
    lists = {name: _list_code(name, expansion, draft) for name in expansion.order}
    lengths = {name: f"len({code})" for name, code in lists.items()}
    pairs = []
    for place, name in enumerate(expansion.order):
        later = [lengths[other] for other in expansion.order[place + 1 :]]
        index = f"int(# / ({' * '.join(later)}))" if later else "#"
        pairs.append(f"'{name}': ({lists[name]})[{index} % {lengths[name]}]")
    if expansion.indexed:
        pairs.append(f"'{MAP_INDEX}': string(#)")
    total = " * ".join(lengths.values())
    elements = f"map(0..({total} - 1), ({{{', '.join(pairs)} }}))"
    return Text((Expression(f"{total} == 0 ? '[]' : toJson({elements})"),))


def _single(expansion: Expansion, draft: WorkflowDraft) -> Leaf:
    """One list: the producer's own, where its elements are JSON texts already and the template wants them so."""
    (name,) = expansion.order
    producer = draft.nodes[expansion.sources[name].task_id]
    output = items_output(producer)
    if producer.task.mapped or name not in expansion.json_names:
        return Text((Expression(f"toJson({_list_code(name, expansion, draft)})"),))
    if producer.may_be_skipped or producer.may_be_omitted:
        return Text((Expression(safe_output(producer.name, output, "[]")),))
    return Text((Simple(f"tasks.{producer.name}.outputs.parameters.{output}"),))


def _list_code(name: str, expansion: Expansion, draft: WorkflowDraft) -> str:
    """The expression of a list of texts."""
    if name in expansion.lists:
        return "[" + ", ".join(quoted(value) for value in expansion.lists[name]) + "]"
    producer = draft.nodes[expansion.sources[name].task_id]
    code = f"fromJSON({safe_output(producer.name, items_output(producer), '[]')})"
    if producer.task.mapped:
        code = instance_texts(safe_output(producer.name, items_output(producer), "[]"))
    return code if name in expansion.json_names else f"map({code}, {as_text('#')})"


def quoted(value: object) -> str:
    """A literal of the expression language, without braces that Argo would look at."""
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("{", "\\u007b").replace("}", "\\u007d")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'"


def items_output(producer: Node) -> str:
    """The output that holds the list to fan out over: the elements' JSON texts, or the values of a mapped task's instances."""
    return "return-values" if producer.task.mapped else "items"
