"""Templates that only Jinja itself can render: what they read of the context, so that the script can hand it to jinja2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import meta, nodes

from airgo import ir
from airgo.callables.context_keys import KEYS, TI, ContextUse, Pull
from airgo.callables.deployment import Read
from airgo.lower.draft import CannotLower, RunTimeTemplate
from airgo.lower.strategies.python_arguments import Carried
from airgo.lower.strategies.python_context import ContextValues
from airgo.lower.strategies.python_script import call
from airgo.macros.compiler import environment
from airgo.macros.rules import RUN_TIME
from airgo.source import Span
from airgo.values import CodeRef, nested


@dataclass(slots=True)
class TemplateUse:
    """What the templates of a task read. `names`: keys of the context and macros; `filters`: filters that are not Jinja's own."""

    span: Span
    names: dict[str, None] = field(default_factory=dict)
    filters: dict[str, None] = field(default_factory=dict)
    context: ContextUse = field(default_factory=ContextUse)
    reads: dict[str, Read] = field(default_factory=dict)

    def add(self, template: RunTimeTemplate) -> None:
        """Take one template in. Raises CannotLower where what it reads cannot be listed."""
        parser = environment({})
        try:
            tree = parser.parse(template.source)
        except jinja2.TemplateSyntaxError as error:
            raise CannotLower(RUN_TIME, str(error.message), self.span) from error
        unknown = [one.name for one in tree.find_all(nodes.Filter) if one.name not in parser.filters]
        parser.filters.update(dict.fromkeys(unknown, str))  # jinja2 looks names up in code that it compiles, and filters must be there
        self.filters |= dict.fromkeys(unknown)
        self.names |= dict.fromkeys(sorted(meta.find_undeclared_variables(tree)))
        if next(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)), None) is not None:
            raise CannotLower(RUN_TIME, "the template takes other templates in", self.span)
        self.visit(tree, template)

    def visit(self, node: nodes.Node, template: RunTimeTemplate) -> None:
        """Look for uses of objects whose parts must be known."""
        path, rest = chain(node)
        if path and path[0] in (*OBJECTS, "var", "conn"):
            self.read(path, rest, node, template)
            for child in rest:
                self.visit(child, template)
            return
        for child in node.iter_child_nodes():
            self.visit(child, template)

    def read(self, path: tuple[str, ...], arguments: list[nodes.Node], node: nodes.Node, template: RunTimeTemplate) -> None:
        """One use of an object: `dag.dag_id`, `dag_run.conf.day`, `ti.xcom_pull(...)`, `var.value.x`."""
        name = path[0]
        if KEYS.get(name) == TI and path[1:] == ("xcom_pull",) and isinstance(node, nodes.Call):
            self.pull(node, template)
        elif name == "var" and len(path) >= 3 and path[1] in ("value", "json"):
            self.variable(path, arguments)
        elif name == "dag_run" and path[1:2] == ("conf",) and len(path) > 2:
            key = constant(arguments[0]) if path[2] == "get" and arguments else path[2]
            self.context.paths[("dag_run", "conf", str(key))] = None
        elif name in OBJECTS and len(path) == 2 and path[1] not in ("conf", "xcom_pull") and not isinstance(node, nodes.Call):
            self.context.paths[(name, path[1])] = None
        else:
            raise CannotLower(RUN_TIME, f"{template.reason}; and what it reads of {name} cannot be given to a script", self.span)

    def pull(self, node: nodes.Call, template: RunTimeTemplate) -> None:
        """`ti.xcom_pull(task_ids="x", key="k")`."""
        given = {one.key: constant(one.value) for one in node.kwargs} | {
            name: constant(one) for name, one in zip(("task_ids", "dag_id", "key"), node.args, strict=False)
        }
        ids, key = given.get("task_ids"), given.get("key", "return_value")
        known = ids if isinstance(ids, list | tuple) else [ids]
        if given.keys() - {"task_ids", "key"} or not isinstance(key, str) or not known or not all(isinstance(one, str) for one in known):
            raise CannotLower(RUN_TIME, f"{template.reason}; and which XCom it pulls is not known", self.span)
        self.context.pulls[Pull(tuple(str(one) for one in known), key, isinstance(ids, list | tuple))] = None

    def variable(self, path: tuple[str, ...], arguments: list[nodes.Node]) -> None:
        """`var.value.x`, `var.json.get("x", default)`."""
        if path[2] != "get":
            self.reads[path[2]] = Read("variable", path[2], False, self.span)
            return
        key = constant(arguments[0]) if arguments else None
        if not isinstance(key, str):
            raise CannotLower(RUN_TIME, "which Variable a template reads is not known", self.span)
        self.reads[key] = Read("variable", key, len(arguments) > 1, self.span)


