"""Exit codes, the same for every command (design, section 2), and the exception for mistakes on the command line."""

from __future__ import annotations

CLEAN = 0
FINDINGS = 1
USAGE = 2
INTERNAL = 3
INTERRUPTED = 130


class UsageProblem(Exception):
    """Something the user must put right before the command can run; ends in one sentence and exit code 2."""
