"""Values of the evaluator as the IR holds them: XComs, code, assets and project objects become data, functions become references."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from airgo.discovery import DEPLOYED_ROOT
from airgo.evaluate.drafts import DagDraft, GroupDraft
from airgo.evaluate.library.airflow_assets import AssetValue
from airgo.evaluate.library.airflow_groups import GroupFactory
from airgo.evaluate.library.airflow_inputs import ConnectionValue
from airgo.evaluate.library.airflow_mapping import PartialDraft
from airgo.evaluate.library.airflow_taskflow import TaskFactory
from airgo.evaluate.library.paths_pathlib import SymbolicPath
from airgo.evaluate.objects import Bound, Caller, Class, ClassMethod, Function, Instance, Modelled, Module, Native, Partial, StaticMethod
from airgo.evaluate.task_drafts import MappedArgument, TaskDraft, XComDerived, XComHandle
from airgo.values import (
    MISSING,
    Choice,
    Extern,
    ExternCall,
    Operation,
    ParamValue,
    Symbol,
    Symbolic,
    Template,
    Unknown,
    XComConcat,
    XComMap,
    XComRef,
    XComZip,
)

DEEPEST = 40
"""Nesting of values; project objects may refer to each other without end."""
LARGEST = 200_000
"""Elements of one value, those of shared parts counted wherever they occur: a list that holds another twice, and so on, has no end."""
CODE = (Function, Bound, Class, Partial, StaticMethod, ClassMethod)


@dataclass(slots=True)
class Freezer:
    """Turns values of one evaluation into values of the IR. What tasks share is turned once, and stays shared: nothing changes it any more.

    `_known` holds each value with what became of it and its number of elements; what was cut short, by how deep it stood.
    """

    machine: Caller | None
    _references: dict[int, tuple[object, object]] = field(default_factory=dict)
    _known: dict[tuple[int, int], tuple[object, object, int]] = field(default_factory=dict)
    _size: int = 0
    _cut: int = 0
    _root: str = ""

    def __post_init__(self) -> None:
        root = "" if self.machine is None else str(self.machine.files.root)
        self._root = root if len(root) > 1 else ""

    def freeze(self, value: object, depth: int = 0) -> object:
        """The IR's value; plain data is copied, so that nothing changes it afterwards."""
        if isinstance(value, str):
            self._size += 1
            return self.text(value)
        if value is None or isinstance(value, int | float | bytes | datetime.date | datetime.time | datetime.timedelta):
            self._size += 1
            return value
        known = self._known.get((id(value), 0)) or self._known.get((id(value), depth))
        if known is None:
            size, cut = self._size, self._cut
            self._size = 1
            frozen = self.composed(value, depth)
            if self._size > LARGEST:
                frozen = Unknown(f"a value of more than {LARGEST} elements")
            known = (value, frozen, self._size)
            self._known[id(value), depth if self._cut > cut else 0] = known
            self._size = size
        self._size += known[2]
        return known[1]

    def composed(self, value: object, depth: int) -> object:
        """A value that has parts, or stands for something."""
        if depth > DEEPEST:
            self._cut += 1
            return Unknown("a value nested too deeply")
        if isinstance(value, list | tuple | set | frozenset | dict):
            return self.container(value, depth + 1)
        for kind, freeze in FREEZERS.items():
            if isinstance(value, kind):
                return freeze(self, value, depth + 1)
        return self.modelled(value, depth + 1) if isinstance(value, Modelled) else value

    def text(self, value: str) -> str:
        """Text without the folder that the project lies in on this machine: a configured environment may name it."""
        return value.replace(self._root, DEPLOYED_ROOT) if self._root and self._root in value else value

    def container(self, value: object, depth: int) -> object:
        """A list, tuple, set or dict with its elements frozen."""
        if isinstance(value, dict):
            return {self.key(key, depth): self.freeze(item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple):
            items = [self.freeze(item, depth) for item in value]
            return items if isinstance(value, list) else tuple(items)
        assert isinstance(value, set | frozenset)
        items = [self.freeze(item, depth) for item in value]
        try:
            return set(items)
        except TypeError:
            return items

    def key(self, key: object, depth: int) -> object:
        """A key of a dict."""
        return key.key if isinstance(key, Instance) and key.key is not None else key

    def code(self, value: object, depth: int) -> object:
        """A function or class as a reference to its code; one function has one reference."""
        known = self._references.get(id(value))
        if known is not None:
            return known[1]
        found = self.machine.code_ref(value) if self.machine is not None else value
        if not isinstance(found, Symbolic):
            found = Unknown("code that is not the project's own")
        self._references[id(value)] = (value, found)
        return found

    def instance(self, value: Instance, depth: int) -> object:
        """An object of the project: the plain value it is, what it stands for in a DAG, else its class and attributes."""
        if value.key is not None:
            return self.freeze(value.key, depth)
        if value.native is not None:
            return self.freeze(value.native, depth)
        name = f"{value.cls.module.name}.{value.cls.qualified_name}"
        return ExternCall(name, (), {key: self.freeze(item, depth) for key, item in value.attributes.items()}, value.place)

    def template(self, value: Template, depth: int) -> object:
        """Text with holes; an XCom inside text is Airflow's Jinja expression for it."""
        parts: list[object] = []
        for part in value.parts:
            frozen = jinja(part) if isinstance(part, XComHandle) else self.freeze(part, depth)
            if isinstance(frozen, str) and parts and isinstance(parts[-1], str):
                parts[-1] += frozen
            else:
                parts.append(frozen)
        return "".join(str(part) for part in parts) if all(isinstance(part, str) for part in parts) else Template(tuple(parts))

    def operation(self, value: Operation, depth: int) -> object:
        """An operation over symbolic values; `str(xcom)` is text."""
        if value.name in ("str", "builtins.str") and len(value.operands) == 1 and isinstance(value.operands[0], XComHandle):
            return jinja(value.operands[0])
        return replace(value, operands=tuple(self.freeze(item, depth) for item in value.operands))

    def extern_call(self, value: ExternCall, depth: int) -> object:
        """A call of something from outside."""
        kwargs = {key: self.freeze(item, depth) for key, item in value.kwargs.items()}
        return ExternCall(value.name, tuple(self.freeze(item, depth) for item in value.args), kwargs, value.place)

    def modelled(self, value: Modelled, depth: int) -> object:
        """A value of the models that has no form of its own; a path whose text is not wholly known is the call that makes it."""
        if isinstance(value, SymbolicPath):
            return ExternCall("pathlib.Path", (self.freeze(value.text, depth),))
        return Unknown(f"a {type(value).__name__} as a value")

    def derived(self, value: XComDerived, depth: int) -> object:
        """`xcom.map(f)`, `.zip(...)`, `.concat(...)`."""
        sources = tuple(self.freeze(source, depth) for source in value.sources)
        if value.kind == "map":
            return XComMap(sources[0], self.freeze(value.options, depth))
        if value.kind == "zip":
            return XComZip(sources, value.options if value.options is MISSING else self.freeze(value.options, depth))
        return XComConcat(sources)


def jinja(handle: XComHandle) -> object:
    """The text of an XCom."""
    text = handle.text()
    return Unknown("an XCom of a task whose id is not known") if text is None else text


def xcom(freezer: Freezer, value: XComHandle, depth: int) -> object:
    """An XCom of a task."""
    if isinstance(value.task.id, str) and isinstance(value.key, str):
        return XComRef(value.task.id, value.key)
    return Unknown("an XCom of a task whose id is not known", value.task.place)


def node(kind: str) -> Callable[[Freezer, object, int], object]:
    """A task, group or DAG used as a value."""

    def freeze(freezer: Freezer, value: object, depth: int) -> object:
        name = value.dag_id if isinstance(value, DagDraft) else value.id  # type: ignore[attr-defined]  # tasks and groups have ids
        return ExternCall(f"airflow.{kind}", (freezer.freeze(name, depth),))

    return freeze


def choice(freezer: Freezer, value: Choice, depth: int) -> Choice:
    """One of two values."""
    return Choice(freezer.freeze(value.test, depth), freezer.freeze(value.then, depth), freezer.freeze(value.orelse, depth))


FREEZERS: Mapping[type | tuple[type, ...], Callable[[Freezer, Any, int], object]] = {
    XComDerived: lambda freezer, value, depth: freezer.derived(value, depth),
    XComHandle: xcom,
    MappedArgument: lambda freezer, value, depth: Symbol("item", value.name),
    AssetValue: lambda freezer, value, depth: freezer.freeze(value.as_call(), depth),
    TaskDraft: node("task"),
    GroupDraft: node("group"),
    DagDraft: node("dag"),
    TaskFactory: lambda freezer, value, depth: freezer.freeze(value.function, depth),
    GroupFactory: lambda freezer, value, depth: freezer.freeze(value.function, depth),
    PartialDraft: lambda freezer, value, depth: Unknown("a partial operator"),
    ConnectionValue: lambda freezer, value, depth: Symbol("connection", value.id),
    CODE: lambda freezer, value, depth: freezer.code(value, depth),
    Instance: lambda freezer, value, depth: freezer.instance(value, depth),
    Native: lambda freezer, value, depth: Unknown(f"the function {value.name}"),
    Module: lambda freezer, value, depth: Extern(value.name),
    Template: lambda freezer, value, depth: freezer.template(value, depth),
    Choice: choice,
    Operation: lambda freezer, value, depth: freezer.operation(value, depth),
    ExternCall: lambda freezer, value, depth: freezer.extern_call(value, depth),
    Symbol: lambda freezer, value, depth: (
        value if value.default is MISSING else replace(value, default=freezer.freeze(value.default, depth))
    ),
    ParamValue: lambda freezer, value, depth: ParamValue(
        freezer.freeze(value.default, depth),
        {key: freezer.freeze(item, depth) for key, item in value.schema.items()},
    ),
}
