"""dataclasses and attrs: the methods that the decorators write into a class."""

from __future__ import annotations

from collections.abc import Callable

from airgo.evaluate.library.class_bodies import FieldSpec, all_fields, annotated_names, inherited_fields
from airgo.evaluate.library.plain_texts import attribute_or_missing, joined, repr_of
from airgo.evaluate.models import PythonError, models
from airgo.evaluate.objects import Call, Class, Instance, Native
from airgo.values import MISSING, Unknown

DATACLASS = ("dataclasses.dataclass", "pydantic.dataclasses.dataclass")
ATTRS = (
    *(f"attr.{name}" for name in ("s", "attrs", "attributes", "define", "frozen", "mutable", "dataclass")),
    *(f"attrs.{name}" for name in ("define", "frozen", "mutable")),
)


@models(*DATACLASS, *ATTRS)
def dataclass_(call: Call) -> object:
    """`@dataclass`, with and without arguments."""
    options = dict(call.kwargs)
    if call.args and isinstance(call.args[0], Class):
        return made(call, call.args[0], options)
    return Native(call.name, lambda inner: made(inner, inner.args[0], options))


def made(call: Call, cls: object, options: dict[str, object]) -> object:
    """The class with its fields and its written methods."""
    if not isinstance(cls, Class):
        return cls
    cls.fields = {**inherited_fields(cls), **own_fields(cls, options.get("kw_only") is True)}
    written: dict[str, Callable[[Call], object]] = {"__init__": initialize, "__repr__": represent, "__eq__": equal}
    if options.get("order") is True:
        written |= {name: ordering(symbol) for name, symbol in (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">="))}
    for name, function in written.items():
        wanted = options.get(name.strip("_"), True) is not False
        if wanted and (name not in cls.namespace or (name == "__init__" and options.get("init") is True)):
            cls.namespace[name] = Native(name, function)
    return cls


def own_fields(cls: Class, kw_only: bool) -> dict[str, object]:
    """The fields of the class body itself, in order."""
    found: dict[str, object] = {}
    annotations = {entry.name: entry.annotation for entry in annotated_names(cls)}
    bare = [name for name, value in cls.namespace.items() if isinstance(value, FieldSpec) and name not in annotations]
    for name in [*annotations, *bare]:
        annotation = annotations.get(name, "")
        kind = annotation.partition("[")[0].rpartition(".")[2]
        if kind == "KW_ONLY":
            kw_only = True
        if kind in ("KW_ONLY", "ClassVar"):
            continue
        value = cls.namespace.get(name, MISSING)
        spec = value if isinstance(value, FieldSpec) else FieldSpec(value)
        spec.name, spec.annotation, spec.init_only = name, annotation, kind == "InitVar"
        spec.kw_only = kw_only if spec.kw_only is None else spec.kw_only
        if isinstance(value, FieldSpec):
            cls.namespace.pop(name)
            if spec.default is not MISSING:
                cls.namespace[name] = spec.default
        found[name] = spec
    return found


def initialize(call: Call) -> object:
    """The written `__init__`."""
    instance = call.args[0]
    assert isinstance(instance, Instance)
    values = arguments(call, instance.cls, call.args[1:], dict(call.kwargs))
    post: list[object] = []
    for name, spec in all_fields(instance.cls).items():
        value = values.get(name, MISSING)
        if value is MISSING and spec.factory is not None:
            value = call.machine.call(spec.factory)
        if value is MISSING:
            value = spec.default
        if spec.converter is not None and value is not MISSING:
            value = call.machine.call(spec.converter, (value,))
        if spec.init_only:
            post.append(value)
        elif value is not MISSING:
            instance.attributes[name] = value
    for hook, args in (("__post_init__", tuple(post)), ("__attrs_post_init__", ())):
        method = attribute_or_missing(call, instance, hook) if has_method(instance.cls, hook) else MISSING
        if method is not MISSING:
            call.machine.call(method, args)
    return None


def has_method(cls: Class, name: str) -> bool:
    """Does some class of the project along the MRO define the method?"""
    return any(isinstance(base, Class) and name in base.namespace for base in cls.mro)


def arguments(call: Call, cls: Class, args: tuple[object, ...], kwargs: dict[str, object]) -> dict[str, object]:
    """The values given to the written `__init__`, by field. Raises the program's TypeError."""
    specs = {spec.alias or name: (name, spec) for name, spec in all_fields(cls).items() if spec.in_init}
    positional = [name for name, (_, spec) in specs.items() if not spec.kw_only]
    if len(args) > len(positional):
        raise PythonError(
            "TypeError", f"{cls.name}.__init__() takes {len(positional) + 1} positional arguments but {len(args) + 1} were given"
        )
    given = dict(zip(positional, args, strict=False))
    for name, value in kwargs.items():
        private = name if name in specs else f"_{name}"
        if private not in specs or private in given:
            words = "got an unexpected keyword argument" if private not in specs else "got multiple values for argument"
            raise PythonError("TypeError", f"{cls.name}.__init__() {words} '{name}'")
        given[private] = value
    missing = [name for name, (_, spec) in specs.items() if name not in given and spec.required]
    if missing and not call.unseen:
        raise PythonError("TypeError", f"{cls.name}.__init__() missing required arguments: {', '.join(missing)}")
    given |= {name: Unknown(f"the argument {name} comes from a value that is not known", call.place) for name in missing}
    return {specs[name][0]: value for name, value in given.items()}


