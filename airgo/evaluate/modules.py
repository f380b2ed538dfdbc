"""Modules of the project: where an import finds them, and loading them once for each DAG file."""

from __future__ import annotations

import posixpath
import sys
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from airgo.discovery import DEPLOYED_ROOT, Refused
from airgo.evaluate import rules, syntax
from airgo.evaluate.objects import Bound, Function, Module, PythonError
from airgo.evaluate.parsing import ParsedFile
from airgo.source import Span
from airgo.values import MISSING, Extern, Unknown

if TYPE_CHECKING:
    from airgo.discovery import ProjectFiles
    from airgo.evaluate.machine import Machine

COMMON_ROOTS = ("src", "include", "lib", "airflow/dags", "dags", "plugins", "config")
"""Folders that deployments often put on the path."""
NEVER_IN_PROJECT = frozenset({"airflow"})
"""Top-level packages that are always the installed ones, even when a folder of the project has their name."""


NO_LIBRARY = {"test", "this", "antigravity"}
INSTALLED = (sys.stdlib_module_names | {"yaml", "pendulum", "dateutil", "jinja2", "attr", "attrs", "pydantic"}) - NO_LIBRARY
"""Top-level modules that are installed wherever Airflow is: Airflow appends its folders to the path, so these are found first."""


class SyntaxProblem(Exception):
    """A file is no valid Python; the message says why, `line` and `column` (1-based) where."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


CACHED_TEXT = 1_500_000
"""Characters of source whose trees are kept."""


class ParseCache:
    """Parsed trees by text, for a whole run: the same helper module is read by many DAG files.

    A tree takes some hundred times the memory of its text, so the texts kept have at most CACHED_TEXT characters together; those not
    used for longest go first.
    """

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str], ParsedFile] = OrderedDict()
        self._size = 0

    def parse(self, path: str, text: str) -> ParsedFile:
        """The parsed file. Raises SyntaxProblem."""
        key = (path, text)
        if key in self._files:
            self._files.move_to_end(key)
            return self._files[key]
        tree = parse_tree(text)
        if isinstance(tree, SyntaxProblem):
            raise tree
        file = self._files[key] = ParsedFile(path, text, tree)
        self._size += len(text)
        while self._size > CACHED_TEXT and len(self._files) > 1:
            (_, old), _ = self._files.popitem(last=False)
            self._size -= len(old)
            syntax.forget()
        return file


def parse_tree(text: str) -> cst.Module | SyntaxProblem:
    """The tree of a text, or what is wrong with it."""
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        return SyntaxProblem(error.message.splitlines()[0], error.raw_line, error.raw_column + 1)
    except (RecursionError, UnicodeError, ValueError) as error:
        return SyntaxProblem(str(error) or type(error).__name__, 1, 1)


def module_name(files: ProjectFiles, path: str) -> str:
    """The dotted name of a file, from the longest import root that holds it."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    roots = sorted((root for root in files.source_roots if root == "" or stem.startswith(root + "/")), key=len)
    root = roots[-1] if roots else ""
    return (stem[len(root) + 1 :] if root else stem).replace("/", ".")


def new_module(machine: Machine, name: str, file: ParsedFile) -> Module:
    """A module before its body runs, entered in the machine's table."""
    is_package = file.path.endswith("/__init__.py") or file.path.endswith("/") or file.path == "__init__.py"
    package = name if is_package else name.rpartition(".")[0]
    module = Module(name, file, {}, package)
    module.namespace.update(__name__=name, __file__=f"{DEPLOYED_ROOT}/{file.path}", __package__=package, __doc__=file.tree.get_docstring())
    if is_package:
        module.namespace["__path__"] = [posixpath.join(DEPLOYED_ROOT, posixpath.dirname(file.path))]
    machine.modules[file.path] = module
    return module


def search_roots(machine: Machine) -> Iterator[tuple[str, bool]]:
    """The folders that imports look into, best first, and whether Airflow (or the program itself) puts them on the path."""
    seen = set()
    for root in (*machine.import_roots, *machine.files.source_roots):
        if root not in seen:
            seen.add(root)
            yield root, True
    folder = posixpath.dirname(machine.main_path)
    others = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        others.append(folder)
    for root in (*others, *COMMON_ROOTS):
        if root not in seen and (root == "" or machine.files.is_dir(root)):
            seen.add(root)
            yield root, False


