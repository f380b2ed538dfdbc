"""Asks Kubernetes how a run of another DAG ended: exit code 0 when it is as wished, 1 when not yet, 2 when it failed.

AIRGO_DAG and AIRGO_DATES (in UTC, separated by spaces) name the runs by their labels, AIRGO_TASKS the tasks to look at (JSON; none: the
whole run); AIRGO_ALLOWED, AIRGO_FAILED and AIRGO_SKIPPED hold Airflow's states (JSON).
"""

import base64
import gzip
import json
import os
import ssl
import sys
import urllib.parse
import urllib.request
from typing import Any, List

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
STATES = {"Succeeded": "success", "Failed": "failed", "Error": "failed", "Skipped": "skipped", "Omitted": "upstream_failed"}


def workflows(dag: str, date: str) -> List[Any]:
    """The workflows of one run, the newest last."""
    with open(ACCOUNT + "/namespace") as file:
        namespace = file.read().strip()
    with open(ACCOUNT + "/token") as file:
        token = file.read().strip()
    selector = urllib.parse.quote(f"airgo/dag={dag},airgo/logical-date={date}")
    host = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
    url = f"{host}/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows?labelSelector={selector}"
    request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
    context = ssl.create_default_context(cafile=ACCOUNT + "/ca.crt")
    with urllib.request.urlopen(request, context=context, timeout=60) as answer:
        items = json.load(answer)["items"]
    return sorted(items, key=lambda item: item["metadata"]["creationTimestamp"])


def states(workflow: Any, tasks: List[str]) -> List[str]:
    """The states of the tasks of a run, or of the run itself when no task is named; "running" for what has not ended."""
    status = workflow.get("status", {})
    if not tasks:
        return [STATES.get(status.get("phase"), "running")]
    nodes = status.get("nodes") or {}
    if status.get("compressedNodes"):
        nodes = json.loads(gzip.decompress(base64.b64decode(status["compressedNodes"])))
    phases = {node.get("displayName"): node.get("phase") for node in nodes.values()}
    return [STATES.get(str(phases.get(task)), "running") for task in tasks]


def found(dag: str, dates: List[str], tasks: List[str]) -> List[str]:
    """The states of all runs; a run that does not exist has not started."""
    result: List[str] = []
    for date in dates:
        runs = workflows(dag, date)
        result.extend(states(runs[-1], tasks) if runs else ["running"] * max(1, len(tasks)))
    return result


def verdict(seen: List[str], allowed: List[str], failed: List[str], skipped: List[str]) -> int:
    """0: all states are allowed. 1: not yet. 2: one has failed. 3: one is of those that skip the task."""
    if any(state in failed for state in seen):
        return 2
    if any(state in skipped for state in seen):
        return 3
    return 0 if all(state in allowed for state in seen) else 1


def main() -> None:
    """Ask once."""
    tasks = json.loads(os.environ["AIRGO_TASKS"])
    seen = found(os.environ["AIRGO_DAG"], os.environ["AIRGO_DATES"].split(), tasks)
    code = verdict(seen, *(json.loads(os.environ[name]) for name in ("AIRGO_ALLOWED", "AIRGO_FAILED", "AIRGO_SKIPPED")))
    print(os.environ["AIRGO_DAG"] + ": " + ", ".join(seen), flush=True)
    if code == 3:
        os.makedirs("/tmp/airgo", exist_ok=True)
        with open("/tmp/airgo/airgo-state", "w") as file:
            file.write("skipped")
        code = 0
    sys.exit(code)


if __name__ == "__main__":
    main()
