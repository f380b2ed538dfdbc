"""A DAG's draft as the IR's DAG: ids, groups, schedule, dates, and the defaults of its version of Airflow."""

from __future__ import annotations

from dataclasses import replace

from airgo import catalogue
from airgo.build.dates import as_datetime, in_utc, timezone_of
from airgo.build.graph import check_cycles
from airgo.build.refusals import check_refusals
from airgo.build.schedules import FORMS, Reader
from airgo.build.tasks import BAD_ID, KEY, LONGEST_KEY, Surroundings, arguments_of, build_task, combined, expand_of, seconds
from airgo.build.template_files import search_folders
from airgo.build.values import Freezer
from airgo.catalogue import COMMON_PARAMETERS
from airgo.config import Config
from airgo.diagnostics import Collector, Rule, Severity
from airgo.evaluate.assumptions import settled
from airgo.evaluate.drafts import UNKNOWN_ID, DagDraft, GroupDraft
from airgo.evaluate.objects import Call, Caller
from airgo.evaluate.task_drafts import Given, TaskDraft
from airgo.ir import Argument, Dag, Group, Param
from airgo.values import ExternCall, ParamValue, Symbolic

UNKNOWN_DAG_ID = Rule(
    "AG170",
    "unknown-dag-id",
    Severity.ERROR,
    summary="A DAG's id depends on something that is not known",
    why="The id names every object that airgo writes for the DAG; the DAG gets a made-up id in the report.",
    remedy="Give the value in airgo.toml ([variables], [env])",
)
DAG_ARGUMENT_IN_DEFAULTS = Rule(
    "AG171",
    "ignored-default-argument",
    Severity.WARNING,
    summary="A key of default_args that no operator takes",
    why="Airflow gives default_args to operators only and drops, without a word, what their constructors do not name.",
    remedy="Correct the spelling, or write it as an argument of the DAG",
)
REPEATED_DAG = Rule(
    "AG172",
    "repeated-dag",
    Severity.ERROR,
    summary="A DAG stands in a loop whose elements are not known",
    why="Airflow makes one DAG for each element when it loads the file; airgo saw the body of the loop once.",
    remedy="Give the value that is iterated over in airgo.toml",
)
DAG_ARGUMENTS = frozenset(
    [
        "description",
        "schedule",
        "schedule_interval",
        "timetable",
        "start_date",
        "end_date",
        "template_searchpath",
        "user_defined_macros",
        "user_defined_filters",
        "default_args",
        "concurrency",
        "max_active_tasks",
        "max_active_runs",
        "dagrun_timeout",
        "sla_miss_callback",
        "default_view",
        "orientation",
        "catchup",
        "doc_md",
        "params",
        "access_control",
        "is_paused_upon_creation",
        "jinja_environment_kwargs",
        "render_template_as_native_obj",
        "tags",
    ]
)
ALSO_IN_OPERATORS = frozenset({"start_date", "end_date", "params"})


def build_dag(dag: DagDraft, freezer: Freezer, path: str, config: Config, collector: Collector, version: str, stand_in: str) -> Dag:
    """The frozen DAG. `stand_in` is its id when the real one is not known."""
    dag_id = dag_id_of(dag, stand_in, collector)
    settle(dag, freezer.machine)
    ids = task_ids(dag, dag_id, collector)
    circular = check_cycles(ids, dag_id, collector)
    arguments = arguments_of(dag.arguments, freezer)
    defaults = default_arguments(dag, freezer)
    check_defaults(dag, defaults, dag_id, collector)
    start = as_datetime(first_of("start_date", arguments, defaults))
    zone = timezone_of(start, config.env.get("AIRFLOW__CORE__DEFAULT_TIMEZONE", "UTC"))
    schedule = Reader(version, config, zone, collector, dag_id, dag.place.span).read(with_assumptions(arguments, freezer.machine))
    if dag.repeated:
        collector.add(
            REPEATED_DAG.at(dag.place.span, f"{dag_id} is made once for each element of something that is not known", subject=dag_id)
        )
    files = None if freezer.machine is None else freezer.machine.files
    folders = [] if files is None else search_folders(path, value_of(arguments, "template_searchpath"), files)
    around = Surroundings(dag_id, ids, freezer, version, collector, folders)
    built = Dag(
        id=dag_id,
        path=path,
        span=dag.place.span,
        airflow_version=version,
        schedule=schedule,
        tasks=tuple(build_task(task, task_id, around) for task, task_id in ids.items()),
        groups=tuple(build_group(group, freezer) for group in dag.root.groups() if isinstance(group.id, str)),
        arguments=arguments,
        default_args=defaults,
        timezone=zone,
        start_date=in_utc(start, zone),
        end_date=in_utc(as_datetime(first_of("end_date", arguments, defaults)), zone),
        catchup=catchup_of(arguments, version, config),
        max_active_runs=limit(arguments, ("max_active_runs",), 1 if schedule.kind == "continuous" else 16),
        max_active_tasks=limit(arguments, ("max_active_tasks", "concurrency"), 16),
        dagrun_timeout=seconds(value_of(arguments, "dagrun_timeout")),
        tags=tags_of(value_of(arguments, "tags")),
        params=params_of(dag, freezer),
        guard=combined(dag.guard, freezer),
        made_by="" if dag.owner in (None, path) else dag.owner or "",
        circular=circular,
    )
    check_refusals(built, collector)
    return built


