"""Classes of the project: definition, MRO, instances, attributes, `super()`, and bases from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airgo.catalogue import canonical
from airgo.evaluate import attributes
from airgo.evaluate.attributes import GETTERS, extern_value
from airgo.evaluate.models import BASE_RESOLVERS, BASES
from airgo.evaluate.objects import (
    Bound,
    Call,
    Class,
    ClassMethod,
    ExternBase,
    Function,
    Instance,
    Modelled,
    Native,
    Property,
    PythonError,
    StaticMethod,
)
from airgo.evaluate.syntax import docstring
from airgo.values import MISSING, Extern, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airgo.evaluate.machine import Machine
    from airgo.source import Place

OBJECT = Extern("builtins.object")
IGNORED_BASES = frozenset(
    {"builtins.object", "typing.Generic", "typing.Protocol", "abc.ABC", "typing_extensions.Protocol", "builtins.type"}
)
"""Bases that add nothing: a class below them has all its attributes in the project."""


def resolve_base(name: str) -> ExternBase | None:
    """How a class from outside behaves as a base, when it is modelled."""
    for spelling in (name, canonical(name)):
        found = BASES.get(spelling)
        if found is not None:
            return found
    for resolver in BASE_RESOLVERS:
        resolved = resolver(canonical(name))
        if resolved is not None:
            return resolved
    return None


def extern_base(cls: Class) -> ExternBase | None:
    """The first modelled class from outside in the MRO."""
    for base in cls.mro:
        if isinstance(base, Extern):
            found = resolve_base(base.name)
            if found is not None:
                return found
    return None


def has_foreign_base(cls: Class) -> bool:
    """Does the class extend something that airgo does not enter and has no model for?"""
    return any(not isinstance(base, Class) for base in cls.mro)


def linearize(cls: Class) -> tuple[object, ...]:
    """The C3 order of a class and its bases; raises PythonError("TypeError") when there is none."""
    kept = [base for base in cls.bases if not (isinstance(base, Extern) and base.name in IGNORED_BASES)]
    sequences = [[*base.mro] if isinstance(base, Class) else [base] for base in kept]
    sequences.append(list(kept))
    result: list[object] = [cls]
    while sequences := [sequence for sequence in sequences if sequence]:
        for sequence in sequences:
            head = sequence[0]
            if not any(is_among(head, other[1:]) for other in sequences):
                break
        else:
            raise PythonError("TypeError", f"no consistent method resolution order for the bases of {cls.name}")
        result.append(head)
        sequences = [sequence[1:] if same_base(sequence[0], head) else sequence for sequence in sequences]
    return tuple(result)


def same_base(left: object, right: object) -> bool:
    """Are the two entries of an MRO the same class?"""
    return left is right or (isinstance(left, Extern) and isinstance(right, Extern) and left.name == right.name)


def is_among(base: object, others: list[object]) -> bool:
    """Is the class in the list?"""
    return any(same_base(base, other) for other in others)


def canonical_base(value: object) -> object:
    """A base as it stands in an MRO: names from outside under their present name."""
    if isinstance(value, Extern):
        return value if value.name in BASES else Extern(canonical(value.name))
    return value


def lookup(cls: Class, name: str, after: Class | None = None) -> object:
    """The raw class attribute along the MRO (after a class, for `super()`), or MISSING; bases from outside are not asked."""
    for base in following(cls, after):
        if isinstance(base, Class) and name in base.namespace:
            return base.namespace[name]
    return MISSING


def following(cls: Class, after: Class | None) -> Iterator[object]:
    """The MRO, or the part of it behind a class."""
    started = after is None
    for base in cls.mro:
        if started:
            yield base
        elif base is after:
            started = True


def bind(machine: Machine, found: object, receiver: object, cls: Class) -> object:
    """A class attribute as it is seen through an instance (or through the class, when `receiver` is None)."""
    if isinstance(found, Function | Native) and receiver is not None:
        return Bound(found, receiver)
    if isinstance(found, StaticMethod):
        return found.function
    if isinstance(found, ClassMethod):
        return Bound(found.function, cls)
    if isinstance(found, Property) and receiver is not None:
        return machine.call(found.getter, (receiver,))
    if isinstance(found, Instance) and receiver is not None:
        getter = lookup(found.cls, "__get__")
        if getter is not MISSING:
            return machine.call(Bound(getter, found), (receiver, cls))
    return found


def instance_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of an object of the project."""
    assert isinstance(value, Instance)
    found = lookup(value.cls, name)
    if isinstance(found, Property):
        return machine.call(found.getter, (value,))
    if name in value.attributes:
        return value.attributes[name]
    if found is not MISSING:
        return bind(machine, found, value, value.cls)
    special = {"__class__": value.cls, "__dict__": value.attributes}
    if name in special:
        return special[name]
    found = inherited_attribute(machine, value, value.cls, name, None)
    if found is not MISSING:
        return found
    fallback = lookup(value.cls, "__getattr__")
    if fallback is not MISSING:
        return machine.call(Bound(fallback, value), (name,))
    return foreign(machine, value.cls, name)


