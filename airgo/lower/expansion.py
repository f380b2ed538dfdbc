"""Dynamic mapping: what a mapped task fans out over, and the holes that stand for one element in its template.

`expand` crosses its lists, the last varying fastest; `expand_kwargs` takes one dict for each instance.
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from airgo import catalogue, ir
from airgo.argo.text import ItemHole, Text
from airgo.callables.names import parameters
from airgo.diagnostics import Rule, Severity
from airgo.lower.derived import Derived, functions, keys_of, leaves, length_of, references
from airgo.lower.draft import CannotLower, Expansion, Node, Source, WorkflowDraft
from airgo.lower.ledger import TASK, account_expansion, mapped
from airgo.lower.rules import UNMAPPED_ARGUMENT
from airgo.lower.shapes import Shapeless, free_name, shaped
from airgo.lower.strategies.python_arguments import SPREAD_ARGS, SPREAD_KWARGS
from airgo.lower.strategies.python_lists import Column, lists_step
from airgo.lower.values import lower_value
from airgo.mapping.schema import OperatorMapping
from airgo.values import CodeRef, XComRef

MAX_ITEMS = 1024
"""Airflow's own bound (`[core] max_map_length`)."""

CODE_STRATEGIES = frozenset({"python", "branch", "short-circuit", "python-sensor"})
"""Strategies whose template carries the user's own code: strategy `slice` in the report."""

JSON_STRATEGIES = CODE_STRATEGIES | {"airflow-image"}
"""Strategies whose tasks are given each element as JSON, under the argument's own name."""

INEXACT_EXPANSION = Rule(
    "AG405",
    "inexact-expansion",
    Severity.ERROR,
    "a mapped task whose instances Argo cannot make exactly",
    "A mapped task fans out over lists that are written in the DAG, that tasks of the same DAG return, or that are made of these by "
    ".map(), .zip() and .concat(). Other forms have no exact counterpart.",
    "compute the list in one task, and expand over what it returns",
)

FAILS_ALL = Rule(
    "AG411",
    "map-function-fails-all",
    Severity.WARNING,
    "a function given to .map() for a task that is no Python code",
    "Airflow calls the function in each instance, so that one failure of it fails one instance. Here a step before the instances calls it "
    "for all of them: where it fails for one element, no instance runs, and the mapped task fails.",
    "nothing, unless the other instances must run when the function fails for one",
)
ASSUMED_KEYS = Rule(
    "AG412",
    "assumed-keys",
    Severity.WARNING,
    "dicts and lists that tasks return, for an operator whose template must know their shape",
    "A template has a place for each text, so that dicts must have keys, and lists lengths, that are known. They are read from the code "
    "that makes them, or the keys are the arguments that the operator cannot do without. A step before the instances looks at every "
    "element; where one has another shape it fails, and the mapped task with it.",
    "give every element the same shape, written where it is made",
)

TEMPLATES_IN_KWARGS = Rule(
    "AG413",
    "templates-in-kwargs",
    Severity.NOTE,
    "expand_kwargs over what tasks return",
    "Airflow renders Jinja in the values of these dicts, although tasks returned them (in those of expand() it does not). Here an instance "
    "whose arguments hold a template fails, and says so.",
    "nothing, unless the values hold templates; then render them where they are made",
)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A mapped task on its way: its operator's mapping and the draft it is part of."""

    node: Node
    mapping: OperatorMapping
    draft: WorkflowDraft

    @property
    def id(self) -> str:
        """The task's id, for messages."""
        return self.node.task.id

    @property
    def carries_code(self) -> bool:
        """Does the template hold the user's function, whose parameters are mapped by their names?"""
        return self.mapping.strategy in CODE_STRATEGIES

    @property
    def decorated(self) -> bool:
        """Are the mapped arguments those of a function, whatever their names?"""
        facts = catalogue.operator(self.node.task.operator)
        return self.carries_code and facts is not None and facts.kind == "decorator"

    @property
    def lenient(self) -> bool:
        """Can an instance read what the making of its element raised? A mapped group, which has no operator, cannot."""
        return self.carries_code and bool(self.node.task.operator)

    @property
    def renders(self) -> bool:
        """Does Airflow itself render the templates among the elements?"""
        return self.mapping.strategy == "airflow-image"

    def hole(self, name: str) -> Text:
        """What stands for the element in the template: code that travels reads JSON, a mapping's template text."""
        return Text((ItemHole(name, json=self.mapping.strategy in JSON_STRATEGIES),))


