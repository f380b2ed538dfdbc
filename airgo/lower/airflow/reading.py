"""What the templates and the code of a task read: names of the context, XComs, Variables, connections, template files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import meta, nodes

from airgo.macros.compiler import environment

PUSHER = ("ti", "task_instance")
CONF_KEY = re.compile(r"""\bconf(?:\.get\(|\[)\s*(['"])([^'"]+)\1""")
OPAQUE = "?"
"""In place of a task id or key that is computed."""


@dataclass(slots=True)
class Reads:
    """`names` of the context; `pulls` of XComs (task id, key), OPAQUE where computed; `variables`, `connections`; `conf` keys; `files`.

    `unseen`: a Variable or connection is read whose name is computed. `expressions`: how many Jinja expressions there are.
    """

    names: set[str] = field(default_factory=set)
    pulls: set[tuple[str, str]] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    connections: set[str] = field(default_factory=set)
    conf: set[str] = field(default_factory=set)
    filters: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    unseen: bool = False
    expressions: int = 0


def read_templates(texts: Iterable[str], options: Mapping[str, object], into: Reads) -> None:
    """Look at the templates among some texts; one that Jinja cannot parse fails when the task runs, as it does in Airflow."""
    parser = environment(options)
    for text in texts:
        try:
            tree = parser.parse(text)
        except jinja2.TemplateSyntaxError:
            continue
        for used in tree.find_all(nodes.Filter):  # Airflow's and the DAG's own are not known to the parser
            parser.filters.setdefault(used.name, unnamed)
        for asked in tree.find_all(nodes.Test):
            parser.tests.setdefault(asked.name, unnamed)
        into.names |= meta.find_undeclared_variables(tree)
        into.files |= {name for name in meta.find_referenced_templates(tree) if name is not None}
        into.filters |= {node.name for node in tree.find_all(nodes.Filter)}
        into.expressions += sum(not isinstance(part, nodes.TemplateData) for output in tree.find_all(nodes.Output) for part in output.nodes)
        for node in tree.find_all((nodes.Call, nodes.Getattr, nodes.Getitem)):
            read_node(node, into)


def unnamed(value: object) -> object:
    """In place of a filter or test whose name is all that matters here."""
    return value


def read_node(node: nodes.Node, into: Reads) -> None:
    """One call or member of a template."""
    path = list(members(node))
    if not path:
        return
    if path[0] in PUSHER and path[1:2] == ["xcom_pull"] and isinstance(node, nodes.Call):
        into.pulls |= set(pulled(*arguments(node)))
    elif path[0] == "var" and path[1:2] in (["value"], ["json"]) and len(path) > 2:
        note(path[2:], node, into.variables, into)
    elif path[0] == "conn" and len(path) > 1:
        note(path[1:], node, into.connections, into)
    elif path[:2] == ["dag_run", "conf"] and len(path) > 2:
        note(path[2:], node, into.conf, into)


def note(path: list[str], node: nodes.Node, known: set[str], into: Reads) -> None:
    """Take in the key below `var.value`, `conn` or `dag_run.conf`: `.key`, `["key"]` or `.get("key")`."""
    if path[0] != "get":
        if path[0] == OPAQUE:
            into.unseen = True
        else:
            known.add(path[0])
    elif isinstance(node, nodes.Call):
        given, _ = arguments(node)
        if given and isinstance(given[0], str):
            known.add(given[0])
        else:
            into.unseen = True


def members(node: nodes.Node) -> Iterator[str]:
    """The names of a chain of members, outermost first; nothing for a chain that begins otherwise."""
    if isinstance(node, nodes.Call):
        yield from members(node.node)
    elif isinstance(node, nodes.Name):
        yield node.name
    elif isinstance(node, nodes.Getattr | nodes.Getitem):
        above = list(members(node.node))
        if above:
            yield from above
            key = node.attr if isinstance(node, nodes.Getattr) else constant(node.arg)
            yield key if isinstance(key, str) else OPAQUE


def arguments(call: nodes.Call) -> tuple[list[object], dict[str, object]]:
    """The arguments of a call: constants, and OPAQUE for anything else; with `*` or `**` one more that is OPAQUE."""
    positional = [constant(one) for one in call.args]
    keyword = {one.key: constant(one.value) for one in call.kwargs}
    if call.dyn_args is not None or call.dyn_kwargs is not None:
        keyword["task_ids"] = OPAQUE
    return positional, keyword


def constant(node: nodes.Node) -> object:
    """The value of a constant expression."""
    try:
        return node.as_const() if isinstance(node, nodes.Expr) else OPAQUE
    except nodes.Impossible:
        return OPAQUE


def pulled(positional: list[object], keyword: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The XComs that a call of xcom_pull reads. Its parameters are task_ids, dag_id, key."""
    given = {**dict(zip(("task_ids", "dag_id", "key"), positional, strict=False)), **keyword}
    ids, key = given.get("task_ids"), given.get("key", "return_value")
    for one in ids if isinstance(ids, list | tuple) else (ids,):
        yield (one if isinstance(one, str) else OPAQUE, key if isinstance(key, str) else OPAQUE)


def read_code(source: str, names: Iterable[str], into: Reads) -> None:
    """Look at the code of a class: XComs that it pulls, names of the context that it mentions, connections that hooks are given."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        into.pulls.add((OPAQUE, OPAQUE))
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "xcom_pull":
            keyword = {one.arg: literal(one.value) for one in node.keywords if one.arg is not None}
            into.pulls |= set(pulled([literal(one) for one in node.args], keyword))
        if isinstance(node, ast.keyword) and (node.arg or "").endswith("conn_id"):
            value = literal(node.value)
            into.connections |= {value} if isinstance(value, str) and value != OPAQUE else set()
    into.conf |= {key for _, key in CONF_KEY.findall(source)}
    into.names |= {name for name in names if re.search(rf"\b{name}\b", source)}


def literal(node: ast.expr) -> object:
    """The value of a literal."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return OPAQUE
