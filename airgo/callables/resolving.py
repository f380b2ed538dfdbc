"""From a name in a module to what it stands for: statements of the project, imports from outside, or a problem."""

from __future__ import annotations

import ast
import builtins

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.collecting import Collected, Unit
from airgo.callables.decorators import without_airflow
from airgo.callables.importing import Imports, imports_binding
from airgo.callables.imports import kind_of
from airgo.callables.literals import NoLiteral, literal
from airgo.callables.modules import Leaf, Source, blocks, leaves, small_statements
from airgo.callables.names import bindings, uses
from airgo.callables.problems import Problem
from airgo.callables.wording import is_type_checking, travelling_code, with_defaults
from airgo.diagnostics import Rule
from airgo.discovery import DEPLOYED_ROOT
from airgo.evaluate.objects import Class, Function
from airgo.values import MISSING, Symbolic, is_plain

COMPUTED = frozenset({"globals", "eval", "exec"})
"""Builtins through which code reaches names that cannot be listed."""
DEPLOYMENT = ("environ", "getenv")
"""Words of code that reads the deployment's environment: what it gives is never stated as a fixed value."""


class Names:
    """Follows names through the modules of the project."""

    def __init__(self, collected: Collected) -> None:
        self.collected = collected
        self.imports = Imports(collected, self)

    def problem(self, rule: Rule, message: str, source: Source, node: cst.CSTNode | None = None) -> None:
        """Something cannot travel."""
        self.collected.problems.append(Problem(rule, message, source.span(node) if node is not None else None))

    def require(self, source: Source, node: cst.CSTNode, known: frozenset[str] = frozenset()) -> None:
        """Everything that a node of `source` uses, `known` names left out."""
        used = uses(node)
        for name in used.names:
            if name not in known:
                self.need(source, name, node)
        for name in used.annotations:
            if name not in known:
                self.collected.annotations[(source.path, name)] = source
        self.imports.inside(source, node)

    def need(self, source: Source, name: str, user: cst.CSTNode) -> None:
        """A name that code of `source` reads from its module."""
        if source.path in self.collected.files:
            self.collected.import_file(source, source, f"from {source.name} import {name}", name, f"{source.name}.{name}")
            return
        known = [leaf for leaf in source.bound.get(name, ()) if not is_type_checking(leaf)]
        if not known:
            self.unbound(source, name, user)
            return
        found = [one for leaf in known for one in imports_binding(leaf, name)]
        if found and (len(found) == len(known) or self.imports.leads_home(source, name)):
            self.imports.need(source, name, found, user)
        elif (source.path, name) not in self.collected.done:
            self.collected.done.add((source.path, name))
            self.defined(source, name, known)

    def unbound(self, source: Source, name: str, user: cst.CSTNode) -> None:
        """A name that no statement of the module binds."""
        if name == "__file__" and self.collected.beside:
            text = f"__file__ = {f'{DEPLOYED_ROOT}/{source.path}'!r}\n"
            self.collected.add((source.path, name), Unit("code", text, source), (name,), text)
        elif name == "__file__":
            self.problem(rules.BESIDE_FILE, "the code uses __file__, the path of its own source file", source, user)
        elif self.imports.star(source, name, user) or name in ("__name__", "__debug__"):
            return
        elif hasattr(builtins, name):
            if name in COMPUTED:
                self.problem(rules.DYNAMIC_NAMES, f"the code calls {name}(), which may use any name of its module", source, user)
        elif not self.by_value(source, name, (0, 0)):
            self.problem(rules.UNDEFINED, f"{name} is not defined in {source.path}", source, user)

    def defined(self, source: Source, name: str, known: list[Leaf]) -> None:
        """A name that statements of the module define: those statements, or the value where they do not stand alone."""
        value = source.namespace.get(name, MISSING)
        mine = [leaf for leaf in known if isinstance(value, Function | Class) and leaf.statement is value.node]
        touched = source.touched.get(name, []) if not mine else []
        plans = [self.carried(leaf) for leaf in (mine or [*known, *touched])]
        if None in plans or changed(known, value) or (touched and plain(value)):
            if not self.by_value(source, name, (known[0].order, 0)):
                words = "in a loop, a with block or between other things" if None in plans else "and changed afterwards"
                self.problem(rules.NOT_CARRIED, f"{name} is bound {words}", source, known[0].statement)
            return
        self.attempt(source, name, [leaf for leaf in plans if leaf is not None], value)

    def attempt(self, source: Source, name: str, plans: list[Leaf], value: object) -> None:
        """Carry the statements; where that fails and the value is known and no deployment value, carry the value."""
        before = self.collected.copy()
        for leaf in plans:
            self.statement(source, leaf)
        after = self.collected
        if len(after.problems) == len(before.problems) or not plain(value):
            return
        added = [unit.text for key, unit in after.units.items() if key not in before.units]
        if after.replaced.keys() - before.replaced.keys() or any(word in text for text in added for word in DEPLOYMENT):
            return
        failed = self.collected.copy()
        self.collected.restore(before)
        self.collected.done.add((source.path, name))
        if not self.by_value(source, name, (plans[0].order, 0)):
            self.collected.restore(failed)

    def carried(self, leaf: Leaf) -> Leaf | None:
        """The statement to carry for a leaf: itself, the whole `if`/`try` around it, or None when neither stands alone."""
        around = [outer for outer in leaf.around if not isinstance(outer, cst.With)]
        if not around:
            return None if isinstance(leaf.statement, cst.With | cst.For) else leaf
        if isinstance(around[0], cst.If | cst.Try) and stands_alone(around[0]):
            return Leaf(around[0], leaf.order)
        return None

    def statement(self, source: Source, leaf: Leaf) -> None:
        """Carry one statement with what it uses."""
        key = (source.path, id(leaf.statement))
        if key in self.collected.units:
            return
        self.code(source, leaf.statement, (leaf.order, 0))

    def code(
        self, source: Source, node: cst.CSTNode, order: tuple[int, int], known: frozenset[str] = frozenset(), *, bare: bool = False
    ) -> None:
        """Carry a statement, function or class of a module, Airflow's decorators left out; all of them where it is to be `bare`."""
        kept = self.undecorated(source, node)
        if bare:
            kept = kept.with_changes(decorators=[], lines_after_decorators=[])
        names = tuple(dict.fromkeys(bindings(kept)))
        self.collected.done.update((source.path, name) for name in names)
        text = travelling_code(source.tree, kept, source.package)
        unit = Unit("code", text, source, order, source.span(node).line, kept)
        self.collected.add((source.path, id(node)), unit, names, text)
        self.require(source, kept, known | frozenset(names if isinstance(node, cst.FunctionDef | cst.ClassDef) else ()))

    def undecorated(self, source: Source, node: cst.CSTNode) -> cst.CSTNode:
        """The node without decorators of Airflow (those that decide something are a problem), with the defaults it was made with."""
        if not isinstance(node, cst.FunctionDef):
            return node
        kept, deciding = without_airflow(node, lambda name: self.imports.airflow_name(source, name))
        for decorator in deciding:
            words = f"{node.name.value} is decorated with {decorator}, which decides at run time whether it runs"
            self.problem(rules.BRANCH_UNKNOWN, words, source, node)
        return with_defaults(kept, self.collected.defaults.get(id(node), {}))

    def by_value(self, source: Source, name: str, order: tuple[int, int]) -> bool:
        """Carry a name by the value that evaluation found; False when it is not plain data."""
        value = source.namespace.get(name, MISSING)
        if not plain(value):
            return False
        try:
            text = f"{name} = {literal(value)}\n"
        except NoLiteral:
            return False
        unit = Unit("code", text, source, order, self.line_of(source, name))
        self.collected.add((source.path, "value", name), unit, (name,), text)
        self.collected.done.add((source.path, name))
        return True

    def finish(self) -> None:
        """Annotations that name the standard library keep their imports; a script without the others' names postpones annotations."""
        for (_, name), source in list(self.collected.annotations.items()):
            found = self.imports.bindings(source, name)
            plain_import = found and all(kind_of(one.full) == "standard" and not one.guarded for one in found)
            if plain_import and name not in self.collected.scope(source).names:
                self.imports.need(source, name, self.imports.found(source, name), source.tree)

    def line_of(self, source: Source, name: str) -> int:
        """The line that binds a name; 0 when none does."""
        known = source.bound.get(name)
        return source.span(known[0].statement).line if known else 0


