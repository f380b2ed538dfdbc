"""Where a callable begins: the function, method, lambda or partial itself, and what the functions around it had bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.collecting import Collected, Reference, Unit
from airgo.callables.enclosing import assigned_name, enclosing, local_statement
from airgo.callables.literals import NoLiteral
from airgo.callables.load_time import PATH, LoadTime
from airgo.callables.modules import Source
from airgo.callables.names import bindings, first_name, parameters, uses
from airgo.callables.problems import Problem
from airgo.callables.resolving import DEPLOYMENT, Names, plain
from airgo.callables.wording import code_of, with_defaults
from airgo.diagnostics import Rule
from airgo.evaluate.objects import Class, Function, Instance
from airgo.evaluate.parsing import ParsedFile
from airgo.values import MISSING, Choice, CodeRef, Extern, ExternCall, Operation, Symbol, Symbolic, Template, Unknown

LAST = 1_000_000
"""The order of what stands below all statements of its module."""
LAMBDA_NAME = "function"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """How the script calls the callable: an expression, its function with its module, and whether a first argument is bound already.

    `text` counts in `source`. `signature` has the parameters that Airflow sees.
    `args` and `kwargs` are what `functools.partial` fixed, as source text.
    """

    text: str
    source: Source
    function: tuple[cst.FunctionDef | cst.Lambda, Source] | None = None
    bound: bool = False
    args: tuple[str, ...] = ()
    kwargs: tuple[tuple[str, str], ...] = ()
    signature: cst.Parameters | None = None

    @property
    def reference(self) -> Reference:
        """The name that the expression begins with."""
        return Reference(self.source.path, self.text.partition(".")[0])

    @property
    def rest(self) -> str:
        """What follows that name."""
        return self.text[len(self.reference.name) :]


class ClosureValues:
    """Carries callables with the values around them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.collected: Collected = names.collected
        self.made: dict[object, str] = {}
        self._count = 0

    def entry(self, code: CodeRef) -> Entry:
        """Carry a callable; what fixes its arguments becomes source text."""
        source = self.collected.sources.of_code(code)
        if self.collected.main is None:
            self.collected.main = source
        words = f"an argument that partial fixes in {code.name}"
        args = tuple(self.expression(source, value, words) for value in code.args)
        kwargs = tuple((key, self.expression(source, value, words)) for key, value in code.kwargs.items())
        text, function, bound = self.place(source, code)
        shown = code.wrapped if code.wrapped is not None else code.node
        signature = shown.params if isinstance(shown, cst.FunctionDef | cst.Lambda) else None
        self.passed_functions(source, code.closure)
        return Entry(text, source, function, bound, args, kwargs, signature)

    def passed_functions(self, source: Source, closure: Mapping[str, object]) -> None:
        """Remember what the functions are called that the ones around the callable were given: a decorator's argument."""
        for name, value in closure.items():
            if isinstance(value, Function) and "." not in value.qualified_name:
                home = self.collected.sources.of_evaluated(value.module)
                self.collected.aliases[(source.path, name)] = Reference(home.path, value.name)

    def place(self, source: Source, code: CodeRef) -> tuple[str, tuple[cst.FunctionDef | cst.Lambda, Source] | None, bool]:
        """The expression that names a callable, its function, and whether it is bound."""
        node = code.node
        if isinstance(node, cst.Lambda):
            return self.lambda_(source, node, code.closure, code.defaults), (node, source), False
        assert isinstance(node, cst.FunctionDef | cst.ClassDef)
        function = (node, source) if isinstance(node, cst.FunctionDef) else None
        if isinstance(code.receiver, Instance):
            return f"{self.instance(source, code.receiver, code.name)}.{node.name.value}", function, True
        if isinstance(code.receiver, Class):
            return f"{self.class_(code.receiver)}.{node.name.value}", function, True
        owner, _, method = code.name.rpartition(".")
        if owner and not owner.endswith("<locals>") and "<locals>" not in owner:
            self.names.need(source, owner.partition(".")[0], node)
            return f"{owner}.{method}", function, False
        decorated = decorated_name(source, code)
        if decorated is not None:
            self.names.need(source, decorated, node)
            return decorated, function, False
        self.definition(source, node, code.closure, code.defaults)
        return node.name.value, function, False

    def lambda_(self, source: Source, node: cst.Lambda, closure: Mapping[str, object], defaults: Mapping[str, object]) -> str:
        """Carry a lambda under a name of its own, with the defaults that it was made with."""
        fixed = with_defaults(node, self.fixed(source, node, defaults))
        known = self.around(source, fixed, closure)
        name = self.free_name(LAMBDA_NAME)
        text = f"{name} = {code_of(source.tree, fixed.with_changes(lpar=[], rpar=[]))}\n"
        unit = Unit("code", text, source, self.late(), source.span(node).line, node)
        self.collected.add((source.path, id(node), name), unit, (name,), text)
        self.names.require(source, fixed, known)
        return name

    def fixed(self, source: Source, node: cst.FunctionDef | cst.Lambda, defaults: Mapping[str, object]) -> dict[str, str]:
        """The defaults that must be stated by value: Python evaluates them where the function is defined, once for every time."""
        leaf = source.leaf_of(node)
        if leaf is not None and not any(isinstance(outer, cst.For | cst.While) for outer in leaf.around):
            return {}
        made = {}
        for one in parameters(node.params):
            name = one.name.value
            if one.default is not None and uses(one.default).names and name in defaults:
                made[name] = self.expression(source, defaults[name], f"the default of {name}", one)
        return made

    def definition(
        self,
        source: Source,
        node: cst.FunctionDef | cst.ClassDef,
        closure: Mapping[str, object],
        defaults: Mapping[str, object] | None = None,
    ) -> None:
        """Carry a function or class that may stand inside functions or loops."""
        key = (source.path, id(node))
        if key in self.collected.units:
            return
        leaf = source.leaf_of(node)
        if source.path in self.collected.files and leaf is not None and not leaf.around:
            self.names.need(source, node.name.value, node)
            return
        if isinstance(node, cst.FunctionDef) and (fixed := self.fixed(source, node, defaults or {})):
            self.collected.defaults[id(node)] = fixed
        kept = with_defaults(node, self.collected.defaults.get(id(node), {}))
        known = frozenset() if leaf is not None else self.around(source, kept, closure)
        self.names.code(source, node, (leaf.order, 0) if leaf is not None else self.late(), known)

    def around(self, source: Source, node: cst.CSTNode, closure: Mapping[str, object]) -> frozenset[str]:
        """Carry what a nested function uses of the functions around it; the names that need nothing more."""
        used = uses(node)
        found = [name for name in used.names if name in closure]
        own = {node.name.value} if isinstance(node, cst.FunctionDef | cst.ClassDef) else set()
        for name in found:
            if name not in own:
                self.bind(source, name, closure[name], node, closure)
        return frozenset({*found, *own, *(name for name in used.annotations if name in closure)})

    def bind(self, source: Source, name: str, value: object, user: cst.CSTNode, closure: Mapping[str, object]) -> None:
        """Give a name of the script the value that an enclosing function had bound it to."""
        if ("closure", name) in self.collected.done:
            return
        self.collected.done.add(("closure", name))
        nested = self.nested(value)
        if nested is not None:
            self.named(source, name, *nested)
            return
        if isinstance(value, Extern) and "." in value.name and not value.name.startswith("builtins."):
            module, _, last = value.name.rpartition(".")
            self.outside(source, name, module, last, user)
            return
        if isinstance(value, Extern) and not value.name.startswith("builtins."):
            self.outside(source, name, value.name, None, user)
            return
        if self.statement(source, name, value, user, closure):
            return
        text = f"{name} = {self.expression(source, value, name, user)}\n"
        unit = Unit("code", text, source, self.late())
        self.collected.add((source.path, "closure", name, text), unit, (name,), text)

    def statement(self, source: Source, name: str, value: object, user: cst.CSTNode, closure: Mapping[str, object]) -> bool:
        """Carry the statement by which an enclosing function binds a name, where its value is no fixed data; False when there is none."""
        leaf = local_statement(source.tree, user, name)
        if leaf is None:
            return False
        text = code_of(source.tree, leaf)
        if plain(value) and not any(word in text for word in (*DEPLOYMENT, "Variable", "get_connection")):
            return False
        known = self.around(source, leaf, closure)
        self.names.code(source, leaf, self.late(), known)
        return True

    def placed(self, value: object) -> Reference | None:
        """The name of an object that the DAG passes to the task: its module's, or a new one for the expression that made it."""
        if isinstance(value, Symbol | Operation | Template | Choice) or (isinstance(value, ExternCall) and value.name == PATH):
            return self.loaded(value)
        place = value.place if isinstance(value, Instance | ExternCall) else None
        if place is None or not isinstance(place.node, cst.Call) or not isinstance(place.locator, ParsedFile):
            return None
        source = self.collected.sources.at(place.locator)
        name = assigned_name(source, place.node)
        if name is not None:
            self.names.need(source, name, place.node)
            return Reference(source.path, name)
        local = {bound for function in enclosing(source.tree, place.node) for bound in bindings(function.body)}
        if any(used in local for used in uses(place.node).names):
            return None
        self.names.require(source, place.node)
        name = self.free_name("argument")
        text = f"{name} = {code_of(source.tree, place.node)}\n"
        unit = Unit("code", text, source, self.late(), place.span.line, place.node)
        self.collected.add((source.path, id(place.node)), unit, (name,), text)
        return Reference(source.path, name)

    def loaded(self, value: Symbolic) -> Reference | None:
        """The name of a value that the script computes when it starts, as Airflow does when it loads the file."""
        source = self.collected.main
        assert source is not None
        try:
            text = LoadTime(self, source).expression(value)
        except NoLiteral:
            return None
        if text.isidentifier():
            return Reference(source.path, text)
        key = ("argument", id(value))
        if key not in self.made:
            name = self.made[key] = self.free_name("argument")
            self.collected.add(key, Unit("code", f"{name} = {text}\n", source, self.late()), (name,), text)
        return Reference(source.path, self.made[key])

    def outside(self, source: Source, name: str, module: str, last: str | None, user: cst.CSTNode) -> None:
        """A name that an enclosing function imported from outside."""
        statement = f"import {module} as {name}" if last is None else f"from {module} import {last} as {name}"
        node = cst.parse_statement(statement)
        assert isinstance(node, cst.SimpleStatementLine)
        holder = Source(source.name, source.path, cst.Module([node]), source.locator)
        self.names.imports.need(holder, name, self.names.imports.found(holder, name), user)

    def named(self, source: Source, name: str, home: Source, known: str) -> None:
        """Let a name of `source` stand for what its module knows by another name."""
        if home.path != source.path:
            self.collected.link(source, name, home, known)
        elif name != known:
            text = f"{name} = {known}\n"
            self.collected.add((source.path, "alias", name), Unit("code", text, source, self.late()), (name,), text)

    def nested(self, value: object) -> tuple[Source, str] | None:
        """Carry a function or class; its module and its name there, None for any other value."""
        if isinstance(value, Function):
            home = self.collected.sources.of_evaluated(value.module)
            if isinstance(value.node, cst.Lambda):
                return home, self.lambda_(home, value.node, around_of(value, home), value.defaults)
            if self.is_wrapped(home, value):
                self.bare(home, value)
            elif "." not in value.qualified_name:
                self.names.need(home, value.name, value.node)
            else:
                self.definition(home, value.node, around_of(value, home), value.defaults)
            return home, value.node.name.value
        if isinstance(value, Class):
            return self.collected.sources.of_evaluated(value.module), self.class_(value)
        if isinstance(value, CodeRef) and isinstance(value.node, cst.FunctionDef | cst.ClassDef) and not value.args and not value.kwargs:
            home = self.collected.sources.of_code(value)
            return home, self.place(home, value)[0]
        return None

    def is_wrapped(self, home: Source, value: Function) -> bool:
        """Does the function's name stand for what a decorator of the project made of it, and not for the function itself?"""
        if value.owner is not None or value.scope.lookup(value.name) is value:
            return False
        kept = self.names.undecorated(home, value.node)
        return isinstance(kept, cst.FunctionDef) and bool(kept.decorators)

    def bare(self, home: Source, value: Function) -> None:
        """Carry a function as its decorator got it: with the decorator its code would be wrapped twice."""
        if value.name in uses(value.node).names:
            words = f"{value.name} is decorated and calls itself, which the script has under one name only"
            self.problem(rules.NOT_CARRIED, words, home, value.node)
        if (home.path, id(value.node)) not in self.collected.units:
            known = self.around(home, value.node, around_of(value, home))
            self.names.code(home, value.node, self.late(), known, bare=True)

    def class_(self, value: Class) -> str:
        """Carry a class of the project; the expression that names it."""
        home = self.collected.sources.of_evaluated(value.module)
        first = value.qualified_name.partition(".")[0]
        if "<locals>" in value.qualified_name:
            self.definition(home, value.node, {})
            return value.name
        self.names.need(home, first, value.node)
        return value.qualified_name

    def instance(self, source: Source, value: Instance, what: str) -> str:
        """Carry an object of the project: its class, and the attributes that evaluation found."""
        if isinstance(value.native, Symbolic):
            self.problem(rules.NEEDS_AIRFLOW, f"{what} belongs to an object of a class of Airflow")
        home, cls = self.collected.sources.of_evaluated(value.cls.module), self.class_(value.cls)
        if home.path != source.path:
            self.collected.link(source, cls.partition(".")[0], home, cls.partition(".")[0])
        name = self.free_name(first_name(cst.parse_expression(cls)).lower())
        items = [f"{key}={self.expression(source, item, f'{cls}.{key}')}" for key, item in value.attributes.items()]
        text = f"{name} = {cls}.__new__({cls})\n" + (f"{name}.__dict__.update({', '.join(items)})\n" if items else "")
        line = value.place.span.line if value.place is not None else 0
        self.collected.add((source.path, id(value)), Unit("code", text, source, self.late(), line), (name,), text)
        return name

    def expression(self, source: Source, value: object, what: str, user: cst.CSTNode | None = None) -> str:
        """Source text for a value that code needs; a problem when there is none."""
        nested = self.nested(value)
        if nested is not None:
            if nested[0].path != source.path:
                self.collected.link(source, nested[1], *nested)
            return nested[1]
        if isinstance(value, CodeRef):
            return self.place(self.collected.sources.of_code(value), value)[0]
        if isinstance(value, Instance):
            return self.instance(source, value, what)
        if isinstance(value, Extern) and value.name.startswith("builtins."):
            return value.name.removeprefix("builtins.")
        try:
            return LoadTime(self, source).expression(value)
        except NoLiteral as error:
            reason = value.root().reason if isinstance(value, Unknown) else str(error)
            self.problem(rules.NOT_CARRIED, f"{what} is not known before the run ({reason})", source, user)
            return "None"

    def problem(self, rule: Rule, message: str, source: Source | None = None, node: cst.CSTNode | None = None) -> None:
        """Something cannot travel."""
        self.collected.problems.append(Problem(rule, message, source.span(node) if source is not None and node is not None else None))

    def free_name(self, wanted: str) -> str:
        """A name that the script does not use yet."""
        name, count = wanted, 1
        while self.collected.taken(name):
            count += 1
            name = f"{wanted}_{count}"
        return name

    def late(self) -> tuple[int, int]:
        """A place below all statements of its module, and below what was put there before."""
        return LAST, self.number()

    def number(self) -> int:
        """One more than before: the order in which things were asked for."""
        self._count += 1
        return self._count


def decorated_name(source: Source, code: CodeRef) -> str | None:
    """The name of a module's own function that a decorator of the project has put this wrapper around."""
    if "<locals>" not in code.name:
        return None
    for name, value in source.namespace.items():
        function = getattr(value, "function", value)
        if not isinstance(function, Function) or function.node is not code.node:
            continue
        known = source.bound.get(name, [])
        same = all(function.scope.lookup(bound) is item for bound, item in code.closure.items())
        if same and len(known) == 1 and isinstance(known[0].statement, cst.FunctionDef):
            return name
    return None


def around_of(value: Function, home: Source) -> dict[str, object]:
    """What a nested function of the project uses of the functions around it."""
    found = {name: value.scope.lookup(name) for name in uses(value.node).names if value.scope.kind != "module"}
    return {name: item for name, item in found.items() if item is not MISSING and item is not home.namespace.get(name, MISSING)}