def join(folder: str, name: str) -> str:
    """A path below a folder of the project; "" is the root."""
    return f"{folder}/{name}" if folder else name


def locate(machine: Machine, folder: str, name: str) -> str | None:
    """The file of a module directly in a folder: a package's `__init__.py`, a module, or "folder/" for a namespace package."""
    base = join(folder, name)
    for candidate in (f"{base}/__init__.py", f"{base}.py"):
        if machine.files.is_file(candidate):
            return candidate
    return f"{base}/" if machine.files.is_dir(base) else None


def import_module(machine: Machine, name: str) -> Module | Extern:
    """The module of an absolute dotted name, loaded; Extern when it is not of the project."""
    found = find(machine, name)
    if found is None:
        return mounted(machine, name)
    root, _, on_path = found
    if not on_path and not machine.quiet and (rules.NOT_ON_PATH.code, hash(root)) not in machine.reported:
        machine.reported.add((rules.NOT_ON_PATH.code, hash(root)))  # the folder is the cause, whatever is imported from it
        words = f"what is imported here is found in {root or 'the project root'}, which Airflow does not put on the path"
        machine.report(rules.NOT_ON_PATH, words)
    return load_chain(machine, root, name)


def mounted(machine: Machine, name: str) -> Module | Extern:
    """A module of a project whose root is itself the package: `repo.utils.x` is utils/x.py when the root folder is called repo."""
    top, _, rest = name.partition(".")
    folder = machine.files.root.name.replace("-", "_")
    if not rest or top != folder or top in NEVER_IN_PROJECT:
        return Extern(name)
    path = locate_dotted(machine, "", rest)
    if path is None:
        return Extern(name)
    return load_chain(machine, "", rest)


def find(machine: Machine, name: str) -> tuple[str, str, bool] | None:
    """The root, the file and whether the root is on the path, of a module that exists; packages with a file win over bare folders."""
    key = f"find {name}"
    cached = machine.found.get(key, MISSING)
    if cached is not MISSING:
        return cached  # type: ignore[return-value]  # put there below
    machine.found[key] = result = search(machine, name)
    return result


def search(machine: Machine, name: str) -> tuple[str, str, bool] | None:
    """The uncached half of `find`."""
    top = name.partition(".")[0]
    if name in NEVER_IN_PROJECT:
        return None
    if top in INSTALLED and not any(locate(machine, root, top) for root in machine.import_roots):
        return None
    bare = None
    for root, on_path in search_roots(machine):
        first = locate(machine, root, top)
        if first is None:
            continue
        path = locate_dotted(machine, root, name)
        if path is not None and not path.endswith("/"):
            return root, path, on_path
        if path is not None and bare is None and holds_python(machine, path):
            bare = root, path, on_path
        if not first.endswith("/") and top not in NEVER_IN_PROJECT:
            return (root, path, on_path) if path is not None else None
    return None if top in NEVER_IN_PROJECT else bare


def holds_python(machine: Machine, folder: str) -> bool:
    """Is there a Python file in the folder or in one directly below? Other folders are no packages."""
    folder = folder.rstrip("/")
    names = machine.files.listing(folder)
    return any(name.endswith(".py") for name in names) or any(
        other.endswith(".py") for name in names[:50] if "." not in name for other in machine.files.listing(join(folder, name))
    )


def locate_dotted(machine: Machine, root: str, name: str) -> str | None:
    """The file of a dotted name below a root."""
    folder, path = root, None
    for part in name.split("."):
        path = locate(machine, folder, part)
        if path is None:
            return None
        folder = join(folder, part)
    return path


def load_chain(machine: Machine, root: str, name: str) -> Module | Extern:
    """Load a module and the packages around it, outermost first; each is an attribute of the one around it."""
    folder, full = root, ""
    parent: Module | None = None
    module: Module | Extern = Extern(name)
    for part in name.split("."):
        full = f"{full}.{part}" if full else part
        path = locate(machine, folder, part)
        if path is None:
            return Extern(name)
        module = load(machine, full, path)
        if isinstance(module, Extern):
            return module
        if parent is not None:
            parent.namespace.setdefault(part, module)
        parent, folder = module, join(folder, part)
    return module


