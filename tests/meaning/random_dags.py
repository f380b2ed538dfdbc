"""Random DAGs of edges, trigger rules, outcomes and branches; a seed always gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

RULES = (
    "all_success",
    "all_failed",
    "all_done",
    "all_done_min_one_success",
    "one_success",
    "one_failed",
    "one_done",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "all_skipped",
    "always",
)
LATE = ("all_success", "all_success", "none_failed", "none_failed_min_one_success", "all_done")
"""Rules of tasks that a branch may skip: none of them can have started before the branch has ended."""

COUNTING = ("one_success", "all_done_min_one_success")
"""Rules that are not exact over a task that skips itself (AG318 says so)."""

OF_INSTANCES = ("one_success", "all_failed", "one_done", "all_skipped", "all_done_min_one_success")
"""Rules that are not exact over a mapped task (AG323 says so)."""


@dataclass(frozen=True)
class Task:
    """One task. kind: ok, bad, flaky (fails, then succeeds), skip (by itself), branch, or a short circuit: open, closed, or shut, which
    leaves those below its children to their rules; list, lost and passed give a list, fail, and skip themselves in its stead; each does
    as the element of its mapped group says. `chosen`: of a branch. `group`: the task group that it is in. `items`: of a mapped task, and
    of one in a mapped group, the kinds of its instances; `over`: the task that gives them. `of_group`: the elements are the group's.
    `setup`; `teardown`: of the setups above it; `counts`: a failure of the teardown fails the run. `after`: it also lies below a group.
    """

    name: str
    kind: str
    rule: str
    upstream: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    group: str = ""
    items: tuple[str, ...] | None = None
    over: str = ""
    of_group: bool = False
    setup: bool = False
    teardown: bool = False
    counts: bool = False
    after: str = ""

    @property
    def id(self) -> str:
        """The task's id in Airflow."""
        return f"{self.group}.{self.name}" if self.group else self.name


def plain(random: Random) -> list[Task]:
    """A DAG of four to twelve tasks."""
    kinds = ["ok"] * 5 + ["bad"] * 3 + ["skip"] * 2 + ["branch"] * 2 + ["open", "closed", "shut", "flaky"]
    groups = random.choice([("",), ("", "g"), ("", "g", "h.i")])
    tasks: list[Task] = []
    for number in range(random.randint(4, 12)):
        upstream = tuple(task.name for task in random.sample(tasks, random.randint(0, min(len(tasks), 3))))
        items = tuple(random.choices(("ok", "ok", "bad"), k=random.randint(0, 3))) if random.random() < 0.15 else None
        kind = random.choice(kinds) if items is None else "mapped"
        rule = rule_for(random, upstream, tasks, kind)
        tasks.append(Task(f"t{number}", kind, rule, tuple(sorted(upstream)), group=random.choice(groups), items=items))
    children = {task.name: [other.name for other in tasks if task.name in other.upstream] for task in tasks}
    chosen = {task.name: tuple(sorted(random.sample(children[task.name], random.randint(0, len(children[task.name]))))) for task in tasks}
    # a branch without children chooses nothing, and is not a branch to speak of
    return [replace(task, chosen=chosen[task.name]) if task.kind == "branch" else task for task in tasks]


def rule_for(random: Random, upstream: Sequence[str], tasks: Sequence[Task], kind: str) -> str:
    """A rule; half of the tasks have the default."""
    known = {task.name: task for task in tasks}
    above, stack = set(upstream), list(upstream)
    while stack:
        new = set(known[stack.pop()].upstream) - above
        above |= new
        stack += sorted(new)
    direct = {known[up].kind for up in upstream}
    if direct & {"branch", "shut"} or any(known[up].kind in ("open", "closed") for up in above):
        return random.choice(LATE)
    rule = random.choice(RULES) if random.random() < 0.6 else "all_success"
    mapped = any(known[up].items is not None for up in upstream)
    if (rule in COUNTING and direct & {"skip", "passed"}) or (rule in OF_INSTANCES and mapped) or (rule == "always" and kind == "mapped"):
        return "all_success"
    return rule
