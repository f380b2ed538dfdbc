"""Workflow parameters: `logical-date`, the DAG's params, and the keys of dag_run.conf that templates read.

A parameter holds text: a param whose default is a text as it is, any other as JSON (`null` for None). `encoding` says which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from airgo import ir
from airgo.argo.names import Namer, parameter_name
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import WorkflowDraft
from airgo.lower.ledger import OBJECT, Fate, account_dag, mapped
from airgo.lower.result import Rename
from airgo.source import Span
from airgo.values import ParamValue, Symbol, is_plain

LOGICAL_DATE = "logical-date"
LOGICAL_DATE_WORDS = "Airflow's logical date, RFC 3339. Empty: derived from the scheduled or creation time."

CONF_WITHOUT_DEFAULT = Rule(
    "AG425",
    "conf-without-default",
    Severity.WARNING,
    summary="A scheduled DAG reads a key of dag_run.conf that only runs by hand have",
    why="In Airflow the task of a scheduled run fails, because the key is not defined; in Argo the parameter is empty.",
    remedy="Write a default: dag_run.conf.get('key', 'value')",
)
CONF_WITH_TWO_DEFAULTS = Rule(
    "AG426",
    "conf-with-two-defaults",
    Severity.WARNING,
    summary="Templates read a key of dag_run.conf with different defaults",
    why="A workflow parameter has one default; the first one that the DAG writes is taken.",
    remedy="Write the same default everywhere, or declare the key in the DAG's params",
)
CONF_OF_PARAM = Rule(
    "AG325",
    "conf-of-param",
    Severity.WARNING,
    summary="A key of dag_run.conf is read that is also a param of the DAG",
    why="A run that is started without conf has no such key in Airflow: the task fails or takes the default that is written there. "
    "A workflow parameter always has a value: the param's default.",
    remedy="Read params, which hold what conf says and else their defaults",
)
UNKNOWN_PARAM = Rule(
    "AG432",
    "unknown-param-default",
    Severity.WARNING,
    summary="The default of a param is not known",
    why="A workflow parameter without a value must be given whenever the workflow is started; a CronWorkflow cannot give it.",
    remedy="Write the default in the DAG file, or give what it is made from in airgo.toml",
)

Encoding = Literal["text", "json"]


def parameters(draft: WorkflowDraft) -> None:
    """Declare the workflow's parameters and account for the DAG's params."""
    draft.parameters[LOGICAL_DATE] = {"value": "", "description": LOGICAL_DATE_WORDS}
    names = _names(draft.dag)
    for param in draft.dag.params:
        draft.parameters[names[param.name]] = _declared(param, draft)
    for key, name in names.renames():
        draft.renames.append(Rename("param", draft.dag.id, key, name))
    if "params" in draft.dag.arguments:
        unknown = any(not is_plain(_default(param)) and not isinstance(_default(param), Symbol) for param in draft.dag.params)
        fate = Fate("unknown", UNKNOWN_PARAM.code) if unknown else mapped(f"{OBJECT}/spec/arguments/parameters")
        account_dag(draft, "params", fate)


def encoding(param: ir.Param) -> Encoding:
    """How the workflow parameter of a param holds its value."""
    return "text" if isinstance(_default(param), str) else "json"


def parameter_of(key: str, draft: WorkflowDraft) -> str:
    """The workflow parameter of one of the DAG's params."""
    return _names(draft.dag)[key]


def conf_parameter(key: str, default: str | None, task: ir.Task | None, draft: WorkflowDraft) -> str:
    """The workflow parameter of a key of dag_run.conf, declared when it is first read; None: the template has no default for it."""
    names = _names(draft.dag)
    name = names[key] if key in names else _free_name(key, draft)
    known = draft.parameters.get(name)
    span = task.span if task is not None else draft.dag.span
    if key in names:
        _report_param(key, default, span, task, draft)
        return name
    if known is None:
        draft.parameters[name] = {"value": default or "", "description": f"dag_run.conf[{key!r}]"}
    elif default is not None and known["value"] not in ("", default):
        words = f"dag_run.conf[{key!r}] has the default {known['value']!r} as well as {default!r}; the first is taken"
        draft.report(CONF_WITH_TWO_DEFAULTS.at(span, words, subject=draft.subject(task)))
    elif default:
        known["value"] = default
    if default is None and draft.dag.schedule.kind in ("cron", "delta"):
        words = f"dag_run.conf[{key!r}] is read without a default, and scheduled runs have no conf"
        draft.report(CONF_WITHOUT_DEFAULT.at(span, words, subject=draft.subject(task)))
    return name


def _report_param(key: str, default: str | None, span: Span, task: ir.Task | None, draft: WorkflowDraft) -> None:
    """Say where a run without conf would not read the param's default."""
    param = next(param for param in draft.dag.params if param.name == key)
    if (default is None and draft.dag.schedule.kind in ("cron", "delta")) or default not in (None, str(_default(param))):
        words = f"dag_run.conf[{key!r}] is the param {key} here, also in a run that is given no conf"
        draft.report(CONF_OF_PARAM.at(span, words, subject=draft.subject(task)))


def _free_name(key: str, draft: WorkflowDraft) -> str:
    """The name for a key that is no param: its own where no param and not `logical-date` has it."""
    taken = {LOGICAL_DATE, *_names(draft.dag).values()}
    name = Namer(parameter_name, [key], reserved=taken)[key]
    if name != key and not any(rename.kind == "param" and rename.id == key for rename in draft.renames):
        draft.renames.append(Rename("param", draft.dag.id, key, name))
    return name


def _names(dag: ir.Dag) -> Namer:
    return Namer(parameter_name, [param.name for param in dag.params], reserved=(LOGICAL_DATE,))


def _default(param: ir.Param) -> object:
    return param.default.default if isinstance(param.default, ParamValue) else param.default


def _declared(param: ir.Param, draft: WorkflowDraft) -> dict[str, object]:
    default = _default(param)
    declared: dict[str, object] = {}
    if is_plain(default):
        declared["value"] = _written(default)
    else:
        words = f"the default of params.{param.name} is not known: whoever starts the workflow must give it"
        span = draft.dag.arguments["params"].span if "params" in draft.dag.arguments else draft.dag.span
        draft.report(UNKNOWN_PARAM.at(span, words, subject=draft.dag.id))
    declared |= _schema(param.schema)
    return declared


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _schema(schema: Mapping[str, object]) -> dict[str, object]:
    """What a workflow parameter can say of a JSON schema: its description, and the values it may have."""
    said: dict[str, object] = {}
    description = schema.get("description") or schema.get("title")
    if isinstance(description, str):
        said["description"] = description
    allowed = schema.get("enum")
    if isinstance(allowed, list | tuple) and allowed and is_plain(allowed):
        said["enum"] = [_written(item) for item in allowed]
    return said
