"""What is added to random DAGs: setups and teardowns, mapped groups, mapping over results, nested groups; by the range of the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from tests.meaning.random_dags import LATE, Task, plain, rule_for
from tests.meaning.random_ends import above

Tasks = Sequence[Task]

OVER_GROUPS = ("all_success", "all_success", "none_failed", "none_failed_min_one_success", "all_done", "none_skipped", "one_failed")
"""Rules of tasks below a mapped group, of which Argo knows one state only (others are errors)."""

IN_GROUPS = ("all_success", "all_success", "none_failed", "none_failed_min_one_success")
"""Rules of tasks in a mapped group (others are errors)."""

SHORT_CIRCUITS = ("open", "closed", "shut")

RANGE = 1_000_000
"""How many seeds each kind of DAG has."""


def generate(seed: int) -> list[Task]:
    """The DAG of a seed: plain ones come first, then RANGE seeds for each feature, and those with all of them."""
    random = Random(seed)
    tasks = plain(random)
    for feature in FEATURES[seed // RANGE]:
        tasks = feature(tasks, random)
    return tasks


def some(random: Random, tasks: Tasks, most: int) -> tuple[str, ...]:
    """Up to so many of the tasks; branches choose nothing that is added later."""
    return tuple(sorted(task.name for task in random.sample(tasks, random.randint(0, min(len(tasks), most)))))


def elements(random: Random) -> tuple[str, ...]:
    """What the instances of something mapped do."""
    return tuple(random.choices(("ok", "ok", "bad"), k=random.randint(0, 3)))


def follower(random: Random, tasks: Tasks, name: str, upstream: Sequence[str], rules: Sequence[str] = (), after: str = "") -> Task:
    """One more task below some, and perhaps below others."""
    known = {task.name: task for task in tasks}
    others = [
        name for name in some(random, [task for task in tasks if task.of_group is False and not task.teardown], 1) if name not in upstream
    ]
    ups = tuple(sorted({*upstream, *others}))
    rule = rule_for(random, ups, tasks, "ok")
    if rules and rule not in rules:
        rule = random.choice(rules) if not any(known[up].kind in ("branch", "shut", "open", "closed") for up in ups) else "all_success"
    return Task(name, random.choice(("ok", "ok", "bad", "skip")), rule, ups, after=after)


def nested_groups(tasks: Tasks, random: Random) -> list[Task]:
    """Groups in groups, and tasks that lie below whole groups."""
    found = [replace(task, group=random.choice(("", "g", "h", "h.i", "h.i.j"))) for task in tasks]
    for number, group in enumerate(sorted({task.group for task in found} - {""})[:2]):
        members = [task for task in found if task.group == group or task.group.startswith(group + ".")]
        leaves = [task.name for task in members if not any(task.name in other.upstream for other in members)]
        found.append(follower(random, found, f"a{number}", leaves, after=group))
    return found


def setups(tasks: Tasks, random: Random) -> list[Task]:
    """Some tasks become setups; teardowns of one or two of them, below other tasks as well."""
    fit = [task.name for task in tasks if task.kind in ("ok", "bad", "skip", "flaky") and task.items is None]
    chosen = random.sample(fit, min(len(fit), random.randint(1, 2)))
    found = [replace(task, setup=True) if task.name in chosen else task for task in tasks]
    # Airflow refuses any other rule below a setup
    found = [replace(task, rule="all_success") if set(task.upstream) & set(chosen) else task for task in found]
    for number in range(random.randint(0, 2) if chosen else 0):
        torn = random.sample(chosen, random.randint(1, len(chosen)))
        others = some(random, [task for task in found if task.kind != "branch" and not task.teardown and not task.of_group], 3)
        kind = random.choice(("ok", "ok", "bad"))
        upstream = tuple(sorted({*torn, *others}))
        counts = random.random() < 0.3
        found.append(Task(f"d{number}", kind, "all_done_setup_success", upstream, teardown=True, counts=counts))
    return found


def producer(random: Random, tasks: Tasks, name: str) -> Task:
    """A task that gives a list, or fails, or skips itself."""
    upstream = some(random, [task for task in tasks if not task.of_group and not task.teardown], 2)
    return Task(name, random.choice(("list", "list", "list", "lost", "passed")), rule_for(random, upstream, tasks, "ok"), upstream)


def results(tasks: Tasks, random: Random) -> list[Task]:
    """Tasks that are mapped over what others return, and others below them."""
    found = list(tasks)
    for number in range(random.randint(1, 2)):
        gives = producer(random, found, f"p{number}")
        items = elements(random)
        found.append(replace(gives, items=None))
        others = some(random, [task for task in found if task.kind != "branch" and not task.of_group and not task.teardown], 1)
        upstream = tuple(sorted({gives.name, *others}))
        found.append(Task(f"r{number}", "mapped", random.choice(LATE), upstream, items=items, over=gives.name))
        found.append(follower(random, found, f"c{number}", [f"r{number}"]))
    return found


def mapped_groups(tasks: Tasks, random: Random) -> list[Task]:
    """A group of one to three tasks that is mapped, over a list or over what a task returns, and tasks below it."""
    found = list(tasks)
    over = ""
    if random.random() < 0.5:
        over = "p8"
        found.append(producer(random, found, over))
    outside = [task for task in found if task.kind != "branch" and not task.teardown and not task.setup]
    outer = tuple(sorted({*some(random, outside, 2), *([over] if over else [])}))
    closes = any(
        task.kind in SHORT_CIRCUITS and (task.name in outer or any(task.name in above(up, found) for up in outer)) for task in found
    )
    items = elements(random)
    made: list[Task] = []
    for number in range(random.randint(1, 3)):
        inner = some(random, made, 2)
        rule = random.choice([rule for rule in IN_GROUPS if not (closes and inner and rule == "none_failed")])
        kind = random.choice(("each", "each", "ok"))
        rule = rule if inner or not made else next(task.rule for task in made if task.upstream == outer)
        made.append(Task(f"m{number}", kind, rule, inner or outer, group="m", items=items, over=over, of_group=True))
    leaves = [task.name for task in made if not any(task.name in other.upstream for other in made)]
    found += made
    found += [follower(random, found, f"e{number}", leaves, OVER_GROUPS, after="m") for number in range(random.randint(1, 2))]
    return found


Feature = Callable[[Tasks, Random], list[Task]]
FEATURES: tuple[tuple[Feature, ...], ...] = (
    (),
    (setups,),
    (mapped_groups,),
    (results,),
    (nested_groups,),
    (nested_groups, results, mapped_groups, setups),
)
"""By the range of the seed."""