def foreign(machine: Machine, cls: Class, name: str) -> object:
    """What an attribute is that no class of the project defines: unknown when a class from outside may define it."""
    unmodelled = [base for base in cls.mro if not isinstance(base, Class) and not (isinstance(base, Extern) and is_closed(base.name))]
    if unmodelled:
        base = unmodelled[0]
        return Unknown(f"{name} of {base.name if isinstance(base, Extern) else 'a base class that is not known'}", machine.place)
    return MISSING


def is_closed(name: str) -> bool:
    """Is the base modelled as one of Python's own, all of whose attributes are known?"""
    return name in BASES and not name.startswith("airflow")


def inherited_attribute(machine: Machine, value: Instance, cls: Class, name: str, after: Class | None) -> object:
    """What a modelled base from outside gives to an instance; MISSING when none does."""
    for base in following(cls, after):
        modelled = resolve_base(base.name) if isinstance(base, Extern) else None
        if modelled is None:
            continue
        if name in modelled.methods:
            return Bound(Native(f"{modelled.name}.{name}", modelled.methods[name]), value)
        if name == "__init__":
            return Bound(Native(f"{modelled.name}.__init__", modelled.init), value)
    if value.native is None:
        return MISSING
    if isinstance(value.native, Modelled):
        return value.native.get_attribute(name, machine.new_call(name))
    return attributes.attribute_or(machine, value.native, name, MISSING) if has_attribute(machine, value.native, name) else MISSING


def has_attribute(machine: Machine, value: object, name: str) -> bool:
    """Has the plain value this attribute?"""
    return attributes.find_method(type(value), name) is not None or (hasattr(type(value), name) and not name.startswith("__"))


def class_attribute(machine: Machine, value: object, name: str) -> object:
    """An attribute of a project class itself."""
    assert isinstance(value, Class)
    found = lookup(value, name)
    if found is not MISSING:
        return bind(machine, found, None, value)
    special = {
        "__name__": value.name,
        "__qualname__": value.qualified_name,
        "__module__": value.module.name,
        "__mro__": (*value.mro, OBJECT),
        "__bases__": value.bases or (OBJECT,),
        "__dict__": value.namespace,
        "__doc__": docstring(value.node),
        "__class__": Extern("builtins.type"),
    }
    if name in special:
        return special[name]
    for base in value.mro:
        modelled = resolve_base(base.name) if isinstance(base, Extern) else None
        if modelled is not None and name in modelled.class_methods:
            return Bound(Native(f"{modelled.name}.{name}", modelled.class_methods[name]), value)
        if modelled is not None and name in modelled.methods:
            return Native(f"{modelled.name}.{name}", modelled.methods[name])
        if modelled is not None and name == "__init__":
            return Native(f"{modelled.name}.__init__", modelled.init)
        if isinstance(base, Extern):
            inherited = extern_value(machine, f"{base.name}.{name}")
            if not isinstance(inherited, Extern):
                return inherited
    return foreign(machine, value, name)


def instantiate(machine: Machine, cls: Class, call: Call) -> object:
    """`cls(*args, **kwargs)`."""
    base = extern_base(cls)
    if base is not None and "__call__" in base.class_methods:
        call.name = cls.name
        found = base.class_methods["__call__"](Call(machine, cls.name, (cls, *call.args), dict(call.kwargs), call.place, call.unseen))
        if found is not MISSING:
            return found
    maker = lookup(cls, "__new__")
    if isinstance(maker, Function | StaticMethod):
        made = attributes_call(machine, maker, (cls, *call.args), call)
        if not isinstance(made, Instance) or (made.cls is not cls and cls not in made.cls.mro):
            return made
        instance = made
    else:
        instance = new_instance(machine, cls, call)
    initialize(machine, instance, call)
    instance.initialized = True
    return instance


def attributes_call(machine: Machine, function: object, args: tuple[object, ...], call: Call) -> object:
    """Call a function with other positional arguments than the call's own."""
    from airgo.evaluate import calls  # noqa: PLC0415 - calls needs classes

    return calls.call_value(machine, function, args, call.kwargs, call.place, call.unseen)


