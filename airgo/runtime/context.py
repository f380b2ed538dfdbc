"""The part of Airflow's context that a task asks for: objects with the names that Airflow gives them."""

import json
import os
from typing import Any

AIRGO_CONTEXT: Any = {}


def get_current_context() -> Any:
    """The values of the context that the code reads."""
    return AIRGO_CONTEXT


class TaskInstance:
    """Hands out XComs of other tasks, and takes those of this one.

    `pulled`: for "task_id key" the env variable with its JSON. `pushed`: for each key that somebody reads, the file that `write` writes.
    `facts` are attributes such as `task_id`.
    """

    def __init__(self, pulled: Any, pushed: Any, write: Any, **facts: Any) -> None:
        self.airgo_pulled = pulled
        self.airgo_pushed = pushed
        self.airgo_write = write
        self.__dict__.update(facts)

    def xcom_pull(self, task_ids: Any = None, dag_id: Any = None, key: str = "return_value", default: Any = None, **_: Any) -> Any:
        """What another task handed on; a list for a list of ids."""
        if isinstance(task_ids, str):
            return self.airgo_value(task_ids, key, default)
        return [self.airgo_value(task_id, key, default) for task_id in task_ids]

    def airgo_value(self, task_id: str, key: str, default: Any) -> Any:
        """One value; the default where there is none."""
        value = self.airgo_read(self.airgo_pulled[f"{task_id} {key}"])
        return default if value is None else value

    def airgo_read(self, name: str) -> Any:
        """What a variable holds; a function among the facts that also looks for files takes its place."""
        return json.loads(os.environ[name])

    def xcom_push(self, key: str, value: Any, **_: Any) -> None:
        """Hand a value on, if somebody reads it."""
        if key in self.airgo_pushed:
            self.airgo_write(self.airgo_pushed[key], value)
