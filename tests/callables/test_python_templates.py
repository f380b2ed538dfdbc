"""Arguments of Python tasks that only Jinja can render: the script brings jinja2 what they read, or the task is not converted."""

from __future__ import annotations

import pytest

from airgo import ir
from airgo.lower.draft import CannotLower, RunTimeTemplate

TASK = "def task(text):\n    return text\n"
UNKNOWN = {
    "a pull that is computed": "{{ ti.xcom_pull(task_ids=ds) }}",
    "a pull from another DAG": "{{ ti.xcom_pull(task_ids='a', dag_id='b') }}",
    "a pull without a task": "{{ ti.xcom_pull(key='k') }}",
    "a method of the DAG": "{{ dag.get_last_dagrun() }}",
    "the whole DAG": "{{ f(dag) }}",
    "the whole conf": "{{ dag_run.conf }}",
    "connections": "{{ conn.db.host }}",
    "a computed Variable": "{{ var.value.get(ds) }}",
    "a name that nobody defines": "{{ nobody }}",
    "a filter that nobody defines": "{{ ds | nobody }}",
    "another template": "{% include 'x.html' %}",
    "no template": "{% for %}",
    "an earlier run": "{{ prev_start_date_success }}",
}


def made(make, cut, text: str, **more: object):
    """The template of a task with this argument."""
    return make(cut(TASK), op_kwargs={"text": text}, lowered={"op_kwargs": {"text": RunTimeTemplate(text, "it is said")}}, **more)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in UNKNOWN.items()])
def test_what_a_script_cannot_give_is_not_converted(make, cut, text: str) -> None:
    """A template that reads what cannot be listed or given keeps its task from being converted."""
    with pytest.raises(CannotLower):
        made(make, cut, text)


def test_the_script_renders_with_what_the_template_reads(make, cut) -> None:
    """Names of the context are given as objects; jinja2 is among what the image must hold."""
    inside = "{{ x }}{{ ds[:4] }}{{ dag.dag_id }}{{ dag_run.conf.get('day', 'none') }}{{ var.value.get('a', 'b') }};"
    text = "{% for x in params.rows %}" + inside + "{% endfor %}"
    task = made(make, cut, text, params=(ir.Param("rows", [1, 2]),))
    names = [entry["name"] for entry in task.body()["script"]["env"]]
    assert set(names) == {"ARG_text", "AIRGO_DS", "AIRGO_PARAMS_ROWS", "AIRGO_DAG_DAG_ID", "AIRGO_DAG_RUN_CONF_DAY", "AIRFLOW_VAR_A"}
    assert "{" * 2 not in str(task.template.arguments["text"])
    assert set(task.draft.requirements) == {"jinja2"}
    assert task.template.image_needs == ("jinja2",)
    env = {
        "ARG_text": task.template.arguments["text"],
        "AIRGO_DS": "2024-01-01",
        "AIRGO_PARAMS_ROWS": "[1, 2]",
        "AIRGO_DAG_DAG_ID": "d",
        "AIRGO_DAG_RUN_CONF_DAY": "",
    }
    from tests.callables.conftest import run  # noqa: PLC0415

    script = task.source("return_value").replace("import jinja2\n", "import sys\nsys.path.append(PACKAGES)\nimport jinja2\n", 1)
    import jinja2  # noqa: PLC0415

    folder = str(jinja2.__file__).rpartition("/jinja2/")[0]
    assert run(script.replace("PACKAGES", repr(folder)), env, task.folder).value() == "12024dnoneb;22024dnoneb;"