def new_instance(machine: Machine, cls: Class, call: Call) -> Instance:
    """An instance before its `__init__`."""
    instance = Instance(cls, {}, call.place)
    machine.made(instance)
    base = extern_base(cls)
    if base is not None and base.create is not None:
        instance.native = base.create(instance, Call(machine, cls.name, call.args, call.kwargs, call.place, call.unseen))
    return instance


def initialize(machine: Machine, instance: Instance, call: Call) -> None:
    """Run the first `__init__` along the MRO."""
    for base in instance.cls.mro:
        if isinstance(base, Class):
            if "__init__" not in base.namespace:
                continue
            attributes_call(machine, base.namespace["__init__"], (instance, *call.args), call)
            return
        modelled = resolve_base(base.name) if isinstance(base, Extern) else None
        if modelled is not None:
            modelled.init(Call(machine, f"{modelled.name}.__init__", (instance, *call.args), call.kwargs, call.place, call.unseen))
            return
    if (call.args or call.kwargs) and not has_foreign_base(instance.cls) and lookup(instance.cls, "__new__") is MISSING:
        raise PythonError("TypeError", f"{instance.cls.name}() takes no arguments")


def before_init(machine: Machine, function: Function, call: Call) -> Call:
    """The call of a project class's `__init__` as a modelled base wants it: Airflow's metaclass fills in default_args."""
    instance, owner = call.args[0], function.owner
    if not isinstance(instance, Instance) or owner is None:
        return call
    base = extern_base(instance.cls)
    if base is None or base.before_init is None:
        return call
    args, kwargs = base.before_init(
        instance, owner, function, Call(machine, "__init__", call.args[1:], call.kwargs, call.place, call.unseen)
    )
    return Call(machine, call.name, (instance, *args), kwargs, call.place, call.unseen)


def special_method(machine: Machine, value: object, name: str) -> object:
    """A protocol method (`__iter__`, `__add__`) that the class of an object defines, bound; MISSING when it defines none."""
    if isinstance(value, Class):
        base = extern_base(value)
        if base is not None and name in base.class_methods:
            return Bound(Native(f"{base.name}.{name}", base.class_methods[name]), value)
        if name in {"__class_getitem__", "__getitem__"}:
            found = lookup(value, "__class_getitem__")
            return MISSING if found is MISSING else Bound(found.function if isinstance(found, ClassMethod) else found, value)
        return MISSING
    if not isinstance(value, Instance):
        return MISSING
    found = lookup(value.cls, name)
    if found is not MISSING:
        return MISSING if found is None else bind(machine, found, value, value.cls)
    base = extern_base(value.cls)
    if base is not None and name in base.methods:
        return Bound(Native(f"{base.name}.{name}", base.methods[name]), value)
    return MISSING


def set_instance_attribute(machine: Machine, value: Instance, name: str, new: object) -> None:
    """`instance.name = new`."""
    found = lookup(value.cls, name)
    if isinstance(found, Property):
        if found.setter is None:
            raise PythonError("AttributeError", f"property {name!r} of {value.cls.name!r} object has no setter")
        machine.call(found.setter, (value, new))
        return
    setter = lookup(value.cls, "__setattr__")
    if isinstance(setter, Function | Native):
        machine.call(Bound(setter, value), (name, new))
        return
    store(machine, value, name, new)


def store(machine: Machine, value: Instance, name: str, new: object) -> None:
    """Bind an attribute of an instance; the value it extends is told."""
    machine.touch(value)
    value.attributes[name] = new
    if isinstance(value.native, Modelled):
        value.native.set_attribute(name, new, machine.new_call(name))


def finish(machine: Machine, cls: Class, place: Place) -> None:
    """What happens when a class's body is done: modelled bases see it, and `__init_subclass__` of its bases runs."""
    seen: set[str] = set()
    for base in cls.mro:
        modelled = resolve_base(base.name) if isinstance(base, Extern) else None
        if modelled is not None and modelled.defined is not None and modelled.name not in seen:
            seen.add(modelled.name)
            modelled.defined(Call(machine, cls.name, (cls,), dict(cls.keywords), place))
    hook = lookup(cls, "__init_subclass__", cls)
    if hook is not MISSING:
        function = hook.function if isinstance(hook, ClassMethod) else hook
        keywords = {name: value for name, value in cls.keywords.items() if name != "metaclass"}
        machine.call(Bound(function, cls), (), keywords)


GETTERS[Instance] = instance_attribute
GETTERS[Class] = class_attribute
