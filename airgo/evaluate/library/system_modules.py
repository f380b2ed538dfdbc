"""sys, inspect, importlib, ast and platform: what a program learns about itself and its interpreter."""

from __future__ import annotations

import ast

from airgo.evaluate import limits
from airgo.evaluate.models import MODULES, PythonError, constant, models, pure
from airgo.evaluate.objects import Bound, Call, Class, Function, Instance, Module
from airgo.values import MISSING, Extern, Operation, Symbol, Unknown

MODULES.update({"sys", "inspect", "importlib"})
constant("sys.version_info", (3, 11, 0, "final", 0))
constant("sys.maxsize", 2**63 - 1)
constant("sys.platform", "linux")
constant("sys.byteorder", "little")
constant("sys.executable", Symbol("context", "sys.executable"))
constant("sys.prefix", Symbol("context", "sys.prefix"))
constant("sys.version", Symbol("context", "sys.version"))
constant("sys.argv", ("airflow",))
constant("sys.stdin", Extern("sys.stdin"))


@models("sys.exit", "builtins.exit", "builtins.quit", "os._exit")
def exit_(call: Call) -> object:
    """`sys.exit(code)`."""
    raise PythonError("SystemExit", str(call.args[0]) if call.args else "")


@models("sys.getsizeof", "sys.getrefcount", "sys.getrecursionlimit", "sys._getframe", "sys.exc_info")
def inside(call: Call) -> object:
    """Matters of the interpreter."""
    return Unknown(f"{call.name}() is a matter of the interpreter", call.place)


@models("sys.getdefaultencoding", "sys.getfilesystemencoding", "locale.getpreferredencoding")
def encoding(call: Call) -> object:
    """`sys.getdefaultencoding()`."""
    return "utf-8"


@models("importlib.import_module", "builtins.__import__")
def import_module(call: Call) -> object:
    """`importlib.import_module(name, package)`, through the machine's own imports."""
    name, package = call.argument(0, "name"), call.argument(1, "package")
    if not isinstance(name, str):
        return Unknown("a module whose name is not known", call.place, name if isinstance(name, Unknown) else None)
    if name.startswith(".") and isinstance(package, str):
        dots = len(name) - len(name.lstrip("."))
        parents = package.split(".")
        name = ".".join([*parents[: len(parents) - dots + 1], name.lstrip(".")])
    loader = getattr(call.machine, "import_module", None)
    if not callable(loader):
        return Unknown(f"the module {name}, imported by its name", call.place)
    found: object = loader(name)
    return found


@models("pkgutil.extend_path")
def extend_path(call: Call) -> object:
    """`pkgutil.extend_path(__path__, __name__)`: other parts of the package are found anyway."""
    return call.args[0]


@models("importlib.reload")
def reload(call: Call) -> object:
    """`importlib.reload(module)`: the module as it is."""
    return call.args[0]


@models("inspect.isclass")
def isclass(call: Call) -> object:
    """`inspect.isclass(x)`."""
    return kind_of(call, Class)


@models("inspect.isfunction", "inspect.isroutine")
def isfunction(call: Call) -> object:
    """`inspect.isfunction(x)`."""
    return kind_of(call, Function)


@models("inspect.ismethod")
def ismethod(call: Call) -> object:
    """`inspect.ismethod(x)`."""
    return kind_of(call, Bound)


@models("inspect.ismodule")
def ismodule(call: Call) -> object:
    """`inspect.ismodule(x)`."""
    return kind_of(call, Module)


def kind_of(call: Call, kind: type) -> object:
    """Is the argument of this kind? Things from outside the project cannot be told."""
    value = call.args[0]
    return Operation(call.name, (value,), call.place) if isinstance(value, Extern | Unknown) else isinstance(value, kind)


@models("inspect.getmodule")
def getmodule(call: Call) -> object:
    """`inspect.getmodule(x)`."""
    value = call.args[0].cls if isinstance(call.args[0], Instance) else call.args[0]
    if isinstance(value, Bound):
        value = value.function
    return value.module if isinstance(value, Class | Function) else Unknown("the module of something outside the project", call.place)


@models("inspect.getdoc")
def getdoc(call: Call) -> object:
    """`inspect.getdoc(x)`."""
    return call.machine.attribute(call.args[0], "__doc__", None)


@models("inspect.getfile", "inspect.getsourcefile")
def getfile(call: Call) -> object:
    """`inspect.getfile(x)`."""
    module = getmodule(call)
    return call.machine.attribute(module, "__file__") if isinstance(module, Module) else module


@models("inspect.getmembers")
def getmembers(call: Call) -> object:
    """`inspect.getmembers(x, predicate)` of modules and classes of the project, by name."""
    value, predicate = call.args[0], call.argument(1, "predicate")
    if not isinstance(value, Module | Class):
        return Unknown("the members of something that is no module or class of the project", call.place)
    pairs = sorted(value.namespace.items(), key=lambda pair: pair[0])
    if predicate is None:
        return pairs
    return [pair for pair in pairs if call.machine.truth(call.machine.call(predicate, (pair[1],))) is True]


@models("inspect.stack", "inspect.currentframe", "inspect.getsource", "inspect.getcallargs")
def not_followed(call: Call) -> object:
    """Looking into frames and sources is not followed."""
    return Unknown(f"{call.name}() is not followed", call.place)


@models("inspect.unwrap")
def unwrap(call: Call) -> object:
    """`inspect.unwrap(f)`."""
    value = call.args[0]
    while isinstance(value, Function) and "__wrapped__" in value.attributes:
        value = value.attributes["__wrapped__"]
    return value


@pure("ast.literal_eval")
def literal_eval(node_or_string: str) -> object:
    """`ast.literal_eval(text)`: literals only, of limited size."""
    limits.check_text(len(node_or_string) * 100)
    try:
        return ast.literal_eval(node_or_string)
    except (SyntaxError, MemoryError) as error:
        raise ValueError(str(error)) from error


@models(
    "airflow.utils.module_loading.import_string",
    "airflow.sdk.module_loading.import_string",
    "airflow.sdk._shared.module_loading.import_string",
)
def import_string(call: Call) -> object:
    """`import_string("package.module.name")`: Airflow's way to an object by its dotted name."""
    dotted = call.argument(0, "dotted_path")
    if not isinstance(dotted, str):
        return Unknown("an object whose dotted name is not known", call.place, dotted if isinstance(dotted, Unknown) else None)
    module, dot, name = dotted.rpartition(".")
    if not dot:
        raise PythonError("ImportError", f"{dotted} doesn't look like a module path")
    found = call.machine.attribute(call.machine.call(Extern("importlib.import_module"), (module,)), name, MISSING)
    if found is MISSING:
        raise PythonError("ImportError", f'Module "{module}" does not define a "{name}" attribute/class')
    return found


@models("platform.system")
def system(call: Call) -> object:
    """`platform.system()` of the deployment."""
    return "Linux"


@models("platform.python_version", "platform.platform", "platform.machine", "os.cpu_count", "multiprocessing.cpu_count", "os.uname")
def of_the_machine(call: Call) -> object:
    """What differs from machine to machine."""
    return Symbol("context", call.name, default=MISSING, place=call.place)
