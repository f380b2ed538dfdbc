"""Methods of text: those that build text keep holes, the others give an Operation when something is symbolic."""

from __future__ import annotations

from airgo.evaluate import limits
from airgo.evaluate.library.builtins_iteration import elements, unknown_elements
from airgo.evaluate.library.plain_texts import joined
from airgo.evaluate.models import METHODS, PythonError, lift, methods, models, pure, pure_methods, unwrap
from airgo.evaluate.objects import Call
from airgo.values import Symbolic, Template, Unknown

pure_methods(
    str,
    *("capitalize", "casefold", "count", "encode", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit"),
    *("isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "lower", "lstrip", "partition"),
    *("removeprefix", "removesuffix", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "strip"),
    *("swapcase", "title", "upper", "maketrans"),
)
pure_methods(bytes, "count", "endswith", "find", "hex", "index", "lower", "lstrip", "replace", "rstrip", "split", "splitlines")
pure_methods(bytes, "startswith", "strip", "upper")
pure_methods(int, "bit_length", "to_bytes", "conjugate")
pure_methods(float, "is_integer", "hex", "as_integer_ratio")


@methods(str)
def join(call: Call) -> object:
    """`sep.join(xs)`: a Template when some of xs is symbolic."""
    separator, value = call.args[0], call.args[1]
    found = elements(call, value)
    if found is None:
        return unknown_elements(Call(call.machine, ".join", call.args, {}, call.place), value)
    found = [unwrap(element) for element in found]
    for index, element in enumerate(found):
        if not isinstance(element, str | Symbolic):
            words = f"sequence item {index}: expected str instance, {type(element).__name__} found"
            raise PythonError("TypeError", words)
    unknown = next((element for element in found if isinstance(element, Unknown)), None)
    if unknown is not None:
        return Unknown("a join over a value that is not known", call.place, unknown)
    limits.check_text(len(separator) * len(found) if isinstance(separator, str) else 0)
    return joined(piece for index, element in enumerate(found) for piece in ((separator, element) if index else (element,)))


@methods(str)
def replace(call: Call) -> object:
    """`text.replace(old, new[, count])`, its size checked first."""
    text, old, new = call.args[0], call.args[1], call.args[2]
    if isinstance(text, str) and isinstance(old, str):
        count = text.count(old)
        limits.check_text(count * len(new) if isinstance(new, str) else 0)
        if count == 0:
            return text
        if isinstance(new, Template | Symbolic) and len(call.args) == 3 and not isinstance(new, Unknown):
            pieces = text.split(old) if old else [text]
            return joined(piece for index, element in enumerate(pieces) for piece in ((new, element) if index else (element,)))
    return REPLACE(call)


REPLACE = lift(str.replace, ".replace")


def affix(name: str, end: int) -> None:
    """`startswith`, `endswith`: decided by the known end of a Template where that is long enough."""
    lifted = lift(getattr(str, name), f".{name}")

    def model(call: Call) -> object:
        text, wanted = call.args[0], call.args[1]
        if isinstance(text, Template) and isinstance(text.parts[end], str) and len(call.args) == 2:
            known = text.parts[end]
            options = wanted if isinstance(wanted, tuple) else (wanted,)
            if isinstance(known, str) and all(isinstance(option, str) and len(option) <= len(known) for option in options):
                return bool(getattr(known, name)(wanted))
        return lifted(call)

    METHODS[str][name] = model


affix("startswith", 0)
affix("endswith", -1)


def widening(*names: str) -> None:
    """Methods whose result may be as wide as a number says."""
    for name in names:
        lifted = lift(getattr(str, name), f".{name}")

        def model(call: Call, lifted: object = lifted) -> object:
            for width in call.args[1:2]:
                limits.check_text(width if isinstance(width, int) else 0)
            return lifted(call)  # type: ignore[operator]  # a model

        METHODS[str][name] = model


widening("center", "ljust", "rjust", "zfill")


@methods(str)
def expandtabs(call: Call) -> object:
    """`text.expandtabs(size)`."""
    size = call.argument(1, "tabsize", 8)
    if isinstance(call.args[0], str) and isinstance(size, int):
        limits.check_text(len(call.args[0]) + call.args[0].count("\t") * size)
    return EXPAND(call)


EXPAND = lift(str.expandtabs, ".expandtabs")


@methods(str)
def translate(call: Call) -> object:
    """`text.translate(table)`, its size checked first."""
    table = call.args[1]
    if isinstance(call.args[0], str) and isinstance(table, dict):
        limits.check_text(len(call.args[0]) * max((len(v) for v in table.values() if isinstance(v, str)), default=1))
    return TRANSLATE(call)


TRANSLATE = lift(str.translate, ".translate")


@methods(bytes)
def decode(call: Call) -> object:
    """`bytes.decode(encoding)`."""
    return DECODE(call)


DECODE = lift(bytes.decode, ".decode")
models("builtins.bytes.decode")(DECODE)


@pure("builtins.bytes.fromhex")
def fromhex(text: str) -> object:
    """`bytes.fromhex(text)`."""
    return bytes.fromhex(text)


@pure("builtins.int.from_bytes")
def from_bytes(bytes: bytes, byteorder: str = "big", *, signed: bool = False) -> object:  # noqa: A002 - Python's own name
    """`int.from_bytes(data, order)`."""
    limits.check_bits(len(bytes) * 8)
    return int.from_bytes(bytes, "little" if byteorder == "little" else "big", signed=signed)


@pure("builtins.float.fromhex")
def float_fromhex(text: str) -> object:
    """`float.fromhex(text)`."""
    return float.fromhex(text)
