"""One argument's way into a manifest: templates, symbols, choices, files, and the ledger's account of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from airgo import ir
from airgo.argo.text import EnvRef, JsonText, Simple, Text, XComHole
from airgo.config import Config
from airgo.diagnostics import Collector
from airgo.discovery import ProjectFiles
from airgo.lower.draft import CannotLower, WorkflowDraft
from airgo.lower.values import lower_value
from airgo.values import Choice, ExternCall, Operation, Symbol, Template, Unknown, XComRef
from tests.lower.building import REGISTRY, dag, span, task

BUCKET = Symbol("variable", "bucket")
IN_BUCKET = EnvRef("AIRFLOW_VAR_BUCKET", ("variable", "bucket"))
IS_PROD = Operation("eq", (Symbol("env", "ENV"), "prod"))


def drafted(root: Path = Path("/nowhere/shop"), config: Config | None = None, **given: object) -> WorkflowDraft:
    """A draft of a DAG with the tasks `a` and `b`."""
    read = dag(task("a"), task("b"), **given)
    return WorkflowDraft(read, config or Config(), REGISTRY, ProjectFiles(root, ("dags", "")), Collector(), "d")


def lower(value: object, draft: WorkflowDraft | None = None, *, templated: bool = True) -> object:
    """The lowered value of `b`'s argument `bash_command`."""
    draft = draft or drafted()
    return lower_value(ir.Argument(value, span(7)), "bash_command", templated, draft.dag.tasks[1], draft)


def refused(value: object, draft: WorkflowDraft | None = None) -> tuple[str, str]:
    """The code and words with which a value is refused."""
    with pytest.raises(CannotLower) as caught:
        lower(value, draft)
    assert caught.value.span == span(7)
    return caught.value.rule.code, caught.value.message


def test_an_untemplated_text_stays_as_it_is() -> None:
    """Jinja in an argument that Airflow does not render is text."""
    assert lower("{{ ds }}", templated=False) == "{{ ds }}"


@pytest.mark.parametrize("value", [3, 2.5, True, None, timedelta(hours=1), b"x"])
def test_plain_values_stay(value: object) -> None:
    """Numbers, flags, None and times are what they are."""
    assert lower(value) == value


REFUSED = [
    pytest.param(Unknown("a read of the network"), "AG429", "a read of the network", id="unknown"),
    pytest.param(Unknown("a sum", cause=Unknown("a read of the network")), "AG429", "a read of the network", id="the first cause"),
    pytest.param(Symbol("now", "datetime.now"), "AG431", "clock", id="clock"),
    pytest.param(Choice(IS_PROD, "a", "b"), "AG429", "airgo.toml", id="a choice that nothing decides"),
    pytest.param("{{ nothing }}", "AG421", "bash_command: nothing", id="a template that fails"),
    pytest.param(Template(("{{ ", BUCKET, " }}")), "AG422", "not known now", id="Jinja made of a value that is not known"),
    pytest.param(Operation(".split", (BUCKET, ",")), "AG422", "split", id="a method of a Variable"),
]


@pytest.mark.parametrize(("value", "code", "words"), REFUSED)
def test_what_no_manifest_can_hold_is_refused(value: object, code: str, words: str) -> None:
    """The argument is refused at its place, with the first cause."""
    found, message = refused(value)
    assert (found, words in message) == (code, True), message


LOWERED = [
    pytest.param(BUCKET, Text((IN_BUCKET,)), id="a Variable"),
    pytest.param(
        Symbol("variable", "gcp", ("project",)), Text((EnvRef("AIRFLOW_VAR_GCP__project", ("variable", "gcp#project")),)), id="JSON"
    ),
    pytest.param(Symbol("env", "ENV"), Text((EnvRef("ENV", ("env", "ENV")),)), id="the environment"),
    pytest.param(Symbol("config", "core.x"), Text((EnvRef("AIRFLOW__CORE__X", ("env", "AIRFLOW__CORE__X")),)), id="Airflow's settings"),
    pytest.param(
        Symbol("connection", "wh", ("host",)),
        Text((EnvRef("AIRFLOW_CONN_WH__host", ("connection", "wh#host")),)),
        id="a connection's field",
    ),
    pytest.param(XComRef("a"), Text((XComHole(("a",)),)), id="another task's value"),
    pytest.param(Template(("s3://", BUCKET, "/in")), Text(("s3://", IN_BUCKET, "/in")), id="text with a hole"),
    pytest.param(Template(("{{ dag.dag_id }}-", BUCKET)), Text(("d-", IN_BUCKET)), id="Jinja beside a hole"),
    pytest.param({"a": ["x", BUCKET], "{{ ds }}": 1}, {"a": ["x", Text((IN_BUCKET,))], "{{ ds }}": 1}, id="nested; keys are not rendered"),
    pytest.param(Choice(True, "a", "b"), "a", id="a choice"),
    pytest.param(Symbol("conf", "mode"), Text((Simple("workflow.parameters.mode"),)), id="conf"),
]


@pytest.mark.parametrize(("value", "expected"), LOWERED)
def test_symbolic_values(value: object, expected: object) -> None:
    """Values of the deployment are environment variables, conf a workflow parameter, another task's value a hole."""
    assert lower(value) == expected