def load(machine: Machine, name: str, path: str) -> Module | Extern:
    """The module of a file, its body run if this is the first time; one that is still running is seen as it stands."""
    found = machine.modules.get(path)
    if found is not None:
        return found
    from airgo.evaluate import statements  # noqa: PLC0415 - statements need modules

    file = parse_project_file(machine, path)
    if file is None:
        return Extern(name)
    module = new_module(machine, name, file)
    if path.endswith("/"):
        module.complete = True
    else:
        statements.run_module(machine, module)
    return module


def parse_project_file(machine: Machine, path: str) -> ParsedFile | None:
    """The parsed file; None, and a diagnostic, when it cannot be read or parsed."""
    if path.endswith("/"):
        return machine.cache.parse(path, "")
    try:
        return machine.cache.parse(path, machine.files.read(path))
    except Refused as refused:
        machine.report(rules.UNREADABLE, f"{path} is not read: {refused}")
    except SyntaxProblem as problem:
        span = Span(path, problem.line, problem.column, problem.line, problem.column + 1)
        machine.collector.add(rules.SYNTAX.at(span, f"{path} is no valid Python: {problem}"))
    machine.partial = True
    return None


def import_relative(machine: Machine, level: int, name: str) -> Module | Extern:
    """The module of a relative import, found from the importing file's own folder."""
    module = machine.frame.module
    folder = posixpath.dirname(module.file.path.rstrip("/") + ("/x" if module.file.path.endswith("/") else ""))
    package = module.package
    for _ in range(level - 1):
        if folder == "" or ("." not in package and module.file.path != machine.main_path):
            raise PythonError("ImportError", "attempted relative import beyond top-level package")
        folder = posixpath.dirname(folder)
        package = package.rpartition(".")[0]
    if not name:
        return load_package(machine, package, folder)
    found: Module | Extern = Extern(name)
    parent = load_package(machine, package, folder) if folder and not (level == 1 and module.file.path.endswith("/__init__.py")) else None
    full = package
    for part in name.split("."):
        full = f"{full}.{part}" if full else part
        path = locate(machine, folder, part)
        if path is None:
            raise PythonError("ModuleNotFoundError", f"No module named {full!r}")
        found = load(machine, full, path)
        if isinstance(found, Extern):
            return found
        if isinstance(parent, Module):
            parent.namespace.setdefault(part, found)
        parent, folder = found, join(folder, part)
    return found


def load_package(machine: Machine, name: str, folder: str) -> Module | Extern:
    """The package of a folder."""
    path = f"{folder}/__init__.py" if folder else "__init__.py"
    return load(machine, name, path if machine.files.is_file(path) else f"{folder}/")


def missing_attribute(machine: Machine, module: Module, name: str) -> object:
    """An attribute that a module's namespace lacks: a submodule, its `__getattr__`, or what a star import from outside may have brought."""
    if module.file.path.endswith(("/__init__.py", "/")):
        folder = posixpath.dirname(module.file.path)
        path = locate(machine, folder, name)
        if path is not None:
            found = load(machine, f"{module.name}.{name}", path)
            module.namespace.setdefault(name, found)
            return found
    hook = module.namespace.get("__getattr__")
    if isinstance(hook, Function | Bound):
        return machine.call(hook, (name,))
    sources = machine.star_sources.get(id(module))
    if sources:
        return Extern(f"{sources[0]}.{name}")
    if not module.complete:
        return Unknown(f"{name} of {module.name}, which is still being imported", machine.place)
    return MISSING


def member(machine: Machine, module: Module | Extern, name: str) -> object:
    """What `from module import name` binds; raises PythonError("ImportError") when a module of the project has no such name."""
    from airgo.evaluate.attributes import extern_value  # noqa: PLC0415 - attributes need modules

    if isinstance(module, Extern):
        return extern_value(machine, f"{module.name}.{name}")
    if name in module.namespace:
        return module.namespace[name]
    found = missing_attribute(machine, module, name)
    if found is not MISSING:
        return found
    if module.file.path.endswith("/__init__.py") or module.file.path.endswith("/"):
        return Extern(f"{module.name}.{name}")  # the package's other half may be installed
    raise PythonError("ImportError", f"cannot import name {name!r} from {module.name!r}")
