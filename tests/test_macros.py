"""Airflow's Jinja in Argo's words: one row for each name, method and filter."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from airgo import ir
from airgo.argo.text import EnvRef, Expression, Simple, Text, XComHole
from airgo.macros import MACROS, NotExact, TemplateContext, render_template, run_dates
from airgo.source import Span
from airgo.values import Extern

SPAN = Span("dags/etl.py", 1, 1, 1, 1)
GIVEN = "workflow.parameters['logical-date']"
CREATED = "workflow.creationTimestamp.RFC3339"
TICK = f"date({GIVEN} != '' ? {GIVEN} : workflow?.scheduledTime ?? {CREATED})"
DAILY = (
    f"({GIVEN} != '' ? date({GIVEN}) : workflow?.scheduledTime != nil ? "
    f"date(workflow?.scheduledTime).Add(duration('-24h')) : date({CREATED})).UTC()"
)
"""The logical date of a daily interval schedule: given, or the tick before the tick, or the creation of a run by hand."""

PARAMS = (
    ir.Param("day", "mon"),
    ir.Param("n", 5),
    ir.Param("flag", True),
    ir.Param("cfg", {"a": {"b": "c"}, "l": [1]}),
    ir.Param("none", None),
    ir.Param("my-key", "x"),
)


def dag(version: str = "2", schedule: ir.Schedule | None = None) -> ir.Dag:
    """A DAG `etl` of the tasks `load` and `group.extract`."""
    tasks = tuple(ir.Task(name, "x.Operator", "Operator", SPAN, {}, {}) for name in ("load", "group.extract"))
    written = schedule or ir.Schedule("cron", ("0 0 * * *",), "UTC", version == "2")
    return ir.Dag("etl", "dags/etl.py", SPAN, version, written, tasks, params=PARAMS)


def context(of: ir.Dag, variables: Mapping[str, object] | None = None, macros: Mapping[str, object] | None = None) -> TemplateContext:
    """A template's context in the first task."""
    return TemplateContext(
        of, of.tasks[0], run_dates(of), lambda key: key, lambda key, _default: key, variables or {}, macros or {}, {"mine": 1}
    )


def rendered(source: str, of: ir.Dag | None = None, **more: Mapping[str, object]) -> str | Text:
    """The text of a template."""
    return render_template(source, context(of or dag(), **more))[0]


def code(source: str, of: ir.Dag | None = None) -> str:
    """The expression that a template consists of."""
    text = rendered(source, of)
    assert isinstance(text, Text)
    (part,) = text.parts
    assert isinstance(part, Expression)
    return part.code


def refused(source: str, of: ir.Dag | None = None, **more: Mapping[str, object]) -> tuple[str, str]:
    """The code and words with which a template is refused."""
    with pytest.raises(NotExact) as caught:
        rendered(source, of, **more)
    return caught.value.rule.code, caught.value.message


