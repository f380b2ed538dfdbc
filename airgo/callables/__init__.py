"""Slicing a callable out of its module: what it uses, what it imports, what it asks of Airflow."""
