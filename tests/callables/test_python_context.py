"""Airflow's context in Python tasks: what is read is given, with its type; what cannot be seen makes the task manual."""

from __future__ import annotations

import json

import pytest

from airgo import ir
from airgo.argo.text import Expression, Simple, XComHole
from airgo.lower.draft import CannotLower

UNSEEN = {
    "the context printed": "def task(**context):\n    print(context)\n",
    "the context returned": "def task(**context):\n    return context\n",
    "the context stored": "class A: pass\na = A()\ndef task(**context):\n    a.context = context\n",
    "a computed key": "def task(**context):\n    for key in ['ds', 'ts']:\n        print(context[key])\n",
    "the items of the context": "def task(**context):\n    return dict(context.items())\n",
    "the context spread into foreign code": "def task(**context):\n    return '{ds}'.format(**context)\n",
    "the task instance handed to foreign code": "def task(ti):\n    str(ti)\n",
    "a method of the DAG run": "def task(dag_run):\n    return dag_run.get_task_instances()\n",
    "an earlier run": "def task(prev_start_date_success):\n    return prev_start_date_success\n",
    "pendulum's methods": "def task(logical_date):\n    return logical_date.diff_for_humans()\n",
    "a computed task id": "def task(ti):\n    return [ti.xcom_pull(task_ids=f'a{n}') for n in range(3)]\n",
    "a key that is read": "def task(ti, **kwargs):\n    return ti.xcom_pull('a', key=open('x').read())\n",
    "an id bound twice": "def task(ti):\n    x = 'a'\n    x = input()\n    return ti.xcom_pull(x)\n",
    "an id that hides a constant": "x = 'a'\ndef task(ti):\n    return [ti.xcom_pull(x) for x in input()]\n",
    "another DAG's XCom": "def task(ti):\n    return ti.xcom_pull(task_ids='a', dag_id='b')\n",
    "an XCom without a task": "def task(ti):\n    return ti.xcom_pull(key='k')\n",
    "the whole of dag_run.conf": "def task(dag_run):\n    return dict(dag_run.conf)\n",
    "a nested function that prints it": "def task(**context):\n    def inner():\n        print(context)\n    inner()\n",
    "a helper that prints it": "def helper(c):\n    print(c)\ndef task(**context):\n    helper(context)\n",
}


@pytest.mark.parametrize("source", [pytest.param(text, id=name) for name, text in UNSEEN.items()])
def test_what_cannot_be_seen_is_not_guessed(make, cut, source: str) -> None:
    """A task that may read anything of the context is not converted."""
    with pytest.raises(CannotLower):
        make(cut(source))


def test_a_context_that_is_accepted_but_not_read_costs_nothing(make, cut) -> None:
    """`**kwargs` that nobody looks into leaves no trace in the script."""
    made = make(cut("def task(**kwargs):\n    print('x')\n"))
    assert made.source() == "# dags/x.py:1\ndef task(**kwargs):\n    print('x')\n\n\ntask()\n"


def filled(made, **values: str):
    """Values for the holes of the env entries with these names."""
    script = made.body("return_value")["script"]
    return {hole: values[entry["name"]] for entry in script["env"] if entry["name"] in values for hole in entry["value"].holes()}


def test_dates_are_given_by_name_and_through_the_context(make, cut) -> None:
    """Keys arrive as parameters and as items of `**context`, texts as texts and moments as datetimes."""
    made = make(
        cut(
            "def task(ds, logical_date, **context):\n"
            "    return [ds, logical_date.year, context['ts'], context.get('data_interval_end').isoformat()]\n"
        )
    )
    names = {entry["name"] for entry in made.body()["script"]["env"]}
    assert names == {"AIRGO_DS", "AIRGO_LOGICAL_DATE", "AIRGO_TS", "AIRGO_DATA_INTERVAL_END"}
    assert all(isinstance(hole, Expression) for entry in made.body()["script"]["env"] for hole in entry["value"].holes())
    values = {
        "AIRGO_DS": "2024-01-01",
        "AIRGO_LOGICAL_DATE": "2024-01-01T00:00:00+00:00",
        "AIRGO_TS": "2024-01-01T00:00:00+00:00",
        "AIRGO_DATA_INTERVAL_END": "2024-01-02T00:00:00+00:00",
    }
    script = made.body("return_value")["script"]
    env = {entry["name"]: values[entry["name"]] for entry in script["env"]}
    from tests.callables.conftest import run  # noqa: PLC0415

    assert run(script["source"], env, made.folder).value() == ["2024-01-01", 2024, "2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"]


