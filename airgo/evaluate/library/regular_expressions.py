"""re: Python's own engine over known text, with caps on the sizes of pattern and subject."""

from __future__ import annotations

import re
from collections.abc import Callable

from airgo.evaluate import limits
from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.models import METHODS, ORDINARY_ERRORS, PythonError, constant, lift, models, unwrap
from airgo.evaluate.objects import Call, Iterator
from airgo.values import Operation, Symbolic, Unknown

plain_type("re.Pattern", re.Pattern)
plain_type("re.Match", re.Match)
for _name in ("A", "ASCII", "I", "IGNORECASE", "L", "LOCALE", "M", "MULTILINE", "S", "DOTALL", "X", "VERBOSE", "U", "UNICODE"):
    constant(f"re.{_name}", int(getattr(re, _name)))

NESTED_QUANTIFIER = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")
"""A repeated group that repeats inside, such as `(a+)+`: the form that makes backtracking engines take exponential time."""
RISKY_SUBJECT = 200


def compiled(pattern: object, flags: object = 0) -> re.Pattern[str] | None:
    """The compiled pattern; None when it is not known. Raises the program's re.error."""
    pattern = unwrap(pattern)
    if isinstance(pattern, re.Pattern):
        return pattern
    if not isinstance(pattern, str) or not isinstance(flags, int):
        return None
    if len(pattern) > limits.PATTERN:
        raise PythonError("MemoryError", f"a pattern of {len(pattern)} characters is more than airgo computes with")
    try:
        return re.compile(pattern, flags)
    except (re.error, *ORDINARY_ERRORS) as error:
        raise PythonError("re.error", str(error)) from error


def too_much(pattern: re.Pattern[str], subject: str) -> bool:
    """Might matching take too long?"""
    return len(subject) > (RISKY_SUBJECT if NESTED_QUANTIFIER.search(pattern.pattern) else limits.SUBJECT)


@models("re.compile")
def compile_(call: Call) -> object:
    """`re.compile(pattern, flags)`."""
    found = compiled(call.argument(0, "pattern"), call.argument(1, "flags", 0))
    return not_known(call, "re.compile", call.args[0]) if found is None else found


def not_known(call: Call, name: str, *values: object) -> object:
    """What matching gives when the pattern or the subject is not known."""
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    if unknown is not None:
        return Unknown(f"{name} over a value that is not known", call.place, unknown)
    if any(isinstance(value, Symbolic) for value in values):
        return Operation(name, tuple(pattern_text(value) for value in values), call.place)
    raise PythonError("TypeError", "expected string or bytes-like object")


def pattern_text(value: object) -> object:
    """A pattern as plain data."""
    return value.pattern if isinstance(value, re.Pattern) else value


def matching(name: str, subject_at: int, run: Callable[..., object]) -> None:
    """Register `re.name(pattern, …)` and `pattern.name(…)`; the subject's position counts from the pattern's."""

    def model(call: Call, pattern: object, rest: list[object], flags: object) -> object:
        found = compiled(pattern, flags)
        rest = [unwrap(value) for value in rest]
        subject = rest[subject_at - 1] if len(rest) >= subject_at else None
        if found is None or not isinstance(subject, str):
            return not_known(call, f"re.{name}", pattern, *rest)
        if too_much(found, subject):
            return Unknown(f"re.{name} over a text too long for this pattern", call.place)
        try:
            return run(call, found, *rest)
        except (re.error, *ORDINARY_ERRORS) as error:
            raise PythonError("re.error", str(error)) from error

    def function(call: Call) -> object:
        args, flags = list(call.args), call.kwargs.get("flags", 0)
        args += [call.kwargs[keyword] for keyword in ("pattern", "repl", "string", "count", "maxsplit") if keyword in call.kwargs]
        room = 1 + subject_at + (1 if name in ("sub", "subn", "split") else 0)
        if len(args) > room:
            flags = args.pop()
        return model(call, args[0], args[1:], flags)

    def method(call: Call) -> object:
        extra = [call.kwargs[keyword] for keyword in ("repl", "string", "count", "maxsplit") if keyword in call.kwargs]
        return model(call, call.args[0], [*call.args[1:], *extra], 0)

    models(f"re.{name}")(function)
    METHODS.setdefault(re.Pattern, {})[name] = method


def substitute(call: Call, pattern: re.Pattern[str], replacement: object, subject: str, count: int = 0) -> object:
    """`pattern.sub(repl, text, count)`; a function of the program is called for every match."""
    if isinstance(replacement, str):
        limits.check_text(len(subject) + (len(replacement) + len(subject) * replacement.count("\\")) * (len(pattern.findall(subject)) + 1))
        return pattern.sub(replacement, subject, count)
    pieces: list[str] = []
    position = 0
    for number, match in enumerate(pattern.finditer(subject)):
        if count and number >= count:
            break
        value = unwrap(call.machine.call(replacement, (match,)))
        if not isinstance(value, str):
            return Unknown("a replacement that is not known", call.place, value if isinstance(value, Unknown) else None)
        pieces.extend((subject[position : match.start()], value))
        position = match.end()
    return "".join([*pieces, subject[position:]])


def all_found(call: Call, pattern: re.Pattern[str], subject: str, *bounds: int) -> object:
    """`pattern.findall(text)`."""
    return pattern.findall(subject, *bounds)


matching("match", 1, lambda call, pattern, *rest: pattern.match(*rest))
matching("search", 1, lambda call, pattern, *rest: pattern.search(*rest))
matching("fullmatch", 1, lambda call, pattern, *rest: pattern.fullmatch(*rest))
matching("findall", 1, all_found)
matching("finditer", 1, lambda call, pattern, *rest: Iterator(pattern.finditer(*rest)))
matching("split", 1, lambda call, pattern, *rest: pattern.split(*rest))
matching("sub", 2, substitute)
matching("subn", 2, lambda call, pattern, *rest: pattern.subn(*rest))


def escape(pattern: str) -> str:
    """`re.escape(text)`."""
    return re.escape(pattern)


models("re.escape")(lift(escape))
for _name in ("group", "groups", "groupdict", "start", "end", "span", "expand", "__getitem__"):
    METHODS.setdefault(re.Match, {})[_name] = lift(getattr(re.Match, _name), f".{_name}")
