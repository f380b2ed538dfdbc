"""DAGs of more tasks than Argo takes in one template: parts of them become DAG templates of their own.

A part of tasks that nobody outside asks for ends as its tasks do. One that others need never fails: it hands on how its tasks ended, and
their values, as outputs, because Argo has no outputs of a DAG that failed (observed). A task that waits for tasks of other places has a
step without a pod before it that asks how those ended; that step is skipped where the task would be upstream_failed, so that the task is
omitted. Where a leaf's failure could not be seen any more in the places' own ends, `airgo-failed` fails in its stead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airgo.argo.names import parameter_name
from airgo.argo.text import Expression, Part, Simple, Text, text
from airgo.lower.dag_tasks import artifact_arguments, by_kind, dag_task
from airgo.lower.draft import Leaf, Node, WorkflowDraft
from airgo.lower.ends import END, needs_end, own_end
from airgo.lower.order import ancestors_by_id, direct_upstream
from airgo.lower.parameters_of_xcom import DEFAULTS
from airgo.lower.partition import Partition, partition
from airgo.lower.references import task_reference
from airgo.lower.setups import effective_leaves
from airgo.lower.trigger_rules import Upstream, done

LONGEST = 128
"""Argo's bound on the names of tasks."""
PART = "airgo-part-"
"""How the names of parts start."""
FAILED, GATE = "airgo-failed", "airgo-gate"
"""The step that fails where a leaf did, and the template of steps that only ask."""

_NAMED = r"tasks(?:\.(?P<plain>[A-Za-z][A-Za-z0-9]*)|\['(?P<quoted>[^']+)'\])"
READ = re.compile(_NAMED + r"\.(?:status\b|outputs\??\.parameters\??\.?\['(?P<output>[^']+)'\](?: \?\? '(?P<default>[^']*)')?)")
"""A task's state or output in an expression."""
READ_TAG = re.compile(r"tasks\.(?P<name>[-A-Za-z0-9]+)\.(?:status|outputs\.parameters\.(?P<output>[-A-Za-z0-9_]+))")
"""The same as a tag."""
FILE_TAG = re.compile(r"\{\{tasks\.(?P<name>[-A-Za-z0-9]+)\.outputs\.artifacts\.(?P<output>[-A-Za-z0-9_]+)\}\}")
"""A file that a task hands on."""
TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
TERM = re.compile(r"(?P<name>[A-Za-z0-9][-A-Za-z0-9]*)(?:\.(?P<state>[A-Z][a-z]+))?")
_PHASES = {"Errored": "Error"}
_BAD = "('Failed', 'Error', 'Omitted')"


@dataclass(frozen=True, slots=True)
class Fact:
    """What one place knows of a task in another: its state (`output` empty), an output, or a file (`kind` is then "artifacts")."""

    task: str
    output: str = ""
    default: str = "null"
    kind: str = "parameters"


@dataclass(slots=True)
class Place:
    """The entry DAG (`name` is the workflow's), or a part: its tasks, what it is given, and what it hands on."""

    name: str
    nodes: list[Node]
    facts: dict[Fact, str] = field(default_factory=dict)
    exports: dict[Fact, str] = field(default_factory=dict)
    tasks: list[dict[str, object]] = field(default_factory=list)
    waits_for: set[str] = field(default_factory=set)
    asked: dict[tuple[str, str], str] = field(default_factory=dict)
    leaves: list[Node] = field(default_factory=list)