def test_keys_that_airflow_does_not_have_are_absent(make, cut) -> None:
    """Code that asks for a key of its own gets what it would get in Airflow: its default, or that the key is not there."""
    source = "def task(**context):\n    return [context.get('mine', 3), 'mine' in context, 'params' in context]\n"
    assert make(cut(source)).run("return_value").value() == [3, False, True]


def test_a_keyword_of_the_author_wins_over_the_context(make, cut) -> None:
    """op_kwargs named like a key of the context are the author's."""
    made = make(cut("def task(ds, **kwargs):\n    return [ds, kwargs['ts']]\n"), op_kwargs={"ds": "mine", "ts": "too"})
    assert made.run("return_value").value() == ["mine", "too"]


def test_xcoms_are_pulled_by_literal_ids(make, cut) -> None:
    """Each value that is pulled is an input of the task; a missing one gives the default."""
    source = (
        "SOURCE = 'extract'\n"
        "def task(**context):\n"
        "    ti = context['ti']\n"
        "    rows = ti.xcom_pull(task_ids=SOURCE)\n"
        "    many = ti.xcom_pull(task_ids=['extract', 'other'], key='k')\n"
        "    return [rows, many, context['task_instance'].xcom_pull('gone', default=7)]\n"
    )
    made = make(cut(source))
    holes = {
        XComHole(("extract",), json=True): '{"a": [1, "{\\u007b"]}',
        XComHole(("extract",), "k", json=True): "1.5",
        XComHole(("other",), "k", json=True): '"x"',
        XComHole(("gone",), json=True): "null",
    }
    assert made.run("return_value", holes=holes).value() == [{"a": [1, "{" * 2]}, [1.5, "x"], 7]


def test_pushed_keys_are_written_for_their_readers(make, cut) -> None:
    """xcom_push writes the keys that somebody reads, and only those."""
    made = make(cut("def task(ti):\n    ti.xcom_push(key='a', value={'x': 1})\n    ti.xcom_push('b', 2)\n"))
    assert set(made.template.outputs) == {"return_value", "items", "a", "b"}
    ran = made.run("a")
    assert ran.files == {"xcom-a": '{"x": 1}'}
    assert made.run().files == {}


def test_the_context_is_followed_into_helpers(make, cut) -> None:
    """A helper that is given the context, a part of it, or its items is looked into as well."""
    source = (
        "def day(context):\n    return context['ds']\n"
        "def rows(instance):\n    return instance.xcom_pull(task_ids='a')\n"
        "def name(run_id, **rest):\n    return run_id\n"
        "def task(**context):\n    return [day(context), rows(context['ti']), name(**context)]\n"
    )
    made = make(cut(source))
    assert [entry["name"] for entry in made.body()["script"]["env"]] == ["AIRGO_DS", "AIRGO_XCOM_A", "AIRGO_RUN_ID"]


def test_params_keep_their_types(make, cut) -> None:
    """A param is read as the type that its default has."""
    params = (
        ir.Param("n", 5),
        ir.Param("name", "x"),
        ir.Param("flag", True),
        ir.Param("rows", [1]),
        ir.Param("none", None),
        ir.Param("count", None, {"type": ["null", "integer"]}),
    )
    made = make(cut("def task(params):\n    return params\n"), params=params)
    holes = {
        Simple("workflow.parameters.n"): "6",
        Simple("workflow.parameters.name"): "12",
        Simple("workflow.parameters.flag"): "False",
        Simple("workflow.parameters.rows"): '["a"]',
        Simple("workflow.parameters.none"): "null",
        Simple("workflow.parameters.count"): "3",
    }
    expected = {"n": 6, "name": "12", "flag": False, "rows": ["a"], "none": None, "count": 3}
    assert made.run("return_value", holes=holes).value() == expected


def test_the_run_and_the_task_know_themselves(make, cut) -> None:
    """Attributes of dag_run, dag, task and ti that are exact are given."""
    source = (
        "def task(dag_run, dag, task, ti):\n"
        "    return [dag_run.run_id, dag.dag_id, task.task_id, ti.task_id, ti.try_number, dag_run.conf.get('day', 'none')]\n"
    )
    made = make(cut(source))
    script = made.body("return_value")["script"]
    env = {entry["name"]: entry["value"] if isinstance(entry["value"], str) else "given" for entry in script["env"]}
    from tests.callables.conftest import run  # noqa: PLC0415

    assert run(script["source"], env, made.folder).value() == ["given", "d", "t", "t", 1, "given"]
    assert run(script["source"], {**env, "AIRGO_DAG_RUN_CONF_DAY": ""}, made.folder).value()[-1] == "none"


