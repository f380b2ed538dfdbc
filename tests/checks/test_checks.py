"""Checks of what a DAG says, before anything is lowered."""

from __future__ import annotations

import dataclasses

from airgo import ir
from airgo.checks import check_dag
from airgo.diagnostics import Collector
from airgo.values import Symbol
from tests.lower.building import dag, span, task


def found(read: ir.Dag) -> list[tuple[str, str]]:
    """Code and subject of what the checks find."""
    collector = Collector()
    check_dag(read, collector)
    return sorted((one.code, one.subject) for one in collector)


def test_a_plain_dag_is_clean() -> None:
    """Defaults written out are no findings."""
    assert found(dag(task("a", depends_on_past=False), task("b"))) == []


def test_tasks_that_look_at_their_past_are_reported() -> None:
    """depends_on_past and wait_for_downstream have no counterpart."""
    assert found(dag(task("a", depends_on_past=True), task("b", wait_for_downstream=True))) == [("AG302", "d.a"), ("AG302", "d.b")]


def test_what_default_args_say_is_said_once() -> None:
    """A default that many tasks take is one finding, at the DAG."""
    default = ir.Argument(True, span(2), "default_args")
    tasks = [dataclasses.replace(task(name), arguments={"depends_on_past": default}, written={}) for name in ("a", "b")]
    assert found(dag(*tasks)) == [("AG302", "d")]


def test_what_could_not_be_read_is_reported() -> None:
    """Opaque tasks, unseen arguments, and tasks and DAGs under undecided tests."""
    guard = ir.Guard(Symbol("env", "ENV"), True, span(3))
    tasks = [task("a", opaque=True), dataclasses.replace(task("b"), unseen_arguments=True), task("c", guard=guard)]
    read = dataclasses.replace(dag(*tasks), guard=guard)
    assert found(read) == [("AG202", "d.a"), ("AG202", "d.b"), ("AG222", "d.c"), ("AG235", "d")]
