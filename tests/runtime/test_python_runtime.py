"""The runtime of Python tasks, as ordinary code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airgo.runtime import connections, context, exceptions, handed_on, sensors, shell, variables, xcom


def test_a_missing_variable_raises_unless_there_is_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a value the default counts, by either name, also None; without a default there is a KeyError as in Airflow."""
    monkeypatch.delenv("AIRFLOW_VAR_A", raising=False)
    with pytest.raises(KeyError, match="Variable a does not exist"):
        variables.Variable.get("a")
    assert variables.Variable.get("a", None) is None
    assert variables.Variable.get("a", default_var=1) == 1
    assert variables.Variable.get("a", default=2) == 2


def test_a_variable_is_text_or_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are read as texts, and as JSON when the code says so."""
    monkeypatch.setenv("AIRFLOW_VAR_A", "[1]")
    assert variables.Variable.get("a") == "[1]"
    assert variables.Variable.get("a", deserialize_json=True) == [1]


def test_a_missing_connection_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that the environment lacks is an error that names it."""
    monkeypatch.delenv("AIRFLOW_CONN_DB", raising=False)
    with pytest.raises(exceptions.AirflowNotFoundException, match="`db` isn't defined"):
        connections.BaseHook.get_connection("db")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("postgresql://", ("postgres", "", None, None, "", None, {}), id="nothing but a type"),
        pytest.param("mysql://u:p%2F@h:3306/s?a=1&b=", ("mysql", "h", "u", "p/", "s", 3306, {"a": "1", "b": ""}), id="everything"),
        pytest.param('x://h?__extra__=%7B"a"%3A%20[1]%7D', ("x", "h", None, None, "", None, {"a": [1]}), id="nested extra"),
        pytest.param("http://https%3A%2F%2Fh/", ("http", "https://h", None, None, "", None, {}), id="a host with a scheme"),
        pytest.param(
            "google-cloud-platform://?project=p", ("google_cloud_platform", "", None, None, "", None, {"project": "p"}), id="dash"
        ),
        pytest.param("http://x://h:1", ("http", "x://h", None, None, "", 1, {}), id="a scheme of its own"),
        pytest.param(
            '{"conn_type": "a", "host": "h", "port": "5", "extra": {"k": 1}, "login": "l", "password": "p", "schema": "s"}',
            ("a", "h", "l", "p", "s", 5, {"k": 1}),
            id="JSON",
        ),
        pytest.param('{"conn_type": "a", "extra": "no json"}', ("a", None, None, None, None, None, {}), id="broken extra"),
        pytest.param('{"conn_type": "a", "extra": "[1]"}', ("a", None, None, None, None, None, {}), id="extra that is no object"),
    ],
)
def test_connections_are_read_as_airflow_reads_them(monkeypatch: pytest.MonkeyPatch, text: str, expected: tuple[object, ...]) -> None:
    """A URI or JSON gives the fields that Airflow's connection has."""
    monkeypatch.setenv("AIRFLOW_CONN_DB", text)
    found = connections.Connection.get("db")
    assert (found.conn_type, found.host, found.login, found.password, found.schema, found.port, found.extra_dejson) == expected
    assert found.get_password() == found.password


def test_xcoms_are_written_as_json_that_argo_leaves_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two braces never stand together, and any JSON reader restores them; what JSON cannot carry is an error that names the key."""
    monkeypatch.setattr(xcom, "AIRGO_FOLDER", str(tmp_path / "new"))
    xcom.write_xcom("a", "{{{x}}}")
    text = (tmp_path / "new" / "a").read_text()
    assert "{{" not in text
    assert json.loads(text) == "{{{x}}}"
    with pytest.raises(TypeError, match="the XCom b cannot be written as JSON"):
        xcom.write_xcom("b", object())


def test_the_task_instance_hands_xcoms_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulls read the env variables, one value or a list; pushes write what somebody reads."""
    monkeypatch.setenv("A", '{"x": 1}')
    monkeypatch.setenv("B", "null")
    written: list[tuple[str, object]] = []
    instance = context.TaskInstance(
        {"a return_value": "A", "b return_value": "B"}, {"k": "file"}, lambda *pair: written.append(pair), task_id="t"
    )
    assert instance.task_id == "t"
    assert instance.xcom_pull("a") == {"x": 1}
    assert instance.xcom_pull(task_ids=["a", "b"], default=0) == [{"x": 1}, 0]
    instance.xcom_push("k", 1)
    instance.xcom_push(key="other", value=2)
    assert written == [("file", 1)]
    assert context.get_current_context() is context.AIRGO_CONTEXT


def test_a_value_comes_from_a_file_where_it_is_not_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing in either place is None; a folder where a file belongs is an error; the task instance asks the same function."""
    monkeypatch.setattr(handed_on, "AIRGO_INPUTS", str(tmp_path))
    monkeypatch.setenv("A", "[1]")
    monkeypatch.delenv("B", raising=False)
    assert handed_on.handed_on("B") is None
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        handed_on.handed_on("folder")
    (tmp_path / "B").write_text('{"a": "\\u007b{"}')
    assert (handed_on.handed_on("A"), handed_on.handed_on("B")) == ([1], {"a": "{{"})
    instance = context.TaskInstance({"b return_value": "B"}, {}, None, airgo_read=handed_on.handed_on)
    assert instance.xcom_pull("b") == {"a": "{{"}


def test_a_sensors_answer_is_true_when_it_is_done() -> None:
    """PokeReturnValue counts as Airflow's does."""
    assert sensors.PokeReturnValue(True, xcom_value=3).xcom_value == 3
    assert not sensors.PokeReturnValue(False)


def test_a_command_gives_its_exit_code_and_last_line(capfd: pytest.CaptureFixture[str]) -> None:
    """Output goes to the log as it comes, errors included; something that is no command is refused as Airflow refuses it."""
    assert shell.run_command("echo a; echo 'b  ' >&2; exit 4") == (4, "b")
    assert shell.run_command("true") == (0, "")
    assert capfd.readouterr().out == "a\nb  \n"
    for wrong in ("  ", None):
        with pytest.raises(TypeError, match="must be a non-empty string"):
            shell.run_command(wrong)


def test_the_exceptions_are_related_as_airflows_are() -> None:
    """Code that catches AirflowException catches its kin."""
    kin = (exceptions.AirflowFailException, exceptions.AirflowSkipException, exceptions.AirflowNotFoundException)
    assert all(issubclass(one, exceptions.AirflowException) for one in kin)
