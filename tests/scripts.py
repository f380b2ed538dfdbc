"""Python scripts in emitted manifests, and what is wrong with them as one can see without running them."""

from __future__ import annotations

import ast
import builtins
import symtable
import sys
from collections.abc import Iterator, Mapping

from airgo.argo.yaml_reading import read
from airgo.callables.imports import distribution

ALWAYS = {"__file__", "__name__", "__doc__", "__builtins__", "__debug__"}


def scripts(texts: Mapping[str, str]) -> Iterator[tuple[str, str, frozenset[str]]]:
    """The Python scripts of manifests by path: where each stands, its source, and the project's modules that are mounted beside it."""
    for path, text in texts.items():
        if not path.endswith(".yaml"):
            continue
        for document in read(text):
            if not isinstance(document.value, dict) or document.value.get("kind") != "WorkflowTemplate":
                continue
            for template in document.value["spec"].get("templates", []):
                script = template.get("script") or {}
                if "python" in str(script.get("command", [""])[0]):
                    yield f"{path}#{template['name']}", script["source"], mounted(template, script)


def mounted(template: Mapping[str, object], script: Mapping[str, object]) -> frozenset[str]:
    """The first parts of the names of the project's modules that Python finds there."""
    roots = [one["value"] for one in script.get("env", []) if one["name"] == "PYTHONPATH"]  # type: ignore[attr-defined]
    volumes = template.get("volumes", [])
    paths = [f"/airgo-project/{item['path']}" for volume in volumes for item in volume.get("configMap", {}).get("items", ())]  # type: ignore[attr-defined]
    found = {
        path[len(root) + 1 :].split("/")[0].removesuffix(".py")
        for root in ":".join(roots).split(":")
        for path in paths
        if path.startswith(root)
    }
    return frozenset(found) if volumes or not roots else frozenset({"*"})


def problems(source: str, inventory: frozenset[str], beside: frozenset[str]) -> list[str]:
    """Imports that the inventory does not list, and names that nothing defines. Raises SyntaxError."""
    compile(source, "script", "exec")
    tree = ast.parse(source)
    registered = {
        str(ast.literal_eval(target.slice))
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Subscript) and ast.unparse(target.value) == "sys.modules"
    }
    found = [f"import of {module}" for module in imported(tree) if not listed(module, inventory, beside, registered)]
    return found + [f"undefined {name}" for name in sorted(undefined(source))]


def imported(tree: ast.Module) -> set[str]:
    """Every module that a script imports."""
    return {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [f"{node.module}.{node.names[0].name}"])
    }


def listed(module: str, inventory: frozenset[str], beside: frozenset[str], registered: set[str]) -> bool:
    """Does an import find something: the standard library, a package that is listed, a module that is mounted or registered?"""
    top = module.split(".", maxsplit=1)[0]
    if (
        top in sys.stdlib_module_names
        or {module, module.rpartition(".")[0]} & registered
        or top in beside
        or (beside == {"*"} and top != "airflow")
    ):
        return True
    return bool({distribution(module), distribution(f"{module}.x")} & inventory)


class Unannotated(ast.NodeTransformer):
    """Annotations of local variables are never evaluated (https://docs.python.org/3/reference/simple_stmts.html#annassign)."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:  # ast's name
        """A function's own annotations stay."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                inner.annotation = ast.Constant(None)
        return node


def undefined(source: str) -> set[str]:
    """Global names that are read and that no statement binds."""
    table = symtable.symtable(ast.unparse(Unannotated().visit(ast.parse(source))), "script", "exec")
    bound = {name for name in table.get_identifiers() if table.lookup(name).is_assigned() or table.lookup(name).is_imported()}
    bound |= {child.get_name() for child in table.get_children()}
    read: set[str] = set()
    waiting = [table]
    while waiting:
        one = waiting.pop()
        waiting += one.get_children()
        for symbol in one.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                bound.add(symbol.get_name())
            elif symbol.is_referenced() and (symbol.is_global() or one is table):
                read.add(symbol.get_name())
    return {name for name in read - bound - ALWAYS if not hasattr(builtins, name)}
