"""The target: names, manifests, expressions, validation and YAML of Argo Workflows. Knows nothing of Airflow."""

from airgo.argo import expressions, names, validate, yaml

__all__ = ["expressions", "names", "validate", "yaml"]
