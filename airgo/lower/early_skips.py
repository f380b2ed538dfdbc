"""Which of two upstream tasks Airflow's scheduler sees first: one that is skipped, or one that fails; all_success ends by the first.

The scheduler decides a task by what it sees when it looks; what it decides is seen one look later. A task that runs takes as long as it
likes. So a skip surely comes first where what fails starts after the skip, or reaches the other task by more looks than the skip needs.
Where neither has to come first, the failure does, everywhere: then all tasks of a DAG end as in one of Airflow's orders.
airflow/ti_deps/deps/trigger_rule_dep.py, and DagRun._get_ready_tis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from airgo.lower.branching import STOPS_AT_A_SKIP, skipped_by
from airgo.lower.draft import Node, WorkflowDraft
from airgo.lower.order import direct_upstream, waits_for
from airgo.lower.trigger_rules import ALIASES

PASSES_SKIPS_ON = STOPS_AT_A_SKIP | {"none_failed_min_one_success", "one_success"}
"""Rules that skip a task because tasks above it were skipped, and for nothing else."""

ONE_IS_ENOUGH = frozenset({"all_skipped", "all_failed"})
"""Rules that skip a task for one upstream task that ended otherwise."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What skips a task: one that skips it or itself when it has run well, or (`by_rule`) the rule of the task, by how others ended."""

    task_id: str
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """The tasks whose failures reach a task surely after the skip of another; those for which it is not so; and of these, those for
    which it depends on how others end, in a way that `depends` does not say.
    """

    later: frozenset[str]
    unsure: frozenset[str]
    either: frozenset[str]


@dataclass(slots=True)
class EarlySkips:
    """Answers for one DAG. It learns of every task when it is known whether that may be skipped, upstream tasks first."""

    draft: WorkflowDraft
    ended: Mapping[str, frozenset[str]] = field(init=False)
    _causes: dict[str, dict[Cause, int]] = field(default_factory=dict)
    _succeeded: dict[str, frozenset[str]] = field(default_factory=dict)
    _compared: dict[tuple[frozenset[tuple[Cause, int]], str], Compared] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ended = waits_for(self.draft)

    def learn(self, node: Node) -> None:
        """Note what may skip the task, each with the looks from there to the task's own skip at most, and what succeeded before it runs."""
        direct = direct_upstream(node, self.draft) if _rule(node) == "all_success" else []
        self._succeeded[node.task.id] = frozenset(direct).union(*(self._succeeded[up] for up in direct))
        found = {Cause(task_id): 0 for task_id in skipped_by(node, self.draft, self.ended)}
        if node.skips_itself:
            found[Cause(node.task.id)] = 0
        nearest = min if _rule(node) in STOPS_AT_A_SKIP else max
        for up in self._passing_on(node):
            for cause, looks in self._causes[up].items():
                found[cause] = nearest(found.get(cause, looks + 1), looks + 1)
        if (node.expansion is not None and node.expansion.may_be_empty) or (node.may_be_skipped and not found):
            found[Cause(node.task.id, by_rule=True)] = 0
        self._causes[node.task.id] = found

    def wins(self, early: Node, late: Node) -> set[str] | None:
        """The tasks whose failures are, or may be, seen at `late` before the skip of `early`. None: nothing makes it come first."""
        if not (early.may_be_skipped or early.skips_itself):
            return None
        found = self._compare(early, late)
        below = {origin for origin in found.later | found.unsure if early.task.id in self.ended[origin]}
        return set(found.unsure) - below if found.later | below else None

    def depends(self, early: Node, late: Node) -> bool:
        """May a skip come first, or not, by how single tasks above it end?"""
        return early.may_be_skipped and any(early.task.id not in self.ended[one] for one in self._compare(early, late).either)

    def _compare(self, early: Node, late: Node) -> Compared:
        causes = frozenset(self._causes[early.task.id].items())
        if (causes, late.task.id) not in self._compared:
            self._compared[causes, late.task.id] = self._compare_causes(dict(causes), late)
        return self._compared[causes, late.task.id]

    def _compare_causes(self, causes: Mapping[Cause, int], late: Node) -> Compared:
        later: set[str] = set()
        unsure: set[str] = set()
        either: set[str] = set()
        for origin, looks in self._origins(late).items():
            seen = {cause: self._seen(cause, origin) + depth for cause, depth in causes.items()}
            real = [cause for cause, skip in seen.items() if skip != -inf]
            sure = [cause for cause in real if seen[cause] < looks]
            free = [cause for cause in real if seen[cause] == inf and origin not in (self.ended[cause.task_id] | {cause.task_id})]
            if real or not causes:
                (later if sure and len(sure) + len(free) == len(real) else unsure).add(origin)
            skip = max(seen.values(), default=inf)
            if skip >= looks > min((self._soonest(cause, origin) + depth for cause, depth in causes.items()), default=inf):
                either.add(origin)
        return Compared(frozenset(later), frozenset(unsure), frozenset(either))

    def _origins(self, late: Node) -> dict[str, int]:
        """The tasks that may fail and so make this one bad, with the looks that takes at least."""
        looks = {late.task.id: 0}
        found = [late.task.id]
        for task_id in found:
            if not self.draft.nodes[task_id].may_be_omitted:
                continue
            for up in direct_upstream(self.draft.nodes[task_id], self.draft):
                if up not in looks:
                    looks[up] = looks[task_id] + 1
                    found.append(up)
        return {task_id: many for task_id, many in looks.items() if _may_fail(self.draft.nodes[task_id])}

    def _passing_on(self, node: Node) -> list[str]:
        """The upstream tasks by whose skips the task is skipped."""
        return direct_upstream(node, self.draft) if _rule(node) in PASSES_SKIPS_ON else []

    def _seen(self, cause: Cause, origin: str) -> float:
        """How many looks after the end of a task that fails a skip is seen, at most; -inf: there is none if that task fails."""
        if cause.by_rule:
            return self._decided(self.draft.nodes[cause.task_id], origin) + 1
        if cause.task_id == origin or origin in self._succeeded[cause.task_id]:
            return -inf
        return self._end_seen(cause.task_id, origin)

    def _soonest(self, cause: Cause, origin: str) -> float:
        """The same, at least, of a rule for which one upstream task may be enough."""
        node = self.draft.nodes[cause.task_id]
        if not cause.by_rule or _rule(node) not in ONE_IS_ENOUGH:
            return inf
        return min((self._end_seen(up, origin) for up in direct_upstream(node, self.draft)), default=inf) + 1

    def _decided(self, node: Node, origin: str) -> float:
        """When the last upstream task is seen that the rule needs in order to skip the task."""
        above = direct_upstream(node, self.draft)
        if _rule(node) == "all_skipped" and node.expansion is None:  # one that is not skipped is enough
            if set(above) & self._succeeded[origin]:
                return -1
            if origin in above:
                return 0
        at_once = -2 if self.ended[origin] else -1
        return max((self._end_seen(up, origin) for up in above), default=at_once)

    def _end_seen(self, task_id: str, origin: str) -> float:
        if task_id == origin:
            return 0
        if task_id not in self.ended[origin]:
            return inf
        return -2 if any(task_id in self.ended[up] for up in direct_upstream(self.draft.nodes[origin], self.draft)) else -1


def _rule(node: Node) -> str:
    return ALIASES.get(node.task.trigger_rule, node.task.trigger_rule)


def _may_fail(node: Node) -> bool:
    """A step without a pod cannot."""
    return node.draft is None or "suspend" not in node.draft.body