NOT_EXACT = [
    pytest.param("{{ prev_start_date_success }}", "AG422", "earlier run", id="history"),
    pytest.param("{% for x in params.cfg %}{{ x }}{% endfor %}", "AG422", "loop over values", id="loop over a param"),
    pytest.param("{{ macros.uuid.uuid4() }}", "AG422", "macros.uuid", id="random"),
    pytest.param("{{ macros.datetime.now() }}", "AG422", "now()", id="clock"),
    pytest.param("{{ ds | mine }}", "AG422", "user_defined_filters", id="user filter"),
    pytest.param("{{ func() }}", "AG422", "user_defined_macros", id="user macro that is code"),
    pytest.param("{{ params }}", "AG422", "as a whole", id="params as Python writes it"),
    pytest.param("{{ dag_run.conf }}", "AG422", "as a whole", id="conf as Python writes it"),
    pytest.param("{{ var.json.gcp }}", "AG422", "| tojson", id="a dict as Python writes it"),
    pytest.param("{% if var.value.env == 'prod' %}x{% endif %}", "AG422", "not in airgo.toml", id="a Variable that decides"),
    pytest.param("{{ ti.xcom_pull() }}", "AG422", "name the task", id="xcom_pull of anything"),
    pytest.param("{{ ti.xcom_pull('load', dag_id='other') }}", "AG422", "the DAG other", id="xcom_pull of another DAG"),
    pytest.param("{{ ti.xcom_pull('load', include_prior_dates=True) }}", "AG422", "earlier runs", id="xcom_pull of earlier runs"),
    pytest.param("{{ ti.xcom_pull(task_ids='extract') }}", "AG424", "did you mean group.extract", id="xcom_pull of no task"),
    pytest.param("{{ ti.xcom_pull('load') | int + 1 }}", "AG422", "only while the task runs", id="arithmetic over another task's value"),
    pytest.param("{{ logical_date.diff_for_humans() }}", "AG422", "diff_for_humans", id="pendulum's own words"),
    pytest.param("{{ logical_date.strftime('%U') }}", "AG422", "%U", id="week of the year"),
    pytest.param("{{ logical_date.in_timezone('Mars/Base') }}", "AG422", "Mars/Base", id="no such zone"),
    pytest.param("{{ logical_data }}", "AG421", "did you mean logical_date", id="misspelt name"),
    pytest.param("{{ params.dya }}", "AG421", "did you mean day", id="misspelt param"),
    pytest.param("{{ ds", "AG420", "end of template", id="unclosed"),
    pytest.param("{% if ds %}", "AG420", "endif", id="unfinished"),
    pytest.param("{{ conn.warehouse.hots }}", "AG421", "no field", id="no such field"),
]


@pytest.mark.parametrize(("source", "rule", "words"), NOT_EXACT)
def test_what_has_no_exact_counterpart_is_refused(source: str, rule: str, words: str) -> None:
    """A template that Argo cannot say exactly is refused with its reason, never approximated."""
    found, message = refused(source, macros={"func": Extern("my.func")})
    assert (found, words in message) == (rule, True), message


TEXTS = [
    pytest.param("plain text\n", "plain text", id="one newline at the end goes"),
    pytest.param("two\n\n", "two\n", id="only one newline goes"),
    pytest.param("{{ '{{' }} x {{ 1 + 2 }}", "{{ x 3", id="constants"),
    pytest.param("{% raw %}{{ ds }}{% endraw %}", "{{ ds }}", id="raw"),
    pytest.param("a{# comment #}b", "ab", id="comment"),
    pytest.param("{% for i in range(3) %}{{ loop.index }}{{ i }},{% endfor %}", "10,21,32,", id="loop over constants"),
    pytest.param("{% if dag.dag_id == 'etl' %}yes{% else %}no{% endif %}", "yes", id="condition over constants"),
    pytest.param("{{ dag.dag_id }}.{{ task.task_id }}.{{ ti.task_id }}.{{ dag_run.dag_id }}", "etl.load.load.etl", id="names"),
    pytest.param("{{ ['b', 'a'] | sort | join('-') }}", "a-b", id="filters over constants"),
    pytest.param("{{ macros.ds_add('2024-02-28', 2) }}", "2024-03-01", id="ds_add over constants"),
    pytest.param("{{ macros.ds_format('2024-02-28', '%Y-%m-%d', '%d.%m.') }}", "28.02.", id="ds_format over constants"),
    pytest.param("{{ ti.try_number }}", "1", id="a task without retries has one try"),
    pytest.param("{{ ti.map_index }}", "-1", id="not mapped"),
    pytest.param("{{ table }}/{{ nested.a[0] }}", "orders/1", id="plain user macros"),
    pytest.param("{{ nothing | default('x') }}", "x", id="default of an undefined name"),
    pytest.param("{{ nothing is defined }}", "False", id="an undefined name"),
    pytest.param("{{ 'a' if ds is defined else 'b' }}", "a", id="a defined name"),
    pytest.param("{% set x = 3 %}{{ x * 2 }}", "6", id="set"),
    pytest.param("{{ var.value.env | upper }}", "PROD", id="a filtered Variable of airgo.toml"),
    pytest.param("{% if var.json.flags.debug %}d{% else %}p{% endif %}", "p", id="a JSON Variable of airgo.toml decides"),
    pytest.param("{{ test_mode }}", "False", id="test_mode"),
]


