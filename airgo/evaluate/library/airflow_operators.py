"""Operators and sensors: what a constructor call makes of its arguments and default_args, for every class of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from airgo import catalogue
from airgo.catalogue import BASE_OPERATOR, BASE_SENSOR, OperatorFacts
from airgo.diagnostics import Rule, Severity
from airgo.evaluate.assumptions import settled
from airgo.evaluate.authoring import Authoring, authoring, note_work
from airgo.evaluate.drafts import DagDraft, GroupDraft, merged_defaults
from airgo.evaluate.models import CALL_RESOLVERS, Model
from airgo.evaluate.objects import Call, Instance, PythonError
from airgo.evaluate.relations import OPAQUE_NODE, Node
from airgo.evaluate.syntax import keyword_arguments
from airgo.evaluate.task_drafts import Given, TaskDraft, dag_of, task_of
from airgo.source import Place
from airgo.values import MISSING, Extern, ExternCall, Symbolic, Unknown

OPAQUE_TASK = Rule(
    "AG155",
    "opaque-task",
    Severity.WARNING,
    summary="A task made by something that airgo cannot look into",
    why="The operator, or the function that makes it, is in a package outside the project: the task stays, but what it runs is unknown.",
    remedy="Write a mapping for this name (`airgo mappings new`), or add the package's source as a source root",
)
UNSEEN_ARGUMENTS = Rule(
    "AG156",
    "unseen-arguments",
    Severity.WARNING,
    summary="Some arguments of an operator could not be seen",
    why="A `**` of something unknown was among the arguments, so the task may have settings that are missing from what airgo writes.",
    remedy="Make the unpacked dict known: give the values it depends on in airgo.toml",
)
REPEATED_TASK = Rule(
    "AG157",
    "repeated-task",
    Severity.ERROR,
    summary="A task stands in a loop whose elements are not known",
    why="Airflow makes one task for each element when it loads the file; airgo saw the body of the loop once.",
    remedy="Give the value that is iterated over in airgo.toml",
)
STRUCTURE = frozenset({"dag", "task_group", "default_args"})
"""Arguments that say where a task stands; they are no argument of what it runs."""
NEVER_FROM_DEFAULTS = frozenset({"task_id", "dag", "task_group", "default_args", "params"})
SUBDAG = "airflow.operators.subdag.SubDagOperator"
OPERATOR_ENDINGS = ("Operator", "Sensor", "Transfer", "OperatorAsync", "SensorAsync")


def looks_like_operator(name: str) -> bool:
    """Is it an operator by its name and package, though the catalogue does not know it?"""
    last = name.rpartition(".")[2]
    return name.startswith("airflow.") and last.endswith(OPERATOR_ENDINGS) and last[:1].isalpha() and last[:1].isupper()


def argument_place(place: Place, name: str) -> Place:
    """Where one argument of a call stands; the whole call when it came by `**`."""
    argument = keyword_arguments(place.node).get(name)
    return place if argument is None else Place(place.locator, argument)


def accepts(task: TaskDraft, name: str) -> bool:
    """Would a value of default_args reach this argument?"""
    if task.facts is not None:
        return task.facts.accepts(name)
    return catalogue.accepts(task.operator, name)


def construct(task: TaskDraft, kwargs: Mapping[str, object], call: Call) -> None:
    """What `BaseOperator.__init__` does: arguments, place in the DAG and its groups, id."""
    state = authoring(call.machine)
    dag = state.dag_or_current(dag_of(kwargs.get("dag")))
    group = group_of(kwargs.get("task_group"))
    if group is None and dag is not None:
        group = state.current_group(dag)
    merged, hidden = merged_defaults(dag, group, kwargs.get("default_args"), call)
    for name, given in merged.items():
        if name not in kwargs and name not in NEVER_FROM_DEFAULTS and accepts(task, name):
            task.arguments[name] = given
    for name, value in kwargs.items():
        if name not in STRUCTURE:
            task.arguments[name] = explicit(task, name, value, merged, call)
    register_subdag(task, kwargs.get("subdag"))
    task.unseen = task.unseen or call.unseen or hidden
    task.guard = call.machine.guard()
    task.repeated = call.machine.repeated()
    place_in_dag(task, task_label(task, kwargs, call), dag, group, call)
    if task.instance is None:
        task.settle(call)
    note_work(task, call.machine)
    warn(task, call)


def register_subdag(task: TaskDraft, value: object) -> None:
    """The DAG of a SubDagOperator is loaded with the DAG that holds it."""
    inner = dag_of(value) if task.operator == SUBDAG else None
    if inner is not None:
        inner.registered = True


def explicit(task: TaskDraft, name: str, value: object, merged: Mapping[str, Given], call: Call) -> Given:
    """An argument of the call; one that a constructor of the project handed on keeps where the author wrote it."""
    if task.instance is None:
        return Given(value, argument_place(call.place, name))
    known = task.written.get(name)
    if known is not None and known.value is value:
        return known
    if name in merged and merged[name].value is value:
        return merged[name]
    return Given(value, argument_place(call.place, name), "constructor")


def group_of(value: object) -> GroupDraft | None:
    """The group that an argument stands for."""
    native = value.native if isinstance(value, Instance) else value
    return native if isinstance(native, GroupDraft) else None


def task_label(task: TaskDraft, kwargs: Mapping[str, object], call: Call) -> object:
    """The `task_id` as written. Without one Airflow raises TypeError, unless it was among arguments that could not be seen."""
    found = kwargs.get("task_id", MISSING)
    if found is not MISSING:
        return settled_id(found, call)
    if call.unseen:
        return Unknown("the task_id is among arguments that could not be seen", call.place)
    raise PythonError("TypeError", "missing keyword argument 'task_id'")


def settled_id(value: object, call: Call) -> object:
    """An id as text: a member of an Enum is its value, and what depends on the deployment takes the defaults written in the code."""
    plain = value.key if isinstance(value, Instance) and value.key is not None else value
    return settled(call.machine, plain) if isinstance(plain, Symbolic) else plain  # type: ignore[arg-type]  # the machine is the one Caller


def place_in_dag(task: TaskDraft, label: object, dag: DagDraft | None, group: GroupDraft | None, call: Call) -> None:
    """Give the task its id and put it into its group and DAG."""
    task.label = label
    task.id = label if group is None else group.child_id(label)
    if group is not None and not any(child is task for child in group.children):
        task.group = group
        group.children.append(task)
    if dag is not None:
        dag.adopt(task, call)
    else:
        authoring(call.machine).orphans.append(task)


def warn(task: TaskDraft, call: Call) -> None:
    """Report what is not known about the task as it was made."""
    if task.unseen:
        call.machine.report(UNSEEN_ARGUMENTS, f"some arguments of {task.name_for_people()} could not be seen", task.place)
    if task.repeated:
        call.machine.report(
            REPEATED_TASK, f"{task.name_for_people()} is made once for each element of something that is not known", task.place
        )


def record_written(task: TaskDraft, kwargs: Mapping[str, object], call: Call) -> None:
    """Remember the arguments as the author wrote them."""
    task.written = {
        name: Given(value, argument_place(call.place, name)) for name, value in kwargs.items() if name not in ("dag", "task_group")
    }


def named_arguments(facts: OperatorFacts | None, call: Call) -> dict[str, object]:
    """The arguments by name. Airflow takes keywords only; positional ones are named as the signature would have them."""
    kwargs = dict(call.kwargs)
    names = ["task_id"] if facts is None else [*facts.parameters, "task_id"]
    for name, value in zip(names, call.args, strict=False):
        kwargs.setdefault(name, value)
    return kwargs


def make_task(operator: str, call: Call, class_name: str | None = None) -> TaskDraft:
    """The task that a call of an operator class makes."""
    facts = catalogue.operator(operator)
    task = TaskDraft(facts.name if facts is not None else operator, class_name or operator, facts, call.place)
    kwargs = named_arguments(facts, call)
    task.opaque = facts is None and operator not in (BASE_OPERATOR, BASE_SENSOR)
    record_written(task, kwargs, call)
    construct(task, kwargs, call)
    if task.opaque:
        hint = catalogue.did_you_mean(operator)
        more = f"; did you mean {hint}?" if hint is not None and operator.startswith("airflow.") else ""
        call.machine.report(OPAQUE_TASK, f"{operator} is not known to airgo{more}", call.place)
    return task


def operator_call(operator: str) -> Model:
    """The model of an operator class."""
    return lambda call: make_task(operator, call)


def opaque_call(name: str) -> Model:
    """The model of any other call: a task when it is given a DAG or a task id, else data."""

    def model(call: Call) -> object:
        state = authoring(call.machine)
        inside = state.current_dag() is not None
        # a hook or a job builder of Airflow may take a task_id too; what has another name there is no operator
        named = not name.startswith("airflow.") and ("task_id" in call.kwargs or ("group_id" in call.kwargs and inside))
        if (named and (inside or dag_of(call.kwargs.get("dag")) is not None)) or dag_of(call.kwargs.get("dag")) is not None:
            return opaque_task(name, call)
        if call.unseen:
            call.kwargs["**"] = Unknown("arguments that could not be seen", call.place)
        return ExternCall(name, call.args, call.kwargs, call.place)

    return model


def opaque_task(name: str, call: Call) -> TaskDraft:
    """The task that a call of something outside is taken to make."""
    state = authoring(call.machine)
    kwargs = dict(call.kwargs)
    label = kwargs.get("task_id", kwargs.get("group_id", MISSING))
    if label is MISSING:
        dag = state.dag_or_current(dag_of(kwargs.get("dag")))
        last = name.rpartition(".")[2]
        label = last if dag is None else dag.unique_id(last, state.current_group(dag))
    kwargs["task_id"] = label
    return make_task(name, Call(call.machine, name, call.args, kwargs, call.place, call.unseen))


def opaque_node(value: object, call: Call) -> Node | None:
    """A call of something from outside that stands beside `>>`: one task, however often it is mentioned."""
    state: Authoring = authoring(call.machine)
    known = state.opaque.get(id(value))
    if known is not None:
        return known[1]
    if isinstance(value, ExternCall) and value.args and isinstance(wrapped := task_of(value.args[0]), TaskDraft):
        call.machine.report(OPAQUE_TASK, f"{value.name} is taken to hand back the task that it is given", call.place)
        return wrapped
    if not isinstance(value, ExternCall) or state.current_dag() is None:
        call.machine.report(
            OPAQUE_TASK, f"{value.name if isinstance(value, Extern | ExternCall) else 'this'} is no task that airgo knows", call.place
        )
        return None
    made = opaque_task(value.name, Call(call.machine, value.name, value.args, dict(value.kwargs), value.place or call.place))
    state.opaque[id(value)] = (value, made)
    return made


OPAQUE_NODE.append(opaque_node)


def resolve(name: str) -> Model | None:
    """The model of a name from outside that no other model has: an operator class, else whatever takes part in a DAG."""
    if name.startswith("builtins.") or "." not in name:
        return None
    if name in (BASE_OPERATOR, BASE_SENSOR) or catalogue.operator(name) is not None or looks_like_operator(name):
        return operator_call(name)
    return opaque_call(name)


def is_operator_class(name: str) -> bool:
    """Is the name an operator class, known or by its looks?"""
    return name in (BASE_OPERATOR, BASE_SENSOR) or catalogue.operator(name) is not None or looks_like_operator(name)


CALL_RESOLVERS.append(resolve)
