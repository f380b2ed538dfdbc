"""typing, abc, contextlib, logging, warnings and types: forms without an effect on values."""

from __future__ import annotations

from airgo.evaluate.models import MODULES, constant, models
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Extern, Unknown

MODULES.update({"typing", "abc", "logging", "warnings"})
PASSED_OVER = (
    *("typing.overload", "typing.final", "typing.no_type_check", "typing.runtime_checkable", "typing.override"),
    *("typing_extensions.overload", "typing_extensions.final", "typing_extensions.runtime_checkable", "typing_extensions.override"),
    *("abc.abstractmethod", "abc.abstractclassmethod", "abc.abstractstaticmethod", "contextlib.ContextDecorator"),
)


@models(*PASSED_OVER)
def passed_over(call: Call) -> object:
    """A decorator that gives back what it decorates."""
    return call.args[0]


@models("abc.abstractproperty")
def abstractproperty(call: Call) -> object:
    """`@abc.abstractproperty`."""
    return call.machine.call(Extern("builtins.property"), call.args)


@models("typing_extensions.deprecated", "warnings.deprecated", "typing.dataclass_transform", "deprecated.deprecated")
def decorator_factory(call: Call) -> object:
    """A decorator with arguments that gives back what it decorates."""
    return Native(call.name, lambda inner: inner.args[0])


@models("typing.cast", "typing_extensions.cast")
def cast(call: Call) -> object:
    """`cast(T, x)`."""
    return call.argument(1, "val")


@models("typing.assert_type", "typing.reveal_type")
def same(call: Call) -> object:
    """`assert_type(x, T)`."""
    return call.args[0]


@models("typing.NewType")
def new_type(call: Call) -> object:
    """`NewType("Id", int)`: called, it gives back its argument."""
    return Native(str(call.args[0]), lambda inner: inner.args[0])


class Silent(Modelled):
    """A logger, a handler, a warning filter: every method of it does nothing."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def get_attribute(self, name: str, call: Call) -> object:
        """A method without an effect; children are silent too."""
        if name == "name":
            return self.name
        if name in ("handlers", "filters"):
            return []
        if name in ("level", "propagate", "parent", "root"):
            return {"level": 0, "propagate": True}.get(name)
        return Native(f"{self.name}.{name}", self.answered)

    def answered(self, call: Call) -> object:
        """What a method returns."""
        last = call.name.rpartition(".")[2]
        if last in ("getChild", "bind", "new", "unbind"):
            return self
        return {"isEnabledFor": False, "hasHandlers": False, "getEffectiveLevel": 20}.get(last)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """`logger.propagate = False`."""
        return True

    def enter(self, call: Call) -> object:
        """`with warnings.catch_warnings()`."""
        return self

    def called(self, call: Call) -> object:
        """Calls do nothing."""
        return self


LOGGERS = (
    *(f"logging.{name}" for name in ("getLogger", "LoggerAdapter", "StreamHandler", "FileHandler", "Formatter", "NullHandler")),
    *("structlog.get_logger", "structlog.getLogger", "warnings.catch_warnings", "logging.handlers.RotatingFileHandler"),
)


@models(*LOGGERS)
def get_logger(call: Call) -> object:
    """`logging.getLogger(name)`."""
    name = call.argument(0, "name", "root")
    return Silent(name if isinstance(name, str) else "root")


LEVELS = ("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log")
QUIET = (
    *(f"logging.{level}" for level in LEVELS),
    *("logging.basicConfig", "logging.disable", "logging.captureWarnings", "logging.addLevelName", "logging.config.dictConfig"),
    *("warnings.warn", "warnings.filterwarnings", "warnings.simplefilter", "warnings.resetwarnings", "warnings.warn_explicit"),
    *("pprint.pprint", "pprint.pp", "traceback.print_exc", "sys.stdout.write", "sys.stderr.write", "sys.stdout.flush", "atexit.register"),
    *("gc.collect", "faulthandler.enable", "signal.signal", "locale.setlocale", "sys.setrecursionlimit", "rich.print"),
)


@models(*QUIET)
def quiet(call: Call) -> object:
    """No effect on what is read."""
    return None


constant("loguru.logger", Silent("loguru"))
LEVEL_NUMBERS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10, "NOTSET": 0}
for _level, _number in LEVEL_NUMBERS.items():
    constant(f"logging.{_level}", _number)


class Manager(Modelled):
    """A context manager that gives a value and does nothing else."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def enter(self, call: Call) -> object:
        """The value of `with … as x`."""
        return self.value


@models("contextlib.nullcontext", "contextlib.closing", "contextlib.aclosing")
def nullcontext(call: Call) -> object:
    """`nullcontext(x)`."""
    return Manager(call.argument(0, "enter_result"))


@models("contextlib.redirect_stdout", "contextlib.redirect_stderr", "contextlib.chdir")
def redirect(call: Call) -> object:
    """Where output goes does not matter."""
    return Manager(call.args[0])


class Namespace(Modelled):
    """`types.SimpleNamespace(**values)`."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, object]) -> None:
        self.values = values

    def get_attribute(self, name: str, call: Call) -> object:
        """A value by its name."""
        return self.values if name == "__dict__" else self.values.get(name, MISSING)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """Any name can be bound."""
        self.values[name] = value
        return True


@models("types.SimpleNamespace", "argparse.Namespace")
def simple_namespace(call: Call) -> object:
    """`SimpleNamespace(**values)`."""
    return Namespace(dict(call.kwargs))


@models("typing.get_type_hints", "typing.get_args", "typing.get_origin")
def hints(call: Call) -> object:
    """Annotations are not followed."""
    return Unknown(f"{call.name}() is not followed", call.place)