@pytest.mark.parametrize(("source", "expected"), TEXTS)
def test_what_is_known_now_is_rendered_now(source: str, expected: str) -> None:
    """A template over constants, plain user macros and decided Variables is text in the manifest."""
    macros = {"table": "orders", "nested": {"a": [1]}}
    assert rendered(source, variables={"env": "prod", "flags": '{"debug": false}'}, macros=macros) == expected


DATES = [
    pytest.param("{{ ds }}", f"{DAILY}.Format('2006-01-02')", id="ds"),
    pytest.param("{{ ds_nodash }}", f"{DAILY}.Format('20060102')", id="ds_nodash"),
    pytest.param("{{ ts }}", f"{DAILY}.Format('2006-01-02T15:04:05-07:00')", id="ts"),
    pytest.param("{{ ts_nodash }}", f"{DAILY}.Format('20060102T150405')", id="ts_nodash"),
    pytest.param("{{ ts_nodash_with_tz }}", f"{DAILY}.Format('20060102T150405-0700')", id="ts_nodash_with_tz"),
    pytest.param("{{ logical_date }}", f"{DAILY}.Format('2006-01-02 15:04:05-07:00')", id="logical_date"),
    pytest.param("{{ execution_date.isoformat() }}", f"{DAILY}.Format('2006-01-02T15:04:05-07:00')", id="isoformat"),
    pytest.param("{{ dag_run.logical_date | ds }}", f"{DAILY}.Format('2006-01-02')", id="dag_run.logical_date"),
    pytest.param("{{ yesterday_ds }}", f"{DAILY}.AddDate(0, 0, -1).Format('2006-01-02')", id="yesterday_ds"),
    pytest.param("{{ yesterday_ds_nodash }}", f"{DAILY}.AddDate(0, 0, -1).Format('20060102')", id="yesterday_ds_nodash"),
    pytest.param("{{ tomorrow_ds }}", f"{DAILY}.AddDate(0, 0, 1).Format('2006-01-02')", id="tomorrow_ds"),
    pytest.param("{{ tomorrow_ds_nodash }}", f"{DAILY}.AddDate(0, 0, 1).Format('20060102')", id="tomorrow_ds_nodash"),
    pytest.param("{{ macros.ds_add(ds, -7) }}", f"{DAILY}.AddDate(0, 0, -7).Format('2006-01-02')", id="ds_add"),
    pytest.param("{{ macros.ds_format(ds, '%Y-%m-%d', '%Y/%m') }}", f"{DAILY}.Format('2006/01')", id="ds_format"),
    pytest.param("{{ logical_date.strftime('%Y-%m-%dT%H') }}", f"{DAILY}.Format('2006-01-02T15')", id="strftime"),
    pytest.param("{{ logical_date.strftime('y%Y') }}", f"'y' + {DAILY}.Format('2006')", id="strftime with letters"),
    pytest.param("{{ logical_date.format('YYYY-MM-DD') }}", f"{DAILY}.Format('2006-01-02')", id="format"),
    pytest.param("{{ logical_date.to_date_string() }}", f"{DAILY}.Format('2006-01-02')", id="to_date_string"),
    pytest.param("{{ logical_date.add(days=1) | ds }}", f"{DAILY}.AddDate(0, 0, 1).Format('2006-01-02')", id="add"),
    pytest.param("{{ logical_date.subtract(hours=2) | ds }}", f"{DAILY}.Add(duration('-2h')).Format('2006-01-02')", id="subtract"),
    pytest.param(
        "{{ (logical_date - macros.timedelta(days=2)) | ds_nodash }}", f"{DAILY}.AddDate(0, 0, -2).Format('20060102')", id="timedelta"
    ),
    pytest.param(
        "{{ logical_date.in_timezone('Europe/Paris') | ds }}",
        f"{DAILY}.In(timezone('Europe/Paris')).Format('2006-01-02')",
        id="in_timezone",
    ),
    pytest.param("{{ logical_date.year }}", f"{DAILY}.Year()", id="year"),
    pytest.param("{{ logical_date.month }}", f"int({DAILY}.Month())", id="month"),
    pytest.param("{{ logical_date.int_timestamp }}", f"{DAILY}.Unix()", id="int_timestamp"),
    pytest.param("{{ ds[:7] }}", f"{DAILY}.Format('2006-01-02')[:7]", id="slice"),
    pytest.param("{{ ds.replace('-', '/') }}", f"replace({DAILY}.Format('2006-01-02'), '-', '/')", id="replace"),
    pytest.param("{{ ds | replace('-', '') }}", f"replace({DAILY}.Format('2006-01-02'), '-', '')", id="the filter replace"),
    pytest.param("{{ task_instance_key_str }}", f"'etl__load__' + {DAILY}.Format('20060102')", id="task_instance_key_str"),
    pytest.param(
        "{{ data_interval_start | ds }}",
        f"({GIVEN} != '' ? date({GIVEN}) : date(workflow?.scheduledTime ?? {CREATED}).Truncate(duration('24h')).Add(duration('-24h')))"
        ".UTC().Format('2006-01-02')",
        id="data_interval_start",
    ),
    pytest.param(
        "{{ data_interval_end | ds }}",
        f"({GIVEN} != '' ? date({GIVEN}).Add(duration('24h')) : date(workflow?.scheduledTime ?? {CREATED}).Truncate(duration('24h')))"
        ".UTC().Format('2006-01-02')",
        id="data_interval_end",
    ),
    pytest.param(
        "{{ next_ds }}",
        f"({GIVEN} != '' ? date({GIVEN}).Add(duration('24h')) : date(workflow?.scheduledTime ?? {CREATED})).UTC().Format('2006-01-02')",
        id="next_ds",
    ),
    pytest.param(
        "{{ dag_run.run_type }}", f"{GIVEN} != '' ? 'backfill' : workflow?.scheduledTime != nil ? 'scheduled' : 'manual'", id="run_type"
    ),
    pytest.param(
        "{{ run_id }}",
        f"({GIVEN} != '' ? 'backfill' : workflow?.scheduledTime != nil ? 'scheduled' : 'manual') + '__' + "
        f"{DAILY}.Format('2006-01-02T15:04:05-07:00')",
        id="run_id",
    ),
]


