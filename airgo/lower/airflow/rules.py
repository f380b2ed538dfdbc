"""The rules about tasks that run in an Airflow image."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity

IN_AIRFLOW = Rule(
    "AG518",
    "airflow-image",
    Severity.WARNING,
    summary="A task runs in the Airflow image",
    why="No mapping says what the operator does without Airflow, so a container of the image that airgo.toml names builds it with the "
    "arguments of the DAG file and runs its execute. There is no scheduler and no database: what the operator asks of them fails.",
    remedy="See that the image holds the packages and modules that the message names, or write a mapping (`airgo mappings new CLASS`)",
)
NO_IMAGE = Rule(
    "AG519",
    "no-airflow-image",
    Severity.NOTE,
    summary="Tasks that could run in an Airflow image",
    why="airgo names no image by itself: which providers and modules a deployment's image holds cannot be guessed.",
    remedy='Name the image that your Airflow runs in: [images] airflow = "registry/airflow:tag" in airgo.toml, or --image airflow=…',
)
NOT_ENCODED = Rule(
    "AG520",
    "argument-not-encoded",
    Severity.ERROR,
    summary="An argument that cannot be handed to a task in the Airflow image",
    why="Arguments travel as JSON; calls of library classes, functions and dates have a form in it, and are made again in the container. "
    "Objects of the project, other tasks, and values that airgo could not find out have none. What asks Airflow's "
    "database cannot run either.",
    remedy="Pass plain data, or give the value that is not known in airgo.toml",
)
DEPLOYMENT_UNSEEN = Rule(
    "AG521",
    "unseen-deployment-values",
    Severity.WARNING,
    summary="A task in the Airflow image reads Variables or connections whose names are computed",
    why="The task sees every Variable and connection of the project's ConfigMap and Secret; airgo lists those whose names it can read.",
    remedy="Add the others to the ConfigMap and the Secret by hand",
)
