"""Reads Python without running it: evaluates DAG files over plain and symbolic values. Has never heard of Argo."""
