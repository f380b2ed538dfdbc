"""The clock, random numbers and unique ids: another value every time the file is loaded, so symbols with a note."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.models import models
from airgo.evaluate.objects import Call
from airgo.values import MISSING, Operation, Symbol

NOT_REPRODUCIBLE = Rule(
    "AG130",
    "not-reproducible",
    Severity.NOTE,
    summary="the file reads the clock, a random number or a unique id while it is loaded",
    why="Airflow loads a DAG file again and again, and each time the value is another. "
    "A manifest is made once: such a value stays a symbol, and only places that mean the time of the run can be given one.",
    remedy="use a fixed value, or the run's own `logical_date`, `ds` or `run_id` inside a template",
)


def clock(call: Call, what: str) -> object:
    """The symbol of a clock that was read."""
    zone = next((value for value in (*call.args, *call.kwargs.values()) if value is not None), MISSING)
    call.machine.report(NOT_REPRODUCIBLE, f"{what}() is the time at which the file is loaded", call.place)
    return Symbol("now", what, () if zone is MISSING else (str(zone),), place=call.place)


CLOCKS = ("time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.localtime", "time.gmtime", "time.ctime")


@models("time.strftime")
def strftime(call: Call) -> object:
    """`time.strftime(format[, time])`."""
    moment = call.args[1] if len(call.args) > 1 else clock(Call(call.machine, call.name, (), {}, call.place), "time.localtime")
    return Operation(".strftime", (moment, call.args[0]), call.place)


RANDOM = (
    *(f"uuid.{name}" for name in ("uuid1", "uuid4")),
    *(f"random.{name}" for name in ("random", "randint", "randrange", "choice", "choices", "sample", "uniform", "getrandbits", "gauss")),
    *(f"secrets.{name}" for name in ("token_hex", "token_bytes", "token_urlsafe", "choice", "randbelow")),
    *(f"os.{name}" for name in ("urandom", "getpid", "getppid")),
    *("socket.gethostname", "platform.node", "getpass.getuser", "os.getlogin", "socket.getfqdn"),
)


@models(*CLOCKS)
def time_(call: Call) -> object:
    """The clock in seconds, or as a struct; a time that is given is no clock."""
    if call.args:
        return Operation(call.name, call.args, call.place)
    return clock(call, call.name)


@models(*RANDOM)
def random_(call: Call) -> object:
    """A value that differs every time, or from machine to machine."""
    call.machine.report(NOT_REPRODUCIBLE, f"{call.name}() gives another value each time the file is loaded", call.place)
    return Symbol("random", call.name, place=call.place)


@models("random.seed", "time.sleep")
def ignored(call: Call) -> object:
    """No effect on what is read."""
    return None


@models("random.shuffle")
def shuffle(call: Call) -> object:
    """`random.shuffle(xs)`: nobody knows the order of what has more than one element."""
    found = call.args[0]
    if isinstance(found, list) and len(found) > 1:
        call.machine.report(NOT_REPRODUCIBLE, "random.shuffle() gives another order each time the file is loaded", call.place)
        found[:] = [Symbol("random", call.name, (index,), place=call.place) for index in range(len(found))]
    return None
