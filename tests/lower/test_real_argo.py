"""What lowering makes is accepted by the real Argo: its parser, its validator and its API server's rules."""

from __future__ import annotations

import pytest

from airgo import ir
from airgo.argo.yaml import dump
from airgo.values import Symbol
from tests.engines.argo_server import ArgoValidator
from tests.lower.building import BASH, EMPTY, LATEST_ONLY, dag, lowered, span, task

SENSOR = "airflow.providers.standard.sensors.bash.BashSensor"
EXTERNAL = "airflow.providers.standard.sensors.external_task.ExternalTaskSensor"
TRIGGER = "airflow.providers.standard.operators.trigger_dagrun.TriggerDagRunOperator"


def expand(**lists: object) -> ir.Expand:
    """`expand` over these lists."""
    return ir.Expand("expand", {name: ir.Argument(value, span(4)) for name, value in lists.items()})


RULES = [
    "all_failed",
    "all_done",
    "all_done_min_one_success",
    "all_skipped",
    "always",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "one_done",
    "one_failed",
    "one_success",
]

DAGS = [
    pytest.param(dag(task("a"), task("b", upstream=("a",), retries=1, execution_timeout=60.0, pool="db")), id="plain"),
    pytest.param(
        dag(task("a", bash_command="exit 99"), *(task(f"t-{rule}", upstream=("a",), trigger_rule=rule) for rule in RULES)), id="rules"
    ),
    pytest.param(dag(task("a"), task("b", bash_command="echo {{ ti.xcom_pull('a') }} {{ ds }}", upstream=("a",))), id="a value"),
    pytest.param(
        dag(ir.Task("m", BASH, BASH, span(3), {}, {}, expand=expand(bash_command=["a", "$$"], cwd=["/x"])), task("z", upstream=("m",))),
        id="mapped",
    ),
    pytest.param(
        dag(ir.Task("m", BASH, BASH, span(3), {}, {}, expand=expand(bash_command=[])), task("z", upstream=("m",))), id="mapped over nothing"
    ),
    pytest.param(
        dag(
            task("g.a", group="g", bash_command="echo", env={"F": Symbol("item", "f")}),
            task("z", upstream=("g.a",)),
            groups=(ir.Group("g", None, span(5), expand=expand(f=["x", 1])),),
        ),
        id="a mapped group",
    ),
    pytest.param(
        dag(task("w", SENSOR, bash_command="true", soft_fail=True, timeout=30, retries=2), task("z", upstream=("w",))), id="a sensor"
    ),
    pytest.param(dag(task("e", EXTERNAL, external_dag_id="other", external_task_id="x"), version="3"), id="another DAG's task"),
    pytest.param(
        dag(task("r", TRIGGER, trigger_dag_id="other", conf={"a": "{{ ds }}", "b": [1]}, wait_for_completion=True)), id="another DAG's run"
    ),
    pytest.param(
        dag(task("l", LATEST_ONLY), task("z", EMPTY, upstream=("l",)), max_active_runs=2, max_active_tasks=3, dagrun_timeout=60.0),
        id="bounds",
    ),
    pytest.param(dag(task("x", "corp.Unknown"), dag_id="My_DAG.v2", description="says: {{ hello }}"), id="manual"),
]


@pytest.mark.parametrize("read", DAGS)
def test_real_argo_accepts_what_is_made(argo: ArgoValidator, read: ir.Dag) -> None:
    """No manifest of any construct is refused, and airgo's own validator agrees."""
    for manifest in lowered(read).lowered.manifests:
        assert argo.problems(dump(manifest.documents, manifest.head)) == []
