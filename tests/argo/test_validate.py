"""The validator: each rule finds its mistake, and good manifests have none."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from airgo.argo.validate import validate
from airgo.argo.yaml import dump, load_all
from tests.engines.argo_server import ArgoValidator, crd_folder

MANIFESTS = sorted((Path(__file__).parent / "manifests").glob("*.yaml"))

CONTAINER = {"image": "bash", "command": ["bash", "-c"], "args": ["echo {{inputs.parameters.day}}"]}
WORKFLOW: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "WorkflowTemplate",
    "metadata": {"name": "etl", "labels": {"app.kubernetes.io/managed-by": "airgo"}},
    "spec": {
        "entrypoint": "etl",
        "arguments": {"parameters": [{"name": "day", "value": ""}]},
        "templates": [
            {
                "name": "etl",
                "dag": {
                    "tasks": [
                        {
                            "name": "load",
                            "template": "run",
                            "arguments": {"parameters": [{"name": "day", "value": "{{workflow.parameters.day}}"}]},
                        },
                        {
                            "name": "mail",
                            "template": "run",
                            "depends": "load",
                            "when": "'{{tasks.load.status}}' == 'Succeeded'",
                            "arguments": {
                                "parameters": [{"name": "day", "value": "{{=tasks.load?.outputs?.parameters?.['rows'] ?? '0'}}"}]
                            },
                        },
                    ]
                },
            },
            {
                "name": "run",
                "inputs": {"parameters": [{"name": "day"}]},
                "container": CONTAINER,
                "outputs": {"parameters": [{"name": "rows", "valueFrom": {"path": "/tmp/rows", "default": "0"}}]},
            },
        ],
    },
}
CRON: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "CronWorkflow",
    "metadata": {"name": "etl"},
    "spec": {"schedules": ["0 3 * * 1-5"], "timezone": "Etc/UTC", "workflowSpec": {"workflowTemplateRef": {"name": "etl"}}},
}
SENSOR: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Sensor",
    "metadata": {"name": "files"},
    "spec": {
        "dependencies": [{"name": "new", "eventSourceName": "bucket", "eventName": "file"}],
        "triggers": [
            {"template": {"name": "go", "conditions": "new", "argoWorkflow": {"operation": "submit", "source": {"resource": {}}}}}
        ],
    },
}
CONFIG: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a.b": "1"}}
GONE = object()


def changed(document: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    """A copy of the document with another value at a pointer (GONE: with none; a `-` at the end appends)."""
    result = copy.deepcopy(document)
    *parents, last = pointer.strip("/").split("/")
    target: Any = result
    for part in parents:
        target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
    if isinstance(target, list) and last == "-":
        target.append(value)
    elif value is GONE:
        del target[int(last) if isinstance(target, list) else last]
    else:
        target[int(last) if isinstance(target, list) else last] = value
    return result


def codes(*documents: dict[str, Any], version: str = "3.7") -> set[str]:
    """The codes of all problems."""
    return {problem.rule.code for problem in validate(documents, version)}


RUN = "/spec/templates/1"
DAG = "/spec/templates/0/dag"
MAIL = f"{DAG}/tasks/1"

BAD = [
    ("AG621", WORKFLOW, f"{RUN}/container/imagePullPolcy", "Always", "a misspelt field"),
    ("AG621", WORKFLOW, f"{RUN}/pendingTimeout", "5s", "a field of a later version"),
    ("AG621", CONFIG, "/dta", {}, "a misspelt field beside workflows"),
    ("AG622", WORKFLOW, f"{RUN}/container/args", [1], "a number where text belongs"),
    ("AG622", WORKFLOW, "/metadata/labels/x", True, "a boolean where text belongs"),
    ("AG622", WORKFLOW, f"{RUN}/container/env", {"A": "b"}, "a mapping where a list belongs"),
    ("AG622", WORKFLOW, f"{RUN}/container/resources", {"limits": {"cpu": "lots"}}, "no quantity"),
    ("AG622", WORKFLOW, f"{RUN}/daemon", "yes", "text where a boolean belongs"),
    ("AG623", WORKFLOW, "/spec", GONE, "no spec"),
    ("AG623", WORKFLOW, "/metadata/name", GONE, "no name"),
    ("AG623", WORKFLOW, f"{RUN}/container", GONE, "a template of no type"),
    ("AG623", WORKFLOW, f"{RUN}/container/image", GONE, "no image"),
    ("AG623", WORKFLOW, f"{RUN}/container/volumeMounts", [{"name": "x"}], "no mountPath"),
    ("AG623", WORKFLOW, f"{DAG}/tasks", [], "an empty DAG"),
    ("AG623", WORKFLOW, f"{MAIL}/template", GONE, "a task that calls nothing"),
    ("AG623", WORKFLOW, f"{MAIL}/hooks", {"late": {"template": "run"}}, "a hook without a condition"),
    ("AG623", WORKFLOW, f"{RUN}/synchronization", {"mutexes": [{}]}, "a mutex without a name"),
    ("AG623", CRON, "/spec/schedules", [], "no schedule"),
    ("AG623", CRON, "/kind", GONE, "no kind"),
    ("AG624", WORKFLOW, "/metadata/name", "My_ETL", "capitals in an object's name"),
    ("AG624", WORKFLOW, "/metadata/name", "x" * 64, "a long name"),
    ("AG624", CRON, "/metadata/name", "x" * 53, "a long name of a schedule"),
    ("AG624", WORKFLOW, f"{MAIL}/name", "send_mail", "an underscore in a task's name"),
    ("AG624", WORKFLOW, f"{MAIL}/name", "in", "a keyword as a task's name"),
    ("AG624", WORKFLOW, f"{MAIL}/name", "2nd", "a digit first"),
    ("AG624", WORKFLOW, f"{RUN}/name", "a.b", "a dot in a template's name"),
    ("AG624", WORKFLOW, f"{RUN}/inputs/parameters/0/name", "a.b", "a dot in a parameter's name"),
    ("AG624", CONFIG, "/data", {"a b": "1"}, "a space in a key"),
    ("AG625", WORKFLOW, f"{MAIL}/name", "load", "two tasks of one name"),
    ("AG625", WORKFLOW, f"{RUN}/name", "etl", "two templates of one name"),
    ("AG625", WORKFLOW, f"{RUN}/inputs/parameters", [{"name": "day"}, {"name": "day"}], "two parameters of one name"),
    ("AG625", SENSOR, "/spec/dependencies/-", SENSOR["spec"]["dependencies"][0], "two dependencies of one name"),
    ("AG626", WORKFLOW, "/spec/templates", [{"name": f"t{n}", "suspend": {}} for n in range(201)], "201 templates"),
    ("AG626", WORKFLOW, f"{DAG}/tasks", [{"name": f"t{n}", "template": "run"} for n in range(201)], "201 tasks"),
    ("AG626", WORKFLOW, f"{RUN}/inputs/parameters", [{"name": f"p{n}", "value": ""} for n in range(501)], "501 inputs"),
    ("AG627", WORKFLOW, f"{MAIL}/template", "send", "no such template"),
    ("AG627", WORKFLOW, "/spec/entrypoint", "main", "no such entrypoint"),
    ("AG627", WORKFLOW, "/spec/onExit", "bye", "no such exit handler"),
    ("AG627", WORKFLOW, f"{MAIL}/onExit", "bye", "no such exit handler of a task"),
    ("AG627", WORKFLOW, f"{MAIL}/hooks", {"exit": {"template": "bye"}}, "no such hook"),
    ("AG628", WORKFLOW, f"{MAIL}/arguments", {}, "an input nobody supplies"),
    ("AG628", WORKFLOW, f"{MAIL}/arguments/parameters/0/value", GONE, "an argument without a value"),
    ("AG628", WORKFLOW, f"{RUN}/inputs/artifacts", [{"name": "a", "path": "/a"}], "an artifact nobody supplies"),
    ("AG629", WORKFLOW, f"{RUN}/container/args", ["{{inputs.parameters.month}}"], "no such input"),
    ("AG629", WORKFLOW, f"{RUN}/container/args", ["{{workflow.nmae}}"], "no such variable of the workflow"),
    ("AG629", WORKFLOW, f"{RUN}/container/args", ["{{workflow.parameters.month}}"], "no such parameter of the workflow"),
    ("AG629", WORKFLOW, f"{RUN}/container/args", ["{{=workflow.parameters.month}}"], "no such parameter in an expression"),
    ("AG629", WORKFLOW, f"{RUN}/container/args", ["{{=day}}"], "no such variable in an expression"),
    ("AG629", WORKFLOW, f"{MAIL}/arguments/parameters/0/value", "{{tasks.load.outputs.parameters.lines}}", "no such output"),
    ("AG629", WORKFLOW, f"{MAIL}/when", "'{{tasks.load.state}}' == 'x'", "no such variable of a task"),
    ("AG629", SENSOR, "/spec/triggers/0/template/conditions", "new && old", "no such dependency"),
    ("AG630", WORKFLOW, f"{MAIL}/depends", "load &&", "an unfinished depends"),
    ("AG630", WORKFLOW, f"{MAIL}/depends", "load.Done", "no such result"),
    ("AG630", WORKFLOW, f"{MAIL}/depends", "load.AnySucceeded", "a loop's result of a task without a loop"),
    ("AG631", WORKFLOW, f"{MAIL}/depends", "laod", "depends on no task"),
    ("AG631", WORKFLOW, f"{MAIL}/depends", GONE, "reads a task that it does not wait for"),
    ("AG631", WORKFLOW, f"{MAIL}/when", "'{{tasks.laod.status}}' == 'x'", "reads no task"),
    ("AG631", WORKFLOW, f"{RUN}/container/args", ["{{tasks.load.status}}"], "reads a task from its pod"),
    ("AG631", WORKFLOW, f"{DAG}/target", "post", "no such target"),
    ("AG632", WORKFLOW, f"{DAG}/tasks/0/depends", "mail", "a cycle"),
    ("AG632", WORKFLOW, f"{DAG}/tasks/0/depends", "load.Failed", "a task that waits for itself"),
    ("AG633", WORKFLOW, f"{MAIL}/when", "'{{tasks.load.status}}' = 'Succeeded'", "one equals sign"),
    ("AG633", CRON, "/spec/when", "(true", "a schedule's condition"),
    ("AG634", WORKFLOW, f"{MAIL}/when", "{{= 'a' in tasks.load. }}", "an expression in a condition"),
    ("AG634", WORKFLOW, f"{RUN}/container/args", ["{{=formatDate(inputs.parameters.day)}}"], "no such function"),
    ("AG634", WORKFLOW, f"{RUN}/retryStrategy", {"limit": "1", "expression": "asInt(lastRetry.exitCode"}, "an unfinished expression"),
    ("AG634", CRON, "/spec/stopStrategy", {"expression": "cronworkflow.failed >"}, "a schedule's end"),
    ("AG635", WORKFLOW, f"{RUN}/container/volumeMounts", [{"name": "data", "mountPath": "/data"}], "no such volume"),
    ("AG636", WORKFLOW, f"{RUN}/timeout", "600", "a timeout without a unit"),
    ("AG636", WORKFLOW, f"{RUN}/timeout", "1d", "a day"),
    ("AG636", WORKFLOW, f"{RUN}/retryStrategy", {"backoff": {"duration": "soon"}}, "no duration"),
    ("AG636", WORKFLOW, f"{RUN}/activeDeadlineSeconds", "1m", "seconds with a unit"),
    ("AG636", WORKFLOW, "/spec/templates/-", {"name": "wait", "suspend": {"duration": "a while"}}, "no time to wait"),
    ("AG637", WORKFLOW, "/metadata/labels/dag", "a b", "a space in a label"),
    ("AG637", WORKFLOW, "/metadata/labels/dag", "x" * 64, "a long label"),
    ("AG637", WORKFLOW, f"{RUN}/metadata", {"annotations": {"a/b/c": "x"}}, "two slashes in a key"),
    ("AG638", CRON, "/spec/schedules/0", "0 3 * * 7", "weekday 7"),
    ("AG638", CRON, "/spec/schedules/0", "0 3 * *", "four fields"),
    ("AG638", CRON, "/spec/schedules/0", "CRON_TZ=UTC 0 3 * * *", "a zone in the schedule"),
    ("AG638", CRON, "/spec/schedules/0", "@once", "not a schedule of Argo"),
    ("AG638", CRON, "/spec/schedules/0", "0 3 * * FRI-MON", "a range that wraps"),
    ("AG638", CRON, "/spec/schedules/0", "*/0 3 * * *", "a step of 0"),
    ("AG638", CRON, "/spec/timezone", "UTC+1:00", "no zone"),
    ("AG639", CRON, "/spec/schedule", "0 3 * * *", "the old schedule"),
    ("AG639", WORKFLOW, f"{RUN}/synchronization", {"mutex": {"name": "x"}}, "the old mutex"),
    ("AG640", WORKFLOW, f"{RUN}/container/command", GONE, "no command"),
    ("AG641", WORKFLOW, f"{RUN}/retryStrategy", {"limit": "a few"}, "no number of retries"),
    ("AG641", WORKFLOW, f"{RUN}/retryStrategy", {"retryPolicy": "Never"}, "no such policy"),
    ("AG641", WORKFLOW, f"{RUN}/retryStrategy", {"backoff": {"factor": "1.5"}}, "half a factor"),
    ("AG642", WORKFLOW, f"{RUN}/outputs/parameters/0/valueFrom", {"default": "0"}, "only a default"),
    ("AG642", WORKFLOW, f"{RUN}/outputs/parameters/0/valueFrom", {"path": "/a", "expression": "'1'"}, "two sources"),
    ("AG642", WORKFLOW, f"{RUN}/outputs/parameters/0/valueFrom", {"parameter": "x"}, "a DAG's source in a pod"),
    ("AG643", WORKFLOW, f"{RUN}/container/env", [{"name": "A=B", "value": "x"}], "an equals sign in a name"),
    ("AG643", WORKFLOW, f"{RUN}/container/env", [{"name": "A", "value": "x"}, {"name": "A", "value": "y"}], "set twice"),
    ("AG643", WORKFLOW, f"{RUN}/container/env", [{"name": "A", "value": "x", "valueFrom": {"fieldRef": {"fieldPath": "a"}}}], "both ways"),
    ("AG644", WORKFLOW, f"{MAIL}/arguments/parameters/0/value", "{{item}}", "an item without a loop"),
    ("AG644", WORKFLOW, f"{RUN}/container/args", ["{{=item.x}}"], "an item in a pod"),
    ("AG645", WORKFLOW, f"{MAIL}/arguments/parameters/0/value", "{{tasks.load.outputs.result}}", "a result that may not come"),
    ("AG646", WORKFLOW, f"{RUN}/suspend", {}, "two types"),
    ("AG646", WORKFLOW, f"{DAG}/tasks/0/dependencies", ["mail"], "depends and dependencies"),
    ("AG646", WORKFLOW, f"{MAIL}/withItems", ["a"], None),
    ("AG646", WORKFLOW, "/spec/templates/0/timeout", "5s", "a DAG with a timeout"),
    ("AG646", SENSOR, "/spec/triggers/0/template/log", {}, "two actions"),
    ("AG647", CRON, "/spec/concurrencyPolicy", "Queue", "no such policy"),
    ("AG647", WORKFLOW, f"{MAIL}/withItems", [], "an empty loop"),
    ("AG647", WORKFLOW, "/spec/podGC", {"strategy": "Always"}, "no such strategy"),
    ("AG647", WORKFLOW, "/apiVersion", "argoproj.io/v1", "no such version"),
    ("AG647", WORKFLOW, "/spec/arguments/parameters/0/enum", ["a"], "a value outside its enum"),
    ("AG647", WORKFLOW, "/spec/templates/-", {"name": "r", "resource": {"action": "run", "manifest": ""}}, "no such action"),
    ("AG647", SENSOR, "/spec/triggers/0/template/argoWorkflow/operation", "start", "no such operation"),
    ("AG648", WORKFLOW, f"{RUN}/container/args", ["a\x00"], "a NUL"),
    ("AG648", WORKFLOW, f"{RUN}/plugin", {"x": "\ud800"}, "half a character"),
    ("AG649", CONFIG, "/data/big", "x" * 1024 * 1024, "a megabyte"),
]


@pytest.mark.parametrize(
    ("code", "document", "pointer", "value"),
    [pytest.param(code, document, pointer, value, id=f"{code} {name}") for code, document, pointer, value, name in BAD if name],
)
def test_each_mistake_is_found(code: str, document: dict[str, Any], pointer: str, value: object) -> None:
    """One change to a good manifest, one rule that finds it."""
    assert code in codes(changed(document, pointer, value))


@pytest.mark.parametrize("document", [WORKFLOW, CRON, SENSOR, CONFIG], ids=lambda document: document["kind"])
def test_the_manifests_before_the_change_are_good(document: dict[str, Any]) -> None:
    """What the other tests break is whole."""
    assert codes(document) == set()


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("version", ["3.7", "4.0", "4.1"])
def test_model_conversions_are_good(path: Path, version: str) -> None:
    """Output as a person would write it has no problem, whichever Argo it is for."""
    assert validate(load_all(path.read_text()), version) == []


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        pytest.param(f"{MAIL}/withParam", "{{tasks.load.outputs.parameters.rows}}", id="a loop over an output"),
        pytest.param(f"{MAIL}/hooks", {"exit": {"template": "etl"}}, id="a hook"),
        pytest.param(f"{MAIL}/when", "{{tasks.load.status}} == Succeeded", id="bare words in a condition"),
        pytest.param(f"{RUN}/container/args", ["docker ps --format '{{.Names}}' {{ ds }} {{"], id="braces that are not Argo's"),
        pytest.param(
            f"{RUN}/container/args", ["{{=sprig.date('2006', now())}} {{retries}} {{pod.name}}"], id="functions and a pod's variables"
        ),
        pytest.param("/spec/templates/-", {"name": "w", "suspend": {"duration": "0"}}, id="a pod-less template"),
        pytest.param(f"{RUN}/retryStrategy", {"limit": 3, "backoff": {"duration": "300", "factor": "2", "cap": "1h"}}, id="retries"),
    ],
)
def test_unusual_but_good(argo: ArgoValidator, pointer: str, value: object) -> None:
    """What the real validator takes is no problem here either."""
    document = changed(WORKFLOW, pointer, value)
    assert codes(document) == set()
    assert argo.problems(dump([document])) == []


def test_item_in_a_loop() -> None:
    """In a loop's arguments the item is known; in what it loops over it is not."""
    loop = changed(changed(WORKFLOW, f"{MAIL}/withParam", "[1]"), f"{MAIL}/arguments/parameters/0/value", "{{item}}")
    assert codes(loop) == set()
    assert codes(changed(loop, f"{MAIL}/withParam", "{{item}}")) == {"AG644"}


