"""What a top-level package is: Python's own, a package to install, Airflow's; and what replaces Airflow's names in a slice."""

from __future__ import annotations

import sys
from typing import Literal

Kind = Literal["standard", "package", "airflow"]

NAMESPACE_PACKAGES = {
    "google.cloud": "google-cloud-",
    "azure": "azure-",
}
"""Packages that several distributions share: the next part of the name completes the distribution's."""
DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "github": "PyGithub",
    "googleapiclient": "google-api-python-client",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "magic": "python-magic",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "psycopg2": "psycopg2-binary",
    "Crypto": "pycryptodome",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slack": "slackclient",
    "snowflake": "snowflake-connector-python",
    "telegram": "python-telegram-bot",
    "yaml": "PyYAML",
}
"""Import names that differ from the name one installs."""

REPLACED = {
    "AirflowException": "exceptions",
    "AirflowFailException": "exceptions",
    "AirflowNotFoundException": "exceptions",
    "AirflowSkipException": "exceptions",
    "Variable": "variables",
    "BaseHook": "connections",
    "Connection": "connections",
    "get_current_context": "context",
    "PokeReturnValue": "sensors",
}
"""Names of Airflow that airgo's runtime replaces, and the runtime file that does."""


def kind_of(module: str) -> Kind:
    """What a module from outside the project is."""
    top = module.partition(".")[0]
    if top == "airflow":
        return "airflow"
    return "standard" if top in sys.stdlib_module_names or top == "__future__" else "package"


def distribution(module: str) -> str:
    """What one installs to import a module: a guess for names that are not in the tables, as pip users guess."""
    for namespace, prefix in NAMESPACE_PACKAGES.items():
        if module.startswith(namespace + "."):
            return prefix + module[len(namespace) + 1 :].partition(".")[0].replace("_", "-")
    top = module.partition(".")[0]
    return DISTRIBUTIONS.get(top, top.replace("_", "-"))


def replacement(module: str, name: str) -> str | None:
    """The runtime file that stands in for `from module import name`, or None.

    Airflow moved these names often, so only the last part counts.
    """
    if kind_of(module) != "airflow" or ".providers." in module:
        return None
    return REPLACED.get(name)
