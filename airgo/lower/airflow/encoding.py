"""The arguments of a task as JSON that the runtime in the Airflow image reads (airgo.runtime.airflow_task.values).

Plain data stays as it is. Everything else is an object with a tag: dates, sets, calls of library classes, functions, and what is
known only when the task runs, which travels in environment variables. No text ever becomes code.
"""

from __future__ import annotations

import base64
import datetime
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from airgo import catalogue, ir
from airgo.argo.text import EnvRef, ItemHole, JsonText, Text, XComHole, text
from airgo.callables.load_time import reads_json
from airgo.callables.slicing import Slice
from airgo.lower.airflow.functions import function_as_json
from airgo.lower.airflow.rules import NOT_ENCODED
from airgo.lower.draft import CannotLower, Leaf, WorkflowDraft
from airgo.lower.inputs import note_default
from airgo.lower.names import free_variable
from airgo.lower.symbols import decided
from airgo.lower.values import lower_value
from airgo.source import Span
from airgo.values import MISSING, Choice, CodeRef, Extern, ExternCall, Operation, ParamValue, Symbol, Template, Unknown, XComRef

Json = Any

INSIDE_AIRFLOW = ("airflow.task", "airflow.group", "airflow.dag")
"""How the IR names tasks, groups and DAGs that are used as values."""
MODULES = (".py", "/__init__.py")
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(slots=True)
class Encoder:
    """One task's arguments on their way. `env` has the entries for what is known only when the task runs.

    `texts` are the texts that were met, by argument: some are templates. `modules` are what the image must hold; `slices` the
    code of functions.
    """

    task: ir.Task
    draft: WorkflowDraft
    env: list[dict[str, object]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    slices: list[Slice] = field(default_factory=list)
    name: str = ""
    span: Span | None = None

    def argument(self, name: str, argument: ir.Argument) -> Json:
        """One argument. Raises CannotLower."""
        self.name, self.span = name, argument.span
        return self.value(argument.value)

    def value(self, value: object) -> Json:
        """A value of any kind. Raises CannotLower."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, str):
            self.texts.setdefault(self.name, []).append(value)
            return value
        if isinstance(value, list):
            return [self.value(item) for item in value]
        for kind, encode in ENCODERS.items():
            if isinstance(value, kind):
                return encode(self, value)
        raise self.refused(f"a {type(value).__name__}")

    def refused(self, what: str) -> CannotLower:
        """Why the argument cannot be handed over."""
        return CannotLower(NOT_ENCODED, f"{self.name} of {self.task.id} is {what}, which cannot be handed to a container", self.span)

    def variable(self, leaf: Leaf) -> str:
        """Put a text into an environment variable of its own; the variable's name."""
        name = free_variable("ARG_" + (NOT_IN_NAMES.sub("_", self.name) or "value"), self.env)
        self.env.append({"name": name, "value": leaf})
        return name

    def mapping(self, value: Mapping[object, object]) -> Json:
        """A dict; one whose keys are no plain texts is written as pairs."""
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {str(key): self.value(item) for key, item in value.items()}
        return {"$dict": [[self.value(key), self.value(item)] for key, item in value.items()]}

    def number(self, value: float) -> Json:
        """A float; JSON has no infinity."""
        return value if math.isfinite(value) else {"$float": repr(value)}

    def moment(self, value: datetime.datetime) -> Json:
        """A date with a time, and the name of its zone."""
        if value.tzinfo is None:
            return {"$datetime": value.isoformat()}
        zone = getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "name", None)
        return {"$datetime": value.isoformat(), **({"zone": zone} if isinstance(zone, str) else {})}

    def call(self, value: ExternCall) -> Json:
        """A call of something that the image holds."""
        if value.name in INSIDE_AIRFLOW or "**" in value.kwargs:
            raise self.refused("a task, group or DAG" if value.name in INSIDE_AIRFLOW else f"{value.name} of arguments that are not known")
        if self.of_project(value.name):
            raise self.refused(f"an object of the project's class {value.name}")
        made: Json = {"$call": self.names(value.name)}
        if value.args:
            made["args"] = [self.value(item) for item in value.args]
        if value.kwargs:
            made["kwargs"] = {key: self.value(item) for key, item in value.kwargs.items()}
        return made

    def names(self, name: str) -> str | list[str]:
        """The dotted name of something outside the project; Airflow's own have had others, too."""
        self.modules.add(name.partition(".")[0])
        others = catalogue.same_as(name) if name.startswith("airflow.") else ()
        return [name, *others] if others else name

    def of_project(self, name: str) -> bool:
        """Is a module of the project among the beginnings of a dotted name?"""
        parts = name.split(".")
        modules = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        paths = [
            f"{root}/{module}{ending}".lstrip("/") for root in self.draft.files.source_roots for module in modules for ending in MODULES
        ]
        return any(self.draft.files.is_file(path) for path in paths)

    def symbol(self, value: Symbol) -> Json:
        """What the deployment gives is read in the container, as the DAG file would; what a run gives comes in a variable."""
        if value.kind in DEPLOYMENT:
            note_default(value, self.draft)
            made: Json = {DEPLOYMENT[value.kind]: value.key}
            if value.path:
                made["path"] = list(value.path)
            if value.kind == "variable" and (value.path or reads_json(value)):
                made["json"] = True
            if value.default is not MISSING:
                made["default"] = self.value(value.default)
            return made
        if value.kind == "item" and not value.path:
            return {"$xcom": self.variable(Text((ItemHole(value.key, json=True),)))}
        if value.kind == "param" and not value.path:
            return {"$param": value.key}
        return self.in_a_run(value)

    def in_a_run(self, value: object) -> Json:
        """A text that follows from the run."""
        lowered = lower_value(ir.Argument(value, self.span or self.task.span), self.name, False, self.task, self.draft)
        if isinstance(lowered, str):
            return lowered
        if not isinstance(lowered, Text):
            raise self.refused("a value that is known only when the task runs")
        if all(isinstance(hole, EnvRef) for hole in lowered.holes()) and not isinstance(lowered, JsonText):
            return {"$env": self.variable(lowered)}
        return {"$xcom" if isinstance(lowered, JsonText) else "$given": self.variable(lowered)}

    def template(self, value: Template) -> Json:
        """Text with holes."""
        for part in value.parts:
            if isinstance(part, str):
                self.texts.setdefault(self.name, []).append(part)
        return {"$join": [part if isinstance(part, str) else self.value(part) for part in value.parts]}

    def choice(self, value: Choice) -> Json:
        """The one of two values that the deployment's settings choose."""
        known = decided(value.test, self.draft.config)
        if known is None:
            raise self.refused("one of two values, by a test of something that is not known")
        return self.value(value.then if known else value.orelse)

    def unknown(self, value: Unknown) -> Json:
        """A value that was given up."""
        root = value.root()
        raise self.refused(f"not known ({root.reason})")

    def xcom(self, value: XComRef) -> Json:
        """What another task hands on."""
        return {"$xcom": self.variable(text_of(XComHole((value.task_id,), value.key, json=True)))}