def test_two_loops_exclude_each_other() -> None:
    """A task loops in one way."""
    assert "AG646" in codes(changed(changed(WORKFLOW, f"{MAIL}/withItems", ["a"]), f"{MAIL}/withParam", "[1]"))


def test_other_objects_templates_are_looked_up() -> None:
    """A reference into a document that is known is checked; one into an unknown object is taken on trust."""
    caller = changed(changed(WORKFLOW, "/metadata/name", "caller"), f"{MAIL}/template", GONE)
    good = changed(caller, f"{MAIL}/templateRef", {"name": "etl", "template": "run"})
    bad = changed(caller, f"{MAIL}/templateRef", {"name": "etl", "template": "walk"})
    assert codes(good, WORKFLOW) == set() == codes(bad)
    assert codes(bad, WORKFLOW) == {"AG627"}
    assert [problem.rule.code for problem in validate([bad], "3.7", known=[WORKFLOW])] == ["AG627"]


def test_problems_say_where() -> None:
    """The pointer leads to the value, the message names it, and a near field is suggested."""
    (problem,) = validate([WORKFLOW, changed(WORKFLOW, f"{RUN}/container/imagePullPolcy", "Always")], "3.7")
    assert (problem.document, problem.pointer) == (1, f"{RUN}/container/imagePullPolcy")
    assert problem.message == "there is no field imagePullPolcy; did you mean imagePullPolicy?"


