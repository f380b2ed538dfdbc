"""airgo compiles Apache Airflow DAG files to Argo Workflows manifests, without running them."""

__version__ = "0.1.0"
