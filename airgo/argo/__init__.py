"""The target: names, manifests, expressions, validation and YAML of Argo Workflows. Knows nothing of Airflow."""

from airgo.argo import expressions, names, yaml

__all__ = ["expressions", "names", "yaml"]