@pytest.mark.parametrize(("source", "expected"), DATES)
def test_dates_of_an_interval_schedule(source: str, expected: str) -> None:
    """In Airflow 2 the logical date is the start of the interval whose end is the tick."""
    assert code(source) == expected


@pytest.mark.parametrize(
    "source", ["{{ ds }}", "{{ data_interval_start | ds }}", "{{ data_interval_end | ds }}", "{{ logical_date | ds }}"]
)
def test_dates_of_a_trigger_schedule(source: str) -> None:
    """In Airflow 3 a cron's run has the tick itself as logical date and as both ends of its interval."""
    assert code(source, dag("3")) == f"{TICK}.UTC().Format('2006-01-02')"


def test_no_bare_scheduled_time() -> None:
    """No expression reads workflow.scheduledTime without a question mark: it would stay literal text in a run by hand."""
    for source in ("{{ ds }}", "{{ run_id }}", "{{ data_interval_end }}", "{{ prev_ds }}", "{{ next_ds }}"):
        assert "workflow.scheduledTime" not in code(source)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("execution_date", "logical_date"), ("next_ds", "data_interval_end | ds"), ("yesterday_ds", "macros.ds_add(ds, -1)"), ("prev_ds", "")],
)
def test_names_that_airflow_3_dropped_are_errors_there(name: str, hint: str) -> None:
    """A name that Airflow 3 does not define fails the task there, so it is an error, with what takes its place."""
    found, message = refused("{{ " + name + " }}", dag("3"))
    assert found == "AG421"
    assert hint in message


def test_a_run_that_assets_trigger_has_no_logical_date_in_airflow_3() -> None:
    """In Airflow 3 ds is not defined in a run that assets trigger; in Airflow 2 it is the time of the run."""
    assets = ir.Schedule("assets", expression="x")
    assert refused("{{ ds }}", dag("3", assets))[0] == "AG345"
    assert code("{{ ds }}", dag("2", assets)) == f"{TICK}.UTC().Format('2006-01-02')"


WEEKDAYS = "(let t = date(workflow?.scheduledTime).UTC(); t.AddDate(0, 0, -[2, 3, 1, 1, 1, 1, 1][int(t.Weekday())]))"