def test_get_current_context_gives_what_the_code_reads(make, cut) -> None:
    """The function of Airflow's is replaced, and knows the keys that are read anywhere in the code."""
    source = (
        "from airflow.operators.python import get_current_context\n"
        "def helper():\n    context = get_current_context()\n    return context['ti'].xcom_pull(task_ids='a')\n"
        "def task():\n    return [get_current_context()['dag'].dag_id, helper()]\n"
    )
    assert make(cut(source)).run("return_value", holes={XComHole(("a",), json=True): "3"}).value() == ["d", 3]


def test_templates_dict_is_given_to_those_who_ask(make, cut) -> None:
    """The rendered dict arrives under its name."""
    made = make(cut("def task(templates_dict):\n    return templates_dict['q']\n"), templates_dict={"q": "select 1"})
    assert made.run("return_value").value() == "select 1"


def test_a_skip_is_published_and_a_failure_for_good_is_not_retried(make, cut) -> None:
    """AirflowSkipException ends well with airgo-state; AirflowFailException ends with the code that is not retried."""
    source = (
        "from airflow.exceptions import AirflowSkipException, AirflowFailException\n"
        "def task(what):\n"
        "    if what == 'skip':\n        raise AirflowSkipException('nothing to do')\n"
        "    if what == 'fail':\n        raise AirflowFailException('no')\n"
        "    return what\n"
    )
    made = make(cut(source), op_kwargs={"what": "skip"})
    assert made.template.can_skip_itself
    assert made.template.no_retry_exit_codes == (100,)
    ran = made.run("return_value", "airgo-state")
    assert (ran.status, ran.files) == (0, {"airgo-state": "skipped"})
    assert make(cut(source), op_kwargs={"what": "fail"}).run("return_value").status == 100
    assert make(cut(source), op_kwargs={"what": "ok"}).run("return_value").files == {"return-value": '"ok"'}


def test_an_exception_imported_inside_the_function_is_replaced_too(make, cut) -> None:
    """The user's import statement stays and finds a module that the script registers."""
    source = "def task():\n    from airflow.exceptions import AirflowSkipException\n    raise AirflowSkipException\n"
    assert make(cut(source)).run("airgo-state").files == {"airgo-state": "skipped"}


def test_variables_and_connections_are_read_when_the_task_runs(make, cut) -> None:
    """No value of the deployment is fixed in the script; the container gets exactly the entries that the code reads."""
    source = (
        "import os\n"
        "from airflow.models import Variable\n"
        "from airflow.hooks.base import BaseHook\n"
        "BUCKET = Variable.get('bucket')\n"
        "def task():\n"
        "    conn = BaseHook.get_connection('db')\n"
        "    extra = conn.extra_dejson\n"
        "    limits = Variable.get('limits', deserialize_json=True)\n"
        "    maybe = Variable.get('x', default_var=None)\n"
        "    return [BUCKET, conn.host, conn.port, conn.password, extra, limits, maybe, os.getenv('MODE', 'slow')]\n"
    )
    made = make(cut(source))
    script = made.body()["script"]
    assert [entry["name"] for entry in script["env"]] == [
        "AIRFLOW_VAR_BUCKET",
        "AIRFLOW_CONN_DB",
        "AIRFLOW_VAR_LIMITS",
        "AIRFLOW_VAR_X",
        "MODE",
    ]
    optional = script["env"][3]["valueFrom"]["configMapKeyRef"]
    assert optional["optional"] is True
    env = {"AIRFLOW_VAR_BUCKET": "b", "AIRFLOW_CONN_DB": "postgres://u:p%40@h:5432/s?a=1", "AIRFLOW_VAR_LIMITS": json.dumps([1])}
    assert made.run("return_value", env=env).value() == ["b", "h", 5432, "p@", {"a": "1"}, [1], None, "slow"]
    needed = {(one.kind, one.key, one.default) for one in made.draft.inputs if one.kind != "images"}
    assert {("variables", "bucket", None), ("connections", "db", None), ("env", "MODE", "slow")} <= needed


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("from airflow.models import Variable\ndef task():\n    Variable.set('a', 'b')\n", id="setting a Variable"),
        pytest.param("from airflow.providers.x.hooks.y import Hook\ndef task():\n    Hook().run()\n", id="a hook"),
        pytest.param("def task():\n    from airflow.utils.email import send_email\n    send_email('a')\n", id="an import inside"),
        pytest.param("import airflow\ndef task():\n    return airflow.__version__\n", id="airflow itself"),
        pytest.param("from airflow import DAG\ndag = DAG('x')\ndef task():\n    return dag.dag_id\n", id="the DAG object"),
        pytest.param("from airflow.models import Variable as V\ndef task():\n    return V.delete('x')\n", id="under another name"),
        pytest.param("def task():\n    return globals()['x']\n", id="globals"),
        pytest.param("def task():\n    return missing\n", id="an undefined name"),
        pytest.param("for i in range(3):\n    x = i\ndef task():\n    return x\n", id="a name bound in a loop"),
        pytest.param("from airflow.decorators import task as t\n@t.run_if(lambda c: True)\n@t\ndef task():\n    pass\n", id="run_if"),
    ],
)
def test_what_needs_airflow_or_the_file_is_not_converted(make, cut, source: str) -> None:
    """Nothing is carried that would fail, or do something else, without Airflow."""
    with pytest.raises(CannotLower):
        make(cut(source))