def with_assumptions(arguments: dict[str, Argument], machine: Caller | None) -> dict[str, Argument]:
    """The arguments with a schedule that depends on the deployment as the defaults written in the code have it."""
    if machine is None:
        return arguments
    found = {name: replace(given, value=assumed(given.value, machine)) for name, given in arguments.items() if name in FORMS}
    return {**arguments, **found}


def assumed(value: object, machine: Caller) -> object:
    """A schedule's value, and the arguments of a timetable, by the defaults written in the code."""
    if isinstance(value, ExternCall):
        kwargs = {name: assumed(item, machine) for name, item in value.kwargs.items()}
        return ExternCall(value.name, tuple(assumed(item, machine) for item in value.args), kwargs, value.place)
    return settled(machine, value) if isinstance(value, Symbolic) else value  # type: ignore[arg-type]  # the machine is the one Caller


def dag_id_of(dag: DagDraft, stand_in: str, collector: Collector) -> str:
    """The id, checked as Airflow does."""
    span = dag.place.span
    if not isinstance(dag.dag_id, str):
        collector.add(UNKNOWN_DAG_ID.at(span, f"the id of this DAG is not known; it is called {stand_in} here", subject=stand_in))
        return stand_in
    if not KEY.match(dag.dag_id) or len(dag.dag_id) > LONGEST_KEY:
        collector.add(BAD_ID.at(span, f"{dag.dag_id!r} is no valid DAG id", subject=dag.dag_id))
    return dag.dag_id


def settle(dag: DagDraft, machine: Caller | None) -> None:
    """Draw the edges of XComs that are not drawn yet: those of the project's own operators."""
    if machine is None:
        return
    for task in dag.tasks:
        task.settle(Call(machine, "settle", (), {}, task.place))


def task_ids(dag: DagDraft, dag_id: str, collector: Collector) -> dict[TaskDraft, str]:
    """The id of every task, in order of creation; one that is not known gets a made-up id, which is reported."""
    ids: dict[TaskDraft, str] = {}
    taken: set[str] = set()
    for number, task in enumerate(dag.tasks, 1):
        known = task.id if isinstance(task.id, str) else None
        if known is None:
            known = f"unknown-{number}"
            words = f"the id of this task is not known; it is called {known} here"
            collector.add(UNKNOWN_ID.at(task.place.span, words, subject=f"{dag_id}.{known}"))
        if known not in taken:
            ids[task] = known
            taken.add(known)
    return ids


def default_arguments(dag: DagDraft, freezer: Freezer) -> dict[str, Argument]:
    """The DAG's own default_args, key by key."""
    if not isinstance(dag.default_args, dict):
        return {}
    place = dag.arguments["default_args"].place if "default_args" in dag.arguments else dag.place
    given = {key: Given(value, place) for key, value in dag.default_args.items() if isinstance(key, str)}
    return arguments_of(given, freezer)


def check_defaults(dag: DagDraft, defaults: dict[str, Argument], dag_id: str, collector: Collector) -> None:
    """Report keys of default_args that reach no task of the DAG."""
    known = tuple(sorted(COMMON_PARAMETERS))
    for name, argument in defaults.items():
        if name in COMMON_PARAMETERS or name in ALSO_IN_OPERATORS or any(name in task.arguments for task in dag.tasks):
            continue
        hint = catalogue.did_you_mean(name, known)
        if name in DAG_ARGUMENTS:
            words = f"{name} in default_args has no effect: it is an argument of the DAG"
        elif hint is not None:
            words = f"{name} in default_args has no effect; did you mean {hint}?"
        else:
            continue
        collector.add(DAG_ARGUMENT_IN_DEFAULTS.at(argument.span, words, subject=dag_id))


def value_of(arguments: dict[str, Argument], name: str) -> object:
    """The value of an argument, or None."""
    return arguments[name].value if name in arguments else None


def first_of(name: str, *tables: dict[str, Argument]) -> object:
    """The first value of this name that is not None."""
    return next((found for table in tables if (found := value_of(table, name)) is not None), None)


def catchup_of(arguments: dict[str, Argument], version: str, config: Config) -> object:
    """Does Airflow make up for missed intervals? Written, else the deployment's or the version's default."""
    written = value_of(arguments, "catchup")
    if written is not None:
        return written
    return config.catchup_by_default if config.catchup_by_default is not None else version == "2"


def limit(arguments: dict[str, Argument], names: tuple[str, ...], default: int) -> object:
    """A written limit, else the default."""
    return next((arguments[name].value for name in names if value_of(arguments, name) is not None), default)


def tags_of(value: object) -> tuple[object, ...]:
    """The tags; those of a set sorted."""
    if isinstance(value, set | frozenset):
        return tuple(sorted(value, key=str))
    return tuple(value) if isinstance(value, list | tuple) else ()


def params_of(dag: DagDraft, freezer: Freezer) -> tuple[Param, ...]:
    """The DAG's params with their defaults and schemas."""
    if not isinstance(dag.params, dict):
        return ()
    found = []
    for name, value in dag.params.items():
        frozen = freezer.freeze(value)
        if isinstance(frozen, ParamValue):
            found.append(Param(str(name), frozen.default, frozen.schema))
        else:
            found.append(Param(str(name), frozen))
    return tuple(found)


def build_group(group: GroupDraft, freezer: Freezer) -> Group:
    """The frozen group."""
    parent = group.parent.id if group.parent is not None else None
    return Group(
        id=str(group.id),
        parent=parent if isinstance(parent, str) else None,
        span=group.place.span,
        prefix=group.prefix,
        expand=expand_of(group.expand, freezer),
        arguments=arguments_of(group.arguments, freezer),
    )
