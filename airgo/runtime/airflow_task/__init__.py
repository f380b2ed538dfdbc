"""Runs one operator in a container that has Airflow, without Airflow's database: standard library and that Airflow, Python 3.8 or newer.

The folder travels as it is, in a ConfigMap that is mounted in the container; `python <folder>` runs the task that AIRGO_TASK describes.
"""
