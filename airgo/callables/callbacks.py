"""What a callback asks of Airflow's context, which is its one argument."""

from __future__ import annotations

from airgo.callables import problems as rules
from airgo.callables.context import Follower
from airgo.callables.context_keys import CONTEXT, ContextUse
from airgo.callables.local_values import LocalValues
from airgo.callables.slicing import Carried, Slice
from airgo.values import MISSING


def callback_use(code: Slice) -> ContextUse:
    """What the callable of a slice reads of the context that it is called with."""
    use = ContextUse()
    if code.entry is not None:
        _follow(Follower(code, use, {}), code.entry)
    return use


def _follow(follower: Follower, entry: Carried) -> None:
    code, params = follower.code, entry.node.params
    plain = [*params.posonly_params, *params.params][len(code.args) + (1 if code.bound else 0) :]
    fixed = [name for name, _ in code.kwargs]
    follower.source = entry.source
    others = [one for one in [*plain[1:], *params.kwonly_params] if one.name.value not in fixed]
    if not plain or any(one.default is None for one in others):
        follower.problem(rules.CONTEXT, "a callback is given the context, and nothing else", entry.node)
        return
    bound = [one.name.value for one in [*params.posonly_params, *params.params] if one not in plain[1:]]
    values = LocalValues(entry.source, entry.node, dict.fromkeys([*bound, *fixed], MISSING))
    follower.function(entry, {plain[0].name.value: CONTEXT}, values)
