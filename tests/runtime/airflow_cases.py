"""Tasks for the runtime of Airflow images: operators and sensors that need no service outside, and what has to become of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STANDARD = "airflow.providers.standard."
SQL = "airflow.providers.common.sql."
HTTP = "airflow.providers.http."
ENVIRONMENT = {
    "WHEN": "2024-01-03T00:00:00Z",  # a Wednesday
    "UNTIL": "2024-01-04T00:00:00Z",
    "RUN": "scheduled__2024-01-03T00:00:00+00:00",
    "LIMIT": "7",
    "FROM_OTHER": '{"count": 3, "text": "{\\u007b ds }}"}',
    "NOTHING": "null",
    "AIRFLOW_VAR_REGION": "eu",
    "AIRFLOW_VAR_LIMITS": '{"rows": [1, 2]}',
    "AIRFLOW_CONN_FS_DEFAULT": '{"conn_type": "fs", "extra": {"path": "/"}}',
    "AIRFLOW_CONN_WAREHOUSE": '{"conn_type": "postgres", "host": "dw.example", "login": "me", "password": "secret"}',
}
BASE: dict[str, Any] = {
    "dag_id": "shop",
    "task_id": "group.task",
    "texts": {"run_id": "RUN"},
    "moments": {"logical_date": "WHEN", "data_interval_start": "WHEN", "data_interval_end": "UNTIL"},
    "params": {"limit": {"env": "LIMIT", "as": "json"}},
    "pulled": {"other return_value": "FROM_OTHER", "silent return_value": "NOTHING"},
    "outputs": {"return_value": "return-value"},
}
RETURNED = "return-value"


@dataclass(frozen=True)
class Case:
    """A task; its exit code, and the JSON in its files by name. `words` are in what it prints; `three`: other files in Airflow 3."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    code: int = 0
    files: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    three: Mapping[str, Any] | None = None
    lines: str = "23"

    def task(self) -> dict[str, Any]:
        """The description."""
        return {**BASE, "class": self.kind, **self.more, "arguments": dict(self.arguments)}


def returns(value: Any) -> dict[str, Any]:
    """The files of a task that only returns something."""
    return {RETURNED: value}


def function(source: str, name: str = "function", **more: Any) -> dict[str, Any]:
    """A function whose source travels."""
    return {"$source": source, "name": name, **more}


def calls(source: str, **arguments: Any) -> dict[str, Any]:
    """The arguments of a Python task."""
    return {"python_callable": function(source), **arguments}


BRANCH = {"branch": True, "choices": ["big", "small", "ways"]}
SKIPPED = {"airgo-state": "skipped"}
BASH, PYTHON = STANDARD + "operators.bash.BashOperator", STANDARD + "operators.python.PythonOperator"

