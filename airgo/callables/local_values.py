"""What an expression in a function may be, where that can be listed: literals, constants, fixed arguments, f-strings of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import libcst as cst

from airgo.callables.constants import constant, literal_value
from airgo.callables.context_keys import KEYS
from airgo.callables.modules import Source
from airgo.callables.names import SCOPES, bindings, parameters, parts, target_names
from airgo.values import MISSING

Possible = tuple[object, ...]
"""Every value that an expression may have; None in place of it: they cannot be listed."""
LIMIT = 64


@dataclass(slots=True)
class LocalValues:
    """The values of one function's names.

    `given`: what callers pass by name, MISSING where it is known only when the task runs. `keywords`: the name of the `**` parameter,
    which holds what is given and no parameter takes. `complete`: nothing else is passed, so that other parameters have their defaults.
    `outer`: the values of the function around it.
    """

    source: Source | None
    node: cst.FunctionDef | cst.Lambda
    given: Mapping[str, object]
    keywords: str | None = None
    complete: bool = True
    outer: LocalValues | None = None
    _asked: set[str] = field(default_factory=set)

    def possible(self, node: cst.BaseExpression | None) -> Possible | None:
        """Every value that an expression may have."""
        handler = HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        found = MISSING if node is None else literal_value(node)
        return None if found is MISSING else (found,)

    def one(self, node: cst.BaseExpression | None) -> object:
        """The one value that an expression has; MISSING when it may have several."""
        found = self.possible(node)
        return found[0] if found is not None and len(found) == 1 else MISSING

    def name(self, node: cst.Name) -> Possible | None:
        """A parameter that callers fix, a local name that is bound once, or a constant of the module."""
        name = node.value
        if name in self._asked:
            return None
        params = {one.name.value: one for one in parameters(self.node.params)}
        bound = list(every_binding(self.node.body)).count(name)
        if name in params:
            return None if bound else self.parameter(name, params[name])
        if not bound:
            if self.outer is not None:
                return self.outer.name(node)
            found = constant(node, self.source)
            return None if found is MISSING else (found,)
        if bound > 1:
            return None
        self._asked.add(name)
        found_here = next((made for made in bound_to(self.node.body, name, self) if made is not None), None)
        self._asked.discard(name)
        return found_here

    def parameter(self, name: str, param: cst.Param) -> Possible | None:
        """What a parameter is given, or its default."""
        if name in self.given:
            return None if self.given[name] is MISSING else (self.given[name],)
        if not self.complete or name in KEYS or param.default is None or param.star:
            return None
        found = constant(param.default, self.source)
        return None if found is MISSING else (found,)

    def keyword(self, key: object, default: Possible | None) -> Possible | None:
        """`kwargs["key"]`: what is given, else the default; keys of the context are Airflow's."""
        if not isinstance(key, str) or not self.complete:
            return None
        if key in self.given:
            return None if self.given[key] is MISSING else (self.given[key],)
        return None if key in KEYS else default

    def is_keywords(self, node: cst.CSTNode) -> bool:
        """Is it the `**` parameter?"""
        return isinstance(node, cst.Name) and node.value == self.keywords and self.keywords not in set(bindings(self.node.body))

    def subscript(self, node: cst.Subscript) -> Possible | None:
        """`kwargs["key"]`."""
        index = node.slice[0].slice
        if not self.is_keywords(node.value) or not isinstance(index, cst.Index):
            return None
        return self.keyword(self.one(index.value), None)

    def call(self, node: cst.Call) -> Possible | None:
        """`kwargs.get("key", default)`, `str(x)`."""
        arguments = [argument.value for argument in node.args if argument.keyword is None and not argument.star]
        if isinstance(node.func, cst.Name) and node.func.value == "str" and len(arguments) == len(node.args) == 1:
            found = self.possible(arguments[0])
            return None if found is None else tuple(str(one) for one in found)
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "get" or not self.is_keywords(node.func.value):
            return None
        if not arguments or len(arguments) != len(node.args):
            return None
        return self.keyword(self.one(arguments[0]), self.possible(arguments[1]) if len(arguments) > 1 else (None,))

    def formatted(self, node: cst.FormattedString) -> Possible | None:
        """An f-string without formats."""
        choices: list[Possible | None] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                choices.append((part.value,) if "\\" not in part.value else None)
            elif isinstance(part, cst.FormattedStringExpression) and part.conversion is None and part.format_spec is None:
                choices.append(self.possible(part.expression))
            else:
                return None
        return joined(choices, lambda row: "".join(str(one) for one in row))

    def sequence(self, node: cst.List | cst.Tuple) -> Possible | None:
        """A list whose elements can be listed."""
        return joined([self.possible(element.value) for element in node.elements], list)

    def sum(self, node: cst.BinaryOperation) -> Possible | None:
        """Texts put together by `+`."""
        if not isinstance(node.operator, cst.Add):
            return None
        sides = [self.possible(node.left), self.possible(node.right)]
        if any(side is None or not all(isinstance(one, str) for one in side) for side in sides):
            return None
        return joined(sides, lambda row: "".join(str(one) for one in row))

    def choice(self, node: cst.IfExp) -> Possible | None:
        """`a if test else b`: one side where the test is known, else both."""
        test = self.one(node.test)
        if test is not MISSING:
            return self.possible(node.body if test else node.orelse)
        return either(self.possible(node.body), self.possible(node.orelse))

    def comparison(self, node: cst.Comparison) -> Possible | None:
        """`"key" in kwargs`, `x is None`, `x == y`."""
        if len(node.comparisons) != 1:
            return None
        left, operator, right = self.one(node.left), node.comparisons[0].operator, node.comparisons[0].comparator
        if isinstance(operator, cst.In | cst.NotIn) and self.is_keywords(right) and isinstance(left, str):
            if not self.complete:
                return None
            return ((left in self.given or left in KEYS) == isinstance(operator, cst.In),)
        other = self.one(right)
        compare = COMPARISONS.get(type(operator))
        return None if compare is None or MISSING in (left, other) else (compare(left, other),)

    def logic(self, node: cst.BooleanOperation) -> Possible | None:
        """`a or b`, `a and b`."""
        left = self.one(node.left)
        if left is MISSING:
            return None
        return self.possible(node.right) if bool(left) == isinstance(node.operator, cst.And) else (left,)


