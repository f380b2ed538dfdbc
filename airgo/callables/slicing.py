"""A callable with exactly what it uses: the transitive closure over names, as source text in the user's own words.

Statements are carried whole and unchanged, in the order of their modules; a module comes after those it imports from.
Airflow's names are replaced by `airgo.runtime` where a true replacement exists; every other use of Airflow is a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from airgo.callables import problems as found
from airgo.callables.closure import ClosureValues, Entry
from airgo.callables.collecting import Collected, Reference, Scope, Tree
from airgo.callables.deployment import Read, Reads, reads
from airgo.callables.files import ModuleFile
from airgo.callables.forms import Form, candidates, form_of
from airgo.callables.habits import habits, leaves_early, module_habits, shared_paths
from airgo.callables.imports import distribution, kind_of
from airgo.callables.layout import Layout, layout
from airgo.callables.modules import Source, Sources
from airgo.callables.names import dotted_name, parameters, parts
from airgo.callables.problems import Problem
from airgo.callables.resolving import Names
from airgo.callables.script import assemble
from airgo.config import Config
from airgo.discovery import ProjectFiles
from airgo.values import CodeRef


@dataclass(frozen=True, slots=True)
class Carried:
    """A function that travels in a slice: its syntax and module."""

    node: cst.FunctionDef | cst.Lambda
    source: Source


@dataclass(frozen=True, slots=True)
class Slice:
    """What travels.

    `source` is the whole text without glue; `imports` its import lines and `body` the rest, so that glue can stand between.
    `call` is the expression that names the callable. `replaced` are the names of Airflow that the runtime must define.
    `names` are all names the text binds at its top level. `functions` are the functions carried, the callable itself first.
    `reads`: what it reads of the deployment.
    `paths`: folders and files of a worker that the code names.
    `files`: modules of the project that the text imports; `in_image`: they must be in the image, with the rest of the project.
    `exits`: some of the code ends the process by itself. `signature`: the parameters that Airflow sees, which are those of the wrapped
    function where `functools.wraps` made the callable.
    `bound`: the function's first parameter is filled; `args` and `kwargs` are what `functools.partial` fixed, as source text.
    """

    source: str
    imports: tuple[str, ...]
    requirements: tuple[str, ...]
    problems: tuple[Problem, ...]
    body: str = ""
    call: str = ""
    postponed: bool = False
    replaced: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    functions: tuple[Carried, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[Read, ...] = ()
    targets: Mapping[tuple[str, str], Reference] = field(default_factory=dict)
    bound: bool = False
    args: tuple[str, ...] = ()
    kwargs: tuple[tuple[str, str], ...] = ()
    paths: frozenset[str] = frozenset()
    files: tuple[ModuleFile, ...] = ()
    in_image: bool = False
    signature: cst.Parameters | None = None
    exits: bool = False

    @property
    def entry(self) -> Carried | None:
        """The callable's own function; None for a class."""
        return self.functions[0] if self.functions else None

    def function(self, source: Source, func: cst.BaseExpression) -> Carried | None:
        """The function of the slice that an expression of a module names; None for anything else."""
        name = dotted_name(func)
        if name is None:
            return None
        reference = self.targets.get((source.path, name), Reference(source.path, name))
        seen = {reference}
        while (following := self.targets.get((reference.path, reference.name), reference)) not in seen:
            seen.add(following)
            reference = following
        found = [one for one in self.functions if isinstance(one.node, cst.FunctionDef) and one.node.name.value == reference.name]
        return next((one for one in found if one.source.path == reference.path), None)


def slice_callable(code: CodeRef, files: ProjectFiles | None, config: Config, *, airflow: bool = False) -> Slice:
    """Cut a callable out of its module. Never raises for the user's code: what cannot be carried is in `problems`.

    `airflow`: it is for a container that has Airflow.
    """
    return slice_callables((code,), (), files, config, airflow=airflow)[0][0]


def slice_callables(
    codes: Sequence[CodeRef], values: Sequence[object], files: ProjectFiles | None, config: Config, *, airflow: bool = False
) -> tuple[tuple[Slice, ...], tuple[str | None, ...]]:
    """Cut several callables out, each into a slice that holds what all of them need (they share one script).

    `values` are objects that the DAG passes to the first one; the second result is the expression for each, or None where there is none.
    """
    first = cut(codes, values, Collected(sources=Sources(files), airflow=airflow))
    paths = candidates(first.collected, first.problems)
    if paths is None:
        return first.slices()
    beside = any(problem.rule is found.BESIDE_FILE for problem in first.problems)
    second = cut(codes, values, Collected(sources=first.collected.sources, airflow=airflow, files=paths, beside=beside))
    form = form_of(second.collected, first.problems)
    if form.left(second.problems, first.problems):
        return first.slices()
    form.register(second.collected)
    return second.slices(first, form)


