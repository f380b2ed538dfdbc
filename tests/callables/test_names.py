"""Scope rules: our walk over libcst nodes against the interpreter's own symbol tables."""

from __future__ import annotations

import builtins
import symtable

import libcst as cst
import pytest

from airgo.callables.names import uses

CASES = {
    "parameters and locals are not free": "def f(a, *b, c=K, **d):\n    e = a\n    return e + g + b + c + d",
    "a comprehension's targets are its own": "def f():\n    return [x + y for x in xs for y in x if z]",
    "walrus in a comprehension binds in the function": "def f():\n    r = [w := x for x in xs]\n    return w",
    "a class body sees names before it binds them": "class A(Base):\n    t = t\n    u = t\n    def m(self):\n        return u, self.x",
    "methods do not see class names": "class A:\n    x = 1\n    def m(self):\n        return x",
    "lambdas": "def f():\n    return lambda a, b=q: a + b + c",
    "f-strings": "def f():\n    return f'{a!r:{w}} {b.c[d]}'",
    "keyword names and attributes are no names": "def f():\n    return g(a=b).c.d",
    "global is free although assigned": "def f():\n    global counter\n    counter = 1",
    "nonlocal belongs to the outer function": "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += h\n    return g",
    "imports bind": "def f():\n    import a.b as c, d.e\n    from g import h as i\n    return c, d, i, j",
    "except, with, for bind": (
        "def f():\n    try:\n        with o() as (p, q):\n            for r, s in t:\n                pass\n"
        "    except E as e:\n        return e, p, q, r, s"
    ),
    "match binds captures": (
        "def f(v):\n    match v:\n        case P(x=a, y=[b, *c]):\n            return a, b, c\n"
        "        case {'k': d, **e}:\n            return d, e\n"
        "        case Q.R | None as z:\n            return z\n        case _:\n            return g"
    ),
    "decorators and defaults are read outside": "@deco(arg)\ndef f(a=default):\n    return a",
    "del binds": "def f():\n    del x\n    return y",
    "nested function names bind": "def f():\n    def g():\n        return h()\n    return g()",
    "async": "async def f():\n    async with a as b:\n        async for c in d:\n            await b(c)\n    return [e async for e in g]",
    "local annotations are not evaluated": "def f():\n    x: T = y\n    return x",
    "slices and subscripts in targets are read": "def f():\n    a[b] = c\n    d.e = 1",
}


def expected(code: str) -> set[str]:
    """The module-level names that the interpreter says the code reads, module bindings of the code itself included."""
    table = symtable.symtable(code, "x", "exec")
    found: set[str] = set()
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()}

    def collect(scope: symtable.SymbolTable) -> None:
        for symbol in scope.get_symbols():
            if (symbol.is_referenced() and symbol.is_global()) or symbol.is_declared_global():
                found.add(symbol.get_name())
            if scope.get_type() == "class" and symbol.is_referenced() and symbol.get_name() == "t":
                found.add("t")
        for child in scope.get_children():
            collect(child)

    for symbol in table.get_symbols():
        if symbol.is_referenced():
            found.add(symbol.get_name())
    for child in table.get_children():
        collect(child)
    return found - own - set(dir(builtins))


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in CASES.items()])
def test_free_names_are_those_of_the_interpreter(code: str) -> None:
    """What a function or class takes from its module is exactly what Python's own symbol table says."""
    node = cst.parse_module(code).body[0]
    found = {name for name in uses(node).names if name not in dir(builtins)}
    local_annotation = {"T"} if "local annotations" in code else set()
    assert found - local_annotation == expected(code) - {"T"}


def test_names_of_annotations_are_kept_apart() -> None:
    """Names that only a signature's annotations read can be left out when annotations are postponed."""
    node = cst.parse_module("def f(a: T, b: U = V()) -> V: return a").body[0]
    found = uses(node)
    assert list(found.names) == ["V"]
    assert list(found.annotations) == ["T", "U"]