def plain(value: object) -> bool:
    """Is it data that a literal can state?"""
    if value is MISSING or isinstance(value, Symbolic) or not is_plain(value):
        return False
    try:
        return bool(literal(value))
    except NoLiteral:
        return False


def stands_alone(statement: cst.CSTNode) -> bool:
    """Does an `if` or `try` only bind names (imports, assignments, definitions), so that it can be carried whole?"""
    for inner, _ in leaves([statement], ()):
        if isinstance(inner, cst.With | cst.For | cst.While | cst.Match):
            return False
        for small in small_statements(inner):
            if isinstance(small, cst.Expr) and not isinstance(small.value, cst.SimpleString):
                return False
    return True


def changed(known: list[Leaf], value: object) -> bool:
    """Was a name that is bound to one literal given another value, or changed, later on?"""
    if len(known) != 1 or not plain(value):
        return False
    small = list(small_statements(known[0].statement))
    if len(small) != 1 or not isinstance(small[0], cst.Assign | cst.AnnAssign) or small[0].value is None:
        return False
    try:
        written = ast.literal_eval(cst.Module([]).code_for_node(small[0].value))
    except (ValueError, SyntaxError, TypeError, MemoryError):
        return False
    return type(written) is not type(value) or written != value


__all__ = ["Names", "blocks", "changed", "plain", "stands_alone"]