def expand(node: Node, mapping: OperatorMapping, draft: WorkflowDraft) -> dict[str, object]:
    """Set the node's expansion, and give the values of its mapped arguments: holes for one element. Raises CannotLower."""
    written = node.task.expand
    if written is None:
        return {}
    task = _Mapped(node, mapping, draft)
    for name in written.arguments if written.kind == "expand" else ("expand_kwargs",):
        account_expansion(draft, node.task, name, mapped(TASK))
    if written.kind == "expand_kwargs":
        return _expand_kwargs(task, written)
    single = next(iter(written.arguments)) if len(written.arguments) == 1 else None
    if task.carries_code and single in ("op_args", "op_kwargs"):
        return _expand_call(task, str(single), written.arguments[str(single)])
    return _expand_lists(task, written.arguments)


def _expand_lists(task: _Mapped, arguments: Mapping[str, ir.Argument]) -> dict[str, object]:
    parts = {name: _parts(name, argument, task) for name, argument in arguments.items()}
    if any(parts.values()) or any(isinstance(argument.value, Derived) for argument in arguments.values()):
        return _by_parts(task, arguments, parts)
    sources = {name: _source(argument, task) for name, argument in arguments.items() if isinstance(argument.value, XComRef)}
    lists = {name: _elements(name, argument, task) for name, argument in arguments.items() if name not in sources}
    if not sources:
        return _rows(task, [dict(zip(lists, row, strict=True)) for row in product(*lists.values())])
    if any(not elements for elements in lists.values()):
        return _rows(task, [])
    task.node.expansion = Expansion(sources=sources, lists=lists, order=tuple(arguments), may_be_empty=True)
    return {name: task.hole(name) for name in arguments}


def _parts(name: str, argument: ir.Argument, task: _Mapped) -> list[str] | list[int]:
    """The keys, or indexes, of what every element of a list that tasks return has, where it must be known for a template."""
    if task.mapping.strategy in JSON_STRATEGIES or not isinstance(argument.value, XComRef | Derived):
        return []
    keys = keys_of(argument.value, lambda task_id: _function_of(task_id, task.draft))
    length = length_of(argument.value, lambda task_id: _function_of(task_id, task.draft))
    if not keys and not length:
        return []
    shown = ", ".join(keys) if keys else f"{length} texts"
    words = f"{name} of the instances of {task.id} holds {shown}; where a task returns others, all of them fail"
    task.draft.report(ASSUMED_KEYS.at(argument.span, words, subject=task.draft.subject(task.node.task)))
    return keys or list(range(length or 0))


def _by_parts(task: _Mapped, arguments: Mapping[str, ir.Argument], parts: Mapping[str, list[str] | list[int]]) -> dict[str, object]:
    """A step makes the list; each part of an element has a place of its own in the template."""
    columns, taken = [], set(arguments)
    for name, argument in arguments.items():
        names = []
        for key in parts[name]:
            names.append(free_name(f"{name}_{key}", taken))
            taken.add(names[-1])
        columns.append(Column(tuple(names) or (name,), _made_of(name, argument, task), tuple(parts[name])))
    holes = _by_step(task, columns)
    if task.node.expansion is None or task.node.expansion.lists_step is None:
        return {name: task.hole(name) for name in arguments}
    values: dict[str, object] = {}
    for name, column in zip(arguments, columns, strict=True):
        made = [holes[one] for one in column.names]
        as_dict = bool(column.keys) and isinstance(column.keys[0], str)
        values[name] = dict(zip(column.keys, made, strict=True)) if as_dict else made if column.keys else made[0]
    return values


def _made_of(name: str, argument: ir.Argument, task: _Mapped) -> object:
    """What a mapped argument's list is made of: results, or its elements where they are known."""
    if not isinstance(argument.value, XComRef | Derived):
        return _elements(name, argument, task)
    if any(not isinstance(one, XComRef) for one in leaves(argument.value)):
        raise CannotLower(INEXACT_EXPANSION, f"{name} of {task.id} is made of something else than what tasks return", argument.span)
    return argument.value


