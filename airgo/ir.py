"""What airgo believes a DAG is: Airflow's words, frozen, before any Argo.

Values are plain Python objects or the symbolic values of `airgo.values`. Built by `airgo.build`, read by checks, mappings,
lowering and `airgo inspect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from airgo.source import Span

Origin = Literal["call", "partial", "default_args", "constructor", "assigned", "decorator"]
"""Where an argument came from: written in the operator call, in `.partial()`, merged from default_args, passed on by an
in-project subclass's constructor, assigned to the task afterwards, or written in a TaskFlow decorator or `.override()`."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A value that reached a constructor, where it was written, and by which way it came."""

    value: object
    span: Span
    origin: Origin = "call"
    file_text: object = None
    """What Airflow puts in place of a value that names template files: the text, or a list; None when it names none."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a DAG runs, as `inspect` prints it (contracts, section 2).

    kind: cron · delta · none · once · continuous · assets · timetable · unknown.
    `crons` has one or several 5/6-field cron texts (presets written out); `interval`: is the logical date the start of an interval
    (CronDataInterval) or the tick itself (CronTrigger)? `trigger_interval_seconds`: CronTriggerTimetable(interval=…).
    """

    kind: str
    crons: tuple[str, ...] = ()
    timezone: str | None = None
    interval: bool | None = None
    seconds: float | None = None
    relativedelta: Mapping[str, int] | None = None
    trigger_interval_seconds: float | None = None
    class_name: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    expression: object = None
    reason: str | None = None
    choices: tuple[Schedule, ...] = ()
    value: object = None
    written: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """One of a DAG's params: default value and JSON schema keys."""

    name: str
    default: object
    schema: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guard:
    """The task was built under a test that could not be decided: it exists only if `test` is `polarity`."""

    test: object
    polarity: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Expand:
    """Dynamic mapping. kind "expand": `arguments` by name (cross product, last varies fastest); "expand_kwargs": a list of dicts."""

    kind: Literal["expand", "expand_kwargs"]
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    kwargs_list: Argument | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A TaskGroup. `id` is the full dotted id; `prefix` says whether its id prefixes those of its children."""

    id: str
    parent: str | None
    span: Span
    prefix: bool = True
    expand: Expand | None = None
    arguments: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """One operator or sensor in a DAG.

    `operator` is the canonical class after import aliases; `class_name` the class as written; `same_as` other names of `operator`.
    `overrides_execute`: an in-project subclass has its own execute/poke, so its code must run as it is. `code` then refers to the class.
    `arguments`: what reaches the constructor (default_args merged where accepted, positional ones named). `written`: what the author
    wrote at the call (ledger); equal to the call part of `arguments` unless the class is the project's own. `passed`: what constructors
    of the project hand to those of the project's classes that they extend (said by `airgo inspect` only).
    `upstream`: direct upstream task ids, sorted, groups resolved. `group`: id of the innermost group.
    `edges_from_data`: upstream ids that come (also) from XCom arguments. Times are seconds.
    """

    id: str
    operator: str
    class_name: str
    span: Span
    arguments: Mapping[str, Argument]
    written: Mapping[str, Argument]
    passed: Mapping[str, Argument] = field(default_factory=dict)
    same_as: tuple[str, ...] = ()
    group: str | None = None
    upstream: tuple[str, ...] = ()
    edges_from_data: tuple[str, ...] = ()
    trigger_rule: str = "all_success"
    retries: object = 0
    retry_delay: object = 300.0
    execution_timeout: object = None
    pool: object = "default_pool"
    depends_on_past: bool = False
    setup: bool = False
    teardown: bool = False
    expand: Expand | None = None
    guard: Guard | None = None
    overrides_execute: bool = False
    opaque: bool = False
    unseen_arguments: bool = False
    code: object = None

    @property
    def mapped(self) -> bool:
        """Is the task expanded at run time (itself, not through its group)?"""
        return self.expand is not None

    def value(self, name: str, default: object = None) -> object:
        """The value of an argument, or `default` when it was not given."""
        argument = self.arguments.get(name)
        return default if argument is None else argument.value


@dataclass(frozen=True, slots=True)
class Dag:
    """A DAG. `arguments` holds what the author wrote in `DAG(...)`/`@dag(...)`; the other fields are what it means.

    `catchup`, `max_active_runs`, `max_active_tasks` are the values Airflow would use; whether they were written is seen in `arguments`.
    `default_args` are the DAG's own, each key an Argument. `airflow_version` is "2" or "3". Times are seconds.
    """

    id: str
    path: str
    span: Span
    airflow_version: str
    schedule: Schedule
    tasks: tuple[Task, ...]
    groups: tuple[Group, ...] = ()
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    default_args: Mapping[str, Argument] = field(default_factory=dict)
    timezone: str = "UTC"
    start_date: datetime | object | None = None
    end_date: datetime | object | None = None
    catchup: bool | object = False
    max_active_runs: int | object = 16
    max_active_tasks: int | object = 16
    dagrun_timeout: float | object | None = None
    tags: tuple[object, ...] = ()
    params: tuple[Param, ...] = ()
    guard: Guard | None = None
    made_by: str = ""
    """The file whose loading made the DAG, when this file only imports it: Airflow then finds the DAG in both."""
    circular: bool = False
    """Do its tasks depend on each other in a circle? Airflow refuses it, and nothing is made of it."""

    def task(self, task_id: str) -> Task | None:
        """The task of this id."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def group(self, group_id: str) -> Group | None:
        """The group of this id."""
        return next((group for group in self.groups if group.id == group_id), None)

    def fans_out(self, task: Task) -> bool:
        """Does the task have instances, of its own or of a mapped group that it is in?"""
        group = self.group(task.group) if task.group is not None else None
        while group is not None and group.expand is None:
            group = self.group(group.parent) if group.parent is not None else None
        return task.mapped or group is not None


@dataclass(frozen=True, slots=True)
class DeploymentRead:
    """A key that a DAG file reads while it loads. kind: variable, env, connection, config (`section.key`).

    `default` is what the code falls back to, None when it is none or not plain; `decides` are the places whose decision depends on it.
    """

    kind: str
    key: str
    used_at: tuple[Span, ...]
    default: object
    decides: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class File:
    """One file after evaluation. status: ok · partial · no-dag · error. `reads`: what it asks of its deployment while it loads."""

    path: str
    status: str
    dags: tuple[Dag, ...] = ()
    imported: tuple[str, ...] = ()
    reads: tuple[DeploymentRead, ...] = ()
