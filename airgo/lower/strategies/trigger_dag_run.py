"""Runs of other DAGs: a resource template that submits a Workflow from the other DAG's WorkflowTemplate.

https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/trigger_dag_run.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from airgo.argo.names import object_name, parameter_name
from airgo.argo.text import Text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.manifest_text import JsonText, ManifestText
from airgo.lower.rules import UNRENDERABLE
from airgo.lower.strategies import strategy
from airgo.values import truth

RIGHTS = Rule(
    "AG231",
    "workflow-rights",
    Severity.NOTE,
    "a task that starts or watches other workflows",
    "Its pod asks the Kubernetes API for workflows, which the service account of the workflow must be allowed to do.",
    "let the service account create, get and list workflows",
)
PHASES = {"success": ("Succeeded",), "failed": ("Failed", "Error")}
"""Airflow's run states that a workflow ends in, as phases."""


@strategy("trigger-dag-run")
def trigger_dag_run(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """Create the Workflow, and wait for its end where the operator does."""
    dag_id, waits = options.get("dag_id"), truth(options.get("wait"))
    if not isinstance(dag_id, str) or waits is None or isinstance(options.get("wait"), Text):
        raise CannotLower(UNRENDERABLE, f"which DAG {node.task.id} triggers, or whether it waits for it, is known only when it runs")
    draft.report(RIGHTS.at(node.task.span, f"{node.task.id} starts workflows of {dag_id}", subject=draft.subject(node.task)))
    writer = ManifestText()
    resource: dict[str, object] = {"action": "create"}
    if waits:
        resource["successCondition"] = f"status.phase {_phases(options, 'allowed_states', 'success', node)}"
        resource["failureCondition"] = f"status.phase {_phases(options, 'failed_states', 'failed', node)}"
    resource["manifest"] = writer.write(_workflow(object_name(dag_id), options, node, draft))
    made = TemplateDraft({"resource": resource}, node.name, node.task.span)
    made.arguments = dict(writer.arguments)
    return made


def _phases(options: Mapping[str, object], name: str, default: str, node: Node) -> str:
    states = options.get(name) or [default]
    if not isinstance(states, list | tuple) or any(str(state) not in PHASES for state in states):
        raise CannotLower(UNRENDERABLE, f"{name} of {node.task.id} names states that a workflow does not end in")
    phases = [phase for state in states for phase in PHASES[str(state)]]
    return f"== {phases[0]}" if len(phases) == 1 else f"in ({', '.join(phases)})"


def _workflow(target: str, options: Mapping[str, object], node: Node, draft: WorkflowDraft) -> dict[str, object]:
    parameters = _parameters(options, node)
    spec: dict[str, object] = {"workflowTemplateRef": {"name": target}}
    if parameters:
        spec["arguments"] = {"parameters": [{"name": name, "value": value} for name, value in parameters.items()]}
    metadata: dict[str, object] = {"generateName": f"{target}-"}
    if draft.config.namespace:
        metadata["namespace"] = draft.config.namespace
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "spec": spec}


def _parameters(options: Mapping[str, object], node: Node) -> dict[str, object]:
    """The logical date, and dag_run.conf as one JSON text and key by key, which is how a converted DAG reads it."""
    parameters: dict[str, object] = {}
    date = options.get("logical_date")
    if date is not None:
        parameters["logical-date"] = date.isoformat() if isinstance(date, datetime) else date
    conf = options.get("conf")
    if conf is None:
        return parameters
    if not isinstance(conf, Mapping):
        raise CannotLower(UNRENDERABLE, f"conf of {node.task.id} is not a dict that is known")
    for key, value in conf.items():
        parameters[parameter_name(str(key))] = value if isinstance(value, str | Text) else JsonText(value)
    return {**parameters, "conf": JsonText(conf)}