def test_packages_are_named(make, cut) -> None:
    """What the image must hold is reported, with the names that one installs."""
    made = make(cut("import yaml\nfrom google.cloud import storage\ndef task():\n    import pandas as pd\n    return yaml, storage, pd\n"))
    assert made.draft.requirements == {name: {"dags/x.py"} for name in ("PyYAML", "google-cloud-storage", "pandas")}
    assert [found.code for found in made.draft.collector] == ["AG503"]


def test_code_that_looks_beside_itself_needs_an_image(make, cut) -> None:
    """A warning says so, and the Dockerfile copies the project."""
    made = make(cut("def task():\n    return __file__\n"))
    assert [found.code for found in made.draft.collector] == ["AG531"]
    assert made.run("return_value").value() == "/airgo-project/dags/x.py"
    assert made.draft.needs_project


def pulled(made) -> set[str]:
    """What a task is given of others: "id key"."""
    holes = [hole for entry in made.body()["script"].get("env", []) for hole in entry["value"].holes()]
    return {f"{hole.task_ids[0]} {hole.key}" for hole in holes if isinstance(hole, XComHole)}


KNOWN_PULLS = {
    "an argument in an f-string": (
        "def task(**kwargs):\n    n = kwargs.get('n', '')\n    return kwargs['ti'].xcom_pull('a', key=f'k{n}')\n",
        {"n": 3},
        {"a k3"},
    ),
    "the default of an argument that is not given": (
        "def task(**kwargs):\n    n = kwargs.get('n', '')\n    return kwargs['ti'].xcom_pull('a', key=f'k{n}')\n",
        {},
        {"a k"},
    ),
    "an argument that may be absent": (
        "def task(**kwargs):\n    one = kwargs['one'] if 'one' in kwargs else 'b'\n    return kwargs['ti'].xcom_pull(task_ids=one)\n",
        {"one": "c"},
        {"c return_value"},
    ),
    "a loop over a list": (
        "NAMES = ['a', 'b']\ndef task(ti):\n    return [ti.xcom_pull(task_ids='x.' + name) for name in NAMES]\n",
        {},
        {"x.a return_value", "x.b return_value"},
    ),
    "both sides of a test": (
        "def task(ti, ds):\n    return ti.xcom_pull('a' if ds > '2024' else 'b')\n",
        {},
        {"a return_value", "b return_value"},
    ),
    "a helper that is given the id": (
        "def get(ti, one, key='k'):\n    return ti.xcom_pull(task_ids=one, key=key)\ndef task(ti):\n    return get(ti, 'a')\n",
        {},
        {"a k"},
    ),
    "a parameter's default": ("def task(ti, one='a'):\n    return ti.xcom_pull(task_ids=str(one))\n", {}, {"a return_value"}),
    "whatever was pushed, by a task that only returns": (
        "def task(ti):\n    return ti.xcom_pull(task_ids='a', key=None)\n",
        {},
        {"a return_value"},
    ),
    "a choice that is known": (
        "def task(ti, kind):\n    one = ('b' if kind == 'x' else 'a') or 'c'\n    return ti.xcom_pull(task_ids=[one, 'd'])\n",
        {"kind": "y"},
        {"a return_value", "d return_value"},
    ),
}


