"""What code that travels reads of the deployment: Variables, connections and environment variables, by name where the name is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.constants import constant
from airgo.callables.imports import PROVIDED
from airgo.callables.modules import Source
from airgo.callables.names import dotted_name
from airgo.callables.names import parts as syntax
from airgo.callables.problems import Problem
from airgo.source import Span

READERS = {"Variable": ("variable", ("get",)), "BaseHook": ("connection", ("get_connection",)), "Connection": ("connection", ("get",))}
"""Replaced classes of Airflow: what their methods read, and which methods the runtime has."""
ENVIRONMENT = frozenset({"os.environ", "environ"})
ENVIRONMENT_CALLS = frozenset({"os.getenv", "getenv", "os.environ.get", "environ.get"})
CONTAINER = frozenset({"PATH", "HOME", "USER", "HOSTNAME", "PWD", "TMPDIR", "TZ", "LANG", "PYTHONPATH"})
"""Environment variables that every container has, or does well without."""


@dataclass(frozen=True, slots=True)
class Read:
    """One thing of the deployment: kind variable, connection or env. `optional`: the code says what to do without it.

    `default`: the text that it then takes, when that is written there.
    """

    kind: str
    key: str
    optional: bool
    span: Span
    default: str | None = None


@dataclass(slots=True)
class Reads:
    """All that is read, and what could not be determined."""

    found: dict[tuple[str, str], Read]
    problems: list[Problem]

    def add(self, read: Read) -> None:
        """Remember a read; one without a default makes it required, and of several defaults each holds for its place alone."""
        known = self.found.get((read.kind, read.key))
        if known is None or (known.optional and not read.optional):
            self.found[(read.kind, read.key)] = read
        elif known.optional and known.default != read.default and read.optional:
            self.found[(read.kind, read.key)] = replace(known, default=None)


def reads(source: Source, node: cst.CSTNode, replaced: Mapping[str, str], into: Reads) -> None:
    """Gather what a piece of code reads. `replaced`: names in the script that stand for names of Airflow."""
    for part, written in candidates(node):
        if isinstance(part, cst.Call):
            call(source, part, replaced, into)
        elif isinstance(part, cst.Subscript) and not written and dotted_name(part.value) in ENVIRONMENT:
            index = part.slice[0].slice
            key = constant(index.value, source) if isinstance(index, cst.Index) else None
            environment(source, key, part, into, optional=False)
        elif isinstance(part, cst.Attribute) and isinstance(part.value, cst.Name):
            unknown_method(source, part, replaced, into)


def call(source: Source, node: cst.Call, replaced: Mapping[str, str], into: Reads) -> None:
    """`Variable.get("x")`, `BaseHook.get_connection("y")`, `os.getenv("Z")`."""
    name = dotted_name(node.func) or ""
    owner, _, method = name.rpartition(".")
    if replaced.get(owner) == "airgo_conf" and method in PROVIDED["airgo_conf"]:
        setting(source, node, method, into)
        return
    kind, methods = READERS.get(replaced.get(owner, ""), ("", ()))
    if name not in ENVIRONMENT_CALLS and method not in methods:
        return
    first = node.args[0] if node.args and not node.args[0].star else None
    key = constant(first.value, source) if first is not None else None
    defaults = [one.value for one in node.args[1:] if one.keyword is None or one.keyword.value.startswith("default")]
    value = constant(defaults[0], source) if defaults else None
    default = value if isinstance(value, str) else None
    if name in ENVIRONMENT_CALLS:
        environment(source, key, node, into, default=default)
        return
    if isinstance(key, str):
        into.add(Read(kind, key, bool(defaults), source.span(node), default))
    else:
        words = f"the code reads a {kind} whose name is computed when the task runs"
        into.problems.append(Problem(rules.DYNAMIC_ENVIRONMENT, words, source.span(node)))


def setting(source: Source, node: cst.Call, method: str, into: Reads) -> None:
    """`conf.get("section", "key")`: Airflow's environment variable for a setting."""
    given = {argument.keyword.value: argument.value for argument in node.args if argument.keyword is not None}
    plain = [argument.value for argument in node.args if argument.keyword is None and not argument.star]
    parts = [constant(one, source) for one in (*plain[:2], *(given[name] for name in ("section", "key", "option") if name in given))]
    optional = "fallback" in given or method in ("getjson", "has_option")
    if len(parts) == 2 and all(isinstance(one, str) for one in parts):
        section, key = (str(one).replace(".", "_").upper() for one in parts)
        environment(source, f"AIRFLOW__{section}__{key}", node, into, optional=optional)
    else:
        environment(source, None, node, into)


def environment(source: Source, key: object, node: cst.CSTNode, into: Reads, *, optional: bool = True, default: str | None = None) -> None:
    """An environment variable of Airflow's deployment."""
    if not isinstance(key, str):
        words = "the code reads an environment variable whose name is computed when the task runs"
        into.problems.append(Problem(rules.DYNAMIC_ENVIRONMENT, words, source.span(node)))
    elif key not in CONTAINER:
        into.add(Read("env", key, optional, source.span(node), default))


def unknown_method(source: Source, node: cst.Attribute, replaced: Mapping[str, str], into: Reads) -> None:
    """`Variable.set` and its like need Airflow's database, `conf.as_dict` its configuration file."""
    assert isinstance(node.value, cst.Name)
    name = replaced.get(node.value.value, "")
    known = READERS[name][1] if name in READERS else PROVIDED.get(name)
    if known is not None and node.attr.value not in known:
        words = f"the code uses {node.value.value}.{node.attr.value}, which exists only where Airflow is installed"
        into.problems.append(Problem(rules.NEEDS_AIRFLOW, words, source.span(node)))


@lru_cache(maxsize=10_000)
def candidates(node: cst.CSTNode) -> tuple[tuple[cst.CSTNode, bool], ...]:
    """The calls, subscripts and attributes in a node, with whether they are assigned to."""
    return tuple(one for one in parts(node, False) if isinstance(one[0], cst.Call | cst.Subscript | cst.Attribute))


def parts(node: cst.CSTNode, written: bool) -> Iterator[tuple[cst.CSTNode, bool]]:
    """Every node below and including one, with whether it is assigned to."""
    yield node, written
    for child in syntax(node):
        yield from parts(child, isinstance(node, cst.AssignTarget | cst.Del))
