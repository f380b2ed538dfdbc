"""enum: the members that a class body becomes, and what may be asked of them and of the class."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.library.class_bodies import FieldSpec
from airgo.evaluate.library.plain_texts import joined, repr_of, text_of
from airgo.evaluate.models import Model, PythonError, extern_base, models
from airgo.evaluate.objects import Call, Class, ClassMethod, ExternBase, Function, Instance, Modelled, Native, Property, StaticMethod
from airgo.values import MISSING, Symbolic, Unknown

MEMBERS = "_member_map_"
NO_MEMBER = (Function, Property, StaticMethod, ClassMethod, Class, Native, FieldSpec)
MIXED = frozenset({"builtins.str", "builtins.int", "builtins.float", "builtins.tuple", "enum.IntEnum", "enum.StrEnum", "enum.IntFlag"})
"""Bases that make a member equal to its value."""
TEXTUAL = frozenset({"enum.StrEnum", "enum.IntEnum", "enum.IntFlag"})
"""Bases whose members' text is that of their value."""


ENUM_TEXT = Rule(
    "AG135",
    "enum-text",
    Severity.WARNING,
    summary="the text of an Enum member with a plain type differs between versions of Python",
    why="In an f-string, a member of `class Color(str, Enum)` is its value before Python 3.11 and `Color.RED` since; "
    "`str()` of an IntEnum changed the other way. airgo takes the text of Python 3.11 and later.",
    remedy="write `.value`, or extend StrEnum",
)


class Auto(Modelled):
    """`auto()`, until the class is made."""

    __slots__ = ()


@models("enum.auto")
def auto(call: Call) -> object:
    """`auto()`."""
    return Auto()


def own_class(call: Call) -> Class:
    """The class that is asked."""
    assert isinstance(call.args[0], Class)
    return call.args[0]


def defined(call: Call) -> object:
    """Turn the names of a class body into members."""
    cls = own_class(call)
    members: dict[str, Instance] = {}
    cls.namespace[MEMBERS] = members
    for name, written in list(cls.namespace.items()):
        if name.startswith("_") or isinstance(written, NO_MEMBER):
            continue
        value = automatic(call, cls, name, members) if isinstance(written, Auto) else written
        same = next((member for member in members.values() if known_equal(member.attributes["value"], value)), None)
        members[name] = cls.namespace[name] = same if same is not None else new_member(call, cls, name, value)
    cls.namespace["__members__"] = members
    return None


def known_equal(left: object, right: object) -> bool:
    """Are two values certainly equal?"""
    return type(left) is type(right) and not isinstance(left, Symbolic) and left == right


def automatic(call: Call, cls: Class, name: str, members: dict[str, Instance]) -> object:
    """The value that `auto()` stands for."""
    values = [member.attributes["value"] for member in members.values()]
    maker = cls.namespace.get("_generate_next_value_")
    if maker is not None:
        maker = maker.function if isinstance(maker, StaticMethod) else maker
        return call.machine.call(maker, (name, 1, len(values), values))
    bases = cls.external_bases()
    if "enum.StrEnum" in bases:
        return name.lower()
    numbers = [value for value in values if isinstance(value, int)]
    if "enum.Flag" in bases or "enum.IntFlag" in bases:
        return 1 << max((number.bit_length() for number in numbers), default=0)
    return max(numbers, default=0) + 1


def new_member(call: Call, cls: Class, name: str, value: object) -> Instance:
    """One member, made by the class's own `__new__` and `__init__` where it has them."""
    args = value if isinstance(value, tuple) else (value,)
    maker = first_defined(cls, "__new__")
    member = call.machine.call(maker.function if isinstance(maker, StaticMethod) else maker, (cls, *args)) if maker is not None else None
    if not isinstance(member, Instance):
        member = Instance(cls, {}, call.place)
    value = member.attributes.pop("_value_", value)
    bases = frozenset(cls.external_bases())
    if bases & MIXED and not isinstance(value, Symbolic):
        member.native = member.key = text_of(call, value) if "builtins.str" in bases and maker is None else value
    member.attributes.update({"name": name, "value": value, "_name_": name, "_value_": value})
    initializer = first_defined(cls, "__init__")
    if initializer is not None:
        call.machine.call(initializer, (member, *args))
        member.attributes["value"] = member.attributes["_value_"]
    return member


def first_defined(cls: Class, name: str) -> object | None:
    """A method that some class of the project along the MRO defines."""
    return next((base.namespace[name] for base in cls.mro if isinstance(base, Class) and name in base.namespace), None)


def members_of(cls: Class) -> dict[str, Instance]:
    """The members by name, aliases included."""
    found = cls.namespace.get(MEMBERS)
    return found if isinstance(found, dict) else {}