@pytest.mark.parametrize(
    ("cron", "zone", "back"),
    [
        pytest.param("0 * * * *", "UTC", "date(workflow?.scheduledTime).Add(duration('-1h'))", id="hourly"),
        pytest.param("*/15 * * * *", "Europe/Paris", "date(workflow?.scheduledTime).Add(duration('-15m'))", id="every quarter, any zone"),
        pytest.param("0 6 * * 1", "UTC", "date(workflow?.scheduledTime).Add(duration('-168h'))", id="weekly"),
        pytest.param(
            "0 6 * * *",
            "Europe/Paris",
            "date(workflow?.scheduledTime).In(timezone('Europe/Paris')).AddDate(0, 0, -1)",
            id="daily on local clocks",
        ),
        pytest.param("0 6 1 * *", "UTC", "date(workflow?.scheduledTime).UTC().AddDate(0, -1, 0)", id="monthly"),
        pytest.param("0 0 1 */3 *", "UTC", "date(workflow?.scheduledTime).UTC().AddDate(0, -3, 0)", id="quarterly"),
        pytest.param("0 6 * * 1-5", "UTC", WEEKDAYS, id="on weekdays Monday follows Friday"),
    ],
)
def test_the_tick_before_the_tick(cron: str, zone: str, back: str) -> None:
    """The logical date of an interval schedule is one tick back: a constant distance only where it is constant."""
    text = code("{{ logical_date | ds }}", dag("2", ir.Schedule("cron", (cron,), zone, True)))
    assert text == f"({GIVEN} != '' ? date({GIVEN}) : workflow?.scheduledTime != nil ? {back} : date({CREATED})).UTC().Format('2006-01-02')"


def test_a_schedule_that_is_not_known_gives_no_date() -> None:
    """Where the schedule is not known, a date that follows from it is refused."""
    assert refused("{{ ds }}", dag("2", ir.Schedule("unknown", reason="it is computed")))[0] == "AG345"


def test_a_choice_between_a_cron_and_nothing_has_the_crons_dates() -> None:
    """`X if prod else None` has the dates of X: the other choice starts no run by itself."""
    cron = ir.Schedule("cron", ("0 0 * * *",), "UTC", True)
    assert code("{{ ds }}", dag("2", ir.Schedule("unknown", choices=(cron, ir.Schedule("none"))))) == f"{DAILY}.Format('2006-01-02')"


