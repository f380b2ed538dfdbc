"""What a Python task asks of Airflow's context: which keys, which attributes, which XComs; found by following it through the code.

The context is followed through parameters, local names and calls of functions that travel too. Where it goes somewhere that cannot be
seen, that is a problem: a value that is not listed could not be handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.constants import constant
from airgo.callables.context_keys import (
    CONF,
    CONTEXT,
    DAG,
    DATETIME,
    FOLLOWED,
    KEYS,
    MOMENT,
    MOMENTS,
    RUN,
    TASK,
    TI,
    VALUE,
    ContextUse,
    Pull,
)
from airgo.callables.modules import Source
from airgo.callables.names import parameters, parts
from airgo.callables.problems import Problem
from airgo.callables.slicing import Carried, Slice
from airgo.diagnostics import Rule


def context_use(code: Slice, given: Iterable[str] = (), positional: int = 0) -> ContextUse:
    """What the callable of a slice asks for. `given` are keywords that the author passes, `positional` counts positional ones."""
    use = ContextUse()
    if code.entry is not None:
        Follower(code, use, frozenset(given)).start(code.entry, positional)
    for carried in code.functions[1:] if "get_current_context" in code.replaced else ():
        Follower(code, use, frozenset()).function(carried, {})
    return use


class Follower:
    """Follows the context through one function, and into the functions that it is passed to."""

    def __init__(self, code: Slice, use: ContextUse, given: frozenset[str], seen: set[object] | None = None) -> None:
        self.code = code
        self.use = use
        self.given = given
        self.seen = set() if seen is None else seen
        self.names: dict[str, str] = {}
        self.source: Source | None = None

    def start(self, entry: Carried, positional: int) -> None:
        """The callable itself: the context fills parameters of its keys' names, and what is left goes to `**`."""
        params = entry.node.params
        plain = [*params.posonly_params, *params.params]
        taken = {one.name.value for one in plain[: positional + len(self.code.args) + (1 if self.code.bound else 0)]} | self.given
        kinds = {}
        for one in [*plain, *params.kwonly_params]:
            name = one.name.value
            if name in KEYS and name not in taken:
                self.use.filled[name] = None
                self.read(name)
                kinds[name] = KEYS[name]
        if isinstance(params.star_kwarg, cst.Param):
            self.use.catch_all = True
            kinds[params.star_kwarg.name.value] = CONTEXT
        self.function(entry, kinds)

    def read(self, *path: str) -> None:
        """One value of the context is asked for."""
        self.use.paths[path] = None

    def problem(self, rule: Rule, message: str, node: cst.CSTNode) -> None:
        """Something cannot be given."""
        self.use.problems.append(Problem(rule, message, self.source.span(node) if self.source is not None else None))

    def function(self, carried: Carried, kinds: Mapping[str, str]) -> None:
        """One function, its parameters being of these kinds."""
        mark = (id(carried.node), tuple(sorted(kinds.items())))
        if mark in self.seen:
            return
        self.seen.add(mark)
        self.source = carried.source
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
            if name not in DATETIME:
                self.problem(rules.CONTEXT, f"{name} is a method of pendulum's DateTime, which the standard library does not have", node)
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
            handler = METHODS.get((kind or "", node.func.attr.value))
            if handler is not None:
                for argument in node.args:
                    self.escaping(argument.value)
                return handler(self, node)
            if kind in FOLLOWED and kind != RUN:
                self.problem(rules.CONTEXT, f"{node.func.attr.value}() of the {WORDS[kind]} works only inside Airflow", node)
                return None
        self.visit(node.func)
        return self.passed(node)

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
        if kinds and target is not None:
            Follower(self.code, self.use, self.given, self.seen).function(target, kinds)
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
        given = arguments(node, ("task_ids", "dag_id", "key", "include_prior_dates"))
        ids = self.constant(given["task_ids"]) if "task_ids" in given else None
        key = self.constant(given["key"]) if "key" in given else "return_value"
        many = isinstance(ids, list | tuple)
        known = tuple(ids) if isinstance(ids, list | tuple) else (ids,)
        if given.keys() & {"dag_id", "include_prior_dates", "run_id", "map_indexes"}:
            self.problem(rules.PULL, "the XCom comes from another DAG, another run, or one instance of a mapped task", node)
        elif not all(isinstance(one, str) for one in known) or not isinstance(key, str) or not known:
            self.problem(rules.PULL, "which task's XCom is pulled, or under which key, is computed when the task runs", node)
        else:
            self.use.pulls[Pull(tuple(str(one) for one in known), key, many)] = None
        return VALUE

    def push(self, node: cst.Call) -> str:
        """`ti.xcom_push(key="k", value=v)`."""
        given = arguments(node, ("key", "value"))
        key = self.constant(given["key"]) if "key" in given else None
        if isinstance(key, str):
            self.use.pushes[key] = None
        else:
            self.use.pushes_unknown = True
        return VALUE

    def run(self, node: cst.Call) -> str:
        """`ti.get_dagrun()`."""
        return RUN

    def constant(self, node: cst.BaseExpression) -> object:
        """A literal, or a constant of the module."""
        return constant(node, self.source, frozenset(self.names))

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
        before = dict(self.names)
        for one in parameters(node.params):
            self.names.pop(one.name.value, None)
        self.visit(node.body)
        self.names = before
        return None


def bound(target: Carried, position: int, argument: cst.Arg) -> str | None:
    """The parameter that an argument of a call goes to."""
    if argument.star:
        return None
    if argument.keyword is not None:
        name = argument.keyword.value
        return name if any(one.name.value == name for one in parameters(target.node.params)) else None
    plain = [*target.node.params.posonly_params, *target.node.params.params]
    return plain[position].name.value if position < len(plain) else None


def arguments(node: cst.Call, names: Sequence[str]) -> dict[str, cst.BaseExpression]:
    """The arguments of a call by name; `names` are those of its positional parameters."""
    found = {}
    for position, argument in enumerate(node.args):
        if argument.keyword is not None:
            found[argument.keyword.value] = argument.value
        elif not argument.star and position < len(names):
            found[names[position]] = argument.value
    return found


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
    cst.If: Follower.test,
    cst.IfExp: Follower.choice,
    cst.FunctionDef: Follower.inner,
    cst.Lambda: Follower.inner,
}
"""How a node is looked at; every other one lets what stands in it out of sight."""
