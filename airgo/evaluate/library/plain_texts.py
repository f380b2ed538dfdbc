"""What `str()` and `repr()` of any value give, and text put together from parts of which some are symbolic."""

from __future__ import annotations

from collections.abc import Iterable

from airgo.evaluate.models import ORDINARY_ERRORS, PROJECT_VALUES, PythonError, obstacle
from airgo.evaluate.objects import Call, Class, Function, Instance, Modelled
from airgo.evaluate.strings import template
from airgo.values import MISSING, Choice, Extern, ExternCall, Operation, Symbol, Symbolic, Template, Unknown


def joined(parts: Iterable[object]) -> object:
    """The text made of the parts in order: a `str`, a Template, a Choice of texts, or the Unknown among the parts."""
    found = list(parts)
    unknown = next((part for part in found if isinstance(part, Unknown)), None)
    return template(found) if unknown is None else unknown


ABSENT = object()


def attribute_or_missing(call: Call, value: object, name: str) -> object:
    """An attribute of a value, or MISSING."""
    found = call.machine.attribute(value, name, ABSENT)
    return MISSING if found is ABSENT else found


def known(call: Call, value: object) -> bool:
    """Is the value plain data at any depth, with no object of the project in it?"""
    return obstacle(Call(call.machine, call.name, (value,), {}, call.place)) is None


def text_of(call: Call, value: object) -> object:
    """`str(value)`: a `str`, or a symbolic text."""
    if isinstance(value, str | Template):
        return value
    if isinstance(value, Symbol):
        return value if value.kind == "env" and not value.path else Template((value,))
    if isinstance(value, Unknown):
        return Unknown("the text of a value that is not known", call.place, value)
    if isinstance(value, Choice):
        return Choice(value.test, text_of(call, value.then), text_of(call, value.orelse))
    if isinstance(value, ExternCall) and is_exception(value.name):
        return exception_text(call, value.name, value.args)
    if isinstance(value, Instance | Modelled | Class | Function):
        return text_of_object(call, value, "__str__", "__repr__")
    if isinstance(value, PROJECT_VALUES):
        return Unknown("the text of an object of the project", call.place)
    if isinstance(value, Symbolic):
        return Operation("str", (value,), call.place)
    return repr_of(call, value) if isinstance(value, dict | list | tuple | set | frozenset) else plain_text(value)


def plain_text(value: object) -> str:
    """`str()` of a plain value that holds no other."""
    try:
        return str(value)
    except ORDINARY_ERRORS as error:
        raise PythonError(type(error).__name__, str(error)) from error


def text_of_object(call: Call, value: object, *names: str) -> object:
    """The text of an object by its own methods, the first that exists."""
    for name in names:
        method = attribute_or_missing(call, value, name) if isinstance(value, Instance) else modelled_method(call, value, name)
        if method is not MISSING and not isinstance(method, Unknown):
            return call.machine.call(method)
    if isinstance(value, Instance) and value.native is not None and not isinstance(value.native, Modelled):
        return text_of(call, value.native) if names[0] == "__str__" else repr_of(call, value.native)
    return Unknown("the text of an object of the project", call.place)


def modelled_method(call: Call, value: object, name: str) -> object:
    """A method of a modelled value, or MISSING."""
    return value.get_attribute(name, call) if isinstance(value, Modelled) else MISSING


def repr_of(call: Call, value: object) -> object:
    """`repr(value)`: a `str`, or a symbolic text."""
    if isinstance(value, dict | list | tuple | set | frozenset):
        return container_repr(call, value)
    if isinstance(value, Unknown):
        return Unknown("the text of a value that is not known", call.place, value)
    if isinstance(value, Instance | Modelled | Class | Function):
        return text_of_object(call, value, "__repr__")
    if isinstance(value, Symbolic):
        return Operation("repr", (value,), call.place)
    if isinstance(value, PROJECT_VALUES):
        return Unknown("the text of an object of the project", call.place)
    return repr(value)


def container_repr(call: Call, value: object) -> object:
    """`repr()` of a container; objects in it by their own `__repr__`."""
    if known(call, value):
        return repr(value)
    if type(value) is list:
        return bracketed(call, "[", value, "]")
    if type(value) is tuple:
        return bracketed(call, "(", value, ",)" if len(value) == 1 else ")")
    if type(value) is dict:
        pairs = [joined_repr(call, (key, ": ", item)) for key, item in value.items()]
        return joined(["{", *separated(pairs), "}"])
    return Operation("repr", (value,), call.place)


def bracketed(call: Call, start: str, items: Iterable[object], end: str) -> object:
    """The elements' texts between brackets."""
    return joined([start, *separated([repr_of(call, item) for item in items]), end])


def joined_repr(call: Call, pair: tuple[object, str, object]) -> object:
    """`key: value` of a dict."""
    return joined([repr_of(call, pair[0]), pair[1], repr_of(call, pair[2])])


def separated(parts: list[object]) -> list[object]:
    """The parts with ", " between them."""
    return [piece for index, part in enumerate(parts) for piece in ((", ", part) if index else (part,))]


def is_exception(name: str) -> bool:
    """Is this the name of one of Python's own exceptions?"""
    import builtins  # noqa: PLC0415 - only for its table of names

    found = getattr(builtins, name.removeprefix("builtins."), None)
    return isinstance(found, type) and issubclass(found, BaseException)


def exception_text(call: Call, name: str, args: tuple[object, ...]) -> object:
    """`str(exception)`."""
    if not args:
        return ""
    if len(args) == 1:
        return repr_of(call, args[0]) if name.endswith("KeyError") else text_of(call, args[0])
    return repr_of(call, args)


def type_name(value: object) -> str:
    """The name of a value's type, as error messages say it."""
    return value.cls.name if isinstance(value, Instance) else value.name if isinstance(value, Extern) else type(value).__name__
