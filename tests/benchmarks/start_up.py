"""CPU time of `airgo --version` and `airgo --help` over an empty Python: median of 7 runs; exits 1 above the bounds.

usage: python tests/benchmarks/start_up.py        (not part of the test command: it measures the machine, too)
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

BOUNDS = {"--version": 3.0, "--help": 8.0}
RUNS = 7


def cpu_seconds(*command: str) -> float:
    """User and system time of one finished process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(*command: str) -> float:
    """The median of RUNS runs, after one that warms the caches."""
    cpu_seconds(*command)
    return statistics.median(cpu_seconds(*command) for _ in range(RUNS))


def main() -> int:
    """Print the ratios; 1 when a bound is broken."""
    empty = median(sys.executable, "-c", "")
    broken = False
    for flag, bound in BOUNDS.items():
        ratio = median(sys.executable, "-m", "airgo", flag) / empty
        broken |= ratio > bound
        print(f"airgo {flag:9} {ratio:5.1f} x an empty Python (bound {bound:.0f})")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