def test_external_calls_keep_their_shape() -> None:
    """A kubernetes object stays data, with its arguments lowered."""
    call = lower(ExternCall("kubernetes.client.V1EnvVar", (), {"name": "A", "value": BUCKET}))
    assert isinstance(call, ExternCall)
    assert call.kwargs == {"name": "A", "value": Text((IN_BUCKET,))}


@pytest.mark.parametrize(("env", "expected"), [({"ENV": "prod"}, "a"), ({"ENV": "dev"}, "b")])
def test_settings_decide_a_choice(env: Mapping[str, str], expected: str) -> None:
    """A test of the environment is decided by airgo.toml."""
    assert lower(Choice(IS_PROD, "a", "b"), drafted(config=Config(env=env))) == expected


def test_the_default_in_the_code_decides_a_choice() -> None:
    """`os.getenv("ENV", "dev") == "prod"` is false where nothing else is said."""
    test = Operation("eq", (Symbol("env", "ENV", default="dev"), "prod"))
    assert lower(Choice(Operation("not", (test,)), "a", "b")) == "a"


def test_every_jinja_expression_is_in_the_ledger() -> None:
    """Expressions are counted through the whole argument; one that fails is unsupported, with its code."""
    draft = drafted()
    lower(["{{ dag.dag_id }} {{ ds }}", "plain", "{{ run_id }}"], draft)
    entries = {entry.name: entry.outcome for entry in draft.ledger.values()}
    assert entries == {f"bash_command#{number}": "mapped" for number in (1, 2, 3)}
    refused("{{ nothing }}", draft := drafted())
    assert [(entry.name, entry.outcome, entry.code) for entry in draft.ledger.values()] == [("bash_command#1", "unsupported", "AG421")]


def test_a_template_file_is_read_from_the_dags_folder_or_the_search_path(tmp_path: Path) -> None:
    """A command that ends in .sh names a file; its text is rendered in its place."""
    (tmp_path / "dags" / "sql").mkdir(parents=True)
    (tmp_path / "dags" / "run.sh").write_text("echo {{ dag.dag_id }}\n")
    (tmp_path / "dags" / "sql" / "other.sh").write_text("echo other\n")
    draft = drafted(tmp_path, template_searchpath=["dags/sql"])
    assert lower("run.sh", draft) == "echo d"
    assert lower("other.sh", draft) == "echo other"
    assert lower("run.sh ", draft) == "run.sh "
    assert refused("missing.sh", draft)[0] == "AG428"


NATIVE = [
    pytest.param("{{ 1 + 2 }}", 3, [], id="a number"),
    pytest.param("[1, 2]", [1, 2], [], id="a text that reads like a list"),
    pytest.param("plain", "plain", [], id="any other text"),
    pytest.param("{{ params.n }}", JsonText((Simple("workflow.parameters.n"),)), [], id="a param that is a number"),
    pytest.param("{{ params.cfg }}", JsonText((Simple("workflow.parameters.cfg"),)), [], id="a param that is a dict"),
    pytest.param("{{ ti.xcom_pull('a') }}", Text((XComHole(("a",), json=True),)), ["AG433"], id="another task's value"),
    pytest.param("x-{{ params.n }}", Text(("x-", Simple("workflow.parameters.n"))), [], id="a text that is no literal"),
    pytest.param("{{ params.day }}", Text((Simple("workflow.parameters.day"),)), ["AG433"], id="a text that may be one"),
]


@pytest.mark.parametrize(("source", "expected", "codes"), NATIVE)
def test_native_rendering_keeps_types_where_python_reads_them(source: str, expected: object, codes: list[str]) -> None:
    """With render_template_as_native_obj an expression alone keeps its type; a text that may read like a literal is warned of."""
    draft = drafted(render_template_as_native_obj=True)
    params = (ir.Param("n", 5), ir.Param("day", "mon"), ir.Param("cfg", {"a": 1}))
    draft.dag = ir.Dag(**{**{name: getattr(draft.dag, name) for name in draft.dag.__slots__}, "params": params})
    value = lower_value(ir.Argument(source, span(7)), "op_args", True, draft.dag.tasks[1], draft)
    assert (value, [found.code for found in draft.collector]) == (expected, codes)


def test_a_native_date_is_refused() -> None:
    """A date on its own would be handed on as an object of pendulum's."""
    draft = drafted(render_template_as_native_obj=True)
    assert refused("{{ logical_date }}", draft)[0] == "AG427"
    assert isinstance(lower("{{ ds }}", draft), Text)
    assert not list(draft.collector)


def test_user_macros_of_the_dag() -> None:
    """Plain data among user_defined_macros is put in its place."""
    assert lower("{{ table }}", drafted(user_defined_macros={"table": "orders"})) == "orders"


def test_values_of_the_deployment_are_in_the_inventory() -> None:
    """What a task reads is recorded with the place where it is read; what looks secret is marked."""
    draft = drafted()
    lower("{{ var.value.bucket }} {{ var.json.gcp.project }} {{ var.value.api_token }} {{ conn.wh.host }}", draft)
    found = [(one.kind, one.key, one.path, one.secret, one.used_at) for one in draft.inputs]
    at = (str(span(7)),)
    assert found == [
        ("variables", "bucket", (), False, at),
        ("variables", "gcp", ("project",), False, at),
        ("variables", "api_token", (), True, at),
        ("connections", "wh", ("host",), True, at),
    ]
