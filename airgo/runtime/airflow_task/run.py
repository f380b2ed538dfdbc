"""The run that the task is part of: its dates, configuration and XComs, with the names that Airflow's own objects have."""

import datetime
import json
import os
import socket
import uuid
from typing import Any, Dict, List

from .names import first, is_airflow_3


class NotHere(AttributeError):
    """Something that only Airflow's database knows was asked for."""


class NotHandedOn(RuntimeError):
    """An XCom was pulled that this task was not given."""


class DagRun:
    """One run of the DAG."""

    def __init__(self, facts: Dict[str, Any]) -> None:
        self.state = "running"
        self.external_trigger = facts.get("run_type") == "manual"
        self.__dict__.update(facts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotHere("dag_run." + name + " is known to Airflow's database only, or to no run of this schedule")

    def get_state(self) -> str:
        """A task only runs in a running run."""
        return self.state


class TaskInstance:
    """Hands out what other tasks handed on, and takes what this one does.

    `pulled`: for "task_id key" the environment variable with its JSON. `pushed` gets every value by its key.
    """

    def __init__(self, pulled: Dict[str, str], facts: Dict[str, Any]) -> None:
        self.airgo_pulled = pulled
        self.pushed: Dict[str, Any] = {}
        self.task: Any = None
        self.airgo_context: Any = None
        self.id = uuid.uuid4()
        self.hostname = socket.gethostname()
        self.pid = os.getpid()
        self.state = "running"
        self.start_date = now()
        self.try_number = 1
        self.max_tries = 0
        self.map_index = -1
        self.log_url = self.mark_success_url = ""
        self.__dict__.update(facts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotHere("ti." + name + " needs Airflow's database or API server, which this task runs without")

    @property
    def key(self) -> Any:
        """The task's own key, for messages."""
        return (self.dag_id, self.task_id, self.run_id, self.try_number, self.map_index)

    def get_template_context(self, *_: Any, **__: Any) -> Any:
        """The context."""
        return self.airgo_context

    def get_first_reschedule_date(self, *_: Any) -> Any:
        """It was never rescheduled: the container waits."""
        return None

    def xcom_pull(
        self, task_ids: Any = None, dag_id: Any = None, key: str = "return_value", include_prior_dates: bool = False, **more: Any
    ) -> Any:
        """What other tasks handed on; a list for a list of ids."""
        if include_prior_dates or (dag_id is not None and dag_id != self.dag_id):
            raise NotHandedOn("XComs of other runs and DAGs are known to Airflow's database only")
        default = more.get("default")
        if task_ids is None:
            own = [self.task_id] if is_airflow_3() else []
            task_ids = own or sorted({name.partition(" ")[0] for name in self.airgo_pulled if name.partition(" ")[2] == key})
            return self.airgo_read(task_ids[-1], key, default) if task_ids else default
        if isinstance(task_ids, str):
            return self.airgo_read(task_ids, key, default)
        return [self.airgo_read(task_id, key, default) for task_id in task_ids]

    def airgo_read(self, task_id: str, key: str, default: Any) -> Any:
        """One value; the default where there is none."""
        if task_id == self.task_id:
            return self.pushed.get(key, default)
        name = self.airgo_pulled.get(task_id + " " + key)
        if name is None:
            raise NotHandedOn("the XCom " + key + " of " + task_id + " was not handed to this task: name it by literal ids in the DAG file")
        value = json.loads(os.environ[name])
        return default if value is None else value

    def xcom_push(self, key: str, value: Any, *_: Any, **__: Any) -> None:
        """Hand a value on."""
        self.pushed[key] = value


def now() -> Any:
    """Now, in UTC."""
    return datetime.datetime.now(datetime.timezone.utc)


def instant(text: str) -> Any:
    """A point in time as Airflow's contexts have them: pendulum's, in UTC."""
    return first("pendulum:parse")(text).in_timezone("UTC")


def context_of(task: Dict[str, Any], dag: Any, operator: Any, instance: TaskInstance) -> Any:
    """The context that templates and `execute` see. Keys of dates that the run does not have are absent."""
    run = instance.dag_run
    context = {
        "dag": dag,
        "dag_run": run,
        "run_id": run.run_id,
        "task": operator,
        "ti": instance,
        "task_instance": instance,
        "params": params_of(task),
        "macros": macros(),
        "var": accessors(),
        "conn": first("airflow.sdk.execution_time.context:ConnectionAccessor", "airflow.utils.context:ConnectionAccessor")(),
        "inlets": list(getattr(operator, "inlets", None) or []),
        "outlets": list(getattr(operator, "outlets", None) or []),
        "map_index_template": None,
        "task_reschedule_count": 0,
    }
    context.update({name: os.environ[variable] for name, variable in task.get("texts", {}).items()})
    moments = {name: instant(os.environ[variable]) for name, variable in task.get("moments", {}).items()}
    context.update(moments)
    if "logical_date" in moments:
        context.update(days(moments["logical_date"], instance))
    if is_airflow_3():
        return context
    context.update({"conf": first("airflow.configuration:conf"), "test_mode": False})
    return first("airflow.utils.context:Context")(context)


def days(date: Any, instance: TaskInstance) -> Dict[str, Any]:
    """The texts that follow from the logical date."""
    day = date.strftime("%Y-%m-%d")
    nodash = day.replace("-", "")
    found = {
        "ds": day,
        "ds_nodash": nodash,
        "ts": date.isoformat(),
        "ts_nodash": date.strftime("%Y%m%dT%H%M%S"),
        "ts_nodash_with_tz": date.isoformat().replace("-", "").replace(":", ""),
        "task_instance_key_str": instance.dag_id + "__" + instance.task_id + "__" + nodash,
    }
    if is_airflow_3():
        return found
    yesterday, tomorrow = (date.add(days=distance).strftime("%Y-%m-%d") for distance in (-1, 1))
    return {
        **found,
        "execution_date": date,
        "yesterday_ds": yesterday,
        "yesterday_ds_nodash": yesterday.replace("-", ""),
        "tomorrow_ds": tomorrow,
        "tomorrow_ds_nodash": tomorrow.replace("-", ""),
    }


def params_of(task: Dict[str, Any]) -> Dict[str, Any]:
    """The params of this run: those of the DAG from workflow parameters, those that the task itself fixes."""
    found = {}
    for name, how in task.get("params", {}).items():
        text = os.environ[how["env"]]
        found[name] = READERS[how["as"]](text)
    return {**found, **task.get("fixed_params", {})}


def text_or_none(text: str) -> Any:
    """A text whose default is None."""
    return None if text == "null" else text


READERS: Dict[str, Any] = {
    "text": str,
    "text or none": text_or_none,
    "json": json.loads,
    "truth": lambda text: json.loads(text.lower()),
}


def conf_of(task: Dict[str, Any]) -> Dict[str, Any]:
    """What the run was given: `dag_run.conf`. A key that it was not given is absent."""
    texts = {name: os.environ[variable] for name, variable in task.get("conf", {}).items()}
    whole = json.loads(texts.pop("", "") or "{}")
    return {**whole, **{name: text for name, text in texts.items() if text != ""}}


def run_of(task: Dict[str, Any], dag_id: str) -> DagRun:
    """The run, from the environment."""
    facts: Dict[str, Any] = {"dag_id": dag_id, "conf": conf_of(task)}
    variable = task.get("texts", {}).get("run_id")
    facts["run_id"] = os.environ[variable] if variable else ""
    facts["run_type"] = facts["run_id"].partition("__")[0]
    for name in ("logical_date", "data_interval_start", "data_interval_end", "start_date"):
        variable = task.get("moments", {}).get(name)
        if variable:
            facts[name] = instant(os.environ[variable])
    if "logical_date" in facts and not is_airflow_3():
        facts["execution_date"] = facts["logical_date"]
    facts.setdefault("start_date", now())
    facts.update({"queued_at": facts["start_date"], "run_after": facts.get("data_interval_end", facts["start_date"])})
    return DagRun(facts)


def macros() -> Any:
    """`macros` in templates."""
    try:
        return first("airflow.sdk.execution_time.context:MacrosAccessor")()
    except ImportError:
        return first("airflow:macros")


def accessors() -> Dict[str, Any]:
    """`var` in templates."""
    accessor = first("airflow.sdk.execution_time.context:VariableAccessor", "airflow.utils.context:VariableAccessor")
    return {"json": accessor(deserialize_json=True), "value": accessor(deserialize_json=False)}


def exported(instance: TaskInstance) -> List[str]:
    """Put the names of the run into the environment, as Airflow does for what operators start."""
    date = getattr(instance.dag_run, "logical_date", None) if "logical_date" in vars(instance.dag_run) else None
    key = "AIRFLOW_CTX_LOGICAL_DATE" if is_airflow_3() else "AIRFLOW_CTX_EXECUTION_DATE"
    found = {
        "AIRFLOW_CTX_DAG_ID": instance.dag_id,
        "AIRFLOW_CTX_TASK_ID": instance.task_id,
        "AIRFLOW_CTX_DAG_RUN_ID": instance.run_id,
        "AIRFLOW_CTX_TRY_NUMBER": str(instance.try_number),
        **({key: date.isoformat()} if date is not None else {}),
    }
    os.environ.update(found)
    return sorted(found)
