"""Scopes of names: module, function, class and comprehension, with Python's rules of who sees whom."""

from __future__ import annotations

from typing import Literal

from airgo.values import MISSING

Kind = Literal["module", "function", "class", "comprehension"]


class Scope:
    """Names bound in one block. A class scope is invisible to functions nested in it; closures capture the scope, not the value."""

    __slots__ = ("global_names", "kind", "names", "nonlocal_names", "owner_class", "parent", "qualified_name")

    def __init__(self, kind: Kind, parent: Scope | None = None, names: dict[str, object] | None = None, qualified_name: str = "") -> None:
        self.kind = kind
        self.parent = parent
        self.names: dict[str, object] = {} if names is None else names
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()
        self.qualified_name = qualified_name
        self.owner_class: object = None
        """The class whose body this is, or in whose methods it lies: what `super()` means here."""

    def root(self) -> Scope:
        """The module scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def lookup(self, name: str) -> object:
        """The value of a name as code in this scope sees it, or MISSING."""
        if name in self.global_names:
            return self.root().names.get(name, MISSING)
        found = self.names.get(name, MISSING)
        if found is not MISSING and name not in self.nonlocal_names:
            return found
        scope = self.parent
        first = self.kind == "comprehension"
        while scope is not None:
            if (first or scope.kind != "class") and name in scope.names and name not in scope.nonlocal_names:
                return scope.names[name]
            # code of a comprehension in a class body sees the class's names only for its first iterable; be generous there
            first = first and scope.kind == "comprehension"
            scope = scope.parent
        return MISSING

    def bind(self, name: str, value: object) -> None:
        """Bind a name as an assignment in this scope does."""
        scope = self.owner(name) if self.global_names or self.nonlocal_names else self
        scope.names[name] = value

    def unbind(self, name: str) -> None:
        """`del name`; an unbound name is ignored."""
        self.owner(name).names.pop(name, None)

    def owner(self, name: str) -> Scope:
        """The scope in which an assignment to `name` lands."""
        if name in self.global_names:
            return self.root()
        if name in self.nonlocal_names:
            scope = self.parent
            while scope is not None and not (scope.kind == "function" and name in scope.names):
                scope = scope.parent
            return scope or self
        return self

    def walrus(self, name: str, value: object) -> None:
        """Bind as `:=` does: past comprehensions."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        scope.bind(name, value)
