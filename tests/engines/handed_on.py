"""Reads from the sources of Airflow and its providers what an operator's constructor hands on to those of its bases.

    python tests/engines/handed_on.py FOLDER ... [--line-2 FOLDER ...] > airgo/data/handed_on.tsv

FOLDER is a site-packages folder, or an unpacked source distribution's `src`. Nothing is imported or run: constructors are followed by
their syntax, and what is not a plain value or a parameter of the class itself is left out. `--line-2` folders hold the packages that a
deployment of Airflow 2 has; a class whose row differs there has a second one.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from airgo import catalogue

UNKNOWN = object()
"""A value that the syntax does not tell."""
UPSTREAM = "kwargs_to_upstream"
"""How decorated operators hand on the arguments of the function; the arguments themselves are seen anyway."""
ROOTS = frozenset({"BaseOperator", "BaseSensorOperator", "object"})
"""Where the chain ends: what reaches these is written down, what they do with it is not followed."""


@dataclass
class Source:
    """One class: its module's plain constants and imports are those that its constructor sees."""

    name: str
    node: ast.ClassDef
    module: Module
    init: ast.FunctionDef | None = None


@dataclass
class Module:
    """The names of one file that matter."""

    name: str
    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, object] = field(default_factory=dict)
    classes: dict[str, Source] = field(default_factory=dict)


class Sources:
    """The modules below some folders, by dotted name, read when asked for."""

    def __init__(self, folders: list[Path]) -> None:
        self.files: dict[str, Path] = {}
        for folder in folders:
            for path in folder.rglob("*.py"):
                parts = path.relative_to(folder).with_suffix("").parts
                self.files.setdefault(".".join(parts).removesuffix(".__init__"), path)
        self.modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """The module of a dotted name; None when no folder has it."""
        if name not in self.modules:
            path = self.files.get(name)
            self.modules[name] = None if path is None else read(name, path)
        return self.modules[name]

    def find(self, name: str, depth: int = 0) -> Source | None:
        """The class of a dotted name, through re-exports."""
        owner, _, last = name.rpartition(".")
        module = self.module(owner)
        if module is None or depth > 8:
            return None
        if last in module.classes:
            return module.classes[last]
        return self.find(module.imports[last], depth + 1) if last in module.imports else None

    def is_enumeration(self, source: Source, node: ast.expr) -> bool:
        """Does the expression name a class of constants?"""
        other = self.find(source.module.imports.get(ast.unparse(node), "")) or source.module.classes.get(ast.unparse(node))
        return other is not None and any(ast.unparse(base).endswith("Enum") for base in other.node.bases)

    def bases(self, source: Source) -> list[Source]:
        """The classes that a class extends, as far as they are found."""
        found = []
        for base in (one.value if isinstance(one, ast.Subscript) else one for one in source.node.bases):
            if isinstance(base, ast.Name) and base.id not in ROOTS:
                known = source.module.classes.get(base.id) or self.find(source.module.imports.get(base.id, ""))
                found += [] if known is None else [known]
        return found

    def lineage(self, source: Source) -> list[Source]:
        """The class and its ancestors in the order of their constructors."""
        found = [source]
        for base in self.bases(source):
            found += [one for one in self.lineage(base) if all(one is not other for other in found)]
        return found


def read(name: str, path: Path) -> Module:
    """The names of a file."""
    module = Module(name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(tree := ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module or "") if part)
            for one in node.names:
                module.imports.setdefault(one.asname or one.name, f"{origin}.{one.name}")
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                value = plain(node.value)
                if isinstance(target, ast.Name) and value is not UNKNOWN:
                    module.constants[target.id] = value
        if isinstance(node, ast.ClassDef):
            source = module.classes[node.name] = Source(f"{name}.{node.name}", node, module)
            source.init = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    return module


