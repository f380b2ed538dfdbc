"""OpenLineage's authoring API: it marks a task or DAG for the listener and hands it back."""

from __future__ import annotations

from airgo.evaluate.models import models
from airgo.evaluate.objects import Call

API = "airflow.providers.openlineage.api"


@models(f"{API}.emission_policy.extend_global_openlineage_emission_policy", f"{API}.extend_global_openlineage_emission_policy")
def extend_policy(call: Call) -> object:
    """`extend_global_openlineage_emission_policy(task, ...)`: the same task."""
    return call.argument(0, "obj")
