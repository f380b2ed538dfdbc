"""TaskFlow: @task and its variants, @setup, @teardown, and what their functions give when they are called."""

from __future__ import annotations

from collections.abc import Mapping

from airgo import catalogue
from airgo.evaluate.authoring import authoring
from airgo.evaluate.drafts import merged_defaults
from airgo.evaluate.library import airflow_operators
from airgo.evaluate.library.airflow_mapping import depend_on_expansion, expansion, kwargs_expansion
from airgo.evaluate.library.airflow_operators import argument_place, construct, group_of, settled_id
from airgo.evaluate.library.airflow_return_types import returns_mapping
from airgo.evaluate.library.airflow_signatures import check_binding
from airgo.evaluate.models import CALL_RESOLVERS, Model, models
from airgo.evaluate.objects import Call, Function, Modelled, Native, PythonError
from airgo.evaluate.task_drafts import TEARDOWN_RULE, ExpandDraft, Given, TaskDraft, XComHandle, dag_of
from airgo.values import MISSING, ExternCall, Unknown

TASK = "airflow.sdk.task"
STANDARD = "airflow.providers.standard.decorators"
KINDS: Mapping[str, str] = {
    "": f"{STANDARD}.python._PythonDecoratedOperator",
    "python": f"{STANDARD}.python._PythonDecoratedOperator",
    "virtualenv": f"{STANDARD}.python_virtualenv._PythonVirtualenvDecoratedOperator",
    "external_python": f"{STANDARD}.external_python._PythonExternalDecoratedOperator",
    "branch": f"{STANDARD}.branch_python._BranchPythonDecoratedOperator",
    "branch_virtualenv": f"{STANDARD}.branch_virtualenv._BranchPythonVirtualenvDecoratedOperator",
    "branch_external_python": f"{STANDARD}.branch_external_python._BranchExternalPythonDecoratedOperator",
    "short_circuit": f"{STANDARD}.short_circuit._ShortCircuitDecoratedOperator",
    "sensor": f"{STANDARD}.sensor.DecoratedSensorOperator",
    "bash": f"{STANDARD}.bash._BashDecoratedOperator",
    "stub": f"{STANDARD}.stub._StubOperator",
    "docker": "airflow.providers.docker.decorators.docker._DockerDecoratedOperator",
    "kubernetes": "airflow.providers.cncf.kubernetes.decorators.kubernetes._KubernetesDecoratedOperator",
    "kubernetes_cmd": "airflow.providers.cncf.kubernetes.decorators.kubernetes_cmd._KubernetesCmdDecoratedOperator",
    "pyspark": "airflow.providers.apache.spark.decorators.pyspark._PySparkDecoratedOperator",
    "sftp_sensor": "airflow.providers.sftp.decorators.sensors.sftp._DecoratedSFTPSensor",
    "sql": "airflow.providers.common.sql.decorators.sql._SQLDecoratedOperator",
    "analytics": "airflow.providers.common.sql.decorators.analytics._AnalyticsDecoratedOperator",
    "snowpark": "airflow.providers.snowflake.decorators.snowpark._SnowparkDecoratedOperator",
    "agent": "airflow.providers.common.ai.decorators.agent._AgentDecoratedOperator",
    "llm": "airflow.providers.common.ai.decorators.llm._LLMDecoratedOperator",
    "llm_batch": "airflow.providers.common.ai.decorators.llm_batch._LLMBatchDecoratedOperator",
    "llm_branch": "airflow.providers.common.ai.decorators.llm_branch._LLMBranchDecoratedOperator",
    "llm_file_analysis": "airflow.providers.common.ai.decorators.llm_file_analysis._LLMFileAnalysisDecoratedOperator",
    "llm_schema_compare": "airflow.providers.common.ai.decorators.llm_schema_compare._LLMSchemaCompareDecoratedOperator",
    "llm_sql": "airflow.providers.common.ai.decorators.llm_sql._LLMSQLDecoratedOperator",
}
"""Which operator class stands behind `@task.kind`; a kind that is not here comes from a provider that airgo does not know."""
CONDITIONS = ("run_if", "skip_if")