@dataclass(frozen=True, slots=True)
class Cut:
    """Callables and values cut out together, put in order."""

    collected: Collected
    calls: Sequence[Entry]
    objects: Sequence[Reference | None]
    deployment: Reads
    made: Layout

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot travel."""
        return tuple(dict.fromkeys([*self.collected.problems, *self.deployment.problems]))

    def slices(self, whole: Cut | None = None, form: Form | None = None) -> tuple[tuple[Slice, ...], tuple[str | None, ...]]:
        """A slice for each callable, and the expression for each value.

        Where modules travel as files (`form`), `whole` is the same cut with their code in it: it shows what they do.
        """
        collected, seen = self.collected, whole or self
        texts = [self.made.expression(call.reference) + call.rest for call in self.calls]
        objects = tuple(None if one is None else self.made.expression(one) for one in self.objects)
        links = {(path, name): link for path, scope in seen.collected.scopes.items() for name, link in called_names(scope)}
        text = assemble(collected, self.made)
        packages = {**collected.requirements, **seen.collected.requirements, **(form.requirements if form is not None else {})}
        found = {**seen.deployment.found, **(form.reads if form is not None else {})}
        slices = tuple(
            Slice(
                source=text.source,
                imports=text.imports,
                requirements=tuple(sorted(packages)),
                problems=self.problems,
                body=text.body,
                call=called,
                postponed=text.postponed,
                replaced=tuple(collected.replaced),
                names=frozenset(self.made.flat),
                targets=seen.collected.aliases | links,
                functions=functions_of(call.function, seen.collected),
                packages=packages,
                reads=tuple(sorted(found.values(), key=lambda read: read.span)),
                bound=call.bound,
                args=call.args,
                kwargs=call.kwargs,
                paths=frozenset().union(*(shared_paths(unit.node) for unit in seen.collected.units.values() if unit.node is not None)),
                files=form.files if form is not None else (),
                in_image=form is not None and form.image,
                signature=call.signature,
                exits=any(leaves_early(unit.node) for unit in seen.collected.units.values() if unit.node is not None),
            )
            for call, called in zip(self.calls, texts, strict=True)
        )
        return slices, objects


def cut(codes: Sequence[CodeRef], values: Sequence[object], collected: Collected) -> Cut:
    """Gather callables and values with all that they use."""
    names = Names(collected)
    closures = ClosureValues(names)
    calls = [closures.entry(code) for code in codes]
    placed = [closures.placed(value) for value in values]
    names.finish()
    for source in {unit.source.path: unit.source for unit in collected.units.values()}.values():
        collected.problems += module_habits(source)
    for unit in collected.units.values():
        collected.problems += habits(unit.source, unit.node) if unit.node is not None else ()
    return Cut(collected, calls, placed, deployment_reads(collected), layout(collected))


def deployment_reads(collected: Collected) -> Reads:
    """What all code that travels reads of the deployment."""
    found = Reads({}, [])
    for read in collected.reads:
        found.add(read)
    for unit in collected.units.values():
        if unit.node is not None:
            inside = {name: name for name in collected.replaced}
            scope = collected.scope(unit.source)
            reads(unit.source, unit.node, inside | scope.replaced | scope.installed, found)
    return found


def slice_extern(name: str) -> Slice:
    """A callable from outside the project, such as `time.sleep`: the import that it takes."""
    module, _, last = name.rpartition(".")
    if module in ("builtins", ""):
        return Slice("", (), (), (), call=last)
    if kind_of(name) == "airflow":
        words = f"{name} exists only where Airflow is installed"
        return Slice("", (), (), (Problem(found.NEEDS_AIRFLOW, words),), call=last)
    owner, _, cls = module.rpartition(".")
    line, text = (f"from {owner} import {cls}", f"{cls}.{last}") if owner and cls[:1].isupper() else (f"from {module} import {last}", last)
    packages = {distribution(name): name} if kind_of(name) == "package" else {}
    names = frozenset({line.rpartition(" ")[2]})
    return Slice(line + "\n", (line,), tuple(packages), (), call=text, names=names, packages=packages)


def called_names(scope: Scope) -> Iterator[tuple[str, Reference]]:
    """Names and dotted names by which a module calls functions of others."""
    yield from scope.links.items()
    for name, tree in scope.objects.items():
        yield from members(name, tree)


def members(name: str, tree: Tree) -> Iterator[tuple[str, Reference]]:
    """The dotted names of a module held as an object."""
    for attribute, item in tree.items():
        if isinstance(item, Reference):
            yield f"{name}.{attribute}", item
        elif isinstance(item, dict):
            yield from members(f"{name}.{attribute}", item)


def functions_of(entry: tuple[cst.FunctionDef | cst.Lambda, Source] | None, collected: Collected) -> tuple[Carried, ...]:
    """The callable's function, then every other function that travels, methods included."""
    carried = [Carried(*entry)] if entry is not None else []
    for unit in collected.units.values():
        if unit.node is None:
            continue
        others = (node for node in functions_in(unit.node) if entry is None or node.body is not entry[0].body)
        carried.extend(Carried(node, unit.source) for node in others)
    return tuple(carried)


@lru_cache(maxsize=10_000)
def functions_in(node: cst.CSTNode) -> tuple[cst.FunctionDef | cst.Lambda, ...]:
    """Functions and lambdas in a node, outermost first."""
    return tuple(found_functions(node))


def found_functions(node: cst.CSTNode) -> list[cst.FunctionDef | cst.Lambda]:
    """`functions_in`, looked for."""
    own: list[cst.FunctionDef | cst.Lambda] = [node] if isinstance(node, cst.FunctionDef | cst.Lambda) else []
    for child in parts(node):
        own.extend(found_functions(child))
    return own


__all__ = ["Carried", "Slice", "found", "parameters", "slice_callable", "slice_callables"]