def plain(node: ast.expr) -> object:
    """The value of a literal."""
    try:
        value = ast.literal_eval(node)
        json.dumps(value)
    except (ValueError, TypeError, SyntaxError):
        return UNKNOWN
    return list(value) if isinstance(value, tuple) else value


class Level:
    """One constructor on the way: what its parameters stand for, and what it hands on."""

    def __init__(self, sources: Sources, source: Source, chain: list[Source], given: dict[str, object], *, outermost: bool) -> None:
        self.sources = sources
        self.source = source
        self.chain = chain
        self.names: dict[str, object] = {}
        self.defaults: dict[str, object] = {}
        self.own: dict[str, object] = {}
        self.rest: dict[str, object] = {}
        assert source.init is not None
        arguments = source.init.args
        self.kwargs = arguments.kwarg.arg if arguments.kwarg is not None else None
        padding: list[ast.expr | None] = [None] * (len(arguments.args) - len(arguments.defaults))
        positional = list(zip(arguments.args, [*padding, *arguments.defaults], strict=True))[1:]
        for parameter, default in [*positional, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]:
            name = parameter.arg
            self.defaults[name] = self.default(default)
            fallback = UNKNOWN if self.defaults[name] is UNKNOWN else {"$": name, "else": self.defaults[name]}
            self.names[name] = {"$": name} if outermost else given.pop(name, fallback)
        self.passed = given

    def default(self, node: ast.expr | None) -> object:
        """The plain default of a parameter; a setting of the deployment has the fallback that the code names."""
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("conf.getboolean", "conf.getint"):
            node = next((one.value for one in node.keywords if one.arg == "fallback"), None)
        return UNKNOWN if node is None else self.value(node)

    def value(self, node: ast.expr) -> object:
        """What an expression stands for: a plain value, `{"$": parameter}`, or a container of such."""
        literal = plain(node)
        if literal is not UNKNOWN:
            return literal
        if isinstance(node, ast.Name):
            return self.names.get(node.id, self.source.module.constants.get(node.id, UNKNOWN))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.attribute(node.value.id, node.attr)
        if isinstance(node, ast.IfExp) and (test := self.given(node.test)) is not None:
            sides = self.value(node.body), self.value(node.orelse)
            return (
                UNKNOWN
                if UNKNOWN in sides
                else {"given": test[0], **dict(zip(("then", "else") if test[1] else ("else", "then"), sides, strict=True))}
            )
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            first, second = self.value(node.values[0]), self.value(node.values[1])
            named = isinstance(first, dict) and list(first) == ["$"] and second is not UNKNOWN
            return {"true": first["$"], "then": first, "else": second} if named else UNKNOWN  # type: ignore[index]  # a dict by `named`
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{self.kwargs}.pop" and len(node.args) == 2:
            return {"$": plain(node.args[0]), "else": plain(node.args[1])} if UNKNOWN not in map(plain, node.args) else UNKNOWN
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and self.sources.is_enumeration(self.source, node.func):
            return self.value(node.args[0])
        if isinstance(node, ast.Dict) and all(key is not None and isinstance(plain(key), str) for key in node.keys):
            values = [self.value(one) for one in node.values]
            return UNKNOWN if any(one is UNKNOWN for one in values) else dict(zip(map(plain, node.keys), values, strict=True))  # type: ignore[arg-type]
        if isinstance(node, ast.List):
            values = [self.value(one) for one in node.elts]
            return UNKNOWN if any(one is UNKNOWN for one in values) else values
        return UNKNOWN

    def attribute(self, owner: str, name: str) -> object:
        """`self.name`: what the constructor put there, else a constant of the class; `Class.NAME`, a member of an enumeration too."""
        if owner != "self":
            other = self.source.module.classes.get(owner) or self.sources.find(self.source.module.imports.get(owner, ""))
            return UNKNOWN if other is None else class_constant(self.sources.lineage(other), name)
        if name in self.own:
            return self.own[name]
        return class_constant(self.chain, name)

    def run(self) -> dict[str, object] | None:
        """Follow the body. What the next constructor is given; None when its call is not seen for certain."""
        assert self.source.init is not None
        handed: dict[str, object] | None = None
        for statement in self.source.init.body:
            if handed is None and (call := next_constructor(statement)) is not None:
                handed = self.hand_on(call)
                self.own = {}
            elif handed is None and any(
                next_constructor(inner) is not None for inner in ast.walk(statement) if isinstance(inner, ast.stmt)
            ):
                return None
            else:
                self.statement(statement)
        return handed

    def given(self, node: ast.expr) -> tuple[str, bool] | None:
        """A test whether an argument of the class was given: its name, and does the test hold then?"""
        test = given_test(node, self.kwargs)
        known = test is not None and self.names.get(test[0], {"$": test[0]}) == {"$": test[0]} and test[0] not in self.rest | self.passed
        return test if known else None

    def either(self, node: ast.If, name: str, *, given: bool) -> None:
        """A test whether an argument was given: what its two sides leave differently depends on that."""
        before = [dict(one) for one in self.tables()]
        sides = []
        for body in (node.body, node.orelse):
            for table, saved in zip(self.tables(), before, strict=True):
                table.clear()
                table.update(saved)
            for statement in body:
                self.statement(statement)
            sides.append([dict(one) for one in self.tables()])
        with_it, without_it = sides if given else reversed(sides)
        for table, one, other in zip(self.tables(), with_it, without_it, strict=True):
            for key in {**one, **other}:
                nothing = {"$": key, "else": None} if table is self.rest else UNKNOWN
                first, second = one.get(key, nothing), other.get(key, nothing)
                known = first is not UNKNOWN and second is not UNKNOWN
                table[key] = first if first == second else {"given": name, "then": first, "else": second} if known else UNKNOWN

    def tables(self) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
        """What statements change."""
        return self.names, self.own, self.rest

    def statement(self, node: ast.stmt) -> None:
        """One statement before the next constructor's call."""
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.bind(target, self.value(node.value))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.method(node.value)
        elif isinstance(node, ast.If) and (test := self.given(node.test)) is not None:
            self.either(node, test[0], given=test[1])
        else:
            for inner in ast.walk(node):
                targets = (
                    inner.targets
                    if isinstance(inner, ast.Assign)
                    else [inner.target]
                    if isinstance(inner, ast.AugAssign | ast.AnnAssign)
                    else []
                )
                for target in targets:
                    self.bind(target, UNKNOWN)
                if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
                    self.method(inner.value, certain=False)

    def bind(self, target: ast.expr, value: object) -> None:
        """An assignment to a name, an attribute of the operator, or a key of its `**kwargs`."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
            self.own[target.attr] = value
        elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == self.kwargs:
            key = plain(target.slice)
            if isinstance(key, str):
                self.rest[key] = value

    def method(self, call: ast.Call, *, certain: bool = True) -> None:
        """`kwargs.setdefault(...)` and `kwargs.update(...)`."""
        if not isinstance(call.func, ast.Attribute) or ast.unparse(call.func.value) != self.kwargs:
            return
        found: dict[str, object] = {one.arg: self.value(one.value) for one in call.keywords if one.arg is not None}
        if call.func.attr == "setdefault" and len(call.args) == 2 and isinstance(key := plain(call.args[0]), str):
            found[key] = self.value(call.args[1])
        if call.func.attr == "update" and call.args and isinstance(given := self.value(call.args[0]), dict) and "$" not in given:
            found |= given
        self.rest |= found if certain else dict.fromkeys(found, UNKNOWN)

    def hand_on(self, call: ast.Call) -> dict[str, object]:
        """What a call of the next constructor gives it."""
        named = {one.arg: self.value(one.value) for one in call.keywords if one.arg is not None}
        spread = any(one.arg is None and ast.unparse(one.value) == self.kwargs for one in call.keywords)
        return {**(self.passed | self.rest if spread else {}), **named}


def class_constant(chain: list[Source], name: str) -> object:
    """The plain value that the first of some classes gives a name in its body."""
    for source in chain:
        for node in source.node.body:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id == name and isinstance(node, ast.Assign | ast.AnnAssign):
                return plain(node.value) if node.value is not None else UNKNOWN
    return UNKNOWN


def given_test(node: ast.expr, kwargs: str | None) -> tuple[str, bool] | None:
    """`x is None`, `x is not NOTSET`, `"x" in kwargs`: which name, and does the test hold when it is given?"""
    if not isinstance(node, ast.Compare):
        return None
    right, operator = node.comparators[0], node.ops[0]
    if isinstance(node.left, ast.Name) and isinstance(operator, ast.Is | ast.IsNot) and ast.unparse(right) in ("None", "NOTSET"):
        return node.left.id, isinstance(operator, ast.IsNot)
    if isinstance(name := plain(node.left), str) and isinstance(operator, ast.In | ast.NotIn) and ast.unparse(right) == kwargs:
        return name, isinstance(operator, ast.In)
    return None


def next_constructor(statement: ast.stmt) -> ast.Call | None:
    """`super().__init__(...)` as a statement."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
        owner = call.func.value
        if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super":
            return call
    return None


