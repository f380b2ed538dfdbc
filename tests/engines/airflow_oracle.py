"""The real Airflow as an oracle: two environments, each used in subprocesses only, and what their DagBag loads."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "engines"
SCRIPTS = Path(__file__).parent / "airflow"

AIRFLOW_2 = (
    "apache-airflow==2.11.0",
    "apache-airflow-providers-cncf-kubernetes==8.4.2",
    "apache-airflow-providers-common-sql==1.17.0",
    "apache-airflow-providers-standard==1.2.0",
    "virtualenv==20.31.2",  # some examples have tasks only where it is installed
    # without these pins newer packages break 2.11
    "sqlalchemy<2",
    "flask-session<0.6",
    "pendulum>=3,<3.1",
    "connexion<3",
)


class NoAirflow(Exception):
    """The environment of that Airflow cannot be made here; the message says why."""


@dataclass(frozen=True)
class Airflow:
    """One line of Airflow: "2" or "3", and the interpreter that has it."""

    line: str
    python: Path

    def load(self, folder: Path, *, timeout: float = 900) -> dict:
        """What the real DagBag sees in a folder: {"dags": [...], "errors": {file: last line}}."""
        return self.ask("load_dags.py", folder, folder, timeout=timeout)

    def ask(self, script: str, folder: Path, *arguments: object, question: object = None, timeout: float = 900) -> dict:
        """What one of the scripts below `airflow/` answers, run with `folder` as the DAGs folder and the question on standard input."""
        with tempfile.TemporaryDirectory(prefix="airflow-home-") as home:
            self.prepare(Path(home))
            env = environment(Path(home), folder)
            command = [str(self.python), str(SCRIPTS / script), *map(str, arguments)]
            asked = json.dumps(question)
            done = subprocess.run(command, env=env, input=asked, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode != 0:
            raise AssertionError(f"Airflow {self.line} failed: {done.stderr[-3000:]}")
        return json.loads(done.stdout)

    def prepare(self, home: Path) -> None:
        """An AIRFLOW_HOME with a migrated SQLite database, copied from one that is made once."""
        key = hashlib.sha256(f"{self.line}{self.python}".encode()).hexdigest()[:12]
        made = CACHE / f"airflow-{self.line}-{key}.db"
        if not made.exists():
            made.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="airflow-home-") as fresh:
                env = environment(Path(fresh), Path(fresh))
                command = [str(self.python), "-m", "airflow", "db", "migrate"]
                done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)
                if done.returncode != 0:
                    raise AssertionError(f"airflow db migrate failed: {done.stderr[-3000:]}")
                partial = made.with_suffix(f".{os.getpid()}")
                shutil.copy(Path(fresh, "airflow.db"), partial)
                partial.rename(made)
        shutil.copy(made, home / "airflow.db")


def environment(home: Path, folder: Path) -> dict[str, str]:
    """A private environment: nothing of the person's own Airflow is read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    plugins = folder.parent / "plugins"
    return {
        **kept,
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
        "PYTHONPATH": os.pathsep.join(str(p) for p in (folder, plugins)),
        "PYTHONWARNINGS": "ignore",
    }


def airflow_3() -> Airflow:
    """The Airflow 3 of the test environment itself."""
    return Airflow("3", Path(sys.executable))


def airflow_2() -> Airflow:
    """Airflow 2.11 in an environment of its own, made once and kept below .cache. Raises NoAirflow when it cannot be made."""
    key = hashlib.sha256("\n".join((*AIRFLOW_2, sys.version)).encode()).hexdigest()[:12]
    folder = CACHE / f"airflow-2-{key}"
    if not (folder / "complete").exists():
        if sys.version_info >= (3, 13):
            raise NoAirflow("Airflow 2.11 needs Python 3.12 or older")
        shutil.rmtree(folder, ignore_errors=True)
        make_environment(folder)
    return Airflow("2", folder / "bin" / "python")


def make_environment(folder: Path) -> None:
    """A virtual environment with the pinned packages."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=300)
    python = str(folder / "bin" / "python")
    uv = Path(sys.executable).with_name("uv")
    install = [str(uv), "pip", "install", "-q", "--python", python] if uv.exists() else [python, "-m", "pip", "install", "-q"]
    done = subprocess.run([*install, *AIRFLOW_2], capture_output=True, text=True, timeout=1500, check=False)
    if done.returncode != 0:
        raise NoAirflow(f"its packages cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    (folder / "complete").touch()
