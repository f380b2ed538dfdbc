"""Checks manifests as Argo and the API server will, and what neither looks at before a workflow runs.

The rules are those of Argo's own validator, of its CRDs, and those that its lint lacks: conditions, expressions, volumes, hooks, durations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from airgo.argo import fields
from airgo.argo.conditions import check_when
from airgo.argo.expression_tokens import ExpressionError
from airgo.argo.fields import Version, parse_version
from airgo.argo.rules import (
    CONFLICTING_FIELDS,
    DUPLICATE_NAME,
    INVALID_NAME,
    INVALID_VALUE,
    INVALID_WHEN,
    MISSING_FIELD,
    MISSING_INPUT,
    TOO_MANY,
    UNKNOWN_TEMPLATE,
    Problem,
)
from airgo.argo.validate_dag import check_call, check_caller, check_dag, check_hooks, check_steps
from airgo.argo.validate_model import Node, Workflow, callers, mapping, nodes, word
from airgo.argo.validate_objects import check_config_map, check_cron, check_labels, check_metadata, check_sensor
from airgo.argo.validate_shape import check, shown
from airgo.argo.validate_templates import check_parameters, check_retry, check_synchronization, check_template, name_problem
from airgo.argo.validate_variables import Scope, check_expression, check_text, check_variables

__all__ = ["Problem", "validate"]

MAX_TEMPLATES = 200
WORKFLOW_KINDS = frozenset(["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"])
POD_GC = frozenset(["", "OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"])


def validate(documents: Sequence[Mapping[str, object]], argo_version: str, *, known: Sequence[Mapping[str, object]] = ()) -> list[Problem]:
    """What is wrong with documents, for Argo of `argo_version` ("3.7") and later; in the order of the documents, each problem once.

    Templates are looked up among the documents and `known`; those of other objects are taken on trust.
    """
    version = parse_version(argo_version)
    specs = {(word(d.get("kind")), word(mapping(d.get("metadata")).get("name"))): mapping(d.get("spec")) for d in (*known, *documents)}
    found: dict[tuple[int, str, str, str], Problem] = {}
    for number, document in enumerate(documents):
        for problem in _document(document, version, specs):
            key = (number, problem.pointer, problem.message, problem.rule.code)
            found.setdefault(key, Problem(problem.pointer, problem.message, problem.rule, number))
    return list(found.values())


def _document(document: Node, version: Version, known: Mapping[tuple[str, str], Node]) -> Iterator[Problem]:
    kind = word(document.get("kind"))
    if not kind:
        yield Problem("", "kind is missing", MISSING_FIELD)
        return
    if kind in fields.KINDS:
        yield from check(document, kind, "", version)
    yield from check_metadata(document)
    spec, metadata = mapping(document.get("spec")), mapping(document.get("metadata"))
    if kind in WORKFLOW_KINDS:
        yield from _workflow(Workflow(kind, spec, "/spec", metadata, version, known))
    elif kind == "CronWorkflow":
        yield from check_cron(spec)
        yield from _cron_expressions(spec)
        yield from check_labels(mapping(spec.get("workflowMetadata")), "/spec/workflowMetadata")
        yield from _workflow(Workflow(kind, mapping(spec.get("workflowSpec")), "/spec/workflowSpec", metadata, version, known))
    elif kind in {"ConfigMap", "Secret"}:
        yield from check_config_map(document)
    elif kind == "Sensor":
        yield from check_sensor(spec)


def _cron_expressions(spec: Node) -> Iterator[Problem]:
    """A CronWorkflow's own condition and stop expression, over cronworkflow.…; Argo looks at neither before the tick."""
    nowhere = Scope(Workflow("CronWorkflow", {}, "/spec", {}, (0, 0), {}))
    when = spec.get("when")
    if isinstance(when, str) and when:
        try:
            check_when(when)
        except ExpressionError as error:
            yield Problem("/spec/when", f"{when!r} cannot be read: {error}", INVALID_WHEN)
        yield from check_text(when, "/spec/when", nowhere)
    expression = mapping(spec.get("stopStrategy")).get("expression")
    if isinstance(expression, str):
        yield from check_expression(expression, "/spec/stopStrategy/expression", nowhere)


