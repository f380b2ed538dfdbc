"""The target: names, manifests, expressions, validation and YAML of Argo Workflows. Knows nothing of Airflow."""

from airgo.argo import names, yaml

__all__ = ["names", "yaml"]