def handed_on(sources: Sources, source: Source) -> dict[str, object]:
    """All arguments that some constructor of a class gives the next one, beside those that are only passed through."""
    chain = sources.lineage(source)
    steps: list[tuple[dict[str, object], dict[str, object]]] = []
    given: dict[str, object] = {}
    defaults: dict[str, object] = {}
    for one in (one for one in chain if one.init is not None):
        level = Level(sources, one, chain, dict(given), outermost=not steps)
        handed = level.run()
        defaults = defaults or level.defaults
        if handed is None:
            break
        steps.append((level.own, handed))
        given = handed
    found: dict[str, object] = {}
    for own, handed in reversed(steps):  # Airflow notes arguments when a constructor returns, and attributes that have the name of one
        found |= handed
        found |= {name: value for name, value in own.items() if name in found}
    return row_of(source.name, found, defaults)


def row_of(name: str, found: dict[str, object], defaults: dict[str, object]) -> dict[str, object]:
    """The row of a class: under "" the arguments that it hands on as they are, those whose default the catalogue does not have apart."""
    facts = catalogue.operator(name)
    row = {}
    for key, value in found.items():
        if value is UNKNOWN or value is None or key == UPSTREAM or (isinstance(value, dict) and value.get("else", 0) is None):
            continue
        default = defaults.get(key, UNKNOWN)
        differs = (
            value == {"$": key} and default is not UNKNOWN and default is not None and facts is not None and facts.default(key) != default
        )
        row[key] = {"$": key, "else": default} if differs else value
    own = sorted(key for key, value in row.items() if value == {"$": key})
    return {**({"": own} if own else {}), **{key: row[key] for key in sorted(row) if key not in own}}


def table(sources: Sources, names: list[str]) -> dict[str, dict[str, object]]:
    """The rows of all classes that hand something on."""
    rows = {}
    for name in names:
        source = sources.find(name)
        row = {} if source is None else handed_on(sources, source)
        if row:
            rows[name] = row
    return rows


def main() -> None:
    """Print the table of all classes below the folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--line-2", nargs="+", type=Path, default=[])
    options = parser.parse_args()
    rows = table(Sources(options.folders), catalogue.names())
    older = table(
        Sources([*options.line_2, *options.folders]), [other for name in catalogue.names() for other in (name, *catalogue.same_as(name))]
    )
    for name in catalogue.names():
        now = rows.get(name, {})
        then = next((older[other] for other in (*catalogue.same_as(name), name) if other in older), now) if options.line_2 else now
        if now or then:
            print(name, json.dumps(now), *([json.dumps(then)] if then != now else []), sep="\t")


if __name__ == "__main__":
    sys.exit(main())
