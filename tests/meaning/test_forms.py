"""What Argo 3.7 and 4.x read differently, or what leaves a workflow hanging, never stands in a manifest: it is avoided by form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from airgo.config import Config
from tests.meaning.running import convert
from tests.meaning.test_scenarios import converted

QUICKSTART = Path(__file__).resolve().parents[2] / "fixtures" / "quickstart"
GONE = frozenset(
    {"schedule", "mutex", "semaphore", "memoize", "plugin", "podPriority", "podResources", "resourceClaims", "executorPlugins"}
)
"""Fields of Argo that one of the versions does not know, or reads otherwise."""

Walked = tuple[str, Any]
Form = Callable[[str, Any], bool]


def of_field(*names: str) -> Callable[[Form], Form]:
    """A form of the values of some fields."""

    def only(form: Form) -> Form:
        return lambda key, value: key in names and form(key, value)

    return only


def in_text(pattern: str) -> Form:
    """A text with a match of the pattern."""
    return lambda _, value: isinstance(value, str) and re.search(pattern, value) is not None


FORMS: Mapping[str, Form] = {
    "a field that not every version knows": lambda key, _: key in GONE,
    "no schedule at all": of_field("schedules")(lambda _, value: not value),
    "a zone inside a schedule": in_text(r"\b(CRON_)?TZ="),
    "a stop by condition": of_field("stopStrategy")(lambda _, value: "condition" in value),
    "a container without command": of_field("container", "script")(lambda _, value: not value.get("command")),
    "the tick without another moment for runs by hand": in_text(r"workflow\.scheduledTime"),
    "the result of a task": in_text(r"outputs\.result\b"),
    "a read that takes a task of an inner DAG for nothing": in_text(r"tasks(\.[-\w]+|\['[^']+'\])\?\."),
    "a loop over an empty list": of_field("withItems")(lambda _, value: value == []),
    "a when over the text of an element": of_field("when")(in_text(r"'\{\{item")),
    "a wait that is no text": of_field("suspend")(lambda _, value: not isinstance((value or {}).get("duration", "0"), str)),
    "an output that a skipped task lacks": of_field("valueFrom")(
        lambda _, value: "parameter" in value or ("path" in value and "default" not in value)
    ),
    "a retry that forgets attempts in error": of_field("retryStrategy")(
        lambda _, value: "exitCode" in str(value.get("expression", "")) and "lastRetry.status" not in str(value["expression"])
    ),
    "words in depends": of_field("depends")(in_text(r"(^|[\s(])(and|or|not)\s")),
}
"""What must not be there, by what it is."""

BAD: Mapping[str, Any] = {
    "a field that not every version knows": {"synchronization": {"mutex": {"name": "x"}}},
    "no schedule at all": {"schedules": []},
    "a zone inside a schedule": {"schedules": ["CRON_TZ=UTC 0 0 * * *"]},
    "a stop by condition": {"stopStrategy": {"condition": "true"}},
    "a container without command": {"container": {"image": "x"}},
    "the tick without another moment for runs by hand": {"value": "{{=date(workflow.scheduledTime)}}"},
    "the result of a task": {"value": "{{tasks.a.outputs.result}}"},
    "a read that takes a task of an inner DAG for nothing": {"value": "{{=tasks['a']?.outputs?.parameters?.['b']}}"},
    "a loop over an empty list": {"withItems": []},
    "a when over the text of an element": {"when": "'{{item}}' == 'a'"},
    "a wait that is no text": {"suspend": {"duration": 0}},
    "an output that a skipped task lacks": {"valueFrom": {"path": "/tmp/x"}},
    "a retry that forgets attempts in error": {"retryStrategy": {"expression": "asInt(lastRetry.exitCode) != 99"}},
    "words in depends": {"depends": "a and b"},
}
"""For each form a document that has it."""


def walk(document: Any, key: str = "") -> Iterator[Walked]:
    """Every value of a document with the field that it stands in."""
    yield key, document
    if isinstance(document, dict):
        for name, value in document.items():
            yield from walk(value, str(name))
    elif isinstance(document, list):
        for value in document:
            yield from walk(value, key)


@cache
def documents() -> tuple[tuple[str, Any], ...]:
    """Every manifest of the scenarios and of the quickstart."""
    texts = {**converted().texts, **{f"quickstart/{path}": text for path, text in convert(QUICKSTART, Config()).texts.items()}}
    return tuple(
        (path, document) for path, text in sorted(texts.items()) if path.endswith(".yaml") for document in yaml.safe_load_all(text)
    )


def own(document: Any) -> Any:
    """What airgo decides: not the code of users, nor the objects that they wrote."""
    if isinstance(document, dict):
        return {key: own(value) for key, value in document.items() if key not in ("source", "manifest", "args")}
    return [own(value) for value in document] if isinstance(document, list) else document


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_told(form: str) -> None:
    """A document that has the form is found, and one of nothing is not."""
    assert any(FORMS[form](key, value) for key, value in walk(BAD[form]))
    assert not any(FORMS[form](key, value) for key, value in walk({"metadata": {"name": "x"}}))


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_avoided(form: str) -> None:
    """No manifest of the scenarios and the quickstart has it."""
    found = [f"{path}: {key}: {value!r}"[:200] for path, one in documents() for key, value in walk(own(one)) if FORMS[form](key, value)]
    assert found == []
    assert len(documents()) > len(FORMS)
