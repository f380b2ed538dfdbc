"""A task's draft as the IR's task: what its arguments mean, in seconds and plain words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from airgo import catalogue
from airgo.build.template_files import with_files
from airgo.build.values import Freezer
from airgo.diagnostics import Collector, Rule, Severity
from airgo.evaluate.library.airflow_constants import TRIGGER_RULES
from airgo.evaluate.objects import Instance
from airgo.evaluate.task_drafts import TEARDOWN_RULE, ExpandDraft, Given, TaskDraft, handles
from airgo.ir import Argument, Expand, Guard, Task
from airgo.source import Place
from airgo.values import Operation

BAD_ID = Rule(
    "AG160",
    "bad-id",
    Severity.ERROR,
    summary="An id that Airflow refuses",
    why="Ids of DAGs and tasks are made of letters, digits, dashes, dots and underscores, and have at most 250 characters.",
    remedy="Rename it",
)
UNKNOWN_TRIGGER_RULE = Rule(
    "AG161",
    "refused-trigger-rule",
    Severity.ERROR,
    summary="A trigger rule that Airflow does not have",
    why="Airflow raises an error for it, so the file does not load; which rule was meant cannot be known.",
    remedy="Use one of Airflow's trigger rules",
)
UNDECIDED_TRIGGER_RULE = Rule(
    "AG162",
    "undecided-trigger-rule",
    Severity.ERROR,
    summary="A trigger rule that depends on something unknown",
    why="The rule decides when the task runs; airgo assumes none of the possible ones.",
    remedy="Give the value it depends on in airgo.toml",
)
KEY = re.compile(r"^[\w.-]+$")
LONGEST_KEY = 250
ALIASES_IN_2 = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}
"""Names of trigger rules that 2.x still takes and 3.x refuses."""
ONLY_IN_3 = frozenset({"all_done_min_one_success"})
DURATIONS = ("retry_delay", "max_retry_delay")
DEFAULT_RULE = "all_success"


def arguments_of(given: Mapping[str, Given], freezer: Freezer) -> dict[str, Argument]:
    """Frozen arguments."""
    return {name: Argument(frozen(name, one.value, freezer), one.place.span, one.origin) for name, one in given.items()}


def frozen(name: str, value: object, freezer: Freezer) -> object:
    """The value of one argument; an object that is given as a function is the code of its `__call__`."""
    if name == "python_callable" and isinstance(value, Instance) and value.native is None and value.key is None:
        return freezer.code(value, 0)
    return freezer.freeze(value)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the tasks of one DAG have in common: all ids, and the folders in which Airflow looks for template files."""

    dag_id: str
    ids: Mapping[TaskDraft, str]
    freezer: Freezer
    version: str
    collector: Collector
    folders: Sequence[str] = ()


def build_task(task: TaskDraft, task_id: str, around: Surroundings) -> Task:
    """The frozen task."""
    freezer, ids, collector, version = around.freezer, around.ids, around.collector, around.version
    span = task.place.span
    subject = f"{around.dag_id}.{task_id}"
    if not KEY.match(task_id) or len(task_id) > LONGEST_KEY:
        collector.add(BAD_ID.at(span, f"{task_id!r} is no valid task id", subject=subject))
    accepted = {name: given for name, given in task.arguments.items() if given.origin != "default_args" or accepts(task, name, version)}
    arguments = as_converted(task, arguments_of(accepted, freezer))
    if task.facts is not None and freezer.machine is not None:
        arguments = with_files(arguments, task.field_names(), task.facts.template_ext, around.folders, freezer.machine.files)
    value = {name: argument.value for name, argument in arguments.items()}
    return Task(
        id=task_id,
        operator=task.operator,
        class_name=task.class_name,
        span=span,
        arguments=arguments,
        written=arguments_of(task.written, freezer),
        passed=arguments_of(task.passed, freezer),
        same_as=catalogue.same_as(task.operator),
        group=group_id(task),
        upstream=tuple(sorted(ids[other] for other in task.upstream if other in ids)),
        edges_from_data=tuple(sorted({ids[other] for other in data_sources(task) if other in ids and other in task.upstream})),
        trigger_rule=trigger_rule(task, value, version, collector, subject),
        retries=0 if value.get("retries") is None else number(value["retries"]),
        retry_delay=seconds(value.get("retry_delay", 300.0)),
        execution_timeout=seconds(value.get("execution_timeout")),
        pool="default_pool" if value.get("pool") is None else value["pool"],
        depends_on_past=value.get("depends_on_past") is True or value.get("wait_for_downstream") is True,
        setup=task.setup,
        teardown=task.teardown,
        expand=expand_of(task.expand, freezer),
        guard=guard_of(task, freezer),
        overrides_execute=task.overrides_execute,
        opaque=task.opaque,
        unseen_arguments=task.unseen,
        code=freezer.freeze(task.code) if task.code is not None else None,
    )


