"""`@task.run_if` and `@task.skip_if`: the condition that Airflow asks before it calls the function, asked by the script itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from airgo import ir
from airgo.callables.callbacks import callback_use
from airgo.callables.context_keys import ContextUse
from airgo.callables.slicing import Slice
from airgo.lower.strategies.python_context import ContextValues
from airgo.lower.strategies.python_outputs import SKIPPED, free_name
from airgo.lower.strategies.python_script import Script, call
from airgo.values import CodeRef, ExternCall

DECORATORS = {"run_if": "if not ", "skip_if": "if "}
"""By which answer each of them skips the task."""
MESSAGE = "Task was skipped due to condition."


@dataclass(frozen=True, slots=True)
class Condition:
    """The function that is asked, how its answer is read, and what is said of a task that is skipped."""

    function: CodeRef
    skips: str
    message: str

    def lines(self, asked: str, name: str) -> list[str]:
        """The lines that ask. `asked`: the call; an answer may be a pair with the message."""
        return [
            f"{name} = {asked}",
            f"{name}, message = {name} if isinstance({name}, tuple) else ({name}, None)",
            f"{self.skips}{name}:",
            f'    print(f"the task skips itself: {{message or {self.message!r}}}")',
            *(f"    {line}" for line in SKIPPED),
            "    sys.exit()",
        ]


def condition_of(task: ir.Task) -> Condition | None:
    """The one condition of a task; None where it has none, several, or one that is not the project's function."""
    made = task.value("pre_execute")
    name = made.name.rpartition(".")[2] if isinstance(made, ExternCall) else ""
    if not isinstance(made, ExternCall) or name not in DECORATORS:
        return None
    function = made.args[0] if made.args else made.kwargs.get("condition")
    message = made.args[1] if len(made.args) > 1 else made.kwargs.get("skip_message")
    if not isinstance(function, CodeRef) or not isinstance(message, str | None):
        return None
    return Condition(function, DECORATORS[name], message or MESSAGE)


def asked_keys(condition: Condition | None, passed: Mapping[int, Slice], use: ContextUse) -> list[str]:
    """The keys of the context that a condition reads; what it asks for is added to what the task asks for."""
    if condition is None:
        return []
    asked = callback_use(passed[id(condition.function)])
    use.paths.update(asked.paths)
    use.pulls.update(asked.pulls)
    use.problems += asked.problems
    return asked.read_keys()


def asking(
    condition: Condition | None, keys: list[str], expression: Callable[[CodeRef], str], context: ContextValues, script: Script
) -> list[str]:
    """The lines that ask a condition, if there is one. Raises CannotLower."""
    if condition is None:
        return []
    items = ", ".join(f'"{key}": {context.expression(key, {})}' for key in keys)
    script.modules.update(("os", "sys"))
    return condition.lines(call(expression(condition.function), ["{" + items + "}"]), free_name(script, "holds"))
