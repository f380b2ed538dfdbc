"""Statements with blocks: if, for, while, try, with, raise and assert."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from airgo.evaluate import branches, rules
from airgo.evaluate.assumptions import decide, elements, note_assumptions, verdict_of
from airgo.evaluate.branches import Absent, Guarded, Journal, Pending, Side
from airgo.evaluate.errors import error_of, exception_value, matches
from airgo.evaluate.expressions import evaluate
from airgo.evaluate.objects import PythonError
from airgo.evaluate.scope import Scope
from airgo.evaluate.statements import BREAK, CONTINUE, Signal, end_statement, executes, run_block, settle_pending
from airgo.evaluate.targets import assign, element_of
from airgo.source import Place
from airgo.values import Choice, Operation, Symbolic, Unknown

if TYPE_CHECKING:
    from airgo.evaluate.machine import Machine

Block = Callable[[], "Signal | None"]
EXITS = frozenset({"exit", "quit", "_exit", "abort"})
LONGEST_TEST = 60


@executes(cst.If)
def if_(machine: Machine, node: cst.If, scope: Scope) -> Signal | None:
    """`if test: … else: …`; both branches when the test cannot be decided."""
    test = evaluate(machine, node.test, scope)
    verdict, assumed = verdict_of(machine, test)
    if verdict is None or assumed:
        then, orelse = raises(node.body), raises(node.orelse)
        if then is not orelse and verdict is not orelse:
            verdict = orelse  # the file imports in production, so the branch that raises is not taken
        else:
            note_assumptions(machine, assumed)
    if verdict is not None:
        return run_block(machine, node.body, scope) if verdict else run_else(machine, node.orelse, scope)
    place = Place(machine.frame.module.file, node)
    report_undecided(machine, node.test, place)
    return split(machine, test, place, lambda: run_block(machine, node.body, scope), lambda: run_else(machine, node.orelse, scope))


def report_undecided(machine: Machine, test: cst.BaseExpression, place: Place) -> None:
    """Say that both branches are looked at."""
    if machine.quiet:
        return
    words = " ".join(machine.frame.module.file.tree.code_for_node(test).split())
    words = words if len(words) <= LONGEST_TEST else words[: LONGEST_TEST - 1] + "…"
    machine.report(rules.UNDECIDED_TEST, f"whether `{words}` holds is not known; both branches are looked at", place)


def run_else(machine: Machine, node: cst.If | cst.Else | None, scope: Scope) -> Signal | None:
    """The `elif` or `else` of a statement."""
    if node is None:
        return None
    if isinstance(node, cst.If):
        machine.step()
        return if_(machine, node, scope)
    return run_block(machine, node.body, scope)


def raises(node: cst.BaseSuite | cst.If | cst.Else | None) -> bool:
    """Does the block certainly end in `raise`, a failing assert or an exit?"""
    if node is None:
        return False
    if isinstance(node, cst.If):
        return raises(node.body) and raises(node.orelse)
    if isinstance(node, cst.Else):
        return raises(node.body)
    if not node.body:
        return False
    last = node.body[-1]
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if isinstance(last, cst.If):
        return raises(last)
    if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
        function = last.value.func
        name = function.attr if isinstance(function, cst.Attribute) else function
        return isinstance(name, cst.Name) and name.value in EXITS
    if isinstance(last, cst.Assert):
        return isinstance(last.test, cst.Name) and last.test.value == "False"
    return isinstance(last, cst.Raise)


def split(machine: Machine, test: object, place: Place, then: Block, orelse: Block) -> Signal | None:
    """Run both sides of an undecided test and join them; an exit on one side only is kept pending while the other runs on."""
    pending = machine.frame.pending
    start = len(pending)
    first, second = branches.either(machine, test, place, then, orelse)
    nested = [lift_pending(machine, entry, test, place) for entry in pending[start:]]
    del pending[start:]
    result = join(machine, test, place, first, second)
    for entry in nested:
        wait(machine, entry)
    return result


def lift_pending(machine: Machine, entry: Pending, test: object, place: Place) -> Pending:
    """An exit that is pending inside one side, as it is seen from outside: under both tests together."""
    if entry.guard in machine.guards:
        machine.guards.remove(entry.guard)
    if entry.journal in machine.journals:
        machine.journals.remove(entry.journal)
    inner = entry.guard.test if not entry.guard.polarity else Operation("not", (entry.guard.test,), entry.guard.place)
    both = Operation("and", (test if entry.outer else Operation("not", (test,), place), inner), place)
    return Pending(entry.kind, Guarded(both, False, place), entry.value, entry.names, entry.journal, entry.outer)


def join(machine: Machine, test: object, place: Place, first: Side, second: Side) -> Signal | None:
    """The state and the signal after both sides."""
    if first.raised is not None:
        if second.raised is not None:
            raise second.raised
        return signal_of(second)
    if second.raised is not None:
        branches.keep(machine, first)
        return signal_of(first)
    left, right = signal_of(first), signal_of(second)
    if left is None and right is None:
        branches.merge(machine, test, first, second, place)
        return None
    if left is not None and right is not None and left.kind == right.kind:
        branches.merge(machine, test, first, second, place)
        return Signal(left.kind, branches.choose(test, left.value, right.value, place))
    if left is not None and (right is None or right.kind != "return"):
        names = first.names[0]
        wait(machine, Pending(left.kind, Guarded(test, False, place), left.value, names, Journal(dict(first.contents)), True))
        return right
    assert right is not None
    contents = {key: (container, branches.content(container)) for key, (container, _) in first.contents.items()} | second.contents
    branches.keep(machine, first)
    wait(machine, Pending(right.kind, Guarded(test, True, place), right.value, second.names[0], Journal(contents), True))
    return left


def signal_of(side: Side) -> Signal | None:
    """How a side ended."""
    return side.result if isinstance(side.result, Signal) else None


def wait(machine: Machine, entry: Pending) -> None:
    """Keep an exit pending: what follows runs under the test that it was not taken."""
    machine.frame.pending.append(entry)
    machine.guards.append(entry.guard)
    machine.journals.append(entry.journal)


@executes(cst.For)
def for_(machine: Machine, node: cst.For, scope: Scope) -> Signal | None:
    """`for x in xs: … else: …`; the body once when the elements are not known."""
    return for_over(machine, node, scope, evaluate(machine, node.iter, scope))


def for_over(machine: Machine, node: cst.For, scope: Scope, iterable: object) -> Signal | None:
    """The loop over a value that is evaluated already."""
    found = elements(machine, iterable)
    if found is None:
        place = Place(machine.frame.module.file, node)
        if isinstance(iterable, Choice):
            then, orelse = iterable.then, iterable.orelse
            return split(
                machine, iterable.test, place, lambda: for_over(machine, node, scope, then), lambda: for_over(machine, node, scope, orelse)
            )
        return one_round(machine, node, scope, iterable, place)
    start = len(machine.frame.pending)
    signal = None
    for element in found:
        machine.step()
        begun = len(machine.frame.pending)
        signal = for_round(machine, node, element, scope)
        settle_pending(machine, begun, "continue")
        if signal is not None and signal.kind != "continue":
            break
        signal = None
    if signal is None and node.orelse is not None:
        signal = run_block(machine, node.orelse.body, scope)
    settle_pending(machine, start, "break")
    return None if signal is not None and signal.kind == "break" else signal


def for_round(machine: Machine, node: cst.For, element: object, scope: Scope) -> Signal | None:
    """The body for one element; under its test when the element may be absent."""
    if isinstance(element, Absent):
        return None
    if branches.is_optional(element):
        assert isinstance(element, Choice)
        then, orelse, place = element.then, element.orelse, Place(machine.frame.module.file, node)
        return split(
            machine, element.test, place, lambda: for_round(machine, node, then, scope), lambda: for_round(machine, node, orelse, scope)
        )
    assign(machine, node.target, element, scope)
    return run_block(machine, node.body, scope)


def one_round(machine: Machine, node: cst.For | cst.While, scope: Scope, iterable: object, place: Place) -> Signal | None:
    """The body of a loop whose number of rounds is not known, once."""
    reason = f": {iterable.root().reason}" if isinstance(iterable, Unknown) else ""
    machine.report(rules.UNKNOWN_ROUNDS, f"how often this loop runs is not known{reason}; its body was looked at once", place)
    if not machine.quiet:
        machine.partial = True
    start = len(machine.frame.pending)
    machine.repeats.append(iterable)
    try:
        if isinstance(node, cst.For):
            assign(machine, node.target, element_of(machine, iterable, place), scope)
        signal = run_block(machine, node.body, scope)
        settle_pending(machine, start, "continue")
        settle_pending(machine, start, "break")
    finally:
        machine.repeats.pop()
    if signal is None or signal.kind != "return":
        return None
    return Signal("return", Unknown("a value returned from a loop whose rounds are not known", place))


@executes(cst.While)
def while_(machine: Machine, node: cst.While, scope: Scope) -> Signal | None:
    """`while test: … else: …`."""
    start = len(machine.frame.pending)
    signal: Signal | None = None
    while True:
        machine.step()
        test = evaluate(machine, node.test, scope)
        verdict = decide(machine, test)
        if verdict is None:
            signal = one_round(machine, node, scope, test, Place(machine.frame.module.file, node))
            break
        if not verdict:
            signal = run_block(machine, node.orelse.body, scope) if node.orelse is not None else None
            break
        begun = len(machine.frame.pending)
        signal = run_block(machine, node.body, scope)
        settle_pending(machine, begun, "continue")
        if signal is not None and signal.kind != "continue":
            break
    settle_pending(machine, start, "break")
    return None if signal is not None and signal.kind in {"break", "continue"} else signal


@executes(cst.Try, cst.TryStar)
def try_(machine: Machine, node: cst.Try | cst.TryStar, scope: Scope) -> Signal | None:
    """`try: … except E: … else: … finally: …`."""

    def catches(error: PythonError) -> bool:
        return handler_for(machine, node, error, scope) is not None

    signal: Signal | None = None
    try:
        signal = guarded_body(machine, node, scope, catches)
    finally:
        if catches in machine.catchers:
            machine.catchers.remove(catches)
        final = run_block(machine, node.finalbody.body, scope) if node.finalbody is not None else None
    return signal if final is None else final


def guarded_body(machine: Machine, node: cst.Try | cst.TryStar, scope: Scope, catches: Callable[[PythonError], bool]) -> Signal | None:
    """The body, and the handler for what it raises or the `else` block."""
    machine.catchers.append(catches)
    try:
        signal = run_block(machine, node.body, scope)
    except PythonError as error:
        machine.catchers.remove(catches)
        handler = handler_for(machine, node, error, scope)
        if handler is None:
            raise
        return run_handler(machine, handler, error, scope)
    machine.catchers.remove(catches)
    if signal is None and node.orelse is not None:
        signal = run_block(machine, node.orelse.body, scope)
    return signal


def handler_for(
    machine: Machine, node: cst.Try | cst.TryStar, error: PythonError, scope: Scope
) -> cst.ExceptHandler | cst.ExceptStarHandler | None:
    """The first handler that catches the error."""
    for handler in node.handlers:
        if handler.type is None:
            return handler
        try:
            kind = evaluate(machine, handler.type, scope)
        except PythonError:
            continue
        if matches(machine, error, kind):
            return handler
    return None


def run_handler(machine: Machine, handler: cst.ExceptHandler | cst.ExceptStarHandler, error: PythonError, scope: Scope) -> Signal | None:
    """`except E as e: …`."""
    if handler.name is not None:
        assign(machine, handler.name.name, exception_value(error, machine.place), scope)
    machine.handling.append(error)
    try:
        return run_block(machine, handler.body, scope)
    finally:
        machine.handling.pop()


@executes(cst.Raise)
def raise_(machine: Machine, node: cst.Raise, scope: Scope) -> Signal | None:
    """`raise X`: to the `try` that catches it; with none, the function ends without a known value."""
    if node.exc is None:
        error = machine.handling[-1] if machine.handling else PythonError("RuntimeError", "No active exception to reraise")
    else:
        error = error_of(machine, evaluate(machine, node.exc, scope))
    if machine.caught(error):
        raise error
    end_statement(machine, node, scope, error)
    if scope.kind != "function":
        return None
    return Signal("return", Unknown(f"the function raises {error}", Place(machine.frame.module.file, node)))


@executes(cst.Assert)
def assert_(machine: Machine, node: cst.Assert, scope: Scope) -> None:
    """`assert test`: one that cannot be decided holds, because the file imports in production."""
    verdict, assumed = verdict_of(machine, evaluate(machine, node.test, scope))
    if verdict is False and not assumed:
        message = evaluate(machine, node.msg, scope) if node.msg is not None else ""
        raise PythonError("AssertionError", message if isinstance(message, str) else "")


__all__ = ["BREAK", "CONTINUE", "Symbolic", "split"]
