"""Import statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate.modules import import_module, import_relative, member
from airgo.evaluate.objects import Module, PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.statements import executes
from airgo.values import Extern

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine


def dotted(node: cst.BaseExpression | None) -> str:
    """`a.b.c` as text."""
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


@executes(cst.Import)
def import_(machine: Machine, node: cst.Import, scope: Scope) -> None:
    """`import a.b`, `import a.b as c`."""
    for alias in node.names:
        name = dotted(alias.name)
        found = import_module(machine, name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            scope.bind(alias.asname.name.value, found)
        else:
            bind_top(machine, name, found, scope)


def bind_top(machine: Machine, name: str, found: Module | Extern, scope: Scope) -> None:
    """Bind the first name of `import a.b.c`; what the project lacks below a package of its own is a name from outside."""
    top, *rest = name.split(".")
    owner = import_module(machine, top) if rest else found
    if isinstance(found, Extern) and isinstance(owner, Module):
        current = owner
        for index, part in enumerate(rest):
            below = current.namespace.setdefault(part, Extern(".".join([top, *rest[: index + 1]])))
            if not isinstance(below, Module):
                break
            current = below
    scope.bind(top, owner)


@executes(cst.ImportFrom)
def import_from(machine: Machine, node: cst.ImportFrom, scope: Scope) -> None:
    """`from a import b as c`, `from . import d`, `from e import *`; each name on its own, so that one failure costs one name."""
    name, level = dotted(node.module), len(node.relative)
    module = import_relative(machine, level, name) if level else import_module(machine, name)
    if isinstance(node.names, cst.ImportStar):
        import_star(machine, module, scope)
        return
    for alias in node.names:
        if not isinstance(alias.name, cst.Name):
            continue
        bound = alias.asname.name.value if alias.asname is not None and isinstance(alias.asname.name, cst.Name) else alias.name.value
        scope.bind(bound, member(machine, module, alias.name.value))


def import_star(machine: Machine, module: Module | Extern, scope: Scope) -> None:
    """`from module import *`: the names of `__all__`, else all that do not begin with an underscore."""
    if isinstance(module, Extern):
        machine.star_sources.setdefault(id(machine.frame.module), []).append(module.name)
        return
    listed = module.namespace.get("__all__")
    names = machine.iterate(listed) if listed is not None else None
    for name in names if names is not None else [name for name in module.namespace if not name.startswith("_")]:
        if isinstance(name, str):
            try:
                scope.bind(name, member(machine, module, name))
            except PythonError as error:
                raise PythonError("AttributeError", f"module {module.name!r} has no attribute {name!r}") from error
    machine.star_sources.setdefault(id(machine.frame.module), []).extend(machine.star_sources.get(id(module), []))