class TaskFactory(Modelled):
    """A function under `@task`: calling it makes a task and gives its XCom."""

    __slots__ = ("conditions", "decorated", "function", "kind", "kwargs", "op_kwargs", "setup", "teardown")

    def __init__(self, kind: str, function: object, kwargs: Mapping[str, Given], decorated: Call) -> None:
        self.kind = kind
        self.function = function
        self.kwargs = dict(kwargs)
        self.decorated = decorated
        self.op_kwargs: dict[str, object] = {}
        self.setup = False
        self.teardown = False
        self.conditions: tuple[object, ...] = ()

    def copy(self) -> TaskFactory:
        """Another decorator of the same function."""
        other = TaskFactory(self.kind, self.function, self.kwargs, self.decorated)
        other.op_kwargs = dict(self.op_kwargs)
        other.setup, other.teardown, other.conditions = self.setup, self.teardown, self.conditions
        return other

    def called(self, call: Call) -> object:
        """`extract(...)`: the task, as the XCom it hands on."""
        op_kwargs = {**self.op_kwargs, **call.kwargs}
        return XComHandle(self.build(list(call.args), op_kwargs, None, call))

    def build(self, op_args: list[object], op_kwargs: dict[str, object], expand: ExpandDraft | None, call: Call) -> TaskDraft:
        """Make the task."""
        operator = KINDS.get(self.kind, f"{TASK}.{self.kind}")
        facts = catalogue.operator(operator)
        task = TaskDraft(operator, operator, facts, call.place)
        task.expand = expand
        task.setup, task.teardown = self.setup, self.teardown
        task.conditions = self.conditions
        task.opaque = facts is None
        if task.fields is None:
            task.fields = ("op_args", "op_kwargs")
        given = dict(self.kwargs)
        if self.teardown:
            given["trigger_rule"] = Given(TEARDOWN_RULE, call.place, "decorator")
        if "multiple_outputs" not in given:
            given["multiple_outputs"] = Given(returns_mapping(self.function, call), call.place, "decorator")
        task.written = {**{name: value for name, value in given.items() if name in self.kwargs}, **call_arguments(op_args, op_kwargs, call)}
        state = authoring(call.machine)
        dag = dag_of(given["dag"].value) if "dag" in given else state.current_dag()
        group = group_of(given["task_group"].value) if "task_group" in given else state.current_group(dag)
        kwargs = {name: value.value for name, value in given.items()}
        label = kwargs.get("task_id", call.machine.attribute(self.function, "__name__", ""))
        label = settled_id(label, call)
        kwargs["task_id"] = dag.unique_id(label, group) if dag is not None and isinstance(label, str) else label
        op_kwargs = with_defaults(self.function, op_args, op_kwargs, merged_defaults(dag, group, kwargs.get("default_args"), call)[0], call)
        if expand is None:
            check_binding(self.function, op_args, op_kwargs, call, self.kind)
        kwargs |= {"python_callable": self.function, "op_args": op_args, "op_kwargs": op_kwargs}
        for name, value in given.items():
            task.arguments[name] = value
        inner = Call(call.machine, operator, (), kwargs, call.place, call.unseen or self.decorated.unseen)
        construct(task, kwargs, inner)
        for name, value in given.items():
            if name in task.arguments and name != "task_id":
                task.arguments[name] = value
        if expand is not None:
            depend_on_expansion(task, expand, call)
        return task

    def get_attribute(self, name: str, call: Call) -> object:
        """`.override`, `.partial`, `.expand`, `.expand_kwargs`, `.function`, and what the function has."""
        if name == "override":
            return Native(name, self.override)
        if name == "partial":
            return Native(name, self.partial)
        if name == "expand":
            return Native(name, lambda inner: self.expanded(expansion(inner.kwargs, inner), inner))
        if name == "expand_kwargs":
            return Native(name, lambda inner: self.expanded(kwargs_expansion(inner), inner))
        if name in ("function", "__wrapped__"):
            return self.function
        if name == "kwargs":
            return {key: given.value for key, given in self.kwargs.items()}
        return call.machine.attribute(self.function, name, MISSING)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """`decorated.is_setup = True`."""
        if name in ("is_setup", "is_teardown"):
            setattr(self, name.removeprefix("is_"), value is True)
        return True

    def override(self, call: Call) -> TaskFactory:
        """`f.override(task_id="x", retries=3)`."""
        other = self.copy()
        other.kwargs.update({name: Given(value, argument_place(call.place, name), "decorator") for name, value in call.kwargs.items()})
        return other

    def partial(self, call: Call) -> TaskFactory:
        """`f.partial(a=1)`."""
        other = self.copy()
        other.op_kwargs.update(call.kwargs)
        return other

    def expanded(self, expand: ExpandDraft, call: Call) -> XComHandle:
        """`f.expand(x=[...])`."""
        return XComHandle(self.build([], dict(self.op_kwargs), expand, call))


def call_arguments(op_args: list[object], op_kwargs: Mapping[str, object], call: Call) -> dict[str, Given]:
    """What the author wrote in the call of the function, as the operator's arguments."""
    found = {}
    if op_args:
        found["op_args"] = Given(op_args, call.place)
    if op_kwargs:
        found["op_kwargs"] = Given(dict(op_kwargs), call.place)
    return found


def with_defaults(
    function: object, op_args: list[object], op_kwargs: dict[str, object], defaults: Mapping[str, Given], call: Call
) -> dict[str, object]:
    """default_args also fill parameters of the function that have the same name."""
    filled = dict(op_kwargs)
    for parameter in call.machine.parameters(function) or ():
        if parameter.name in defaults and parameter.name not in filled:
            filled[parameter.name] = defaults[parameter.name].value
    return filled


