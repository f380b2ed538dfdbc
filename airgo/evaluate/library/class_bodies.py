"""The annotated names of a class body: what dataclasses, named tuples and pydantic models are made from."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from airgo.evaluate.objects import Class, Modelled
from airgo.values import MISSING

EMPTY = cst.Module([])


@dataclass(frozen=True, slots=True)
class Annotated:
    """One annotated name of a class body, in order: its annotation's text, and its value, or MISSING."""

    name: str
    annotation: str
    value: object


def annotated_names(cls: Class) -> list[Annotated]:
    """The annotated names of the body of a class itself, in order."""
    body = cls.node.body.body if isinstance(cls.node, cst.ClassDef) else ()
    found: list[Annotated] = []
    for statement in body:
        for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(part, cst.AnnAssign) and isinstance(part.target, cst.Name):
                text = EMPTY.code_for_node(part.annotation.annotation).strip("\"'")
                name = part.target.value
                found.append(Annotated(name, text, cls.namespace.get(name, MISSING)))
    return found


def named_classes(cls: Class, annotation: str) -> list[Class]:
    """The project's classes that an annotation names, in order."""
    words = "".join(sign if sign.isalnum() or sign in "_." else " " for sign in annotation).split()
    found = [cls.module.namespace.get(word) for word in words]
    return [value for value in found if isinstance(value, Class)]


class FieldSpec(Modelled):
    """`dataclasses.field(...)`, `pydantic.Field(...)`, `attr.ib(...)`: a field before the class is made, and what `fields()` lists."""

    __slots__ = ("alias", "annotation", "converter", "default", "factory", "in_init", "init_only", "kw_only", "metadata", "name")

    def __init__(self, default: object = MISSING, factory: object = None, *, in_init: bool = True, kw_only: bool | None = None) -> None:
        self.default = default
        self.factory = factory
        self.in_init = in_init
        self.kw_only = kw_only
        self.init_only = False
        self.name = ""
        self.annotation = ""
        self.alias: str | None = None
        self.converter: object = None
        self.metadata: object = {}

    @property
    def required(self) -> bool:
        """Must a value be given?"""
        return self.default is MISSING and self.factory is None

    def get_attribute(self, name: str, call: object) -> object:
        """What `fields()` tells."""
        known = {
            "name": self.name,
            "default": self.default,
            "default_factory": self.factory,
            "metadata": self.metadata,
            "type": self.annotation,
        }
        return known.get(name, MISSING)


def all_fields(cls: Class) -> dict[str, FieldSpec]:
    """The fields of a class, those of its bases first; a class that declares none has those of its base."""
    known = (one.fields for one in (cls, *cls.mro) if isinstance(one, Class) and one.fields is not None)
    return {name: spec for name, spec in next(known, {}).items() if isinstance(spec, FieldSpec)}


def inherited_fields(cls: Class) -> dict[str, object]:
    """The fields that a class has from its bases."""
    result: dict[str, object] = {}
    for base in reversed(cls.mro[1:]):
        if isinstance(base, Class) and base.fields is not None:
            result.update(base.fields)
    return result
