"""Calls what a DAG wants called for each of its tasks that failed, once the run has ended.

Argo lists everything that failed: tasks, their attempts, instances of mapped tasks, and whatever holds these. The list is JSON, as a
text in quotes.
"""

import ast
import json
import re
import sys
import traceback
from typing import Any, Dict, List

from airgo.runtime.exceptions import AirflowException

AIRGO_INSTANCE = re.compile(r"\((\d+)(?::.*)?\)", re.DOTALL)
AIRGO_ATTEMPT = re.compile(r".*\)\(\d+\)", re.DOTALL)


def airgo_failures(quoted: str, tasks: Dict[str, Any]) -> List[Any]:
    """The failed tasks among what Argo says, in the order in which they ended.

    `tasks`: by the name of its node, what is known of each task: `ti` and `task` have what the callback reads of these.
    """
    failed = json.loads(ast.literal_eval(quoted) if quoted.startswith('"') else quoted) or []
    found = []
    for one in sorted(failed, key=lambda one: str(one.get("finishedAt"))):
        name, bracket, rest = one["displayName"].partition("(")
        task = tasks.get(name)
        index = AIRGO_INSTANCE.fullmatch(bracket + rest)
        if task is None or task["mapped"] != bool(index):
            continue  # an attempt, or what holds the instances
        if index and task["retried"] and AIRGO_ATTEMPT.fullmatch(rest):
            continue
        ti = {**task["ti"], "map_index": int(index.group(1)) if index else -1}
        found.append({"ti": ti, "task": task["task"], "exception": AirflowException(one.get("message") or "the task failed")})
    return found


def airgo_tell(function: Any) -> int:
    """Call a callback. One that fails changes nothing about the run and keeps no other from being called; 1 if it failed."""
    try:
        function()
    except Exception:  # the user's code may raise anything
        traceback.print_exc(file=sys.stdout)
        return 1
    return 0
