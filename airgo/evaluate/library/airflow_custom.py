"""Operators of the project: classes that extend one of Airflow's, whose constructors run here and whose execute never does."""

from __future__ import annotations

from functools import cache

from airgo import catalogue
from airgo.catalogue import BASE_OPERATOR, BASE_SENSOR
from airgo.evaluate.authoring import authoring
from airgo.evaluate.drafts import merged_defaults
from airgo.evaluate.library.airflow_mapping import PartialDraft
from airgo.evaluate.library.airflow_operators import (
    STRUCTURE,
    argument_place,
    construct,
    is_operator_class,
    named_arguments,
    record_written,
)
from airgo.evaluate.models import BASE_RESOLVERS
from airgo.evaluate.objects import Bound, Call, Class, ExternBase, Function, Instance
from airgo.evaluate.task_drafts import Given, TaskDraft, dag_of
from airgo.values import Extern, Operation, Symbolic

OWN_BEHAVIOUR = frozenset(
    {"execute", "poke", "choose_branch", "pre_execute", "post_execute", "execute_async", "render_template_fields", "get_hook"}
)
"""Methods which, when a class of the project defines them, decide what its tasks do: they cannot be lowered as their base."""
DECORATED = "airflow.sdk.bases.decorator.DecoratedOperator"


def class_name(cls: Class) -> str:
    """The dotted name of a class of the project."""
    return f"{cls.module.name}.{cls.qualified_name}"


def overrides(cls: Class) -> bool:
    """Does a class of the project, before the first from outside, say itself what its tasks do?"""
    return any(isinstance(base, Class) and not OWN_BEHAVIOUR.isdisjoint(base.namespace) for base in cls.mro)


def template_fields(value: object) -> tuple[str, ...] | None:
    """The names in a `template_fields` attribute, also when it is built from that of a class outside; None when one part is unknown."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple | set | frozenset):
        parts = [template_fields(item) for item in value]
    elif isinstance(value, Extern) and value.name.endswith(".template_fields"):
        facts = catalogue.operator(value.name.removesuffix(".template_fields"))
        return None if facts is None else facts.template_fields
    elif isinstance(value, Operation):
        parts = [template_fields(operand) for operand in value.operands]
    else:
        return None
    return None if any(part is None for part in parts) else tuple(dict.fromkeys(name for part in parts if part for name in part))


def create(operator: str, instance: Instance, call: Call) -> TaskDraft:
    """The task behind an object of the project, before any constructor ran."""
    facts = catalogue.operator(operator)
    name = facts.name if facts is not None else operator
    task = TaskDraft(name, class_name(instance.cls), facts, call.place)
    task.instance = instance
    describe_class(task, instance.cls, call)
    return task


def describe_class(task: TaskDraft, cls: Class, call: Call) -> None:
    """What the class says: its template fields, and whether it has a behaviour of its own."""
    task.code = cls
    task.overrides_execute = overrides(cls)
    task.opaque = task.facts is None and task.operator not in (BASE_OPERATOR, BASE_SENSOR)
    written = call.machine.attribute(cls, "template_fields", None)
    if written is not None and not (isinstance(written, Symbolic) and template_fields(written) is None):
        task.fields = template_fields(written)


def before_init(instance: Instance, owner: Class, function: Function, call: Call) -> tuple[tuple[object, ...], dict[str, object]]:
    """Airflow's metaclass around each `__init__`: the DAG, its groups and default_args fill in what the call leaves out."""
    task = instance.native
    assert isinstance(task, TaskDraft)
    kwargs = dict(call.kwargs)
    outermost = not task.written
    if outermost:
        record_written(task, kwargs, call)
    task.unseen = task.unseen or call.unseen
    parameters = call.machine.parameters(Bound(function, instance)) or ()
    names = {parameter.name for parameter in parameters if parameter.kind in ("positional", "keyword")}
    takes_rest = any(parameter.kind == "double_star" for parameter in parameters)
    state = authoring(call.machine)
    dag = state.dag_or_current(dag_of(kwargs.get("dag")))
    group = state.current_group(dag) if dag is not None else None
    merged, _ = merged_defaults(dag, group, kwargs.get("default_args"), call)
    for name, given in merged.items():
        if name in names and name not in kwargs and name not in ("task_id", "default_args"):
            kwargs[name] = given.value
    if not outermost:
        for name, value in kwargs.items():
            if name not in STRUCTURE:
                task.passed.setdefault(name, Given(value, argument_place(call.place, name), "constructor"))
    if dag is not None and (takes_rest or "dag" in names) and kwargs.get("dag") is None:
        kwargs["dag"] = dag.user_value()
    if takes_rest or "default_args" in names:
        kwargs["default_args"] = {name: given.value for name, given in merged.items()}
    else:
        kwargs.pop("default_args", None)
    return call.args, kwargs


def init(call: Call) -> None:
    """`super().__init__(...)` reaching the class from outside."""
    instance = call.args[0]
    task = instance.native if isinstance(instance, Instance) else None
    if not isinstance(task, TaskDraft):
        return
    rest = Call(call.machine, call.name, call.args[1:], call.kwargs, call.place, call.unseen or task.unseen)
    kwargs = named_arguments(task.facts, rest)
    if not task.written:
        record_written(task, kwargs, rest)
    construct(task, kwargs, rest)


def partial(operator: str, call: Call) -> PartialDraft:
    """`MyOperator.partial(...)`."""
    cls = call.args[0]
    assert isinstance(cls, Class)
    return PartialDraft(operator, dict(call.kwargs), call, cls)


@cache
def base_of(operator: str) -> ExternBase:
    """How a class from outside behaves below a class of the project."""
    return ExternBase(
        name=operator,
        init=init,
        create=lambda instance, call: create(operator, instance, call),
        before_init=before_init,
        class_methods={"partial": lambda call: partial(operator, call)},
    )


def resolve(name: str) -> ExternBase | None:
    """The behaviour of a base class by name, when it is an operator."""
    return base_of(name) if is_operator_class(name) or name == DECORATED else None


BASE_RESOLVERS.append(resolve)
