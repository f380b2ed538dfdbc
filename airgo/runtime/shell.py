"""Run a shell command as Airflow's Bash tasks do: output as it comes, the last line kept."""

import subprocess
import sys
from typing import Any


def run_command(command: Any) -> Any:
    """The command's exit code, and the last line of its output, errors included, without white space at its end."""
    if not isinstance(command, str) or not command.strip():
        raise TypeError("The returned value from the TaskFlow callable must be a non-empty string.")
    line = ""
    with subprocess.Popen(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
    return process.returncode, line.rstrip()