OBJECTS = ("ti", "task_instance", "dag_run", "dag", "task")


def chain(node: nodes.Node) -> tuple[tuple[str, ...], list[nodes.Node]]:
    """The names of `a.b["c"](x)` with the arguments of the call at its end; nothing for parts of what a call gives, or anything else."""
    if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Call):
        return (), []
    if isinstance(node, nodes.Call):
        path, rest = chain(node.node)
        return path, [*rest, *node.args, *(one.value for one in node.kwargs)]
    if isinstance(node, nodes.Name):
        return (node.name,), []
    if isinstance(node, nodes.Getattr):
        path, rest = chain(node.node)
        return ((*path, node.attr), rest) if path else ((), [])
    if isinstance(node, nodes.Getitem):
        path, rest = chain(node.node)
        key = constant(node.arg)
        return ((*path, key), rest) if path and isinstance(key, str) else ((), [])
    return (), []


def constant(node: nodes.Node) -> object:
    """The value of a constant expression; None for any other."""
    try:
        return node.as_const() if isinstance(node, nodes.Expr) else None
    except nodes.Impossible:
        return None


def rendering_of(values: Mapping[str, object], span: Span) -> TemplateUse | None:
    """What the templates of a task read which Jinja renders when it runs; None when there are none. Raises CannotLower."""
    found = [one for name in ("op_args", "op_kwargs", "templates_dict") for one in nested(values.get(name), RunTimeTemplate)]
    use = TemplateUse(span)
    for one in found:
        use.add(one)
    return use if found else None


def macro_functions(use: TemplateUse, dag: ir.Dag) -> list[CodeRef]:
    """The DAG's own macros and filters among those used that are functions."""
    found = [defined(dag, "macros").get(name) for name in use.names] + [defined(dag, "filters").get(name) for name in use.filters]
    return [one for one in found if isinstance(one, CodeRef)]


def defined(dag: ir.Dag, what: str) -> dict[object, object]:
    """The DAG's user_defined_macros or user_defined_filters."""
    argument = dag.arguments.get(f"user_defined_{what}")
    return argument.value if argument is not None and isinstance(argument.value, dict) else {}


def renderer_lines(use: TemplateUse, dag: ir.Dag, values: ContextValues, carried: Carried) -> list[str]:
    """The line that makes the function which renders the templates. Raises CannotLower."""
    use.context.like_pendulum = True

    def value(name: str, what: str) -> str:
        """The expression for a name: the DAG's own comes before Airflow's."""
        own = defined(dag, what)
        if name in own:
            found = own[name]
            return carried.code(found) if isinstance(found, CodeRef) else carried.expression(f"macro_{name}", found, found)
        if what == "macros" and name in RUNTIME_OBJECTS:
            return RUNTIME_OBJECTS[name]
        if what == "macros" and name in KEYS:
            return values.expression(name, {})
        raise CannotLower(RUN_TIME, f"{name} of a template cannot be given to a script", use.span)

    filters = ", ".join(f"{name!r}: {value(name, 'filters')}" for name in use.filters)
    return [call("airgo_render = airgo_renderer", ["{" + filters + "}", *(f"{name}={value(name, 'macros')}" for name in use.names)])]


RUNTIME_OBJECTS = {"var": "AirgoVar", "macros": "AirgoMacros"}
"""Names of the template context that airgo's runtime stands in for."""
