"""Shell commands: `bash -c` as Airflow runs it, with the last line as XCom and the exit code that skips where either matters.

https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from airgo.argo.text import Text
from airgo.diagnostics import Rule, Severity
from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.strategies import strategy
from airgo.lower.waiting import sections

COMMAND = "AIRGO_COMMAND"
DEFAULT_SKIP = 99
"""BashOperator's `skip_on_exit_code`."""

NO_COMMAND = Rule(
    "AG228",
    "unreadable-command",
    Severity.ERROR,
    "a command that is no text",
    "A shell command has to be known as text, with holes for what is filled in when the task runs.",
    "write the command as a text",
)

OTHER_SHELL = Rule(
    "AG654",
    "other-shell",
    Severity.WARNING,
    "a command that another shell runs than in Airflow",
    "Airflow runs commands with bash. A mapping of the project names another shell, which may not know arrays, `[[ ]]`, `source` or "
    "`pipefail`. Where the command's output or an exit code is read, bash runs it in any case.",
    "leave `shell` out of the mapping's options where commands are written for bash",
)


@strategy("bash")
def bash(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A container that runs the command; wrapped where its output or its exit code means something."""
    command = values.get("bash_command")
    if not isinstance(command, str | Text):
        raise CannotLower(NO_COMMAND, f"the command of {node.task.id} is not a text")
    codes = _skip_codes(node, command, options)
    shell = str(options.get("shell") or "bash")
    base = {"image": options.get("image") or image("bash", draft, node.task.span)}

    def body(read: frozenset[str]) -> dict[str, object]:
        return {"container": _container(base, command, codes, keeps_output="return_value" in read, options=options)}

    def finish(read: frozenset[str]) -> dict[str, object]:
        if shell != "bash" and not codes and "return_value" not in read:
            words = f"the command of {node.task.id} is run by {shell}, and by bash in Airflow"
            draft.report(OTHER_SHELL.at(node.task.span, words, subject=draft.subject(node.task)))
        return body(read)

    made = TemplateDraft(body(frozenset()), node.name, node.task.span)
    made.finish = finish
    made.outputs = {"return_value": "/tmp/airgo/return-value"}
    made.can_skip_itself = bool(codes)
    return made


def _skip_codes(node: Node, command: str | Text, options: Mapping[str, object]) -> tuple[int, ...]:
    """The exit codes that skip the task, where one may come: written down, or the default's number is in the command's text."""
    written = any(name in node.task.arguments for name in ("skip_on_exit_code", "skip_exit_code"))
    value = options.get("skip_on_exit_code", None if written else DEFAULT_SKIP)
    codes = value if isinstance(value, list | tuple) else () if value is None else (value,)
    known = tuple(code for code in codes if isinstance(code, int))
    literal = command if isinstance(command, str) else "".join(part for part in command.parts if isinstance(part, str))
    return known if written or str(DEFAULT_SKIP) in literal else ()


def _container(
    base: Mapping[str, object], command: str | Text, codes: tuple[int, ...], *, keeps_output: bool, options: Mapping[str, object]
) -> dict[str, object]:
    container = dict(base)
    shell = str(options.get("shell") or "bash")
    env = options.get("env")
    entries = list(env) if isinstance(env, list | tuple) else []
    if codes or keeps_output:
        container |= {"command": ["bash", "-c"], "args": [wrapper(skips=bool(codes), keeps_output=keeps_output)]}
        entries.append({"name": COMMAND, "value": command})
        if codes:
            entries.append({"name": "AIRGO_SKIP_CODES", "value": " ".join(map(str, codes))})
    elif isinstance(command, Text):
        container |= {"command": [shell, "-c"], "args": [f'{shell} -c "${COMMAND}"']}
        entries.append({"name": COMMAND, "value": command})
    else:
        container |= {"command": [shell, "-c"], "args": [command]}
    if options.get("working_dir") is not None:
        container["workingDir"] = options["working_dir"]
    if entries:
        container["env"] = entries
    return container


def wrapper(*, skips: bool, keeps_output: bool) -> str:
    """The script around a command, with the sections that are needed."""
    text = files("airgo.runtime").joinpath("bash_wrapper.sh").read_text("utf-8")
    wanted = {"run": not keeps_output, "run and keep the output": keeps_output, "skip": skips, "hand on the last line": keeps_output}
    return sections(text, wanted)
