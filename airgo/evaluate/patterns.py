"""`match`: patterns over plain and symbolic values; a case that cannot be decided is an undecided test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from airgo.evaluate import operations
from airgo.evaluate.assumptions import decide
from airgo.evaluate.blocks import report_undecided, split
from airgo.evaluate.expressions import evaluate
from airgo.evaluate.objects import Class, PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.statements import Signal, executes, run_block
from airgo.source import Place
from airgo.values import MISSING, Extern, Operation, Symbolic, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Names = dict[str, object]
SELF_MATCHING = frozenset(
    f"builtins.{name}" for name in ["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"]
)
"""Classes whose one positional pattern matches the value itself."""


@executes(cst.Match)
def match(machine: Machine, node: cst.Match, scope: Scope) -> Signal | None:
    """`match x: case …`."""
    return run_cases(machine, node, node.cases, evaluate(machine, node.subject, scope), scope)


def run_cases(machine: Machine, node: cst.Match, cases: Sequence[cst.MatchCase], subject: object, scope: Scope) -> Signal | None:
    """The first case that matches; from an undecided one on, both ways."""
    if not cases:
        return None
    case, rest = cases[0], cases[1:]
    machine.step()
    test = case_test(machine, case, subject, scope)
    verdict = decide(machine, test)
    if verdict is False:
        return run_cases(machine, node, rest, subject, scope)
    if verdict is True:
        return run_block(machine, case.body, scope)
    place = Place(machine.frame.module.file, node)
    report_undecided(machine, node.subject, place)
    return split(machine, test, place, lambda: run_block(machine, case.body, scope), lambda: run_cases(machine, node, rest, subject, scope))


def case_test(machine: Machine, case: cst.MatchCase, subject: object, scope: Scope) -> object:
    """Does the case match, its guard included? The names of a pattern that may match are bound."""
    names: Names = {}
    test = test_of(machine, case.pattern, subject, names, scope)
    if decide(machine, test) is False:
        return False
    for name, value in names.items():
        scope.bind(name, value)
    return test if case.guard is None else both(machine, test, evaluate(machine, case.guard, scope))


def both(machine: Machine, left: object, right: object) -> object:
    """`left and right` of two tests."""
    if machine.truth(left) is False or machine.truth(right) is False:
        return False
    if machine.truth(left) is True:
        return right
    return left if machine.truth(right) is True else Operation("and", (left, right), machine.place)


def all_of(machine: Machine, tests: Sequence[object]) -> object:
    """Do all the tests hold?"""
    result: object = True
    for test in tests:
        result = both(machine, result, test)
    return result


def test_of(machine: Machine, pattern: cst.MatchPattern, subject: object, names: Names, scope: Scope) -> object:
    """Does the subject match? True, False or a symbolic value; captures are added to `names`."""
    handler = PATTERNS.get(type(pattern))
    if handler is None:
        return Unknown(f"{type(pattern).__name__} is not followed", machine.place)
    return handler(machine, pattern, subject, names, scope)


def value_pattern(machine: Machine, pattern: cst.MatchValue, subject: object, names: Names, scope: Scope) -> object:
    """`case 1:`, `case Color.RED:`."""
    return operations.operate(machine, "==", subject, evaluate(machine, pattern.value, scope))


def singleton_pattern(machine: Machine, pattern: cst.MatchSingleton, subject: object, names: Names, scope: Scope) -> object:
    """`case None:`."""
    return operations.operate(machine, "is", subject, evaluate(machine, pattern.value, scope))


def as_pattern(machine: Machine, pattern: cst.MatchAs, subject: object, names: Names, scope: Scope) -> object:
    """`case _:`, `case x:`, `case P as x:`."""
    test = True if pattern.pattern is None else test_of(machine, pattern.pattern, subject, names, scope)
    if pattern.name is not None:
        names[pattern.name.value] = subject
    return test


def or_pattern(machine: Machine, pattern: cst.MatchOr, subject: object, names: Names, scope: Scope) -> object:
    """`case 1 | 2:`."""
    undecided: object = False
    for element in pattern.patterns:
        test = test_of(machine, element.pattern, subject, names, scope)
        verdict = machine.truth(test)
        if verdict is True:
            return True
        if verdict is None:
            undecided = test if undecided is False else Operation("or", (undecided, test), machine.place)
    return undecided


def sequence_pattern(machine: Machine, pattern: cst.MatchList | cst.MatchTuple, subject: object, names: Names, scope: Scope) -> object:
    """`case [a, *b]:`."""
    if isinstance(subject, Symbolic):
        return Unknown("a sequence pattern over a value that is not known", machine.place)
    if not isinstance(subject, list | tuple):
        return False
    star = next((index for index, part in enumerate(pattern.patterns) if isinstance(part, cst.MatchStar)), None)
    count = len(pattern.patterns)
    if len(subject) != count if star is None else len(subject) < count - 1:
        return False
    values = list(subject)
    if star is not None:
        after = count - star - 1
        values = [*values[:star], values[star : len(values) - after], *values[len(values) - after :]]
    tests = []
    for part, value in zip(pattern.patterns, values, strict=True):
        if isinstance(part, cst.MatchStar):
            if part.name is not None:
                names[part.name.value] = value
        else:
            tests.append(test_of(machine, part.value, value, names, scope))
    return all_of(machine, tests)


def mapping_pattern(machine: Machine, pattern: cst.MatchMapping, subject: object, names: Names, scope: Scope) -> object:
    """`case {"a": x, **rest}:`."""
    if isinstance(subject, Symbolic):
        return Unknown("a mapping pattern over a value that is not known", machine.place)
    if not isinstance(subject, dict):
        return False
    rest, tests = dict(subject), []
    for element in pattern.elements:
        key = evaluate(machine, element.key, scope)
        if isinstance(key, Symbolic):
            return Unknown("a pattern with a key that is not known", machine.place)
        if key not in subject:
            return False
        rest.pop(key, None)
        tests.append(test_of(machine, element.pattern, subject[key], names, scope))
    if pattern.rest is not None:
        names[pattern.rest.value] = rest
    return all_of(machine, tests)


def class_pattern(machine: Machine, pattern: cst.MatchClass, subject: object, names: Names, scope: Scope) -> object:
    """`case Point(x=0):`."""
    cls = evaluate(machine, pattern.cls, scope)
    verdict = machine.isinstance(subject, cls)
    if verdict is not True:
        return False if verdict is False else Operation("isinstance", (subject, cls), machine.place)
    tests = []
    if pattern.patterns:
        if isinstance(cls, Extern) and cls.name in SELF_MATCHING:
            tests.append(test_of(machine, pattern.patterns[0].value, subject, names, scope))
        else:
            fields = positional_fields(machine, cls)
            if len(fields) < len(pattern.patterns):
                raise PythonError("TypeError", "too many positional patterns")
            tests.extend(
                attribute_test(machine, subject, str(name), part.value, names, scope)
                for name, part in zip(fields, pattern.patterns, strict=False)
            )
    tests.extend(attribute_test(machine, subject, part.key.value, part.pattern, names, scope) for part in pattern.kwds)
    return all_of(machine, tests)


def positional_fields(machine: Machine, cls: object) -> tuple[object, ...]:
    """What the positional patterns of a class stand for: `__match_args__`, or the fields of a dataclass."""
    if not isinstance(cls, Class):
        return ()
    found = machine.attribute(cls, "__match_args__", None)
    return found if isinstance(found, tuple) else tuple(cls.fields or ())


def attribute_test(machine: Machine, subject: object, name: str, pattern: cst.MatchPattern, names: Names, scope: Scope) -> object:
    """Does an attribute of the subject match?"""
    value = machine.attribute(subject, name, MISSING)
    return False if value is MISSING else test_of(machine, pattern, value, names, scope)


PATTERNS: dict[type[cst.CSTNode], Callable[[Machine, Any, object, Names, Scope], object]] = {
    cst.MatchValue: value_pattern,
    cst.MatchSingleton: singleton_pattern,
    cst.MatchAs: as_pattern,
    cst.MatchOr: or_pattern,
    cst.MatchList: sequence_pattern,
    cst.MatchTuple: sequence_pattern,
    cst.MatchMapping: mapping_pattern,
    cst.MatchClass: class_pattern,
}
