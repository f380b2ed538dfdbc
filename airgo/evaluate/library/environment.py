"""The environment of the Airflow deployment: values given in airgo.toml, symbols for all others."""

from __future__ import annotations

from airgo.evaluate.deployment import note_read
from airgo.evaluate.library.builtins_types import add_all
from airgo.evaluate.models import constant, models, unwrap
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Extern, Operation, Symbol, Unknown

STATE = "os.environ"
"""Where the machine's state keeps what the program itself put into its environment."""
DELETED = object()


def changes_of(call: Call) -> dict[object, object]:
    """What the program put into its own environment."""
    return call.machine.state.setdefault(STATE, {})  # type: ignore[return-value]  # only this file uses the key


def value_of(call: Call, key: object, default: object = MISSING, changes: dict[object, object] | None = None) -> object:
    """The value of an environment variable: set by the program, given to airgo, or a symbol that remembers the code's own default."""
    key = unwrap(key)
    if not isinstance(key, str):
        return Operation("os.getenv", (key,) if default is MISSING else (key, default), call.place)
    found = (changes_of(call) if changes is None else changes).get(key, MISSING)
    if found is not MISSING and found is not DELETED:
        return found
    note_read(call.machine, "env", key, call.place, default)
    if found is MISSING and key in call.machine.config.env:
        return call.machine.config.env[key]
    return Symbol("env", key, default=default, place=call.place)


@models("os.getenv", "os.environ.get")
def getenv(call: Call) -> object:
    """`os.getenv(key[, default])`."""
    return value_of(call, call.args[0], call.argument(1, "default"))


@models("os.putenv", "os.unsetenv")
def putenv(call: Call) -> object:
    """`os.putenv(key, value)` does not reach `os.environ`."""
    return None


class Environment(Modelled):
    """`os.environ`, or a copy of it (`copied` holds the copy's own changes)."""

    __slots__ = ("copied",)

    def __init__(self, copied: dict[object, object] | None = None) -> None:
        self.copied = copied

    def changes(self, call: Call) -> dict[object, object]:
        """What differs from the deployment's environment."""
        return changes_of(call) if self.copied is None else self.copied

    def get_attribute(self, name: str, call: Call) -> object:
        """Methods of a mapping."""
        method = METHODS.get(name)
        if method is None:
            return MISSING
        return Native(f"os.environ.{name}", lambda inner: method(self, inner))

    def get_item(self, key: object, call: Call) -> object:
        """`os.environ[key]`: must be set in the deployment."""
        return value_of(call, key, MISSING, self.changes(call))

    def set_item(self, key: object, value: object, call: Call) -> bool:
        """`os.environ[key] = value`."""
        self.changes(call)[unwrap(key)] = value
        return True

    def contains(self, key: object, call: Call) -> object:
        """`key in os.environ`: known when it was set by the program or given to airgo."""
        key = unwrap(key)
        found = self.changes(call).get(key, MISSING)
        if found is not MISSING:
            return found is not DELETED
        return True if key in call.machine.config.env else Operation("in", (key, Extern("os.environ")), call.place)

    def truth(self) -> bool | None:
        """An environment is never empty."""
        return True

    def operate(self, operator: str, other: object, reflected: bool, call: Call) -> object:
        """`os.environ | {…}`."""
        if operator != "|":
            return MISSING
        if reflected:
            return Unknown("the whole environment of the deployment", call.place)
        copy = Environment(dict(self.changes(call)))
        add_all(call, copy.changes(call), other)
        return copy


def get(environment: Environment, call: Call) -> object:
    """`os.environ.get(key[, default])`."""
    return value_of(call, call.args[0], call.argument(1, "default"), environment.changes(call))


def setdefault(environment: Environment, call: Call) -> object:
    """`os.environ.setdefault(key, default)`."""
    value = get(environment, call)
    return environment.changes(call).setdefault(unwrap(call.args[0]), value)


def pop(environment: Environment, call: Call) -> object:
    """`os.environ.pop(key[, default])`."""
    value = value_of(call, call.args[0], call.argument(1, "default", MISSING), environment.changes(call))
    environment.changes(call)[unwrap(call.args[0])] = DELETED
    return value


def update(environment: Environment, call: Call) -> object:
    """`os.environ.update(mapping, **more)`."""
    for source in call.args:
        add_all(call, environment.changes(call), source)
    environment.changes(call).update(call.kwargs)
    return None


def copy(environment: Environment, call: Call) -> object:
    """`os.environ.copy()`."""
    return Environment(dict(environment.changes(call)))


def whole(environment: Environment, call: Call) -> object:
    """What lists the environment: nobody knows all of it."""
    return Unknown("the whole environment of the deployment", call.place)


METHODS = {"get": get, "setdefault": setdefault, "pop": pop, "update": update, "copy": copy, "items": whole, "keys": whole, "values": whole}

constant("os.environ", Environment())
