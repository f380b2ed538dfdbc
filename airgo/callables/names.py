"""Which names a piece of Python takes from around it, and which it binds: the language's scope rules over libcst nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import libcst as cst

from airgo.evaluate.parsing import fields_of

SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


@dataclass(slots=True)
class Uses:
    """Names that code reads from the scope around it, in the order met.

    `annotations` are those that only the annotations of functions read: a script that postpones annotations does not need them.
    """

    names: dict[str, None] = field(default_factory=dict)
    annotations: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """Names bound in one scope below the code looked at. `outer` holds those declared `global`."""

    kind: Literal["function", "class", "comprehension"]
    bound: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)


@lru_cache(maxsize=10_000)
def uses(node: cst.CSTNode) -> Uses:
    """What `node`, standing at module level, reads from its module (or from the builtins). Tasks of a file share most of their code."""
    reader = Reader()
    reader.visit(node, ())
    found = reader.uses
    for name in found.names:
        found.annotations.pop(name, None)
    return found


def parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes directly below a node that are syntax, in source order (libcst's `children` visits white space too, and is slow)."""
    handler = isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler)
    for name in ("type", "name", "body") if handler else fields_of(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, list | tuple):
            yield from (item for item in value if isinstance(item, cst.CSTNode))


def bindings(node: cst.CSTNode, *, only_walrus: bool = False) -> Iterator[str]:
    """The names that `node` binds in the scope it stands in, in order; scopes below are not entered."""
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        if not only_walrus:
            yield node.name.value
        return
    if isinstance(node, cst.Lambda):
        return
    inside = only_walrus or isinstance(node, COMPREHENSIONS)
    if isinstance(node, cst.NamedExpr):
        yield from target_names(node.target)
    elif not inside:
        yield from own_bindings(node)
    for child in parts(node):
        yield from bindings(child, only_walrus=inside)


