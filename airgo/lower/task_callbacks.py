"""Failure callbacks of tasks: functions of the project that a step of the exit handler calls for each task that failed.

Argo's hooks of single tasks are no way to it: where a task with retries has one and fails, and what follows is omitted, the run
succeeds (watched). The exit handler knows all that failed (`workflow.failures`), and has no say in the run's state.
https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/callbacks.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from airgo import ir
from airgo.argo.text import Simple, Text
from airgo.callables.problems import CONTEXT, PULL
from airgo.diagnostics import Rule, Severity
from airgo.lower.base_arguments import CALLBACK, subject_of
from airgo.lower.callbacks import ON_TASKS, tried
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.groups import mapped_group
from airgo.lower.ledger import OBJECT, Fate, account, ignored, mapped
from airgo.lower.strategies.python_context import ContextValues
from airgo.lower.strategies.python_outputs import free_name
from airgo.lower.strategies.python_script import Script, call
from airgo.lower.strategies.python_task import PythonTask
from airgo.mapping.wire import escaped
from airgo.values import CodeRef, truth

ARGUMENT = "on_failure_callback"
_OF_RUN = frozenset({"dag_id", "run_id", "logical_date", "execution_date"})
_PAGES = frozenset({"log_url", "mark_success_url"})
_UNKNOWN = frozenset({"start_date", "end_date", "duration", "hostname", "queued_dttm", "pid", "job_id"})

AT_THE_END = Rule(
    "AG414",
    "failure-callback-at-the-end",
    Severity.WARNING,
    "a task's on_failure_callback, which the exit handler calls",
    "Airflow calls it when the task has failed for good; here it is called when the run has ended, once for each failed task or instance, "
    "also for tasks that a timeout of the run stops. context['exception'] is an AirflowException with Argo's message, such as "
    "'main: Error (exit code 1)', not what the task raised.",
    "nothing, unless the callback must come at once or needs the exception; then catch the error in the task itself",
)
NO_PAGES = Rule(
    "AG415",
    "no-page-of-the-task",
    Severity.WARNING,
    "a callback that names a page of Airflow's",
    "There is no such page for a run in Argo, so that the address is an empty text.",
    "name the workflow instead (`run_id` finds it by its labels), or Argo's own address for it",
)


@dataclass(frozen=True, slots=True)
class _Use:
    """One task that names a function as its callback."""

    node: Node
    argument: ir.Argument


def task_callbacks(draft: WorkflowDraft) -> None:
    """Make a step of the exit handler for each function that is called for failed tasks; say of every other that it is not."""
    groups: dict[object, tuple[object, list[_Use]]] = {}
    for node in draft.nodes.values():
        argument = node.task.arguments.get(ARGUMENT)
        for function in functions_of(argument) if argument is not None else ():
            groups.setdefault(_identity(function), (function, []))[1].append(_Use(node, argument))  # type: ignore[arg-type]
    for number, (function, uses) in enumerate(groups.values(), 1):
        reason = _carry(function, uses, ON_TASKS if number == 1 else f"{ON_TASKS}-{number}", draft)
        for use in uses:
            _account(use, reason, draft)
    for node in draft.nodes.values():
        argument = node.task.arguments.get(ARGUMENT)
        if argument is not None and not functions_of(argument):
            account(draft, node.task, ARGUMENT, ignored("it says what happens anyway"))


def functions_of(argument: ir.Argument) -> list[object]:
    """What a task wants called: one function or several."""
    value = argument.value
    if isinstance(value, list | tuple):
        return list(value)
    return [] if truth(value) is False else [value]


def _identity(function: object) -> object:
    """The same function with the same fixed arguments is called by one step for all its tasks."""
    if not isinstance(function, CodeRef) or function.closure or function.receiver is not None:
        return id(function)
    return (function.path, function.name, str(function.place.span), repr(function.args), repr(function.kwargs))


def _account(use: _Use, reason: str | None, draft: WorkflowDraft) -> None:
    task, argument = use.node.task, use.argument
    subject = subject_of(task, argument, draft)
    if reason is None:
        words = f"{ARGUMENT}: the function is called when the run has ended, with Argo's message as the exception"
        draft.report(AT_THE_END.at(argument.span, words, subject=subject))
        account(draft, task, ARGUMENT, mapped(f"{OBJECT}/spec/onExit"))
        return
    draft.report(CALLBACK.at(argument.span, f"{ARGUMENT}: the function is not called: {reason}", subject=subject))
    account(draft, task, ARGUMENT, Fate("unsupported", CALLBACK.code))


def _carry(function: object, uses: list[_Use], name: str, draft: WorkflowDraft) -> str | None:
    """Make the step; None, or why it cannot be made."""
    if not isinstance(function, CodeRef):
        return "it is no function of the project"

    def make(trial: WorkflowDraft) -> dict[str, Node]:
        argument = uses[0].argument
        node = Node(ir.Task(ON_TASKS, "", "", argument.span, {}, {}), name, strategy="slice")
        node.draft = _template(node, function, uses, trial)
        return {name: node}

    return tried(draft, make)


def _template(node: Node, function: CodeRef, uses: list[_Use], draft: WorkflowDraft) -> TemplateDraft:
    task = PythonTask(node, {"python_callable": function}, {"callback": True, "context": False}, draft)
    for problem in task.use.problems:
        if problem.rule.severity is Severity.ERROR:
            raise CannotLower(problem.rule, problem.message)
    if task.use.pulls or task.use.pushes or task.use.pushes_unknown:
        raise CannotLower(PULL, "it asks for XComs")
    table = {use.node.name: _facts(use, task, draft) for use in uses}
    items = {key: _expression(key, task) for key in task.use.read_keys()}
    items["exception"] = '{failed}["exception"]'
    task.env.append({"name": "AIRGO_FAILURES", "value": Text((Simple("workflow.failures"),))})
    task.env.append({"name": "AIRGO_TASKS", "value": escaped(json.dumps(table, ensure_ascii=False))})
    return task.template(lambda script, _read, _result: _lines(script, items, task))


def _lines(script: Script, items: dict[str, str], task: PythonTask) -> None:
    """A loop over what failed, in which the function is called with the context of each."""
    script.runtime["failures"] = None
    script.modules.update(("json", "os", "sys"))
    failed, context, errors = (free_name(script, name) for name in ("failed", "context", "errors"))
    entries = "".join(f'        "{key}": {code.replace("{failed}", failed)},\n' for key, code in items.items())
    arguments = [*task.code.args, context, *(f"{name}={text}" for name, text in task.code.kwargs)]
    script.lines += [
        f"{errors} = 0",
        f'for {failed} in airgo_failures(os.environ["AIRGO_FAILURES"], json.loads(os.environ["AIRGO_TASKS"])):',
        f"    {context} = {{\n{entries}    }}",
        f"    {errors} += airgo_tell(lambda: {call(task.code.call, arguments)})",
        f"sys.exit(1 if {errors} else 0)",
    ]


def _expression(key: str, task: PythonTask) -> str:
    """What the context has under a key: `{failed}` stands for the task that failed. Raises CannotLower."""
    context = task.context
    if key not in ("ti", "task_instance", "task"):
        return context.expression(key, {})
    context.modules.add("types")
    if key == "task":
        return 'types.SimpleNamespace(**{failed}["task"])'
    facts = [f"{name}={context.attribute('ti', name)}" for name in context.members("ti", "task_instance") if name in _OF_RUN]
    if any(path[0] == "dag_run" for path in task.use.paths):
        facts.append(f"dag_run={context.namespace('dag_run')}")
    if any(path[0] == "task" for path in task.use.paths):
        facts.append('task=types.SimpleNamespace(**{failed}["task"])')
    facts.append('**{failed}["ti"]')
    return f"types.SimpleNamespace({', '.join(facts)})"


def _facts(use: _Use, step: PythonTask, draft: WorkflowDraft) -> dict[str, object]:
    """What is known of one task before the run. Raises CannotLower for what is not."""
    task = use.node.task
    own = ContextValues(use.node, draft, step.use, use.argument.span, lambda _name, _leaf: "", lambda: "")
    read = {key: step.context.members(*keys) for key, keys in (("ti", ("ti", "task_instance")), ("task", ("task",)))}
    in_group = mapped_group(task, draft.dag) is not None
    if "map_index" in read["ti"] and in_group:
        raise CannotLower(CONTEXT, f"it reads ti.map_index of {task.id}, which is in a mapped group")
    for name in _PAGES & set(read["ti"]):
        words = f"{ARGUMENT}: {name} is empty, since Airflow has no page for the run"
        draft.report(NO_PAGES.at(use.argument.span, words, subject=subject_of(task, use.argument, draft)))
    ti = {name: _of_instance(name, use, own) for name in read["ti"] if name not in (*_OF_RUN, "map_index")}
    of_task = {name: own.rendered(("task", name), f"{{{{ task.{name} }}}}") for name in read["task"]}
    if any(isinstance(value, Text) for value in of_task.values()):
        raise CannotLower(CONTEXT, f"it reads of {task.id} what is known only when it runs")
    retried = not (isinstance(task.retries, int) and task.retries == 0)
    return {"mapped": task.mapped, "retried": retried, "ti": ti, "task": of_task}


def _of_instance(name: str, use: _Use, own: ContextValues) -> object:
    """One attribute of the failed task's instance. Raises CannotLower."""
    task, made = use.node.task, use.node.draft
    if name in _PAGES:
        return ""
    if name == "state":
        return "failed"
    if name in ("try_number", "max_tries"):
        early = made is None or made.no_retry_exit_codes or use.node.strategy == "manual"
        if not isinstance(task.retries, int) or (early and task.retries):
            raise CannotLower(CONTEXT, f"it reads ti.{name} of {task.id}, which may fail before its last try")
        return task.retries + (name == "try_number")
    value = own.rendered(("ti", name), f"{{{{ ti.{name} }}}}") if name not in _UNKNOWN else None
    if not isinstance(value, str):
        raise CannotLower(CONTEXT, f"it reads ti.{name}, which is known to Airflow only")
    return value
