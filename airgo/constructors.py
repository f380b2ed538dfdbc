"""What Airflow's own constructors hand on to those of their bases, beside what the author wrote.

Airflow notes the arguments of every constructor on the way up (`BaseOperatorMeta._apply_defaults`); for a mapped task, those that
`.partial()` and a decorator's `.expand()` fill in. This is said by `airgo inspect` only: the author wrote none of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from airgo import catalogue
from airgo.ir import Task
from airgo.values import MISSING, Symbolic

RETRY_DELAY = datetime.timedelta(seconds=300)
PARTIAL: Mapping[str, object] = {
    "owner": "airflow",
    "trigger_rule": "all_success",
    "depends_on_past": False,
    "wait_for_past_depends_before_skipping": False,
    "wait_for_downstream": False,
    "retries": 0,
    "retry_delay": RETRY_DELAY,
    "queue": "default",
    "pool_slots": 1,
    "priority_weight": 1,
    "weight_rule": "downstream",
    "inlets": [],
    "outlets": [],
    "allow_nested_operators": True,
}
"""What `.partial()` fills in in both lines of Airflow."""
CALLBACKS = ("on_execute_callback", "on_failure_callback", "on_success_callback", "on_retry_callback", "on_skipped_callback")
PARTIAL_OF: Mapping[str, Mapping[str, object]] = {
    "2": {**PARTIAL, "ignore_first_depends_on_past": True, "retry_exponential_backoff": False, "pool": "default_pool"},
    "3": {**PARTIAL, "ignore_first_depends_on_past": False, "retry_exponential_backoff": 0, **{name: [] for name in CALLBACKS}}
    | {"email_on_failure": True, "email_on_retry": True},
}
DECORATED: Mapping[str, object] = {"is_setup": False, "is_teardown": False, "on_failure_fail_dagrun": False}
DECORATED_OF: Mapping[str, Mapping[str, object]] = {
    "2": {**DECORATED, "pool": "default_pool", "retries": 0, "retry_delay": RETRY_DELAY},
    "3": DECORATED,
}
"""What `.expand()` of a decorated function fills in."""


def handed_on(task: Task, version: str) -> dict[str, object]:
    """The arguments that constructors add for those of their bases; none when some of the author's own could not be seen."""
    if task.unseen_arguments or task.opaque:
        return {}
    if task.mapped:
        return mapped(task, version)
    found = {}
    for name, source in catalogue.handed_on(task.operator, version).items():
        for key, one in [(own, {"$": own}) for own in source] if name == "" and isinstance(source, list) else [(name, source)]:
            value = resolved(one, task)
            if key not in task.arguments and value is not MISSING and value is not None:
                found[key] = value
    return found


def mapped(task: Task, version: str) -> dict[str, object]:
    """What a mapped task holds though nobody gave it. A setup or teardown says so itself."""
    facts = catalogue.operator(task.operator)
    table = DECORATED_OF if facts is not None and facts.kind == "decorator" else PARTIAL_OF
    given = {"is_setup": task.setup, "is_teardown": task.teardown} if table is DECORATED_OF else {}
    left_out = {"on_failure_fail_dagrun"} if task.teardown else set()
    left_out |= set() if facts is None else set(facts.parameters)  # the class has a default of its own
    return {name: given.get(name, value) for name, value in table[version].items() if name not in task.arguments and name not in left_out}


def resolved(source: object, task: Task) -> object:
    """The value that a row of the catalogue gives for one task; MISSING when it is not known."""
    if isinstance(source, list):
        values = [resolved(one, task) for one in source]
        return MISSING if any(one is MISSING for one in values) else values
    if not isinstance(source, dict):
        return source
    if "$" in source:
        return argument(source["$"], task, source.get("else", MISSING))
    if "given" in source or "true" in source:
        value = argument(source["given" if "given" in source else "true"], task, None)
        if isinstance(value, Symbolic):
            return MISSING
        return resolved(source["then" if (value is not None if "given" in source else value) else "else"], task)
    items = {key: resolved(one, task) for key, one in source.items()}
    return MISSING if any(one is MISSING for one in items.values()) else items


def argument(name: str, task: Task, default: object) -> object:
    """The value of an argument, else its default."""
    if name in task.arguments:
        return task.arguments[name].value
    facts = catalogue.operator(task.operator)
    return facts.default(name) if default is MISSING and facts is not None else default
