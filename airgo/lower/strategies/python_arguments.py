"""The arguments of a Python task: data that travels in env variables, and the expressions that read it back in the script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from airgo.argo.text import MAP_INDEX, Input, ItemHole, JsonText, Text, XComHole
from airgo.callables.literals import NoLiteral, is_json, literal, modules_of
from airgo.callables.problems import ARGUMENT
from airgo.lower.draft import CannotLower, Leaf, LoadTimeValue, RunTimeTemplate
from airgo.mapping.wire import escaped
from airgo.values import CodeRef, Symbol, Symbolic, XComRef

SPREAD_ARGS, SPREAD_KWARGS = "element-args", "element-kwargs"
"""The names of elements that hold all of a function's positional or other arguments: no argument can have them."""
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(slots=True)
class Carried:
    """What the arguments of one call need: env entries, the values that go into them, and modules that the expressions use.

    `by_file`: values of other tasks may reach the script as files; `from_tasks` are the variables that then may be missing.
    `code` gives the expression for a function passed as an argument; `objects` those of other objects, by id of the DAG's value.
    `lenient`: an element of a mapped task may be what the making of it raised.
    """

    code: Callable[[CodeRef], str]
    objects: Mapping[int, str] = field(default_factory=dict)
    env: list[dict[str, object]] = field(default_factory=list)
    values: dict[str, Leaf] = field(default_factory=dict)
    json_names: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    by_file: bool = False
    from_tasks: set[str] = field(default_factory=set)
    lenient: bool = False

    def expression(self, name: str, raw: object, lowered: object) -> str:
        """The expression that gives the argument `name` in the script. `raw` is the value as the DAG has it. Raises CannotLower."""
        if isinstance(lowered, LoadTimeValue):
            return self.loaded(name, lowered)
        if isinstance(raw, XComRef):
            return self.read_json(name, Text((XComHole((raw.task_id,), raw.key, json=True),)))
        if isinstance(raw, Symbol) and raw.kind == "item" and not raw.path:
            return self.read_json(name, Text((ItemHole(raw.key, json=True),)))
        if id(raw) in self.objects:
            return self.objects[id(raw)]
        if isinstance(lowered, RunTimeTemplate):
            return f"airgo_render({self.read_json(name, escaped(json.dumps(lowered.source, ensure_ascii=False)))})"
        if isinstance(lowered, CodeRef):
            return self.code(lowered)
        if self.lenient and isinstance(lowered, Text) and isinstance(lowered.parts[0], ItemHole) and lowered.parts[0].name != MAP_INDEX:
            return self.read_json(name, lowered, "airgo_element")
        if isinstance(lowered, Text):
            return self.read_json(name, lowered) if is_json_hole(lowered) else self.read(name, lowered)
        if isinstance(lowered, str) and "{{" not in lowered and "\0" not in lowered:
            return self.read(name, lowered)
        if is_json(lowered):
            return self.read_json(name, escaped(json.dumps(lowered, ensure_ascii=False)))
        if isinstance(lowered, dict):
            return self.mapping(name, raw, lowered)
        if isinstance(lowered, list | tuple):
            return self.sequence(name, raw, lowered)
        if isinstance(lowered, Symbolic):
            raise CannotLower(ARGUMENT, f"{name} is a {type(lowered).__name__}, which cannot be carried as data")
        try:
            written = literal(lowered)
        except NoLiteral as error:
            raise CannotLower(ARGUMENT, f"{name} is {error}, which cannot be carried as data") from error
        self.modules.update(modules_of(written))
        return written

    def loaded(self, name: str, value: LoadTimeValue) -> str:
        """What the script computes when it starts. Raises CannotLower."""
        text = self.objects.get(id(value.value))
        if text is None:
            raise CannotLower(value.rule, f"{name}: {value.problem}")
        return text

    def mapping(self, name: str, raw: object, lowered: dict[object, object]) -> str:
        """A dict of which some values are known only when the task runs."""
        items = [
            f"{literal(key)}: {self.expression(f'{name}_{key}', raw.get(key) if isinstance(raw, dict) else None, item)}"
            for key, item in lowered.items()
        ]
        return "{" + ", ".join(items) + "}"

    def sequence(self, name: str, raw: object, lowered: list[object] | tuple[object, ...]) -> str:
        """A list or tuple of which some values are known only when the task runs, or that is a tuple."""
        raws = raw if isinstance(raw, list | tuple) and len(raw) == len(lowered) else [None] * len(lowered)
        items = [
            self.expression(f"{name}_{number}", one, item) for number, (one, item) in enumerate(zip(raws, lowered, strict=True), start=1)
        ]
        if isinstance(raw, tuple):
            return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
        return "[" + ", ".join(items) + "]"

    def read(self, name: str, leaf: Leaf) -> str:
        """The text of an env variable."""
        variable = self.carry(name, leaf)
        self.modules.add("os")
        return f'os.environ["{variable}"]'

    def read_json(self, name: str, leaf: Leaf, reader: str = "json.loads") -> str:
        """The value of an env variable that holds JSON."""
        variable = self.carry(name, leaf)
        self.json_names.add(variable.removeprefix("ARG_"))
        if self.by_file and isinstance(leaf, Text) and isinstance(leaf.parts[0], XComHole):
            self.from_tasks.add(variable)
            return f'handed_on("{variable}")'
        self.modules.update(("os", "json"))
        return f'{reader}(os.environ["{variable}"])'

    def carry(self, name: str, leaf: Leaf) -> str:
        """Put a value into an env variable of its own; the variable's name."""
        wanted = base = name if PLAIN_NAME.fullmatch(name) else re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "value"
        number = 1
        while wanted in self.values:
            number += 1
            wanted = f"{base}_{number}"
        self.values[wanted] = leaf
        self.env.append({"name": f"ARG_{wanted}", "value": Text((Input(wanted),))})
        return f"ARG_{wanted}"


def item(name: str, items: tuple[Mapping[str, object], ...] | None) -> Text:
    """The element that a mapped instance is given: as text where all elements are texts, else as JSON."""
    texts = items is not None and all(isinstance(row.get(name), str | Text) for row in items)
    return Text((ItemHole(name, json=not texts),))


def is_json_hole(leaf: Text) -> bool:
    """Does the text stand for JSON?"""
    return isinstance(leaf, JsonText) or (len(leaf.parts) == 1 and isinstance(leaf.parts[0], XComHole | ItemHole) and leaf.parts[0].json)
