"""The real Argo controller as a test oracle: runs workflows, with a kubelet that really executes what their pods would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.engines.argo_server import build


class NoEngine(Exception):
    """Pods cannot be run here; the message says why."""


@dataclass(frozen=True)
class Run:
    """One workflow to run: of a WorkflowTemplate, or of a CronWorkflow's tick."""

    manifests: str
    template: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    cron: str = ""
    scheduled_time: str = ""
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0


@dataclass(frozen=True)
class Node:
    """One node of the workflow's status."""

    name: str
    display_name: str
    type: str
    template: str
    phase: str
    message: str
    boundary: str
    children: tuple[str, ...]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    result: str | None
    exit_code: str | None


@dataclass(frozen=True)
class Outcome:
    """How a workflow ended. `stuck`: nothing moved any more, and it had not ended."""

    phase: str
    message: str
    stuck: bool
    timed_out: bool
    labels: Mapping[str, str]
    nodes: Mapping[str, Node]
    events: tuple[tuple[str, str], ...]
    logs: Mapping[str, str]
    others: Mapping[str, str]

    @property
    def root(self) -> Node:
        """The node of the entrypoint."""
        return min(self.nodes.values(), key=lambda node: len(node.name))

    def tasks(self, of: str | None = None) -> dict[str, Node]:
        """The tasks of the entrypoint's DAG, or of another node, by their names there: `a`, `a(0:x)`; not the attempts of retries."""
        above = self.root.name if of is None else of
        found = {}
        for name, node in self.nodes.items():
            if node.boundary == above and name.startswith(above + ".") and "." not in name[len(above) + 1 :].split("(")[0]:
                parent = self.nodes.get(name.rpartition("(")[0])
                attempt = parent is not None and parent.type == "Retry"
                if not attempt:
                    found[name[len(above) + 1 :]] = node
        return found

    def phases(self) -> dict[str, str]:
        """Phases of the entrypoint's tasks by name."""
        return {name: node.phase for name, node in self.tasks().items()}

    def attempts(self, name: str) -> list[Node]:
        """The pods that a task of the entrypoint took, in order."""
        node = self.tasks()[name]
        if node.type != "Retry":
            return [node]
        return [self.nodes[child] for child in node.children if child.startswith(node.name + "(")]

    def log(self, name: str) -> str:
        """All that the pods of a task (and below it) printed."""
        start = f"{self.root.name}.{name}"
        return "".join(text for node, text in self.logs.items() if node == start or node.startswith((start + ".", start + "(")))


def container_path() -> tuple[tempfile.TemporaryDirectory[str], str]:
    """A PATH as an image would have it: a plain `python` without the packages of the tests, and the machine's own programs."""
    folder = tempfile.TemporaryDirectory(prefix="airgo-path-", dir="/var/tmp")
    plain = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in ("python", "python3"):
        Path(folder.name, name).symlink_to(plain if plain.exists() else Path(sys.executable).resolve())
    return folder, os.pathsep.join((folder.name, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))


class ArgoEngine:
    """The controller and its kubelet, one process for many runs. A context manager. Raises NoEngine where pods cannot be run."""

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise NoEngine("the engine needs Linux namespaces")
        controller, pod = build("controller"), build("pod")
        self._folder, path = container_path()
        self._errors = tempfile.NamedTemporaryFile(prefix="airgo-engine-", suffix=".log")  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            [str(controller), str(pod), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self._asked = 0
        self.run(Run(manifests=PROBE, template="probe", timeout=60))

    def __enter__(self) -> ArgoEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        finally:
            self._process.kill()
            self._errors.close()
            self._folder.cleanup()

    def run(self, asked: Run) -> Outcome:
        """Run one workflow to its end."""
        return self.run_all([asked])[0]

    def run_all(self, asked: Sequence[Run]) -> list[Outcome]:
        """Run workflows side by side, each in a namespace of its own; the answers are in the order of the questions."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        first = self._asked + 1
        answers: dict[int, dict[str, Any]] = {}
        try:
            for one in asked:
                self._asked += 1
                self._process.stdin.write(json.dumps(request(self._asked, one)) + "\n")
                self._process.stdin.flush()
            while len(answers) < len(asked):
                answer = json.loads(self._process.stdout.readline() or "null")
                if answer is None:
                    raise BrokenPipeError
                answers[answer["id"]] = answer
        except BrokenPipeError:
            raise self._dead() from None
        return [outcome(answers[first + index]) for index in range(len(asked))]

    def _dead(self) -> Exception:
        code = self._process.wait(timeout=30)
        said = Path(self._errors.name).read_text(errors="replace")
        if code == 3:
            return NoEngine(said.strip())
        return RuntimeError(f"the controller died ({code}):\n{said[-4000:]}")


PROBE = """
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: probe}
spec:
  entrypoint: probe
  templates:
  - name: probe
    suspend: {duration: "0"}
"""


def request(number: int, asked: Run) -> dict[str, Any]:
    """A run in the controller's words."""
    return {
        "id": number,
        "manifests": asked.manifests,
        "template": asked.template,
        "cron": asked.cron,
        "scheduledTime": asked.scheduled_time,
        "name": asked.name,
        "parameters": dict(asked.parameters),
        "labels": dict(asked.labels),
        "annotations": dict(asked.annotations),
        "timeout": asked.timeout,
    }


def outcome(answer: dict[str, Any]) -> Outcome:
    """The controller's answer; a workflow that could not be submitted is an error of the test."""
    if answer.get("error"):
        raise AssertionError(f"the workflow could not be run: {answer['error']}")
    nodes = {
        node["name"]: Node(
            name=node["name"],
            display_name=node["displayName"],
            type=node["type"],
            template=node["template"],
            phase=node["phase"],
            message=node["message"],
            boundary=node["boundary"],
            children=tuple(node["children"] or ()),
            inputs=node["inputs"],
            outputs=node["outputs"] or {},
            result=node["result"],
            exit_code=node["exitCode"],
        )
        for node in answer["nodes"] or ()
    }
    return Outcome(
        phase=answer["phase"],
        message=answer["message"],
        stuck=answer["stuck"],
        timed_out=answer["timedOut"],
        labels=answer["labels"] or {},
        nodes=nodes,
        events=tuple((event["node"], event["phase"]) for event in answer["events"]),
        logs=answer["logs"],
        others=answer["others"],
    )
