"""`inspect.signature` and `inspect.getfullargspec` of functions of the project: names, kinds and defaults of parameters."""

from __future__ import annotations

from collections.abc import Mapping

from airgo.evaluate.models import models
from airgo.evaluate.objects import Call, Modelled, Parameter
from airgo.values import MISSING, Extern, Unknown

EMPTY = Extern("inspect.Parameter.empty")
KINDS: Mapping[str, Extern] = {
    "positional": Extern("inspect.Parameter.POSITIONAL_OR_KEYWORD"),
    "keyword": Extern("inspect.Parameter.KEYWORD_ONLY"),
    "star": Extern("inspect.Parameter.VAR_POSITIONAL"),
    "double_star": Extern("inspect.Parameter.VAR_KEYWORD"),
}


class OneParameter(Modelled):
    """`inspect.Parameter`."""

    __slots__ = ("parameter",)

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter

    def get_attribute(self, name: str, call: Call) -> object:
        """Its name, default and kind."""
        if name == "name":
            return self.parameter.name
        if name == "default":
            return EMPTY if self.parameter.default is MISSING else self.parameter.default
        if name == "kind":
            return KINDS[self.parameter.kind]
        return EMPTY if name == "empty" else Unknown(f"{name} of a parameter is not followed", call.place)


class Signature(Modelled):
    """`inspect.Signature`."""

    __slots__ = ("parameters",)

    def __init__(self, parameters: tuple[Parameter, ...]) -> None:
        self.parameters = parameters

    def get_attribute(self, name: str, call: Call) -> object:
        """The parameters by name, in order."""
        if name == "parameters":
            return {one.name: OneParameter(one) for one in self.parameters}
        return Unknown(f"{name} of a signature is not followed", call.place)


class ArgumentSpec(Modelled):
    """What `inspect.getfullargspec` gives, a named tuple."""

    __slots__ = ("fields",)

    def __init__(self, parameters: tuple[Parameter, ...]) -> None:
        def named(kind: str) -> list[Parameter]:
            return [one for one in parameters if one.kind == kind]

        first = {kind: next((one.name for one in named(kind)), None) for kind in ("star", "double_star")}
        defaults = tuple(one.default for one in named("positional") if one.default is not MISSING)
        keyword_defaults = {one.name: one.default for one in named("keyword") if one.default is not MISSING}
        self.fields: Mapping[str, object] = {
            "args": [one.name for one in named("positional")],
            "varargs": first["star"],
            "varkw": first["double_star"],
            "defaults": defaults or None,
            "kwonlyargs": [one.name for one in named("keyword")],
            "kwonlydefaults": keyword_defaults or None,
        }

    def get_attribute(self, name: str, call: Call) -> object:
        """A field by name; annotations are not followed."""
        return self.fields.get(name, Unknown(f"{name} of a signature is not followed", call.place))

    def get_item(self, key: object, call: Call) -> object:
        """A field by number."""
        known = list(self.fields.values())
        return known[key] if isinstance(key, int) and 0 <= key < len(known) else Unknown("a part of a signature", call.place)


def parameters_of(call: Call) -> tuple[Parameter, ...] | None:
    """The parameters of the function that is asked about; None for one from outside."""
    return call.machine.parameters(call.argument(0, "obj", call.kwargs.get("func")))


@models("inspect.signature")
def signature(call: Call) -> object:
    """`inspect.signature(f)`."""
    found = parameters_of(call)
    return Unknown("the signature of something from outside the project", call.place) if found is None else Signature(found)


@models("inspect.getfullargspec")
def full_argument_spec(call: Call) -> object:
    """`inspect.getfullargspec(f)`."""
    found = parameters_of(call)
    return Unknown("the signature of something from outside the project", call.place) if found is None else ArgumentSpec(found)