def decorator(kind: str, call: Call) -> object:
    """`@task`, `@task(...)`, `task(python_callable, ...)` of one kind."""
    function = call.args[0] if call.args else call.kwargs.get("python_callable")
    kwargs = {
        name: Given(value, argument_place(call.place, name), "decorator")
        for name, value in call.kwargs.items()
        if name != "python_callable"
    }
    if function is None:
        return Native("task", lambda inner: decorate(kind, inner.args[0], kwargs, call))
    return decorate(kind, function, kwargs, call)


def decorate(kind: str, function: object, kwargs: Mapping[str, Given], call: Call) -> object:
    """The function as a maker of tasks; setup and teardown marks of an inner decorator stay."""
    if isinstance(function, TaskFactory):
        other = function.copy()
        other.kind = kind
        other.kwargs.update(kwargs)
        return other
    return TaskFactory(kind, function, kwargs, call)


def condition(kind: str, call: Call) -> Native:
    """`@task.run_if(condition)` and `@task.skip_if(condition)` above another decorator."""
    test = ExternCall(f"{TASK}.{kind}", call.args, call.kwargs, call.place)

    def apply(inner: Call) -> object:
        factory = inner.args[0]
        if not isinstance(factory, TaskFactory):
            raise PythonError("TypeError", f"{kind} can only be used with task. decorate with @task before @task.{kind}.")
        other = factory.copy()
        other.conditions = (*other.conditions, test)
        before = other.kwargs.get("pre_execute")
        other.kwargs["pre_execute"] = Given(test if before is None else [before.value, test], call.place, "decorator")
        return other

    return Native(kind, apply)


@models(TASK)
def task(call: Call) -> object:
    """`@task`."""
    return decorator("", call)


def mark(call: Call, *, setup: bool) -> object:
    """`@setup` and `@teardown`, on a plain function or on a decorated one, with and without arguments."""
    function = call.args[0] if call.args else None
    if function is None:
        options = dict(call.kwargs)
        return Native("mark", lambda inner: marked(inner.args[0], setup, options, call))
    return marked(function, setup, {}, call)


def marked(function: object, setup: bool, options: Mapping[str, object], call: Call) -> object:
    """The decorated function, marked."""
    if isinstance(function, TaskFactory):
        factory = function.copy()
    elif isinstance(function, Modelled) and not isinstance(function, TaskFactory):
        return function
    else:
        factory = TaskFactory("", function, {}, call)
    factory.setup, factory.teardown = setup, not setup
    for name, value in options.items():
        factory.kwargs[name] = Given(value, call.place, "decorator")
    return factory


@models("airflow.sdk.definitions.decorators.setup_teardown.setup_task")
def setup(call: Call) -> object:
    """`@setup`."""
    return mark(call, setup=True)


@models("airflow.sdk.definitions.decorators.setup_teardown.teardown_task", "airflow.decorators.teardown", "airflow.sdk.teardown")
def teardown(call: Call) -> object:
    """`@teardown`."""
    return mark(call, setup=False)


@models("airflow.sdk.bases.decorator.task_decorator_factory")
def task_decorator_factory(call: Call) -> object:
    """`task_decorator_factory(python_callable, decorated_operator_class=...)`: a decorator of a company's own."""
    owner = call.kwargs.get("decorated_operator_class")
    name = getattr(owner, "qualified_name", getattr(owner, "name", "custom"))
    function = call.argument(0, "python_callable")
    skipped = ("python_callable", "decorated_operator_class", "decorator_name")
    kwargs = {key: Given(value, call.place, "decorator") for key, value in call.kwargs.items() if key not in skipped}
    if isinstance(function, Function | Modelled):
        return decorate(str(name), function, kwargs, call)
    return Native("task", lambda inner: decorate(str(name), inner.args[0], kwargs, call))


@models("airflow.sdk.definitions.context.get_current_context", "airflow.sdk.get_parsing_context")
def current_context(call: Call) -> object:
    """There is no running task while the file is read."""
    return Unknown("the context of a running task", call.place)


def resolve(name: str) -> Model | None:
    """`task.bash` and its kin."""
    if not name.startswith(f"{TASK}."):
        return None
    kind = name.removeprefix(f"{TASK}.")
    if kind in CONDITIONS:
        return lambda call: condition(kind, call)
    return lambda call: decorator(kind, call)


class DagDecorators(Modelled):
    """`dag.task`: the decorators of TaskFlow, for one DAG."""

    __slots__ = ("dag",)

    def __init__(self, dag: object) -> None:
        self.dag = dag

    def decorator(self, kind: str, call: Call) -> object:
        """`@dag.task` and `@dag.task.kind`."""
        return decorator(kind, Call(call.machine, call.name, call.args, {**call.kwargs, "dag": self.dag}, call.place, call.unseen))

    def called(self, call: Call) -> object:
        """`@dag.task`, `@dag.task(...)`."""
        return self.decorator("", call)

    def get_attribute(self, name: str, call: Call) -> object:
        """`dag.task.bash`."""
        return Native(name, lambda inner: self.decorator(name, inner))


CALL_RESOLVERS.insert(CALL_RESOLVERS.index(airflow_operators.resolve), resolve)
