"""Decisions over symbolic values: what the defaults written in the code make of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airgo.evaluate import operations, rules
from airgo.evaluate.deployment import note_decision
from airgo.evaluate.models import MODELS
from airgo.evaluate.objects import Call, Iterator, PythonError
from airgo.values import MISSING, Choice, Operation, Symbol, Symbolic, Template, is_plain

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

MOST_DEFAULT_TEXT = 80
MOST_PARTS = 2_000
WHOSE_DEFAULT = {"airflow": "the newest release that airgo knows", "config": "the default of Airflow or of the code"}
SECRET = re.compile(r"passw|secret|token|credential|api_?key|private", re.IGNORECASE)
"""Keys whose values are never written into a report."""


@dataclass(slots=True)
class Folding:
    """One computation with defaults: the symbols whose defaults were used, and how many more parts it may have."""

    used: list[Symbol] = field(default_factory=list)
    left: int = MOST_PARTS


def assume(machine: Machine, value: object) -> object:
    """The plain value that a symbolic one has when every symbol has its default; MISSING when there is none."""
    return assumed(machine, value)[0]


def assumed(machine: Machine, value: object) -> tuple[object, list[Symbol]]:
    """The plain value by defaults (or MISSING), and the symbols whose defaults were used."""
    folding = Folding()
    try:
        return fold(machine, value, folding), folding.used
    except PythonError:
        return MISSING, []


def fold(machine: Machine, value: object, folding: Folding) -> object:
    """One value with defaults for symbols; MISSING when some part has none."""
    folding.left -= 1
    if folding.left < 0:
        return MISSING
    if isinstance(value, Symbol):
        if value.default is MISSING or not is_plain(value.default):
            return MISSING
        folding.used.append(value)
        return value.default
    if isinstance(value, Template):
        parts = [fold(machine, part, folding) for part in value.parts]
        return MISSING if any(part is MISSING for part in parts) else "".join(str(part) for part in parts)
    if isinstance(value, Choice):
        test = fold(machine, value.test, folding)
        verdict = None if test is MISSING else machine.truth(test)
        return MISSING if verdict is None else fold(machine, value.then if verdict else value.orelse, folding)
    if isinstance(value, Operation):
        return fold_operation(machine, value, folding)
    if isinstance(value, Symbolic):
        return MISSING
    return value if is_plain(value) else fold_container(machine, value, folding)


def fold_container(machine: Machine, value: object, folding: Folding) -> object:
    """A list, tuple or dict with symbolic elements folded; MISSING when one cannot be."""
    if isinstance(value, list | tuple):
        elements = [fold(machine, element, folding) for element in value]
        return MISSING if any(element is MISSING for element in elements) else type(value)(elements)
    if isinstance(value, dict):
        items = {key: fold(machine, element, folding) for key, element in value.items()}
        return MISSING if any(element is MISSING for element in items.values()) else items
    return MISSING


def fold_operation(machine: Machine, value: Operation, folding: Folding) -> object:
    """An operation, run again on plain operands."""
    name = value.name
    if name in {"and", "or"}:
        return fold_boolean(machine, value, folding)
    operands = []
    for index, operand in enumerate(value.operands):
        container = name == "[]" and index == 0 and not isinstance(operand, Symbolic)
        operands.append(operand if container else fold(machine, operand, folding))
        if operands[-1] is MISSING:
            return MISSING
    result = run_again(machine, name, operands)
    if isinstance(result, Iterator):
        return machine.iterate(result)
    return MISSING if isinstance(result, Symbolic) else result


def run_again(machine: Machine, name: str, operands: list[object]) -> object:
    """The operation of this name over plain operands; MISSING when it is not one that can be run."""
    if name in operations.BY_NAME:
        return operations.operate(machine, operations.BY_NAME[name], operands[0], operands[1])
    if name == "not":
        return operations.negate(machine, operands[0])
    if name == "[]":
        return machine.item(operands[0], operands[1])
    unary = next((symbol for symbol, (word, _, _) in operations.UNARY.items() if word == name), None)
    if unary is not None:
        return operations.unary(machine, unary, operands[0])
    name, *keywords = name.split(" ")
    names = [word.rstrip("=") for word in keywords]
    args, kwargs = operands[: len(operands) - len(names)], dict(zip(names, operands[len(operands) - len(names) :], strict=True))
    if name.startswith("."):
        method = machine.attribute(args[0], name[1:])
        if method is None or isinstance(method, str | int | float | list | dict | tuple):
            return method
        return machine.call(method, tuple(args[1:]), kwargs)
    model = MODELS.get(name) or MODELS.get(f"builtins.{name}")
    if model is None:
        return MISSING
    return model(Call(machine, name if name in MODELS else f"builtins.{name}", tuple(args), kwargs, machine.place))


def fold_boolean(machine: Machine, value: Operation, folding: Folding) -> object:
    """`and` and `or`: the second operand counts only when the first does not decide."""
    first = fold(machine, value.operands[0], folding)
    verdict = None if first is MISSING else machine.truth(first)
    if verdict is None:
        return MISSING
    return first if verdict is (value.name == "or") else fold(machine, value.operands[1], folding)


def decide(machine: Machine, value: object) -> bool | None:
    """Is the test true? Decided by defaults of the code where that is needed, which is noted; None when it cannot be decided."""
    if value is True or value is False:
        return value
    verdict, used = verdict_of(machine, value)
    note_assumptions(machine, used)
    return verdict


def verdict_of(machine: Machine, value: object) -> tuple[bool | None, list[Symbol]]:
    """Is the test true, and by the defaults of which symbols?"""
    verdict = machine.truth(value)
    if verdict is not None or not isinstance(value, Symbolic):
        return verdict, []
    note_decision(machine, value, machine.place if machine.frames else None)
    found, used = assumed(machine, value)
    verdict = None if found is MISSING else machine.truth(found)
    return verdict, used if verdict is not None else []


def settled(machine: Machine, value: object) -> object:
    """The value itself when it is plain, else the plain value by defaults (noted), else the value itself."""
    if not isinstance(value, Symbolic):
        return value
    note_decision(machine, value, machine.place if machine.frames else None)
    found, used = assumed(machine, value)
    if found is MISSING:
        return value
    note_assumptions(machine, used)
    return found


def elements(machine: Machine, value: object) -> list[object] | None:
    """The elements of a value that control flow needs now; a default of the code is used where there is one."""
    found = machine.iterate(value)
    return found if found is not None else machine.iterate(settled(machine, value))


def note_assumptions(machine: Machine, used: list[Symbol]) -> None:
    """One note for each symbol whose default decided something."""
    for symbol in used:
        key = (rules.ASSUMED_DEFAULT.code, hash((symbol.kind, symbol.key, symbol.path)))
        if key in machine.reported or machine.quiet:
            continue
        machine.reported.add(key)
        name = ".".join([symbol.key, *(str(step) for step in symbol.path)])
        machine.report(rules.ASSUMED_DEFAULT, f"{symbol.kind} {name} is taken as {default_words(symbol)}", symbol.place)


def default_words(symbol: Symbol) -> str:
    """The default in words; that of a secret is not repeated."""
    if SECRET.search(symbol.key):
        return "its default in the code"
    words = repr(symbol.default)
    words = words if len(words) <= MOST_DEFAULT_TEXT else words[: MOST_DEFAULT_TEXT - 1] + "…"
    return f"{words}, {WHOSE_DEFAULT.get(symbol.kind, 'the default in the code')}"
