"""Makes Airflow ready for one task: where the project's code is, where logs go, and no database to ask."""

import contextlib
import logging
import os
import sys
from importlib import import_module
from typing import Any, List

from .names import first, is_airflow_3


def prepare(roots: List[str]) -> None:
    """Everything, in order. `roots`: the folders of the project, relative to it, that its modules are imported from."""
    find_project(roots)
    show_logs()
    forget_database()
    allow_execute()


def find_project(roots: List[str]) -> None:
    """Put the project's import roots on the path: below AIRGO_PROJECT where the image says so, else where Airflow has its folders."""
    folders = []
    project = os.environ.get("AIRGO_PROJECT")
    if project:
        folders += [os.path.join(project, root) for root in roots]
    settings = import_module("airflow.configuration").conf
    for section, key in (("core", "dags_folder"), ("core", "plugins_folder")):
        folders.append(os.path.expanduser(settings.get(section, key)))
    home = os.environ.get("AIRFLOW_HOME") or os.path.expanduser("~/airflow")
    folders += [os.path.join(home, "config"), home]
    sys.path.extend(folder for folder in dict.fromkeys(folders) if folder not in sys.path)


def show_logs() -> None:
    """Let every logger of Airflow's print, with secrets masked: its own handlers write files that nobody reads here."""
    if is_airflow_3():
        return  # it prints unless it is told otherwise
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("[%(asctime)s] %(levelname)s - %(message)s"))
    with contextlib.suppress(ImportError):
        handler.addFilter(first("airflow.utils.log.secrets_masker:SecretsMasker")())
    logging.getLogger().handlers = [handler]
    logging.getLogger().setLevel(logging.INFO)
    for name in ("airflow.task", "airflow.processor", "flask_appbuilder"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


def forget_database() -> None:
    """Look Variables and connections up in the environment, and in the secrets backend that the image configures, only."""
    if is_airflow_3():
        return  # a task of Airflow 3 never reads the database itself
    configuration: Any = import_module("airflow.configuration")
    backends = [one for one in configuration.ensure_secrets_loaded() if type(one).__name__ != "MetastoreBackend"]
    for name in ("airflow.models.variable", "airflow.models.connection", "airflow.configuration"):
        import_module(name).ensure_secrets_loaded = lambda *_, **__: backends  # type: ignore[attr-defined]  # it is there in 2.x


def allow_execute() -> None:
    """Airflow refuses `execute` outside of its own task runner, unless it is told that it is tested."""
    try:
        guard = first("airflow.sdk.bases.operator:ExecutorSafeguard", "airflow.models.baseoperator:ExecutorSafeguard")
    except ImportError:
        return  # older versions have no such guard
    guard.test_mode = True
