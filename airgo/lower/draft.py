"""What the lowering passes work on: one workflow being made from one DAG. Mutable; frozen into `Lowered` at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airgo import ir
from airgo.argo.text import Text, XComHole
from airgo.config import Config
from airgo.diagnostics import Collector, Diagnostic, Rule
from airgo.lower.result import Input, LedgerEntry, Manifest, Outcome, Rename, Strategy
from airgo.source import Span
from airgo.values import CodeRef, Symbolic

if TYPE_CHECKING:
    from airgo.callables.slicing import Slice
    from airgo.discovery import ProjectFiles
    from airgo.mapping.registry import Registry

Leaf = str | Text


@dataclass(frozen=True, slots=True)
class RunTimeTemplate:
    """A text that is rendered when the task runs. `reason`: why it cannot be said in Argo."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class LoadTimeValue:
    """A value that is known only where the DAG file is loaded: a script computes it anew. `problem`: why no manifest can hold it."""

    value: Symbolic
    rule: Rule
    problem: str


class CannotLower(Exception):
    """A task, or a value of it, has no exact counterpart: the task becomes `manual` and `rule` is reported.

    Raised by `airgo.lower.values` and by strategies; the message is in the user's words. `span` None: the task's own.
    """

    def __init__(self, rule: Rule, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.span = span


@dataclass(slots=True)
class TemplateDraft:
    """The body of one Argo template before it has a name: what one task runs.

    `body` is the template without `name`, `inputs`, `outputs`, `retryStrategy`, `annotations`: `{"script": {...}, "volumes": [...]}`.
    Its leaves are plain values or `Text`; a `Text` leaf may hold any hole: `airgo.lower.xcom` turns XComHole and ItemHole into inputs.
    `arguments`: values that differ from task to task of the same code; the body refers to them by `Input(name)`. Tasks whose bodies are
    equal share one template; an argument that is equal in all of them is put in its place and is no parameter.
    `json_arguments` names those whose values are JSON texts (wire format); the others are raw text.
    `outputs` maps an XCom key to the file that the body writes it to ("return_value" → "/tmp/airgo/return-value"); exported
    if somebody reads it.
    `branch`: writes airgo-branch. `can_skip_itself`: writes airgo-state. `keep_exit_codes`: exit codes that end without a retry.
    `finish`, when set, gives the final body once it is known which XCom keys somebody reads: a task nobody reads from has no glue for it.
    `outputs` may hold "items" (→ "/tmp/airgo/items"): the body can write the list of JSON texts that a mapped task fans out over.
    `reads_everything`: the code pulls XComs that nobody could determine, so all of its ancestors' values are kept.
    `lets_through`: an expression over workflow-wide values; where it is false the direct downstream tasks are skipped.
    `raw_outputs`: what it writes is JSON of its own making, not in the wire format; readers have to escape it.
    `carries`: the user's code that travels in it, for the report; `image_needs`: what its image must hold besides Python.
    `notes`: ledger outcomes that are not `mapped`, by argument name: (outcome, code or None, reason or None).
    `from_tasks`: entries of a script's env that hold a value of another task, which the script reads from a file where that is there.
    `env` of the body's container gets the entries for EnvRef holes from `airgo.lower.inputs`.
    """

    body: dict[str, object]
    name_hint: str
    span: Span
    arguments: dict[str, Leaf] = field(default_factory=dict)
    json_arguments: frozenset[str] = frozenset()
    outputs: dict[str, str] = field(default_factory=dict)
    branch: bool = False
    short_circuit: bool = False
    can_skip_itself: bool = False
    no_retry_exit_codes: tuple[int, ...] = ()
    retry: dict[str, object] | None = None
    deadline_seconds: float | None = None
    finish: Callable[[frozenset[str]], dict[str, object]] | None = None
    reads_everything: bool = False
    notes: dict[str, tuple[Outcome, str | None, str | None]] = field(default_factory=dict)
    why_not_better: str | None = None
    carries: tuple[str, ...] = ()
    image_needs: tuple[str, ...] = ()
    lets_through: str | None = None
    raw_outputs: bool = False
    from_tasks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """The task whose value a mapped argument fans out over."""

    task_id: str
    key: str = "return_value"


@dataclass(slots=True)
class Expansion:
    """What a mapped task fans out over.

    `items`: all instances are known: for each one, the elements by mapped argument. Else `sources` has the arguments whose
    lists other tasks return, `lists` the lists that are known, and `order` all of them; the instances are their cross
    product, the last varying fastest.
    `json_names`: the arguments whose elements travel as JSON texts. `may_be_empty`: no instance may be made; the task is then skipped.
    `lists_step`: a step that makes the list where an expression cannot. `made_of`: the arguments' lists then, derived from `sources`.
    `lenient`: an instance reads what the making of its element raised. `may_skip`: that may be a skip.
    `indexed`: the instances are told their numbers.
    """

    items: tuple[dict[str, object], ...] | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    lists: dict[str, tuple[object, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    json_names: frozenset[str] = frozenset()
    may_be_empty: bool = False
    lists_step: Node | None = None
    made_of: tuple[object, ...] = ()
    lenient: bool = False
    may_skip: bool = False
    indexed: bool = False


@dataclass(slots=True)
class Node:
    """One task of the DAG on its way to a DAG task of Argo.

    `name`: its task name in the Argo DAG. `template`: the template's final name (after sharing). `arguments`: what the DAG task passes.
    `depends`: the expression, or None. `when`: conditions that must all hold. `why_not_better`: why the strategy is not a better one.
    `outputs_read`: what somebody reads of the task: XCom keys, and "items", "airgo-branch", "airgo-state". `body_targets`: where in the
    template's body each argument went (JSON pointers). `instance_template`: the template of one instance of a mapped task.
    `wants_airflow`: it could run in an Airflow image, if airgo.toml named one.
    `files`: values of other tasks that reach the script as files, by the entry of the env that they take the place of; `artifacts`: the
    tags that fill them. `files_read`: XCom keys that others read as files.
    """

    task: ir.Task
    name: str
    strategy: Strategy = "native"
    why_not_better: str | None = None
    draft: TemplateDraft | None = None
    template: str = ""
    arguments: dict[str, Leaf] = field(default_factory=dict)
    depends: str | None = None
    when: list[str] = field(default_factory=list)
    outputs_read: set[str] = field(default_factory=set)
    may_be_skipped: bool = False
    may_be_omitted: bool = False
    expansion: Expansion | None = None
    body_targets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    synchronization: list[dict[str, object]] = field(default_factory=list)
    instance_template: str = ""
    wants_airflow: bool = False
    files: dict[str, XComHole] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    files_read: set[str] = field(default_factory=set)

    @property
    def skips_itself(self) -> bool:
        """May the task end well and say that it skipped itself?"""
        return self.draft is not None and self.draft.can_skip_itself


@dataclass(slots=True)
class WorkflowDraft:
    """One workflow being made. Passes read `dag` and write the rest, in the order of `airgo.lower.PASSES`.

    `parameters` are the workflow's (name → {"value", "description", "enum"}), `logical-date` among them. `templates` are
    finished template objects.
    `inner`: by id, the drafts of mapped groups; the group is a node of this draft, and its tasks are nodes of the inner
    one, whose `outer` is this draft and whose `group` names it. `borrowed`: values of the outer DAG that the inner one
    takes as inputs. `exports`: the inner one's outputs, by name: a task and an XCom key.
    `callbacks`: by the occasion's name, steps of the exit handler that call the DAG's callbacks.
    `template_places` and `task_places`: where templates, and the entries of tasks, are: FILE#JSON-POINTER.
    `extra` are further documents by file name below `dags/<dag>/` ("cron-workflow.yaml" → documents). `env_needed`: per
    task id, EnvRef sources. `journal`: what each change of the ledger replaced, so that it can be taken back.
    `runtimes`: the folders of `airgo.runtime` that containers mount. `slices`: of the code that runs there, by its identity.
    `project_in_image`: some container of the Airflow image imports the project's modules.
    `requirements`: packages that the image of Python tasks must hold, with the files that import them.
    `code_files`: modules of the project that scripts import, by path; `paths`: files that Python tasks name, with
    the first such task; `needs_project`: the image must hold the whole project.
    """

    dag: ir.Dag
    config: Config
    registry: Registry
    files: ProjectFiles
    collector: Collector
    name: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    parameters: dict[str, dict[str, object]] = field(default_factory=dict)
    spec: dict[str, object] = field(default_factory=dict)
    templates: list[dict[str, object]] = field(default_factory=list)
    cron: dict[str, object] | None = None
    ledger: dict[tuple[str, str, str], LedgerEntry] = field(default_factory=dict)
    journal: list[tuple[tuple[str, str, str], LedgerEntry | None]] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    origins: dict[str, Span] = field(default_factory=dict)
    pools: dict[str, int] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)
    inner: dict[str, WorkflowDraft] = field(default_factory=dict)
    outer: WorkflowDraft | None = None
    group: str = ""
    borrowed: dict[str, XComHole] = field(default_factory=dict)
    exports: dict[str, tuple[str, str]] = field(default_factory=dict)
    template_places: dict[str, str] = field(default_factory=dict)
    task_places: dict[str, str] = field(default_factory=dict)
    runtimes: set[str] = field(default_factory=set)
    project_in_image: bool = False
    requirements: dict[str, set[str]] = field(default_factory=dict)
    code_files: dict[str, str] = field(default_factory=dict)
    needs_project: bool = False
    paths: dict[str, str] = field(default_factory=dict)
    slices: dict[int, tuple[CodeRef, Slice]] = field(default_factory=dict)
    manifests: list[Manifest] = field(default_factory=list)
    callbacks: dict[str, Node] = field(default_factory=dict)

    def every_draft(self) -> list[WorkflowDraft]:
        """This draft, and those of its mapped groups."""
        return [self, *self.inner.values()]

    def every_node(self) -> list[Node]:
        """The nodes of all tasks of the DAG, those inside mapped groups included; not the nodes that stand for such groups."""
        return [node for draft in self.every_draft() for node in draft.nodes.values() if node.task.id not in self.inner]

    def report(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic."""
        self.collector.add(diagnostic)

    def record(self, entry: LedgerEntry) -> None:
        """Account for one thing the author wrote. A worse outcome replaces a better one; the reverse is ignored."""
        order = ("mapped", "ignored", "approximated", "unsupported", "unknown")
        key = (entry.subject, entry.kind, entry.name)
        known = self.ledger.get(key)
        if known is None or order.index(entry.outcome) > order.index(known.outcome):
            self.journal.append((key, known))
            self.ledger[key] = entry

    def subject(self, task: ir.Task | None = None) -> str:
        """The subject of a ledger entry or diagnostic: `dag` or `dag.task`."""
        return self.dag.id if task is None else f"{self.dag.id}.{task.id}"