def as_converted(task: TaskDraft, arguments: dict[str, Argument]) -> dict[str, Argument]:
    """The arguments as Airflow converts them: `.partial(...)` makes durations of seconds, constructors know old spellings of values."""
    found = dict(arguments)
    for name in DURATIONS if task.expand is not None else ():
        value = found[name].value if name in found else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = replace(found[name], value=datetime.timedelta(seconds=value))
    for name, values in catalogue.old_values(task.operator).items():
        if name in found and isinstance(found[name].value, bool) and found[name].value in values:
            found[name] = replace(found[name], value=values[found[name].value])
    return found


def accepts(task: TaskDraft, name: str, version: str) -> bool:
    """Does this version of the class take a value of default_args for the argument?"""
    if name in task.written or task.instance is not None:
        return True
    return task.facts.accepts(name, version) if task.facts is not None else catalogue.accepts(task.operator, name, version)


def group_id(task: TaskDraft) -> str | None:
    """The id of the innermost group."""
    found = None if task.group is None else task.group.id
    return found if isinstance(found, str) else None


def data_sources(task: TaskDraft) -> list[TaskDraft]:
    """The tasks whose XComs stand in its arguments."""
    values = [task.arguments[name].value for name in task.field_names() if name in task.arguments]
    if task.expand is not None:
        values += [given.value for given in task.expand.arguments.values()]
        values += [task.expand.kwargs_list.value] if task.expand.kwargs_list is not None else []
    return [source for value in values for handle in handles(value) for source in handle.tasks()]


def trigger_rule(task: TaskDraft, value: Mapping[str, object], version: str, collector: Collector, subject: str) -> str:
    """The rule by its current name; an unknown one is reported and taken as the default."""
    if task.teardown:
        return TEARDOWN_RULE
    written = value.get("trigger_rule")
    if written is None:
        return DEFAULT_RULE
    span = task.arguments["trigger_rule"].place.span
    if not isinstance(written, str):
        collector.add(UNDECIDED_TRIGGER_RULE.at(span, "the trigger rule is not known", subject=subject))
        return DEFAULT_RULE
    rule = written
    known = (rule in TRIGGER_RULES and (version == "2" or rule not in ALIASES_IN_2)) and (version == "3" or rule not in ONLY_IN_3)
    if not known:
        hint = catalogue.did_you_mean(rule, tuple(TRIGGER_RULES))
        more = f"; did you mean {hint}?" if hint is not None and hint != rule else f" in version {version}"
        collector.add(UNKNOWN_TRIGGER_RULE.at(span, f"Airflow has no trigger rule {rule!r}{more}", subject=subject))
    return ALIASES_IN_2.get(rule, rule) if rule in TRIGGER_RULES else DEFAULT_RULE


def number(value: object) -> object:
    """A count that may be written as text, as Airflow converts it."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    return value


def seconds(value: object) -> object:
    """A duration in seconds; None and symbolic values as they are."""
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value


def expand_of(expand: ExpandDraft | None, freezer: Freezer) -> Expand | None:
    """The frozen expansion."""
    if expand is None:
        return None
    listed = expand.kwargs_list
    frozen = None if listed is None else Argument(freezer.freeze(listed.value), listed.place.span)
    return Expand("expand" if expand.kind == "expand" else "expand_kwargs", arguments_of(expand.arguments, freezer), frozen)


def guard_of(task: TaskDraft, freezer: Freezer) -> Guard | None:
    """Under which undecided tests the task exists, those of its DAG left out."""
    outer = len(task.dag.guard) if task.dag is not None else 0
    return combined(task.guard[outer:], freezer)


def combined(guards: tuple[tuple[object, bool, Place], ...], freezer: Freezer) -> Guard | None:
    """Several nested tests as one."""
    if not guards:
        return None
    test, polarity, place = guards[-1]
    if len(guards) == 1:
        return Guard(freezer.freeze(test), polarity, place.span)
    tests = tuple(freezer.freeze(one) if positive else Operation("not", (freezer.freeze(one),)) for one, positive, _ in guards)
    return Guard(Operation("and", tests), True, place.span)