def own_bindings(node: cst.CSTNode) -> Iterator[str]:
    """The names that one node binds by itself, walrus, functions and classes left out."""
    if isinstance(node, cst.AssignTarget | cst.AnnAssign | cst.AugAssign | cst.For | cst.CompFor):
        yield from target_names(node.target)
    elif isinstance(node, cst.AsName):
        yield from target_names(node.name)
    elif isinstance(node, cst.Del):
        yield from target_names(node.target)
    elif isinstance(node, cst.Import | cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
        for alias in node.names:
            yield from () if alias.asname else (first_name(alias.name),)
    elif isinstance(node, cst.MatchAs | cst.MatchStar) and node.name is not None:
        yield node.name.value
    elif isinstance(node, cst.MatchMapping) and node.rest is not None:
        yield node.rest.value
    elif isinstance(node, cst.TypeAlias):
        yield node.name.value


def target_names(target: cst.CSTNode) -> Iterator[str]:
    """The plain names in an assignment target."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from target_names(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from target_names(target.value)


def first_name(node: cst.CSTNode) -> str:
    """The leftmost name of a dotted one."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def dotted_name(node: cst.CSTNode | None) -> str | None:
    """`a.b.c` as text; None for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    return ".".join((node.value, *reversed(parts)))


def parameters(params: cst.Parameters) -> list[cst.Param]:
    """All parameters of a signature, in order, `*` and `**` ones included."""
    stars = [star for star in (params.star_arg, params.star_kwarg) if isinstance(star, cst.Param)]
    return [*params.posonly_params, *params.params, *stars[:1], *params.kwonly_params, *stars[1:]]


def declared_global(body: cst.CSTNode) -> Iterator[str]:
    """Names that a function's own body declares `global`."""
    for child in parts(body):
        if isinstance(child, SCOPES):
            continue
        if isinstance(child, cst.Global):
            yield from (item.name.value for item in child.names)
        yield from declared_global(child)


def is_free(name: str, chain: Sequence[Scope]) -> bool:
    """Does a name read inside `chain` (outermost first) come from around the code?"""
    for depth, scope in enumerate(reversed(chain)):
        if name in scope.outer:
            return True
        if name in scope.bound and (depth == 0 or scope.kind != "class"):
            return False
    return True


class Reader:
    """Walks code in source order and gathers the names it reads from around it."""

    def __init__(self) -> None:
        self.uses = Uses()
        self._special: dict[type[cst.CSTNode], Callable[..., None]] = {
            cst.Name: self.name,
            cst.Attribute: lambda node, chain: self.visit(node.value, chain),
            cst.Arg: lambda node, chain: self.visit(node.value, chain),
            cst.FunctionDef: self.function,
            cst.Lambda: self.function_like,
            cst.ClassDef: self.class_,
            cst.Assign: self.assign,
            cst.AnnAssign: self.annotated,
            cst.AugAssign: self.augmented,
            cst.For: self.loop,
            cst.NamedExpr: lambda node, chain: self.visit(node.value, chain),
            cst.AsName: lambda node, chain: self.store(node.name, chain),
            cst.Del: lambda node, chain: self.store(node.target, chain),
            cst.Import: self.import_,
            cst.ImportFrom: self.import_,
            cst.MatchAs: lambda node, chain: self.each([] if node.pattern is None else [node.pattern], chain),
            cst.MatchKeywordElement: lambda node, chain: self.visit(node.pattern, chain),
            cst.MatchMapping: lambda node, chain: self.each(node.elements, chain),
            cst.Global: lambda node, chain: self.each([item.name for item in node.names], chain),
            cst.Nonlocal: lambda node, chain: None,
            cst.MatchStar: lambda node, chain: None,
            cst.TypeParameters: lambda node, chain: None,
            **dict.fromkeys(COMPREHENSIONS, self.comprehension),
        }

    def visit(self, node: cst.CSTNode, chain: tuple[Scope, ...]) -> None:
        """Gather from one node."""
        special = self._special.get(type(node))
        if special is not None:
            special(node, chain)
        else:
            self.each(parts(node), chain)

    def each(self, nodes: Iterable[cst.CSTNode], chain: tuple[Scope, ...]) -> None:
        """Gather from several nodes."""
        for node in nodes:
            self.visit(node, chain)

    def read(self, name: str, chain: tuple[Scope, ...]) -> None:
        """A name is read."""
        if is_free(name, chain):
            self.uses.names[name] = None

    def name(self, node: cst.Name, chain: tuple[Scope, ...]) -> None:
        """A name stands as an expression."""
        self.read(node.value, chain)

    def store(self, target: cst.CSTNode, chain: tuple[Scope, ...]) -> None:
        """An assignment target: names are bound, what stands below attributes and subscripts is read."""
        if isinstance(target, cst.Name):
            self.bind(target.value, chain)
        elif isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                self.store(element.value, chain)
        else:
            self.visit(target, chain)

    def bind(self, name: str, chain: tuple[Scope, ...]) -> None:
        """In a class body a name is the class's own from here on; other scopes know all their names beforehand."""
        if chain and chain[-1].kind == "class":
            chain[-1].bound.add(name)

    def annotation(self, node: cst.Annotation | None, chain: tuple[Scope, ...]) -> None:
        """An annotation of a function: what it reads is kept apart."""
        if node is None:
            return
        apart = Reader()
        apart.visit(node.annotation, chain)
        self.uses.annotations.update(apart.uses.names)

    def function(self, node: cst.FunctionDef, chain: tuple[Scope, ...]) -> None:
        """Decorators, defaults and annotations are read where the function stands; its body in a scope of its own."""
        self.each(node.decorators, chain)
        self.annotation(node.returns, chain)
        for parameter in parameters(node.params):
            self.annotation(parameter.annotation, chain)
        self.function_like(node, chain)
        self.bind(node.name.value, chain)

    def function_like(self, node: cst.FunctionDef | cst.Lambda, chain: tuple[Scope, ...]) -> None:
        """Defaults and body of a function or lambda."""
        own = parameters(node.params)
        for parameter in own:
            if parameter.default is not None:
                self.visit(parameter.default, chain)
        outer = set(declared_global(node.body)) if isinstance(node, cst.FunctionDef) else set()
        bound = {parameter.name.value for parameter in own} | (set(bindings(node.body)) - outer)
        if isinstance(node, cst.FunctionDef):
            bound -= set(nonlocal_names(node.body))
        self.visit(node.body, (*chain, Scope("function", bound, outer)))

    def class_(self, node: cst.ClassDef, chain: tuple[Scope, ...]) -> None:
        """Bases and decorators are read where the class stands; its body runs once, top to bottom."""
        self.each([*node.decorators, *node.bases, *node.keywords], chain)
        self.visit(node.body, (*chain, Scope("class", {"__module__", "__qualname__"})))
        self.bind(node.name.value, chain)

    def assign(self, node: cst.Assign, chain: tuple[Scope, ...]) -> None:
        """The value first, then the targets."""
        self.visit(node.value, chain)
        for target in node.targets:
            self.store(target.target, chain)

    def annotated(self, node: cst.AnnAssign, chain: tuple[Scope, ...]) -> None:
        """Annotations of local variables are never evaluated."""
        if node.value is not None:
            self.visit(node.value, chain)
        if not chain or chain[-1].kind == "class":
            self.visit(node.annotation.annotation, chain)
        self.store(node.target, chain)

    def augmented(self, node: cst.AugAssign, chain: tuple[Scope, ...]) -> None:
        """The target is read and written."""
        self.visit(node.target, chain)
        self.visit(node.value, chain)

    def loop(self, node: cst.For, chain: tuple[Scope, ...]) -> None:
        """The iterable is read before the target is bound."""
        self.visit(node.iter, chain)
        self.store(node.target, chain)
        self.visit(node.body, chain)
        if node.orelse is not None:
            self.visit(node.orelse, chain)

    def import_(self, node: cst.Import | cst.ImportFrom, chain: tuple[Scope, ...]) -> None:
        """Imports bind names and read none."""
        for name in bindings(node):
            self.bind(name, chain)

    def comprehension(self, node: cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp, chain: tuple[Scope, ...]) -> None:
        """The first iterable is read outside, everything else inside a scope with all targets."""
        clause: cst.CompFor | None = node.for_in
        assert clause is not None
        self.visit(clause.iter, chain)
        targets: set[str] = set()
        first = clause
        while clause is not None:
            targets.update(target_names(clause.target))
            clause = clause.inner_for_in
        inside = (*chain, Scope("comprehension", targets))
        results = (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,)
        self.each(results, inside)
        clause = first
        while clause is not None:
            if clause is not first:
                self.visit(clause.iter, inside)
            self.store(clause.target, inside)
            self.each(clause.ifs, inside)
            clause = clause.inner_for_in


def nonlocal_names(body: cst.CSTNode) -> Iterator[str]:
    """Names that a function's own body declares `nonlocal`."""
    for child in parts(body):
        if isinstance(child, SCOPES):
            continue
        if isinstance(child, cst.Nonlocal):
            yield from (item.name.value for item in child.names)
        yield from nonlocal_names(child)