SHELL = {
    "a templated command": Case(
        BASH,
        {"bash_command": "echo {{ ds }} {{ params.limit + 1 }} {{ run_id }} $AIRFLOW_CTX_TASK_ID"},
        files=returns("2024-01-03 8 scheduled__2024-01-03T00:00:00+00:00 group.task"),
    ),
    "macros, Variables and connections": Case(
        BASH,
        {
            "bash_command": "echo {{ macros.ds_add(ds, 2) }} {{ var.value.region }} {{ var.json.limits.rows[1] }} {{ conn.warehouse.host }}"
            " {{ var.value.get('none', 'fallback') }} {{ data_interval_end | ds }} {{ ti.xcom_pull(task_ids='other')['count'] }}"
        },
        files=returns("2024-01-05 eu 2 dw.example fallback 2024-01-04 3"),
    ),
    "environment and working directory": Case(
        BASH, {"bash_command": "echo $DAY in $PWD", "env": {"DAY": "{{ ds_nodash }}"}, "cwd": "/tmp"}, files=returns("20240103 in /tmp")
    ),
    "the exit code that skips": Case(BASH, {"bash_command": "exit 99"}, files=SKIPPED, words="the task skips itself"),
    "a command that fails": Case(BASH, {"bash_command": "exit 3"}, code=1),
    "a command in a file": Case(
        BASH,
        {"bash_command": "scripts/run.sh"},
        {"files": {"scripts/run.sh": "{% include 'head.sh' %}\necho {{ ds }}", "head.sh": "echo from"}},
        files=returns("2024-01-03"),
    ),
    "an undefined name": Case(BASH, {"bash_command": "echo {{ nowhere }}"}, code=1, words="nowhere"),
    "an XCom that was not handed over": Case(
        BASH, {"bash_command": "echo {{ ti.xcom_pull(task_ids='stranger') }}"}, code=1, words="was not handed to this task"
    ),
    "nothing pushed": Case(BASH, {"bash_command": "echo x", "do_xcom_push": False}),
    "an attribute assigned afterwards": Case(
        BASH, {"bash_command": "echo x"}, {"attributes": {"bash_command": "echo {{ ds }}"}}, files=returns("2024-01-03")
    ),
    "macros and filters of the DAG's own": Case(
        BASH,
        {"bash_command": "echo {{ greet('you') | loud }}"},
        {
            "dag_arguments": {
                "user_defined_macros": {"greet": function("def function(name):\n    return 'hello ' + name\n")},
                "user_defined_filters": {"loud": function("function = str.upper")},
            }
        },
        files=returns("HELLO YOU"),
    ),
}