@pytest.mark.parametrize(("source", "given", "expected"), [pytest.param(*case, id=name) for name, case in KNOWN_PULLS.items()])
def test_pulls_are_known_where_the_values_can_be_listed(make, cut, source: str, given: dict[str, object], expected: set[str]) -> None:
    """Ids and keys made of constants, of arguments that the DAG fixes and of loops over lists are followed."""
    assert pulled(make(cut(source), op_kwargs=given)) == expected


def test_whatever_was_pushed_last_is_not_guessed(make, cut) -> None:
    """A Python task may push under any key, so `key=None` names none of them."""
    code = cut("def task(ti):\n    return ti.xcom_pull(task_ids='a', key=None)\n")
    span = ir.Span("dags/x.py", 1, 1, 1, 1)
    other = ir.Task("a", "x", "x", span, {"python_callable": ir.Argument(code, span)}, {})
    with pytest.raises(CannotLower, match="whatever a pushed last"):
        make(code, others=(other,))


def test_an_argument_that_is_a_template_is_not_fixed(make, cut) -> None:
    """What Jinja fills is known only when the task runs."""
    with pytest.raises(CannotLower, match="computed"):
        make(
            cut("def task(ti, one):\n    return ti.xcom_pull(task_ids=one)\n"),
            op_kwargs={"one": "{{ ds }}"},
            lowered={"op_kwargs": {"one": "x"}},
        )


def test_dates_have_pendulums_methods_where_they_are_used(make, cut) -> None:
    """A script whose dates need more than datetime's methods has airgo's DateTime; one that prints them only does not."""
    made = make(cut("def task(logical_date):\n    return logical_date.subtract(days=1).to_date_string()\n"))
    from tests.callables.conftest import run  # noqa: PLC0415

    env = {"AIRGO_LOGICAL_DATE": "2024-03-01T00:00:00+00:00"}
    assert run(made.source("return_value"), env, made.folder).value() == "2024-02-29"
    plain = make(cut("def task(logical_date):\n    print(logical_date, f'{logical_date}')\n    return str(logical_date)\n"))
    assert "class DateTime" not in plain.source()
    assert run(plain.source("return_value"), env, plain.folder).value() == "2024-03-01 00:00:00+00:00"


def test_dates_that_are_handed_on_are_said(make, cut) -> None:
    """Where a date goes out of sight it is airgo's DateTime, and a note says so."""
    made = make(cut("def task(logical_date):\n    return sorted([logical_date])[0].add(days=1).format('YYYY')\n"))
    from tests.callables.conftest import run  # noqa: PLC0415

    assert run(made.source("return_value"), {"AIRGO_LOGICAL_DATE": "2024-03-01T00:00:00+00:00"}, made.folder).value() == "2024"
    assert [d.code for d in make.collector.sorted()] == ["AG511"]


def test_code_that_imports_pendulum_is_given_pendulums_dates(make, cut) -> None:
    """The image has pendulum then."""
    made = make(cut("import pendulum\ndef task(logical_date):\n    return pendulum.now() - logical_date\n"))
    assert 'pendulum.parse(os.environ["AIRGO_LOGICAL_DATE"])' in made.source()
    assert "class DateTime" not in made.source()


def test_airflows_settings_and_times_are_replaced(make, cut) -> None:
    """conf, timezone, days_ago and TriggerRule need no Airflow; what they lack is said."""
    source = (
        "from airflow.configuration import conf\nfrom airflow.utils import timezone\nfrom airflow.utils.timezone import utcnow as now\n"
        "from airflow.utils.dates import days_ago\nfrom airflow.utils.trigger_rule import TriggerRule\n"
        "def task():\n    from airflow.exceptions import AirflowConfigException\n"
        "    return [conf.get('webserver', 'base_url'), conf.getint('core', 'x', fallback=3), timezone.parse('2024-01-02').isoformat(),\n"
        "            (now() - days_ago(1)).days, TriggerRule.ALL_DONE]\n"
    )
    made = make(cut(source))
    names = [entry["name"] for entry in made.body()["script"]["env"]]
    assert names == ["AIRFLOW__WEBSERVER__BASE_URL", "AIRFLOW__CORE__X"]
    found = made.run("return_value", env={"AIRFLOW__WEBSERVER__BASE_URL": "http://a"}).value()
    assert found == ["http://a", 3, "2024-01-02T00:00:00+00:00", 1, "all_done"]
    for missing in (
        "from airflow.configuration import conf\ndef task():\n    return conf.as_dict()\n",
        "from airflow.utils import timezone\ndef task():\n    return timezone.td_format(1)\n",
    ):
        with pytest.raises(CannotLower, match="only where Airflow is installed"):
            make(cut(missing))
