"""TaskFlow's Bash tasks: the user's function returns a shell command, which the script runs."""

from __future__ import annotations

from airgo.lower.strategies.python_outputs import SKIPPED, Outputs, Result, free_name, hand_on
from airgo.lower.strategies.python_script import Script


def command_lines(skip_codes: tuple[int, ...]) -> Outputs:
    """The lines for a command of which these exit codes skip the task."""

    def write(script: Script, read: frozenset[str], result: Result) -> None:
        """The call, the command, its last line for those who read it, and its exit code."""
        code, line = free_name(script, "code"), free_name(script, "line")
        script.runtime["shell"] = None
        script.modules.add("sys")
        script.lines.append(f"{code}, {line} = run_command({result.call('')})")
        if skip_codes:
            script.modules.add("os")
            script.lines += [f"if {code} in {skip_codes!r}:", *(f"    {one}" for one in SKIPPED), "    sys.exit()"]
        script.lines += [f"if {code}:", f"    sys.exit({code})"]
        hand_on(script, [key for key in ("return_value", "items") if key in read and key in result.files], line, result)

    return write