CODE = {
    "arguments and context": Case(
        PYTHON,
        calls(
            "def function(a, b, ds, ti):\n    return [a, b[0].total_seconds(), b[1].month, ds, ti.try_number]\n",
            op_args=["{{ params.limit }}"],
            op_kwargs={"b": {"$tuple": [{"$timedelta": 60.5}, {"$date": "2024-02-01"}]}},
        ),
        files=returns(["7", 60.5, 2, "2024-01-03", 1]),
    ),
    "dates": Case(
        PYTHON,
        calls(
            "def function(a, b, logical_date, **context):\n"
            "    return [a.isoformat(), b.isoformat(), type(b).__module__.split('.')[0], logical_date.add(days=1).to_date_string()]\n",
            op_kwargs={
                "a": {"$datetime": "2024-01-01T00:00:00"},
                "b": {"$datetime": "2024-07-01T02:00:00+02:00", "zone": "Europe/Paris"},
            },
        ),
        files=returns(["2024-01-01T00:00:00", "2024-07-01T02:00:00+02:00", "pendulum", "2024-01-04"]),
    ),
    "values of all kinds": Case(
        PYTHON,
        calls(
            "def function(v):\n    return [sorted(v['s']), v['b'].decode(), v['f'] > 1, v['d'][1], v['t'].hour, v['c'].year, v['n'](4)]\n",
            op_args=[
                {
                    "s": {"$set": [2, 1]},
                    "b": {"$bytes": "aGk="},
                    "f": {"$float": "inf"},
                    "d": {"$dict": [[1, "one"]]},
                    "t": {"$time": "05:00:00"},
                    "c": {"$call": ["nowhere.Thing", "datetime.date"], "args": [2020, 1, 2]},
                    "n": {"$name": "math.sqrt"},
                }
            ],
        ),
        files=returns([[1, 2], "hi", True, "one", 5, 2020, 2.0]),
    ),
    "what others handed on is no template": Case(
        PYTHON,
        calls("def function(a, b):\n    return [a['text'], b]\n", op_args=[{"$xcom": "FROM_OTHER"}, "{{ ds }}"]),
        files=returns(["{{ ds }}", "2024-01-03"]),
    ),
    "what the DAG file reads of the deployment": Case(
        PYTHON,
        calls(
            "def function(*a):\n    return list(a)\n",
            op_args=[
                {"$join": ["in ", {"$variable": "region"}]},
                {"$variable": "limits", "json": True, "path": ["rows", 0]},
                {"$variable": "none", "default": "d"},
                {"$connection": "warehouse", "path": ["login"]},
                {"$environ": "NO_SUCH", "default": "e"},
                {"$param": "limit"},
                {"$given": "RUN"},
                {"$json": "LIMIT"},
                {"$env": "LIMIT"},
            ],
        ),
        files=returns(["in eu", 1, "d", "me", "e", 7, "scheduled__2024-01-03T00:00:00+00:00", 7, "7"]),
    ),
    "several outputs": Case(
        PYTHON,
        calls("def function():\n    return {'a': 1, 'b': '$x {' + '{y'}\n", multiple_outputs=True),
        {"outputs": {"return_value": RETURNED, "a": "xcom-a", "b": "xcom-b", "c": "xcom-c"}},
        files={RETURNED: {"a": 1, "b": "$x {{y"}, "xcom-a": 1, "xcom-b": "$x {{y"},
    ),
    "a list to fan out over": Case(
        PYTHON,
        calls("def function():\n    return [1, 'a', [None]]\n"),
        {"outputs": {"items": "items"}},
        files={"items": ["1", '"a"', "[null]"]},
    ),
    "pushed by hand": Case(
        PYTHON,
        calls("def function(ti):\n    ti.xcom_push(key='k', value=[1])\n    return ti.xcom_pull(task_ids=['other', 'silent'])[1]\n"),
        {"outputs": {"return_value": RETURNED, "k": "xcom-k"}},
        files={"xcom-k": [1]},
    ),
    "no JSON": Case(PYTHON, calls("def function():\n    return object()\n"), code=1, words="cannot be written as JSON"),
    "the current context": Case(
        PYTHON,
        {"python_callable": function("def function():\n    return get_current_context()['ds']\n", airflow=["get_current_context"])},
        files=returns("2024-01-03"),
    ),
    "a skip": Case(
        PYTHON,
        {"python_callable": function("def function():\n    raise AirflowSkipException('no')\n", airflow=["AirflowSkipException"])},
        files=SKIPPED,
    ),
    "a failure for good": Case(
        PYTHON,
        {"python_callable": function("def function():\n    raise AirflowFailException('no')\n", airflow=["AirflowFailException"])},
        code=100,
        words="the task fails for good",
    ),
    "a failure": Case(PYTHON, calls("def function():\n    raise ValueError('broken')\n"), code=1, words="broken"),
    "an end of the program": Case(PYTHON, calls("def function():\n    raise SystemExit(0)\n")),
    "a bad end of the program": Case(PYTHON, calls("def function():\n    raise SystemExit(4)\n"), code=4),
    "native objects": Case(
        PYTHON,
        calls("def function(a):\n    return [a]\n", op_args=["{{ [1, params.limit] }}"]),
        {"dag_arguments": {"render_template_as_native_obj": True}},
        files=returns([[1, 7]]),
    ),
    "a partial": Case(
        PYTHON,
        {"python_callable": {"$callable": "shop.functions:add", "args": [1], "kwargs": {"c": 3}}, "op_kwargs": {"b": 2}},
        files=returns(6),
    ),
    "another interpreter": Case(
        STANDARD + "operators.python.ExternalPythonOperator",
        {"python_callable": {"$callable": "shop.functions:increase"}, "python": sys.executable, "op_args": [1], "expect_airflow": False},
        files=returns(2),
        lines="2",  # in Airflow 3 the other interpreter asks the task runner, which is not there
    ),
    "a short circuit that goes on": Case(
        STANDARD + "operators.python.ShortCircuitOperator",
        calls("def function():\n    return [1]\n"),
        {"short_circuit": True},
        files={"airgo-branch": True, RETURNED: [1]},
    ),
    "a short circuit that ends": Case(
        STANDARD + "operators.python.ShortCircuitOperator",
        calls("def function():\n    return 0\n"),
        {"short_circuit": True},
        files={"airgo-branch": False, RETURNED: 0},
        three={"airgo-branch": False},
    ),
    "nothing": Case(STANDARD + "operators.empty.EmptyOperator"),
    "smooth": Case(STANDARD + "operators.smooth.SmoothOperator"),
}

