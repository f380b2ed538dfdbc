"""The architecture holds: imports go down only, files stay small, and nothing catches everything or knows what it should not."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "airgo"

LAYERS = (
    ("source", "config", "json_text"),
    ("values",),
    ("diagnostics", "catalogue"),
    ("ir",),
    ("configuration", "constructors", "suppression"),
    ("archives", "ignoring", "spelling"),
    ("discovery",),
    ("evaluate", "versions"),
    ("build", "inspection"),
    ("remembering",),
    ("reading",),
    ("argo",),
    ("macros", "mapping", "callables"),
    ("checks",),
    ("lower",),
    ("output",),
    ("changes",),
    ("report",),
    ("pipeline",),
    ("codes",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "_mappings" not in path.parts)
OPERATOR = re.compile(r"(\w+\.)*(?!Base)[A-Z]\w+(Operator|Sensor)")
"""A class that an author instantiates; the bases that all of them share belong to the language."""
CATCH_ALL = {"airgo/evaluate/statements.py", "airgo/evaluate/machine.py", "airgo/pipeline.py", "airgo/cli/app.py"}
"""The statement boundary and the two outer walls (evaluator, section 9); nowhere else may everything be caught."""
OF_USERS = {"airgo/runtime/mapping.py", "airgo/runtime/failures.py"}
"""Code that runs in users' pods, where whatever the user's own function raises is handed on."""


def area(path: Path) -> str:
    """The first component of a module below airgo."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> list[tuple[str, int]]:
    """Modules of airgo that a file imports outside `if TYPE_CHECKING`, with the line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "airgo":
            names = [f"airgo.{alias.name}" for alias in node.names] if node.module == "airgo" else [str(node.module)]
            found += [(name, node.lineno) for name in names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names if alias.name.split(".")[0] == "airgo"]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_down(path: Path) -> None:
    """A module imports only from its own area or from layers below."""
    mine = area(path)
    if mine in ("__init__", "runtime"):
        own = "airgo.runtime." if mine == "runtime" else "airgo.nothing."  # files that travel may need one another, and nothing else
        assert [name for name, _ in imports(path) if not name.startswith(own)] == []
        return
    for name, line in imports(path):
        other = name.split(".")[1] if "." in name else ""
        if other in ("", "__version__") or other == mine:
            continue
        assert other != "runtime", f"{path.name}:{line} imports a file that travels"
        assert LEVEL[other] < LEVEL[mine], f"{path.name}:{line}: {mine} imports {other}, which lies above or beside it"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_say_what_they_know_and_stay_small(path: Path) -> None:
    """Every module opens with one sentence, and has fewer than 400 lines."""
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, f"{path} has no docstring"
    assert len(text.splitlines()) < 400, f"{path} has {len(text.splitlines())} lines"


def test_everything_is_caught_in_three_places_only() -> None:
    """`except Exception` stands at the statement boundary and the two outer walls, and nowhere is there a bare except."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{path}:{node.lineno}"
                if path.relative_to(ROOT).as_posix() not in CATCH_ALL | OF_USERS:
                    assert not re.search(r"\b(Base)?Exception\b", ast.unparse(node.type)), f"{path}:{node.lineno}"


def test_operators_are_named_in_mappings_only() -> None:
    """No operator or sensor is named in code outside the evaluator's library: what is known of them is data."""
    for path in SOURCES:
        if (PACKAGE / "evaluate" / "library") in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and OPERATOR.fullmatch(str(node.value)):
                pytest.fail(f"{path.relative_to(ROOT)}:{node.lineno} names {node.value}")


def test_airflow_is_never_imported() -> None:
    """Importing every module of airgo imports no Airflow."""
    names = [path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in SOURCES]
    names = [name for name in names if not name.startswith("airgo.runtime.") and name != "airgo.__main__"]
    code = (
        "import importlib, sys\n" + "".join(f"importlib.import_module({name!r})\n" for name in names) + "sys.exit('airflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


@pytest.mark.parametrize("command", [["--version"], ["--help"], ["rules"], ["explain", "AG690"], ["mappings", "list"]])
def test_commands_that_read_no_dags_do_not_load_libcst(command: list[str]) -> None:
    """A command about airgo's own knowledge starts without the parser."""
    code = f"import sys; sys.argv = ['airgo', *{command!r}]\nfrom airgo.__main__ import main\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass\nprint('libcst' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.strip().endswith("False"), done.stderr