def _workflow(workflow: Workflow) -> Iterator[Problem]:
    spec, pointer = workflow.spec, workflow.pointer
    yield from _entry(workflow)
    arguments = mapping(spec.get("arguments"))
    yield from check_parameters(arguments.get("parameters"), f"{pointer}/arguments/parameters")
    yield from _values(workflow)
    yield from check_hooks(spec.get("hooks"), f"{pointer}/hooks", workflow)
    yield from check_retry(spec.get("retryStrategy"), f"{pointer}/retryStrategy")
    yield from check_synchronization(mapping(spec.get("synchronization")), f"{pointer}/synchronization")
    yield from check_labels(mapping(spec.get("podMetadata")), f"{pointer}/podMetadata")
    yield from check_labels(mapping(spec.get("workflowMetadata")), f"{pointer}/workflowMetadata")
    strategy = mapping(spec.get("podGC")).get("strategy")
    if strategy is not None and strategy not in POD_GC:
        yield Problem(f"{pointer}/podGC/strategy", f"{shown(strategy)} is none of {', '.join(sorted(POD_GC - {''}))}", INVALID_VALUE)
    outside = {key: value for key, value in spec.items() if key not in {"templates", "templateDefaults"}}
    yield from check_text(outside, pointer, Scope(workflow))
    yield from _templates(workflow)


def _entry(workflow: Workflow) -> Iterator[Problem]:
    """Where the workflow starts and ends."""
    spec, pointer = workflow.spec, workflow.pointer
    reference = mapping(spec.get("workflowTemplateRef"))
    if reference:
        if spec.get("templates"):
            yield Problem(f"{pointer}/templates", "templates and workflowTemplateRef exclude each other", CONFLICTING_FIELDS)
        if not reference.get("name"):
            yield Problem(f"{pointer}/workflowTemplateRef", "name is missing", MISSING_FIELD)
    elif not spec.get("entrypoint") and workflow.kind in {"Workflow", "CronWorkflow"}:
        yield Problem(pointer, "entrypoint is missing", MISSING_FIELD)
    entrypoint = spec.get("entrypoint")
    if isinstance(entrypoint, str) and entrypoint and not reference and entrypoint not in workflow.templates:
        yield Problem(f"{pointer}/entrypoint", f"there is no template {entrypoint}", UNKNOWN_TEMPLATE)
    elif isinstance(entrypoint, str) and entrypoint in workflow.templates:
        start = {"template": entrypoint, "arguments": spec.get("arguments")}
        problems = check_call(start, f"{pointer}/entrypoint", workflow)
        # Arguments may come when the workflow is submitted; a schedule submits none.
        yield from (p for p in problems if workflow.declares_all and "/arguments/" not in p.pointer)
    if isinstance(spec.get("onExit"), str):
        yield from check_call({"template": spec["onExit"]}, pointer, workflow, field="onExit", check_inputs=False)


def _values(workflow: Workflow) -> Iterator[Problem]:
    """A workflow that runs by itself has a value for each of its parameters."""
    if workflow.kind != "CronWorkflow":
        return  # Argo's lint lets a Workflow's be given when it is submitted
    place = f"{workflow.pointer}/arguments/parameters"
    for pointer, parameter in nodes(mapping(workflow.spec.get("arguments")).get("parameters"), place):
        if parameter.get("value") is None and not parameter.get("valueFrom"):
            yield Problem(
                pointer, f"the parameter {parameter.get('name')} has no value when the schedule starts the workflow", MISSING_INPUT
            )


def _templates(workflow: Workflow) -> Iterator[Problem]:
    found = list(nodes(workflow.spec.get("templates"), f"{workflow.pointer}/templates"))
    if len(found) > MAX_TEMPLATES:
        yield Problem(f"{workflow.pointer}/templates", f"{len(found)} templates, where {MAX_TEMPLATES} are allowed", TOO_MANY)
    seen: set[str] = set()
    for pointer, template in found:
        name = word(template.get("name"))
        if reason := name_problem(name, "template") if name else "the template has no name":
            yield Problem(f"{pointer}/name", reason, INVALID_NAME)
        if name in seen:
            yield Problem(f"{pointer}/name", f"two templates are called {name}", DUPLICATE_NAME)
        seen.add(name)
        yield from _template(template, pointer, workflow)


def _template(template: Node, pointer: str, workflow: Workflow) -> Iterator[Problem]:
    yield from check_template(template, pointer, workflow)
    if "dag" in template:
        yield from check_dag(template, pointer)
    if "steps" in template:
        yield from check_steps(template, pointer)
    for place, caller in callers(template, pointer):
        yield from check_caller(caller, place, workflow)
        if isinstance(caller.get("inline"), Mapping):
            yield from _template(mapping(caller["inline"]), f"{place}/inline", workflow)
    yield from check_variables(template, pointer, workflow)
