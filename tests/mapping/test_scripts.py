"""The scripts that travel inside manifests, run as containers would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from airgo.mapping.rendering import script

SEEN: list[tuple[str, str, dict[str, str], str]] = []


class Answers(BaseHTTPRequestHandler):
    """Answers 200 below /ok, 404 below /missing, 500 elsewhere."""

    def do_GET(self) -> None:
        """Any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        SEEN.append((self.command, self.path, dict(self.headers), body))
        self.send_response(200 if "/ok" in self.path else 404 if "/missing" in self.path else 500)
        self.end_headers()
        self.wfile.write(b"hello {{x}}")

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A local server's port."""
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def run(*names: str, tail: str = "", folder: Path = Path("/tmp"), **env: str) -> subprocess.CompletedProcess[str]:
    """Run scripts, one after the other, as one program; `folder` stands for /tmp."""
    source = (script(*names) + tail).replace("/tmp/airgo", str(folder / "airgo"))
    environment = {"PATH": os.environ["PATH"], **env}
    return subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("text", "host", "port", "extra"),
    [
        ('{"conn_type": "http", "host": "h", "port": 80, "extra": "{\\"a\\": 1}"}', "h", 80, {"a": 1}),
        ('{"conn_type": "http", "host": "h", "extra": {"a": 1}}', "h", None, {"a": 1}),
        ("http://u:p%40ss@h:80/db?a=1", "h", 80, {"a": "1"}),
        ("my-db://h", "h", None, {}),
    ],
)
def test_a_connection_is_read_in_both_forms(text: str, host: str, port: int | None, extra: object) -> None:
    """JSON and URI, as Airflow writes them into AIRFLOW_CONN_… variables."""
    shown = run("settings.py", "connection.py", tail="print(json.dumps(connection()))", AIRGO_CONNECTION=text)
    found = json.loads(shown.stdout)
    assert (found["host"], found.get("port"), found["extra"]) == (host, port, extra)
    if "%40" in text:
        assert (found["login"], found["password"], found["schema"]) == ("u", "p@ss", "db")


def test_a_setting_is_put_together_with_its_holes() -> None:
    """What fills a hole may hold anything."""
    shown = run("settings.py", tail="print(setting('X')['a'])", AIRGO_X='{"a": {"$env": "Y"}}', Y='"}{{')
    assert shown.stdout == '"}{{\n'


@pytest.mark.parametrize(("endpoint", "code"), [("ok", 0), ("missing", 1), ("broken", 2)])
def test_the_http_sensor_tells_not_yet_from_an_error(endpoint: str, code: int, port: int) -> None:
    """404 is not yet; other errors fail the task."""
    connection = f"http://user:secret@127.0.0.1:{port}"
    env = {"AIRGO_CONNECTION": connection, "AIRGO_METHOD": '"GET"', "AIRGO_ENDPOINT": f'"{endpoint}"', "AIRGO_DATA": '{"q": "a b"}'}
    assert run("settings.py", "connection.py", "http_request.py", "http_sensor.py", **env).returncode == code
    method, path, headers, _ = SEEN[-1]
    assert (method, path) == ("GET", f"/{endpoint}?q=a+b")
    assert headers["Authorization"] == "Basic dXNlcjpzZWNyZXQ="


