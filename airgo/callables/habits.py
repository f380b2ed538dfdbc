"""What code does that means something else in a pod of its own: paths, the airflow command, sys.path, the network on import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from airgo.callables import problems as rules
from airgo.callables.modules import Source, small_statements
from airgo.callables.names import dotted_name, parts
from airgo.callables.problems import Problem
from airgo.diagnostics import Rule

COMMANDS = frozenset({"os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"})
COMMANDS_TOO = frozenset({"subprocess.Popen", "run", "call", "check_call", "check_output", "Popen", "system"})
EXITS = frozenset({"sys.exit", "exit", "quit", "SystemExit"})
NETWORK = (
    "requests.",
    "httpx.",
    "urllib.request.urlopen",
    "boto3.",
    "psycopg2.connect",
    "psycopg.connect",
    "smtplib.",
    "paramiko.",
    "ftplib.",
)
"""Calls that open a connection."""
SHARED = ("/tmp/", "/opt/", "/home/", "/data/", "/mnt/", "/var/", "/srv/", "/usr/local/airflow/")
"""Folders of a worker in which tasks leave files for one another."""


def habits(source: Source, node: cst.CSTNode) -> Iterator[Problem]:
    """What a piece of code that travels does."""
    for rule, words, place in found_in(node):
        yield Problem(rule, words, source.span(place))
    for name, place in changed_globals(node):
        words = f"the code changes {name} of {source.path}; the change ends with the task, and other tasks do not see it"
        yield Problem(rules.GLOBAL_STATE, words, source.span(place))
    if not isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
        for call in calls(node):
            name = dotted_name(call.func) or ""
            if name.startswith(NETWORK):
                yield Problem(rules.IMPORT_NETWORK, f"{name}() is called when the module is loaded, before the function", source.span(call))


def module_habits(source: Source) -> Iterator[Problem]:
    """What a module does beside what travels of it."""
    for statement in source.tree.body:
        for small in small_statements(statement):
            if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
                name = dotted_name(small.value.func) or ""
                if name in ("sys.path.append", "sys.path.insert", "sys.path.extend", "site.addsitedir"):
                    words = f"{source.path} changes sys.path, which the script does not; imports that need it fail there"
                    yield Problem(rules.SYS_PATH, words, source.span(small))


@lru_cache(maxsize=10_000)
def found_in(node: cst.CSTNode) -> tuple[tuple[Rule, str, cst.CSTNode], ...]:
    """The calls of the airflow command, and of exits without an error, in a piece of code."""
    found = []
    for call in calls(node):
        name = dotted_name(call.func) or ""
        first = call.args[0].value if call.args else None
        if (name in COMMANDS or name in COMMANDS_TOO) and first is not None and begins(first):
            found.append((rules.AIRFLOW_COMMAND, "the code runs the airflow command, which its image does not have", call))
        if name in EXITS and (first is None or without_error(first)):
            found.append((rules.EXIT_WITHOUT_ERROR, f"{name}() ends the task as a success here, and as a failure in Airflow 3", call))
    return tuple(found)


def without_error(code: cst.BaseExpression) -> bool:
    """Is it the code 0, or None, which means the same?"""
    return (isinstance(code, cst.Integer) and code.evaluated_value == 0) or (isinstance(code, cst.Name) and code.value == "None")


def begins(node: cst.BaseExpression) -> bool:
    """Does a command, or a list of its words, begin with `airflow`?"""
    if isinstance(node, cst.List | cst.Tuple):
        return bool(node.elements) and text(node.elements[0].value) == "airflow"
    if isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        return isinstance(first, cst.FormattedStringText) and first.value.lstrip().startswith("airflow ")
    return (text(node) or "").lstrip().startswith("airflow ")


def changed_globals(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """Names of its module that a function assigns anew (`global x`), and where."""
    for child in parts(node):
        if isinstance(child, cst.Global):
            yield from ((item.name.value, child) for item in child.names)
        else:
            yield from changed_globals(child)


@lru_cache(maxsize=10_000)
def leaves_early(node: cst.CSTNode) -> bool:
    """Does a piece of code end the process, or may it?"""
    if isinstance(node, cst.Raise) and node.exc is not None and dotted_name(node.exc) in EXITS:
        return True
    return (isinstance(node, cst.Call) and dotted_name(node.func) in EXITS) or any(leaves_early(child) for child in parts(node))


def calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    """Every call in a piece of code."""
    if isinstance(node, cst.Call):
        yield node
    for child in parts(node):
        yield from calls(child)


@lru_cache(maxsize=10_000)
def shared_paths(node: cst.CSTNode) -> frozenset[str]:
    """Paths below a worker's folders that the code writes out, or that it begins an f-string with."""
    found = set()
    if isinstance(node, cst.SimpleString):
        found.add(text(node) or "")
    elif isinstance(node, cst.FormattedString) and node.parts and isinstance(node.parts[0], cst.FormattedStringText):
        found.add(node.parts[0].value)
    paths = {one for one in found if one.startswith(SHARED) and " " not in one and one not in SHARED}
    return frozenset(paths.union(*(shared_paths(child) for child in parts(node))))


def text(node: cst.BaseExpression) -> str | None:
    """The text of a literal."""
    if not isinstance(node, cst.SimpleString):
        return None
    value = ast.literal_eval(node.value)
    return value if isinstance(value, str) else None
