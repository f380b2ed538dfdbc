"""The script that asks Kubernetes how the run of another DAG ended, against an API server of our own."""

from __future__ import annotations

import base64
import builtins
import contextlib
import gzip
import io
import json
import runpy
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airgo.runtime import run_state

ITEMS = [
    {"metadata": {"creationTimestamp": "2024-01-02"}, "status": {"phase": "Succeeded"}},
    {"metadata": {"creationTimestamp": "2024-01-01"}, "status": {"phase": "Failed"}},
]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """A pod's service account, and an API server that answers with ITEMS; what it was asked."""
    asked: list[Any] = []

    @contextlib.contextmanager
    def answer(request: Any, **_: object) -> Iterator[io.BytesIO]:
        asked.append(request)
        yield io.BytesIO(json.dumps({"items": ITEMS if "20240101" in request.full_url else []}).encode())

    for name in ("namespace", "token", "ca.crt"):
        (tmp_path / name).write_text(f"my-{name}\n")
    monkeypatch.setattr(run_state, "ACCOUNT", str(tmp_path))
    monkeypatch.setattr(ssl, "create_default_context", lambda **_: None)
    monkeypatch.setattr(urllib.request, "urlopen", answer)
    for name, value in {"KUBERNETES_SERVICE_HOST": "kube", "KUBERNETES_SERVICE_PORT": "443"}.items():
        monkeypatch.setenv(name, value)
    return asked


def test_the_newest_run_of_each_date_counts(cluster: list[Any]) -> None:
    """A run that does not exist has not started; the request names DAG and date, and carries the token."""
    assert run_state.found("d", ["20240101T000000Z", "20240102T000000Z"], []) == ["success", "running"]
    assert run_state.found("d", ["20240102T000000Z"], ["a", "b"]) == ["running", "running"]
    first = cluster[0]
    assert first.full_url == (
        "https://kube:443/apis/argoproj.io/v1alpha1/namespaces/my-namespace/workflows"
        "?labelSelector=airgo/dag%3Dd%2Cairgo/logical-date%3D20240101T000000Z"
    )
    assert first.headers["Authorization"] == "Bearer my-token"


@pytest.mark.parametrize(
    ("allowed", "failed", "skipped", "code"),
    [(["success"], [], [], 0), ([], ["success"], [], 2), ([], [], ["success"], 0), ([], [], [], 1)],
)
def test_the_exit_code_says_how_it_ended(
    cluster: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    allowed: list[str],
    failed: list[str],
    skipped: list[str],
    code: int,
) -> None:
    """0 when it is as wished, 1 when not yet, 2 when it failed; a state that skips the task is published."""
    given = {"DAG": "d", "DATES": "20240101T000000Z", "TASKS": "[]"}
    states = {"ALLOWED": allowed, "FAILED": failed, "SKIPPED": skipped}
    for name, value in {**given, **{name: json.dumps(state) for name, state in states.items()}}.items():
        monkeypatch.setenv(f"AIRGO_{name}", value)
    real: Callable[..., Any] = builtins.open
    monkeypatch.setattr(run_state.os, "makedirs", lambda *_, **__: None)
    monkeypatch.setattr(builtins, "open", lambda path, *more: real(str(path).replace("/tmp/airgo", str(tmp_path)), *more))
    with pytest.raises(SystemExit) as ended:
        run_state.main()
    assert ended.value.code == code
    assert (tmp_path / "airgo-state").exists() == (skipped == ["success"])


def test_it_runs_as_a_script() -> None:
    """Without what it is to look for it fails."""
    with pytest.raises(KeyError, match="AIRGO_TASKS"):
        runpy.run_path(str(run_state.__file__), run_name="__main__")


@pytest.mark.parametrize(
    ("seen", "code"),
    [(["success"], 0), (["running"], 1), (["success", "running"], 1), (["failed"], 2), (["skipped"], 3), (["upstream_failed"], 1)],
)
def test_the_wait_ends_as_its_states_say(seen: list[str], code: int) -> None:
    """All allowed: done. One failed: failed. One skipped: skipped. Anything else: not yet."""
    assert run_state.verdict(seen, ["success"], ["failed"], ["skipped"]) == code


def test_states_are_read_from_runs_of_any_size() -> None:
    """Nodes are found by name, also in a status that Argo compressed; what has not ended is running."""
    nodes = {"1": {"displayName": "a", "phase": "Succeeded"}, "2": {"displayName": "b", "phase": "Omitted"}, "3": {"displayName": "c"}}
    packed = base64.b64encode(gzip.compress(json.dumps(nodes).encode())).decode()
    for status in ({"nodes": nodes}, {"compressedNodes": packed}):
        assert run_state.states({"status": status}, ["a", "b", "c", "d"]) == ["success", "upstream_failed", "running", "running"]
    assert run_state.states({"status": {"phase": "Error"}}, []) == ["failed"]
