"""Builds the operator with its arguments, in a DAG that holds nothing else."""

import inspect
import os
import tempfile
from typing import Any, Dict, Tuple

from .names import first, is_airflow_3, one_of
from .run import TaskInstance, context_of, instant
from .values import Late, decode


class Branched:
    """What a branch chose; Airflow would skip the other tasks, here the DAG of Argo does."""

    def __init__(self, task: Dict[str, Any]) -> None:
        self.known = set(task.get("choices", ()))
        self.chosen: Any = None

    def take(self, _: Any, branch_task_ids: Any, *__: Any, **___: Any) -> None:
        """In place of `skip_all_except`."""
        found = [branch_task_ids] if isinstance(branch_task_ids, str) else list(branch_task_ids or ())
        strange = [one for one in found if one not in self.known]
        if strange:
            raise ValueError("the branch chose " + ", ".join(map(repr, strange)) + ", which the DAG does not have")
        self.chosen = found
        if is_airflow_3():
            raise first("airflow.sdk.exceptions:DownstreamTasksSkipped", "airflow.exceptions:DownstreamTasksSkipped")(tasks=[])


def ready(task: Dict[str, Any], instance: TaskInstance, branched: Branched) -> Tuple[Any, Any]:
    """The operator with its arguments rendered, and its context."""
    dag = dag_of(task)
    operator = operator_of(task, dag).prepare_for_execution()
    if task.get("branch"):
        object.__setattr__(operator, "skip_all_except", branched.take)
        for name in ("expand_task_group_roots", "_expand_task_group_roots"):
            object.__setattr__(operator, name, lambda _, ids: ids)
    instance.task = operator
    context = context_of({**task, "fixed_params": decode(task.get("fixed_params", {}))}, dag, operator, instance)
    instance.airgo_context = context
    operator.resolve_template_files()
    operator.render_template_fields(context)
    check_values(operator)
    return operator, context


def dag_of(task: Dict[str, Any]) -> Any:
    """The DAG: its id, and the arguments that decide how templates are rendered."""
    kind = first("airflow.sdk:DAG", "airflow.models.dag:DAG")
    schedule = "schedule" if "schedule" in inspect.signature(kind.__init__).parameters else "schedule_interval"
    arguments = {**decode(task.get("dag_arguments", {})), schedule: None}
    folders = [template_folder(task.get("files", {}))]
    project = os.environ.get("AIRGO_PROJECT")
    if project:
        folders += [os.path.join(project, folder) for folder in task.get("template_folders", ())]
    return kind(task["dag_id"], start_date=instant("2020-01-01T00:00:00Z"), template_searchpath=folders, **arguments)


def template_folder(files: Dict[str, str]) -> str:
    """A folder with the template files that the arguments name."""
    folder = tempfile.mkdtemp(prefix="airgo-templates-")
    for name, text in files.items():
        path = os.path.join(folder, name.lstrip("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def operator_of(task: Dict[str, Any], dag: Any) -> Any:
    """The operator. A sensor waits in its container, whatever its mode is."""
    operator = one_of(task["class"])(task_id=task["task_id"], dag=dag, **decode(task.get("arguments", {})))
    for name, value in decode(task.get("attributes", {})).items():
        setattr(operator, name, value)
    if hasattr(operator, "poke") and getattr(operator, "mode", None) == "reschedule":
        operator.mode = "poke"
    return operator


def check_values(operator: Any) -> None:
    """What another task handed on has to have reached a template field, for Airflow would not have put it in anywhere else."""
    for name, value in list(vars(operator).items()):
        if isinstance(value, Late) or (isinstance(value, (list, tuple)) and any(isinstance(item, Late) for item in value)):
            raise TypeError(name + " is given what another task hands on, but is no template field of " + type(operator).__name__)