def _by_step(task: _Mapped, columns: list[Column]) -> dict[str, object]:
    """A step before the instances makes the list."""
    if any(column.value == () for column in columns):
        return _rows(task, [])
    written = task.node.task.expand
    argument = next(iter(written.arguments.values()), written.kwargs_list) if written is not None else None
    assert argument is not None
    refs = [ref for column in columns for ref in references(column.value)]
    sources = {f"{ref.task_id} {number}": _source(ir.Argument(ref, argument.span), task) for number, ref in enumerate(refs)}
    names = tuple(name for column in columns for name in column.names)
    derived = tuple(column.value for column in columns if not column.known())
    expansion = Expansion(sources=sources, order=names, may_be_empty=True, made_of=derived, lenient=task.lenient)
    expansion.lists_step = lists_step(task.node, expansion, columns, task.draft)
    task.node.expansion = expansion
    if not task.lenient and any(True for column in columns for _ in functions(column.value)):
        words = f"a function that {task.id} is mapped by fails all instances where it fails for one"
        task.draft.report(FAILS_ALL.at(argument.span, words, subject=task.draft.subject(task.node.task)))
    return {name: task.hole(name) for name in names}


def _expand_kwargs(task: _Mapped, written: ir.Expand) -> dict[str, object]:
    argument = written.kwargs_list
    if argument is None:
        raise CannotLower(INEXACT_EXPANSION, f"which arguments the instances of {task.id} are given is not known")
    if isinstance(argument.value, XComRef | Derived):
        return _kwargs_of_results(task, argument)
    rows = argument.value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"{task.id} is expanded over keyword arguments that are not known", argument.span)
    keys = _same_keys(task, rows, argument)
    if task.carries_code and keys in (["op_args"], ["op_kwargs"]):
        return _expand_call(task, keys[0], ir.Argument([row[keys[0]] for row in rows], argument.span))
    return _rows(task, [{key: _element(key, row[key], argument, task) for key in keys} for row in rows])


def _kwargs_of_results(task: _Mapped, argument: ir.Argument) -> dict[str, object]:
    """Dicts of arguments that are known when the task runs: a function is given them as they are, a template has a place for each key."""
    words = f"templates in what the instances of {task.id} are given by expand_kwargs fail the instance"
    task.draft.report(TEMPLATES_IN_KWARGS.at(argument.span, words, subject=task.draft.subject(task.node.task)))
    if task.decorated:
        return _spread(task, SPREAD_KWARGS, argument)
    keys = keys_of(argument.value, lambda task_id: _function_of(task_id, task.draft)) or _missing(task)
    if not keys:
        words = f"the keys of the arguments that the instances of {task.id} are given are known only when it runs"
        raise CannotLower(INEXACT_EXPANSION, words, argument.span)
    if task.carries_code and task.node.task.operator:
        raise CannotLower(
            INEXACT_EXPANSION, f"{task.id} is expanded over op_args or op_kwargs that are known only when it runs", argument.span
        )
    words = f"the instances of {task.id} are given {', '.join(keys)}; where a task returns other keys, all of them fail"
    task.draft.report(ASSUMED_KEYS.at(argument.span, words, subject=task.draft.subject(task.node.task)))
    for key in keys:
        if key not in task.mapping.arguments and task.mapping.strategy not in JSON_STRATEGIES:
            raise CannotLower(UNMAPPED_ARGUMENT, f"{key} of {task.mapping.name} is not known to its mapping", argument.span)
    return _by_step(task, [Column(tuple(keys), _made_of("expand_kwargs", argument, task), tuple(keys), rendered=True)])


def _spread(task: _Mapped, name: str, argument: ir.Argument) -> dict[str, object]:
    """All of a function's arguments, or of its positional ones, in one element."""
    if isinstance(argument.value, Derived):
        return _by_step(task, [Column((name,), _made_of(name, argument, task))])
    task.node.expansion = Expansion(sources={name: _source(argument, task)}, order=(name,), may_be_empty=True)
    return {name: task.hole(name)}


def _function_of(task_id: str, draft: WorkflowDraft) -> object:
    task = draft.dag.task(task_id)
    return None if task is None else task.value("python_callable")


