"""What a Python task asks of Airflow's context: which keys, which attributes, which XComs; found by following it through the code.

The context is followed through parameters, local names and calls of functions that travel too. Where it goes somewhere that cannot be
seen, that is a problem: a value that is not listed could not be handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.context_calls import arguments, bound, handed, pulls_of
from airgo.callables.context_keys import (
    CONF,
    CONTEXT,
    DAG,
    DATETIME,
    FOLLOWED,
    KEYS,
    LIKE_PENDULUM,
    MOMENT,
    MOMENTS,
    MOVING,
    RUN,
    TASK,
    TI,
    VALUE,
    ContextUse,
)
from airgo.callables.local_values import LocalValues, Possible
from airgo.callables.modules import Source
from airgo.callables.names import parameters, parts
from airgo.callables.problems import Problem
from airgo.callables.slicing import Carried, Slice
from airgo.diagnostics import Rule
from airgo.values import MISSING


def context_use(code: Slice, given: Mapping[str, object] | None = None, positional: Sequence[object] = ()) -> ContextUse:
    """What the callable of a slice asks for.

    `given` are the keywords that the author passes, and `positional` the other arguments; a value that is known only when the task
    runs is MISSING.
    """
    use = ContextUse()
    if code.entry is not None:
        Follower(code, use, given or {}).start(code.entry, positional)
    for carried in code.functions[1:] if "get_current_context" in code.replaced else ():
        Follower(code, use, {}).function(carried, {}, LocalValues(carried.source, carried.node, {}, complete=False))
    return use


class Follower:
    """Follows the context through one function, and into the functions that it is passed to."""

    def __init__(self, code: Slice, use: ContextUse, given: Mapping[str, object], seen: set[object] | None = None) -> None:
        self.code = code
        self.use = use
        self.given = given
        self.seen = set() if seen is None else seen
        self.names: dict[str, str] = {}
        self.source: Source | None = None
        self.values: LocalValues | None = None

    def start(self, entry: Carried, positional: Sequence[object]) -> None:
        """The callable itself: the context fills the parameters that its signature shows by their names, and what is left goes to `**`."""
        own, params = entry.node.params, self.code.signature or entry.node.params
        plain = [*params.posonly_params, *params.params]
        first = len(self.code.args) + (1 if self.code.bound else 0)
        filled = dict(zip((one.name.value for one in plain[first:]), positional, strict=False))
        taken = {one.name.value for one in plain[:first]} | filled.keys() | self.given.keys()
        kinds = {}
        for one in [*plain, *params.kwonly_params]:
            name = one.name.value
            if name in KEYS and name not in taken:
                self.use.filled[name] = None
                self.read(name)
                kinds[name] = KEYS[name]
        self.use.catch_all = isinstance(params.star_kwarg, cst.Param)
        if isinstance(own.star_kwarg, cst.Param) and (self.use.catch_all or (own is not params and self.use.filled)):
            kinds[own.star_kwarg.name.value] = CONTEXT
        fixed = dict.fromkeys([*(one.name.value for one in plain[:first]), *(name for name, _ in self.code.kwargs)], MISSING)
        keywords = own.star_kwarg.name.value if isinstance(own.star_kwarg, cst.Param) else None
        self.function(entry, kinds, LocalValues(entry.source, entry.node, {**fixed, **filled, **self.given}, keywords))

    def read(self, *path: str) -> None:
        """One value of the context is asked for."""
        self.use.paths[path] = None

    def problem(self, rule: Rule, message: str, node: cst.CSTNode) -> None:
        """Something cannot be given."""
        self.use.problems.append(Problem(rule, message, self.source.span(node) if self.source is not None else None))

    def function(self, carried: Carried, kinds: Mapping[str, str], values: LocalValues) -> None:
        """One function, its parameters being of these kinds, and its names of these values."""
        mark = (id(carried.node), tuple(sorted(kinds.items())), repr(sorted(values.given.items())))
        if mark in self.seen:
            return
        self.seen.add(mark)
        self.source = carried.source
        self.values = values
        self.names = dict(kinds)
        self.visit(carried.node.body)

    def visit(self, node: cst.CSTNode) -> str | None:
        """Look at a node; what kind of followed object it gives, if any."""
        handler = HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        for child in parts(node):
            self.escaping(child)
        return None

    def escaping(self, node: cst.CSTNode) -> None:
        """Look at a part whose value goes out of sight."""
        kind = self.visit(node)
        if kind in FOLLOWED:
            self.problem(rules.CONTEXT, f"the {WORDS.get(kind, kind)} is handed on, so what is read from it cannot be seen", node)
        if kind == MOMENT:
            self.moment_handed_on(node)

    @property
    def has_pendulum(self) -> bool:
        """Does the code import pendulum itself, so that its image has it?"""
        return "pendulum" in self.code.requirements

    def moment_handed_on(self, node: cst.CSTNode) -> None:
        """A date goes where its methods may be used unseen."""
        if not self.use.like_pendulum and not self.has_pendulum:
            self.problem(rules.PENDULUM, "a date of the context is handed on; it is airgo's DateTime, with pendulum's usual methods", node)
        self.use.like_pendulum = True

    def name(self, node: cst.Name) -> str | None:
        """A local name."""
        return self.names.get(node.value)

    def key(self, name: str, node: cst.CSTNode) -> str:
        """`context["name"]`."""
        if name in self.given and self.use.catch_all:
            return VALUE
        if name not in KEYS:
            return VALUE  # neither Airflow's context nor the script's has it
        self.read(name)
        return KEYS[name]

    def subscript(self, node: cst.Subscript) -> str | None:
        """`context["ds"]`, `conf["day"]`."""
        kind = self.visit(node.value)
        index = node.slice[0].slice if len(node.slice) == 1 else None
        key = self.constant(index.value) if isinstance(index, cst.Index) else None
        if kind in (CONTEXT, CONF) and isinstance(key, str):
            return self.key(key, node) if kind == CONTEXT else self.conf(key)
        if kind in FOLLOWED:
            self.problem(rules.CONTEXT, f"what is read from the {WORDS[kind]} is computed when the task runs", node)
        for part in node.slice:
            self.escaping(part)
        return None

    def conf(self, key: str) -> str:
        """`dag_run.conf["key"]`."""
        self.read("dag_run", "conf", key)
        return VALUE

    def attribute(self, node: cst.Attribute) -> str | None:
        """`ti.task_id`, `dag_run.conf`, `logical_date.year`."""
        kind = self.visit(node.value)
        name = node.attr.value
        if kind == MOMENT:
            if name not in DATETIME | LIKE_PENDULUM | MOVING and not self.has_pendulum:
                self.problem(rules.CONTEXT, f"{name} of pendulum's DateTime is there only where pendulum is installed", node)
            self.use.like_pendulum |= name not in DATETIME
            return None
        if kind == RUN and name == "conf":
            return CONF
        if kind == TI and name in (RUN, TASK):
            return name
        if kind in (TI, RUN, DAG, TASK):
            self.read(kind, name)
            return MOMENT if name in MOMENTS else VALUE
        if kind in FOLLOWED:
            self.problem(rules.CONTEXT, f"{name} of the {WORDS[kind]} is not known before the task runs", node)
        return None

    def call(self, node: cst.Call) -> str | None:
        """`context.get("ds")`, `ti.xcom_pull(...)`, `helper(context)`."""
        if isinstance(node.func, cst.Name) and node.func.value == "get_current_context" and "get_current_context" in self.code.replaced:
            self.use.current = True
            return CONTEXT
        if isinstance(node.func, cst.Attribute):
            kind = self.visit(node.func.value)
            if kind == MOMENT:
                self.visit(node.func)
                self.passed(node)
                return MOMENT if node.func.attr.value in MOVING else None
            handler = METHODS.get((kind or "", node.func.attr.value))
            if handler is not None:
                for argument in node.args:
                    self.escaping(argument.value)
                return handler(self, node)
            if kind in FOLLOWED and kind != RUN:
                self.problem(rules.CONTEXT, f"{node.func.attr.value}() of the {WORDS[kind]} works only inside Airflow", node)
                return None
        if isinstance(node.func, cst.Name) and node.func.value in ("str", "print"):
            return self.printed(node)
        self.visit(node.func)
        return self.passed(node)

    def printed(self, node: cst.Call) -> str | None:
        """`str(x)` and `print(x)`: a date prints as pendulum's does."""
        for argument in node.args:
            if self.visit(argument.value) in FOLLOWED:
                self.escaping(argument.value)
        return None

    def formatted(self, node: cst.FormattedStringExpression) -> str | None:
        """`f"{x}"`: so does one without a format."""
        kind = self.visit(node.expression)
        if kind in FOLLOWED or node.format_spec is not None:
            self.escaping(node.expression)
        for part in node.format_spec or ():
            self.visit(part)
        return None

    def passed(self, node: cst.Call) -> str | None:
        """A call that may be given the context, or a part of it."""
        target = self.code.function(self.source, node.func) if self.source is not None else None
        kinds: dict[str, str] = {}
        for position, argument in enumerate(node.args):
            kind = self.visit(argument.value)
            if kind is None or kind == VALUE:
                continue
            where = bound(target, position, argument) if target is not None else None
            if argument.star == "**" and kind == CONTEXT and target is not None:
                kinds |= self.spread(target)
            elif where is not None:
                kinds[where] = kind
            elif kind in FOLLOWED:
                self.problem(rules.CONTEXT, f"the {WORDS[kind]} is handed to code that is not the project's", argument)
            elif kind == MOMENT:
                self.moment_handed_on(argument)
        if kinds and target is not None:
            Follower(self.code, self.use, self.given, self.seen).function(target, kinds, handed(target, node, self.values))
        return None

    def spread(self, target: Carried) -> dict[str, str]:
        """`helper(**context)`: its parameters of the context's names are read, and its own `**` is the context again."""
        kinds = {}
        for one in [*target.node.params.params, *target.node.params.kwonly_params]:
            if one.name.value in KEYS:
                kinds[one.name.value] = self.key(one.name.value, one)
        if isinstance(target.node.params.star_kwarg, cst.Param):
            kinds[target.node.params.star_kwarg.name.value] = CONTEXT
        return kinds

    def get(self, node: cst.Call) -> str | None:
        """`context.get("ds")` and `conf.get("day", default)`."""
        assert isinstance(node.func, cst.Attribute)
        kind = self.visit(node.func.value)
        key = self.constant(node.args[0].value) if node.args else None
        if not isinstance(key, str):
            self.problem(rules.CONTEXT, f"what is read from the {WORDS[str(kind)]} is computed when the task runs", node)
            return None
        return self.key(key, node) if kind == CONTEXT else self.conf(key)

    def pull(self, node: cst.Call) -> str:
        """`ti.xcom_pull(task_ids="x", key="k")`."""
        found = pulls_of(node, self.possible)
        if isinstance(found, str):
            self.problem(rules.PULL, found, node)
        else:
            self.use.pulls |= dict.fromkeys(found)
        return VALUE

    def push(self, node: cst.Call) -> str:
        """`ti.xcom_push(key="k", value=v)`."""
        given = arguments(node, ("key", "value"))
        keys = self.possible(given["key"]) if "key" in given else None
        if keys is not None and all(isinstance(key, str) for key in keys):
            self.use.pushes |= {str(key): None for key in keys}
        else:
            self.use.pushes_unknown = True
        return VALUE

    def run(self, node: cst.Call) -> str:
        """`ti.get_dagrun()`."""
        return RUN

    def possible(self, node: cst.BaseExpression) -> Possible | None:
        """Every value that an expression may have, where they can be listed."""
        return self.values.possible(node) if self.values is not None else None

    def constant(self, node: cst.BaseExpression) -> object:
        """The one value of an expression; MISSING when it is not known."""
        return self.values.one(node) if self.values is not None else MISSING

    def assign(self, node: cst.Assign) -> str | None:
        """`ti = context["ti"]`."""
        kind = self.visit(node.value)
        for target in node.targets:
            if isinstance(target.target, cst.Name):
                self.bind(target.target.value, kind)
            elif kind in FOLLOWED:
                self.problem(rules.CONTEXT, f"the {WORDS[kind]} is stored away, so what is read from it cannot be seen", node)
            else:
                self.visit(target.target)
        return None

    def annotated(self, node: cst.AnnAssign) -> str | None:
        """`ti: TaskInstance = context["ti"]`."""
        kind = self.visit(node.value) if node.value is not None else None
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, kind)
        return None

    def walrus(self, node: cst.NamedExpr) -> str | None:
        """`(ti := context["ti"])`."""
        kind = self.visit(node.value)
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, kind)
        return kind

    def bind(self, name: str, kind: str | None) -> None:
        """A local name is given a value."""
        if kind is None:
            self.names.pop(name, None)
        else:
            self.names[name] = kind

    def either(self, node: cst.BooleanOperation) -> str | None:
        """`dag_run.conf or {}`."""
        left, right = self.visit(node.left), self.visit(node.right)
        return left or right

    def test(self, node: cst.CSTNode) -> str | None:
        """A followed object whose truth or identity is asked: nothing is read from it."""
        for child in parts(node):
            self.visit(child)
        return None

    def comparison(self, node: cst.Comparison) -> str | None:
        """`"ds" in context`, `ti is None`."""
        for one in node.comparisons:
            kind = self.visit(one.comparator)
            key = self.constant(node.left)
            if isinstance(one.operator, cst.In | cst.NotIn) and kind in (CONTEXT, CONF):
                if not isinstance(key, str):
                    self.problem(rules.CONTEXT, f"what is looked for in the {WORDS[kind]} is computed when the task runs", node)
                elif kind == CONTEXT:
                    self.key(key, node)
                else:
                    self.conf(key)
        self.visit(node.left)
        return None

    def choice(self, node: cst.IfExp) -> str | None:
        """`a if test else b`."""
        self.visit(node.test)
        then, orelse = self.visit(node.body), self.visit(node.orelse)
        return then or orelse

    def inner(self, node: cst.FunctionDef | cst.Lambda) -> str | None:
        """A nested function sees the local names, its parameters apart."""
        before, around = dict(self.names), self.values
        for one in parameters(node.params):
            self.names.pop(one.name.value, None)
        self.values = LocalValues(self.source, node, {}, complete=False, outer=around)
        self.visit(node.body)
        self.names, self.values = before, around
        return None


WORDS = {CONTEXT: "context", TI: "task instance", RUN: "DAG run", DAG: "DAG", TASK: "task", CONF: "DAG run's conf"}
METHODS = {
    (CONTEXT, "get"): Follower.get,
    (CONF, "get"): Follower.get,
    (TI, "xcom_pull"): Follower.pull,
    (TI, "xcom_push"): Follower.push,
    (TI, "get_dagrun"): Follower.run,
}
HANDLERS: dict[type[cst.CSTNode], Callable[..., str | None]] = {
    cst.Name: Follower.name,
    cst.Subscript: Follower.subscript,
    cst.Attribute: Follower.attribute,
    cst.Call: Follower.call,
    cst.Assign: Follower.assign,
    cst.AnnAssign: Follower.annotated,
    cst.NamedExpr: Follower.walrus,
    cst.BooleanOperation: Follower.either,
    cst.UnaryOperation: Follower.test,
    cst.Comparison: Follower.comparison,
    cst.FormattedStringExpression: Follower.formatted,
    cst.If: Follower.test,
    cst.IfExp: Follower.choice,
    cst.FunctionDef: Follower.inner,
    cst.Lambda: Follower.inner,
}
"""How a node is looked at; every other one lets what stands in it out of sight."""