PARAMETERS = [
    pytest.param("{{ params.day }}", Simple("workflow.parameters.day"), id="text"),
    pytest.param("{{ params['n'] }}", Simple("workflow.parameters.n"), id="number"),
    pytest.param("{{ params.flag }}", Expression("lower(workflow.parameters.flag) == 'true' ? 'True' : 'False'"), id="Python writes True"),
    pytest.param("{{ params.cfg.a.b }}", Expression("fromJSON(workflow.parameters.cfg)['a']['b']"), id="below a dict"),
    pytest.param("{{ params.cfg['l'][0] }}", Expression("int(fromJSON(workflow.parameters.cfg)['l'][0])"), id="below a list"),
    pytest.param("{{ params.none }}", Expression("workflow.parameters.none == 'null' ? 'None' : workflow.parameters.none"), id="None"),
    pytest.param("{{ params['my-key'] | upper }}", Expression("upper(workflow.parameters['my-key'])"), id="a name with a hyphen"),
    pytest.param("{{ params.day | upper }}", Expression("upper(workflow.parameters.day)"), id="upper"),
    pytest.param("{{ params.day | tojson }}", Expression("toJSON(workflow.parameters.day)"), id="tojson"),
    pytest.param("{{ 'a' if params.flag else 'b' }}", Expression("lower(workflow.parameters.flag) == 'true' ? 'a' : 'b'"), id="choice"),
    pytest.param("{{ params.day ~ '_x' }}", Expression("workflow.parameters.day + '_x'"), id="joined"),
    pytest.param("{{ params.n + 1 }}", Expression("int(workflow.parameters.n) + 1"), id="reckoned"),
    pytest.param("{% if params.day == 'mon' %}A{% endif %}", Expression("workflow.parameters.day == 'mon' ? 'A' : ''"), id="if"),
    pytest.param("{{ dag_run.conf['table'] }}", Simple("workflow.parameters.table"), id="conf"),
    pytest.param("{{ dag_run.conf.get('table', 'orders') }}", Simple("workflow.parameters.table"), id="conf with a constant default"),
    pytest.param("{{ dag_run.conf['day'] }}", Simple("workflow.parameters.day"), id="conf of a param"),
    pytest.param("{{ dag_run.conf.table | default('x') }}", Simple("workflow.parameters.table"), id="conf with the filter default"),
    pytest.param("{{ dag_run.conf | tojson }}", Simple("workflow.parameters.conf"), id="conf as JSON"),
    pytest.param("{{ params.cfg | tojson }}", Simple("workflow.parameters.cfg"), id="a dict as JSON"),
    pytest.param("{{ var.value.bucket }}", EnvRef("AIRFLOW_VAR_BUCKET", ("variable", "bucket")), id="var.value"),
    pytest.param("{{ var.value.get('bucket', 'x') }}", EnvRef("AIRFLOW_VAR_BUCKET", ("variable", "bucket")), id="var.value.get"),
    pytest.param("{{ var.json.gcp.project }}", EnvRef("AIRFLOW_VAR_GCP__project", ("variable", "gcp#project")), id="var.json"),
    pytest.param("{{ var.json.gcp | tojson }}", EnvRef("AIRFLOW_VAR_GCP", ("variable", "gcp")), id="var.json as JSON"),
    pytest.param("{{ conn.wh.host }}", EnvRef("AIRFLOW_CONN_WH__host", ("connection", "wh#host")), id="conn"),
    pytest.param(
        "{{ conn.wh.extra_dejson.region }}", EnvRef("AIRFLOW_CONN_WH__extra__region", ("connection", "wh#extra/region")), id="conn extra"
    ),
    pytest.param("{{ conf.get('core', 'x') }}", EnvRef("AIRFLOW__CORE__X", ("env", "AIRFLOW__CORE__X")), id="Airflow's settings"),
    pytest.param("{{ ti.xcom_pull(task_ids='load') }}", XComHole(("load",)), id="xcom_pull"),
    pytest.param("{{ task_instance.xcom_pull('load', key='k') }}", XComHole(("load",), "k"), id="xcom_pull of a key"),
    pytest.param("{{ ti.xcom_pull(task_ids='load')['a'][0].b }}", XComHole(("load",), path=("a", 0, "b")), id="below an xcom"),
    pytest.param(
        "{{ ti.xcom_pull(task_ids=['load', 'group.extract']) }}", XComHole(("load", "group.extract"), many=True), id="several tasks"
    ),
    pytest.param("{{ ti.xcom_pull('load') | tojson }}", XComHole(("load",), json=True), id="an xcom as JSON"),
]


@pytest.mark.parametrize(("source", "part"), PARAMETERS)
def test_values_of_the_run(source: str, part: object) -> None:
    """Params and conf are workflow parameters, Variables and connections environment variables, XComs values of other tasks."""
    assert rendered(f"x {source}") == Text(("x ", part))  # type: ignore[arg-type]


def test_every_name_of_the_context_is_listed() -> None:
    """The table of names says for each which versions define it, and has a text for lists."""
    assert {"ds", "params", "run_id", "ti", "var", "conn", "macros"} <= set(MACROS)
    assert all(macro.text and set(macro.versions) <= {"2", "3"} for macro in MACROS.values())


def test_expressions_never_hold_closing_braces() -> None:
    """Argo ends an expression at the first two closing braces, so a text with them is refused inside one."""
    assert refused("{{ params.day ~ '}}' }}")[0] == "AG422"


def test_the_number_of_jinja_expressions_is_counted() -> None:
    """Each printed expression counts once: the ledger has an entry for each."""
    assert render_template("{{ ds }} and {{ params.day }}", context(dag()))[1] == 2


def test_options_of_the_jinja_environment() -> None:
    """Other delimiters and trimming that the DAG sets are obeyed."""
    options = {"variable_start_string": "[[", "variable_end_string": "]]", "keep_trailing_newline": True}
    assert render_template("[[ dag.dag_id ]] {{ ds }}\n", context(dag()), options)[0] == "etl {{ ds }}\n"