def _missing(task: _Mapped) -> list[str]:
    """The arguments that the operator cannot do without, and that are not given otherwise."""
    return [name for name, spec in task.mapping.arguments.items() if spec.required and name not in task.node.task.arguments]


def _expand_call(task: _Mapped, name: str, argument: ir.Argument) -> dict[str, object]:
    """op_args or op_kwargs of each instance: their elements by the names of the function's parameters."""
    if isinstance(argument.value, XComRef | Derived):
        return _spread(task, SPREAD_ARGS if name == "op_args" else SPREAD_KWARGS, argument)
    rows = argument.value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict if name == "op_kwargs" else list | tuple) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"{name} of {task.id} is expanded over values that are not known", argument.span)
    if name == "op_args":
        rows = [_named(task, row, argument) for row in rows]
    keys = _same_keys(task, rows, argument)
    return _rows(task, [{key: _element(name, row[key], argument, task) for key in keys} for row in rows])


def _named(task: _Mapped, values: list[object] | tuple[object, ...], argument: ir.Argument) -> dict[str, object]:
    code = task.node.task.value("python_callable")
    node = getattr(code.node, "params", None) if isinstance(code, CodeRef) else None
    names = [one.name.value for one in parameters(node)] if node is not None else []
    if len(names) < len(values):
        raise CannotLower(INEXACT_EXPANSION, f"the parameters that op_args of {task.id} fills are not known", argument.span)
    return dict(zip(names, values, strict=False))


def _same_keys(task: _Mapped, rows: list[dict[str, object]] | tuple[dict[str, object], ...], argument: ir.Argument) -> list[str]:
    keys = list(rows[0]) if rows else []
    if any(set(row) != set(keys) for row in rows):
        raise CannotLower(INEXACT_EXPANSION, f"the instances of {task.id} are given different arguments", argument.span)
    return keys


def _rows(task: _Mapped, rows: list[dict[str, object]]) -> dict[str, object]:
    """The instances are known: one row for each."""
    if len(rows) > MAX_ITEMS:
        raise CannotLower(INEXACT_EXPANSION, f"{task.id} has {len(rows)} instances; Airflow allows {MAX_ITEMS}")
    names = rows[0] if rows else (task.node.task.expand.arguments if task.node.task.expand else ())
    if rows and task.mapping.strategy not in JSON_STRATEGIES:
        try:
            flat, values = shaped(rows)
        except Shapeless as problem:
            raise CannotLower(INEXACT_EXPANSION, f"{problem} of {task.id} is expanded over values of different shapes") from problem
        task.node.expansion = Expansion(items=flat)
        return values
    task.node.expansion = Expansion(items=tuple(rows), may_be_empty=not rows)
    return {name: task.hole(name) for name in names}


def _elements(name: str, argument: ir.Argument, task: _Mapped) -> tuple[object, ...]:
    """The elements of a literal list or dict (a dict gives pairs), lowered one by one."""
    value = argument.value
    if isinstance(value, dict):
        value = [list(pair) for pair in value.items()]
    if not isinstance(value, list | tuple):
        raise CannotLower(INEXACT_EXPANSION, f"{name} of {task.id} is expanded over a value that is not known", argument.span)
    return tuple(_element(name, item, argument, task) for item in value)


def _element(name: str, value: object, argument: ir.Argument, task: _Mapped) -> object:
    spec = task.mapping.arguments.get(name)
    if spec is None and task.mapping.strategy not in JSON_STRATEGIES:
        raise CannotLower(UNMAPPED_ARGUMENT, f"{name} of {task.mapping.name} is not known to its mapping", argument.span)
    one = ir.Argument(value, argument.span, argument.origin)
    return lower_value(one, name, not task.renders and (spec is None or spec.template), task.node.task, task.draft)


def _source(argument: ir.Argument, task: _Mapped) -> Source:
    reference = argument.value
    assert isinstance(reference, XComRef)
    if reference.task_id not in task.draft.nodes:
        raise CannotLower(INEXACT_EXPANSION, f"{task.id} is expanded over {reference.task_id}, which is no task of the DAG", argument.span)
    if reference.key != "return_value":
        raise CannotLower(
            INEXACT_EXPANSION, f"{task.id} is expanded over a value under a key of its own, which Airflow refuses", argument.span
        )
    return Source(reference.task_id, reference.key)