BRANCHES = {
    "of a function": Case(
        STANDARD + "operators.python.BranchPythonOperator",
        calls("def function():\n    return ['big', 'ways']\n"),
        BRANCH,
        files={"airgo-branch": ["big", "ways"], RETURNED: ["big", "ways"]},
        three={"airgo-branch": ["big", "ways"]},
    ),
    "that does not exist": Case(
        STANDARD + "operators.python.BranchPythonOperator",
        calls("def function():\n    return 'bog'\n"),
        BRANCH,
        code=1,
        words="which the DAG does not have",
    ),
    "nowhere": Case(
        STANDARD + "operators.python.BranchPythonOperator",
        calls("def function():\n    return None\n"),
        BRANCH,
        files={"airgo-branch": []},
    ),
    "by the day of the week": Case(
        STANDARD + "operators.weekday.BranchDayOfWeekOperator",
        {
            "week_day": "Wednesday",
            "use_task_logical_date": True,
            "follow_task_ids_if_true": "big",
            "follow_task_ids_if_false": "small",
        },
        BRANCH,
        files={"airgo-branch": ["big"], RETURNED: "big"},
        three={"airgo-branch": ["big"]},
    ),
    "by the time": Case(
        STANDARD + "operators.datetime.BranchDateTimeOperator",
        {
            "use_task_logical_date": True,
            "target_lower": {"$datetime": "2024-01-01T00:00:00+00:00"},
            "target_upper": {"$datetime": "2024-01-02T00:00:00+00:00"},
            "follow_task_ids_if_true": ["big"],
            "follow_task_ids_if_false": ["small"],
        },
        BRANCH,
        files={"airgo-branch": ["small"], RETURNED: ["small"]},
        three={"airgo-branch": ["small"]},
    ),
    "by a query": Case(
        SQL + "operators.sql.BranchSQLOperator",
        {"sql": "select 1", "conn_id": "shop_db", "follow_task_ids_if_true": ["big"], "follow_task_ids_if_false": ["small"]},
        BRANCH,
        files={"airgo-branch": ["big"]},
    ),
    "of the project": Case(
        "shop.branches.BySize",
        {"source": "other", "limit": 2, "big": "big", "small": "small"},
        BRANCH,
        files={"airgo-branch": ["big"], RETURNED: "big"},
        three={"airgo-branch": ["big"]},
    ),
}

