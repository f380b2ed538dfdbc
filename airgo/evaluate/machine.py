"""The machine: one evaluation of a DAG file, as Python would run it, over plain and symbolic values.

Axioms, each with a rule when it is used:
1. The file imports in production: a branch that ends in `raise`, `sys.exit` or a failed `assert` under an undecidable test is not taken.
2. `TYPE_CHECKING` is False, `__name__` is the module's name, `__file__` is the path in the project.
3. Nothing outside the project is guessed: no environment, clock or home of the machine that compiles.
4. Control flow needs a decision now, data may stay symbolic: a test that depends on a symbol uses the default written in the code
   (AG100), else both branches run and what differs becomes a Choice.

An exception of the program that no `try` of the program catches ends the statement it arose in (AG101): names the statement would have
bound are Unknown, and the rest still runs, so that one mistake costs little of the picture.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from airgo import archives, catalogue
from airgo.discovery import Refused
from airgo.evaluate import (
    attributes,
    blocks,
    call_syntax,
    calls,
    code,
    comprehensions,
    displays,
    expressions,
    imports,
    items,
    limits,
    managers,
    modules,
    operations,
    patterns,
    rules,
    statements,
    super_calls,
)
from airgo.evaluate.branches import Guarded, Journal, has_optional, is_optional
from airgo.evaluate.frames import Frame
from airgo.evaluate.limits import OutOfFuel
from airgo.evaluate.models import load_library
from airgo.evaluate.modules import ParseCache
from airgo.evaluate.objects import NO_DEFAULT, Call, Caller, Function, Instance, Modelled, Module, Parameter, PythonError
from airgo.evaluate.scope import Scope
from airgo.source import Place, Span, whole_file
from airgo.values import ATOMS, Choice, Extern, Unknown, truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from airgo.config import Config
    from airgo.diagnostics import Collector, Rule
    from airgo.discovery import ProjectFiles

HANDLERS = (blocks, call_syntax, comprehensions, displays, imports, managers, patterns, statements, super_calls)
"""The files whose import registers the handlers of syntax."""

__all__ = ["Evaluation", "Frame", "Machine", "ParseCache", "evaluate_file"]

RECURSION = 20_000
"""Python frames: one call of the program takes about a dozen of ours, and its depth is limited on its own."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One DAG file after evaluation. status: ok · partial (some statement could not be followed) · error (it could not be read at all).

    `namespace` is the file's module namespace, `state` what the Airflow models left, `imported` the project files that were loaded.
    """

    path: str
    status: str
    namespace: dict[str, object]
    state: dict[str, object]
    imported: tuple[str, ...]
    module: Module | None


class Machine(Caller):
    """Holds what one evaluation needs; passed to every handler, nothing is global."""

    def __init__(self, files: ProjectFiles, path: str, config: Config, collector: Collector, *, strict: bool, cache: ParseCache) -> None:
        self.files = files
        self.config = config
        self.state: dict[str, object] = {}
        self.main_path = path
        self.collector = collector
        self.strict = strict
        self.cache = cache
        self.modules: dict[str, Module] = {}
        self.star_sources: dict[int, list[str]] = {}
        self.found: dict[str, object] = {}
        self.import_roots: list[str] = []
        self.frames: list[Frame] = []
        self.node: cst.CSTNode | None = None
        self.steps = 0
        self.step_limit = limits.STEPS
        self.guards: list[Guarded] = []
        self.repeats: list[object] = []
        self.journals: list[Journal] = []
        self.catchers: list[Callable[[PythonError], bool]] = []
        self.handling: list[PythonError] = []
        self.splits = 0
        self.quiet = 0
        self.partial = False
        self.reported: set[tuple[str, int]] = set()

    # -- where the machine is

    @property
    def frame(self) -> Frame:
        """The innermost running call."""
        return self.frames[-1]

    @property
    def place(self) -> Place:
        """The place that is being evaluated."""
        return Place(self.frames[-1].module.file, self.node)

    @property
    def loading(self) -> str:
        """The file whose module body is running, at the innermost import."""
        return next((frame.module.file.path for frame in reversed(self.frames) if frame.function is None), self.main_path)

    def step(self) -> None:
        """Use one unit of fuel. Raises OutOfFuel."""
        self.steps += 1
        if self.steps > self.step_limit:
            raise OutOfFuel

    def touch(self, container: object) -> None:
        """Remember how a container looks before it is changed, for every undecided branch that is running."""
        for journal in self.journals:
            journal.save(container)

    def made(self, container: object) -> None:
        """A container was made just now: undecided branches that are running need not restore it."""
        for journal in self.journals:
            journal.fresh[id(container)] = container

    def caught(self, error: PythonError) -> bool:
        """Does a `try` of the program that is running now catch this?"""
        return any(catches(error) for catches in reversed(self.catchers))

    def new_call(self, name: str, *args: object) -> Call:
        """A call for a hook of a modelled value, at the place of the machine."""
        return Call(self, name, args, {}, self.place)

    def body(self, function: Function, scope: Scope) -> object:
        """Run the body of a function in its scope: what it returns."""
        node = function.node
        return expressions.evaluate(self, node.body, scope) if isinstance(node, cst.Lambda) else statements.run_body(self, node.body, scope)

    # -- what models may ask (objects.Caller)

    def call(self, function: object, args: tuple[object, ...] = (), kwargs: Mapping[str, object] | None = None) -> object:
        """Call any value as Python would, at the place of the current call."""
        return calls.call_value(self, function, args, dict(kwargs or {}), self.place)

    def attribute(self, value: object, name: str, default: object = NO_DEFAULT) -> object:
        """`getattr(value, name[, default])`."""
        return attributes.attribute_or(self, value, name, default)

    def set_attribute(self, value: object, name: str, new: object) -> None:
        """`value.name = new`."""
        attributes.set_attribute(self, value, name, new)

    def item(self, value: object, key: object) -> object:
        """`value[key]`."""
        return items.item(self, value, key)

    def operate(self, operator: str, left: object, right: object) -> object:
        """`left OP right`."""
        return operations.operate(self, operator, left, right)

    def iterate(self, value: object) -> list[object] | None:
        """The elements of a value, or None when they cannot be known."""
        return attributes.elements(self, value)

    def truth(self, value: object) -> bool | None:
        """`bool(value)` as Python would; None when not known."""
        if type(value) in ATOMS:
            return bool(value)
        if isinstance(value, Instance):
            return operations.instance_truth(self, value)
        if isinstance(value, Modelled):
            return value.truth()
        if isinstance(value, Choice):
            then, orelse = self.truth(value.then), self.truth(value.orelse)
            return then if then == orelse else None
        if isinstance(value, list | dict | set) and value and has_optional(value):
            values = [key if isinstance(key, Unknown) else one for key, one in value.items()] if isinstance(value, dict) else value
            return None if all(isinstance(one, Unknown) or is_optional(one) for one in values) else True
        if isinstance(value, Extern):
            return True if catalogue.operator(value.name) is not None else None  # a class
        return truth(value)

    def isinstance(self, value: object, cls: object) -> bool | None:
        """`isinstance(value, cls)`; None when not known."""
        return code.is_instance(self, value, cls)

    def code_ref(self, function: object) -> object:
        """A function or class of the project as a `CodeRef`; anything else as it is."""
        return code.code_ref(function)

    def parameters(self, function: object) -> tuple[Parameter, ...] | None:
        """The parameters of a project function."""
        return code.parameters(self, function)

    def import_module(self, name: str) -> object:
        """The module of a dotted name, loaded; an Extern when it is not of the project."""
        return modules.import_module(self, name)

    def add_import_root(self, root: str, first: bool) -> None:
        """`sys.path.append(root)`, or `sys.path.insert(0, root)`: a folder of the project that later imports look into."""
        self.import_roots.insert(0 if first else len(self.import_roots), root)
        self.found.clear()

    def globals(self) -> dict[str, object]:
        """The namespace of the module whose code is running."""
        return self.frame.module.namespace

    def locals(self) -> dict[str, object]:
        """The names of the running block."""
        return self.frame.scope.names

    def guard(self) -> tuple[tuple[object, bool, Place], ...]:
        """The undecided tests under which the machine is running now, outermost first."""
        return tuple((guard.test, guard.polarity, guard.place) for guard in self.guards)

    def repeated(self) -> tuple[object, ...]:
        """The symbolic iterables of the loops whose body is being run once, outermost first."""
        return tuple(self.repeats)

    def report(self, rule: Rule, message: str, place: Place | None = None, notes: tuple[tuple[Place, str], ...] = ()) -> None:
        """Add a diagnostic; its subject is `state["subject"]`, which the models of DAGs keep."""
        if self.quiet:
            return
        where = self.place if place is None else place
        subject = str(self.state.get("subject") or "")
        self.collector.add(rule.at(where.span, message, subject=subject, notes=[(at.span, words) for at, words in notes]))

    def report_once(self, rule: Rule, cause: object, message: str, place: Place | None = None) -> None:
        """Add a diagnostic, one for each cause."""
        key = (rule.code, id(cause))
        if key not in self.reported and not self.quiet:
            self.reported.add(key)
            self.state.setdefault("causes", []).append(cause)  # type: ignore[attr-defined]  # keeps the id in use
            self.report(rule, message, place)


def evaluate_file(
    files: ProjectFiles,
    path: str,
    config: Config,
    collector: Collector,
    *,
    strict: bool = False,
    cache: ParseCache | None = None,
) -> Evaluation:
    """Evaluate one DAG file. Never raises for what the file does; `strict` lets mistakes of ours through (tests)."""
    load_library()
    machine = Machine(files, path, config, collector, strict=strict, cache=cache or ParseCache())
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        return run_main(machine, path)
    finally:
        sys.setrecursionlimit(before)


def run_main(machine: Machine, path: str) -> Evaluation:
    """Load the DAG file as a module and run it. A zip file is on the path for its own modules, ahead of everything else."""
    inside = archives.split(path)
    if inside is not None and not machine.files.is_dir(inside[0]):
        machine.import_roots.insert(0, inside[0])
    try:
        if path.endswith(archives.SUFFIX):
            archives.members(machine.files.root / path)
        file = machine.cache.parse(path, machine.files.read(path))
    except archives.BrokenArchive as broken:
        machine.collector.add(rules.BROKEN_ARCHIVE.at(whole_file(path), f"{path} is left out, as Airflow leaves it out: {broken}"))
        return Evaluation(path, "error", {}, machine.state, (), None)
    except Refused as refused:
        machine.collector.add(rules.UNREADABLE.at(whole_file(path), f"{path} is not read: {refused}"))
        return Evaluation(path, "error", {}, machine.state, (), None)
    except modules.SyntaxProblem as problem:
        span = Span(path, problem.line, problem.column, problem.line, problem.column + 1)
        machine.collector.add(rules.SYNTAX.at(span, f"{path} is no valid Python: {problem}"))
        return Evaluation(path, "error", {}, machine.state, (), None)
    module = modules.new_module(machine, modules.module_name(machine.files, path), file)
    try:
        statements.run_module(machine, module)
    except OutOfFuel:
        machine.partial = True
        words = f"{path} needs more than {machine.step_limit} steps; what was built up to here is kept"
        machine.collector.add(rules.OUT_OF_FUEL.at(whole_file(path), words))
    imported = tuple(sorted(name for name in machine.modules if name != path and name.endswith(".py")))
    return Evaluation(path, "partial" if machine.partial else "ok", module.namespace, machine.state, imported, module)
