"""Named tuples and typed dicts: classes whose objects are tuples and dicts."""

from __future__ import annotations

from airgo.evaluate.library.builtins_iteration import elements
from airgo.evaluate.library.class_bodies import annotated_names
from airgo.evaluate.library.enumerations import new_member
from airgo.evaluate.library.plain_texts import joined, repr_of
from airgo.evaluate.models import PythonError, extern_base, models
from airgo.evaluate.objects import Call, Class, ExternBase, Instance, Module
from airgo.values import MISSING, Extern, Unknown

FIELDS = "_fields"
DEFAULTS = "_field_defaults"


def defined(call: Call) -> object:
    """Note the fields of `class Point(NamedTuple)`."""
    cls = call.args[0]
    assert isinstance(cls, Class)
    own = annotated_names(cls)
    if own:
        cls.namespace[FIELDS] = tuple(entry.name for entry in own)
        cls.namespace[DEFAULTS] = {entry.name: entry.value for entry in own if entry.value is not MISSING}
    return None


def class_value(cls: Class, name: str) -> object:
    """A class attribute along the MRO."""
    return next((base.namespace[name] for base in cls.mro if isinstance(base, Class) and name in base.namespace), ())


def field_names(cls: Class) -> tuple[str, ...]:
    """The fields of a named tuple."""
    found = class_value(cls, FIELDS)
    return found if isinstance(found, tuple) else ()


def create(instance: Instance, call: Call) -> object:
    """The tuple that the object is. Raises the program's TypeError."""
    names = field_names(instance.cls)
    if len(call.args) > len(names):
        raise PythonError("TypeError", f"{instance.cls.name}() takes {len(names)} arguments but {len(call.args)} were given")
    given = dict(zip(names, call.args, strict=False))
    for name, value in call.kwargs.items():
        if name not in names or name in given:
            raise PythonError("TypeError", f"{instance.cls.name}() got an unexpected or repeated argument '{name}'")
        given[name] = value
    defaults = class_value(instance.cls, DEFAULTS)
    values: dict[str, object] = {**(defaults if isinstance(defaults, dict) else {}), **given}
    missing = [name for name in names if name not in values]
    if missing and not call.unseen:
        raise PythonError("TypeError", f"{instance.cls.name}() missing required arguments: {', '.join(missing)}")
    values |= {name: Unknown(f"the argument {name} comes from a value that is not known", call.place) for name in missing}
    return filled(instance, tuple(values[name] for name in names))


def filled(instance: Instance, values: tuple[object, ...]) -> tuple[object, ...]:
    """Give the object its values, under their names and as the tuple it equals."""
    instance.attributes.update(zip(field_names(instance.cls), values, strict=True))
    instance.key = values
    instance.native = values
    return values


def nothing(call: Call) -> object:
    """The tuple was made by `create`."""
    return None


def subject(call: Call) -> Instance:
    """The object that is asked."""
    assert isinstance(call.args[0], Instance)
    return call.args[0]


def as_dict(call: Call) -> object:
    """`point._asdict()`."""
    return {name: subject(call).attributes[name] for name in field_names(subject(call).cls)}


def replace(call: Call) -> object:
    """`point._replace(**changes)`."""
    values = {name: subject(call).attributes[name] for name in field_names(subject(call).cls)}
    return call.machine.call(subject(call).cls, (), values | call.kwargs)


def make(call: Call) -> object:
    """`Point._make(xs)`."""
    found = elements(call, call.args[1])
    return (
        Unknown("a named tuple of elements that are not known", call.place)
        if found is None
        else call.machine.call(call.args[0], tuple(found))
    )


def show(call: Call) -> object:
    """`repr(point)`."""
    parts: list[object] = [f"{subject(call).cls.name}("]
    for index, name in enumerate(field_names(subject(call).cls)):
        parts += [f"{', ' if index else ''}{name}=", repr_of(call, subject(call).attributes[name])]
    return joined([*parts, ")"])