def test_newer_fields_are_known_to_newer_versions() -> None:
    """pendingTimeout came with Argo 4.1."""
    document = changed(WORKFLOW, f"{RUN}/pendingTimeout", "5m")
    assert codes(document, version="4.0") == {"AG621"}
    assert codes(document, version="v4.1.2") == set()


@pytest.mark.parametrize(
    "broken", [[], "x", 3, None, {"kind": 3}, {"kind": "Workflow", "spec": []}, {"kind": "Workflow", "spec": {"templates": 3}}]
)
def test_broken_objects_do_not_break_the_validator(broken: Any) -> None:
    """Whatever a document holds, there is an answer."""
    for pointer in ("/spec/templates/0/dag", "/spec/templates", "/spec/arguments", f"{MAIL}/depends", f"{RUN}/container", "/metadata"):
        validate([changed(WORKFLOW, pointer, broken)], "3.7")
    if isinstance(broken, dict):
        assert validate([broken], "3.7")


def test_argo_agrees_on_what_it_looks_at(argo: ArgoValidator) -> None:
    """Whatever the real Argo refuses among the mistakes above, airgo refuses too; and it accepts nothing that airgo's base cases need."""
    refused = 0
    for _, document, pointer, value, name in BAD:
        if not name or pointer.endswith("big") or "\ud800" in str(value):
            continue
        bad = changed(document, pointer, value)
        with_template = [bad, WORKFLOW] if document is CRON else [bad]
        if argo.problems(dump(with_template)):
            refused += 1
            assert codes(bad)
    assert refused > 40


def test_upstreams_examples_pass(argo: ArgoValidator) -> None:
    """No false alarm on the examples that Argo brings, but for the fields that its next version drops."""
    folder = crd_folder().parents[3] / "examples"
    texts = [path.read_text() for path in sorted(folder.rglob("*.yaml"))]
    assert len(texts) > 150
    for text in texts:
        found = {problem.rule.code for problem in validate(load_all(text), "3.7") if problem.rule.severity == "error"}
        assert found <= {"AG639"} or argo.problems(text)