def every_binding(node: cst.CSTNode) -> Iterator[str]:
    """The names that a function's body binds, comprehensions included."""
    yield from bindings(node)
    yield from comprehended(node)


def comprehended(node: cst.CSTNode) -> Iterator[str]:
    """The names that comprehensions bind."""
    if isinstance(node, cst.CompFor):
        yield from target_names(node.target)
    for child in parts(node):
        if not isinstance(child, SCOPES):
            yield from comprehended(child)


def bound_to(node: cst.CSTNode, name: str, values: LocalValues) -> Iterator[Possible | None]:
    """What the one statement that binds a name binds it to: an assignment, or each element of a list in turn."""
    for child in parts(node):
        if isinstance(child, SCOPES):
            continue
        targets = [one.target for one in child.targets] if isinstance(child, cst.Assign) else [getattr(child, "target", None)]
        if not any(isinstance(one, cst.Name) and one.value == name for one in targets):
            pass
        elif isinstance(child, cst.Assign | cst.AnnAssign):
            yield values.possible(child.value)
        elif isinstance(child, cst.For | cst.CompFor):
            found = values.one(child.iter)
            yield tuple(found) if isinstance(found, list | tuple) and len(found) <= LIMIT else None
        yield from bound_to(child, name, values)


def joined(choices: Sequence[Possible | None], join: Callable[[tuple[object, ...]], object]) -> Possible | None:
    """Every way to put one of each together, up to a limit."""
    count = 1
    for one in choices:
        if one is None:
            return None
        count *= len(one)
    return None if count > LIMIT else tuple(join(row) for row in product(*(one for one in choices if one is not None)))


def either(first: Possible | None, second: Possible | None) -> Possible | None:
    """The values of both."""
    return None if first is None or second is None or len(first) + len(second) > LIMIT else (*first, *second)


COMPARISONS: Mapping[type[cst.BaseCompOp], Callable[[object, object], bool]] = {
    cst.Equal: lambda left, right: left == right,
    cst.NotEqual: lambda left, right: left != right,
    cst.Is: lambda left, right: left is right,
    cst.IsNot: lambda left, right: left is not right,
}
HANDLERS: Mapping[type[object], Callable[..., Possible | None]] = {
    cst.Name: LocalValues.name,
    cst.Subscript: LocalValues.subscript,
    cst.Call: LocalValues.call,
    cst.FormattedString: LocalValues.formatted,
    cst.List: LocalValues.sequence,
    cst.Tuple: LocalValues.sequence,
    cst.BinaryOperation: LocalValues.sum,
    cst.IfExp: LocalValues.choice,
    cst.Comparison: LocalValues.comparison,
    cst.BooleanOperation: LocalValues.logic,
}
