"""One file for each command; each has `command`, the function that Typer turns into the command, or `app` for one with commands of its own.

The table lets `airgo --help` answer, and one command start, without importing the others; a test keeps it and the files the same.
"""

COMMANDS = {
    "backfill": "Print the Argo way to run past intervals of a converted DAG.",
    "convert": "Convert DAG files to Argo manifests and a migration report.",
    "diff": "Regenerate in memory and show what changes in meaning.",
    "explain": "Explain a code: what it means, why it matters, what to do.",
    "inputs": "Print an airgo.toml with everything that the DAGs need from their deployment.",
    "inspect": "Print the DAGs as airgo reads them: tasks, edges, schedules and arguments.",
    "lint": "Say what would not convert exactly; write nothing.",
    "mappings": "The operators that airgo knows, and what becomes of their arguments.",
    "rules": "List every code with its severity and summary.",
    "validate": "Check manifests as Argo would, and what Argo's own lint misses.",
}
"""Every command and its one line of help."""
