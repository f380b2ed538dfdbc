"""Turns a DAG into Argo objects: an ordered tuple of passes over one draft."""