class Splitting:
    """One DAG being split: who is where, and what each place has to know of the others."""

    def __init__(self, draft: WorkflowDraft, found: Partition) -> None:
        self.draft = draft
        self.entry = Place(draft.name, [draft.nodes[one] for one in found.hubs])
        self.parts = [Place(f"{PART}{number}", [draft.nodes[one] for one in ids]) for number, ids in enumerate(found.parts, 1)]
        self.place = {node.name: place for place in (self.entry, *self.parts) for node in place.nodes}
        self.node = {node.name: node for node in draft.nodes.values()}
        self.asked: dict[str, list[Fact]] = {}
        leaves = {draft.nodes[one].name for one in effective_leaves(node.task for node in draft.nodes.values())}
        for place in (self.entry, *self.parts):
            place.leaves = [node for node in place.nodes if node.name in leaves]

    def written(self) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        """The entries of the workflow's own DAG, and the parts' templates."""
        for place in (*self.parts, self.entry):
            place.tasks = [entry for node in place.nodes for entry in self._entries(node, place)]
        for place in self.parts:
            for fact in place.facts:
                self._wait(place, fact)
        failing = self._ends()
        entries = [*self.entry.tasks, *(self._call(place) for place in self.parts)]
        entries += failing or self._entry_end()
        return entries, [self._template(place) for place in self.parts]

    def _entries(self, node: Node, place: Place) -> list[dict[str, object]]:
        """A task as it stands in its place, and the step before it that asks for tasks elsewhere."""
        task = dag_task(node)
        if "when" in task:
            task["when"] = self._condition(str(task["when"]), place)
        for argument in _arguments(task, "parameters"):
            argument["value"] = self._leaf(argument["value"], place)
        for argument in _arguments(task, "artifacts"):
            argument["from"] = FILE_TAG.sub(lambda match: self._file(match, place), str(argument["from"]))
        named = [match["name"] for match in TERM.finditer(node.depends or "")]
        if all(self.place[name] is place for name in named):
            return [task]
        self.asked[node.name] = [Fact(name) for name in named if self.place[name] is not place]
        asks = (self._around(named, place), TERM.sub(lambda match: self._ended(match, place), str(node.depends)))
        gate, made = self._gate(node, asks, place)
        rest = {key: value for key, value in task.items() if key not in ("name", "depends")}
        return [*made, {"name": node.name, "depends": f"{gate}.Succeeded", **rest}]

    def _gate(self, node: Node, asks: tuple[str, str], place: Place) -> tuple[str, list[dict[str, object]]]:
        """The step that asks this of the place's surroundings, and its entry where no other task has asked the same."""
        if asks in place.asked:
            return place.asked[asks], []
        name = f"airgo-before-{node.name}"
        place.asked[asks] = name if len(name) <= LONGEST else f"airgo-before-{list(self.node).index(node.name)}"
        around = {"depends": asks[0]} if asks[0] else {}
        return place.asked[asks], [{"name": place.asked[asks], **around, "when": asks[1], "template": GATE}]

    def _around(self, named: Sequence[str], place: Place) -> str:
        """What must have ended before a step can ask: tasks of the place itself, and in the entry DAG the parts."""
        ended = [done(_upstream(self.node[name])) for name in dict.fromkeys(named) if self.place[name] is place]
        if place is self.entry:
            ended += sorted({self.place[name].name for name in named if self.place[name] is not place})
        return " && ".join(ended)

    def _ended(self, match: re.Match[str], place: Place) -> str:
        """One term of `depends` as a test of a state."""
        tag = f"'{{{{{self._tag(Fact(match['name']), place)}}}}}'"
        if match["state"]:
            return f"{tag} == '{_PHASES.get(match['state'], match['state'])}'"
        return f"{tag} in ('Succeeded', 'Skipped')" if self.node[match["name"]].may_be_skipped else f"{tag} == 'Succeeded'"

    def _tag(self, fact: Fact, place: Place) -> str:
        """The simple tag by which a place reads a fact."""
        home = self.place[fact.task]
        if home is place:
            return f"tasks.{fact.task}.outputs.{fact.kind}.{fact.output}" if fact.output else f"tasks.{fact.task}.status"
        if place is not self.entry:
            return f"inputs.{fact.kind}.{_named(fact, place.facts)}"
        return f"tasks.{home.name}.outputs.{fact.kind}.{_named(fact, home.exports)}"

    def _file(self, match: re.Match[str], place: Place) -> str:
        """The tag by which a place takes a file."""
        return f"{{{{{self._tag(Fact(match['name'], match['output'], kind='artifacts'), place)}}}}}"

    def _code(self, match: re.Match[str], place: Place) -> str:
        """The same inside an expression; what the place itself has is read as before."""
        output = match["output"] or ""
        fact = Fact(match["plain"] or match["quoted"], output, _default(output) if match["default"] is None else match["default"])
        if fact.task not in self.place or self.place[fact.task] is place:
            return match[0]
        head, _, name = self._tag(fact, place).rpartition(".")
        task, rest = head.split(".", 2)[1:] if head.startswith("tasks.") else ("", "")
        return f"{task_reference(task)}.{rest}['{name}']" if task else f"{head}['{name}']"

    def _condition(self, value: str, place: Place) -> str:
        """A `when` as it reads in its place."""
        return TAG.sub(lambda match: "{{" + self._tag_or_code(match[1], place) + "}}", value)

    def _tag_or_code(self, inside: str, place: Place) -> str:
        return "=" + self._expression(inside[1:], place) if inside.startswith("=") else self._simple(inside, place)

    def _expression(self, code: str, place: Place) -> str:
        return READ.sub(lambda match: self._code(match, place), code)

    def _simple(self, tag: str, place: Place) -> str:
        match = READ_TAG.fullmatch(tag)
        if match is None or match["name"] not in self.place:
            return tag
        output = match["output"] or ""
        return self._tag(Fact(match["name"], output, _default(output)), place)

    def _leaf(self, leaf: object, place: Place) -> object:
        if not isinstance(leaf, Text):
            return leaf
        return text(*(self._part(part, place) for part in leaf.parts))

    def _part(self, part: Part, place: Place) -> Part:
        if isinstance(part, Expression):
            return Expression(self._expression(part.code, place))
        return Simple(self._simple(part.name, place)) if isinstance(part, Simple) else part

    def _wait(self, place: Place, fact: Fact) -> None:
        """A part starts when the tasks of the entry DAG that it asks for have ended, and the parts that it asks."""
        home = self.place[fact.task]
        if home is self.entry:
            place.waits_for.add(done(_upstream(self.node[fact.task])))
        else:
            place.waits_for.add(home.name)
            _named(fact, home.exports)

    def _ends(self) -> list[dict[str, object]]:
        """How each part ends; and the step that fails where a leaf did, if the entry DAG needs one."""
        handed_on: list[Fact] = []
        for place in self.parts:
            if place.exports:
                handed_on += [Fact(node.name) for node in place.leaves]
                place.tasks.append({"name": END, "depends": self._all_ended(place), "template": END})
            elif place.asked:
                place.tasks += self._failing(place, [Fact(node.name) for node in place.leaves], self._all_ended(place))
            elif needs_end(place.nodes, self.draft):
                place.tasks.append({"name": END, "depends": own_end(place.nodes, place.leaves), "template": END})
        if not handed_on and not self.entry.asked:
            return []
        facts = handed_on + [Fact(node.name) for node in self.entry.leaves]
        parts = [place for place in self.parts if not place.exports]
        ended = [
            *(place.name for place in self.parts if place.exports),
            *(f"({n.name} || {n.name}.Failed || {n.name}.Errored)" for n in parts),
        ]
        around = " && ".join(one for one in (self._all_ended(self.entry), *ended) if one)
        return self._failing(self.entry, facts, around, [f"'{{{{tasks.{one.name}.status}}}}' in {_BAD}" for one in parts])

    def _failing(self, place: Place, facts: Sequence[Fact], depends: str, more: Sequence[str] = ()) -> list[dict[str, object]]:
        """The step that fails where a leaf did; and the one that ends the DAG well, because one that was skipped would not."""
        tests = [f"'{{{{{self._tag(fact, place)}}}}}' in {_BAD}" for fact in facts]
        failing: dict[str, object] = {
            "name": FAILED,
            "depends": depends,
            "when": " || ".join([*tests, *more]) or "false",
            "template": FAILED,
        }
        return [failing, {"name": END, "depends": f"{FAILED}.Skipped", "template": END}]

    def _all_ended(self, place: Place) -> str:
        """All tasks of a place that no other of it waits for, ended in any way."""
        waited = {match["name"] for task in place.tasks for match in TERM.finditer(str(task.get("depends", "")))}
        return " && ".join(done(_upstream(node)) for node in place.nodes if node.name not in waited)

    def _entry_end(self) -> list[dict[str, object]]:
        """The end that the entry DAG's own tasks need; parts end as their tasks do."""
        if not needs_end(self.entry.nodes, self.draft):
            return []
        own = own_end(self.entry.nodes, self.entry.leaves)
        waited = {name for place in self.parts for name in place.waits_for}
        parts = [place.name for place in self.parts if place.name not in waited]
        return [{"name": END, "depends": " && ".join([one for one in (own, *parts) if one]), "template": END}]

    def late(self) -> tuple[Node, Node] | None:
        """A task, and one that it does not depend on but waits for, because that one is in a part that it needs."""
        above = ancestors_by_id(self.draft)
        for place in (self.entry, *self.parts):
            for node in place.nodes:
                facts = place.facts if place is not self.entry else self.asked.get(node.name, ())
                for other in (one for fact in facts for one in self._waited(fact)):
                    if other.task.id not in above[node.task.id]:
                        return node, other
        return None

    def _waited(self, fact: Fact) -> Sequence[Node]:
        home = self.place[fact.task]
        return [self.node[fact.task]] if home is self.entry else home.nodes

    def _call(self, place: Place) -> dict[str, object]:
        """A part's entry in the workflow's own DAG."""
        call: dict[str, object] = {"name": place.name}
        if place.waits_for:
            call["depends"] = " && ".join(sorted(place.waits_for))
        call["template"] = place.name
        parameters = [{"name": name, "value": self._given(fact)} for fact, name in place.facts.items() if fact.kind == "parameters"]
        files = {name: f"{{{{{self._tag(fact, self.entry)}}}}}" for fact, name in place.facts.items() if fact.kind == "artifacts"}
        if place.facts:
            call["arguments"] = by_kind(parameters, artifact_arguments(files))
        return call

    def _given(self, fact: Fact) -> Leaf:
        if self.place[fact.task] is self.entry and fact.output:
            return Text((Expression(_export(fact)),))
        return Text((Simple(self._tag(fact, self.entry)),))

    def _template(self, place: Place) -> dict[str, object]:
        template: dict[str, object] = {"name": place.name}
        if place.facts:
            files = [{"name": name, "optional": True} for fact, name in place.facts.items() if fact.kind == "artifacts"]
            template["inputs"] = by_kind([{"name": name} for fact, name in place.facts.items() if fact.kind == "parameters"], files)
        template["dag"] = {"failFast": False, "tasks": place.tasks}
        if place.exports:
            outputs = {name: fact for fact, name in place.exports.items()}
            files = artifact_arguments({n: f"{{{{{self._tag(fact, place)}}}}}" for n, fact in outputs.items() if fact.kind == "artifacts"})
            values = [{"name": n, "valueFrom": {"expression": _export(f)}} for n, f in outputs.items() if f.kind == "parameters"]
            template["outputs"] = by_kind(values, files)
        return template


