"""What a mapping says about one operator: its arguments, and the template or strategy that stands for it.

One YAML document describes one operator:

    operator:   qualified name as in Airflow 3 (old import paths are resolved by `airgo.catalogue`)
    aliases:    further names, for what the catalogue does not know
    extends:    another mapped operator whose document this one starts from: arguments are merged by name, options by key,
                any other key given here replaces the parent's
    support:    full | partial | manual (`manual`: known, but it has no counterpart; `reason` says why)
    reason:     why it is not full; required for partial and manual
    doc:        one sentence on what becomes of it
    arguments:  the allow-list: {name: {required, template, default, ignored, approximated, unsupported, refused, harmless,
                same_as}}
    emit:       the Argo template (without name, inputs, outputs, retryStrategy); or
    strategy:   the name of a function in `airgo.lower.strategies`, with `options`; see below
    outputs:    XCom key -> file that the container writes it to ("return_value": "/airflow/xcom/return.json")
    pod:        a whole pod (V1Pod or a dict) that lies under what is emitted, as Airflow reconciles pods
    notices:    [{when, argument, severity: warning | note, message}]: what the user must know when `when` is true
    scheduler:  true when the operator asks Airflow's scheduler or database for something: without a mapping's template it never runs
                in an image of Airflow either
    host:       what the operator asks of the machine that it runs on, where an image of Airflow has to run it; the warning says so
    examples:   [{dag, emits, options}]: an operator call, and what its template must contain (a subset)

Texts in emit, options, outputs, pod and notices may hold expressions `<%= … %>` (`airgo.mapping.expressions`).

Options of the strategies (rendered; keys whose expression gave `omit` are absent):

    bash            image; env (entries); working_dir; skip_on_exit_code (int, list or None; absent: 99 by default)
    python, branch, short-circuit, python-sensor
                    image; requirements (list of pip requirements, or text with one a line, as in requirements.txt); env (entries);
                    context (False: the callable is given no Airflow context: virtualenv and external interpreters);
                    do_xcom_push (where the operator's own default is not to);
                    command: True when the callable *returns a shell command* to run (@task.bash)
    empty           no options
    latest-only     no options
    trigger-dag-run dag_id; conf; logical_date; wait (True: until the other run ends); allowed_states; failed_states
    external-task   dag_id; task_ids (list, empty: the whole run); group_id; delta (timedelta or list of them); date_fn (CodeRef);
                    allowed_states; failed_states; skipped_states; check_existence
    time-sensor     kind: "delta" (delta, from the end of the data interval) | "datetime" (moment: text, Text or datetime) |
                    "time" (time: datetime.time, of the day the task runs) |
                    "weekday" (days; use_logical_date) | "wait" (duration: timedelta or minutes, from the start of the task)
    poll            image; command (list); source (the text of the condition, in the language of `command`); env (entries);
                    output ("/tmp/airgo/return-value" when the condition writes an XCom there). The condition exits 0 when it is met,
                    1 when it is not met yet, and with any other code when asking failed (the task fails, and may be retried)
    resource        manifest (YAML text, Text or a dict); unwrap (the object may be under this key of it); action (default create);
                    name (base of the object's name; absent: the manifest's); keep_name (the object has just that name, none is
                    generated); owned (False: the object outlives the workflow); namespace; set ({dotted path: value}, over the
                    manifest); kinds ({kind: {success, failure, failure_when_retried}}: the conditions that end the wait, by the
                    manifest's kind; none: the task ends when the object is created; failure_when_retried goes with a
                    spec.restartPolicy.type other than Never)
    sql             conn_id; conn_type (absent: as airgo.toml says of the connection); clients: {conn_type: template body}

`required`, `template` and `default` as in Airflow's signature. `same_as` names the argument under which expressions see the value (the
older spelling of it). An argument that is `ignored` changes nothing about the run (the reason says why); `approximated` behaves
differently in a way that most DAGs do not notice; `unsupported` loses something the author asked for, though the task still does its
work (both are warnings); with one that is `refused` the task would do something else, so it becomes manual. For the last three a value
that equals `default`, or one of `harmless`, is as good as ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from airgo.values import MISSING

SUPPORT = ("full", "partial", "manual")
STRATEGIES = (
    "bash",
    "branch",
    "empty",
    "external-task",
    "latest-only",
    "poll",
    "python",
    "python-sensor",
    "resource",
    "short-circuit",
    "sql",
    "time-sensor",
    "trigger-dag-run",
)
FORMS = ("container", "script", "resource", "http", "suspend")
"""The kinds of Argo template a mapping may emit."""

Standing = Literal["used", "ignored", "approximated", "unsupported"]


class MappingError(Exception):
    """A mapping file is wrong; the message names the file and line, and what to do."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class ArgumentSpec:
    """What becomes of one argument. At most one of the four reasons is set, in the user's words."""

    required: bool = False
    template: bool = False
    default: object = MISSING
    ignored: str | None = None
    approximated: str | None = None
    unsupported: str | None = None
    refused: str | None = None
    harmless: tuple[object, ...] = ()
    same_as: str | None = None

    @property
    def used(self) -> bool:
        """Does the argument reach the template? (Approximated ones may.)"""
        return self.ignored is None and self.unsupported is None

    def standing(self, value: object) -> tuple[Standing, str | None]:
        """What becomes of a written value (as the IR has it), and why: "used" has no reason."""
        if self.ignored is not None:
            return "ignored", self.ignored
        reason = self.unsupported or self.approximated
        if (reason is not None or self.refused is not None) and self.is_harmless(value):
            return "ignored", "it says what happens anyway"
        if reason is None:
            return "used", None
        return ("unsupported" if self.unsupported is not None else "approximated"), reason

    def is_harmless(self, value: object) -> bool:
        """Is it the default, or a value that changes nothing? None never does."""
        return value is None or any(same(value, known) for known in (self.default, *self.harmless))


def same(value: object, known: object) -> bool:
    """Are two plain values equal, True and 1 kept apart?"""
    return known is not MISSING and type(value) is type(known) and value == known


@dataclass(frozen=True, slots=True)
class NoticeSpec:
    """Something the user must know when `when` holds (an expression; None: always). `argument` is the one it is about."""

    message: str
    when: str | None = None
    argument: str | None = None
    severity: Literal["warning", "note"] = "warning"


@dataclass(frozen=True, slots=True)
class Example:
    """An operator call in Python, and what must be in its template: a subset of the body, or of the options."""

    dag: str
    emits: Mapping[str, object] | None = None
    options: Mapping[str, object] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class OperatorMapping:
    """One operator's document, checked. `path` is the file's name for messages, `line` where the document starts."""

    operator: str
    path: str
    line: int
    support: Literal["full", "partial", "manual"] = "full"
    aliases: tuple[str, ...] = ()
    extends: str | None = None
    reason: str | None = None
    doc: str = ""
    arguments: Mapping[str, ArgumentSpec] = field(default_factory=dict)
    strategy: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    emit: Mapping[str, object] | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    pod: str | None = None
    notices: tuple[NoticeSpec, ...] = ()
    scheduler: bool = False
    host: str | None = None
    examples: tuple[Example, ...] = ()

    @property
    def form(self) -> str:
        """What the task becomes, in a word: the strategy, the kind of template, or `manual`."""
        if self.strategy is not None:
            return self.strategy
        return next((form for form in FORMS if form in (self.emit or {})), "pod" if self.pod else "manual")

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.operator.rpartition(".")[2]
