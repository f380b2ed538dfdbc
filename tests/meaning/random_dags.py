"""Random DAGs of edges, trigger rules, outcomes and branches, and all the ends that Airflow's rules let them reach.

Airflow decides many rules at the first upstream task that fits, so that an end can depend on who finishes first, and on when its
scheduler looks: equal means that Argo's end is one of those that Airflow reaches under some order. The rules here are a fast reference
of airflow/ti_deps/deps/trigger_rule_dep.py; tests compare it with the table made by the real Airflow, and with whole runs of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    leaves those below its children to their rules. `chosen`: of a branch. `group`: the task group that it is in. `items`: of a mapped task,
    the kinds of its instances.
    """

    name: str
    kind: str
    rule: str
    upstream: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    group: str = ""
    items: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """The task's id in Airflow."""
        return f"{self.group}.{self.name}" if self.group else self.name


def generate(seed: int) -> list[Task]:
    """A DAG of four to twelve tasks, always the same for a seed."""
    random = Random(seed)
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
    if (rule in COUNTING and "skip" in direct) or (rule in OF_INSTANCES and "mapped" in direct) or (rule == "always" and kind == "mapped"):
        return "all_success"
    return rule


def units(tasks: Sequence[Task]) -> list[Task]:
    """The tasks as Airflow's scheduler sees them: every instance of a mapped task is one of its own, and so is one of nothing."""
    names = {task.name: instances(task) for task in tasks}
    found = []
    for task in tasks:
        upstream = tuple(name for up in task.upstream for name in names[up])
        chosen = tuple(name for one in task.chosen for name in names[one])
        kinds = (task.items or ("empty",)) if task.items is not None else (task.kind,)
        found += [Task(name, kind, task.rule, upstream, chosen) for name, kind in zip(names[task.name], kinds, strict=True)]
    return found


def instances(task: Task) -> tuple[str, ...]:
    """The names of a task's units."""
    return (task.name,) if task.items is None else tuple(f"{task.name}#{index}" for index in range(max(1, len(task.items))))


def source(dag_id: str, tasks: Sequence[Task]) -> str:
    """The DAG file."""
    known = {task.name: task for task in tasks}
    lines = [HEAD.format(dag_id=dag_id)]
    for task in tasks:
        chosen = tuple(known[name].id for name in task.chosen)
        group = f", task_group={task.group.replace('.', '_')}" if task.group else ""
        head = f"task_id={task.name!r}, trigger_rule={task.rule!r}{group}"
        commands = [COMMANDS[item] for item in task.items or ()]
        lines.append(f"    {task.name} = {OPERATORS[task.kind].format(head=head, chosen=chosen, commands=commands)}")
        if task.upstream:
            lines.append(f"    [{', '.join(task.upstream)}] >> {task.name}")
    return "\n".join(lines) + "\n"


HEAD = """from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.sdk import DAG, TaskGroup


def give(value):
    return value


def later(ti):
    assert ti.try_number > 1


with DAG({dag_id!r}, schedule=None):
    with TaskGroup("g") as g:
        pass
    with TaskGroup("h"), TaskGroup("i") as h_i:
        pass"""
COMMANDS = {"ok": "true", "bad": "false"}
OPERATORS = {
    "ok": "EmptyOperator({head})",
    "bad": 'BashOperator({head}, bash_command="false")',
    "flaky": "PythonOperator({head}, python_callable=later, retries=1, retry_delay=timedelta(seconds=0))",
    "skip": 'BashOperator({head}, bash_command="exit 99")',
    "branch": "BranchPythonOperator({head}, python_callable=give, op_args=[{chosen!r}])",
    "open": "ShortCircuitOperator({head}, python_callable=give, op_args=[True])",
    "closed": "ShortCircuitOperator({head}, python_callable=give, op_args=[False])",
    "shut": "ShortCircuitOperator({head}, python_callable=give, op_args=[False], ignore_downstream_trigger_rules=False)",
    "mapped": "BashOperator.partial({head}).expand(bash_command={commands!r})",
}