def split(draft: WorkflowDraft, weights: Mapping[str, int], capacity: int) -> Splitting:
    """The DAG in parts of at most `capacity` tasks."""
    graph = {task_id: direct_upstream(node, draft) for task_id, node in draft.nodes.items()}
    asks = {task_id: node.depends for task_id, node in draft.nodes.items()}
    return Splitting(draft, partition(graph, weights, capacity, asks))


def _upstream(node: Node) -> Upstream:
    return Upstream(node.name, node.may_be_skipped, may_omit=True)


def _named(fact: Fact, known: dict[Fact, str]) -> str:
    """The parameter of a fact, made when it is first asked for."""
    if fact not in known:
        wanted = name = parameter_name(f"{fact.task}-{fact.output or 'status'}")
        number = 2
        while name in known.values():
            name, number = f"{wanted}-{number}", number + 1
        known[fact] = name
    return known[fact]


def _default(output: str) -> str:
    """What a reader gets who names no default, because the task is sure to hand the output on where he runs."""
    return DEFAULTS.get(output, "null")


def _export(fact: Fact) -> str:
    """The expression of a fact where its task is."""
    if not fact.output:
        return f"{task_reference(fact.task)}.status"
    return f"{task_reference(fact.task)}.outputs?.parameters?.['{fact.output}'] ?? '{fact.default}'"


def _arguments(task: Mapping[str, object], kind: str) -> list[dict[str, object]]:
    arguments = task.get("arguments")
    found = arguments.get(kind) if isinstance(arguments, dict) else None
    return list(found) if isinstance(found, list) else []
