"""Sensors that ask: a script with the condition, and a loop around it that waits as the sensor's arguments say."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from airgo.lower.draft import CannotLower, Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.rules import UNRENDERABLE
from airgo.lower.strategies import strategy
from airgo.lower.waiting import TIMED_OUT, Waiting, sections, sensor_notes, waiting


@strategy("poll")
def poll(node: Node, values: Mapping[str, object], options: Mapping[str, object], draft: WorkflowDraft) -> TemplateDraft:
    """A script template: its source is the condition, its command the loop that runs it."""
    wait = waiting(node, draft)
    source, command = options.get("source"), options.get("command")
    if not isinstance(source, str) or not isinstance(command, list | tuple):
        raise CannotLower(UNRENDERABLE, f"the condition of {node.task.id} is not a script")
    env = options.get("env")
    script: dict[str, object] = {
        "image": options.get("image") or image("bash", draft, node.task.span),
        "command": ["sh", "-c", loop(wait), "poll", *(str(word) for word in command if word != "-c")],
        "env": [*wait.environment(), *(env if isinstance(env, list | tuple) else ())],
        "source": source,
    }
    made = TemplateDraft({"script": script}, node.name, node.task.span)
    made.can_skip_itself = wait.soft or wait.never_fails
    made.no_retry_exit_codes = (TIMED_OUT,)
    made.notes = sensor_notes(node)
    output = options.get("output")
    if isinstance(output, str):
        made.outputs = {"return_value": output}
    return made


def loop(wait: Waiting) -> str:
    """The shell loop, with the sections that the sensor's arguments ask for."""
    text = files("airgo.runtime").joinpath("poll.sh").read_text("utf-8")
    wanted = {
        "errors fail": not wait.silent and not wait.never_fails,
        "errors skip": wait.never_fails and not wait.silent,
        "in vain fails": not wait.soft,
        "in vain skips": wait.soft,
    }
    return sections(text, wanted)