def text_of(hole: XComHole | ItemHole) -> Text:
    """A text of one hole."""
    made = text(hole)
    assert isinstance(made, Text)
    return made


DEPLOYMENT = {"variable": "$variable", "connection": "$connection", "env": "$environ"}

ENCODERS: Mapping[type | tuple[type, ...], Callable[[Encoder, Any], Json]] = {
    float: Encoder.number,
    dict: Encoder.mapping,
    tuple: lambda encoder, value: {"$tuple": [encoder.value(item) for item in value]},
    (set, frozenset): lambda encoder, value: {"$set": [encoder.value(item) for item in sorted(value, key=repr)]},
    bytes: lambda encoder, value: {"$bytes": base64.b64encode(value).decode()},
    datetime.datetime: Encoder.moment,
    datetime.date: lambda encoder, value: {"$date": value.isoformat()},
    datetime.time: lambda encoder, value: {"$time": value.isoformat()},
    datetime.timedelta: lambda encoder, value: {"$timedelta": value.total_seconds()},
    XComRef: Encoder.xcom,
    Symbol: Encoder.symbol,
    Template: Encoder.template,
    Choice: Encoder.choice,
    Unknown: Encoder.unknown,
    ExternCall: Encoder.call,
    Extern: lambda encoder, value: {"$name": encoder.names(value.name)},
    CodeRef: function_as_json,
    ParamValue: lambda encoder, value: encoder.value(value.default),
    Operation: Encoder.in_a_run,
    Text: lambda encoder, value: {"$json": encoder.variable(value)},
}
"""How each kind of value is written; the first kind that fits counts."""