def by_value(call: Call) -> object:
    """`Color("r")`: a value without a member goes to `_missing_`."""
    cls, args = own_class(call), call.args[1:]
    members = members_of(cls)
    if not members:
        return Unknown("an Enum without members called for new ones", call.place) if args else MISSING
    value = args[0] if len(args) == 1 else args
    if isinstance(value, Instance) and value.cls is cls:
        return value
    if isinstance(value, Symbolic):
        table = {
            member.attributes["value"]: member for member in members.values() if not isinstance(member.attributes["value"], list | dict)
        }
        return call.machine.item(table, value)
    found = next((member for member in members.values() if member.attributes["value"] == value), None)
    if found is not None:
        return found
    if isinstance(value, int) and is_flag(cls):
        return flag_member(call, cls, value)
    missing = first_defined(cls, "_missing_")
    if missing is not None:
        result = call.machine.call(missing.function if isinstance(missing, ClassMethod) else missing, (cls, value))
        if result is not None:
            return result
    raise PythonError("ValueError", f"{value!r} is not a valid {cls.qualified_name}")


def is_hashable(value: object) -> bool:
    """Can the value be a key?"""
    return not isinstance(value, list | dict | set)


def by_name(call: Call) -> object:
    """`Color["RED"]`."""
    name = call.args[1]
    return call.machine.item(members_of(own_class(call)), name)


def listed(call: Call) -> object:
    """`for color in Color`: each member once."""
    return distinct(own_class(call))


def distinct(cls: Class) -> list[object]:
    """The members without aliases."""
    found: list[object] = []
    for member in members_of(cls).values():
        if not any(member is other for other in found):
            found.append(member)
    return found


def counted(call: Call) -> object:
    """`len(Color)`."""
    return len(distinct(own_class(call)))


def contains(call: Call) -> object:
    """`x in Color`: a member, or a value of one."""
    value = call.args[1]
    if isinstance(value, Symbolic):
        return call.machine.operate("in", value, [member.attributes["value"] for member in members_of(own_class(call)).values()])
    return any(member is value or member.attributes["value"] == value for member in members_of(own_class(call)).values())


def receiver(call: Call) -> Instance:
    """The member that is asked."""
    assert isinstance(call.args[0], Instance)
    return call.args[0]


def say(call: Call) -> object:
    """`str(Color.RED)`: since Python 3.11 `Color.RED`, also with a mixin; the value for StrEnum, IntEnum, IntFlag."""
    member = receiver(call)
    bases = frozenset(member.cls.external_bases())
    if bases & MIXED and "enum.StrEnum" not in bases:
        call.machine.report(
            ENUM_TEXT, f"the text of {member.cls.name}.{member.attributes['name']} is taken as Python 3.11 gives it", call.place
        )
    if TEXTUAL & bases:
        return text_of(call, member.attributes["value"])
    return f"{member.cls.name}.{member.attributes['name']}"


def show(call: Call) -> object:
    """`repr(Color.RED)`."""
    member = receiver(call)
    return joined([f"<{member.cls.name}.{member.attributes['name']}: ", repr_of(call, member.attributes["value"]), ">"])


def is_flag(cls: Class) -> bool:
    """Can members of the class be combined?"""
    return bool({"enum.Flag", "enum.IntFlag"} & set(cls.external_bases()))


def flag_member(call: Call, cls: Class, value: int) -> Instance:
    """The combination of members with this value."""
    for member in members_of(cls).values():
        if member.attributes["value"] == value:
            return member
    parts = [
        name
        for name, member in members_of(cls).items()
        if isinstance(part := member.attributes["value"], int) and part and part & value == part
    ]
    combined = new_member(call, cls, "|".join(parts), value)
    return members_of(cls).setdefault(f"<{value}>", combined)


def combining(symbol: str) -> Model:
    """`a | b`, `a & b`, `a ^ b` of flags."""

    def model(call: Call) -> object:
        left, right = receiver(call), call.args[1]
        if not is_flag(left.cls):
            plain = right.attributes.get("value") if isinstance(right, Instance) else right
            return call.machine.operate(symbol, left.attributes["value"], plain)
        other = right.attributes.get("value") if isinstance(right, Instance) else right
        value = call.machine.operate(symbol, left.attributes["value"], other)
        return flag_member(call, left.cls, value) if isinstance(value, int) else value

    return model


def flag_contains(call: Call) -> object:
    """`part in flags`."""
    whole, part = receiver(call).attributes["value"], call.args[1]
    value = part.attributes.get("value") if isinstance(part, Instance) else None
    return isinstance(whole, int) and isinstance(value, int) and whole & value == value


def nothing(call: Call) -> object:
    """Members are made when the class is."""
    return None


CLASS_METHODS = {
    "__call__": by_value,
    "__getitem__": by_name,
    "__iter__": listed,
    "__len__": counted,
    "__contains__": contains,
}
FLAG_METHODS = {"__or__": combining("|"), "__and__": combining("&"), "__xor__": combining("^"), "__contains__": flag_contains}
for _name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"):
    _methods = {"__str__": say, "__repr__": show, **(FLAG_METHODS if "Flag" in _name else {})}
    extern_base(ExternBase(f"enum.{_name}", nothing, methods=_methods, defined=defined, class_methods=CLASS_METHODS))


@models("enum.unique", "enum.nonmember", "enum.member", "enum.verify", "enum.global_enum")
def unique(call: Call) -> object:
    """`@unique`: the class as it is."""
    return call.args[0]


@models("enum.property", "types.DynamicClassAttribute")
def enum_property(call: Call) -> object:
    """`@enum.property`."""
    return Property(call.args[0])
