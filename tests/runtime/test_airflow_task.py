"""The runtime of Airflow images runs real operators and sensors, in the real Airflow of both major versions, without a database."""

from __future__ import annotations

import ast
import http.server
import json
import sqlite3
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.engines.airflow_oracle import NoAirflow, airflow_2, airflow_3
from tests.engines.required import absent
from tests.runtime.airflow_cases import CASES, ENVIRONMENT, Case

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "airgo" / "runtime" / "airflow_task"
PROJECT = ROOT / "fixtures" / "airflow_image"
ROOTS = ["dags", "plugins", ""]


class Shop(http.server.BaseHTTPRequestHandler):
    """A service that answers what it was asked."""

    def do_GET(self) -> None:
        """The day that the query asks for."""
        asked = urlsplit(self.path)
        self.answer({"day": parse_qs(asked.query).get("day", [None])[0]}, 404 if "missing" in asked.path else 200)

    def do_POST(self) -> None:
        """What was sent."""
        self.answer({"body": self.rfile.read(int(self.headers["Content-Length"])).decode()}, 200)

    def answer(self, body: object, status: int) -> None:
        """Answer with JSON."""
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a running service."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def answers(service: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of every case, by "line name"; the versions are asked when a test first needs them."""

    class Asked(dict[str, dict[str, Any]]):
        def __missing__(self, key: str) -> dict[str, Any]:
            self.update(ask(key[0], service, tmp_path_factory.mktemp(f"line{key[0]}")))
            return self[key]

    return Asked()


def ask(line: str, service: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Run all cases in one version."""
    try:
        airflow = {"2": airflow_2, "3": airflow_3}[line]()
    except NoAirflow as reason:
        absent(str(reason))
    questions = [question(case, service, folder / str(number)) for number, case in enumerate(CASES.values())]
    found = airflow.ask("run_tasks.py", folder, RUNTIME, question=questions)
    return {f"{line} {name}": answer for name, answer in zip(CASES, found, strict=True)}


def question(case: Case, service: str, folder: Path) -> dict[str, Any]:
    """One case with a database of its own."""
    folder.mkdir()
    with sqlite3.connect(folder / "shop.db") as database:
        database.executescript("create table orders (id integer, name text); insert into orders values (1, 'a'), (2, 'b');")
    env = {
        **ENVIRONMENT,
        "AIRGO_PROJECT": str(PROJECT),
        "AIRFLOW_CONN_SHOP_DB": json.dumps({"conn_type": "sqlite", "host": str(folder / "shop.db")}),
        "AIRFLOW_CONN_SHOP_API": json.dumps({"conn_type": "http", "host": service}),
    }
    return {"task": {**case.task(), "roots": ROOTS}, "env": env, "folder": str(folder)}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, case in CASES.items() for line in case.lines])
def test_a_task_does_what_airflow_does(name: str, line: str, answers: dict[str, dict[str, Any]]) -> None:
    """Its exit code, what it hands on, and its words."""
    case, answer = CASES[name], answers[f"{line} {name}"]
    assert answer["code"] == case.code, answer["said"][-3000:]
    assert case.words in answer["said"]
    expected = case.three if line == "3" and case.three is not None else case.files
    found = {file: text if file == "airgo-state" else json.loads(text) for file, text in answer["files"].items()}
    assert found == expected
    assert all("{{" not in text and "$" not in text for text in answer["files"].values())


def test_many_operators_are_run() -> None:
    """At least 25 different classes of Airflow's own."""
    assert len({case.kind for case in CASES.values() if case.kind.startswith("airflow.")}) >= 25


@cache
def sources() -> tuple[Path, ...]:
    """The files that travel."""
    return tuple(sorted(RUNTIME.glob("*.py")))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_the_files_are_python_3_8(path: Path) -> None:
    """Older images of Airflow have no newer Python."""
    assert ast.parse(path.read_text(), feature_version=(3, 8))
