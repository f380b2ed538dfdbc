"""Documents of mapping files, checked key by key, as `OperatorMapping`. Every mistake is an error with its line, and a suggestion."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from airgo.mapping.expressions import ExpressionError, names_in
from airgo.mapping.functions import FUNCTIONS
from airgo.mapping.reading import Document, Trail, documents
from airgo.mapping.schema import FORMS, STRATEGIES, SUPPORT, ArgumentSpec, Example, MappingError, NoticeSpec, OperatorMapping
from airgo.values import MISSING

KEYS = (
    "operator",
    "aliases",
    "extends",
    "support",
    "reason",
    "doc",
    "arguments",
    "emit",
    "strategy",
    "options",
    "outputs",
    "pod",
    "notices",
    "scheduler",
    "host",
    "examples",
)
REASONS = ("ignored", "approximated", "unsupported", "refused")
ARGUMENT_KEYS = ("required", "template", "default", "harmless", "same_as", *REASONS)
NOTICE_KEYS = ("when", "argument", "severity", "message")
EXAMPLE_KEYS = ("dag", "emits", "options")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
INHERITED = ("support", "reason", "doc", "strategy", "options", "emit", "outputs", "pod", "notices", "scheduler", "host")
"""Keys that a mapping takes from the one it extends unless it gives them itself; arguments and options are merged by name."""


def load(text: str, path: str, find: Callable[[str], OperatorMapping | None]) -> Iterator[OperatorMapping]:
    """The mappings of a file. `find` gives the mapping that another extends, unless it is further up in the file. Raises MappingError."""
    earlier: dict[str, OperatorMapping] = {}
    for document in documents(text, path):
        mapping = Loader(document, lambda name: earlier.get(name) or find(name)).mapping()
        if mapping.operator in earlier:
            raise document.error(("operator",), f"{mapping.operator} is described twice in this file")
        earlier[mapping.operator] = mapping
        yield mapping


class Loader:
    """Checks one document."""

    def __init__(self, document: Document, find: Callable[[str], OperatorMapping | None]) -> None:
        self.document = document
        self.find = find

    def mapping(self) -> OperatorMapping:
        """The checked mapping, with what it extends laid under it."""
        top = self.table(self.document.value, (), KEYS)
        operator = self.dotted(top.get("operator"), ("operator",))
        made = OperatorMapping(
            operator=operator,
            path=self.document.path,
            line=self.document.line,
            aliases=tuple(self.dotted(name, ("aliases", index)) for index, name in enumerate(self.listing(top, "aliases"))),
            extends=self.dotted(top["extends"], ("extends",)) if "extends" in top else None,
            support=self.choice(top.get("support", "full"), ("support",), SUPPORT),  # type: ignore[arg-type]  # checked against SUPPORT
            reason=self.words(top, "reason"),
            doc=self.words(top, "doc") or "",
            arguments={name: self.argument(spec, ("arguments", name)) for name, spec in self.section(top, "arguments").items()},
            strategy=self.choice(top["strategy"], ("strategy",), STRATEGIES) if "strategy" in top else None,
            options=self.section(top, "options"),
            emit=self.section(top, "emit") if "emit" in top else None,
            outputs=cast(Mapping[str, str], self.section(top, "outputs")),
            pod=self.words(top, "pod"),
            scheduler=self.flag(top, "scheduler"),
            host=self.words(top, "host"),
            notices=tuple(self.notice(item, ("notices", index)) for index, item in enumerate(self.listing(top, "notices"))),
            examples=tuple(self.example(item, ("examples", index)) for index, item in enumerate(self.listing(top, "examples"))),
        )
        made = self.extended(made, top) if made.extends else made
        self.check(made)
        return made

    # Reading -------------------------------------------------------------------------------------------------------------------------

    def table(self, value: object, trail: Trail, allowed: Iterable[str]) -> dict[str, object]:
        """A YAML mapping with none but these keys; an empty value counts as one without keys."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.document.error(trail, f"{place(trail)} must be a mapping of keys to values")
        known = tuple(allowed)
        for key in value:
            if key not in known:
                raise self.document.error((*trail, key), f"unknown key {key!r}{suggestion(key, known)}")
        return value

    def section(self, top: Mapping[str, object], key: str) -> dict[str, object]:
        """A mapping under a key of the document; its own keys are free."""
        value = top.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.document.error((key,), f"{key} must be a mapping of keys to values")
        return value

    def listing(self, top: Mapping[str, object], key: str) -> list[object]:
        """A list under a key of the document."""
        value = top.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.document.error((key,), f"{key} must be a list")
        return value

    def words(self, top: Mapping[str, object], key: str, trail: Trail = ()) -> str | None:
        """A text under a key, or None."""
        value = top.get(key)
        if value is not None and not isinstance(value, str):
            raise self.document.error((*trail, key), f"{key} must be a text")
        return value.strip() if isinstance(value, str) else None

    def flag(self, top: Mapping[str, object], key: str) -> bool:
        """Whether a key says true; without it, false."""
        value = top.get(key, False)
        if not isinstance(value, bool):
            raise self.document.error((key,), f"{key} must be true or false")
        return value

    def dotted(self, value: object, trail: Trail) -> str:
        """A qualified name."""
        if not isinstance(value, str) or not DOTTED.fullmatch(value):
            raise self.document.error(trail, f"{place(trail) or 'operator'} must be a qualified name such as corp.operators.CopyOperator")
        return value

    def choice(self, value: object, trail: Trail, allowed: tuple[str, ...]) -> str:
        """One of some words."""
        if value not in allowed:
            raise self.document.error(trail, f"{place(trail)} {value!r} is none of {', '.join(allowed)}{suggestion(value, allowed)}")
        return str(value)

    def argument(self, value: object, trail: Trail) -> ArgumentSpec:
        """What becomes of one argument."""
        table = self.table(value, trail, ARGUMENT_KEYS)
        if len([key for key in REASONS if key in table]) > 1:
            raise self.document.error(trail, f"{place(trail)} can be only one of {', '.join(REASONS)}")
        for flag in ("required", "template"):
            if not isinstance(table.get(flag, False), bool):
                raise self.document.error((*trail, flag), f"{flag} must be true or false")
        harmless = table.get("harmless", [])
        if not isinstance(harmless, list):
            raise self.document.error((*trail, "harmless"), "harmless must be a list of values")
        reasons = {key: self.reason(table, key, trail) for key in REASONS if key in table}
        return ArgumentSpec(
            required=table.get("required", False) is True,
            template=table.get("template", False) is True,
            default=table.get("default", MISSING),
            harmless=tuple(harmless),
            same_as=self.words(table, "same_as", trail),
            **reasons,
        )

    def reason(self, table: Mapping[str, object], key: str, trail: Trail) -> str:
        """Why an argument does not simply carry over; a reason is never empty."""
        words = self.words(table, key, trail)
        if not words:
            raise self.document.error((*trail, key), f"{key} needs a reason, in the user's words")
        return words

    def notice(self, value: object, trail: Trail) -> NoticeSpec:
        """One notice."""
        table = self.table(value, trail, NOTICE_KEYS)
        message = self.words(table, "message", trail)
        if not message:
            raise self.document.error(trail, "a notice needs a message")
        severity = self.choice(table.get("severity", "warning"), (*trail, "severity"), ("warning", "note"))
        return NoticeSpec(message, self.words(table, "when", trail), self.words(table, "argument", trail), severity)  # type: ignore[arg-type]  # checked

    def example(self, value: object, trail: Trail) -> Example:
        """One example."""
        table = self.table(value, trail, EXAMPLE_KEYS)
        dag = self.words(table, "dag", trail)
        if not dag:
            raise self.document.error(trail, "an example needs `dag`: an operator call")
        parts = {}
        for key in ("emits", "options"):
            if key in table and not isinstance(table[key], dict):
                raise self.document.error((*trail, key), f"{key} of an example must be a mapping")
            parts[key] = cast("Mapping[str, object] | None", table.get(key))
        return Example(dag, parts["emits"], parts["options"], self.document.lines.get(trail, self.document.line))

    # Extending and checking --------------------------------------------------------------------------------------------------------------

    def extended(self, made: OperatorMapping, top: Mapping[str, object]) -> OperatorMapping:
        """The mapping laid over the one it extends."""
        parent = self.find(made.extends or "")
        if parent is None:
            raise self.document.error(("extends",), f"there is no mapping for {made.extends}, which {made.operator} extends")
        taken = {key: getattr(parent, key) for key in INHERITED if key not in top}
        if "emit" in top:
            taken["strategy"], taken["options"] = None, {}
        else:
            taken["options"] = {**parent.options, **made.options}
        if "strategy" in top:
            taken["emit"] = None
        return replace(made, arguments={**parent.arguments, **made.arguments}, **taken)

    def check(self, made: OperatorMapping) -> None:
        """What must hold of the document as a whole."""
        if made.support != "full" and not made.reason:
            raise self.document.error(("support",), f"support: {made.support} needs a reason")
        if made.support == "manual":
            if made.emit is not None or made.strategy is not None:
                raise self.document.error(("support",), "a manual mapping has neither emit nor strategy")
            return
        if (made.emit is None) == (made.strategy is None):
            raise self.document.error((), f"{made.name} needs either emit or strategy, unless its support is manual")
        if made.options and made.strategy is None:
            raise self.document.error(("options",), "options go with a strategy")
        if made.emit is not None:
            self.check_form(made.emit, made)
        for name, spec in made.arguments.items():
            if spec.same_as is not None and spec.same_as not in made.arguments:
                raise self.document.error(("arguments", name), f"{name} is the same as {spec.same_as}, which is not declared")
        used = self.check_names(made)
        if made.strategy is None:
            self.check_all_used(made, used)

    def check_form(self, emit: Mapping[str, object], made: OperatorMapping) -> None:
        """A template does one thing; `form`, if it is given, says which."""
        form = emit.get("form")
        if form is not None and form not in FORMS:
            raise self.document.error(("emit", "form"), f"form {form!r} is none of {', '.join(FORMS)}{suggestion(form, FORMS)}")
        present = [name for name in FORMS if name in emit]
        if len(present) > 1 or (not present and made.pod is None) or (form is not None and present != [form]):
            raise self.document.error(("emit",), f"emit must hold exactly one of {', '.join(FORMS)}" + (f", here {form}" if form else ""))

    def check_names(self, made: OperatorMapping) -> frozenset[str]:
        """Every name in an expression is a declared argument that is used, or a function."""
        used: set[str] = set()
        for trail, leaf in self.leaves(made):
            try:
                names = names_in(leaf)
            except ExpressionError as error:
                raise self.document.error(trail, str(error)) from error
            for name in sorted(names):
                spec = made.arguments.get(name)
                if spec is None and name in FUNCTIONS:
                    continue
                if spec is None:
                    known = (*made.arguments, *FUNCTIONS)
                    raise self.document.error(
                        trail, f"{name!r} is neither an argument of {made.name} nor a function{suggestion(name, known)}"
                    )
                if not spec.used:
                    raise self.document.error(trail, f"{name!r} is declared as ignored or unsupported, but is used here")
                used.add(name)
        return frozenset(used)

    def leaves(self, made: OperatorMapping) -> Iterator[tuple[Trail, str]]:
        """Every text that may hold expressions, with where it stands."""
        for key in ("emit", "options", "outputs"):
            yield from walk(getattr(made, key) or {}, (key,))
        if made.pod is not None:
            yield ("pod",), made.pod
        for index, notice in enumerate(made.notices):
            if notice.when is not None:
                yield ("notices", index, "when"), notice.when

    def check_all_used(self, made: OperatorMapping, used: frozenset[str]) -> None:
        """An emitted template uses every argument that the allow-list does not set aside."""
        for name, spec in made.arguments.items():
            free = spec.approximated or spec.refused or spec.same_as
            if spec.used and free is None and name not in used:
                where = ("arguments", name)
                raise self.document.error(where, f"{name} reaches nothing: use it in emit, or say why it is ignored or unsupported")


def walk(value: object, trail: Trail) -> Iterator[tuple[Trail, str]]:
    """Every text inside nested data."""
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, (*trail, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*trail, index))


def place(trail: Trail) -> str:
    """A trail in words: `arguments.env`."""
    return ".".join(str(part) for part in trail)


def suggestion(word: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when something is near."""
    near = difflib.get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


__all__ = ["MappingError", "load"]