End = tuple[tuple[str, str], ...]
"""The state of every task, by name (of a mapped one, of all instances), and of the run under ""."""


def ends(tasks: Sequence[Task], orders: int = 60) -> set[End]:
    """The ends that Airflow reaches: when what fails comes first, when it comes last, and under random orders."""
    ranks: list[Callable[[Task], float]] = [lambda task: task.kind != "bad", lambda task: task.kind == "bad"]
    found = {simulate(tasks, rank, looks) for rank in ranks for looks in (lambda: True, lambda: False)}
    for seed in range(orders):
        random = Random(seed)
        often = random.choice((0.2, 0.6, 0.9))
        found.add(
            simulate(tasks, lambda _, random=random: random.random(), lambda random=random, often=often: random.random() < often)  # type: ignore[misc]
        )
    return found


def in_turns(tasks: Sequence[Task]) -> End:
    """The end where all that can run has ended before the scheduler looks again, as in `dag.test()`."""
    return simulate(tasks, lambda _: 0, lambda: False)


def simulate(dag: Sequence[Task], rank: Callable[[Task], float], looks: Callable[[], bool]) -> End:
    """One run. `rank`: of the running tasks, the lowest ends first; `looks`: does the scheduler look before the next one ends?"""
    tasks = units(dag)
    states: dict[str, str] = {}
    running: list[Task] = []
    children = {task.name: [other for other in tasks if task.name in other.upstream] for task in tasks}
    while len(states) < len(tasks):
        if not running or looks():
            changed = look(tasks, states, running)
            assert changed or running, f"nothing can run: {states}"
            if changed:
                continue
        task = min(running, key=rank)
        running.remove(task)
        states[task.name] = {"bad": "failed", "skip": "skipped"}.get(task.kind, "success")
        for skipped in skips(task, children):
            states.setdefault(skipped, "skipped")
    leaves = [task.name for task in tasks if not children[task.name]]
    failed = any(states[name] in ("failed", "upstream_failed") for name in leaves)
    ended = {task.name: ",".join(states[name] for name in instances(task)) for task in dag}
    return (("", "failed" if failed else "success"), *sorted(ended.items()))


def look(tasks: Sequence[Task], states: dict[str, str], running: list[Task]) -> bool:
    """The scheduler looks once: every task is decided by the states before this look, as in DagRun._get_ready_tis. Did anything change?"""
    waiting = [task for task in tasks if task.name not in states and task not in running]
    decided = [(task, decision(task, states)) for task in waiting]
    decided = [(task, "skipped" if task.kind == "empty" and one == "run" else one) for task, one in decided]
    running += [task for task, decided_as in decided if decided_as == "run"]
    states.update((task.name, decided_as) for task, decided_as in decided if decided_as in ("skipped", "upstream_failed"))
    return any(decided_as is not None for _, decided_as in decided)


def skips(task: Task, children: Mapping[str, Sequence[Task]]) -> Iterator[str]:
    """What a branch or a closed short circuit skips when it has ended."""
    if task.kind == "closed":
        yield from below(task.name, children)
    if task.kind == "shut":
        yield from (child.name for child in children[task.name])
    if task.kind == "branch":
        kept = {*task.chosen, *(name for chosen in task.chosen for name in below(chosen, children))}
        yield from (child.name for child in children[task.name] if child.name not in kept)


def below(name: str, children: Mapping[str, Sequence[Task]]) -> set[str]:
    """All tasks downstream of one."""
    found: set[str] = set()
    stack = [name]
    while stack:
        for child in children[stack.pop()]:
            if child.name not in found:
                found.add(child.name)
                stack.append(child.name)
    return found


def decision(task: Task, states: Mapping[str, str]) -> str | None:
    """What the rule makes of the upstream tasks that have ended: run, skipped, upstream_failed, or None to wait."""
    count = Counter(states[up] for up in task.upstream if up in states)
    return decide(task.rule, count, len(task.upstream))


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
