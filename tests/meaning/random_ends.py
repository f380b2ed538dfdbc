"""All the ends that Airflow's rules let a random DAG reach.

Airflow decides many rules at the first upstream task that fits, so that an end can depend on who finishes first, and on when its
scheduler looks: equal means that Argo's end is one of those that Airflow reaches under some order. The rules here are a fast reference
of airflow/ti_deps/deps/trigger_rule_dep.py; tests compare it with the table made by the real Airflow, and with whole runs of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.meaning.random_dags import Task

End = tuple[tuple[str, str], ...]
"""The state of every task, by name (of a mapped one, of all instances), and of the run under ""."""

States = Mapping[str, str]


@dataclass(frozen=True)
class Unit:
    """A task as Airflow's scheduler sees it: every instance of a mapped task is one of its own, and so is one of nothing.

    `setups`: those above it that are not direct upstream, and must succeed. `direct_setups`: of a teardown. `scope`: what a teardown waits
    for besides its upstream tasks. `first`: it is one of the first tasks of a mapped group.
    """

    name: str
    task: Task
    kind: str
    upstream: tuple[str, ...]
    chosen: tuple[str, ...]
    setups: tuple[str, ...] = ()
    direct_setups: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    first: bool = False


@dataclass(frozen=True)
class Dag:
    """The units of a DAG, those below each, and those that decide how the run ends."""

    units: tuple[Unit, ...]
    children: Mapping[str, Sequence[Unit]]
    leaves: tuple[str, ...]


def dag_of(tasks: Sequence[Task]) -> Dag:
    """A DAG as the scheduler sees it."""
    names = {task.name: instances(task) for task in tasks}
    found = tuple(unit for task in tasks for unit in units_of(task, tasks, names))
    children = {unit.name: [other for other in found if unit.name in other.upstream] for unit in found}
    ignored = {unit.name for unit in found if unit.task.teardown and not unit.task.counts}
    leaves = [one for one in children if one not in ignored and not {child.name for child in children[one]} - ignored]
    return Dag(found, children, tuple(leaves or [one for one in children if not children[one]]))


def units_of(task: Task, tasks: Sequence[Task], names: Mapping[str, tuple[str, ...]]) -> Iterator[Unit]:
    """The units of one task."""
    known = {other.name: other for other in tasks}
    kinds = (task.items or ("empty",)) if task.items is not None else (task.kind,)
    chosen = tuple(name for one in task.chosen for name in names[one])
    setups = tuple(sorted(relevant_setups(task, tasks) - set(task.upstream)))
    torn = tuple(name for name in task.upstream if known[name].setup) if task.teardown else ()
    between = {name for setup in torn for name in above(task.name, tasks) if setup in above(name, tasks)} - set(task.upstream)
    scope = tuple(unit for name in sorted(between) for unit in names[name])
    for index, (name, kind) in enumerate(zip(names[task.name], kinds, strict=True)):
        inside = {up for up in task.upstream if task.of_group and known[up].of_group}
        upstream = tuple(unit for up in task.upstream for unit in (names[up][index : index + 1] if up in inside else names[up]))
        as_the_element = task.kind in ("mapped", "each") or kind == "empty"
        yield Unit(name, task, kind if as_the_element else task.kind, upstream, chosen, setups, torn, scope, not inside)


def instances(task: Task) -> tuple[str, ...]:
    """The names of a task's units."""
    return (task.name,) if task.items is None else tuple(f"{task.name}#{index}" for index in range(max(1, len(task.items))))


def above(name: str, tasks: Sequence[Task]) -> set[str]:
    """The names of all tasks above one."""
    known = {task.name: task for task in tasks}
    found, stack = set(known[name].upstream), list(known[name].upstream)
    while stack:
        new = set(known[stack.pop()].upstream) - found
        found |= new
        stack += sorted(new)
    return found


def relevant_setups(task: Task, tasks: Sequence[Task]) -> set[str]:
    """The setups above a task that have no teardown, or one below it."""
    if task.teardown:
        return set()
    found = set()
    for setup in (other for other in tasks if other.setup and other.name in above(task.name, tasks)):
        own = [other for other in tasks if other.teardown and setup.name in other.upstream]
        if not own or any(task.name in above(other.name, tasks) for other in own):
            found.add(setup.name)
    return found


def ends(tasks: Sequence[Task], orders: int = 60) -> set[End]:
    """The ends that Airflow reaches: when what fails comes first, when it comes last, and under random orders."""
    dag = dag_of(tasks)
    ranks: list[Callable[[Unit], float]] = [lambda unit: unit.kind not in FAILS, lambda unit: unit.kind in FAILS]
    found = {simulate(dag, tasks, rank, looks) for rank in ranks for looks in (lambda: True, lambda: False)}
    for seed in range(orders):
        random = Random(seed)
        often = random.choice((0.2, 0.6, 0.9))
        found.add(
            simulate(dag, tasks, lambda _, random=random: random.random(), lambda random=random, often=often: random.random() < often)  # type: ignore[misc]
        )
    return found


def in_turns(tasks: Sequence[Task]) -> End:
    """The end where all that can run has ended before the scheduler looks again, as in `dag.test()`."""
    return simulate(dag_of(tasks), tasks, lambda _: 0, lambda: False)


FAILS = frozenset({"bad", "lost"})
ENDS = {"bad": "failed", "lost": "failed", "skip": "skipped", "passed": "skipped"}
"""How tasks that run end, if not well."""