SOON = {"poke_interval": 0.05, "timeout": 0.2}
SENSORS = {
    "a file": Case(STANDARD + "sensors.filesystem.FileSensor", {"filepath": "/etc/{{ 'host' }}s"}),
    "a file, deferrable": Case(STANDARD + "sensors.filesystem.FileSensor", {"filepath": "/etc/hosts", "deferrable": True}),
    "no file": Case(STANDARD + "sensors.filesystem.FileSensor", {"filepath": "/no/such", **SOON}, code=100, words="fails for good"),
    "no file, softly": Case(STANDARD + "sensors.filesystem.FileSensor", {"filepath": "/no/such", "soft_fail": True, **SOON}, files=SKIPPED),
    "a point in time": Case(STANDARD + "sensors.date_time.DateTimeSensor", {"target_time": "{{ data_interval_end }}"}),
    "a point in time, deferrable": Case(STANDARD + "sensors.date_time.DateTimeSensorAsync", {"target_time": "2024-01-01T00:00:00+00:00"}),
    "a time of the day": Case(STANDARD + "sensors.time.TimeSensor", {"target_time": {"$time": "00:00:00"}}),
    "a while after the run's interval": Case(STANDARD + "sensors.time_delta.TimeDeltaSensor", {"delta": {"$timedelta": 60}}),
    "a while, deferrable": Case(STANDARD + "sensors.time_delta.TimeDeltaSensorAsync", {"delta": {"$timedelta": 60}}, files=returns(True)),
    "a moment": Case(STANDARD + "sensors.time_delta.WaitSensor", {"time_to_wait": {"$timedelta": 0.01}, "poke_interval": 0.01}),
    "a day of the week": Case(STANDARD + "sensors.weekday.DayOfWeekSensor", {"week_day": "Wednesday", "use_task_logical_date": True}),
    "a command": Case(STANDARD + "sensors.bash.BashSensor", {"bash_command": "test {{ ds }} = 2024-01-03"}),
    "a command that is never done": Case(STANDARD + "sensors.bash.BashSensor", {"bash_command": "false", **SOON}, code=100),
    "a function, rescheduled": Case(
        STANDARD + "sensors.python.PythonSensor",
        {
            **calls("import os\ndef function():\n    done, os.environ['AGAIN'] = 'AGAIN' in os.environ, '1'\n    return done\n"),
            "mode": "reschedule",
            "poke_interval": 0.01,
        },
    ),
    "a function with a value": Case(
        STANDARD + "sensors.python.PythonSensor",
        {"python_callable": function("def function():\n    return PokeReturnValue(True, [1])\n", airflow=["PokeReturnValue"])},
        files=returns([1]),
    ),
    "a function that fails silently": Case(
        STANDARD + "sensors.python.PythonSensor", {**calls("def function():\n    1 / 0\n"), "silent_fail": True, **SOON}, code=100
    ),
    "a query": Case(SQL + "sensors.sql.SqlSensor", {"conn_id": "shop_db", "sql": "select count(*) from orders"}),
    "a page": Case(
        HTTP + "sensors.http.HttpSensor",
        {
            "http_conn_id": "shop_api",
            "endpoint": "orders?day={{ ds }}",
            "response_check": function("function = lambda response: response.json()['day'] == '2024-01-03'"),
        },
    ),
    "a page that is not there": Case(
        HTTP + "sensors.http.HttpSensor", {"http_conn_id": "shop_api", "endpoint": "missing", **SOON}, code=100
    ),
}

