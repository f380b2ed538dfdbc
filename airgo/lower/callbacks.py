"""Callbacks of a DAG: functions of the project that the workflow's exit handler calls when the run has ended.

Airflow calls them with a context of the run; what they read of it travels as it does for Python tasks. A callback that fails is only
logged there, so that the exit handler ends well whatever becomes of its steps.
https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/callbacks.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from airgo import ir
from airgo.callables.problems import CONTEXT
from airgo.diagnostics import Collector
from airgo.lower.bodies import finish
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.names import END
from airgo.lower.splitting import GATE
from airgo.lower.strategies.python_outputs import return_lines
from airgo.lower.strategies.python_task import PythonTask
from airgo.values import CodeRef

EXIT = "airgo-exit"
"""The template of the exit handler."""
OCCASIONS = {
    "on_failure_callback": ("airgo-on-failure", "'{{workflow.status}}' != 'Succeeded'"),
    "on_success_callback": ("airgo-on-success", "'{{workflow.status}}' == 'Succeeded'"),
}
"""The name of the step, and when it is taken."""
ON_TASKS, IF_ANY = "airgo-on-task-failure", "{{= workflow.failures != '\"null\"' }}"
"""The step that calls what is to be called for failed tasks; where something failed, Argo has a list of it (a text in quotes)."""
_OF_TASKS = frozenset({"ti", "task", "task_instance", "task_instance_key_str", "templates_dict", "try_number"})
"""What the context of a run has of one task or another: Airflow takes the one that ended last."""


def carry(name: str, argument: ir.Argument, draft: WorkflowDraft) -> str | None:
    """Make the steps of a DAG's callback; None, or why it cannot be carried."""
    functions = argument.value if isinstance(argument.value, list | tuple) else [argument.value]
    if not all(isinstance(function, CodeRef) for function in functions):
        return "it is no function of the project"
    step, _ = OCCASIONS[name]

    def make(trial: WorkflowDraft) -> dict[str, Node]:
        made: dict[str, Node] = {}
        for number, function in enumerate(functions, 1):
            node = Node(_stand_in(step, argument), step if len(functions) == 1 else f"{step}-{number}", strategy="slice")
            node.draft = _template(node, function, trial)
            made[node.name] = node
        return made

    return tried(draft, make)


def tried(draft: WorkflowDraft, make: Callable[[WorkflowDraft], dict[str, Node]]) -> str | None:
    """Make steps of the exit handler, all or none; None, or why they cannot be made."""
    trial = replace(draft, collector=Collector(), requirements={}, code_files=dict(draft.code_files))
    try:
        made = make(trial)
    except CannotLower as problem:
        return problem.message
    draft.callbacks |= made
    for package, files in trial.requirements.items():
        draft.requirements.setdefault(package, set()).update(files)
    draft.code_files |= trial.code_files
    draft.needs_project |= trial.needs_project
    for diagnostic in trial.collector:
        draft.report(diagnostic)
    return None


def _stand_in(step: str, argument: ir.Argument) -> ir.Task:
    return ir.Task(step, "", "", argument.span, {}, {}, upstream=())


def _template(node: Node, function: object, draft: WorkflowDraft) -> TemplateDraft:
    task = PythonTask(node, {"python_callable": function}, {"callback": True}, draft)
    read = _OF_TASKS & set(task.use.read_keys())
    if read:
        raise CannotLower(CONTEXT, f"it reads {' and '.join(sorted(read))} of the context, which is of one task or another")
    return task.template(return_lines)


def callbacks(draft: WorkflowDraft) -> None:
    """Write the exit handler and its steps."""
    if not draft.callbacks:
        return
    tasks: list[dict[str, object]] = []
    for name, node in draft.callbacks.items():
        finish(node, draft)
        assert node.draft is not None
        occasion = next(when for step, when in (*OCCASIONS.values(), (ON_TASKS, IF_ANY)) if step == node.task.id)
        tasks.append({"name": name, "when": occasion, "template": name})
        annotations = {"airgo/source": str(node.draft.span)}
        draft.templates.append({"name": name, "annotations": annotations, **node.draft.body})
    ended = " && ".join(f"({name} || {name}.Failed || {name}.Errored)" for name in draft.callbacks)
    tasks.append({"name": END, "depends": ended, "template": GATE})
    draft.templates.append({"name": EXIT, "dag": {"failFast": False, "tasks": tasks}})
    draft.spec["onExit"] = EXIT
