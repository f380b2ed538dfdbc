"""The engine of the tests does what a cluster does: phases, values, environments, retries, deadlines and locks."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.engines.argo_engine import ArgoEngine, Run

MANIFESTS = Path(__file__).resolve().parents[1] / "argo" / "manifests"


def workflow(templates: str, entrypoint: str = "main", spec: str = "") -> str:
    """A WorkflowTemplate called `w` with these templates."""
    return "\n".join(
        (
            "apiVersion: argoproj.io/v1alpha1",
            "kind: WorkflowTemplate",
            "metadata: {name: w}",
            "spec:",
            f"  entrypoint: {entrypoint}",
            textwrap.indent(textwrap.dedent(spec).strip(), "  "),
            "  templates:",
            textwrap.indent(textwrap.dedent(templates).strip(), "  "),
        )
    )


def test_a_dag_that_waits_for_ever_is_stuck(engine: ArgoEngine) -> None:
    """A read of a task that is no ancestor leaves the workflow Running: it ends as stuck, not as a success, and not at the timeout."""
    told = engine.run(
        Run(
            workflow(
                """
                - name: main
                  dag:
                    failFast: false
                    tasks:
                    - {name: a, template: say, arguments: {parameters: [{name: x, value: "{{=tasks['b'].outputs.parameters['p']}}"}]}}
                    - {name: b, template: fail}
                - name: say
                  inputs: {parameters: [{name: x}]}
                  script: {image: bash, command: [bash], source: "true"}
                - name: fail
                  script: {image: bash, command: [bash], source: "exit 1"}
                """
            ),
            "w",
        )
    )
    assert told.stuck
    assert told.phase == "Running"


def test_what_cannot_be_decoded_is_refused(engine: ArgoEngine) -> None:
    """A manifest that Go cannot decode is an error of its run alone, and the next run works."""
    with pytest.raises(AssertionError, match="could not be run"):
        engine.run(Run(workflow("- name: [main]"), "w"))
    told = engine.run(Run(workflow("- {name: main, suspend: {duration: '0'}}"), "w"))
    assert told.phase == "Succeeded"


def test_the_diamond(engine: ArgoEngine) -> None:
    """The first document of the reference runs in the order of its dependencies, and arguments arrive as data."""
    told = engine.run(Run((MANIFESTS / "diamond.yaml").read_text(), "dag-diamond"))
    assert told.phase == "Succeeded"
    assert told.phases() == dict.fromkeys("ABCD", "Succeeded")
    assert [told.log(name) for name in "ABCD"] == [f"Message: {name}\n" for name in "ABCD"]
    order = [node for node, what in told.events if what == "pod started"]
    assert order[0].startswith("run.A")
    assert order[-1].startswith("run.D")


def test_the_branch(engine: ArgoEngine) -> None:
    """The second document: the way that is not chosen is Skipped, the join runs."""
    told = engine.run(Run((MANIFESTS / "branch.yaml").read_text(), "pick"))
    assert told.phase == "Succeeded"
    assert told.phases() == {"choose": "Succeeded", "big": "Succeeded", "small": "Skipped", "join": "Succeeded", "airgo-end": "Succeeded"}


@pytest.mark.parametrize(("items", "phase"), [('["a", "bb", "ccc"]', "Succeeded"), ("[]", "Skipped")])
def test_the_mapping(engine: ArgoEngine, items: str, phase: str) -> None:
    """The third document: three instances and their sum; over nothing, the mapped task and its reader are Skipped."""
    text = (MANIFESTS / "mapping.yaml").read_text()
    assert '["a", "bb", "ccc"]' in text
    told = engine.run(Run(text.replace('["a", "bb", "ccc"]', items), "totals"))
    assert told.phase == "Succeeded"
    assert told.phases() == {"files": "Succeeded", "count": phase, "total": phase, "airgo-end": "Succeeded"}
    if phase == "Succeeded":
        assert told.tasks()["total"].inputs == {"counts": '["1","2","3"]'}


def test_environment(engine: ArgoEngine) -> None:
    """ConfigMaps, Secrets, `$(NAME)` and `$$` reach a container as Kubernetes would have them."""
    made = workflow(
        """
        - name: main
          container:
            image: bash
            command: [bash, -c]
            args: ['echo "$A|$B|$C|$D"; echo "$@"; cat /files/k', sh, $(A), $$(A), $(NOBODY), a$$b]
            env:
            - {name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}
            - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
            - {name: C, value: "<$(A)> $$(A) $(LATER)"}
            - {name: D, valueFrom: {configMapKeyRef: {name: absent, key: k, optional: true}}}
            - {name: LATER, value: x}
            volumeMounts: [{name: files, mountPath: /files}]
          volumes: [{name: files, configMap: {name: m}}]
        """
    )
    objects = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
data: {k: from a map}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {k: secret}
"""
    told = engine.run(Run(made + objects, "w"))
    assert told.phase == "Succeeded", told
    assert told.logs["run"] == "from a map|secret|<from a map> $(A) $(LATER)|\nfrom a map $(A) $(NOBODY) a$b\nfrom a map"


