"""The DAG class and the @dag decorator."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity
from airgo.evaluate.authoring import authoring
from airgo.evaluate.dag_methods import METHODS, declare_param
from airgo.evaluate.drafts import DagDraft
from airgo.evaluate.library.airflow_operators import argument_place, settled_id
from airgo.evaluate.models import extern_base, models
from airgo.evaluate.objects import Call, ExternBase, Instance, Modelled, Native, PythonError
from airgo.evaluate.task_drafts import Given
from airgo.values import MISSING, Symbolic, Unknown

UNSEEN_DAG_ARGUMENTS = Rule(
    "AG158",
    "unseen-dag-arguments",
    Severity.WARNING,
    summary="Some arguments of a DAG could not be seen",
    why="A `**` of something unknown was among the arguments, so the schedule or other settings may be missing from what airgo writes.",
    remedy="Make the unpacked dict known: give the values it depends on in airgo.toml",
)
DAG = "airflow.sdk.definitions.dag.DAG"
POSITIONAL = ("dag_id", "description", "schedule", "schedule_interval", "timetable", "start_date", "end_date")


def copied(value: object) -> object:
    """default_args as Airflow copies it: later changes to the author's dict do not reach the DAG."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def fill(dag: DagDraft, kwargs: dict[str, object], call: Call) -> None:
    """What `DAG.__init__` does."""
    dag.arguments.update({name: Given(value, argument_place(call.place, name)) for name, value in kwargs.items()})
    found = kwargs.get("dag_id", MISSING)
    if found is MISSING:
        if not call.unseen:
            raise PythonError("TypeError", "DAG() missing 1 required argument: 'dag_id'")
        found = Unknown("the dag_id is among arguments that could not be seen", call.place)
    dag.dag_id = settled_id(found, call)
    written = kwargs.get("default_args")
    native = written.native if isinstance(written, Instance) else written
    dag.default_args = {} if native is None else copied(native)
    params = kwargs.get("params")
    from_defaults = dag.default_args.get("params") if isinstance(dag.default_args, dict) else None
    dag.params = dict(params) if isinstance(params, dict) else {} if params is None else params
    if isinstance(from_defaults, dict) and isinstance(dag.params, dict):
        dag.params = {**dag.params, **from_defaults}
    dag.owner = call.machine.loading
    dag.unseen = call.unseen
    dag.guard = call.machine.guard()
    dag.repeated = call.machine.repeated()
    state = authoring(call.machine)
    if dag not in state.dags:
        state.dags.append(dag)
    if call.unseen or (written is not None and isinstance(native, Symbolic)):
        call.machine.report(UNSEEN_DAG_ARGUMENTS, "some arguments of this DAG could not be seen", call.place)


def named(call: Call) -> dict[str, object]:
    """The arguments by name."""
    return {**dict(zip(POSITIONAL, call.args, strict=False)), **call.kwargs}


@models(DAG)
def make_dag(call: Call) -> DagDraft:
    """`DAG("id", ...)`."""
    dag = DagDraft(call.place)
    fill(dag, named(call), call)
    return dag


def create(instance: Instance, call: Call) -> DagDraft:
    """The DAG behind an object of a DAG class of the project."""
    dag = DagDraft(call.place)
    dag.instance = instance
    return dag


def init(call: Call) -> None:
    """`super().__init__(...)` of a DAG class of the project."""
    instance = call.args[0]
    if isinstance(instance, Instance) and isinstance(instance.native, DagDraft):
        rest = Call(call.machine, call.name, call.args[1:], call.kwargs, call.place, call.unseen)
        fill(instance.native, named(rest), rest)


def method(name: str) -> object:
    """A method of DAG as project classes call it: `super().add_task(task)`."""

    def run(call: Call) -> object:
        instance = call.args[0]
        assert isinstance(instance, Instance)
        assert isinstance(instance.native, DagDraft)
        return METHODS[name](instance.native, Call(call.machine, name, call.args[1:], call.kwargs, call.place, call.unseen))

    return run


extern_base(ExternBase(DAG, init=init, create=create, methods={name: method(name) for name in METHODS}))  # type: ignore[misc]  # run is a Model


class DagFactory(Modelled):
    """A function under `@dag`: calling it makes the DAG."""

    __slots__ = ("function", "kwargs", "place_call")

    def __init__(self, function: object, kwargs: dict[str, object], call: Call) -> None:
        self.function = function
        self.kwargs = kwargs
        self.place_call = call

    def called(self, call: Call) -> object:
        """Make the DAG, run the function inside it with its parameters as DAG params, and register it."""
        machine = call.machine
        dag = DagDraft(self.place_call.place)
        kwargs = {"dag_id": machine.attribute(self.function, "__name__", ""), **self.kwargs}
        if kwargs.get("dag_id") == "":
            kwargs["dag_id"] = machine.attribute(self.function, "__name__", "")
        if "doc_md" not in kwargs:
            doc = machine.attribute(self.function, "__doc__", None)
            if isinstance(doc, str):
                kwargs["doc_md"] = doc
        maker = Call(machine, DAG, (), kwargs, self.place_call.place, self.place_call.unseen)
        fill(dag, kwargs, maker)
        dag.guard = machine.guard()
        arguments = self.arguments(dag, call)
        dag.enter(call)
        try:
            machine.call(self.function, (), arguments)
        finally:
            dag.leave(call)
        return dag

    def arguments(self, dag: DagDraft, call: Call) -> dict[str, object]:
        """The function's parameters, each a DAG param with its given or default value."""
        found: dict[str, object] = {}
        rest = list(call.args)
        for parameter in call.machine.parameters(self.function) or ():
            if parameter.kind in ("star", "double_star"):
                continue
            value = rest.pop(0) if rest else call.kwargs.get(parameter.name, parameter.default)
            if value is MISSING:
                raise PythonError("TypeError", f"missing a required argument: {parameter.name!r}")
            found[parameter.name] = declare_param(dag, parameter.name, value, call)
        return found

    def get_attribute(self, name: str, call: Call) -> object:
        """`__wrapped__`, and what the function has."""
        if name == "__wrapped__":
            return self.function
        return call.machine.attribute(self.function, name, MISSING)

    def set_attribute(self, name: str, value: object, call: Call) -> bool:
        """Attributes of the decorated function have no effect on the DAG."""
        return True


@models("airflow.sdk.definitions.dag.dag")
def dag_decorator(call: Call) -> object:
    """`@dag`, `@dag("id")`, `@dag(...)`."""
    first = call.args[0] if call.args else None
    if first is not None and call.machine.parameters(first) is not None and not call.kwargs:
        return DagFactory(first, {}, call)
    kwargs = named(call)
    return Native("dag", lambda inner: DagFactory(inner.args[0], kwargs, call))