def simulate(dag: Dag, tasks: Sequence[Task], rank: Callable[[Unit], float], looks: Callable[[], bool]) -> End:
    """One run. `rank`: of the running tasks, the lowest ends first; `looks`: does the scheduler look before the next one ends?"""
    states: dict[str, str] = {}
    running: list[Unit] = []
    while len(states) < len(dag.units):
        if not running or looks():
            changed = look(dag, states, running)
            assert changed or running, f"nothing can run: {states}"
            if changed:
                continue
        unit = min(running, key=rank)
        running.remove(unit)
        states[unit.name] = ENDS.get(unit.kind, "success")
        for skipped in list(skips(unit, dag, states)):
            states.setdefault(skipped, "skipped")
    failed = any(states[name] in ("failed", "upstream_failed") for name in dag.leaves)
    ended = {task.name: together([states[name] for name in instances(task)]) for task in tasks}
    return (("", "failed" if failed else "success"), *sorted(ended.items()))


def together(states: Sequence[str]) -> str:
    """The states of all instances; one for all, where none of them ran: Airflow may not have made them."""
    return states[0] if set(states) in ({"skipped"}, {"upstream_failed"}) else ",".join(states)


def look(dag: Dag, states: dict[str, str], running: list[Unit]) -> bool:
    """The scheduler looks once: every task is decided by the states before this look, as in DagRun._get_ready_tis. Did anything change?"""
    waiting = [unit for unit in dag.units if unit.name not in states and unit not in running]
    decided = [(unit, decision(unit, states)) for unit in waiting]
    decided = [(unit, "skipped" if unit.kind == "empty" and one == "run" else one) for unit, one in decided]
    running += [unit for unit, decided_as in decided if decided_as == "run"]
    states.update((unit.name, decided_as) for unit, decided_as in decided if decided_as in ("skipped", "upstream_failed"))
    return any(decided_as is not None for _, decided_as in decided)


def expanded(unit: Unit, states: States) -> bool:
    """Is the unit an instance that Airflow has made? A short circuit skips what stands for all of them before."""
    first = not unit.task.of_group or unit.first
    return bool(unit.task.items) and (not unit.task.over or (not first and states.get(unit.task.over) == "success"))


def skips(unit: Unit, dag: Dag, states: States) -> Iterator[str]:
    """What a branch or a closed short circuit skips when it has ended."""
    children = dag.children[unit.name]
    if unit.kind == "closed":
        direct = {child.name for child in children}
        for one in dag.units:
            if one.name in direct or (one.name in below(unit.name, dag) and not expanded(one, states)):
                yield from () if one.task.teardown else (one.name,)
    if unit.kind == "shut":
        yield from (child.name for child in children if not child.task.teardown)
    if unit.kind == "branch":
        kept = {*unit.chosen, *(name for chosen in unit.chosen for name in below(chosen, dag))}
        yield from (child.name for child in children if child.name not in kept)


def below(name: str, dag: Dag) -> set[str]:
    """All units downstream of one."""
    found: set[str] = set()
    stack = [name]
    while stack:
        for child in dag.children[stack.pop()]:
            if child.name not in found:
                found.add(child.name)
                stack.append(child.name)
    return found


def decision(unit: Unit, states: States) -> str | None:
    """What the scheduler makes of what has ended above a unit: run, skipped, upstream_failed, or None to wait."""
    if unit.task.rule == "always" or not unit.upstream:
        return "run"
    needed = "run" if unit.task.teardown else all_of(unit.setups, states)
    if needed in ("skipped", "upstream_failed"):
        return needed
    found = by_rule(unit, states)
    listed = all_of([unit.task.over] if unit.task.over else [], states)
    if listed in ("skipped", "upstream_failed") and found != "upstream_failed":
        return listed
    waits = needed is None or listed is None or any(name not in states for name in unit.scope)
    return None if found == "run" and waits else found


def all_of(names: Sequence[str], states: States) -> str | None:
    """What tasks that must all succeed make of one below them, whatever its rule."""
    found = {states.get(name) for name in names}
    if found & {"failed", "upstream_failed"}:
        return "upstream_failed"
    return "skipped" if "skipped" in found else None if None in found else "run"


def by_rule(unit: Unit, states: States) -> str | None:
    """What the trigger rule makes of the direct upstream tasks that have ended."""
    count = Counter(states[up] for up in unit.upstream if up in states)
    if unit.task.teardown:
        setups = [states.get(setup) for setup in unit.direct_setups]
        if len(unit.upstream) > sum(count.values()):
            return None
        return "skipped" if set(setups) == {"skipped"} else "run" if "success" in setups or not setups else "upstream_failed"
    return decide(unit.task.rule, count, len(unit.upstream))


def decide(rule: str, count: Counter[str], upstream: int) -> str | None:
    """The rules themselves, in Airflow's order: first what ends a task early, then what lets it run."""
    success, failed, skipped, over = (count[state] for state in ("success", "failed", "skipped", "upstream_failed"))
    done, bad = success + failed + skipped + over == upstream, failed + over
    if rule == "always" or upstream == 0:
        return "run"
    early: dict[str, str | None] = {
        "all_success": "upstream_failed" if bad else "skipped" if skipped else None,
        "all_failed": "skipped" if success or skipped else None,
        "one_success": ("skipped" if skipped == upstream else None if success else "upstream_failed") if done else None,
        "one_failed": "skipped" if done and not bad else None,
        "one_done": "skipped" if done and not (failed or success) else None,
        "none_failed": "upstream_failed" if bad else None,
        "none_failed_min_one_success": "upstream_failed" if bad else "skipped" if skipped == upstream else None,
        "none_skipped": "skipped" if skipped else None,
        "all_skipped": "skipped" if success or bad else None,
        "all_done_min_one_success": "skipped" if skipped else "upstream_failed" if done and not success else None,
    }
    runs = {"one_success": success > 0, "one_failed": bad > 0, "one_done": success + failed > 0}
    return early.get(rule) or ("run" if runs.get(rule, done) else None)