def compared(instance: Instance) -> tuple[object, ...]:
    """The values by which two objects are compared."""
    return tuple(instance.attributes.get(name) for name, spec in all_fields(instance.cls).items() if not spec.init_only)


def equal(call: Call) -> object:
    """The written `__eq__`: the same class and equal fields."""
    left, right = call.args
    if not isinstance(left, Instance) or not isinstance(right, Instance) or left.cls is not right.cls:
        return False
    return left is right or call.machine.operate("==", compared(left), compared(right))


def ordering(symbol: str) -> Callable[[Call], object]:
    """A written comparison."""

    def compare(call: Call) -> object:
        left, right = call.args
        if not isinstance(left, Instance) or not isinstance(right, Instance):
            raise PythonError("TypeError", f"'{symbol}' not supported between these objects")
        return call.machine.operate(symbol, compared(left), compared(right))

    return compare


def represent(call: Call) -> object:
    """The written `__repr__`."""
    instance = call.args[0]
    assert isinstance(instance, Instance)
    parts: list[object] = [f"{instance.cls.qualified_name}("]
    for index, (name, spec) in enumerate(all_fields(instance.cls).items()):
        if not spec.init_only:
            parts += [f"{', ' if index else ''}{name}=", repr_of(call, instance.attributes.get(name))]
    return joined([*parts, ")"])


@models("dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "attrs.field")
def field(call: Call) -> object:
    """`field(default=…, default_factory=…)`, `attr.ib(default=…, factory=…)`."""
    default: object = call.argument(0, "default", MISSING)
    factory = call.kwargs.get("default_factory", call.kwargs.get("factory"))
    if isinstance(default, FieldSpec):
        factory = default.factory
        default = MISSING
    kw_only = call.kwargs.get("kw_only")
    spec = FieldSpec(
        default, factory, in_init=call.kwargs.get("init", True) is not False, kw_only=kw_only if isinstance(kw_only, bool) else None
    )
    spec.converter = call.kwargs.get("converter")
    spec.metadata = call.kwargs.get("metadata") or {}
    alias = call.kwargs.get("alias")
    spec.alias = alias if isinstance(alias, str) else None
    return spec


@models("attr.Factory", "attrs.Factory")
def factory_(call: Call) -> object:
    """`attr.Factory(list)`."""
    return FieldSpec(factory=call.args[0])


@models("dataclasses.fields", "attr.fields", "attrs.fields")
def fields(call: Call) -> object:
    """`fields(class_or_instance)`."""
    owner = owner_of(call.args[0])
    if owner is None:
        return Unknown("the fields of a value that is no dataclass of the project", call.place)
    return tuple(spec for spec in all_fields(owner).values() if not spec.init_only)


def owner_of(value: object) -> Class | None:
    """The dataclass of an object, or the class itself; a class below one is one."""
    cls = value.cls if isinstance(value, Instance) else value
    return cls if isinstance(cls, Class) and any(isinstance(one, Class) and one.fields is not None for one in (cls, *cls.mro)) else None


@models("dataclasses.is_dataclass", "attr.has", "attrs.has")
def is_dataclass(call: Call) -> object:
    """`is_dataclass(x)`."""
    return owner_of(call.args[0]) is not None


@models("dataclasses.asdict", "attr.asdict", "attrs.asdict")
def asdict(call: Call) -> object:
    """`asdict(instance, dict_factory=…)`."""
    return plain_copy(call, call.args[0], as_tuple=False)


@models("dataclasses.astuple", "attr.astuple", "attrs.astuple")
def astuple(call: Call) -> object:
    """`astuple(instance)`."""
    return plain_copy(call, call.args[0], as_tuple=True)


def plain_copy(call: Call, value: object, as_tuple: bool) -> object:
    """A copy of a value in which dataclass instances are dicts (or tuples)."""
    if isinstance(value, Instance) and owner_of(value) is not None:
        pairs: list[tuple[object, object]] = [
            (name, plain_copy(call, value.attributes.get(name), as_tuple))
            for name, spec in all_fields(value.cls).items()
            if not spec.init_only
        ]
        if as_tuple:
            return tuple(item for _, item in pairs)
        maker = call.kwargs.get("dict_factory")
        return dict(pairs) if maker is None else call.machine.call(maker, (pairs,))
    if isinstance(value, list):
        return [plain_copy(call, item, as_tuple) for item in value]
    if isinstance(value, tuple):
        return tuple(plain_copy(call, item, as_tuple) for item in value)
    if isinstance(value, dict):
        return {key: plain_copy(call, item, as_tuple) for key, item in value.items()}
    return value


@models("dataclasses.replace", "attr.evolve", "attrs.evolve", "copy.replace")
def replace(call: Call) -> object:
    """`replace(instance, **changes)`."""
    instance = call.args[0]
    if not isinstance(instance, Instance) or owner_of(instance) is None:
        return Unknown("replace() of a value that is no dataclass of the project", call.place)
    kept = {
        name: instance.attributes[name] for name, spec in all_fields(instance.cls).items() if spec.in_init and name in instance.attributes
    }
    return call.machine.call(instance.cls, (), kept | call.kwargs)