def test_an_absent_source_never_starts(engine: ArgoEngine) -> None:
    """A container whose ConfigMap is not there stays Pending, as on a cluster."""
    told = engine.run(
        Run(
            workflow(
                """
                - name: main
                  container:
                    image: bash
                    command: ["true"]
                    env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}]
                """
            ),
            "w",
        )
    )
    assert told.stuck
    assert told.root.phase == "Pending"


def test_retries_and_outputs(engine: ArgoEngine) -> None:
    """A task is tried again, and what a failed attempt wrote is reported too; a missing file without default is an Error."""
    told = engine.run(
        Run(
            workflow(
                """
                - name: main
                  dag:
                    failFast: false
                    tasks: [{name: a, template: flaky}, {name: b, template: silent}]
                - name: flaky
                  retryStrategy: {limit: "2", retryPolicy: Always, backoff: {duration: 1s}}
                  script:
                    image: bash
                    command: [bash]
                    source: |
                      echo "try {{retries}}" > /tmp/said
                      test "{{retries}}" = 2 || exit 3
                  outputs: {parameters: [{name: said, valueFrom: {path: /tmp/said}}]}
                - name: silent
                  script: {image: bash, command: [bash], source: "true"}
                  outputs: {parameters: [{name: said, valueFrom: {path: /tmp/said}}]}
                """
            ),
            "w",
        )
    )
    assert told.phase in ("Failed", "Error")
    assert told.phases() == {"a": "Succeeded", "b": "Error"}
    assert [(node.phase, node.exit_code, node.outputs["said"]) for node in told.attempts("a")] == [
        ("Failed", "3", "try 0"),
        ("Failed", "3", "try 1"),
        ("Succeeded", "0", "try 2"),
    ]


def test_artifacts(engine: ArgoEngine) -> None:
    """A file that one task makes arrives in another."""
    told = engine.run(
        Run(
            workflow(
                """
                - name: main
                  dag:
                    tasks:
                    - {name: a, template: make}
                    - name: b
                      depends: a
                      template: show
                      arguments: {artifacts: [{name: f, from: "{{tasks.a.outputs.artifacts.f}}"}]}
                - name: make
                  script: {image: bash, command: [bash], source: "echo made > /work-of-mine"}
                  outputs: {artifacts: [{name: f, path: /work-of-mine}]}
                - name: show
                  inputs: {artifacts: [{name: f, path: /in/f}, {name: r, path: /in/r, raw: {data: raw}}]}
                  script: {image: bash, command: [bash], source: "cat /in/f /in/r"}
                """
            ),
            "w",
        )
    )
    assert told.phase == "Succeeded", told
    assert told.log("b") == "made\nraw"


def test_deadlines(engine: ArgoEngine) -> None:
    """`activeDeadlineSeconds` of a template and of a workflow end what runs too long, as Failed."""
    sleeping = '- {name: main, %s script: {image: bash, command: [bash], source: "sleep 30"}}'
    task, whole = engine.run_all(
        [
            Run(workflow(sleeping % "activeDeadlineSeconds: 1,"), "w"),
            Run(workflow(sleeping % "", spec="activeDeadlineSeconds: 2"), "w"),
        ]
    )
    assert task.phase == "Failed"
    assert "deadline" in task.root.message
    assert whole.phase == "Failed"


def test_locks(engine: ArgoEngine) -> None:
    """Two tasks with one mutex do not run at the same time."""
    told = engine.run(
        Run(
            workflow(
                """
                - name: main
                  dag: {tasks: [{name: a, template: t}, {name: b, template: t}]}
                - name: t
                  synchronization: {mutexes: [{name: one}]}
                  script: {image: bash, command: [bash], source: "sleep 0.2"}
                """
            ),
            "w",
        )
    )
    assert told.phase == "Succeeded"
    pods = [what for _, what in told.events if what.startswith("pod ")]
    assert pods == ["pod started", "pod ended: 0"] * 2


def test_pods_are_alone(engine: ArgoEngine) -> None:
    """What a pod writes is gone with it, and its processes too."""
    place = "/var/tmp/airgo-test-of-isolation"
    source = f"sleep 60 & touch {place} /tmp/x; ls /tmp"
    told = engine.run(Run(workflow(f"- {{name: main, script: {{image: bash, command: [bash], source: {source!r}}}}}"), "w"))
    assert told.phase == "Succeeded"
    assert told.logs["run"] == "x\n"
    assert not Path(place).exists()


def test_ten_tasks_take_about_a_second(engine: ArgoEngine) -> None:
    """Scenarios are cheap: a chain of ten pods ends within seconds also on a busy machine."""
    tasks = "".join(f"\n    - {{name: t{n}, template: t{f', depends: t{n - 1}' if n else ''}}}" for n in range(10))
    templates = f"- name: main\n  dag:\n    tasks:{tasks}\n- {{name: t, script: {{image: bash, command: [bash], source: 'true'}}}}"
    told = engine.run(Run(workflow(templates), "w", timeout=20))
    assert told.phase == "Succeeded"
    assert len(told.phases()) == 10
