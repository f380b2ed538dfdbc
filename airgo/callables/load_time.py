"""Values that are known only where a DAG file is loaded, as Python source: the script computes them when it starts.

Airflow loads the file anew for every task, so that the clock, a random number or a value of the deployment is read there, too.
https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from airgo.callables.collecting import Unit
from airgo.callables.deployment import Read
from airgo.callables.enclosing import enclosing
from airgo.callables.importing import Binding
from airgo.callables.literals import NoLiteral, literal
from airgo.callables.modules import Source
from airgo.callables.names import bindings, dotted_name, parameters, uses
from airgo.callables.wording import code_of
from airgo.evaluate.parsing import ParsedFile
from airgo.source import Place, whole_file
from airgo.values import MISSING, Choice, CodeRef, ExternCall, Operation, Symbol, Symbolic, Template, Unknown, is_plain

if TYPE_CHECKING:
    from airgo.callables.closure import ClosureValues

ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "pow": "**"}
TESTS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is": "is", "is not": "is not"}
WORDS = {word: word for word in ("and", "or", "in", "not in")}
BETWEEN: Mapping[str, str] = ARITHMETIC | TESTS | WORDS
"""What stands between the two operands of an operation, by its name."""
FUNCTIONS = frozenset({"str", "int", "float", "bool", "len", "repr", "format", "abs", "round"})
"""Builtins whose calls are operations of that name."""
CLOCKS = ("now", "random")
PATH = "pathlib.Path"


class LoadTime:
    """Writes symbolic values for one script."""

    def __init__(self, closures: ClosureValues, source: Source) -> None:
        self.closures = closures
        self.source = source

    def expression(self, value: object) -> str:
        """Source text that computes the value. Raises NoLiteral."""
        write = WRITERS.get(type(value))
        if write is not None:
            return write(self, value)
        if isinstance(value, CodeRef):
            return self.closures.expression(self.source, value, value.name)
        if isinstance(value, Unknown):
            raise NoLiteral(value.root().reason)
        if isinstance(value, Symbolic):
            raise NoLiteral(f"a {type(value).__name__}")
        if type(value) in (list, tuple, dict) and not is_plain(value):
            return self.container(value)  # type: ignore[arg-type]  # one of the three
        return literal(value)

    def container(self, value: list[object] | tuple[object, ...] | dict[object, object]) -> str:
        """A list, tuple or dict that holds some."""
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.expression(key)}: {self.expression(item)}" for key, item in value.items()) + "}"
        items = [self.expression(item) for item in value]
        return f"[{', '.join(items)}]" if isinstance(value, list) else f"({''.join(f'{item}, ' for item in items).rstrip()})"

    def symbol(self, value: Symbol) -> str:
        """What comes from outside of the file."""
        if value.kind in CLOCKS and value.place is not None:
            return self.clock(value, value.place)
        default = "" if value.default is MISSING else f", {self.expression(value.default)}"
        if value.kind == "env" and not value.path:
            self.module("os")
            self.read(value)
            return f"os.environ.get({value.key!r}{default})" if default else f"os.environ[{value.key!r}]"
        if value.kind == "variable":
            self.closures.names.imports.replace(self.source, "Variable", "Variable")
            self.read(value)
            json = ", deserialize_json=True" if value.path or reads_json(value) else ""
            return f"Variable.get({value.key!r}{default}{json})" + "".join(f"[{part!r}]" for part in value.path)
        raise NoLiteral(f"a value of kind {value.kind}")

    def read(self, value: Symbol) -> None:
        """Remember what the script reads of the deployment."""
        span = value.place.span if value.place is not None else whole_file(self.source.path)
        default = value.default if isinstance(value.default, str) else None
        self.closures.collected.reads.append(Read(value.kind, value.key, value.default is not MISSING, span, default))

    def clock(self, value: Symbol, place: Place) -> str:
        """The call that reads the clock: made once for a value, however often it is used."""
        node = place.node
        if not isinstance(node, cst.Call) or not isinstance(place.locator, ParsedFile) or not same_call(node, value):
            raise NoLiteral("a value of the clock")
        home = self.closures.collected.sources.at(place.locator)
        around = enclosing(home.tree, node)
        local = {name for function in around for name in bindings(function.body)}
        local |= {one.name.value for function in around for one in parameters(function.params)}
        if local & set(uses(node).names):
            raise NoLiteral("a value of the clock that a function reads by its own names")
        return self.bound((home.path, id(value)), "loaded", code_of(home.tree, node), home, node)

    def bound(self, key: object, wanted: str, text: str, home: Source, node: cst.CSTNode) -> str:
        """Give an expression of a module a name of the script; the name."""
        known = self.closures.made.get(key)
        if known is None:
            self.closures.names.require(home, node)
            known = self.closures.made[key] = self.closures.free_name(wanted)
            unit = Unit("code", f"{known} = {text}\n", home, self.closures.late(), home.span(node).line, node)
            self.closures.collected.add(key, unit, (known,), unit.text)
        if home.path != self.source.path:
            self.closures.collected.link(self.source, known, home, known)
        return known

    def template(self, value: Template) -> str:
        """Text with holes."""
        parts = [repr(part) if isinstance(part, str) else f"str({self.expression(part)})" for part in value.parts]
        return f"({' + '.join(parts)})" if len(parts) > 1 else parts[0]

    def choice(self, value: Choice) -> str:
        """One of two values."""
        return f"({self.expression(value.then)} if {self.expression(value.test)} else {self.expression(value.orelse)})"

    def operation(self, value: Operation) -> str:
        """An operator, a method, an attribute or a builtin; any other operation has no text here."""
        name, count = value.name, len(value.operands)
        if name in BETWEEN and count == 2:
            return f"({self.expression(value.operands[0])} {BETWEEN[name]} {self.expression(value.operands[1])})"
        if name == "not" and count == 1:
            return f"(not {self.expression(value.operands[0])})"
        if name == "[]" and count == 2 and not isinstance(value.operands[1], tuple):
            return f"{self.expression(value.operands[0])}[{self.expression(value.operands[1])}]"
        plain, _, keywords = name.partition(" ")
        if plain in FUNCTIONS and not keywords and self.is_builtin(plain):
            return f"{plain}({', '.join(self.expression(one) for one in value.operands)})"
        if plain.startswith(".") and plain[1:].isidentifier():
            return self.member(plain, keywords.split(), value)
        raise NoLiteral(f"{name} of a value that is known only where the file is loaded")

    def member(self, name: str, keywords: list[str], value: Operation) -> str:
        """`x.name`, or a call of it: the names of keywords belong to the last operands."""
        node = value.place.node if value.place is not None else None
        owner, *rest = value.operands
        called = isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and f".{node.func.attr.value}" == name
        if not called and not rest:
            return self.expression(owner) + name
        if not called or not isinstance(node, cst.Call) or len(node.args) != len(rest) or any(one.star for one in node.args):
            raise NoLiteral(f"{name} of a value that is known only where the file is loaded")
        names = [*[""] * (len(rest) - len(keywords)), *keywords]
        arguments = ", ".join(before + self.expression(one) for before, one in zip(names, rest, strict=True))
        return f"{self.expression(owner)}{name}({arguments})"

    def path(self, value: ExternCall) -> str:
        """A path whose text is not wholly known."""
        if value.name != PATH or len(value.args) != 1 or value.kwargs:
            raise NoLiteral(f"a call of {value.name}")
        self.module("pathlib")
        return f"pathlib.Path({self.expression(value.args[0])})"

    def module(self, name: str) -> None:
        """Import a module of the standard library."""
        node = cst.ensure_type(cst.parse_statement(f"import {name}").body[0], cst.Import)  # type: ignore[index]  # a line
        self.closures.names.imports.outside(self.source, Binding(name, name, None, False, node))

    def is_builtin(self, name: str) -> bool:
        """Does a name mean the builtin in the module of the script?"""
        return hasattr(builtins, name) and name not in self.source.bound


def same_call(node: cst.Call, value: Symbol) -> bool:
    """Does the call at a value's place give the value itself, and not what something else makes of it?"""
    written = (dotted_name(node.func) or "").rpartition(".")[2]
    return written == value.key.rpartition(".")[2] and (value.kind == "now" or not value.path)


def reads_json(symbol: Symbol) -> bool:
    """Was the Variable read with deserialize_json? The call stands where the value was read."""
    node = symbol.place.node if symbol.place is not None else None
    return any(
        getattr(one.keyword, "value", None) == "deserialize_json" and getattr(one.value, "value", None) == "True"
        for one in getattr(node, "args", ())
    )


WRITERS: Mapping[type, Callable[..., str]] = {
    Symbol: LoadTime.symbol,
    Template: LoadTime.template,
    Choice: LoadTime.choice,
    Operation: LoadTime.operation,
    ExternCall: LoadTime.path,
}