def test_a_value_is_handed_on_so_that_nothing_expands_it(tmp_path: Path) -> None:
    """Argo would read `{{`, and Kubernetes `$(NAME)` where another task's env holds the value; JSON's escapes mean the same."""
    text = 'a {{x}} $(HOME) $$ "q"'
    ran = run("settings.py", "hand_on.py", tail=f"\nhand_on({text!r})\n", folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    written = (tmp_path / "airgo" / "return-value").read_text()
    assert "{{" not in written
    assert "$" not in written
    assert json.loads(written) == text


def test_an_http_call_posts_text_without_a_type_and_hands_the_answer_on(port: int, tmp_path: Path) -> None:
    """As the requests library sends text; the answer is written so that Argo leaves it alone."""
    scripts = ("settings.py", "connection.py", "http_request.py", "hand_on.py", "http_call.py")
    connection = json.dumps({"conn_type": "http", "host": "127.0.0.1", "port": port, "extra": {"X-Team": "data", "timeout": 5}})
    ran = run(*scripts, folder=tmp_path, AIRGO_CONNECTION=connection, AIRGO_ENDPOINT='"/ok"', AIRGO_DATA='"{}"')
    assert ran.returncode == 0, ran.stderr
    method, path, headers, body = SEEN[-1]
    assert (method, path, body, headers["X-Team"]) == ("POST", "/ok", "{}", "data")
    assert "Content-Type" not in headers
    assert (tmp_path / "airgo" / "return-value").read_text() == '"hello {\\u007bx}}"'
    form = run(*scripts, folder=tmp_path, AIRGO_CONNECTION=connection, AIRGO_ENDPOINT='"/ok"', AIRGO_DATA='{"a": 1}')
    assert form.returncode == 0, form.stderr
    assert (SEEN[-1][2]["Content-Type"], SEEN[-1][3]) == ("application/x-www-form-urlencoded", "a=1")


@pytest.mark.parametrize(("path", "code"), [("*.csv", 0), ("full", 0), ("empty", 1), ("*.txt", 1)])
def test_the_file_sensor_looks_for_globs_and_folders(path: str, code: int, tmp_path: Path) -> None:
    """A folder counts when there is a file in it."""
    (tmp_path / "a.csv").touch()
    (tmp_path / "full" / "deep").mkdir(parents=True)
    (tmp_path / "full" / "deep" / "x").touch()
    (tmp_path / "empty").mkdir()
    assert (
        run(
            "settings.py", "connection.py", "file_sensor.py", AIRGO_PATH=json.dumps(str(tmp_path / path)), AIRGO_RECURSIVE="false"
        ).returncode
        == code
    )


@pytest.mark.parametrize(("command", "retry", "code"), [("true", "", 0), ("exit 3", "", 1), ("exit 3", "3", 1), ("exit 4", "3", 2)])
def test_the_bash_sensor_knows_the_code_that_means_not_yet(command: str, retry: str, code: int) -> None:
    """Without retry_exit_code every failure does; with it, only that one."""
    env = {"PATH": os.environ["PATH"], "AIRGO_COMMAND": command, "AIRGO_RETRY_EXIT_CODE": retry}
    assert subprocess.run(["bash", "-c", script("bash_sensor.sh")], env=env, check=False).returncode == code


def test_the_connection_becomes_settings_of_database_clients(tmp_path: Path) -> None:
    """Quoted for the shell that reads them; `database` of the operator wins over the connection's schema."""
    connection = json.dumps(
        {"conn_type": "postgres", "host": "db", "login": "u", "password": "a'b $c", "schema": "x", "extra": {"sslmode": "require"}}
    )
    source = script("settings.py", "connection.py", "connection_environment.py").replace("/airgo/connection", str(tmp_path))
    subprocess.run([sys.executable, "-c", source], env={"AIRGO_CONNECTION": connection, "AIRGO_DATABASE": "y"}, check=True)
    shown = subprocess.run(
        ["sh", "-c", f'. {tmp_path}/environment; echo "$PGHOST|$PGPASSWORD|$PGDATABASE|$PGSSLMODE"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "db|a'b $c|y|require\n"
    assert 'password = "a\'b $c"' in (tmp_path / "my.cnf").read_text()


def test_spark_submit_is_called_as_the_hook_calls_it() -> None:
    """Master and defaults from the connection, options in the hook's order, arguments last."""
    connection = json.dumps(
        {"host": "k8s://https://api", "port": 443, "extra": {"namespace": "spark", "deploy-mode": "cluster", "spark-binary": "echo"}}
    )
    shown = run(
        "settings.py",
        "connection.py",
        "spark_submit.py",
        AIRGO_CONNECTION=connection,
        AIRGO_APPLICATION='"s3a://a.py"',
        AIRGO_OPTIONS='{"name": "n"}',
        AIRGO_CONF='{"a": "1"}',
        AIRGO_ARGUMENTS='["--day", 1]',
        AIRGO_ENVIRONMENT='{"K": "V"}',
    )
    expected = (
        "--master k8s://https://api:443 --conf a=1 --conf spark.kubernetes.namespace=spark --conf spark.kubernetes.driverEnv.K=V "
        "--name n --deploy-mode cluster s3a://a.py --day 1"
    )
    assert shown.stdout.splitlines() == [f"echo {expected}", expected]


@pytest.mark.parametrize("file", sorted(p.name for p in (Path(__file__).parents[2] / "mappings" / "scripts").glob("*")))
def test_scripts_hold_nothing_that_argo_would_replace(file: str) -> None:
    """No `{{` in source, which Argo scans for tags."""
    source = script(file)
    assert "{{" not in source
    if file.endswith(".py"):
        compile(source, file, "exec")


AWS = """#!/usr/bin/env bash
echo "$*" >> "$LOG"
case "$*" in
  *head-object*there*) exit 0 ;;
  *head-object*gone*) echo "An error occurred (404) when calling the HeadObject operation: Not Found" >&2; exit 254 ;;
  *head-object*) echo "An error occurred (403)" >&2; exit 254 ;;
  *list-objects-v2*) printf 'tmp/a b\\ntmp/c\\n' ;;
esac
"""


@pytest.fixture
def aws(tmp_path: Path) -> dict[str, str]:
    """An `aws` that writes down how it is called, and answers head-object by the key's name."""
    program = tmp_path / "aws"
    program.write_text(AWS)
    program.chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path / "log")}


def shell(name: str, env: dict[str, str], **settings: str) -> tuple[int, list[str]]:
    """Run a shell script; gives its exit code and the calls of `aws`."""
    done = subprocess.run(["bash", "-c", script(name)], env={**env, **settings}, capture_output=True, check=False)
    log = Path(env["LOG"])
    return done.returncode, log.read_text().splitlines() if log.exists() else []


@pytest.mark.parametrize(("keys", "code"), [("there", 0), ("gone", 1), ("there\ngone", 1), ("secret", 2)])
def test_the_s3_sensor_waits_for_all_keys(keys: str, code: int, aws: dict[str, str]) -> None:
    """Not found is not yet; any other error fails the task."""
    returned, calls = shell("s3_key_sensor.sh", aws, AIRGO_KEYS=keys, AIRGO_BUCKET="b")
    assert returned == code
    assert all("--bucket b" in call for call in calls)


def test_the_s3_sensor_reads_whole_addresses(aws: dict[str, str]) -> None:
    """Without a bucket the key is an address."""
    assert shell("s3_key_sensor.sh", aws, AIRGO_KEYS="s3://data/in/there") == (0, ["s3api head-object --bucket data --key in/there"])


@pytest.mark.parametrize(("key", "replace", "code"), [("there", "", 1), ("there", "yes", 0), ("gone", "", 0), ("secret", "", 1)])
def test_an_object_is_written_over_only_when_asked(key: str, replace: str, code: int, aws: dict[str, str]) -> None:
    """As `replace` says; not knowing whether it exists is a failure."""
    returned, calls = shell("s3_create_object.sh", aws, AIRGO_BUCKET="b", AIRGO_KEY=key, AIRGO_DATA="x", AIRGO_REPLACE=replace)
    assert returned == code
    assert any("put-object" in call for call in calls) == (code == 0)


def test_objects_are_deleted_by_key_and_by_prefix(aws: dict[str, str]) -> None:
    """A prefix is the start of a key, not a folder; spaces in keys stay."""
    _, calls = shell("s3_delete_objects.sh", aws, AIRGO_BUCKET="b", AIRGO_PREFIX="tmp/")
    assert calls[1:] == ["s3api delete-object --bucket b --key tmp/a b", "s3api delete-object --bucket b --key tmp/c"]
