"""Random DAGs as DAG files."""

from __future__ import annotations

from collections.abc import Sequence

from tests.meaning.random_dags import Task


def source(dag_id: str, tasks: Sequence[Task]) -> str:
    """The DAG file."""
    known = {task.name: task for task in tasks}
    lines = [HEAD.format(dag_id=dag_id)]
    lines += [
        f"    with TaskGroup({group.rpartition('.')[2]!r}{parent(group)}) as {variable(group)}:\n        pass" for group in groups(tasks)
    ]
    for task in tasks:
        if not task.of_group:
            lines += [f"    {task.name} = {operator(task, known)}", *edges(task, known)]
        elif next(other for other in tasks if other.of_group) is task:
            lines += mapped_group([other for other in tasks if other.of_group], known)
    return "\n".join(lines) + "\n"


def groups(tasks: Sequence[Task]) -> list[str]:
    """The groups that are not mapped, outer ones first."""
    found = {task.group for task in tasks if task.group and not task.of_group}
    return sorted({group.rsplit(".", number)[0] for group in found for number in range(group.count(".") + 1)})


def variable(group: str) -> str:
    """The name of a group in the file."""
    return "in_" + group.replace(".", "_")


def parent(group: str) -> str:
    """The argument that puts a group into another."""
    above, _, _ = group.rpartition(".")
    return f", parent_group={variable(above)}" if above else ""


def operator(task: Task, known: dict[str, Task]) -> str:
    """The call that makes a task."""
    chosen = tuple(known[name].id for name in task.chosen)
    head = f"task_id={task.name!r}" + ("" if task.teardown else f", trigger_rule={task.rule!r}")
    head += f", task_group={variable(task.group)}" if task.group and not task.of_group else ""
    given = next((other.items for other in known.values() if other.over == task.name), ())
    commands = f"{task.over}.output" if task.over else repr([COMMANDS[item] for item in task.items or ()])
    written = repr(list(given or ())) if any(other.over == task.name and other.of_group for other in known.values()) else None
    listed = written or repr([COMMANDS[item] for item in given or ()])
    return OPERATORS[task.kind].format(head=head, chosen=chosen, commands=commands, listed=listed)


def edges(task: Task, known: dict[str, Task]) -> list[str]:
    """What puts a task below others, and makes it a setup or a teardown."""
    group = [name for name in task.upstream if task.after and in_group(known[name], task.after)]
    above = [name for name in task.upstream if name not in group]
    lines = [f"    {variable(task.after)} >> {task.name}"] if task.after else []
    lines += [f"    [{', '.join(above)}] >> {task.name}"] if above else []
    if task.setup:
        lines.append(f"    {task.name}.as_setup()")
    if task.teardown:
        torn = ", ".join(name for name in task.upstream if known[name].setup)
        lines.append(f"    {task.name}.as_teardown(setups=[{torn}], on_failure_fail_dagrun={task.counts})")
    return lines


def in_group(task: Task, group: str) -> bool:
    """Is the task somewhere in the group?"""
    return task.group == group or task.group.startswith(group + ".")


def mapped_group(tasks: Sequence[Task], known: dict[str, Task]) -> list[str]:
    """The mapped group, and its expansion below what is outside."""
    first = tasks[0]
    names = {task.name for task in tasks}
    lines = ["", f"    @task_group(group_id={first.group!r})", f"    def make_{first.group}(x):"]
    for task in tasks:
        inside = [name for name in task.upstream if name in names]
        lines.append(f"        {task.name} = {operator(task, known)}")
        lines += [f"        [{', '.join(inside)}] >> {task.name}"] if inside else []
    given = f"{first.over}.output" if first.over else repr(list(first.items or ()))
    outside = sorted({name for task in tasks for name in task.upstream} - names - {first.over})
    lines += ["", f"    {variable(first.group)} = make_{first.group}.expand(x={given})"]
    return [*lines, *([f"    [{', '.join(outside)}] >> {variable(first.group)}"] if outside else [])]


HEAD = """from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.sdk import DAG, TaskGroup, task_group
from airflow.sdk.exceptions import AirflowSkipException


def give(value):
    return value


def lose(value):
    raise ValueError(value)


def skip(value):
    raise AirflowSkipException


def check(x):
    assert x == "ok"


def later(ti):
    assert ti.try_number > 1


with DAG({dag_id!r}, schedule=None):"""
COMMANDS = {"ok": "true", "bad": "false"}
OPERATORS = {
    "ok": "EmptyOperator({head})",
    "bad": 'BashOperator({head}, bash_command="false")',
    "flaky": "PythonOperator({head}, python_callable=later, retries=1, retry_delay=timedelta(seconds=0))",
    "skip": 'BashOperator({head}, bash_command="exit 99")',
    "branch": "BranchPythonOperator({head}, python_callable=give, op_args=[{chosen!r}])",
    "open": "ShortCircuitOperator({head}, python_callable=give, op_args=[True])",
    "closed": "ShortCircuitOperator({head}, python_callable=give, op_args=[False])",
    "shut": "ShortCircuitOperator({head}, python_callable=give, op_args=[False], ignore_downstream_trigger_rules=False)",
    "mapped": "BashOperator.partial({head}).expand(bash_command={commands})",
    "list": "PythonOperator({head}, python_callable=give, op_args=[{listed}])",
    "lost": "PythonOperator({head}, python_callable=lose, op_args=[{listed}])",
    "passed": "PythonOperator({head}, python_callable=skip, op_args=[{listed}])",
    "each": "PythonOperator({head}, python_callable=check, op_args=[x])",
}
