"""Rules for templates that call others: DAGs and steps, their order, arguments, loops and hooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from airgo.argo.conditions import LOOP_RESULTS, Dependency, check_when, parse_depends
from airgo.argo.expression_tokens import ExpressionError
from airgo.argo.rules import (
    CONFLICTING_FIELDS,
    DEPENDENCY_CYCLE,
    DUPLICATE_NAME,
    INVALID_DEPENDS,
    INVALID_NAME,
    INVALID_VALUE,
    INVALID_WHEN,
    MISSING_FIELD,
    MISSING_INPUT,
    TOO_MANY,
    UNKNOWN_TASK,
    UNKNOWN_TEMPLATE,
    Problem,
)
from airgo.argo.validate_model import Node, Workflow, callers, has_loop, mapping, nodes, strings, word
from airgo.argo.validate_shape import escape
from airgo.argo.validate_templates import name_problem

MAX_TASKS = 200
Upstream = Mapping[str, frozenset[str]]


def check_dag(template: Node, pointer: str) -> Iterator[Problem]:
    """Names, order and size of a DAG."""
    dag = mapping(template.get("dag"))
    tasks = list(nodes(dag.get("tasks"), f"{pointer}/dag/tasks"))
    if not tasks:
        yield Problem(f"{pointer}/dag", "a DAG has at least one task", MISSING_FIELD)
    if len(tasks) > MAX_TASKS:
        yield Problem(f"{pointer}/dag/tasks", f"{len(tasks)} tasks, where {MAX_TASKS} are allowed in one DAG", TOO_MANY)
    by_name = {word(task.get("name")): task for _, task in tasks}
    yield from _task_names(tasks)
    for place, task in tasks:
        yield from _order(task, place, by_name)
    if any("depends" in task for task in by_name.values()) and any("dependencies" in task for task in by_name.values()):
        yield Problem(f"{pointer}/dag", "depends and dependencies cannot stand in one DAG", CONFLICTING_FIELDS)
    if cycle := find_cycle(direct_upstream(template)):
        yield Problem(f"{pointer}/dag", f"{' waits for '.join(cycle)}", DEPENDENCY_CYCLE)
    for target in word(dag.get("target")).split():
        if target not in by_name and "{{" not in target:
            yield Problem(f"{pointer}/dag/target", f"there is no task {target}", UNKNOWN_TASK)


def _task_names(tasks: list[tuple[str, Node]]) -> Iterator[Problem]:
    ordered = any("depends" in task or "dependencies" in task for _, task in tasks)
    seen: set[str] = set()
    for place, task in tasks:
        name = word(task.get("name"))
        if reason := name_problem(name, "task"):
            yield Problem(f"{place}/name", reason, INVALID_NAME)
        elif ordered and name[0].isdigit():
            yield Problem(f"{place}/name", f"{name} starts with a digit, which depends does not allow", INVALID_NAME)
        if name in seen:
            yield Problem(f"{place}/name", f"two tasks are called {name}", DUPLICATE_NAME)
        seen.add(name)


def _order(task: Node, pointer: str, by_name: Mapping[str, Node]) -> Iterator[Problem]:
    """What a task waits for is there, and can be asked what it is asked for."""
    if "depends" in task and "continueOn" in task:
        yield Problem(pointer, "continueOn does nothing beside depends: ask for A.Failed and the like", CONFLICTING_FIELDS)
    for name in strings(task.get("dependencies")):
        if name not in by_name:
            yield Problem(f"{pointer}/dependencies", f"there is no task {name}", UNKNOWN_TASK)
    text = task.get("depends")
    if not isinstance(text, str) or not text:
        return
    try:
        wanted = parse_depends(text)
    except ExpressionError as error:
        yield Problem(f"{pointer}/depends", f"{text!r} cannot be read: {error}", INVALID_DEPENDS)
        return
    for dependency in wanted:
        if dependency.task not in by_name:
            yield Problem(f"{pointer}/depends", f"there is no task {dependency.task}", UNKNOWN_TASK)
        elif dependency.result in LOOP_RESULTS and not has_loop(by_name[dependency.task]):
            words = f"{dependency.task} is no loop, so {dependency.result} cannot be asked of it"
            yield Problem(f"{pointer}/depends", words, INVALID_DEPENDS)


def direct_upstream(template: Node) -> dict[str, frozenset[str]]:
    """The tasks that each task of a DAG waits for; those that are not there left out."""
    tasks = [task for _, task in nodes(mapping(template.get("dag")).get("tasks"), "")]
    known = {word(task.get("name")) for task in tasks}
    return {word(task.get("name")): frozenset(d.task for d in _dependencies(task)) & known for task in tasks}


def _dependencies(task: Node) -> tuple[Dependency, ...]:
    try:
        named = parse_depends(word(task.get("depends"))) if task.get("depends") else ()
    except ExpressionError:
        named = ()
    return (*named, *(Dependency(name) for name in strings(task.get("dependencies"))))


def find_cycle(upstream: Upstream) -> list[str]:
    """The names along one cycle, the first repeated at the end; empty if there is none."""
    done: set[str] = set()
    for start in upstream:
        path: list[str] = []
        waiting = [(start, iter(sorted(upstream[start])))] if start not in done else []
        path += [start] if waiting else []
        while waiting:
            name, others = waiting[-1]
            following = next((other for other in others if other not in done), None)
            if following is None:
                done.add(name)
                waiting.pop()
                path.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            else:
                waiting.append((following, iter(sorted(upstream[following]))))
                path.append(following)
    return []


def ancestors(upstream: Upstream) -> dict[str, frozenset[str]]:
    """All tasks above each task, itself among them if it waits for itself."""
    found: dict[str, frozenset[str]] = {}
    for start in upstream:
        seen: set[str] = set()
        waiting = list(upstream[start])
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in found:
                seen |= found[name]
            else:
                waiting += upstream[name] - seen
        found[start] = frozenset(seen)
    return found


def check_steps(template: Node, pointer: str) -> Iterator[Problem]:
    """Names of steps."""
    if not template.get("steps"):
        yield Problem(f"{pointer}/steps", "a steps template has at least one step", MISSING_FIELD)
    seen: set[str] = set()
    for place, step in callers(template, pointer):
        name = word(step.get("name"))
        if reason := name_problem(name, "step"):
            yield Problem(f"{place}/name", reason, INVALID_NAME)
        if name in seen:
            yield Problem(f"{place}/name", f"two steps are called {name}", DUPLICATE_NAME)
        seen.add(name)


def check_caller(caller: Node, pointer: str, workflow: Workflow) -> Iterator[Problem]:
    """What a task or step calls, what it hands on, how often, under which condition, and its hooks."""
    yield from check_call(caller, pointer, workflow)
    yield from _loop(caller, pointer)
    when = caller.get("when")
    if isinstance(when, str) and when:
        try:
            check_when(when)
        except ExpressionError as error:
            yield Problem(f"{pointer}/when", f"{when!r} cannot be read: {error}", INVALID_WHEN)
    if isinstance(caller.get("onExit"), str):
        yield from check_call({"template": caller["onExit"]}, pointer, workflow, field="onExit", check_inputs=False)
    yield from check_hooks(caller.get("hooks"), f"{pointer}/hooks", workflow)


def check_call(caller: Node, pointer: str, workflow: Workflow, *, field: str = "template", check_inputs: bool = True) -> Iterator[Problem]:
    """The template that is called is there, and gets what it needs."""
    ways = [name for name in ("template", "templateRef", "inline") if caller.get(name)]
    if len(ways) != 1:
        words = f"{' and '.join(ways)} exclude each other" if ways else "template is missing"
        yield Problem(pointer, words, CONFLICTING_FIELDS if ways else MISSING_FIELD)
        return
    called = workflow.called(caller)
    if called is None:
        yield from _not_there(caller, pointer, workflow, field)
        return
    if check_inputs:
        yield from _inputs_supplied(caller, called, pointer)


def _not_there(caller: Node, pointer: str, workflow: Workflow, field: str) -> Iterator[Problem]:
    reference = mapping(caller.get("templateRef"))
    if not reference:
        name = word(caller.get("template"))
        # With a workflowTemplateRef the templates are another object's.
        if "{{" not in name and not workflow.spec.get("workflowTemplateRef"):
            yield Problem(f"{pointer}/{field}", f"there is no template {name}", UNKNOWN_TEMPLATE)
        return
    for part in ("name", "template"):
        if not reference.get(part):
            yield Problem(f"{pointer}/templateRef", f"{part} is missing", MISSING_FIELD)
            return
    kind = "ClusterWorkflowTemplate" if reference.get("clusterScope") else "WorkflowTemplate"
    if (kind, word(reference.get("name"))) in workflow.known:
        words = f"{kind} {reference.get('name')} has no template {reference.get('template')}"
        yield Problem(f"{pointer}/templateRef", words, UNKNOWN_TEMPLATE)


def _inputs_supplied(caller: Node, called: Node, pointer: str) -> Iterator[Problem]:
    arguments = mapping(caller.get("arguments"))
    inputs = mapping(called.get("inputs"))
    given = {word(item.get("name")): item for _, item in nodes(arguments.get("parameters"), "")}
    for _, parameter in nodes(inputs.get("parameters"), ""):
        name = word(parameter.get("name"))
        if name not in given and not any(parameter.get(source) is not None for source in ("value", "default", "valueFrom")):
            yield Problem(pointer, f"the input {name} of {_title(called, caller)} is not supplied", MISSING_INPUT)
    for place, parameter in nodes(arguments.get("parameters"), f"{pointer}/arguments/parameters"):
        if parameter.get("value") is None and not parameter.get("valueFrom"):
            yield Problem(place, f"the argument {parameter.get('name')} has no value", MISSING_INPUT)
    artifacts = {word(item.get("name")) for _, item in nodes(arguments.get("artifacts"), "")}
    settings = {"name", "path", "mode", "archive", "optional", "recurseMode", "globalName"}
    for _, artifact in nodes(inputs.get("artifacts"), ""):
        if artifact.get("name") not in artifacts and not artifact.get("optional") and not set(artifact) - settings:
            yield Problem(pointer, f"the input artifact {artifact.get('name')} of {_title(called, caller)} is not supplied", MISSING_INPUT)


def _title(called: Node, caller: Node) -> str:
    return word(called.get("name")) or word(caller.get("name"))


def _loop(caller: Node, pointer: str) -> Iterator[Problem]:
    ways = [name for name in ("withItems", "withParam", "withSequence") if name in caller]
    if len(ways) > 1:
        yield Problem(pointer, f"{' and '.join(ways)} exclude each other", CONFLICTING_FIELDS)
    if caller.get("withItems") == []:
        yield Problem(f"{pointer}/withItems", "an empty list is no loop to Argo, which runs the task once: use withParam", INVALID_VALUE)
    sequence = mapping(caller.get("withSequence"))
    if "count" in sequence and "end" in sequence:
        yield Problem(f"{pointer}/withSequence", "count and end exclude each other", CONFLICTING_FIELDS)


def check_hooks(value: object, pointer: str, workflow: Workflow) -> Iterator[Problem]:
    """Hooks call templates that are there; all but `exit` say when."""
    for name, hook in mapping(value).items():
        place = f"{pointer}/{escape(str(name))}"
        yield from check_call(mapping(hook), place, workflow)
        if name != "exit" and not mapping(hook).get("expression"):
            yield Problem(place, f"the hook {name} has no expression that says when", MISSING_FIELD)
