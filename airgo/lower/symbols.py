"""Symbolic values of DAG files as what a manifest can hold: environment variables, workflow parameters, expressions; and deciding tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from airgo.argo.text import ItemHole, Text, XComHole
from airgo.config import Config
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import WorkflowDraft
from airgo.lower.inputs import note_default
from airgo.macros import NotExact, TemplateContext
from airgo.macros.calls import call, member
from airgo.macros.context import name
from airgo.macros.operators import compared, reckoned
from airgo.macros.results import Known, Method, Pulled, Result, Sourced, Space, Spliced
from airgo.macros.rules import RUN_TIME
from airgo.macros.sources import environment
from airgo.macros.texts import concatenated
from airgo.values import MISSING, Choice, ExternCall, Operation, Symbol, Symbolic, Template, XComRef, is_plain, truth

CLOCK_VALUE = Rule(
    "AG431",
    "value-of-the-clock",
    Severity.ERROR,
    summary="An argument holds the time, or a random number, of when Airflow loads the file",
    why="Airflow loads the file anew for every task, so the value is another one each time; a manifest is written once.",
    remedy="Use a date of the run, such as {{ ts }} or {{ ds }}",
)

_TESTS: Mapping[str, Callable[[object, object], bool]] = {
    "eq": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "!=": lambda left, right: left != right,
    "in": lambda left, right: left in right,  # type: ignore[operator]  # a TypeError is caught
    "not in": lambda left, right: left not in right,  # type: ignore[operator]
}
_SIGNS = {"add": "+", "+": "+", "sub": "-", "-": "-", "mul": "*", "*": "*", "mod": "%", "%": "%", "div": "/", "/": "/"}


def result_of(value: object, context: TemplateContext, draft: WorkflowDraft) -> Result:
    """What a symbolic value stands for. Raises NotExact."""
    if isinstance(value, Symbol):
        return _of_symbol(value, context, draft)
    if isinstance(value, XComRef):
        return Pulled(XComHole((value.task_id,), value.key))
    if isinstance(value, Template):
        return concatenated([result_of(part, context, draft) for part in value.parts], str)
    if isinstance(value, Operation):
        return _of_operation(value, context, draft)
    if isinstance(value, ExternCall):
        raise NotExact(RUN_TIME, f"what {value.name} gives is known only where it runs")
    if isinstance(value, Symbolic):
        raise NotExact(RUN_TIME, "a part of the value is not known now")
    return Known(value)


def _of_symbol(symbol: Symbol, context: TemplateContext, draft: WorkflowDraft) -> Result:
    if symbol.kind in ("now", "random"):
        raise NotExact(CLOCK_VALUE, "the value is read from the clock, or drawn at random, while Airflow loads the file")
    if symbol.kind in ("variable", "connection", "env", "config"):
        note_default(symbol, draft)
    if symbol.kind == "variable":
        return Sourced("json", symbol.key, symbol.path) if symbol.path else Sourced("variable", symbol.key)
    if symbol.kind == "connection":
        return _of_connection(symbol)
    if symbol.kind == "env" and not symbol.path:
        return Spliced(Text((environment(symbol.key),)))
    if symbol.kind == "config":
        section, _, key = symbol.key.partition(".")
        return Spliced(Text((environment(f"AIRFLOW__{section.upper()}__{key.upper()}"),)))
    if symbol.kind == "item":
        return Spliced(Text((ItemHole(symbol.key),)))
    spaces = {"param": Space("params"), "conf": Space("dag_run.conf")}
    if symbol.kind in spaces:
        return _below(member(spaces[symbol.kind], symbol.key, context), symbol.path, context)
    if symbol.kind == "context":
        return _below(name(symbol.key, context), symbol.path, context)
    raise NotExact(RUN_TIME, f"{symbol.kind} {symbol.key} is known only while the task runs")


def _of_connection(symbol: Symbol) -> Result:
    path = tuple("extra" if part == "extra_dejson" else part for part in symbol.path)
    if path in ((), ("uri",), ("json",), ("as_json",)):
        from airgo.macros.sources import connection  # noqa: PLC0415

        return Spliced(Text((connection(symbol.key, () if path != ("uri",) else path),)))
    return Sourced("connection", symbol.key, path)


def _below(result: Result, path: tuple[str | int, ...], context: TemplateContext) -> Result:
    for part in path:
        result = member(result, part, context, item=not isinstance(part, str))
    return result


def _of_operation(operation: Operation, context: TemplateContext, draft: WorkflowDraft) -> Result:
    operands = [result_of(operand, context, draft) for operand in operation.operands]
    if operation.name in ("str", "builtins.str") and len(operands) == 1:
        return operands[0]
    if operation.name == "[]" and len(operands) == 2 and isinstance(operands[1], Known):
        return member(operands[0], operands[1].value, context, item=True)
    if operation.name in _SIGNS and len(operands) == 2:
        return reckoned(_not_now, _SIGNS[operation.name], operands[0], operands[1])
    if operation.name in ("eq", "==", "ne", "!=") and len(operands) == 2:
        return compared("eq" if operation.name in ("eq", "==") else "ne", operands[0], operands[1])
    if operation.name.startswith(".") and operands:
        function = member(operands[0], operation.name[1:], context)
        if isinstance(function, Method):
            return call(function, operands[1:], {}, context)
    raise NotExact(RUN_TIME, f"{operation.name} of a value that is known only while the task runs")


def _not_now(_left: object, _right: object) -> object:
    raise TypeError("both sides are known, so there would be no operation")


def decided(test: object, config: Config) -> bool | None:
    """The truth of a test under the settings of airgo.toml, or None. A symbol that they lack has the default written in the code."""
    if not isinstance(test, Symbolic):
        return truth(test)
    if isinstance(test, Operation) and test.name in ("not", "and", "or"):
        return _logical(test, config)
    if isinstance(test, Operation) and test.name in _TESTS and len(test.operands) == 2:
        left, right = (settled(operand, config) for operand in test.operands)
        if left is MISSING or right is MISSING:
            return None
        try:
            return bool(_TESTS[test.name](left, right))
        except TypeError:
            return None
    if isinstance(test, Choice):
        which = decided(test.test, config)
        return None if which is None else decided(test.then if which else test.orelse, config)
    value = settled(test, config)
    return None if value is MISSING else truth(value)


def _logical(test: Operation, config: Config) -> bool | None:
    sides = [decided(operand, config) for operand in test.operands]
    if test.name == "not":
        return None if sides[0] is None else not sides[0]
    decisive = test.name == "or"
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive


def settled(value: object, config: Config) -> object:
    """A value under the settings of airgo.toml; MISSING when they and the code say nothing."""
    if is_plain(value):
        return value
    if not isinstance(value, Symbol) or value.kind not in ("variable", "env"):
        return MISSING
    table: Mapping[str, object] = config.variables if value.kind == "variable" else config.env
    found = table.get(value.key, value.default)
    for part in value.path:
        try:
            found = found[part]  # type: ignore[index]  # a wrong index is caught
        except (LookupError, TypeError):
            return MISSING
    return found if is_plain(found) else MISSING
