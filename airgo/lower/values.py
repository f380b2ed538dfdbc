"""One argument of a task as it goes into a manifest: plain data, text with holes, or no exact counterpart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from airgo import ir
from airgo.argo.text import EnvRef, Text, text
from airgo.callables.load_time import PATH
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, LoadTimeValue, RunTimeTemplate, WorkflowDraft
from airgo.lower.inputs import note_use
from airgo.lower.ledger import TEMPLATE
from airgo.lower.native import NATIVE_LITERAL, native_value
from airgo.lower.parameters import conf_parameter, parameter_of
from airgo.lower.result import LedgerEntry
from airgo.lower.schedule import dates_dag
from airgo.lower.symbols import decided, result_of
from airgo.lower.template_files import template_file
from airgo.macros import NotExact, TemplateContext, render_native, render_template, run_dates
from airgo.macros.compiler import ENVIRONMENT_OPTIONS
from airgo.macros.results import Space, parts_of
from airgo.macros.rules import RUN_TIME
from airgo.macros.spaces import whole_conf
from airgo.values import Choice, CodeRef, Extern, ExternCall, Operation, Symbol, Symbolic, Template, Unknown, XComRef, is_plain, truth

UNKNOWN_VALUE = Rule(
    "AG429",
    "unknown-value",
    Severity.ERROR,
    summary="An argument's value could not be determined",
    why="airgo reads the DAG file without running it; this value comes from something that it could not follow.",
    remedy="Give the value in airgo.toml ([variables], [env], [connections]), or write it in the DAG file",
)


def lower_value(
    argument: ir.Argument, name: str, templated: bool, task: ir.Task | None, draft: WorkflowDraft, *, at_run_time: bool = False
) -> object:
    """The value of an argument: plain / `Text` / nested dict and list of these / `ExternCall` with lowered arguments.

    Jinja is read where `templated`; every Jinja expression gets a `template` entry in the ledger (`name#1` …). Raises CannotLower.
    `at_run_time`: a text that only Jinja can render stays as a `RunTimeTemplate`, and what is known only where the file is loaded as a
    `LoadTimeValue`.
    """
    lowering = Lowering(name, templated, task, draft, template_context(task, draft), at_run_time)
    try:
        lowered = lowering.value(argument.value, whole=True)
    except NotExact as error:
        lowering.account_failure(error.rule)
        raise CannotLower(error.rule, f"{name}: {error.message}", argument.span) from error
    lowering.account()
    for hole in _env_refs(lowered):
        note_use(hole, draft, argument.span)
    return lowered


def _env_refs(value: object) -> Iterator[EnvRef]:
    """The values of the deployment that a lowered value reads, in order."""
    if isinstance(value, Text):
        yield from (hole for hole in value.holes() if isinstance(hole, EnvRef))
    elif isinstance(value, dict):
        yield from (hole for item in value.values() for hole in _env_refs(item))
    elif isinstance(value, list | tuple):
        yield from (hole for item in value for hole in _env_refs(item))
    elif isinstance(value, ExternCall):
        yield from _env_refs([*value.args, *value.kwargs.values()])


def template_context(task: ir.Task | None, draft: WorkflowDraft) -> TemplateContext:
    """What a template of this task is rendered for."""
    context = TemplateContext(
        dag=draft.dag,
        task=task,
        dates=run_dates(dates_dag(draft)),
        parameter=lambda key: parameter_of(key, draft),
        conf=lambda key, default: conf_parameter(key, default, task, draft),
        variables=draft.config.variables,
        macros={},
        filters=_plain_names(draft.dag.arguments.get("user_defined_filters")),
    )
    macros = _plain_names(draft.dag.arguments.get("user_defined_macros"))
    return replace(context, macros={key: _macro(value, context, draft) for key, value in macros.items()}) if macros else context


def _macro(value: object, context: TemplateContext, draft: WorkflowDraft) -> object:
    """A user-defined macro: symbolic data as what it stands for, anything else as it is."""
    if not isinstance(value, Symbol | Operation | Template):
        return value
    try:
        return result_of(value, context, draft)
    except NotExact:
        return value


def _plain_names(argument: ir.Argument | None) -> Mapping[str, object]:
    if argument is None or not isinstance(argument.value, dict):
        return {}
    return {str(key): value for key, value in argument.value.items()}


LOAD_TIME = (Symbol, Operation, Template, Choice, ExternCall)
"""Values that a script can compute as the DAG file does."""


@dataclass(slots=True)
class Lowering:
    """One argument on its way: counts its Jinja expressions for the ledger."""

    name: str
    templated: bool
    task: ir.Task | None
    draft: WorkflowDraft
    context: TemplateContext
    at_run_time: bool = False
    expressions: int = 0
    seen: set[int] = field(default_factory=set)

    def value(self, value: object, *, whole: bool = False) -> object:
        """A value of any kind. `whole`: it is the argument itself, which may name a template file. Raises NotExact."""
        if isinstance(value, str):
            return self._text(value, whole=whole)
        if isinstance(value, Symbolic):
            return self._outside(value, whole=whole)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in zip(value, self._once(value, value.values()), strict=True)}
        if isinstance(value, list | tuple):
            items = [self.value(item, whole=whole) for item in self._once(value, value)]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, set | frozenset):
            return sorted((self.value(item) for item in value), key=str) if self.templated else value
        return value

    def _outside(self, value: Symbolic, *, whole: bool) -> object:
        """A value that is not plain data; a script may compute what no manifest can hold."""
        try:
            if isinstance(value, Template):
                return self._joined(value)
            if isinstance(value, Choice):
                return self.value(self._chosen(value), whole=whole)
            return self._symbolic(value)
        except NotExact as error:
            if not self.at_run_time or not isinstance(value, LOAD_TIME) or self._has_jinja(value):
                raise
            return LoadTimeValue(value, error.rule, error.message)

    def _has_jinja(self, value: Symbolic) -> bool:
        """Would a part of the value that is written in the file be rendered?"""
        parts = value.parts if isinstance(value, Template) else (value.then, value.orelse) if isinstance(value, Choice) else ()
        return self.templated and any(isinstance(part, str) and ("{{" in part or "{%" in part or "{#" in part) for part in parts)

    def _once(self, container: object, items: Iterable[object]) -> Iterator[object]:
        if id(container) in self.seen:
            raise NotExact(UNKNOWN_VALUE, "the value holds itself")
        self.seen.add(id(container))
        yield from items
        self.seen.discard(id(container))

    def _text(self, value: str, *, whole: bool) -> object:
        if not self.templated:
            return value
        content = template_file(value, self.task, self.draft) if whole else None
        source = value if content is None else content
        try:
            return self._rendered(source)
        except NotExact as error:
            if error.rule is not RUN_TIME or not self.at_run_time or _renders_natively(self.task, self.draft):
                raise
            self.expressions += 1
            return RunTimeTemplate(source, error.message)

    def _rendered(self, source: str) -> object:
        if _renders_natively(self.task, self.draft):
            return self._native(source)
        rendered, count = render_template(source, self.context, _jinja_options(self.draft))
        self.expressions += count
        return rendered

    def _native(self, source: str) -> object:
        found, count = render_native(source, self.context, _jinja_options(self.draft))
        if found == Space("dag_run.conf"):
            found = whole_conf(self.context)
        self.expressions += count if "{{" in source or "{%" in source else 0
        value, differs = native_value(found, self.name)
        if differs and self.task is not None:
            span = self.task.arguments[self.name].span if self.name in self.task.arguments else self.task.span
            words = f"{self.name}: a value that reads like a Python literal stays text"
            self.draft.report(NATIVE_LITERAL.at(span, words, subject=self.draft.subject(self.task)))
        return value

    def _joined(self, value: Template) -> str | Text:
        """Text with holes from the DAG file. Jinja around a hole is read with the hole in its place."""
        parts: list[object] = [self._chosen(part) if isinstance(part, Choice) else part for part in value.parts]
        holes = [part for part in parts if not isinstance(part, str)]
        if not self.templated or not any(isinstance(part, str) and ("{{" in part or "{%" in part or "{#" in part) for part in parts):
            return text(*(part if isinstance(part, str) else self._hole(part) for part in parts))
        marks = {f"airgo{index}hole": hole for index, hole in enumerate(holes)}
        names = iter(marks)
        try:
            rendered = self._rendered("".join(part if isinstance(part, str) else next(names) for part in parts))
        except NotExact as error:
            if any(mark in error.message for mark in marks):
                raise NotExact(RUN_TIME, "a Jinja expression is made with a value that is not known now") from error
            raise
        if not isinstance(rendered, str | Text):
            return text(str(rendered))
        return self._filled(rendered, {mark: self._hole(hole) for mark, hole in marks.items()})

    def _hole(self, value: object) -> str | Text:
        lowered = self._symbolic(value) if isinstance(value, Symbolic) and not isinstance(value, Template) else self.value(value)
        return lowered if isinstance(lowered, str | Text) else str(lowered)

    def _filled(self, rendered: str | Text, holes: Mapping[str, str | Text]) -> str | Text:
        """The rendered text with every mark replaced; a mark inside an expression could not be filled."""
        parts: list[str | Text] = []
        missing = dict(holes)
        for part in rendered.parts if isinstance(rendered, Text) else (rendered,):
            if not isinstance(part, str):
                if any(mark in repr(part) for mark in holes):
                    raise NotExact(RUN_TIME, "a Jinja expression is made with a value that is not known now")
                parts.append(Text((part,)))
                continue
            position = 0
            for mark, start in sorted(((mark, part.find(mark)) for mark in holes if mark in part), key=lambda found: found[1]):
                parts += [part[position:start], holes[mark]]
                missing.pop(mark, None)
                position = start + len(mark)
            parts.append(part[position:])
        if missing:
            raise NotExact(RUN_TIME, "a Jinja expression is made with a value that is not known now")
        return text(*parts)

    def _chosen(self, value: Choice) -> object:
        known = decided(value.test, self.draft.config)
        if known is None:
            raise NotExact(UNKNOWN_VALUE, "the value depends on a test of something that is not known; give its input in airgo.toml")
        chosen = value.then if known else value.orelse
        return self._chosen(chosen) if isinstance(chosen, Choice) else chosen

    def _symbolic(self, value: object) -> object:
        if isinstance(value, ExternCall) and value.name == PATH:
            raise NotExact(UNKNOWN_VALUE, "the value is a path that depends on the deployment")
        if isinstance(value, ExternCall):
            arguments = tuple(self.value(item) for item in value.args)
            return replace(value, args=arguments, kwargs={key: self.value(item) for key, item in value.kwargs.items()})
        if isinstance(value, CodeRef | Extern):
            return value
        if isinstance(value, Unknown):
            root = value.root()
            place = f" ({root.place.span})" if root.place is not None else ""
            raise NotExact(UNKNOWN_VALUE, f"the value is not known: {root.reason}{place}")
        if isinstance(value, Symbol | Operation | XComRef):
            return parts_of(result_of(value, self.context, self.draft), RUN_TIME)
        raise NotExact(UNKNOWN_VALUE, f"the value is a {type(value).__name__}, which no manifest can hold")

    def account(self) -> None:
        """Enter every Jinja expression into the ledger as mapped."""
        for index in range(self.expressions):
            self._record(
                LedgerEntry(self.draft.subject(self.task), "template", f"{self.name}#{index + 1}", "mapped", target=self._target())
            )

    def account_failure(self, rule: Rule) -> None:
        """Enter the expression that failed."""
        name = f"{self.name}#{self.expressions + 1}"
        self._record(LedgerEntry(self.draft.subject(self.task), "template", name, "unsupported", code=rule.code))

    def _record(self, entry: LedgerEntry) -> None:
        if self.templated:
            self.draft.record(entry)

    def _target(self) -> str | None:
        return None if self.task is None else f"{TEMPLATE}|{self.task.id}|"


def _renders_natively(task: ir.Task | None, draft: WorkflowDraft) -> bool:
    own = task.arguments.get("render_template_as_native_obj") if task is not None else None
    argument = own or draft.dag.arguments.get("render_template_as_native_obj")
    return argument is not None and truth(argument.value) is not False


def obeys_jinja_options(draft: WorkflowDraft) -> bool:
    """Are all of the DAG's jinja_environment_kwargs obeyed when its templates are read?"""
    return set(_jinja_options(draft)) <= set(ENVIRONMENT_OPTIONS) and bool(_jinja_options(draft))


def _jinja_options(draft: WorkflowDraft) -> Mapping[str, object]:
    argument = draft.dag.arguments.get("jinja_environment_kwargs")
    if argument is None or not isinstance(argument.value, dict) or not is_plain(argument.value):
        return {}
    return {str(key): value for key, value in argument.value.items()}
