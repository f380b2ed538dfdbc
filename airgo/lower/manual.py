"""Tasks that cannot be converted: templates that fail with the reason, so that nothing pretends to have run."""

from __future__ import annotations

from airgo.diagnostics import Rule
from airgo.lower.base_arguments import BASE, OF_RUN
from airgo.lower.draft import Node, TemplateDraft, WorkflowDraft
from airgo.lower.images import image
from airgo.lower.ledger import TASK, Fate, account, account_expansion
from airgo.source import Span


def make_manual(node: Node, rule: Rule, message: str, span: Span | None, draft: WorkflowDraft) -> None:
    """Report why a task cannot be converted, and give it the template that says so and fails.

    Whatever the author wrote for it is unsupported with the same code, unless the DAG itself carries it (retries, trigger rule …).
    """
    task = node.task
    draft.report(rule.at(span or task.span, message, subject=draft.subject(task), effort="M"))
    node.strategy = "manual"
    node.why_not_better = message
    node.expansion = None
    node.files = {}
    outputs = {**(node.draft.outputs if node.draft is not None else {}), "items": "/tmp/airgo/items"}
    node.draft = failing_template(node, rule, message, draft)
    if task.mapped:
        outputs.setdefault("return_value", "/tmp/airgo/return-value")
    node.draft.outputs = outputs  # those who read them have been told of them; they get the defaults
    fate = Fate("unsupported", rule.code)
    for name in {**task.arguments, **task.written}:
        if not _still_holds(name):
            account(draft, task, name, fate)
    for name in _expanded(node):
        account_expansion(draft, task, name, fate)


def _still_holds(name: str) -> bool:
    """Does an argument mean the same for a task that only fails? Its name and place in the DAG do, and what never had an effect."""
    handling = BASE.get(name)
    return name in OF_RUN or (handling is not None and (handling.fate.outcome != "mapped" or str(handling.fate.target).startswith(TASK)))


def failing_template(node: Node, rule: Rule, message: str, draft: WorkflowDraft) -> TemplateDraft:
    """A container that prints the reason and exits 1."""
    words = f"{node.task.id} ({node.task.span}) was not converted: {message} [{rule.code}]"
    return TemplateDraft({"container": message_container(words, draft, node.task.span)}, node.name, node.task.span)


def message_container(words: str, draft: WorkflowDraft, span: Span) -> dict[str, object]:
    """The container that says why, and fails."""
    return {
        "image": image("bash", draft, span),
        "command": ["sh", "-c"],
        "args": ['echo "$AIRGO_MESSAGE" >&2; exit 1'],
        "env": [{"name": "AIRGO_MESSAGE", "value": words.replace("{{", "{ {").replace("$", "")}],
    }


def _expanded(node: Node) -> list[str]:
    expand = node.task.expand
    if expand is None:
        return []
    return list(expand.arguments) if expand.kind == "expand" else ["expand_kwargs"]
