"""What a function of the mappings may answer in place of a value: leave the key out, or it cannot be said."""

from __future__ import annotations

from typing import Final


class Omit:
    """The type of OMIT."""

    def __repr__(self) -> str:
        return "omit"

    def __bool__(self) -> bool:
        return False


OMIT: Final = Omit()
"""The value of a key that is to be left out."""


class MappingUse(Exception):
    """A value cannot be used as the mapping would use it; the message is for the author of the DAG. `argument`: whose value it is."""

    def __init__(self, message: str, argument: str | None = None) -> None:
        super().__init__(message)
        self.argument = argument
