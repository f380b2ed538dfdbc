"""The scripts that travel around commands and conditions, run for real."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from airgo.lower.strategies.bash import wrapper
from airgo.lower.strategies.poll import loop
from airgo.lower.waiting import Waiting


def run(script: str, folder: Path, *words: str, shell: str = "bash", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a wrapper whose files go to a folder of the test's."""
    text = script.replace("/tmp/airgo", str(folder))
    return subprocess.run([shell, "-c", text, *words], env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("command", "value"),
    [
        pytest.param("true", "", id="no output"),
        pytest.param("echo one; echo two", "two", id="the last line"),
        pytest.param("echo two >&2", "two", id="errors are output, as in Airflow"),
        pytest.param("printf 'a \"b\" \\\\ \\t x \\t'", 'a "b" \\ \t x', id="quotes, backslashes and tabs"),
        pytest.param("printf '\\033[1mx'", "\x1b[1mx", id="control characters"),
        pytest.param("echo '{{x}} {{{ $HOME é'", "{{x}} {{{ $HOME é", id="braces, dollars and other letters"),
    ],
)
def test_the_last_line_is_handed_on_as_json(command: str, value: str, tmp_path: Path) -> None:
    """Whatever a command prints last arrives as that text, in a form that Argo and Kubernetes leave alone."""
    script = wrapper(skips=False, keeps_output=True)
    done = run(script, tmp_path, AIRGO_COMMAND=command)
    written = (tmp_path / "return-value").read_text()
    assert json.loads(written) == value
    assert "{{" not in written
    assert "$" not in written
    assert done.returncode == 0


@pytest.mark.parametrize(("code", "ends", "state"), [(0, 0, None), (3, 3, None), (99, 0, "skipped"), (98, 98, None)])
def test_an_exit_code_that_skips_ends_well_and_says_so(code: int, ends: int, state: str | None, tmp_path: Path) -> None:
    """Only the codes that were asked for skip; any other fails the task as it is."""
    script = wrapper(skips=True, keeps_output=False)
    done = run(script, tmp_path, AIRGO_COMMAND=f"exit {code}", AIRGO_SKIP_CODES="99 7")
    assert done.returncode == ends
    assert ((tmp_path / "airgo-state").read_text() if (tmp_path / "airgo-state").exists() else None) == state


def waits(**changes: Any) -> str:
    """The loop of a sensor."""
    return loop(Waiting(**{"interval": 0.01, "timeout": 0.0, "soft": False, "never_fails": False, "silent": False, **changes}))


@pytest.mark.parametrize(
    ("changes", "condition", "ends", "skipped"),
    [
        pytest.param({}, "exit 0", 0, False, id="met at once"),
        pytest.param({}, 'test -f "$0.done" && exit 0; touch "$0.done"; exit 1', 0, False, id="met at the second question"),
        pytest.param({}, "exit 1", 124, False, id="in vain"),
        pytest.param({"soft": True}, "exit 1", 0, True, id="in vain, softly"),
        pytest.param({}, "exit 2", 2, False, id="asking failed"),
        pytest.param({"never_fails": True}, "exit 2", 0, True, id="asking failed, which skips"),
        pytest.param({"silent": True}, "exit 2", 124, False, id="asking failed, which counts as not yet"),
    ],
)
def test_a_sensor_waits_as_its_arguments_say(changes: dict[str, Any], condition: str, ends: int, skipped: bool, tmp_path: Path) -> None:
    """The loop ends with 0 when the condition holds, 124 after the timeout, or as asking ended."""
    file = tmp_path / "condition.sh"
    file.write_text(condition)
    done = run(waits(**changes), tmp_path / "airgo", "poll", "sh", str(file), shell="sh", AIRGO_POKE_INTERVAL="0.01", AIRGO_TIMEOUT="0")
    if ends == 0 and not skipped and "touch" in condition:
        done = run(waits(**changes), tmp_path / "airgo", "poll", "sh", str(file), shell="sh", AIRGO_POKE_INTERVAL="0.01", AIRGO_TIMEOUT="9")
    assert done.returncode == ends
    assert (tmp_path / "airgo" / "airgo-state").exists() == skipped