METHODS = {"_asdict": as_dict, "_replace": replace, "__repr__": show, "__str__": show}
for _name in ("typing.NamedTuple", "typing_extensions.NamedTuple"):
    extern_base(ExternBase(_name, nothing, create, methods=METHODS, defined=defined, class_methods={"_make": make}))


def made_class(call: Call, name: str, base: str) -> Class:
    """A class that a call makes, such as `namedtuple("Point", "x y")`; it stands where the call does."""
    module = Module(str(call.machine.globals().get("__name__", "")), call.place.locator, call.machine.globals())  # type: ignore[arg-type]
    cls = Class(name, call.place.node, module, (Extern(base),), {"__module__": module.name}, name)  # type: ignore[arg-type]
    cls.mro = (cls, Extern(base))
    return cls


def names_in(call: Call, value: object) -> list[str] | None:
    """Names given as a list or as text."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    found = elements(call, value)
    return [name for name in found if isinstance(name, str)] if found is not None and all(isinstance(name, str) for name in found) else None


@models("collections.namedtuple")
def namedtuple(call: Call) -> object:
    """`namedtuple("Point", "x y", defaults=…)`."""
    name, names = call.argument(0, "typename"), names_in(call, call.argument(1, "field_names"))
    if not isinstance(name, str) or names is None:
        return Unknown("a named tuple whose names are not known", call.place)
    defaults = elements(call, call.kwargs["defaults"]) if call.kwargs.get("defaults") is not None else []
    cls = made_class(call, name, "typing.NamedTuple")
    cls.namespace[FIELDS] = tuple(names)
    cls.namespace[DEFAULTS] = dict(zip(names[len(names) - len(defaults or []) :], defaults or [], strict=False))
    return cls


@models("typing.NamedTuple")
def typed_named_tuple(call: Call) -> object:
    """`NamedTuple("Point", [("x", int), ("y", int)])`."""
    fields = elements(call, call.argument(1, "fields", ()))
    pairs = [elements(call, field) for field in fields] if fields is not None else [None]
    if any(not pair for pair in pairs):
        return Unknown("a named tuple whose names are not known", call.place)
    names = [pair[0] for pair in pairs if pair]
    return namedtuple(Call(call.machine, call.name, (call.args[0], names), {}, call.place))


def typed_dict(call: Call) -> object:
    """`Options(a=1)` of a TypedDict: a plain dict."""
    return call.machine.call(Extern("builtins.dict"), call.args[1:], call.kwargs)


for _name in ("typing.TypedDict", "typing_extensions.TypedDict"):
    extern_base(ExternBase(_name, nothing, class_methods={"__call__": typed_dict}))


@models("typing.TypedDict", "typing_extensions.TypedDict")
def functional_typed_dict(call: Call) -> object:
    """`TypedDict("Options", {...})`: called, it makes a plain dict."""
    return Extern("builtins.dict")


@models("enum.Enum", "enum.IntEnum", "enum.StrEnum")
def functional_enum(call: Call) -> object:
    """`Enum("Color", "RED GREEN")`: values count from 1; pairs and dicts give them."""
    name, given = call.argument(0, "value"), call.argument(1, "names")
    if isinstance(given, dict):
        pairs: list[tuple[object, object]] = list(given.items())
    else:
        names = names_in(call, given)
        found = None if names is not None else elements(call, given)
        if names is None and (found is None or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in found)):
            return Unknown("an Enum whose names are not known", call.place)
        numbered: list[tuple[object, object]] = [(text, index + 1) for index, text in enumerate(names or ())]
        pairs = numbered or [(pair[0], pair[1]) for pair in found or () if isinstance(pair, tuple | list)]
    cls = made_class(call, str(name), call.name)
    members = {str(key): new_member(call, cls, str(key), value) for key, value in pairs}
    cls.namespace |= {"_member_map_": members, "__members__": members, **members}
    return cls
