"""Python sensors: the user's function asked again and again, as the sensor's arguments say."""

from __future__ import annotations

from airgo.lower.strategies.python_outputs import FAILING, SKIPPED, Outputs, Result, free_name, hand_on
from airgo.lower.strategies.python_script import Script
from airgo.lower.waiting import TIMED_OUT, Waiting


def waiting_lines(wait: Waiting) -> Outputs:
    """The lines for a sensor that waits so."""

    def write(script: Script, read: frozenset[str], result: Result) -> None:
        """A loop around the call, and the sensor's XCom for those who read it."""
        name = free_name(script)
        started = free_name(script, "started")
        script.modules.update(("sys", "time"))
        script.lines += [f"{started} = time.monotonic()", "while True:", *indented(asking(script, wait, name, result))]
        script.lines += [f"    if {name}:", "        break", f"    if time.monotonic() - {started} > {wait.timeout:g}:"]
        script.lines += indented(indented(in_vain(script, wait)))
        script.lines.append(f"    time.sleep({wait.interval:g})")
        keys = [key for key in result.files if key in read and key in ("return_value", "items")]
        if keys:
            value = f"{name}.xcom_value if isinstance({name}, PokeReturnValue) else None"
            script.lines.append(f"{name} = {value if 'PokeReturnValue' in script.code.replaced else None}")
            hand_on(script, keys, name, result)

    return write


def asking(script: Script, wait: Waiting, name: str, result: Result) -> list[str]:
    """One question; an exception fails the task, skips it, or counts as "not yet"."""
    call = result.call(f"{name} = ").splitlines()
    if not wait.silent and not wait.never_fails:
        return call
    own = [f"except {one}:\n    raise" for one in ("AirflowSkipException", *FAILING) if one in script.code.replaced]
    caught = ["try:", *indented(call), *(line for text in own for line in text.splitlines()), "except Exception as error:"]
    if wait.silent:
        return [*caught, '    print(f"not yet: {error}", file=sys.stderr)', f"    {name} = None"]
    return [*caught, '    print(f"the task is skipped: {error}", file=sys.stderr)', *indented(skipping(script))]


def in_vain(script: Script, wait: Waiting) -> list[str]:
    """The end of a wait that was in vain."""
    words = f"no success within {wait.timeout:g} seconds"
    if wait.soft or wait.never_fails:
        return [f'print("{words}: the task is skipped", file=sys.stderr)', *skipping(script)]
    return [f'print("{words}", file=sys.stderr)', f"sys.exit({TIMED_OUT})"]


def skipping(script: Script) -> list[str]:
    """Publish that the task skips itself, and end well."""
    script.modules.add("os")
    return [*SKIPPED, "sys.exit()"]


def indented(lines: list[str]) -> list[str]:
    """The lines, one level deeper."""
    return [f"    {line}" for line in lines]
