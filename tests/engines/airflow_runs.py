"""What the real Airflow makes of runs of DAGs: task states, tries and XComs, asked once and kept as long as the files are the same."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.engines.airflow_oracle import CACHE, SCRIPTS, Airflow, environment


@dataclass(frozen=True)
class Asked:
    """One run: the DAG, the file that it is in (below the folder), its logical date and conf. `scheduled`: it is the schedule's own, not
    one by hand. `after`: DAGs of the same file that have a run of the same date before.
    """

    dag_id: str
    file: str
    logical_date: str = "2024-01-01T00:00:00Z"
    conf: Mapping[str, object] | None = None
    scheduled: bool = False
    after: tuple[str, ...] = ()


def run_all(airflow: Airflow, folder: Path, asked: Sequence[Asked], variables: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The answers of run_dag.py in the order of the questions; only runs of files that changed are made."""
    extra = dict(variables or {})
    places = [CACHE / "airflow-runs" / f"{key(airflow, folder, one, extra)}.json" for one in asked]
    new = [(one, place) for one, place in zip(asked, places, strict=True) if not place.exists()]
    if new:
        requests = [asdict(one) for one, _ in new]
        for answer, (_, place) in zip(execute(airflow, folder, requests, extra), new, strict=True):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(answer))
    return [json.loads(place.read_text()) for place in places]


def execute(airflow: Airflow, folder: Path, requests: Sequence[object], extra: Mapping[str, str]) -> list[dict[str, Any]]:
    """All runs in one process: Airflow takes seconds to start."""
    return list(json.loads(started(airflow, folder, requests, extra).stdout))


def started(airflow: Airflow, folder: Path, requests: Sequence[object], extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The process, when it has ended: the answers are its output, and what tasks and callbacks print is in its errors."""
    with tempfile.TemporaryDirectory(prefix="airflow-home-") as home:
        airflow.prepare(Path(home))
        command = [str(airflow.python), str(SCRIPTS / "run_dag.py"), str(folder)]
        env = {**environment(Path(home), folder), **extra}
        done = subprocess.run(command, env=env, input=json.dumps(requests), capture_output=True, text=True, timeout=3000, check=False)
    if done.returncode != 0:
        raise AssertionError(f"Airflow {airflow.line} failed: {done.stderr[-3000:]}")
    return done


def key(airflow: Airflow, folder: Path, asked: Asked, extra: Mapping[str, str]) -> str:
    """A name for an answer: everything that it depends on."""
    parts = [airflow.line, str(airflow.python), json.dumps([asdict(asked), sorted(extra.items())])]
    parts += [(folder / asked.file).read_text(), (SCRIPTS / "run_dag.py").read_text()]
    parts += [path.read_text() for path in sorted(folder.rglob("*.py")) if path.parent != folder]  # what the files may import
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
