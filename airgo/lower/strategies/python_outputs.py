"""Lines at the end of a Python task's script that hand on what the function returned.

Values are JSON in the wire format (contracts, section 4): `{{` is written `{\\u007b`, because Argo looks for tags in all data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from airgo.callables.imports import runtime_file
from airgo.lower.strategies.python_script import FOLDER, Script

RESULT = "result"
ESCAPE = '"{" * 2, "{\\\\u007b").replace("$", "\\\\u0024"'
"""Arguments of `.replace`: the braces that Argo would read, and the dollars that Kubernetes would read in an env value."""
"""Two braces that stand together would be the start of a tag in the script itself."""

Outputs = Callable[[Script, frozenset[str], "Result"], None]
"""Writes the lines after the call into a script, for the outputs that somebody reads."""


class Result:
    """The call whose value is handed on, and where the outputs go: XCom key → file name."""

    def __init__(self, call: Callable[[str], str], files: dict[str, str], multiple: bool) -> None:
        self.call = call
        self.files = files
        self.multiple = multiple


def return_lines(script: Script, read: frozenset[str], result: Result) -> None:
    """The call, and the return value for those who read it."""
    keys = [key for key in result.files if key in read]
    if not keys:
        script.lines.append(result.call(""))
        return
    name = free_name(script)
    script.lines.append(result.call(f"{name} = "))
    hand_on(script, keys, name, result)


def hand_on(script: Script, keys: list[str], name: str, result: Result) -> None:
    """Write the value, its items, or single keys of it, to the files that Argo reads."""
    if not keys:
        return
    script.modules.update(("json", "os"))
    script.lines.append(f'os.makedirs("{FOLDER}", exist_ok=True)')
    if "return_value" in keys:
        script.lines += [
            f'with open("{FOLDER}/{result.files["return_value"]}", "w") as file:',
            f"    file.write(json.dumps({name}).replace({ESCAPE}))",
        ]
    if "items" in keys:
        script.lines += [
            f"items = {name}.items() if isinstance({name}, dict) else {name}",
            f'with open("{FOLDER}/items", "w") as file:',
            f"    json.dump([json.dumps(item).replace({ESCAPE}) for item in items], file)",
        ]
    single = [key for key in keys if key not in ("return_value", "items")]
    if single and result.multiple:
        script.runtime["xcom"] = None
        for key in single:
            script.lines += [f"if {key!r} in {name}:", f"    write_xcom({result.files[key]!r}, {name}[{key!r}])"]


def condition_lines(script: Script, read: frozenset[str], result: Result) -> None:
    """The call, and whether its value is true."""
    name = free_name(script, "condition")
    script.lines.append(result.call(f"{name} = "))
    hand_on(script, [key for key in result.files if key in read], name, result)
    if "airgo-branch" in read:
        script.modules.update(("json", "os"))
        script.lines += [
            f'os.makedirs("{FOLDER}", exist_ok=True)',
            f'with open("{FOLDER}/airgo-branch", "w") as file:',
            f"    json.dump(bool({name}), file)",
        ]


SKIPPED = (
    f'os.makedirs("{FOLDER}", exist_ok=True)',
    f'with open("{FOLDER}/airgo-state", "w") as file:',
    '    file.write("skipped")',
)
"""Publishes that the task skips itself."""
SKIP = (
    "except AirflowSkipException as skipped:",
    '    print(f"the task skips itself: {skipped}")',
    *(f"    {line}" for line in SKIPPED),
)
FAIL = ('    print(f"the task fails for good: {failed}", file=sys.stderr)', "    sys.exit(100)")
FAILING = ("AirflowFailException", "AirflowSensorTimeout")
"""Exceptions after which Airflow does not try again."""


EXIT = {
    "2": ("except SystemExit as ended:", "    sys.exit(0 if ended.code in (None, 0) else 1)"),
    "3": ("except SystemExit as ended:", '    sys.exit(f"the task ended the process itself: {ended.code}")'),
}
"""What `sys.exit` in the user's code does, by Airflow's version: 2 takes code 0 for success, and 3 nothing; any other code fails, and is
no code of airgo's. https://github.com/apache/airflow/blob/2.11.0/airflow/models/taskinstance.py (_execute_callable)
https://github.com/apache/airflow/blob/3.0.0/task-sdk/src/airflow/sdk/execution_time/task_runner.py (run)
"""


def ending(script: Script, before: list[str], version: str) -> bool:
    """What stands around the call: logging as Airflow sets it up, the context, and exceptions that skip or fail for good.

    `version` is Airflow's. True where the user's exits stay as they are, because our own lines end the process, too.
    """
    exits = EXIT[version] if script.code.exits and not any("sys.exit(" in line for line in script.lines) else ()
    skips = "AirflowSkipException" in script.code.replaced or "elements" in script.runtime
    fails = [one for one in FAILING if one in script.code.replaced]
    if skips or fails or exits:
        body = [f"    {line}" for text in script.lines for line in text.splitlines()]
        script.lines = ["try:", *body, *exits, *(SKIP if skips else ()), *failing(fails)]
        script.modules.update([*(["os"] if skips else []), *(["sys"] if fails or exits else [])])
    if any(line.startswith(("import logging", "from logging")) for line in script.code.imports):
        script.modules.add("logging")
        before = ["logging.basicConfig(level=logging.INFO)", *before]
    entry = script.code.entry
    if entry is not None and getattr(entry.node, "asynchronous", None) is not None:
        script.modules.add("asyncio")
    script.lines = [*before, *script.lines]
    script.runtime.update(dict.fromkeys(runtime_file(name) for name in script.code.replaced))
    return script.code.exits and not exits


def nothing_yet(script: Script, files: Mapping[str, str]) -> None:
    """Have the files of those XComs that the task may end without writing hold null from the start: Argo takes no file for an error."""
    skips = any("airgo-state" in line for line in script.lines)
    names = [name for key, name in files.items() if key != "items" and (skips or key != "return_value")]
    if names:
        script.runtime["xcom"] = None
        script.lines[:0] = [f"write_xcom({name!r}, None)" for name in names]


def failing(names: list[str]) -> list[str]:
    """The handler of exceptions that fail the task for good."""
    caught = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return [f"except {caught} as failed:", *FAIL] if names else []


def free_name(script: Script, wanted: str = RESULT) -> str:
    """A name for the value that the user's code does not use."""
    while wanted in script.code.names:
        wanted += "_"
    return wanted
