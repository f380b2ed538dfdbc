"""Python's exceptions as bases of the project's own, and the plain types that project classes extend."""

from __future__ import annotations

import builtins

from airgo.evaluate.library.builtins_iteration import elements
from airgo.evaluate.library.builtins_types import add_all
from airgo.evaluate.library.containers import add_unseen
from airgo.evaluate.library.plain_texts import exception_text, joined, repr_of
from airgo.evaluate.models import BASES, Model, extern_base, models
from airgo.evaluate.objects import Call, Class, ExternBase, Instance, Modelled
from airgo.values import MISSING, Extern, Symbolic, Unknown


def subject(call: Call) -> Instance:
    """The object a method is called on."""
    assert isinstance(call.args[0], Instance)
    return call.args[0]


def keep_arguments(call: Call) -> object:
    """`Exception.__init__(*args)`."""
    subject(call).attributes["args"] = call.args[1:]
    return None


def say(call: Call) -> object:
    """`str(exception)`."""
    args = subject(call).attributes.get("args", ())
    return exception_text(call, "Exception", args if isinstance(args, tuple) else ())


def show(call: Call) -> object:
    """`repr(exception)`."""
    return joined([subject(call).cls.name, repr_of(call, subject(call).attributes.get("args", ()))])


def itself(call: Call) -> object:
    """`exception.with_traceback(tb)`."""
    return call.args[0]


def nothing(call: Call) -> object:
    """`exception.add_note(text)`."""
    return None


EXCEPTION_METHODS = {"__str__": say, "__repr__": show, "with_traceback": itself, "add_note": nothing}
for _name, _value in vars(builtins).items():
    if isinstance(_value, type) and issubclass(_value, BaseException):
        extern_base(ExternBase(f"builtins.{_name}", keep_arguments, methods=EXCEPTION_METHODS))


def plain_base(name: str, empty: type, fill: Model) -> None:
    """Let project classes extend a plain type: the object's native value is one of it."""

    def create(instance: Instance, call: Call) -> object:
        return empty()

    extern_base(ExternBase(name, fill, create))


def fill_dict(call: Call) -> object:
    """`dict.__init__(mapping, **more)`."""
    native = subject(call).native
    assert isinstance(native, dict)
    for source in call.args[1:2]:
        if add_all(call, native, source) is not None:
            add_unseen(call, native, source)
    native.update(call.kwargs)
    return None


def fill_list(call: Call) -> object:
    """`list.__init__(xs)`."""
    native = subject(call).native
    assert isinstance(native, list)
    for source in call.args[1:2]:
        found = elements(call, source)
        native.extend([Unknown("elements that are not known", call.place)] if found is None else found)
    return None


def fill_set(call: Call) -> object:
    """`set.__init__(xs)`."""
    native = subject(call).native
    assert isinstance(native, set)
    for source in call.args[1:2]:
        native.update(elements(call, source) or ())
    return None


plain_base("builtins.dict", dict, fill_dict)
plain_base("collections.OrderedDict", dict, fill_dict)
plain_base("builtins.list", list, fill_list)
plain_base("builtins.set", set, fill_set)


def create_data(instance: Instance, call: Call) -> object:
    """`UserDict.data`: the dict that the object is read as."""
    data: dict[object, object] = {}
    instance.attributes["data"] = data
    return data


extern_base(ExternBase("collections.UserDict", fill_dict, create_data))
extern_base(ExternBase("typing.Dict", fill_dict, lambda instance, call: {}))


def scalar_base(name: str) -> None:
    """Let project classes extend str, int, float or tuple: the object equals the plain value. Enums with such a mixin are Enums."""

    def create(instance: Instance, call: Call) -> object:
        value = call.machine.call(Extern(name), call.args[:1])
        instance.key = None if isinstance(value, Symbolic) else value
        return value

    extern_base(ExternBase(name, nothing, create, class_methods={hook: as_enum(hook) for hook in CLASS_HOOKS}))


CLASS_HOOKS = ("__call__", "__getitem__", "__iter__", "__len__", "__contains__")


def as_enum(hook: str) -> Model:
    """What the Enum among a class's bases says; MISSING when there is none."""

    def model(call: Call) -> object:
        cls = call.args[0]
        assert isinstance(cls, Class)
        for base in cls.external_bases():
            found = BASES.get(base) if base.startswith("enum.") else None
            function = None if found is None else found.class_methods.get(hook)
            if function is not None:
                return function(call)
        return MISSING

    return model


for _name in ("str", "int", "float", "bytes", "tuple", "frozenset"):
    scalar_base(f"builtins.{_name}")


def instance_without_init(call: Call) -> object:
    """`object.__new__(cls)`, `str.__new__(cls, value)`."""
    cls = call.args[0]
    if not isinstance(cls, Class):
        return Unknown("__new__ of a class from outside the project", call.place)
    owner = call.name.removesuffix(".__new__")
    instance = Instance(cls, {}, call.place)
    if owner != "builtins.object":
        value = call.machine.call(Extern(owner), call.args[1:2])
        instance.native, instance.key = value, None if isinstance(value, Symbolic) else value
    return instance


models(*(f"builtins.{name}.__new__" for name in ("object", "str", "int", "float", "tuple")))(instance_without_init)


@models("builtins.object.__setattr__")
def plain_setattr(call: Call) -> object:
    """`object.__setattr__(x, name, value)`: past the class's own, as frozen dataclasses do it."""
    value, name, new = call.args
    if isinstance(value, Instance) and isinstance(name, str):
        value.attributes[name] = new
    elif isinstance(value, Modelled) and isinstance(name, str):
        value.set_attribute(name, new, call)
    return None


@models("builtins.object.__getattribute__")
def plain_getattribute(call: Call) -> object:
    """`object.__getattribute__(x, name)`."""
    return call.machine.attribute(call.args[0], str(call.args[1]))