SERVICES = {
    "statements": Case(
        SQL + "operators.sql.SQLExecuteQueryOperator",
        {
            "conn_id": "shop_db",
            "sql": "insert into orders values (3, '{{ ds }}'); select * from orders order by id",
            "split_statements": True,
            "return_last": True,
        },
        files=returns([[1, "a"], [2, "b"], [3, "2024-01-03"]]),
    ),
    "a statement in a file": Case(
        SQL + "operators.sql.SQLExecuteQueryOperator",
        {"conn_id": "shop_db", "sql": "sql/count.sql", "parameters": {"least": 2}},
        {"files": {"sql/count.sql": "select count(*) from {{ params.table }} where id >= :least"}, "fixed_params": {"table": "orders"}},
        files=returns([[1]]),
    ),
    "a check": Case(SQL + "operators.sql.SQLCheckOperator", {"conn_id": "shop_db", "sql": "select 1"}),
    "a check that fails": Case(SQL + "operators.sql.SQLCheckOperator", {"conn_id": "shop_db", "sql": "select 0"}, code=1),
    "a value": Case(
        SQL + "operators.sql.SQLValueCheckOperator",
        {"conn_id": "shop_db", "sql": "select count(*) from orders", "pass_value": 2, "tolerance": 0.1},
    ),
    "a threshold": Case(
        SQL + "operators.sql.SQLThresholdCheckOperator",
        {"conn_id": "shop_db", "sql": "select count(*) from orders", "min_threshold": 1, "max_threshold": 5},
    ),
    "a table": Case(
        SQL + "operators.sql.SQLTableCheckOperator",
        {"conn_id": "shop_db", "table": "orders", "checks": {"rows": {"check_statement": "count(*) > 1"}}},
    ),
    "columns": Case(
        SQL + "operators.sql.SQLColumnCheckOperator",
        {"conn_id": "shop_db", "table": "orders", "column_mapping": {"id": {"null_check": {"equal_to": 0}}}},
    ),
    "rows from one table to another": Case(
        "airflow.providers.common.sql.operators.generic_transfer.GenericTransfer",
        {
            "source_conn_id": "shop_db",
            "destination_conn_id": "shop_db",
            "sql": "select id + 10, name from orders",
            "destination_table": "orders",
        },
        {
            "class": [
                "airflow.providers.common.sql.operators.generic_transfer.GenericTransfer",
                "airflow.operators.generic_transfer.GenericTransfer",
            ]
        },
    ),
    "a request": Case(
        HTTP + "operators.http.HttpOperator",
        {"http_conn_id": "shop_api", "method": "GET", "endpoint": "orders", "data": {"day": "{{ ds }}"}},
        files=returns('{"day": "2024-01-03"}'),
    ),
    "a request, filtered": Case(
        HTTP + "operators.http.HttpOperator",
        {
            "http_conn_id": "shop_api",
            "method": "POST",
            "endpoint": "orders",
            "data": "{{ ds }}",
            "response_filter": function("function = lambda response: response.json()['body']"),
        },
        files=returns("2024-01-03"),
    ),
    "a request, deferrable": Case(
        HTTP + "operators.http.HttpOperator",
        {"http_conn_id": "shop_api", "method": "GET", "endpoint": "orders", "deferrable": True},
        files=returns('{"day": null}'),
    ),
    "a request that fails": Case(
        HTTP + "operators.http.HttpOperator", {"http_conn_id": "shop_api", "method": "GET", "endpoint": "missing"}, code=1
    ),
    "a file to another place": Case(
        "airflow.providers.common.io.operators.file_transfer.FileTransferOperator",
        {"src": "file:///etc/hosts", "dst": "file:///tmp/airgo-copied-{{ ds }}", "overwrite": True},
        lines="3",  # the paths of 2.11 and those of a newer universal_pathlib do not fit together
    ),
}

PROJECT = {
    "an operator": Case(
        "shop.operators.Count",
        {"text": "one two {{ ds }}", "labels": {"a": "{{ params.limit }}"}, "default_args": {"unit": "tokens", "unknown": 1}},
        {"outputs": {"return_value": RETURNED, "asked": "xcom-asked"}},
        files={
            RETURNED: {"count": 3, "unit": "tokens", "labels": {"a": "7"}, "day": "2024-01-03"},
            "xcom-asked": "one two 2024-01-03",
        },
    ),
    "an operator that skips itself": Case("shop.operators.Count", {"text": ""}, files=SKIPPED),
    "connections and XComs": Case(
        "shop.operators.Sum", {"sources": ["other", "silent"]}, files=returns({"total": 3, "host": "dw.example", "region": "eu"})
    ),
    "a missing connection": Case("shop.operators.Sum", {"sources": [], "dw_conn_id": "nowhere"}, code=1, words="nowhere"),
    "a sensor that asks to be started again": Case("shop.operators.Later", {"mode": "reschedule"}),
    "an operator that waits twice": Case(
        "shop.operators.Deferred", {"words": "on {{ ds }}"}, files=returns(["on 2024-01-03", "told", "first second"])
    ),
    "a trigger without time": Case("shop.operators.Hasty", code=1, words="imeout"),
    "a trigger that fails": Case("shop.operators.Broken", code=1, words="time does not run backwards"),
    "an XCom outside of template fields": Case(
        "shop.operators.Sum", {"sources": {"$xcom": "FROM_OTHER"}}, code=1, words="no template field"
    ),
    "a class that is not there": Case("shop.operators.Missing", code=1, words="Missing"),
}

CASES: dict[str, Case] = {
    f"{name}: {words}": case
    for name, table in {
        "shell": SHELL,
        "code": CODE,
        "branch": BRANCHES,
        "sensor": SENSORS,
        "service": SERVICES,
        "project": PROJECT,
    }.items()
    for words, case in table.items()
}
