"""Dynamic mapping of classic operators: `Operator.partial(...).expand(...)`."""

from __future__ import annotations

from collections.abc import Mapping

from airgo import catalogue
from airgo.evaluate.library import airflow_operators
from airgo.evaluate.library.airflow_operators import argument_place, construct, is_operator_class, record_written
from airgo.evaluate.models import CALL_RESOLVERS, Model
from airgo.evaluate.objects import Call, Class, Modelled, Native, PythonError
from airgo.evaluate.task_drafts import ExpandDraft, Given, TaskDraft
from airgo.values import MISSING


class PartialDraft(Modelled):
    """What `.partial(...)` gives: arguments waiting for `.expand(...)`."""

    __slots__ = ("call", "cls", "kwargs", "operator")

    def __init__(self, operator: str, kwargs: dict[str, object], call: Call, cls: Class | None = None) -> None:
        self.operator = operator
        self.kwargs = kwargs
        self.call = call
        self.cls = cls

    def get_attribute(self, name: str, call: Call) -> object:
        """`.expand` and `.expand_kwargs`."""
        if name == "expand":
            return Native(name, lambda inner: self.mapped(expansion(inner.kwargs, inner)))
        if name == "expand_kwargs":
            return Native(name, lambda inner: self.mapped(kwargs_expansion(inner)))
        return MISSING

    def mapped(self, expand: ExpandDraft) -> TaskDraft:
        """The mapped task; its place is that of `.partial(...)`."""
        facts = catalogue.operator(self.operator)
        name = facts.name if facts is not None else self.operator
        task = TaskDraft(name, name, facts, self.call.place)
        task.expand = expand
        task.opaque = facts is None and self.cls is None
        if self.cls is not None:
            from airgo.evaluate.library.airflow_custom import class_name, describe_class  # noqa: PLC0415 - it needs this module

            task.class_name = class_name(self.cls)
            describe_class(task, self.cls, self.call)
            # the constructor of the project would run for each element, at run time: its code has to travel
            task.overrides_execute = task.overrides_execute or "__init__" in self.cls.namespace
        record_written(task, self.kwargs, self.call)
        construct(task, self.kwargs, self.call)
        depend_on_expansion(task, expand, self.call)
        return task


def depend_on_expansion(task: TaskDraft, expand: ExpandDraft, call: Call) -> None:
    """Edges from the XComs that a task is expanded over."""
    for given in (*expand.arguments.values(), *([expand.kwargs_list] if expand.kwargs_list is not None else [])):
        task.depend_on(given.value, call)


def expansion(kwargs: Mapping[str, object], call: Call) -> ExpandDraft:
    """`.expand(a=..., b=...)`."""
    if not kwargs and not call.unseen:
        raise PythonError("TypeError", "no arguments to expand against")
    return ExpandDraft("expand", {name: Given(value, argument_place(call.place, name)) for name, value in kwargs.items()})


def kwargs_expansion(call: Call) -> ExpandDraft:
    """`.expand_kwargs(list or xcom)`."""
    return ExpandDraft("expand_kwargs", {}, Given(call.argument(0, "kwargs"), call.place))


def resolve(name: str) -> Model | None:
    """`SomeOperator.partial` of a class from outside."""
    owner, _, method = name.rpartition(".")
    if method != "partial" or not is_operator_class(owner):
        return None
    return lambda call: PartialDraft(owner, dict(call.kwargs), call)


# before the resolver that takes every name
CALL_RESOLVERS.insert(CALL_RESOLVERS.index(airflow_operators.resolve), resolve)
